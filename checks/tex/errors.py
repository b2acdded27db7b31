"""The error of the LaTeX reader: where it stopped, and the readings among which it refuses to choose."""

from __future__ import annotations

from collections.abc import Sequence

from checks.errors import ClaimError

#: Characters of a message; what was understood may be as long as the string.
MAX_MESSAGE = 1000


class TexError(ClaimError):
    r"""LaTeX that is not read: not of the sublanguage, ambiguous, or beyond what can be judged.

    Args:
        message: what was got, what was expected, what to try.
        text: the whole string.
        at: the offset in it.
        readings: the readings of an ambiguous place, as the author could have written each.

    Example:
        >>> error = TexError("got a/bc", "x = a/bc", 4, ("a/(bc)", "(a/b)c"))
        >>> error.line, error.column
        (1, 5)
        >>> print(error)
        line 1, column 5 (near a/bc): got a/bc; readings: (1) a/(bc); (2) (a/b)c
    """

    def __init__(self, message: str, text: str, at: int, readings: Sequence[str] = ()) -> None:
        self.at = at = max(0, min(at, len(text)))
        self.line = text.count("\n", 0, at) + 1
        self.column = at - (text.rfind("\n", 0, at) + 1) + 1
        self.readings = tuple(readings)
        near = " ".join(text[at : at + 24].split())
        place = f"line {self.line}, column {self.column} " + (f"(near {near})" if near else "(at the end)")
        message = message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE // 2]} ... {message[-300:]}"
        listed = "; ".join(f"({i}) {r}" for i, r in enumerate(self.readings, start=1))
        self.reason = message + (f"; readings: {listed}" if listed else "")
        self.near = near
        super().__init__(f"{place}: {self.reason}")

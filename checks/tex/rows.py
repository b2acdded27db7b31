r"""Rows of a display, told apart by \\: one that begins with a relation or operator goes on, others are claims."""

from __future__ import annotations

from collections.abc import Iterator

from checks.tex.bars import CLOSE, OPEN, Lexeme
from checks.tex.errors import TexError

_GOES_ON = frozenset(("REL", "PLUS", "MINUS", "TIMES", "STAR", "SLASH", "TEXT", "COMMA", "ROWEND"))
_UNFINISHED = frozenset(("", "REL", "PLUS", "MINUS", "TIMES", "STAR", "SLASH", "TEXT", "ROWEND"))


def rows(found: list[Lexeme], text: str) -> Iterator[Lexeme]:
    r"""The tokens without the ends of rows after which a formula goes on; those that are left part two statements.

    Args:
        found: tokens.
        text: what they are of, for messages.

    Raises:
        TexError: a row begins with a sign and has a relation: it may go on, or be a statement of its own.

    Example:
        >>> from checks.tex.tokens import tokens
        >>> [t.type for t in tokens(r"a = b \\ = c")]
        ['NAME', 'REL', 'NAME', 'REL', 'NAME']
        >>> [t.type for t in tokens(r"a = b \\ c = d")]
        ['NAME', 'REL', 'NAME', 'ROWEND', 'NAME', 'REL', 'NAME']
    """
    depth, previous = 0, ""
    for i, token in enumerate(found):
        depth += (token.type in OPEN) - (token.type in CLOSE)
        if token.type == "ROWEND":
            following = found[i + 1].type if i + 1 < len(found) else "ROWEND"
            if following in ("PLUS", "MINUS") and not depth and _has_relation(found, i + 2):
                raise TexError(
                    "got a row that begins with a sign and has a relation",
                    text,
                    found[i + 1].at,
                    ("the row before goes on: move the line break", "a claim of its own: put the first term in braces"),
                )
            if depth or following in _GOES_ON or previous in _UNFINISHED:
                continue
        previous = token.type
        yield token


def _has_relation(found: list[Lexeme], start: int) -> bool:
    """Whether a relation stands in the row, outside brackets and before any condition."""
    depth = 0
    for token in found[start:]:
        depth += (token.type in OPEN) - (token.type in CLOSE)
        if not depth and token.type in ("REL", "COMMA", "TEXT", "QUAD", "ROWEND"):
            return token.type == "REL"
    return False

r"""An author's macros: \newcommand, \def, \DeclareMathOperator, \DeclarePairedDelimiter, expanded with their places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from checks.tex.errors import TexError

#: What is expanded at most in one display, and how long it may become.
MAX_EXPANSIONS, MAX_EXPANDED, MAX_BODY = 2_000, 40_000, 2_000
#: How many definitions of a source are looked at.
MAX_MACROS = 2_000
_DEFINED = re.compile(  # possessive: a stranger's spaces are walked over once
    r"\\(?:re|provide)?+(?:new)?+command\*?+\s*+(?:\{\s*+)?+\\(?P<new>[A-Za-z]++)\s*+\}?+\s*+"
    r"(?:\[(?P<count>\d)\])?+\s*+(?:\[(?P<default>[^\[\]]{0,200}+)\])?+\s*+(?=\{)"
    r"|\\def\s*+\\(?P<old>[A-Za-z]++)(?P<parameters>(?:#\d)*+)\s*+(?=\{)"
    r"|\\DeclareMathOperator\*?+\s*+(?:\{\s*+)?+\\(?P<operator>[A-Za-z]++)\s*+\}?+\s*+(?=\{)"
    r"|\\DeclarePairedDelimiter\s*+(?:\{\s*+)?+\\(?P<pair>[A-Za-z]++)\s*+\}?+\s*+(?=\{)"
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


@dataclass(frozen=True)
class Macro:
    """A command of the author.

    Args:
        body: what stands for it, with #1, #2, ...
        count: of its arguments.
        default: of the first, if that is optional.
    """

    body: str
    count: int = 0
    default: str | None = None


def macros_of(source: str) -> dict[str, Macro]:
    r"""The macros that a source defines; one whose body is too long or has no end is left out.

    Example:
        >>> macros_of(r"\newcommand{\norm}[1]{\left\lVert #1 \right\rVert}")["norm"].count
        1
    """
    found: dict[str, Macro] = {}
    for match in islice(_DEFINED.finditer(source), MAX_MACROS):
        body, end = _braced(source, match.end())
        if body is None:
            continue
        if match["pair"]:
            closing, _ = _braced(source, _skip(source, end))
            if closing is not None:
                found[match["pair"]] = Macro(rf"{body} #1 {closing}", 1)
        elif match["operator"]:
            found[match["operator"]] = Macro(rf"\operatorname{{{body}}}")
        else:
            count = int(match["count"] or 0) if match["new"] else (match["parameters"] or "").count("#")
            found[match["new"] or match["old"]] = Macro(body, count, match["default"])
    return found


def _skip(source: str, at: int) -> int:
    while at < len(source) and source[at].isspace():
        at += 1
    return at


def _braced(source: str, at: int) -> tuple[str | None, int]:
    """The text in the braces that open here, and where it ends."""
    if not source.startswith("{", at):
        return None, at
    depth = 0
    for match in _BRACE.finditer(source, at, at + MAX_BODY):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return source[at + 1 : match.start()], match.end()
    return None, at


def expanded(text: str, macros: Mapping[str, Macro]) -> tuple[str, list[int]]:
    r"""The text without macros, and for each character (and the end) where it comes from.

    Raises:
        TexError: an argument is missing, or the macros grow without end.

    Example:
        >>> expanded(r"\R^d", {"R": Macro(r"\mathbb{R}")})[0]
        '\\mathbb{R}^d'
    """
    rest = [(c, i) for i, c in enumerate(text)][::-1]
    done: list[tuple[str, int]] = []
    expansions = 0
    while rest:
        character, at = rest.pop()
        name = _name(rest) if character == "\\" else ""
        if name not in macros:
            done.append((character, at))
            done += [rest.pop() for _ in name] or ([rest.pop()] if character == "\\" and rest else [])
            continue
        expansions += 1
        if expansions > MAX_EXPANSIONS or len(done) + len(rest) > MAX_EXPANDED:
            raise TexError(f"got the macro \\{name}, which grows without end; expected less", text, at)
        del rest[len(rest) - len(name) :]
        rest += reversed(_filled(macros[name], name, rest, at, text))
    return "".join(c for c, _ in done), [*(i for _, i in done), len(text)]


def _name(rest: list[tuple[str, int]]) -> str:
    end = len(rest)
    while end and rest[end - 1][0].isascii() and rest[end - 1][0].isalpha():
        end -= 1
    return "".join(c for c, _ in reversed(rest[end:]))


def _filled(macro: Macro, name: str, rest: list[tuple[str, int]], at: int, text: str) -> list[tuple[str, int]]:
    """The body with the arguments, which are taken off the rest."""
    arguments: list[list[tuple[str, int]]] = []
    if rest and rest[-1][0] == "*":  # \norm* sizes its delimiters
        rest.pop()
    optional = _bracketed(rest) if macro.default is not None or macro.count else None
    if macro.default is not None:
        arguments.append(optional if optional is not None else [(c, at) for c in macro.default])
    while len(arguments) < macro.count:
        argument = _argument(rest)
        if argument is None:
            raise TexError(f"got \\{name} without its {macro.count} arguments, expected braces after it", text, at)
        arguments.append(argument)
    found: list[tuple[str, int]] = []
    pieces = re.split(r"#(\d)", macro.body)
    for i, piece in enumerate(pieces):
        if i % 2 and 0 < int(piece) <= len(arguments):
            found += arguments[int(piece) - 1]
        elif i % 2 == 0:
            found += [(c, at) for c in piece]
    if not macro.count and rest and macro.body[-1:].isalpha() and rest[-1][0].isalpha() and "\\" in macro.body:
        found.append((" ", at))  # \E x is not \mathbbEx
    return found


def _bracketed(rest: list[tuple[str, int]]) -> list[tuple[str, int]] | None:
    if not rest or rest[-1][0] != "[":
        return None
    found: list[tuple[str, int]] = []
    while rest:
        found.append(rest.pop())
        if found[-1][0] == "]":
            return found[1:-1]
    return found


def _argument(rest: list[tuple[str, int]]) -> list[tuple[str, int]] | None:
    """A group in braces without them, a command, or a character."""
    while rest and rest[-1][0].isspace():
        rest.pop()
    if not rest or rest[-1][0] == "}":
        return None
    first = rest.pop()
    if first[0] == "\\":
        length = max(1, len(_name(rest)))
        return [first, *(rest.pop() for _ in range(min(length, len(rest))))]
    if first[0] != "{":
        return [first]
    found: list[tuple[str, int]] = []
    depth = 1
    while rest:
        character = rest.pop()
        escaped = bool(found) and found[-1][0] == "\\"
        depth += 0 if escaped else (character[0] == "{") - (character[0] == "}")
        if depth == 0:
            return found
        found.append(character)
    return None

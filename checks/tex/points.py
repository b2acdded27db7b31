r"""Notations that are other tokens than they look: t \to 0+ is t \to 0^+, \underset{x}{\mathbb E} is \mathbb E_x."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checks.tex.bars import Lexeme

#: The sign of an expectation as the argument of a command.
EXPECT = re.compile(r"\s*\{\s*\\(?:mathbb|mathds|mathbf|mathrm)(?:\s*\{\s*E\s*\}|\s+E)\s*\}")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_ENDS = frozenset(("RBRACE", "RPAR", "COMMA", "TEXT", "QUAD", "ROWEND", ""))


def underset(text: str, position: int) -> tuple[int, int] | None:
    r"""Where the first argument of \underset ends, and where the second does, if that is an expectation.

    Example:
        >>> underset(r"{x}{\mathbb E}[x]", 0)
        (3, 14)
    """
    if not text.startswith("{", position):
        return None
    depth = 0
    for match in _BRACE.finditer(text, position):
        depth += (match[0] == "{") - (match[0] == "}")
        if not depth:
            operator = EXPECT.match(text, match.end())
            return None if operator is None else (match.end(), operator.end())
    return None


def one_sided(found: Sequence[Lexeme]) -> list[Lexeme]:
    r"""The tokens with 0^+ for the 0+ after which a limit ends: nothing could be added there.

    Example:
        >>> from checks.tex.tokens import tokens
        >>> [t.type for t in tokens(r"t \to 0+")]
        ['NAME', 'REL', 'NUMBER', 'SUP', 'PLUS']
    """
    result: list[Lexeme] = []
    for i, token in enumerate(found):
        following = found[i + 1].type if i + 1 < len(found) else ""
        if token.type in ("PLUS", "MINUS") and following in _ENDS and _is_point(found[max(0, i - 3) : i]):
            result.append(Lexeme("SUP", "^", token.at))
        result.append(token)
    return result


def _is_point(before: Sequence[Lexeme]) -> bool:
    """Whether there is an arrow and a number or letter, perhaps with a sign."""
    if len(before) < 2 or before[-1].type not in ("NUMBER", "NAME"):
        return False
    arrow = before[-3] if before[-2].type in ("MINUS", "PLUS") and len(before) > 2 else before[-2]
    return arrow.type == "REL" and arrow.text == "to"

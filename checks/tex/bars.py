"""Tokens, and which bar opens and which closes: it closes what is open where an operand has just ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from checks.tex.errors import TexError

OPEN = frozenset(("LPAR", "LBRACK", "LBRACE", "SETOPEN", "LANGLE", "BAROPEN", "NORMOPEN", "BEGIN"))
CLOSE = frozenset(("RPAR", "RBRACK", "RBRACE", "SETCLOSE", "RANGLE", "BARCLOSE", "NORMCLOSE", "END"))
_OPERANDS = frozenset(("NUMBER", "NAME", "FUNC", "WORD", "PRIME", "BANG", "TRANSPOSE", "MARK", *CLOSE))


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A token: type, text, offset, and the font of a name."""

    type: str
    text: str
    at: int
    font: str = ""


def tell_bars_apart(found: list[Lexeme], text: str) -> list[Lexeme]:
    r"""The tokens with every | and \| told to open or to close; soft separators inside brackets are dropped.

    Args:
        found: tokens.
        text: what they are of, for messages.

    Raises:
        TexError: a bar has no partner.

    Example:
        >>> bars = [Lexeme("BAR", "|", 0), Lexeme("NAME", "w", 1), Lexeme("BAR", "|", 2)]
        >>> [t.type for t in tell_bars_apart(bars, "|w|")]
        ['BAROPEN', 'NAME', 'BARCLOSE']
    """
    return list(_told_apart(found, text))


def _told_apart(found: list[Lexeme], text: str) -> Iterator[Lexeme]:
    stack: list[Lexeme] = []
    previous = ""
    for token in found:
        if token.type in ("BAR", "NORM"):
            inside = bool(stack) and stack[-1].type == token.type
            closes = inside and previous in _OPERANDS
            token = replace(token, type=token.type + ("CLOSE" if closes else "OPEN"))
            stack = stack[:-1] if closes else [*stack, replace(token, type=token.type.removesuffix("OPEN"))]
        elif token.type in OPEN:
            stack.append(token)
        elif token.type in CLOSE and stack:
            if stack[-1].type in ("BAR", "NORM"):
                raise TexError(
                    "got a bar without its partner; conditional expectations are not read", text, stack[-1].at
                )
            stack.pop()
        if token.type == "QUAD" and (stack or previous in ("", "REL", "PLUS", "MINUS", "QUAD", "COMMA", "ROWEND")):
            continue
        script = token.type in ("STAR", "PLUS", "MINUS") and previous in ("SUP", "SUB")  # w^* ends an operand
        previous = "MARK" if script else token.type
        yield token
    if stack and stack[-1].type in ("BAR", "NORM"):
        raise TexError("got a bar without its partner", text, stack[-1].at)

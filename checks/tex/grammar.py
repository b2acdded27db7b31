"""The grammar of the sublanguage: tokens in, tree out. LALR, so the time is linear and no text has two trees.

What a product of symbols means (a function and its argument, a vector and a transposed vector) is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.tex.approaches import split_approach, unbracketed
from checks.tex.bars import Lexeme
from checks.tex.errors import TexError
from checks.tex.fonts import check_fonts
from checks.tex.nodes import Node, bare
from checks.tex.tokens import tokens

if TYPE_CHECKING:
    from lark import Lark, Token

GRAMMAR = r"""
start: separator? relation (separator relation)* separator?
separator: (COMMA | TEXT | QUAD)+
list: relation (COMMA relation)*
relation: expr (REL expr)*
expr: sign term (PLUS term | MINUS term)*
sign: PLUS | MINUS |
term: factor (factor | operator factor)*
operator: TIMES | STAR | SLASH
?factor: atom
       | factor SUP script -> raised
       | factor SUB script -> lowered
       | factor PRIME -> primed
       | factor BANG -> factorial
atom: NUMBER -> number
    | NAME -> name
    | FUNC -> function
    | WORD -> word
    | FRAC simple simple -> frac
    | SQRT [LBRACK NUMBER RBRACK] simple -> sqrt
    | ACCENT simple -> accent
    | BEGIN row (ROWSEP row)* ROWSEP? END -> matrix
    | opening list closing -> group
    | LBRACE list RBRACE -> group
    | SETOPEN list SETCLOSE -> group
    | LANGLE list RANGLE -> group
    | BAROPEN list BARCLOSE -> group
    | NORMOPEN list NORMCLOSE -> group
row: expr (AMP expr)*
opening: LPAR | LBRACK
closing: RPAR | RBRACK
simple: LBRACE list RBRACE -> group | NUMBER -> number | NAME -> name
script: simple | mark | LBRACE mark RBRACE | PRIME -> mark
      | LBRACE mark mark RBRACE -> marks | LBRACE REL NUMBER RBRACE -> above
mark: PLUS | MINUS | STAR | TRANSPOSE | MARK
%declare NUMBER NAME FUNC WORD FRAC SQRT ACCENT BEGIN END ROWSEP AMP LPAR RPAR LBRACK RBRACK LBRACE RBRACE SETOPEN
%declare SETCLOSE LANGLE RANGLE BAROPEN BARCLOSE NORMOPEN NORMCLOSE COMMA TEXT QUAD REL PLUS MINUS TIMES STAR SLASH
%declare SUP SUB PRIME BANG TRANSPOSE MARK
"""
#: Arrows of a limit from one side.
_FROM = {"down": "+", "up": "-"}
_ROW_END = re.compile(r"\\\\")
_OPENED = {
    "LPAR": "(",
    "LBRACK": "[",
    "LBRACE": "{",
    "SETOPEN": r"\{",
    "LANGLE": "<",
    "BAROPEN": "|",
    "NORMOPEN": "||",
    "RPAR": ")",
    "RBRACK": "]",
}


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark
    from lark.lexer import Lexer

    class Ready(Lexer):
        """Hands over tokens that exist already."""

        def __init__(self, _: object) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
            from lark import Token

            del parser_state
            return (Token(t.type, t.text, start_pos=t.at) for t in lexer_state)

    return Lark(GRAMMAR, parser="lalr", lexer=Ready)


def parse_tex(text: str) -> list[tuple[str, Node]]:
    r"""The relations of a string, each with the words before it: first the statement, then the conditions.

    Raises:
        TexError: the text is not of the sublanguage.

    Example:
        >>> [(words, node.text) for words, node in parse_tex(r"\frac12 w = g, \text{ where } t > 0")]
        [('', '='), ('where', '>')]
    """
    first, *others = parse_statements(text)
    if others:
        at = others[0][0][1]
        raise TexError(f"got {1 + len(others)} statements in rows, expected one: each claim by itself", text, at.at)
    return first


def parse_statements(text: str, where: str = "") -> list[list[tuple[str, Node]]]:
    r"""The statements of a display, one or more rows each, as ``parse_tex`` gives one.

    Args:
        text: the display.
        where: conditions that follow each statement; their places count on after the text and a line break.

    Raises:
        TexError: the text is not of the sublanguage.

    Example:
        >>> [[node.text for _, node in part] for part in parse_statements(r"a &= b \\ &= c \\ d &< e, t > 0")]
        [['= ='], ['<', '>']]
    """
    found, parts = tokens(text), list[list[Lexeme]]([[]])
    for token in found:
        if token.type == "ROWEND":
            parts.append([])
        else:
            parts[-1].append(token)
    if where:
        shift = len(text) + 1
        more = [replace(t, at=t.at + shift) for t in tokens(where) if t.type != "ROWEND"]
        text = f"{text}\n{where}"
        check_fonts((*found, *more), text)
        parts = [[*part, Lexeme("TEXT", "where", shift), *more] for part in parts]
    return [_parsed(part, text) for part in parts]


def _parsed(found: list[Lexeme], text: str) -> list[tuple[str, Node]]:
    from lark.exceptions import UnexpectedInput

    source: Any = found  # the lexer of this parser takes tokens, not text
    try:
        tree: Any = _parser().parse(source)
    except UnexpectedInput as error:
        raise _complaint(text, found, error) from None
    result: list[tuple[str, Node]] = []
    words = ""
    for child in tree.children:
        if _rule(child) == "separator":
            words = " ".join(str(t) for t in child.children if t.type == "TEXT" and str(t))
        else:
            node = _node(child)
            result.append((words, unbracketed(node) if result else node))
            words = ""
    main, approach = split_approach(result[0][1])
    return result if approach is None else [(result[0][0], main), ("as", approach), *result[1:]]


def _complaint(text: str, found: list[Lexeme], error: Exception) -> TexError:
    token = getattr(error, "token", None)
    at = getattr(token, "start_pos", None)
    if token is None or at is None or token.type == "$END":
        end = next((m.start() for m in _ROW_END.finditer(text) if found and m.start() > found[-1].at), len(text))
        return TexError("it ends too early; expected an operand or a closing bracket", text, end)
    shown = str(token) or token.type.lower()
    before = next((t for t in reversed(found) if t.at < at), None)
    hint = "expected a formula of the sublanguage (docs/latex.md)"
    if token.type in ("SUP", "SUB"):
        hint = "expected one letter, one digit or braces as its script"
    elif before is not None and before.type in ("SUP", "SUB", "FRAC", "SQRT", "ACCENT"):
        hint = "expected braces, one letter or one digit as the argument before it"
    return TexError(f"unexpected {shown!r}; {hint}", text, at)


def _rule(tree: Any) -> str:
    return str(getattr(tree, "data", ""))


def _node(tree: Any) -> Node:
    node: Node = _BUILDERS[_rule(tree)](tree)
    return node


def _start(tree: Any) -> int:
    """Offset of the first token below."""
    while not hasattr(tree, "start_pos"):
        tree = next(c for c in tree.children if c is not None and (hasattr(c, "start_pos") or c.children))
    return int(tree.start_pos)


def _list(tree: Any) -> Node:
    items = tuple(_node(c) for c in tree.children if _rule(c) == "relation")
    return Node("items", items[0].at, "", items)


def _relation(tree: Any) -> Node:
    sides = tuple(_node(c) for c in tree.children if _rule(c) == "expr")
    signs = [str(c) for c in tree.children if not _rule(c)]
    sides = (sides[0], *(_from(side, sign) for side, sign in zip(sides[1:], signs, strict=True)))
    return Node("relation", sides[0].at, " ".join("to" if s in _FROM else s for s in signs), sides)


def _from(side: Node, sign: str) -> Node:
    r"""The point of t \downarrow 0 as that of t \to 0^+."""
    if sign not in _FROM:
        return side
    inner = Node("items", side.at, "", (Node("relation", side.at, "", (side,)),))
    point = Node("group", side.at, "{", (inner,), sup=Node("mark", side.at, _FROM[sign]))
    return Node("sum", side.at, "", (Node("term", side.at, "+", (point,)),))


def _expr(tree: Any) -> Node:
    signs = ["-" if any(str(t) in "-−" for t in tree.children[0].children) else "+"]
    signs += ["-" if str(c) in "-−" else "+" for c in tree.children[1:] if not _rule(c)]
    terms = [_node(c) for c in tree.children if _rule(c) == "term"]
    signed = tuple(replace(t, text=s) for t, s in zip(terms, signs, strict=True))
    return Node("sum", signed[0].at, "", signed)


def _term(tree: Any) -> Node:
    children = tuple(_node(c) for c in tree.children)
    return Node("term", children[0].at, "", children)


def _operator(tree: Any) -> Node:
    token = tree.children[0]
    return Node("op", int(token.start_pos), "/" if token.type == "SLASH" else "*")


def _leaf(kind: str) -> Any:
    return lambda tree: Node(kind, int(tree.children[0].start_pos), str(tree.children[0]))


def _frac(tree: Any) -> Node:
    return Node("frac", int(tree.children[0].start_pos), "", tuple(_node(c) for c in tree.children[1:]))


def _sqrt(tree: Any) -> Node:
    index = next((str(c) for c in tree.children if getattr(c, "type", "") == "NUMBER"), "2")
    return Node("sqrt", int(tree.children[0].start_pos), index, (_node(tree.children[-1]),))


def _accent(tree: Any) -> Node:
    return Node("accent", int(tree.children[0].start_pos), str(tree.children[0]), (_node(tree.children[1]),))


def _group(tree: Any) -> Node:
    first, inner, last = tree.children
    first, last = (c if not _rule(c) else c.children[0] for c in (first, last))
    text = _OPENED[first.type]
    if text in "([":
        text += _OPENED[last.type] if (text, last.type) not in (("(", "RPAR"), ("[", "RBRACK")) else ""
    return Node("group", int(first.start_pos), text, (_node(inner),))


def _matrix(tree: Any) -> Node:
    rows = tuple(
        Node("row", _start(c), "", tuple(_node(e) for e in c.children if _rule(e) == "expr"))
        for c in tree.children
        if _rule(c) == "row"
    )
    return Node("matrix", int(tree.children[0].start_pos), "", rows)


def _script(tree: Any) -> Node:
    inner = [c for c in tree.children if _rule(c)]
    return _node(inner[0])


def _raised(tree: Any) -> Node:
    base = _node(tree.children[0])
    script = _node(tree.children[2])
    if script.kind == "mark" and script.text == "*" and (symbol := _accented(base)) is not None:
        return replace(base, children=(replace(symbol, sup=script),))
    if script.kind == "mark" and script.text in ("'", "prime"):
        return replace(base, primes=base.primes + 1)
    return replace(base, sup=script) if base.sup is None else _double(base, script)


def _lowered(tree: Any) -> Node:
    base = _node(tree.children[0])
    script = _node(tree.children[2])
    if (symbol := _accented(base)) is not None and symbol.sub is None:
        return replace(base, children=(replace(symbol, sub=script),))
    if base.sub is None:
        return replace(base, sub=script)
    return replace(base, sub=Node("double", script.at, "", (base.sub, script)))  # refused where it is read


def _accented(base: Node) -> Node | None:
    r"""The symbol under an accent: in \bar w_i the index belongs to w."""
    symbol = bare(base.children[0]) if base.kind == "accent" and base.plain else None
    return symbol if symbol is not None and symbol.kind == "name" else None


def _double(base: Node, script: Node) -> Node:
    """Two superscripts: a star with another may stand together; others are refused later."""
    assert base.sup is not None
    return replace(base, sup=Node("double", script.at, "", (base.sup, script)))


def _factorial(tree: Any) -> Node:
    base = _node(tree.children[0])
    return Node("mark", base.at, "!!") if base.factorial else replace(base, factorial=True)  # 5!! is refused later


_BUILDERS: dict[str, Any] = {
    "list": _list,
    "relation": _relation,
    "expr": _expr,
    "term": _term,
    "operator": _operator,
    **{kind: _leaf(kind) for kind in ("number", "name", "function", "word", "mark")},
    "frac": _frac,
    "sqrt": _sqrt,
    "accent": _accent,
    "group": _group,
    "matrix": _matrix,
    "script": _script,
    "marks": lambda tree: Node(
        "double", _start(tree), "", tuple(_node(c) for c in tree.children if _rule(c) == "mark")
    ),
    "above": lambda tree: Node("mark", int(tree.children[0].start_pos), f"{tree.children[1]}{tree.children[2]}"),
    "raised": _raised,
    "lowered": _lowered,
    "primed": lambda tree: (lambda base: replace(base, primes=base.primes + 1))(_node(tree.children[0])),
    "factorial": _factorial,
}

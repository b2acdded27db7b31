"""The tree of what was written, before anything is understood: one node type with its place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of LaTeX.

    Args:
        kind: ``items``, ``relation``, ``sum``, ``term``, ``op``, or an atom: ``number``, ``name``, ``function``,
            ``word``, ``group``, ``frac``, ``sqrt``, ``accent``, ``matrix``, ``row``, ``mark``.
        at: offset in the text.
        text: name, number, bracket, sign or relations.
        children: the parts.
        sub: the subscript.
        sup: the superscript.
        primes: how many.
        factorial: whether a ! follows.
    """

    kind: str
    at: int
    text: str = ""
    children: tuple[Node, ...] = ()
    sub: Node | None = None
    sup: Node | None = None
    primes: int = 0
    factorial: bool = False

    @property
    def plain(self) -> bool:
        """Whether nothing is attached to the atom."""
        return self.sub is None and self.sup is None and not self.primes and not self.factorial


def walk(node: Node) -> Iterator[Node]:
    """Every node, parents first."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack += [n for n in (current.sup, current.sub, *reversed(current.children)) if n is not None]


def bare(node: Node | None) -> Node | None:
    """The single factor of which a node consists, groups in braces opened; None if there are more."""
    while node is not None and node.plain:
        if node.kind == "term" and node.text == "-":
            return node
        if node.kind in ("items", "relation", "sum", "term") or (node.kind == "group" and node.text == "{"):
            if len(node.children) != 1:
                return node
            node = node.children[0]
            continue
        break
    return node


def factors(node: Node | None) -> tuple[Node, ...]:
    """The factors of a product without operators, of one factor, or of a list; empty if it is anything else."""
    node = bare(node)
    if node is None:
        return ()
    if node.kind == "items":
        return tuple(f for child in node.children for f in factors(child))
    if node.kind == "term" and not node.text.startswith("-") and all(c.kind != "op" for c in node.children):
        return node.children
    return () if node.kind in ("term", "sum", "relation", "items") else (node,)


def shown(node: Node) -> str:
    r"""The node as LaTeX again, for messages.

    Example:
        >>> from checks.tex.grammar import parse_tex
        >>> shown(parse_tex(r"\sin\theta \bar{w} = -\frac12 [z]_+")[0][1])
        '\\sin \\theta \\bar{w} = -\\frac{1}{2} [z]_{+}'
    """
    text = _shown(node)
    text += "'" * node.primes + "!" * node.factorial
    for mark, script in (("_", node.sub), ("^", node.sup)):
        if script is not None:
            inner = shown(script)
            text += mark + (inner if inner.startswith("{") else f"{{{inner}}}")
    return text


def _shown(node: Node) -> str:
    inner = [shown(c) for c in node.children]
    if node.kind == "items":
        return ", ".join(inner)
    if node.kind == "relation":
        signs = [_SIGNS.get(s, s if s in "=<>" else f"\\{s}") for s in node.text.split()]
        return " ".join(x for pair in zip(inner, [*signs, ""], strict=False) for x in pair if x)
    if node.kind == "sum":
        signed = "".join(f" {c.text} {t}" for c, t in zip(node.children, inner, strict=True))
        return signed[3:] if signed.startswith(" + ") else "-" + signed[3:]
    if node.kind == "mark":
        return node.text if node.text != "top" else r"\top"
    if node.kind == "group":
        close = {"(": ")", "[": "]", "{": "}", r"\{": r"\}", "<": r"\rangle", "|": "|", "||": r"\|"}
        opening = {"<": r"\langle ", "||": r"\|"}.get(node.text, node.text[:1] if node.text[0] in "([" else node.text)
        return opening + inner[0] + close.get(node.text, node.text[-1])
    if node.kind in ("frac", "accent", "sqrt"):
        name = node.text if node.kind == "accent" else node.kind
        return f"\\{name}" + "".join(t if t.startswith("{") else f"{{{t}}}" for t in inner)
    if node.kind in ("term", "double", "row", "matrix"):
        return " ".join(inner)
    return _SHOWN.get(node.text, node.text if len(node.text) == 1 or not node.text.isalpha() else f"\\{node.text}")


_SIGNS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", ":=": ":="}
_SHOWN = {
    "expect": r"\mathbb{E}",
    "probability": r"\Pr",
    "indicator": r"\mathbf{1}",
    "reals": r"\mathbb{R}",
    "integral": r"\int",
    "product": r"\prod",
    "infinity": r"\infty",
    "normal": r"\mathcal{N}",
    "given": r"\mid",
    "*": r" \cdot ",
}

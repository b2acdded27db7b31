r"""Formulas that sum over neurons, for every number of students n, teachers k and every dimension d.

The population loss is $L(W) = \frac12 E[(\sum_i \phi(w_i \cdot x) - \sum_j \phi(v_j \cdot x))^2]$. Expanding the
square, what depends on $w_i$ is
$$\tfrac12 E[\phi(w_i \cdot x)^2] + \sum_{j \ne i} E[\phi(w_i \cdot x)\phi(w_j \cdot x)]
- \sum_j E[\phi(w_i \cdot x)\phi(v_j \cdot x)].$$
So a derivative of L consists of three functions of two vectors, one a class: ``self``, ``students`` (summed over
$j \ne i$), ``teachers`` (summed over j); formulas are equal for all n, k and all weights if and only if they agree
class by class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from analytic.algebra import Algebra
from analytic.errors import FormulaError
from analytic.formula import ONE, Expr, mul, names, num, walk
from analytic.frame import Tensor
from analytic.grammar import parse
from analytic.interpret import Interpreter
from analytic.ring import Element, Ring, canonical_ring

T = TypeVar("T")

SELF, STUDENTS, TEACHERS, PAIR = "self", "students", "teachers", "pair"
#: The two vectors of each class.
VECTORS = {SELF: ("w_i", "w_j"), STUDENTS: ("w_i", "w_j"), TEACHERS: ("w_i", "v_j"), PAIR: ("w_i", "w_j")}
#: The expansion of the square: what of L depends on w_i, by class.
EXPANDED_LOSS = {
    SELF: "E[phi(w_i.x)^2]/2",
    STUDENTS: "E[phi(w_i.x)*phi(w_j.x)]",
    TEACHERS: "-E[phi(w_i.x)*phi(v_j.x)]",
}


@dataclass(frozen=True)
class Block:
    """One class of a formula: a tensor in the frame of two vectors, and the ring of its coordinates."""

    ring: Ring
    tensor: Tensor[Element]


#: A formula by class; a formula of one pair of vectors has the single class ``pair``.
Blocks = Mapping[str, Block]


@lru_cache(maxsize=32)
def loss_derivative(expr: Expr, activation: str = "relu") -> Blocks:
    """``grad(L, w_i)``, ``hess(L, w_i, w_i)`` or ``hess(L, w_i, w_j)``, derived from the expectations.

    Args:
        expr: the formula.
        activation: the name of the activation phi.

    Returns:
        The blocks: classes self, students, teachers; for w_i, w_j the class pair.

    Raises:
        FormulaError: another formula.

    Example:
        >>> from analytic.readable import readable
        >>> block = loss_derivative(parse("hess(L, w_i, w_i)"))["self"]
        >>> print(readable(block.tensor.coordinates["I"], block.ring))
        1/2
    """
    function, *arguments = expr.children
    by = [a.identifier for a in arguments[1:]]
    if function.identifier == "hess" and by == ["w_i", "w_j"]:
        return {PAIR: _derived(STUDENTS, "hess", by, activation)}
    if by not in (["w_i"], ["w_i", "w_i"]) or (function.identifier, len(by)) not in (("grad", 1), ("hess", 2)):
        raise FormulaError(f"got {expr}, expected grad(L, w_i), hess(L, w_i, w_i) or hess(L, w_i, w_j)")
    return {c: _derived(c, function.identifier, by, activation) for c in (SELF, STUDENTS, TEACHERS)}


def _derived(kind: str, operator: str, by: list[str], activation: str) -> Block:
    summand = substitute_function(parse(EXPANDED_LOSS[kind]), "phi", activation)
    ring = canonical_ring(VECTORS[kind])
    arguments = tuple(Expr("name", (n,)) for n in by)
    return Block(ring, Interpreter(ring).tensor(Expr("call", (Expr("name", (operator,)), summand, *arguments))))


def substitute_function(expr: Expr, old: str, new: str) -> Expr:
    """The formula with every call of the function ``old`` turned into one of ``new``."""
    if expr.is_call(old):
        return Expr("call", (Expr("name", (new,)), *(substitute_function(c, old, new) for c in expr.children[1:])))
    if not expr.children:
        return expr
    return Expr(expr.head, tuple(substitute_function(c, old, new) for c in expr.children))


def is_loss_derivative(expr: Expr) -> bool:
    """Whether the formula is a derivative of the population loss L."""
    return (expr.is_call("grad") or expr.is_call("hess")) and expr.children[1] == Expr("name", ("L",))


def split_by_class(expr: Expr, classes: tuple[str, ...]) -> dict[str, Expr]:
    """A sum of a term in w_i, sums over students and sums over teachers, as one summand a class.

    Args:
        expr: for instance ``w_i/2 + sum(j != i, g(w_i, w_j)) - sum(j, g(w_i, v_j))`` with g expanded.
        classes: the classes to look for; ``("pair",)`` takes the formula as it is.

    Returns:
        The summand of each class; absent classes are ``0``.

    Raises:
        FormulaError: a sum that runs over neither, or is multiplied by another sum.

    Example:
        >>> {c: str(e) for c, e in split_by_class(parse("w_i/2 - 2*sum(j, v_j)"), ("self", "teachers")).items()}
        {'self': 'w_i/2', 'teachers': '-2*v_j'}
    """
    if classes == (PAIR,):
        return {PAIR: expr}
    found: dict[str, list[Expr]] = {c: [] for c in classes}
    for term in expr.children if expr.head == "add" else (expr,):
        kind, summand = _class_of(term)
        if kind not in found:
            raise FormulaError(f"got the term {term}, expected terms of the classes {', '.join(classes)}")
        found[kind].append(summand)
    return {c: _total(terms) for c, terms in found.items()}


def _total(terms: list[Expr]) -> Expr:
    total = num(0)
    for term in terms:
        total = total + term
    return total


def _class_of(term: Expr) -> tuple[str, Expr]:
    factors = term.children if term.head == "mul" else (term,)
    sums = [f for f in factors if f.is_call("sum")]
    if not sums:
        if any(n.is_call("sum") for n in walk(term)) or names(term) & {"w_j", "v_j"}:
            raise FormulaError(
                f"got {term}: write sums over neurons as a sum of terms c*sum(j != i, ...) and c*sum(j, ...)"
            )
        return SELF, term
    if len(sums) > 1 or len(sums[0].children) != 3:
        raise FormulaError(f"got {term}, expected one sum(j != i, ...) or sum(j, ...) a term")
    index, body = sums[0].children[1:]
    rest = mul(ONE, *(f for f in factors if f is not sums[0]))
    if index == parse("f(j != i)").children[1]:
        return STUDENTS, mul(rest, body)
    if index == Expr("name", ("j",)):
        return TEACHERS, mul(rest, body)
    raise FormulaError(f"got a sum over {index}, expected j != i (the other students) or j (the teachers)")


def read_blocks(expr: Expr, classes: tuple[str, ...]) -> Blocks:
    """A formula with sums over neurons, evaluated class by class in the canonical ring."""
    return {c: read_block(e, c) for c, e in split_by_class(expr, classes).items()}


def read_block(expr: Expr, kind: str) -> Block:
    """One class of a formula in its ring."""
    ring = canonical_ring(VECTORS[kind])
    return Block(ring, Interpreter(ring).tensor(expr))


def zero_of_order(order: int, ring: Algebra[T]) -> Tensor[T]:
    """The zero tensor, for a class that a formula does not mention."""
    shapes = {0: ("",), 1: ("1", "2"), 2: ("I", "11", "12", "21", "22")}
    return Tensor(order, dict.fromkeys(shapes[order], ring.number(Fraction(0))))

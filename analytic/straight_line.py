"""Closed forms as straight-line programs in float64: no subexpression twice, constants folded, cancellation avoided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from analytic.algebra import FUNCTIONS, evaluate, exponent_of
from analytic.balls import BallAlgebra, precision
from analytic.errors import FormulaError
from analytic.formula import CONSTANTS, Expr, mul, names, num
from analytic.gaussian_law import GaussianLaw
from analytic.running_special import OPERATIONS
from analytic.stable import stable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

#: An input: norm, parameter, or of an angle: theta, cos, sin, arc (pi/2 - theta), one_plus_cos, one_minus_cos.
Input = tuple[str, str]
#: The values of inputs with bounds of their errors.
Given = Callable[[Input], tuple[Array, Array]]


@dataclass(frozen=True)
class Node:
    """A step of a program: a constant with its error, an input, or an operation on the values of earlier steps."""

    operation: str
    arguments: tuple[int, ...] = ()
    constant: tuple[float, float] = (0.0, 0.0)
    source: Input = ("", "")


@dataclass(frozen=True)
class Program:
    """Operations one after another; the last value is the result.

    Args:
        nodes: in an order in which each argument comes before its use.

    Example:
        >>> from analytic.grammar import parse
        >>> program = compile_formula(parse("(a + 1)^2*(a + 1)/2"), GaussianLaw((), (), ()))
        >>> [n.operation for n in program.nodes]
        ['constant', 'input', 'add', 'mul', 'constant', 'mul', 'mul']
        >>> float(program.values(lambda _: (2.0, 0.0)))
        13.5
    """

    nodes: tuple[Node, ...]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What the program reads."""
        return tuple(n.source for n in self.nodes if n.operation == "input")

    def values(self, given: Given) -> Array:
        """The values alone."""
        found: list[Any] = []
        for node, dead in zip(self.nodes, self._last_uses, strict=True):
            if node.operation == "constant":
                found.append(node.constant[0])
            elif node.operation == "input":
                found.append(given(node.source)[0])
            else:
                found.append(OPERATIONS[node.operation].value(*(found[i] for i in node.arguments)))
            for i in dead:  # arrays of millions: what is not needed any more makes room
                found[i] = None
        return found[-1]  # type: ignore[no-any-return]

    @cached_property
    def _last_uses(self) -> list[list[int]]:
        """Which values no later step reads, step by step."""
        last = {i: n for n, node in enumerate(self.nodes) for i in node.arguments}
        dead: list[list[int]] = [[] for _ in self.nodes]
        for i, n in last.items():
            dead[n].append(i)
        return dead

    def values_and_errors(self, given: Given) -> tuple[Array, Array]:
        """The values with their running errors; an infinite or NaN error says that nothing is known."""
        found: list[tuple[Array, Array]] = []
        for node in self.nodes:
            if node.operation == "constant":
                found.append(node.constant)  # type: ignore[arg-type]
            elif node.operation == "input":
                found.append(given(node.source))
            else:
                operation, arguments = OPERATIONS[node.operation], [found[i] for i in node.arguments]
                values, errors = [v for v, _ in arguments], [e for _, e in arguments]
                value = operation.value(*values)
                found.append((value, operation.error(value, values, errors)))
        return found[-1]


@lru_cache(maxsize=512)
def compile_formula(expr: Expr, law: GaussianLaw) -> Program:
    """A closed form in the names of a law as a program.

    Args:
        expr: a formula of norms, angles, correlations and parameters.
        law: says which names are angles and which correlations.

    Returns:
        The program.

    Raises:
        FormulaError: a function has no operation in float64.
    """
    builder = _Builder()
    builder.node(stable(expr, law))
    return Program(tuple(builder.nodes))


class _Builder:
    """Appends the nodes of formulas; a node that is there already is used again."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.known: dict[Node, int] = {}
        self.done: dict[Expr, int] = {}

    def node(self, expr: Expr) -> int:
        """The index of a formula's value."""
        if expr not in self.done:
            self.done[expr] = self.constant(expr) if is_constant(expr) else self._composed(expr)
        return self.done[expr]

    def push(self, node: Node) -> int:
        """The index of a node, new or not."""
        if node not in self.known:
            self.known[node] = len(self.nodes)
            self.nodes.append(node)
        return self.known[node]

    def apply(self, operation: str, *arguments: int) -> int:
        """The index of an operation on values."""
        return self.push(Node(operation, arguments))

    def constant(self, expr: Expr) -> int:
        """A formula of constants as the nearest float, with the distance from it."""
        with precision(160):
            ball = evaluate(expr, BallAlgebra({}, None, {}))
            nearest = float(ball.mid())
            return self.push(Node("constant", constant=(nearest, 1.01 * float((ball - nearest).abs_upper()))))

    def _composed(self, expr: Expr) -> int:
        if expr.head == "name":
            return self.push(Node("input", source=("parameter", expr.identifier)))
        if expr.head in ("norm", "circle"):
            kind, label = ("norm", expr.children[0]) if expr.head == "norm" else (expr.args[0], expr.children[0])
            return self.push(Node("input", source=(str(kind), label.identifier)))
        if expr.head == "add":
            return self._sum(expr.children)
        if expr.head == "mul" or (expr.head == "pow" and exponent_of(expr.children[1]) < 0):
            return self._fraction(expr.children if expr.head == "mul" else (expr,))
        if expr.head == "pow":
            return self._power(self.node(expr.children[0]), exponent_of(expr.children[1]))
        return self._call(expr)

    def _call(self, expr: Expr) -> int:
        f = expr.children[0].identifier if expr.head == "call" else expr.head
        if f not in OPERATIONS:
            raise FormulaError(f"got {expr.head} {f}, expected a closed form in {', '.join(sorted(FUNCTIONS))}")
        return self.apply(f, *(self.node(c) for c in expr.children[1:]))

    def _sum(self, terms: Iterable[Expr]) -> int:
        """Constants first, then what depends on little: sums of scalars cost nothing beside arrays."""
        ordered = sorted(terms, key=lambda t: (len(names(t)) if not is_constant(t) else 0, _negative(t)))
        fixed = [t for t in ordered if is_constant(t)]
        rest = ordered[len(fixed) :]
        first = next((t for t in rest if not _negative(t)), rest[0])
        total = self.constant(Expr("add", (num(0), *fixed))) if fixed else self.node(first)
        for term in rest if fixed else [t for t in rest if t is not first]:
            if _negative(term):
                total = self.apply("sub", total, self.node(mul(num(-1), term)))
            else:
                total = self.apply("add", total, self.node(term))
        return total

    def _fraction(self, factors: Iterable[Expr]) -> int:
        """One constant, norms, the other factors, those that depend on little first; one division at the end."""
        ordered = sorted(factors, key=lambda f: (len(names(f)), f.head != "norm"))
        fixed = [f for f in ordered if is_constant(f)]
        rest = [f for f in ordered if not is_constant(f)]
        below = [_inverse(f) for f in rest if _divides(f)]
        above = [self.node(f) for f in rest if not _divides(f)]
        if fixed or not above:
            above.insert(0, self.constant(Expr("mul", (num(1), *fixed))))
        top = self._chain(above)
        return self.apply("div", top, self._chain([self.node(f) for f in below])) if below else top

    def _chain(self, factors: list[int]) -> int:
        total = factors[0]
        for factor in factors[1:]:
            total = self.apply("mul", total, factor)
        return total

    def _power(self, base: int, exponent: Fraction) -> int:
        if exponent.denominator == 2:
            base, exponent = self.apply("sqrt", base), exponent * 2
        if exponent.denominator != 1 or exponent < 1:
            raise FormulaError(f"got the exponent {exponent}, expected a multiple of 1/2: float64 has no other powers")
        n = int(exponent)
        if n == 1:
            return base
        half = self._power(base, Fraction(n // 2))
        square = self.apply("mul", half, half)
        return self.apply("mul", square, base) if n % 2 else square


def is_constant(expr: Expr) -> bool:
    """Whether a formula has the same value everywhere."""
    return expr.head != "circle" and names(expr) <= CONSTANTS and not _inputs(expr)


def _inputs(expr: Expr) -> bool:
    return expr.head in ("norm", "circle") or any(_inputs(c) for c in expr.children)


def _negative(term: Expr) -> bool:
    leading = term.children[0] if term.head == "mul" else term
    return leading.head == "num" and leading.fraction < 0


def _divides(factor: Expr) -> bool:
    return factor.head == "pow" and exponent_of(factor.children[1]) < 0


def _inverse(factor: Expr) -> Expr:
    base, exponent = factor.children[0], -exponent_of(factor.children[1])
    return base if exponent == 1 else Expr("pow", (base, num(exponent)))

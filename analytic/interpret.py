r"""What a formula with vectors means: scalars, vectors and matrices in the moving frame of one vector or two.

Beyond scalars the language has: vectors by name, ``bar(w)`` (unit vector), ``perp(v, w)`` (unit vector along
$\bar v - \cos\theta\,\bar w$, so orthogonal to w), ``outer(x, y)`` ($x y^\top$), ``I``; and, where the algebra is the
canonical ring, ``E[...]``, ``grad(f, w)``, ``hess(f, w, v)`` and ``limit(f, theta(w, v), 0)``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Generic, TypeVar

from analytic.algebra import FUNCTIONS, VectorAlgebra, evaluate, exponent_of
from analytic.constants import multiple_of_pi
from analytic.differentiate import gradient, jacobian, limit_at_parallel
from analytic.errors import DomainError, FormulaError
from analytic.expectation import derive_in_ring
from analytic.formula import Expr, add, call, mul, name, num
from analytic.frame import MATRIX, Tensor, matrix, scalar, vector
from analytic.readable import readable
from analytic.ring import Element, Ring, canonical_ring

T = TypeVar("T")


class Interpreter(Generic[T]):
    """Evaluates a formula with vectors in an algebra whose ``pair`` are the two vectors.

    Args:
        algebra: the scalars, and the vectors by name.

    Example:
        >>> from analytic.grammar import parse
        >>> ring = Ring(("w", "v"))
        >>> x = Interpreter(ring).tensor(parse("outer(bar(w), v)"))
        >>> [str(c) for c in x.coordinates.values()]
        ['0', 'cos(theta)*|v|', 'sin(theta)*|v|', '0', '0']
    """

    def __init__(self, algebra: VectorAlgebra[T]) -> None:
        self.algebra = algebra

    @property
    def vectors(self) -> tuple[str, ...]:
        """The vectors that span the frame: the pair, or a vector that stands alone."""
        return self.algebra.pair or tuple(self.algebra.norms)[:1]

    def number(self, value: int) -> T:
        """A small integer in the algebra."""
        return self.algebra.number(Fraction(value))

    def tensor(self, expr: Expr) -> Tensor[T]:
        """The value of the formula.

        Raises:
            FormulaError: kinds do not fit, such as a vector plus a matrix, or a name is unknown.
        """
        if expr.head == "name":
            return self._named(expr)
        if expr.head == "add":
            total = self.tensor(expr.children[0])
            for child in expr.children[1:]:
                total = total.combine(self.tensor(child), self.algebra.add)
            return total
        if expr.head == "mul":
            return self._product([self.tensor(c) for c in expr.children])
        if expr.head == "pow":
            base = self.tensor(expr.children[0])
            return scalar(self.algebra.power(base.scalar, exponent_of(expr.children[1])))
        if expr.head == "call":
            return self._call(expr)
        if expr.head == "expect":
            return self._expectation(expr)
        if expr.head == "dot":
            return scalar(self._inner(*(c.identifier for c in expr.children)))
        return scalar(evaluate(expr, self.algebra))

    def _named(self, expr: Expr) -> Tensor[T]:
        identifier, vectors = expr.identifier, self.vectors
        if identifier in vectors:
            return self._scaled(self.algebra.norm(identifier), self._unit(identifier))
        if identifier == "I" and vectors:
            zero = self.number(0)
            return matrix(self.number(1), zero, zero, zero, zero)
        return scalar(evaluate(expr, self.algebra))

    def _inner(self, first: str, second: str) -> T:
        """The inner product |w| |v| cos(theta); |w|^2 of a vector with itself."""
        norms = self.algebra.mul(self.algebra.norm(first), self.algebra.norm(second))
        return norms if first == second else self.algebra.mul(norms, self._circle()[0])

    def _unit(self, identifier: str) -> Tensor[T]:
        vectors = self.vectors
        if identifier not in vectors:
            raise FormulaError(
                f"got the vector {identifier}, expected one of {', '.join(vectors) or 'none in this formula'}"
            )
        return vector(self.number(1), self.number(0)) if identifier == vectors[0] else vector(*self._circle())

    def _circle(self) -> tuple[T, T]:
        theta = self.algebra.theta()
        return self.algebra.function("cos", theta), self.algebra.function("sin", theta)

    def _scaled(self, factor: T, x: Tensor[T]) -> Tensor[T]:
        return x.map(lambda c: self.algebra.mul(factor, c))

    def _product(self, factors: list[Tensor[T]]) -> Tensor[T]:
        total = factors[0]
        for factor in factors[1:]:
            if total.order and factor.order:
                raise FormulaError(
                    f"got {total.kind} times {factor.kind}; write x y^T as outer(x, y), inner products as w.v"
                )
            total = self._scaled(total.scalar, factor) if not total.order else self._scaled(factor.scalar, total)
        return total

    def _call(self, expr: Expr) -> Tensor[T]:
        function, *arguments = expr.children
        f = function.identifier
        handlers: dict[str, tuple[int, Callable[[list[Expr]], Tensor[T]]]] = {
            "bar": (1, lambda a: self._unit(a[0].identifier)),
            "perp": (2, lambda a: self._perpendicular(a[0].identifier, a[1].identifier)),
            "outer": (2, lambda a: self._outer(self.tensor(a[0]), self.tensor(a[1]))),
            "grad": (2, self._gradient),
            "hess": (3, self._hessian),
            "limit": (3, self._limit),
        }
        if f in handlers:
            arity, handler = handlers[f]
            if len(arguments) != arity:
                raise FormulaError(f"{f} takes {arity} arguments, got {len(arguments)} in {expr}")
            return handler(arguments)
        if FUNCTIONS.get(f) == 1 and len(arguments) == 1:
            return scalar(self.algebra.function(f, self.tensor(arguments[0]).scalar))
        return scalar(evaluate(expr, self.algebra))

    def _perpendicular(self, first: str, second: str) -> Tensor[T]:
        pair: tuple[str, ...] = self.algebra.pair or ()
        if sorted((first, second)) != sorted(pair):
            raise FormulaError(
                f"got perp({first}, {second}), expected the two vectors {', '.join(pair) or '(none here)'}"
            )
        if isinstance(self.algebra, Ring) and self.algebra.angle in (0, 1):
            raise DomainError(f"perp({first}, {second}) has no direction at parallel vectors")
        if second == pair[0]:
            return vector(self.number(0), self.number(1))
        cosine, sine = self._circle()
        return vector(sine, self.algebra.mul(self.number(-1), cosine))

    def _outer(self, x: Tensor[T], y: Tensor[T]) -> Tensor[T]:
        if x.order != 1 or y.order != 1:
            raise FormulaError(f"outer takes two vectors, got {x.kind} and {y.kind}")
        mul, a, b = self.algebra.mul, x.coordinates, y.coordinates
        return matrix(self.number(0), *(mul(a[key[0]], b[key[1]]) for key in MATRIX if key != "I"))

    def _ring(self, what: str) -> Ring:
        if not isinstance(self.algebra, Ring):
            raise FormulaError(f"{what} is derived in the canonical ring only; here a closed form is expected")
        return self.algebra

    def _expectation(self, expr: Expr) -> Tensor[T]:
        element: Element = derive_in_ring(expr.children[0], self._ring("an expectation"))
        return scalar(element)

    def _which(self, expr: Expr) -> int:
        vectors = self.vectors
        if expr.head != "name" or expr.identifier not in vectors:
            raise FormulaError(
                f"got the vector {expr} to differentiate by, expected one of {', '.join(vectors) or '(none here)'}"
            )
        return vectors.index(expr.identifier)

    def _free(self, what: str) -> tuple[Ring, Interpreter[Element]]:
        """The ring with nothing fixed: derivatives are taken there, then variables are fixed."""
        ring = self._ring(what)
        free = canonical_ring(ring.norms, ring.parameters)
        return free, Interpreter(free)

    def _fixed(self, x: Tensor[Element], free: Ring) -> Tensor[Element]:
        ring = self._ring("a derivative")
        if ring.angle is None and not ring.values:
            return x
        fixed = x.map(lambda c: ring.reduce(evaluate(readable(c, free), ring)))
        if ring.angle in (0, 1) and any("2" in k and not ring.is_zero(c) for k, c in fixed.coordinates.items()):
            raise FormulaError("the derivative does not exist at parallel vectors: its limit depends on the direction")
        return fixed

    def _gradient(self, arguments: list[Expr]) -> Tensor[T]:
        free, inner = self._free("a gradient")
        slope = gradient(inner.tensor(arguments[0]).scalar, free, self._which(arguments[1]))
        return self._fixed(slope, free)

    def _hessian(self, arguments: list[Expr]) -> Tensor[T]:
        free, inner = self._free("a Hessian")
        slope = gradient(inner.tensor(arguments[0]).scalar, free, self._which(arguments[1]))
        return self._fixed(jacobian(slope, free, self._which(arguments[2])), free)

    def _limit(self, arguments: list[Expr]) -> Tensor[T]:
        (free, inner), at = self._free("a limit"), multiple_of_pi(arguments[2])
        if not (arguments[1].is_call("theta") or arguments[1] == name("theta")) or at not in (0, 1):
            raise FormulaError("limits are taken as theta(w, v) tends to 0 or pi; write limit(f, theta(w, v), 0)")
        return self._fixed(limit_at_parallel(inner.tensor(arguments[0]), free, antiparallel=at == 1), free)


def tensor_formula(x: Tensor[Element], ring: Ring) -> Expr:
    """A tensor with coordinates in the ring as a formula of the language: ``in_frame`` of the coordinates as formulas.

    Args:
        x: a scalar, vector or matrix in frame coordinates.
        ring: the ring of its coordinates.

    Example:
        >>> ring = Ring(("w", "v"))
        >>> print(tensor_formula(vector(ring.norm("w"), ring.sine), ring))
        |w|*bar(w) + sin(theta)*perp(v, w)
    """
    return in_frame(x.map(lambda c: readable(c, ring)), ring.norms)


def in_frame(x: Tensor[Expr], vectors: tuple[str, ...]) -> Expr:
    """A tensor as a formula of the language, in the frame bar(w), perp(v, w).

    Args:
        x: a scalar, vector or matrix, its frame coordinates as formulas.
        vectors: the names of the vectors, the first two of which span the frame.

    Returns:
        A formula that evaluates to the tensor.

    Example:
        >>> print(in_frame(vector(name("t"), num(0)), ("w",)))
        t*bar(w)
    """
    if x.order == 0:
        return x.scalar
    if not vectors:
        raise FormulaError("a vector or matrix needs a vector")
    w, *others = (name(n) for n in vectors[:2])
    axes = {"1": call("bar", w)} | ({"2": call("perp", others[0], w)} if others else {})

    def base(key: str) -> Expr:
        return name("I") if key == "I" else axes[key] if x.order == 1 else call("outer", *(axes[c] for c in key))

    return add(*(mul(c, base(key)) for key, c in x.coordinates.items() if c != num(0)))

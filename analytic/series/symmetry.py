"""Which half of an integrand, the even or the odd one, is a polynomial: there Hermite coefficients vanish exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from analytic.formula import Expr
from analytic.series.ball_functions import exponent, hermite_order
from analytic.series.exact import affine, is_constant, sign_of


@dataclass(frozen=True)
class Symmetry:
    """The degrees of the even and the odd part of a function: -1 for the part 0, None if it is not a polynomial.

    Args:
        even_degree: degree of (f(x) + f(-x))/2.
        odd_degree: degree of (f(x) - f(-x))/2.
    """

    even_degree: int | None
    odd_degree: int | None

    @property
    def odd(self) -> bool:
        """Whether the function is odd."""
        return self.even_degree == -1

    @property
    def even(self) -> bool:
        """Whether the function is even."""
        return self.odd_degree == -1

    def vanishes(self, n: int) -> bool:
        """Whether the n-th Hermite coefficient is 0 for this reason alone."""
        degree = self.odd_degree if n % 2 else self.even_degree
        return degree is not None and n > degree

    def __add__(self, other: Symmetry) -> Symmetry:
        return Symmetry(_highest(self.even_degree, other.even_degree), _highest(self.odd_degree, other.odd_degree))

    def __mul__(self, other: Symmetry) -> Symmetry:
        e, o, f, p = self.even_degree, self.odd_degree, other.even_degree, other.odd_degree
        return Symmetry(_highest(_product(e, f), _product(o, p)), _highest(_product(e, p), _product(o, f)))


def _highest(m: int | None, n: int | None) -> int | None:
    return None if m is None or n is None else max(m, n)


def _product(m: int | None, n: int | None) -> int | None:
    if m == -1 or n == -1:
        return -1
    return None if m is None or n is None else m + n


UNKNOWN = Symmetry(None, None)
#: Functions of an argument proportional to the variable, for instance sigmoid(z) = 1/2 + tanh(z/2)/2.
OF_LINEAR = {
    "tanh": Symmetry(-1, None),
    "erf": Symmetry(-1, None),
    "sin": Symmetry(-1, None),
    "sign": Symmetry(-1, None),
    "cos": Symmetry(None, -1),
    "bump": Symmetry(None, -1),
    "abs": Symmetry(None, -1),
    "sigmoid": Symmetry(0, None),
    "Phi": Symmetry(0, None),
    "step": Symmetry(0, None),
    "relu": Symmetry(None, 1),
    "leaky_relu": Symmetry(None, 1),
    "abrelu": Symmetry(None, 1),
    "softplus": Symmetry(None, 1),
    "silu": Symmetry(None, 1),
    "gelu": Symmetry(None, 1),
}
_ONLY_ODD = frozenset(("tanh", "erf", "sin", "sign"))
_ONLY_EVEN = frozenset(("cos", "bump", "abs"))


def symmetry(f: Expr, variable: str) -> Symmetry:
    """The degrees of the even and odd part, as far as the form of the formula shows them.

    Example:
        >>> from analytic.grammar import parse
        >>> symmetry(parse("tanh(2*u)*u^2"), "u").odd, symmetry(parse("relu(u)"), "u").vanishes(3)
        (True, True)
    """
    if is_constant(f):
        return Symmetry(0, -1)
    if f.head == "name":
        return Symmetry(-1, 1)
    if f.head == "add":
        return reduce(lambda x, y: x + y, (symmetry(c, variable) for c in f.children))
    if f.head == "mul":
        return reduce(lambda x, y: x * y, (symmetry(c, variable) for c in f.children))
    if f.head == "pow":
        return reduce(lambda x, y: x * y, [symmetry(f.children[0], variable)] * exponent(f))
    return _of_call(f, variable)


def _of_call(f: Expr, variable: str) -> Symmetry:
    function = f.children[0].identifier
    inner = f.children[2 if function in ("He", "H") and len(f.children) == 3 else 1]
    form = affine(inner, variable)
    linear = form is not None and sign_of(form[1]) == 0
    if function in ("He", "H") and linear:
        n = hermite_order(f)
        return Symmetry(-1, n) if n % 2 else Symmetry(n, -1)
    of_inner = symmetry(inner, variable)
    if of_inner.even:
        return Symmetry(None, -1)
    if function == "log":
        return UNKNOWN
    if linear:
        return OF_LINEAR.get(function, UNKNOWN)
    if of_inner.odd and function in _ONLY_ODD | _ONLY_EVEN:
        return OF_LINEAR[function]
    return UNKNOWN

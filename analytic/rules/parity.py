r"""Odd integrands of centred variables have expectation 0, whatever closed forms their factors lack.

Functions that are neither even nor odd are sums of two that are, of which one is a polynomial:
$\operatorname{sigmoid} z = \frac12 + \frac12\tanh\frac z2$, $1\{z > 0\} = \frac12 + \frac12\operatorname{sign} z$,
$\Phi(z) = \frac12 + \frac12\operatorname{erf}\frac{z}{\sqrt2}$, and with the factor z silu, relu and gelu;
$\operatorname{softplus} z - \frac z2 = \log(2\cosh\frac z2)$ is even.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from analytic.closed_forms import ClosedForms
from analytic.errors import DerivationError, NotIntegrableError
from analytic.formula import Expr, add, call, mul, name, neg, num, rewrite, substitute
from analytic.rules.moment import Equation, Factor, Moment
from analytic.rules.tilting import Tilting
from analytic.series.symmetry import symmetry

#: The variable in the functions of factors.
Z = "z_"
#: The name under which the even part of softplus stands until it is a factor, and that factor.
SOFTPLUS_EVEN = "softplus_even"
_EVEN_FACTOR = add(call("softplus", name(Z)), neg(name(Z)) / 2)


def _abrelu(z: Expr, a: Expr, b: Expr) -> Expr:
    return (a + b) / 2 * z + (b - a) / 2 * call("abs", z)


#: Functions as sums of an even and an odd one.
_PARTS: dict[str, Callable[..., Expr]] = {
    "sigmoid": lambda z: num(1) / 2 + call("tanh", z / 2) / 2,
    "silu": lambda z: z / 2 + z * call("tanh", z / 2) / 2,
    "softplus": lambda z: z / 2 + call(SOFTPLUS_EVEN, z),
    "Phi": lambda z: num(1) / 2 + call("erf", z / call("sqrt", num(2))) / 2,
    "gelu": lambda z: z / 2 + z * call("erf", z / call("sqrt", num(2))) / 2,
    "step": lambda z: num(1) / 2 + call("sign", z) / 2,
    "relu": lambda z: _abrelu(z, num(0), num(1)),
    "leaky_relu": lambda z, t: _abrelu(z, t, num(1)),
    "abrelu": _abrelu,
}
_ARGUMENTS = {"leaky_relu": 2, "abrelu": 3}


def even_and_odd(expr: Expr) -> Expr:
    """The formula with its functions written as sums of an even and an odd one.

    Args:
        expr: sums, products and powers of functions.

    Returns:
        An equal formula; functions without such a decomposition, and arguments, are left as they are.

    Example:
        >>> from analytic.grammar import parse
        >>> print(even_and_odd(parse("(sigmoid(u) - 1/2)*leaky_relu(v, t)")))
        (1/2 + tanh(u/2)/2 - 1/2)*((t + 1)*v/2 + (1 - t)*abs(v)/2)
    """
    if expr.head in ("add", "mul"):
        parts = [even_and_odd(c) for c in expr.children]
        return add(*parts) if expr.head == "add" else mul(*parts)
    if expr.head == "pow":
        return even_and_odd(expr.children[0]) ** expr.children[1]
    if expr.head != "call":
        return expr
    function, *arguments = expr.children
    known = _ARGUMENTS.get(function.identifier, 1) == len(arguments)
    return _PARTS[function.identifier](*arguments) if known and function.identifier in _PARTS else expr


def factor_function(function: str, *arguments: Expr) -> Expr:
    """A function with these arguments, as it stands in a factor."""
    return _EVEN_FACTOR if function == SOFTPLUS_EVEN else call(function, *arguments)


@dataclass(frozen=True)
class FunctionFactor(Factor):
    """A factor with a function of z that no other rule knows, such as tanh(z), beside a power of z and of log|z|.

    Args:
        function: a formula in ``Z``, or None.

    Example:
        >>> from analytic.grammar import parse
        >>> FunctionFactor(power=1, function=parse("tanh(z_)")).text("u"), FunctionFactor(2).parity
        ('u*tanh(u)', 1)
    """

    function: Expr | None = None

    def text(self, z: str) -> str:
        """The factor as text."""
        shown = [] if self.function is None else [_with(str(self.function), z)]
        if self.function is not None and self.function.head == "add":
            shown = [f"({shown[0]})"]
        return "*".join([super().text(z)] * (self._is_more()) + shown)

    def latex(self, z: str) -> str:
        """The factor as LaTeX."""
        from analytic.printing import to_latex

        shown = []
        if self.function is not None:  # functions bracket sums, not names
            inner = name(Z) if " " not in z else add(name(Z), name(Z))
            shown = [to_latex(substitute(self.function, {Z: inner})).replace(to_latex(inner), z)]
            if self.function.head == "add":
                shown = [rf"\left({shown[0]}\right)"]
        return r"\,".join([super().latex(z)] * (self._is_more()) + shown)

    def _is_more(self) -> bool:
        return self.function is None or bool(self.power or self.log)

    @property
    def parity(self) -> int | None:
        """1 for an even factor, -1 for an odd one, None for others."""
        found = None if self.function is None else symmetry(rewrite(self.function, _plainly_even), Z)
        if found is not None and not (found.odd or found.even):
            return None
        return _sign(self.power) * (-1 if found is not None and found.odd else 1)


def _with(text: str, z: str) -> str:
    """A formula in ``Z`` as text, with another text in its place."""
    return text.replace(f"({Z})", f"({z})").replace(Z, z if z.isidentifier() else f"({z})")


def _plainly_even(node: Expr) -> Expr | None:
    """An even function in place of the even part of softplus, of which the form does not show it."""
    return call("bump", name(Z)) if node == _EVEN_FACTOR else None


def times(x: Factor, y: Factor) -> Factor:
    """The product of two factors of one variable: powers, logarithms and functions.

    Example:
        >>> from analytic.grammar import parse
        >>> times(Factor(1), FunctionFactor(function=parse("sin(z_)"))).text("u")
        'u*sin(u)'
    """
    counts = Counter(part for f in (x, y) for part in _parts(f))
    function = mul(*(f**n if n > 1 else f for f, n in counts.items())) if counts else None
    return FunctionFactor(x.power + y.power, log=x.log + y.log, function=function)


def _parts(factor: Factor) -> list[Expr]:
    """The functions in a factor, a power as often as its exponent says."""
    function = factor.function if isinstance(factor, FunctionFactor) else None
    if function is None:
        return []
    found = function.children if function.head == "mul" else (function,)
    powers = [(f.children[0], int(f.children[1].fraction)) if f.head == "pow" else (f, 1) for f in found]
    return [f for f, n in powers for _ in range(n)]


def is_odd(moment: Moment, field: ClosedForms) -> bool:
    """Whether a block of centred variables, independent of the others, changes the sign of the integrand with its own.

    Args:
        moment: its exponential, if it has one, changes the law before the variables are looked at.
        field: the field of the coefficients.

    Returns:
        True where every factor of such a block is odd or even, and the number of odd ones is odd.
    """
    try:
        tilted = Tilting().apply(moment, field)
    except NotIntegrableError:  # then nothing is said about it here
        return False
    if tilted is not None:
        ((_, moment),) = tilted.terms
    if any(f.log and not moment.law.variance(i) for i, f in enumerate(moment.monomial)):
        return False  # the logarithm of a constant
    return any(_odd_block(moment, block) for block in _blocks(moment))


def _odd_block(moment: Moment, block: list[int]) -> bool:
    if any(moment.law.means[i] for i in block):
        return False
    parities = [_parity(moment.monomial[i]) for i in block]
    return None not in parities and parities.count(-1) % 2 == 1


def _parity(factor: Factor) -> int | None:
    if factor.step or factor.dirac or factor.derivative or factor.cdf:
        return None
    own = factor.parity if isinstance(factor, FunctionFactor) else _sign(factor.power)
    return own if own is None or not factor.reciprocal else -own


def _sign(power: int) -> int:
    return -1 if power % 2 else 1


def _blocks(moment: Moment) -> list[list[int]]:
    """The variables that are linked by covariances which are not 0."""
    left, found = set(range(len(moment.monomial))), []
    while left:
        block, more = set[int](), {min(left)}
        while more:
            block |= more
            more = {j for i in more for j in left - block if moment.law.covariance[i][j]}
        left -= block
        found.append(sorted(block))
    return found


class Parity:
    r"""If z has the law of $-z$ and $F(-z) = -F(z)$, then $E[F(z)] = E[F(-z)] = -E[F(z)] = 0$.

    z may be a block of centred variables that the others are independent of. The functions that stand in ``F`` grow at
    most like polynomials and logarithms, so that the expectation exists.
    """

    name = "parity"
    statement = "E[F(z) G] = 0 if F(-z) = -F(z), z centred and independent of G: tanh, sin, erf, sign are odd"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to moments with functions that no other rule knows, once their exponential is gone."""
        if moment.exponent or not any(isinstance(f, FunctionFactor) for f in moment.monomial):
            return None
        if not is_odd(moment, field):
            raise DerivationError(f"no rule applies to {moment.text()}, which is not odd: expand its functions")
        return Equation(self.name, moment, field.zero)

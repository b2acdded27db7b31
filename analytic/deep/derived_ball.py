"""Derived activations in balls: the closed forms of their kernels, for the maps from layer to layer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from flint import arb

from analytic.activations import ACTIVATIONS
from analytic.algebra import evaluate
from analytic.balls import BallAlgebra
from analytic.deep.angular import Piecewise, RectifiedPower
from analytic.deep.derived import DerivedActivation
from analytic.deep.layer_map import BallActivation, ErfBall, PiecewiseBall
from analytic.errors import DomainError, FormulaError, NoClosedFormError
from analytic.expectation import Expectation, expect
from analytic.formula import Expr, mul, name, neg, num, power, substitute, walk
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import formula

if TYPE_CHECKING:
    from analytic.deep.named import Activation


@dataclass(frozen=True)
class DerivedBall:
    """An activation with closed forms for two variables, in balls.

    Args:
        activation: the formulas of the activation and of its derivative.

    Example:
        >>> exponential = DerivedBall(DerivedActivation("exp(z)", "exp(z)"))
        >>> exponential.kernel(arb(1), arb(0)).overlaps(arb(1).exp())
        True
    """

    activation: DerivedActivation

    @property
    def odd(self) -> bool:
        """Whether E[(phi(u) + phi(-u))^2] is identically 0."""
        return _is_odd(self.activation.value)

    @property
    def mean_zero(self) -> bool:
        """Whether E[phi(u)] is identically 0 for all variances."""
        return _mean(self.activation.value) == num(0)

    def at_zero(self) -> tuple[arb, arb, arb]:
        r"""$\varphi(0)^2$, the mean of the squares and the square of the mean of the two slopes at 0."""
        texts = (f"({self.activation.value})^2", f"({self.activation.slope})^2", self.activation.slope)
        value, square, mean = (evaluate(_at_variance_zero(t), BallAlgebra({}, None, {})) for t in texts)
        return value, square, mean**2

    def second_moment(self, q: arb) -> arb:
        """E[phi(u)^2]."""
        return _at(_square(self.activation.value).value, q)

    def moment_slope(self, q: arb) -> arb:
        """Its derivative by q."""
        return _at(_square_slope(self.activation.value), q)

    def kernel(self, q: arb, c: arb) -> arb:
        """E[phi(u) phi(v)]; by one variable where c is exactly 1 or -1."""
        return _kernel(self.activation.value, q, c)

    def derivative(self, q: arb, c: arb) -> arb:
        """E[phi'(u) phi'(v)]."""
        return _kernel(self.activation.slope, q, c)

    def kink(self) -> arb:
        """The square of the jump of the slope at 0.

        Raises:
            DomainError: the activation may have a kink elsewhere.
        """
        zero = BallAlgebra({}, None, {"z": arb(0)})
        for node in walk(formula(self.activation.slope)):
            if any(node.is_call(f) for f in PIECEWISE) and evaluate(node.children[1], zero) != 0:
                raise DomainError(f"got {node} in the slope, expected kinks at 0 alone, as of step(z) or relu(2*z)")
        _, square, mean = self.at_zero()
        return 4 * (square - mean)


#: Formulas of the activations with a name, and of their derivatives.
FORMULAS: dict[str, tuple[str, str]] = {
    "relu^2": ("relu(z)^2", "2*relu(z)"),
    "relu^3": ("relu(z)^3", "3*relu(z)^2"),
    "Phi": ("Phi(z)", "exp(-z^2/2)/sqrt(2*pi)"),
    "gelu": ("gelu(z)", "Phi(z) + z*exp(-z^2/2)/sqrt(2*pi)"),
    "elu": ("elu(z)", "step(z) + exp(z)*step(-z)"),
    "sin": ("sin(z)", "cos(z)"),
    "cos": ("cos(z)", "-sin(z)"),
    "exp": ("exp(z)", "exp(z)"),
    "bump": ("bump(z)", "-z*bump(z)"),
}
#: Functions with a kink or a jump where their argument is 0.
PIECEWISE = (*ACTIVATIONS, "elu")
SLOPES = {"relu": (0, 1), "abs": (-1, 1), "identity": (1, 1)}


def ball_activation(activation: BallActivation | Activation) -> BallActivation:
    """The activation in balls.

    Args:
        activation: a name, `Piecewise`, `RectifiedPower` or `DerivedActivation`; one in balls is returned as it is.

    Raises:
        FormulaError: there is none of that name, or no formula of it is known.

    Example:
        >>> ball_activation("relu")
        PiecewiseBall(a=0, b=1)
    """
    if isinstance(activation, str):
        if activation in SLOPES:
            return PiecewiseBall(*SLOPES[activation])
        if activation == "erf":
            return ErfBall()
        if activation in FORMULAS:
            return DerivedBall(DerivedActivation(*FORMULAS[activation]))
        known = ", ".join((*SLOPES, "erf", *FORMULAS))
        raise FormulaError(f"got the activation {activation!r}, expected one of {known}, or a DerivedActivation")
    if isinstance(activation, Piecewise):
        return PiecewiseBall(Fraction(activation.a), Fraction(activation.b))
    if isinstance(activation, RectifiedPower):
        n = activation.order
        return DerivedBall(DerivedActivation(f"relu(z)^{n}", f"{n}*relu(z)^{n - 1}"))
    if isinstance(activation, DerivedActivation):
        return DerivedBall(activation)
    if not isinstance(activation, BallActivation):
        raise FormulaError(
            f"got {type(activation).__name__} for an activation in balls, expected a name or a DerivedActivation"
        )
    return activation


def _kernel(text: str, q: arb, c: arb) -> arb:
    if c == 1:
        return _at(_square(text).value, q)
    if c == -1:
        return _at(_mirrored(text).value, q)
    root = q.sqrt()
    return evaluate(_pair(text).value, BallAlgebra({"u": root, "v": root}, None, {"rho": c}))


def _at(value: Expr, q: arb) -> arb:
    return evaluate(value, BallAlgebra({}, None, {"a": q}))


def _closed(product: Expr, law: GaussianLaw) -> Expectation:
    found = expect(product, law=law)
    if not found.closed:
        raise NoClosedFormError(f"got {found!r}, expected an activation with closed forms for two variables")
    return found


def _of(text: str, variable: Expr) -> Expr:
    return substitute(formula(text), {"z": variable})


@lru_cache(maxsize=64)
def _pair(text: str) -> Expectation:
    return _closed(mul(_of(text, name("u")), _of(text, name("v"))), GaussianLaw.correlations("u v"))


@lru_cache(maxsize=64)
def _square(text: str) -> Expectation:
    return _closed(power(_of(text, name("u")), num(2)), GaussianLaw.matrix("u", [["a"]]))


@lru_cache(maxsize=64)
def _square_slope(text: str) -> Expr:
    return _square(text).derivative("a")


@lru_cache(maxsize=64)
def _mirrored(text: str) -> Expectation:
    return _closed(mul(_of(text, name("u")), _of(text, neg(name("u")))), GaussianLaw.matrix("u", [["a"]]))


@lru_cache(maxsize=64)
def _mean(text: str) -> Expr:
    return _closed(_of(text, name("u")), GaussianLaw.matrix("u", [["a"]])).value


@lru_cache(maxsize=64)
def _at_variance_zero(text: str) -> Expr:
    return _closed(_of(text, name("u")), GaussianLaw.matrix("u", [[0]])).value


@lru_cache(maxsize=64)
def _is_odd(text: str) -> bool:
    both = power(_of(text, name("u")) + _of(text, neg(name("u"))), num(2))
    value = _closed(both, GaussianLaw.matrix("u", [["a"]])).value
    if value == num(0):
        return True
    if not _at(value, arb(1)) > 0:
        raise DomainError(f"got {text}, of which it is not known whether it is odd; expected a simpler formula")
    return False

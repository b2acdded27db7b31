r"""Functions in a strip around the real line: how wide it is before a pole, and how they grow far out in it.

A formula of affine arguments az + b has the poles of its functions: tanh(az + b) at the distance $\pi/(2|a|)$ from the
real line, sigmoid, silu and softplus at $\pi/|a|$; the others here are entire. Far out, where
$|\operatorname{Re} w| \ge 1$ for $w = az + b$, $|\tanh w| \le \coth 1$, $|\operatorname{sigmoid} w| \le 1/(1 - 1/e)$,
$|\log(1 + e^w)| \le |w| - \log(1 - 1/e)$, $|\Phi(w)| \le 1 + e^{(\operatorname{Im} w)^2/2}/2$, and sines and cosines
are at most $\cosh \operatorname{Im} w$.
"""

from __future__ import annotations

from functools import reduce

from flint import arb

from analytic.formula import ZERO, Expr, mul, num, walk
from analytic.series.ball_functions import exponent, hermite_polynomial
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import affine, ball_of, is_constant, polynomial
from analytic.series.growth import Growth
from analytic.series.pieces import kinks

#: Distance of the nearest pole of f(z) to the real line, over pi.
_POLES = {"tanh": (1, 2), "sigmoid": (1, 1), "silu": (1, 1), "softplus": (1, 1)}
_ENTIRE = frozenset(("exp", "bump", "erf", "Phi", "gelu", "sin", "cos", "He", "H"))


def pole_distance(f: Expr, variable: str) -> arb | None:
    r"""How far from the real line the first pole is; None for an entire function.

    Args:
        f: a formula in one variable.
        variable: its name.

    Returns:
        The distance d as a ball: f is analytic where $|\operatorname{Im} z| < d$.

    Raises:
        UnsupportedIntegrandError: a kink, a logarithm, or a function of something that is not affine.

    Example:
        >>> from analytic.grammar import parse
        >>> pole_distance(parse("sigmoid(2*u) + tanh(u/4 - 1)"), "u").overlaps(arb.pi() / 2)
        True
        >>> pole_distance(parse("u*erf(u)"), "u") is None
        True
    """
    distances = []
    for node in walk(f):
        if node.head != "call" or is_constant(node):
            continue
        function = node.children[0].identifier
        if function not in _POLES and function not in _ENTIRE:
            raise UnsupportedIntegrandError(f"got {node}, expected a function that is analytic on the real line")
        slope, _ = _argument(node, variable)
        if function in _POLES:
            over, under = _POLES[function]
            distances.append(arb.pi() * over / (under * abs(slope)))
    return reduce(lambda x, y: x.min(y), distances) if distances else None


def is_analytic(f: Expr, variable: str) -> bool:
    """Whether the bounds of this module cover the function.

    Example:
        >>> from analytic.grammar import parse
        >>> [is_analytic(parse(t), "u") for t in ("tanh(u)*u", "relu(u)", "sin(u^2)")]
        [True, False, False]
    """
    try:
        if kinks(f, variable):
            return False
        pole_distance(f, variable)
        strip_growth(f, variable, 1, arb(1))
    except UnsupportedIntegrandError:
        return False
    return True


def _argument(node: Expr, variable: str) -> tuple[arb, arb]:
    """Slope and intercept of the argument of a function."""
    inner = node.children[2 if node.is_call("He") or node.is_call("H") else 1]
    form = affine(inner, variable)
    if form is None and node.is_call("exp") and polynomial(inner, (variable,)) is not None:
        return arb(0), arb(0)  # the exponential of a quadratic polynomial, entire
    if form is None:
        raise UnsupportedIntegrandError(f"got {node}, expected an argument affine in {variable}")
    return ball_of(form[0]), ball_of(form[1])


def strip_growth(f: Expr, variable: str, side: int, height: arb) -> Growth:
    r"""A bound $|f(x + iy)| \le A\,t^k e^{Bt + Ct^2}$ for $|y| \le d$ and $t = |x| \ge R$, x of the sign of the side.

    Args:
        f: a formula that is analytic in the strip.
        variable: its name.
        side: 1 or -1.
        height: d.

    Returns:
        The bound.

    Raises:
        UnsupportedIntegrandError: a function that is not covered.

    Example:
        >>> from analytic.grammar import parse
        >>> bound = strip_growth(parse("u*tanh(u)*exp(u/2)"), "u", -1, arb(1))
        >>> bound.power, float(bound.rate), bool(bound.scale < 3)
        (1, -0.5, True)
    """
    if is_constant(f):
        return Growth(ball_of(f).abs_upper())
    if f.head == "name":  # |z| <= t + d
        return Growth((1 + height).abs_upper(), 1)
    if f.head == "add":
        return reduce(lambda x, y: x + y, (strip_growth(c, variable, side, height) for c in f.children))
    if f.head == "mul":
        return reduce(lambda x, y: x * y, (strip_growth(c, variable, side, height) for c in f.children))
    if f.head == "pow":
        return reduce(lambda x, y: x * y, [strip_growth(f.children[0], variable, side, height)] * exponent(f))
    return _of_call(f, variable, side, height)


def _of_call(f: Expr, variable: str, side: int, height: arb) -> Growth:
    function = f.children[0].identifier
    slope, intercept = _argument(f, variable)
    if function in ("exp", "bump"):
        return _exponential(f, variable, side, height)
    across = (abs(slope) * height).upper()
    argument = Growth((abs(slope) * (1 + height) + abs(intercept)).abs_upper(), 1)
    far = ((1 + abs(intercept)) / abs(slope)).max(arb(1)).upper() if slope != 0 else arb(1)
    share = 1 - arb(-1).exp()
    if function == "tanh":
        return Growth(arb(1).coth().upper(), start=far)
    if function in ("sigmoid", "silu"):
        bounded = Growth((1 / share).upper(), start=far)
        return bounded * argument if function == "silu" else bounded
    if function == "softplus":
        return Growth((-share.log()).upper(), start=far) + argument
    if function in ("Phi", "gelu"):
        bounded = Growth((1 + (across * across / 2).exp() / 2).upper())
        return bounded * argument if function == "gelu" else bounded
    if function == "erf":
        return Growth((1 + (across * across).exp()).upper())
    if function in ("sin", "cos"):
        return Growth(across.cosh().upper())
    if function in ("He", "H"):
        polynomial_ = hermite_polynomial(f)
        total = sum((abs(arb(c)) for c in polynomial_.coeffs()), arb(0))
        base = Growth(arb(1)) + argument
        return reduce(lambda x, y: x * y, [base] * polynomial_.degree(), Growth(total.abs_upper()))
    raise UnsupportedIntegrandError(f"got {f}, expected a function that is analytic on the real line")


def _exponential(f: Expr, variable: str, side: int, height: arb) -> Growth:
    """e^q with Re q(x + iy) = q(x) - C y^2 for a quadratic polynomial q with real coefficients."""
    q = f.children[1] if f.is_call("exp") else mul(num(-1) / num(2), f.children[1] ** 2)
    found = polynomial(q, (variable,))
    if found is None:
        raise UnsupportedIntegrandError(f"no bound is known for {f}: expected an exponent of degree at most 2")
    curvature = found.get((2,), ZERO)
    rise = ball_of(found.get((0,), ZERO)) + (-ball_of(curvature)).max(arb(0)) * height * height
    return Growth(rise.exp().abs_upper(), 0, (side * ball_of(found.get((1,), ZERO))).upper(), curvature)

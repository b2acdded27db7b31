r"""Steps of forms that are 0 almost surely: what they count is the limit of a vanishing variance.

For $z \sim N(0, \varepsilon)$ independent of the rest $E[F(\operatorname{sign} z)] = \frac12 F(1) + \frac12 F(-1)$ for
every $\varepsilon > 0$. So a step counts 1/2, and so does its square, but the square of a sign counts 1, and steps of
z and of -z exclude each other. Functions that are continuous at 0 have their value there.
"""

from __future__ import annotations

from analytic.errors import DomainError
from analytic.formula import ZERO, Expr, add, mul, num, rewrite, walk
from analytic.series.directions import Direction
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import polynomial, sign_of, tidy
from analytic.series.regression import Matrix, bilinear

#: The functions that jump at 0.
JUMPS = ("step", "sign")
#: So many forms that vanish double the integrand each.
MAX_FORMS = 8


def without_vanishing(expr: Expr, variables: tuple[str, ...], mean: tuple[Expr, ...], covariance: Matrix) -> Expr:
    """The integrand with the mean of both sides in place of steps and signs of forms that are 0 almost surely.

    Args:
        expr: the integrand.
        variables: its variables.
        mean: their means, constants.
        covariance: constants.

    Returns:
        A formula with the same expectation, in which every step that is left is certain almost surely.

    Raises:
        UnsupportedIntegrandError: there are too many such forms.

    Example:
        >>> from analytic.grammar import parse
        >>> flat = ((num(1), num(1)), (num(1), num(1)))
        >>> print(without_vanishing(parse("step(u - v)*tanh(u)"), ("u", "v"), (ZERO, ZERO), flat))
        tanh(u)/2
    """
    return _resolved(expr, variables, mean, covariance, MAX_FORMS)


def _resolved(expr: Expr, variables: tuple[str, ...], mean: tuple[Expr, ...], covariance: Matrix, most: int) -> Expr:
    along = _first(expr, variables, mean, covariance)
    if along is None:
        return expr
    if not most:
        raise UnsupportedIntegrandError(
            f"got steps of more than {MAX_FORMS} forms that are 0 almost surely in {expr}, expected fewer"
        )
    sides = [_on_side(expr, variables, along, side) for side in (1, -1)]
    return mul(num(1) / 2, add(*(_resolved(s, variables, mean, covariance, most - 1) for s in sides)))


def _first(expr: Expr, variables: tuple[str, ...], mean: tuple[Expr, ...], covariance: Matrix) -> Direction | None:
    """The direction of the first form under a step that is 0 almost surely."""
    for node in walk(expr):
        form = _form(node, variables)
        if form is None:
            continue
        slopes, shift = form
        centre = tidy(add(shift, *(mul(a, m) for a, m in zip(slopes, mean, strict=True))))
        if _is_zero(bilinear(slopes, covariance, slopes)) and _is_zero(centre):
            return (*slopes, shift)
    return None


def _is_zero(constant: Expr) -> bool:
    """Whether a constant is proved to be 0."""
    try:
        return sign_of(constant) == 0
    except DomainError:
        return False


def _form(node: Expr, variables: tuple[str, ...]) -> tuple[Direction, Expr] | None:
    """Slopes and shift of the argument of a step or a sign; None for other formulas."""
    if node.head != "call" or node.children[0].identifier not in JUMPS or len(node.children) != 2:
        return None
    found = polynomial(node.children[1], variables, 1)
    if found is None:
        return None
    size = len(variables)
    units = [tuple(int(i == j) for j in range(size)) for i in range(size)]
    return tuple(found.get(k, ZERO) for k in units), found.get((0,) * size, ZERO)


def _on_side(expr: Expr, variables: tuple[str, ...], along: Direction, side: int) -> Expr:
    """The integrand where the form has that sign; multiples of the form have it, too, or the opposite one."""

    def rule(node: Expr) -> Expr | None:
        form = _form(node, variables)
        ratio = _ratio((*form[0], form[1]), along) if form is not None else None
        if ratio is None:
            return None
        sign = side * ratio
        return num(sign if node.children[0].identifier == "sign" else max(sign, 0))

    return rewrite(expr, rule)


def _ratio(form: Direction, along: Direction) -> int | None:
    """The sign of the factor by which two forms differ; None if they are not proportional."""
    lead = next((i for i, a in enumerate(along) if sign_of(a)), None)
    if lead is None:  # both are the constant 0
        return None if any(sign_of(a) for a in form) else 1
    factor = tidy(form[lead] / along[lead])
    if not sign_of(factor):
        return None
    if any(sign_of(tidy(add(a, mul(num(-1), factor, b)))) for a, b in zip(form, along, strict=True)):
        return None
    return sign_of(factor)

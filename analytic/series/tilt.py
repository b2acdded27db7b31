r"""Exponentials of quadratic polynomials absorbed into a Gaussian law: $E[e^{Q} h] = E[e^{Q}]\,E'[h]$."""

from __future__ import annotations

from analytic.formula import ZERO, Expr, add, call, mul, neg, num
from analytic.series.charts import Law
from analytic.series.errors import DivergenceError
from analytic.series.exact import Polynomial, polynomial, sign_of, tidy
from analytic.series.plane_integral import PlaneLaw


def tilted(law: PlaneLaw, q: Polynomial) -> tuple[PlaneLaw, Expr]:
    r"""The law of density proportional to $e^{Q(u, v)} p(u, v)$, and the factor $E[e^Q]$.

    With the precision matrix $\Lambda$ and mean m, $Q = x^T A x + b \cdot x + c$ gives
    $\Lambda' = \Lambda - 2A$, $\eta = \Lambda m + b$, $m' = \Lambda'^{-1}\eta$ and the factor
    $\sqrt{\det\Lambda/\det\Lambda'}\, \exp(c + (\eta \cdot m' - m \cdot \Lambda m)/2)$.

    Args:
        law: of (u, v), with a regular covariance matrix.
        q: a polynomial of degree at most 2 in the two variables.

    Returns:
        The new law and the factor, a constant.

    Raises:
        DivergenceError: $\Lambda'$ is not positive definite.

    Example:
        >>> from analytic.series.charts import STANDARD
        >>> new, factor = tilted(PlaneLaw(STANDARD, STANDARD, ZERO), {(2, 0): num(1) / 4})
        >>> str(tidy(new.first.variance)), str(factor)
        ('2', 'sqrt(2)')
    """
    m, n, gap = law.first.mean, law.second.mean, law.gap
    a, b, c = (tidy(x / gap) for x in (law.second.variance, neg(law.covariance), law.first.variance))
    shift = (tidy(a * m + b * n), tidy(b * m + c * n))
    new_a = tidy(a - 2 * q.get((2, 0), ZERO))
    new_b = tidy(b - q.get((1, 1), ZERO))
    new_c = tidy(c - 2 * q.get((0, 2), ZERO))
    det = tidy(new_a * new_c - new_b * new_b)
    if sign_of(new_a) <= 0 or sign_of(det) <= 0:
        raise DivergenceError(
            "the exponential of a quadratic form outgrows the density of the pair, so there is no expectation: "
            "the inverse covariance matrix minus twice the form must be positive definite; choose smaller variances"
        )
    s, t = tidy(shift[0] + q.get((1, 0), ZERO)), tidy(shift[1] + q.get((0, 1), ZERO))
    x, y = tidy((new_c * s - new_b * t) / det), tidy((new_a * t - new_b * s) / det)
    rise = tidy(q.get((0, 0), ZERO) + (s * x + t * y - m * shift[0] - n * shift[1]) / 2)
    factor = mul(_root(tidy(num(1) / (gap * det))), call("exp", rise) if rise != ZERO else num(1))
    return PlaneLaw(Law(x, tidy(new_c / det)), Law(y, tidy(new_a / det)), tidy(neg(new_b) / det)), factor


def tilted_law(
    mean: tuple[Expr, ...], covariance: tuple[tuple[Expr, ...], ...], q: Polynomial
) -> tuple[tuple[Expr, ...], tuple[tuple[Expr, ...], ...], Expr]:
    r"""The same for any number of variables, of any covariance: the rule of derivation does it.

    Args:
        mean: constants.
        covariance: constants, positive semidefinite.
        q: a polynomial of degree at most 2 in the variables.

    Returns:
        The new means, the new covariance matrix, and the factor $E[e^Q]$.

    Raises:
        DivergenceError: there is no expectation.

    Example:
        >>> m, c, factor = tilted_law((num(0), num(0)), ((num(1), num(0)), (num(0), num(1))), {(2, 0): num(1) / 4})
        >>> str(c[0][0]), str(factor)
        ('2', 'sqrt(2)')
    """
    from analytic.algebra import evaluate
    from analytic.closed_forms import ClosedForms
    from analytic.errors import NotIntegrableError
    from analytic.rules.moment import TRIVIAL, Moment
    from analytic.rules.moment import Law as Joint
    from analytic.rules.tilting import Tilting
    from analytic.writing import written

    field = ClosedForms(())
    law = Joint(
        tuple(f"x_{i}" for i in range(len(mean))),
        tuple(evaluate(m, field) for m in mean),
        tuple(tuple(evaluate(c, field) for c in row) for row in covariance),
    )
    exponent = {tuple(i for i, n in enumerate(k) for _ in range(n)): evaluate(c, field) for k, c in q.items()}
    shift = exponent.pop((), field.zero)
    moment = Moment((TRIVIAL,) * len(mean), law, tuple(sorted(exponent.items(), key=lambda item: item[0])))
    try:
        equation = Tilting().apply(moment, field)
    except NotIntegrableError:
        equation, grows = None, True
    else:
        grows = any(sign_of(written(c)) <= 0 for c in field.conditions)
    if grows:
        raise DivergenceError(
            "the exponential of a quadratic form outgrows the density of the variables, so there is no expectation: "
            "the inverse covariance matrix minus twice the form must be positive definite; choose smaller variances"
        )
    if equation is None:
        return mean, covariance, written(field.exp(shift))
    ((factor, changed),) = equation.terms
    rows = tuple(tuple(tidy(written(c)) for c in row) for row in changed.law.covariance)
    return tuple(tidy(written(m)) for m in changed.law.means), rows, tidy(written(factor * field.exp(shift)))


def _root(value: Expr) -> Expr:
    return value if value == num(1) else call("sqrt", value)


def exponent_polynomial(factor: Expr, variables: tuple[str, ...]) -> Polynomial | None:
    """The polynomial Q of a factor exp(Q) or bump(z) = exp(-z^2/2), or a power of one; None for other factors.

    Example:
        >>> from analytic.grammar import parse
        >>> {k: str(c) for k, c in exponent_polynomial(parse("bump(2*u)^3"), ("u", "v")).items()}
        {(2, 0): '-6'}
    """
    if factor.head == "pow" and factor.children[1].head == "num":
        base = exponent_polynomial(factor.children[0], variables)
        return None if base is None else {k: tidy(c * factor.children[1]) for k, c in base.items()}
    if factor.is_call("exp"):
        return polynomial(factor.children[1], variables)
    if factor.is_call("bump"):
        return polynomial(neg(factor.children[1] ** 2) / 2, variables)
    return None


def total_exponent(parts: list[Polynomial]) -> Polynomial:
    """The sum of polynomials."""
    total: Polynomial = {}
    for part in parts:
        for k, c in part.items():
            total[k] = tidy(add(total.get(k, ZERO), c))
    return total

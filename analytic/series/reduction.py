"""A product of factors in several Gaussian variables reduced to functions of the linear forms that occur in them."""

from __future__ import annotations

from flint import arb

from analytic.formula import Expr, mul, name, num
from analytic.series.blocks import Forms, product_mean
from analytic.series.directions import Direction, directions, in_coordinates, is_polynomial, product_of
from analytic.series.exact import ball_of, tidy
from analytic.series.regression import Matrix, bilinear, conditional_polynomial, orthogonal


def reduced_mean(factors: list[Expr], variables: tuple[str, ...], mean: tuple[Expr, ...], covariance: Matrix) -> arb:
    """The expectation of a product of factors, each a polynomial or a function of one linear form.

    Polynomials are replaced by their conditional means given the forms of the other factors: what is left is a sum of
    products of functions of these forms.

    Args:
        factors: formulas in the variables.
        variables: their names.
        mean: their means, constants.
        covariance: constants.

    Returns:
        A ball at the current precision.

    Raises:
        UnsupportedIntegrandError: too many forms depend on each other.
        DivergenceError: there is no expectation, or it is not proven that there is one.

    Example:
        >>> from analytic.balls import precision
        >>> from analytic.grammar import parse
        >>> half = num(1) / 2
        >>> law = tuple(tuple(num(1) if i == j else half for j in range(3)) for i in range(3))
        >>> with precision(64):  # E[v w | u] = u^2/4 + 1/4, and a step is worth one half
        ...     value = reduced_mean([parse("step(u)"), parse("v*w")], ("u", "v", "w"), (num(0),) * 3, law)
        ...     value.overlaps(arb(1) / 4), value.rad() < 1e-12
        (True, True)
    """
    curved = [f for f in factors if not is_polynomial(f, variables)]
    plain = [f for f in factors if is_polynomial(f, variables)]
    found: list[Direction] = sorted(set().union(*(directions(f, variables) for f in curved)), key=str)
    names = _names(found, variables)
    functions = [
        in_coordinates(product_of([f for f in curved if directions(f, variables) == {d}]), variables, found, names)
        for d in found
    ]
    means = tuple(tidy(sum((mul(c, m) for c, m in zip(d, mean, strict=True)), num(0))) for d in found)
    rows = tuple(tuple(bilinear(d, covariance, e) for e in found) for d in found)
    basis = {names[i]: found[i] for i in orthogonal(rows).chosen}
    total = arb(0)
    for powers, c in conditional_polynomial(product_of(plain), variables, mean, covariance, basis).items():
        weights = dict(zip(basis, powers, strict=True))
        weighted = [
            mul(f, name(n) ** weights[n]) if weights.get(n) else f for f, n in zip(functions, names, strict=True)
        ]
        total += ball_of(c) * product_mean(Forms(tuple(weighted), names, means, rows))
    return total


def _names(found: list[Direction], variables: tuple[str, ...]) -> tuple[str, ...]:
    """Names for the forms: those of the variables where they are the same."""
    units = [tuple(num(int(i == j)) for j in range(len(variables))) for i in range(len(variables))]
    return tuple(variables[units.index(d)] if d in units else f"form_{i}_" for i, d in enumerate(found))

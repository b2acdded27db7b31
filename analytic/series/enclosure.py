r"""Certified Gaussian expectations: the one entry point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from analytic.balls import Ball, precision
from analytic.errors import AccuracyError, DimensionError, DomainError
from analytic.formula import ZERO, Expr, add, mul, name, names, neg, num, substitute, walk
from analytic.series.blocks import is_far, scale_of
from analytic.series.charts import Law
from analytic.series.directions import (
    Direction,
    directions,
    in_coordinates,
    is_polynomial,
    product_of,
    terms,
)
from analytic.series.exact import (
    ball_of,
    ceiling,
    constant_of,
    elementary,
    is_constant,
    sign_of,
    tidy,
    without_empty_powers,
)
from analytic.series.line_integral import GUARD, line_mean
from analytic.series.moments import polynomial_mean
from analytic.series.plane_integral import PlaneLaw, plane_mean
from analytic.series.reduction import reduced_mean
from analytic.series.tilt import exponent_polynomial, tilted, tilted_law, total_exponent
from analytic.series.vanishing import without_vanishing

Constant = Expr | Fraction | int
#: Quadrature in two dimensions takes seconds for so many digits, five times as long for half as many more.
LARGEST_DIGITS = 100
#: Means up to 2^20 are covered by the guard bits; up to 2^160, some 10^48, more bits are spent: seconds.
FREE_BITS, MOST_BITS = 20, 140
#: The functions that are as large as their argument.
GROWING = ("softplus", "silu", "gelu", "relu", "abs", "elu", "leaky_relu", "abrelu")


@dataclass(frozen=True)
class GaussianLaw:
    """The joint law of named Gaussian variables, exact.

    Args:
        variables: their names.
        mean: a constant each.
        covariance: rows of constants, symmetric.
    """

    variables: tuple[str, ...]
    mean: tuple[Expr, ...]
    covariance: tuple[tuple[Expr, ...], ...]

    def of(self, direction: Direction) -> Law:
        """The law of a linear form."""
        return Law(self.mean_along(direction), self.covariance_along(direction, direction))

    def mean_along(self, direction: Direction) -> Expr:
        """The mean of a linear form."""
        return tidy(add(*(mul(d, m) for d, m in zip(direction, self.mean, strict=True))))

    def covariance_along(self, first: Direction, second: Direction) -> Expr:
        """The covariance of two linear forms."""
        rows = (add(*(mul(c, d) for c, d in zip(row, second, strict=True))) for row in self.covariance)
        return tidy(add(*(mul(d, r) for d, r in zip(first, rows, strict=True))))

    def pair(self, first: Direction, second: Direction) -> PlaneLaw:
        """The joint law of two linear forms."""
        return PlaneLaw(self.of(first), self.of(second), self.covariance_along(first, second))


def certified_mean(
    integrand: Expr,
    variables: tuple[str, ...],
    mean: Sequence[Constant],
    covariance: Sequence[Sequence[Constant]],
    digits: int = 15,
) -> Ball:
    r"""The expectation of a formula in Gaussian variables as a certified ball.

    Known are sums, products and powers of relu, step, sign, abs, leaky_relu(z, a), abrelu(z, a, b), elu(z, alpha), erf,
    Phi, exp, sin, cos, bump, gelu, tanh, sigmoid, softplus, silu, He(n, z), H(n, z) and log(abs(z)) with z affine, each
    product with functions of linear forms of the variables. Some six forms that depend on each other are integrated,
    any number in two dimensions; more are enclosed.

    Args:
        integrand: the formula.
        variables: the names of the variables.
        mean: their means, exact numbers or constants such as sqrt(2).
        covariance: their covariance matrix, exact, positive semidefinite; it may be singular.
        digits: significant digits; decimal places for a value that cannot be told from 0.

    Returns:
        A ball with the digits asked for.

    Raises:
        DivergenceError: the expectation does not exist, or is not proven to.
        UnsupportedIntegrandError: a part of the formula that is not known.
        DimensionError: means or covariances do not fit the variables.
        AccuracyError: the digits are not reached; it has the enclosure that is.
        DomainError: no such law exists.

    Example:
        >>> from analytic.grammar import parse
        >>> rho = Fraction(1, 2)
        >>> certified_mean(parse("tanh(u)*relu(v)"), ("u", "v"), [0, 0], [[1, rho], [rho, 1]], 12).midpoint[:14]
        '0.151426377400'
    """
    if not 1 <= digits <= LARGEST_DIGITS:
        raise DomainError(
            f"got {digits} digits, expected 1 to {LARGEST_DIGITS} without a closed form: the time of "
            f"quadrature soars beyond; ask for fewer"
        )
    law = _law(variables, mean, covariance)
    integrand = without_vanishing(elementary(without_empty_powers(integrand)), law.variables, law.mean, law.covariance)
    wanted = int(3.33 * digits) + 4
    more = _bits_of_means(integrand, law)
    bits, best = wanted + 2 * GUARD + more, arb("nan")
    for _ in range(6):
        with precision(bits):
            value = _mean(integrand, law)
            if value.is_finite() and (value == 0 or value.rel_accuracy_bits() >= wanted):
                return Ball.of(value)
            tiny = bits - more > 2 * wanted + 3 * GUARD and value.abs_upper() < arb(10) ** (-digits - 1)
            if value.is_finite() and tiny:
                return Ball.of(value)
            reached = value.rel_accuracy_bits() if value.is_finite() else 0
            if value.is_finite() and best.is_finite() and not 2 * value.rad() < best.rad():
                break  # a higher precision does not help
            best = value if value.is_finite() else best
        bits += max(wanted - reached, GUARD) if reached > 0 else bits
    if best.is_finite() and best.contains(0) and best.abs_upper() < arb(10) ** (-digits - 1):
        return Ball.of(best)
    raise _inaccurate(integrand, digits, best)


def _bits_of_means(integrand: Expr, law: GaussianLaw) -> int:
    """Bits that the leading digits of functions at large means take up: what is left may be of the size of 1.

    Raises:
        DomainError: there are more of them than there is time for.
    """
    if len(law.variables) < 2 or not any(n.is_call(f) for n in walk(integrand) for f in GROWING):
        return 0
    with precision(64):
        largest = max((ball_of(m).abs_upper() for m in law.mean), default=arb(0))
        found = max(ceiling((largest + 1).log() / arb.const_log2()) - FREE_BITS, 0)
    if found > MOST_BITS:
        raise DomainError(
            f"got a mean of about {largest.str(3, radius=False)} beside functions that grow, expected at most "
            f"2^{FREE_BITS + MOST_BITS}: its digits cancel; write the function as its argument plus a rest"
        )
    return found


def _inaccurate(integrand: Expr, digits: int, best: arb) -> DomainError:
    """What to say where the digits are not reached: the enclosure, and how many digits it has."""
    if not best.is_finite():
        return DomainError(f"got no finite enclosure of E[{integrand}], expected {digits} digits: ask for fewer")
    reached = _digits_of(best)
    with precision(64):
        ball = Ball.of(best)
    advice = (
        f"ask for {reached} digits"
        if reached > 0
        else "take the attribute enclosure of this error, nothing closer is known"
    )
    return AccuracyError(f"got E[{integrand}] in {ball.enclosure(15)}, expected {digits} digits: {advice}", ball)


def _digits_of(ball: arb) -> int:
    """The digits that can be asked for, for this ball to have them: see the bits wanted in ``certified_mean``."""
    bits, found = int(ball.rel_accuracy_bits()), 0
    while int(3.33 * (found + 1)) + 4 <= bits:
        found += 1
    return found


def _law(variables: tuple[str, ...], mean: Sequence[Constant], covariance: Sequence[Sequence[Constant]]) -> GaussianLaw:
    n = len(variables)
    if len(set(variables)) < n or len(mean) != n or len(covariance) != n or any(len(row) != n for row in covariance):
        raise DimensionError(f"got means and covariances that do not fit {n} variables: expected {n} and {n} x {n}")
    law = GaussianLaw(
        tuple(variables),
        tuple(constant_of(m) for m in mean),
        tuple(tuple(constant_of(c) for c in row) for row in covariance),
    )
    for i in range(n):
        if sign_of(law.covariance[i][i]) < 0:
            raise DomainError(f"got the variance {law.covariance[i][i]} of {variables[i]}, expected at least 0")
        for j in range(i):
            _check_pair(law, i, j)
    return law


def _check_pair(law: GaussianLaw, i: int, j: int) -> None:
    c = law.covariance
    if c[i][j] != c[j][i] and sign_of(tidy(add(c[i][j], neg(c[j][i])))):
        raise DomainError(f"got the covariances {c[i][j]} and {c[j][i]}, expected a symmetric matrix")
    if sign_of(tidy(add(mul(c[i][i], c[j][j]), neg(mul(c[i][j], c[i][j]))))) < 0:
        raise DomainError(f"got the covariance {c[i][j]}, expected at most the product of the standard deviations")


def _mean(integrand: Expr, law: GaussianLaw) -> arb:
    return _sum_of_means(terms(integrand, law.variables), law)


def _sum_of_means(found: list[list[Expr]], law: GaussianLaw) -> arb:
    exact, total = ZERO, arb(0)  # polynomials are summed exactly, so that a sum 0 is recognised
    for factors in found:
        moment = polynomial_mean(product_of(factors), law.variables, law.mean, law.covariance)
        if moment is not None:
            exact = tidy(add(exact, moment))
        else:
            scale = ball_of(product_of([f for f in factors if is_constant(f)]))
            total += scale * _term_mean([f for f in factors if not is_constant(f)], law)
    return total + ball_of(exact)


def _term_mean(factors: list[Expr], law: GaussianLaw) -> arb:
    used = tuple(v for v in law.variables if v in names(product_of(factors)))
    law = _restricted(law, used)
    found = set().union(*(directions(f, used) for f in factors))
    if len(used) == 2 and len(found) > 1:
        first, second = _units(2)
        joint = law.pair(first, second)
        if sign_of(joint.gap) == 0:
            return _degenerate(factors, joint, used)
        exponents = [q for f in factors if (q := exponent_polynomial(f, used)) is not None]
        if exponents:
            new, factor = tilted(joint, total_exponent(exponents))
            remaining = [f for f in factors if exponent_polynomial(f, used) is None]
            mean, rows = (new.first.mean, new.second.mean), (new.first.variance, new.second.variance)
            other = GaussianLaw(used, mean, ((rows[0], new.covariance), (new.covariance, rows[1])))
            return ball_of(factor) * (_mean(product_of(remaining), other) if remaining else arb(1))
    if len(used) > 2:
        return _of_several(factors, law)
    return _by_directions(factors, law, found)


def _of_several(factors: list[Expr], law: GaussianLaw) -> arb:
    """Three variables and more: exponentials change the law, and the rest is reduced to linear forms."""
    used = law.variables
    exponents = [q for f in factors if (q := exponent_polynomial(f, used)) is not None]
    if not exponents:
        return reduced_mean(factors, used, law.mean, law.covariance)
    mean, rows, factor = tilted_law(law.mean, law.covariance, total_exponent(exponents))
    remaining = [f for f in factors if exponent_polynomial(f, used) is None]
    other = GaussianLaw(used, mean, rows)
    return ball_of(factor) * (_mean(product_of(remaining), other) if remaining else arb(1))


def _restricted(law: GaussianLaw, used: tuple[str, ...]) -> GaussianLaw:
    kept = [i for i, v in enumerate(law.variables) if v in used]
    rows = tuple(tuple(law.covariance[i][j] for j in kept) for i in kept)
    return GaussianLaw(used, tuple(law.mean[i] for i in kept), rows)


def _units(size: int) -> list[Direction]:
    return [tuple(num(int(i == j)) for j in range(size)) for i in range(size)]


def _degenerate(factors: list[Expr], joint: PlaneLaw, used: tuple[str, ...]) -> arb:
    """Two variables on a line: one is an affine function of the other."""
    u, v, one, two = used[0], used[1], joint.first, joint.second
    if sign_of(one.variance) == 0:
        u, v, one, two = v, u, two, one
    slope = tidy(joint.covariance / one.variance) if sign_of(one.variance) else ZERO
    image = add(mul(slope, name(u)), tidy(add(two.mean, neg(mul(slope, one.mean)))))
    return line_mean(substitute(product_of(factors), {v: image}), u, one)


def _by_directions(factors: list[Expr], law: GaussianLaw, found: set[Direction]) -> arb:
    used = law.variables
    curved = set().union(*(directions(f, used) for f in factors if not is_polynomial(f, used)), set[Direction]())
    if len(curved) > 2:
        return reduced_mean(factors, used, law.mean, law.covariance)
    if len(found) > 2:
        return _changed_basis(factors, law, curved)
    basis = sorted(found, key=str)
    new = _coordinates(basis, used)
    groups = [[f for f in factors if directions(f, used) == {d}] for d in basis]
    parts = [in_coordinates(product_of(g), used, basis, new) for g in groups]
    laws = [law.of(d) for d in basis]
    scales = [scale_of(one) for one in laws]
    parts = [_rescaled(f, p, one, k) for f, p, one, k in zip(parts, new, laws, scales, strict=True)]
    laws = [_standardised(one, k) for one, k in zip(laws, scales, strict=True)]
    if len(basis) == 1:
        return line_mean(parts[0], new[0], laws[0])
    covariance = law.covariance_along(basis[0], basis[1])
    joint = PlaneLaw(laws[0], laws[1], tidy(covariance / (scales[0] * scales[1])))
    return plane_mean(parts[0], new[0], parts[1], new[1], joint)


def _rescaled(f: Expr, variable: str, law: Law, scale: Expr) -> Expr:
    """The function of p, where the variable is m + k p; unchanged where the scale k is 1 and m moderate."""
    if not is_far(law, scale):
        return f
    return substitute(f, {variable: add(law.mean, mul(scale, name(variable)))})


def _standardised(law: Law, scale: Expr) -> Law:
    return Law(ZERO, tidy(law.variance / (scale * scale))) if is_far(law, scale) else law


def _changed_basis(factors: list[Expr], law: GaussianLaw, curved: set[Direction]) -> arb:
    """Polynomials in further linear forms, expanded in the coordinates that the other functions depend on."""
    used = law.variables
    basis = sorted({*curved, *_units(len(used))}, key=lambda d: (d not in curved, str(d)))[:2]
    new = _coordinates(basis, used)
    (a, b), (c, d) = basis
    det = add(mul(a, d), neg(mul(b, c)))
    p, q = name(new[0]), name(new[1])
    images = {
        used[0]: add(mul(tidy(d / det), p), mul(tidy(neg(b) / det), q)),
        used[1]: add(mul(tidy(a / det), q), mul(tidy(neg(c) / det), p)),
    }
    moved = [substitute(f, images) if is_polynomial(f, used) else in_coordinates(f, used, basis, new) for f in factors]
    joint = law.pair(basis[0], basis[1])
    rows = ((joint.first.variance, joint.covariance), (joint.covariance, joint.second.variance))
    other = GaussianLaw(new, (joint.first.mean, joint.second.mean), rows)
    return _sum_of_means(terms(product_of(moved), new, split=True), other)


def _coordinates(basis: list[Direction], used: tuple[str, ...]) -> tuple[str, ...]:
    """Names for the coordinates along the directions: those of the variables where they are the same."""
    units = _units(len(used))
    return tuple(used[units.index(d)] if d in units else "_".join(used) + f"_{i}" for i, d in enumerate(basis))

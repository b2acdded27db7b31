"""Gaussian expectations of functions of up to three dimensions, by nested quadrature with the kinks on panel ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, count, pairwise

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, real_array, real_number
from numeric.errors import DomainError, NotConvergedError, ShapeError
from numeric.estimate import Estimate
from numeric.forms import AffineForm, Frame, checked_form, frame, is_constant, whitened_hyperplanes
from numeric.integrand import PERTURBATION, Function, Integrand
from numeric.law import GaussianLaw, gaussian_law
from numeric.nested import Resolution, moments, predicted_work
from numeric.rules import legendre, round_off, stretched_legendre
from numeric.sides import refuse_infinite, two_sided
from numeric.window import window

BUDGET = {1: 2**19, 2: 2**24, 3: 2**26}
"""Nodes that the finest rule may have, by dimension."""
LEAST_STRETCHED = {1: 64, 2: 64, 3: 40}
"""Nodes of the coarsest rule between two cuts if there are singular hyperplanes, by dimension."""
TINY = float(np.finfo(np.float64).tiny)
"""Probabilities below it underflow."""
ROUNDINGS = 8.0
"""Roundings of an argument of f, in multiples of the sizes of its terms: one product and three sums, doubled."""


def gaussian_mean(
    function: Function,
    mean: ArrayLike,
    covariance: ArrayLike,
    kinks: Sequence[AffineForm] = (),
    singular: Sequence[AffineForm] = (),
    accuracy: float = 1e-12,
) -> Estimate:
    r"""Expectation $E f(x)$ of a Gaussian vector $x \sim N(\mu, C)$ whose covariance has rank at most three.

    With $x = \mu + F z$, $F F^T = C$ and z standard Gaussian, rotated so that no kink lies along the inner variable:
    $$E f = \int \phi(y_1) \int \phi(y_2) \int \phi(y_3)\, f(\mu + F Q y)\, dy_3\, dy_2\, dy_1,$$
    every integral cut where the inner one is not smooth: at kinks and where kinks cross. Each panel carries a
    Gauss-Legendre rule, stretched towards its ends if there are singular hyperplanes. Rules are refined until two of
    them agree within the accuracy or the next one would be too large; the error is what the last two differ by, in the
    second case what all do, those before the last four halved again and again, plus round-off of the sum and of the
    arguments of f. It is honest for functions that vary on scales that the coarser rule sees (16 nodes in two
    deviations, 12 in three if the rank is 3); declare every kink, or the refinement only creeps.
    Panels end at the declared kinks in every rule: an undeclared jump within 1e-4 of one, in deviations, lies between
    it and the next node of all rules, so that no difference sees it. Neither does any other deterministic rule here.

    If the law is degenerate, a form that is constant and zero on it, such as the kink of a step of the constant 0, is
    given a small positive and a small negative value with equal weight, each form by itself: step(0) counts 1/2.

    Args:
        function: f, vectorised, of an array of shape (points, n), returning (points,); smooth off the hyperplanes.
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite; eigenvalues within round-off of 0 count as 0.
        kinks: pairs (a, b): on the hyperplane $a \cdot x + b = 0$ the function may have a kink or a jump.
        singular: likewise; there it may have an integrable logarithm too.
        accuracy: where refinement stops, in multiples of $\sqrt{E f^2}$, in (0, 1).

    Returns:
        Estimate of kind "scheme".

    Raises:
        DomainError: if the rank exceeds three, the covariance is not one, the integrand outgrows the density, a
            singular form is 0 almost surely, or constant zero forms depend on each other.
        ShapeError: if shapes do not fit, or f does not return one value for each point.
        NonFiniteError: if f returns NaN or infinity.
        NotConvergedError: if the rules do not approach each other: f varies on a scale that they do not see.

    Example:
        >>> estimate = gaussian_mean(lambda x: np.abs(x[:, 0]), [0.0], [[4.0]], kinks=[([1.0], 0.0)])
        >>> bool(abs(estimate.value - 2.0 * np.sqrt(2.0 / np.pi)) <= estimate.error < 1e-13)
        True
    """
    return law_mean(function, gaussian_law(mean, covariance), kinks, singular, accuracy)


def law_mean(
    function: Function,
    law: GaussianLaw,
    kinks: Sequence[AffineForm] = (),
    singular: Sequence[AffineForm] = (),
    accuracy: float = 1e-12,
) -> Estimate:
    """The same for a law that is factorised already.

    Args:
        function: as for `gaussian_mean`.
        law: the law of x, of rank at most three.
        kinks: as for `gaussian_mean`.
        singular: as for `gaussian_mean`.
        accuracy: as for `gaussian_mean`.

    Returns:
        Estimate of kind "scheme".

    Raises:
        DomainError: as for `gaussian_mean`.
        ShapeError: as for `gaussian_mean`.
        NonFiniteError: as for `gaussian_mean`.
        NotConvergedError: as for `gaussian_mean`.

    Example:
        >>> law_mean(lambda x: x[:, 0], gaussian_law([3.0], [[0.0]])).value
        3.0
    """
    if not 0.0 < real_number("accuracy", accuracy) < 1.0:
        raise DomainError(f"accuracy is {accuracy!r}; expected a number in (0, 1), as it is relative; try 1e-12")
    n = len(law.mean)
    cuts, poles = [checked_form(f, n) for f in kinks], [checked_form(f, n) for f in singular]
    refuse_infinite(law, poles)
    checked = _checked(function)
    f, farther = (two_sided(checked, law, cuts, distance) for distance in (1.0, 2.0))

    def shifted(x: FloatArray) -> FloatArray:
        return np.abs(f(x) - farther(x))

    if law.rank == 0:
        found, side = _at_a_point(f, law), float(shifted(law.centre[None, :])[0]) if f is not checked else 0.0
        return replace(found, error=float(found.error) + side)
    if law.rank > 3:
        raise DomainError(
            f"covariance has rank {law.rank}; expected at most 3, because nested quadrature grows by a factor of a "
            f"hundred with each dimension; use sampled_mean"
        )
    smooth_off = [form for form in [*cuts, *poles] if not is_constant(law, form[0])]
    order = frame(whitened_hyperplanes(law, smooth_off))
    sharp = [form for form in poles if not is_constant(law, form[0])]
    sides = None if f is checked else Integrand(shifted, law, order, sharp)
    return _refined(Integrand(f, law, order, sharp), order, accuracy, sides)


def _refined(integrand: Integrand, order: Frame, accuracy: float, sides: Integrand | None) -> Estimate:
    """Rules of growing resolution until two agree; the first one measures the round-off of the arguments.

    Where f counts as the mean of two sides it also measures what their distance does, which cancels in f itself.
    """
    where, rank = window(integrand.at, integrand.rank), integrand.rank
    levels = _resolutions(rank, integrand.singular)
    first = next(levels)
    last = moments(integrand.with_change, order, where, first)
    apart = 0.0 if sides is None else moments(sides.without_change, order, where, first).mean
    wobble, work, means = ROUNDINGS * EPS / PERTURBATION * last.spread, last.work, [last.mean]
    for level in levels:
        if len(means) > 1 and predicted_work(order, where, level) > BUDGET[rank]:
            gap = _unsettled(means, last.norm)
            break
        last = moments(integrand.without_change, order, where, level)
        gap, work = abs(last.mean - means[-1]), work + last.work
        means.append(last.mean)
        if gap <= accuracy * last.norm:
            break
    error = gap + 2.0 * round_off(last.work) * last.size + wobble + apart + where.tail + TINY
    return Estimate(last.mean, error, "scheme", None, f"nested quadrature in dimension {rank}", work)


def _unsettled(means: list[float], norm: float) -> float:
    """The spread of the last four rules, or that of earlier ones halved with each rule since: two may agree by chance.

    At an undeclared jump the errors halve with the panels but for a factor that is as good as random. It is refused if
    rules do not approach each other.
    """
    gaps = [abs(b - a) for a, b in pairwise(means)]
    if len(gaps) > 2 and gaps[-1] > max(gaps[:2]):
        raise NotConvergedError(
            f"the last two of {len(means)} rules differ by {gaps[-1]:.2g}, more than the first, where f has the norm "
            f"{norm:.2g}; expected rules that approach each other, because otherwise their difference says nothing; "
            f"declare kinks and singularities, or rescale a function that varies faster than the nodes see"
        )
    return max(abs(mean - means[-1]) * 0.5 ** max(0, age - 3) for age, mean in enumerate(reversed(means)))


def _resolutions(rank: int, singular: bool) -> Iterator[Resolution]:
    """From coarse to fine without end; each but the first is the judge of the one before."""
    if singular:
        orders = (2 * round(LEAST_STRETCHED[rank] / 2.0 * 1.4**k) for k in count())
        yield from (Resolution(stretched_legendre(order), math.inf) for order in orders)
    start = [(12, 3.0), (16, 3.0), (24, 3.0), (32, 3.0)] if rank == 3 else [(16, 2.0), (24, 2.0)]
    order, width = start[-1]
    halved = ((order, width / 2.0**k) for k in count(1))
    yield from (Resolution(legendre(order), width, k) for k, (order, width) in enumerate(chain(start, halved)))


def _at_a_point(f: Function, law: GaussianLaw) -> Estimate:
    """The value at the mean, which is all that a vector of constants takes."""
    x = law.centre[None, :]
    value = float(f(x)[0])
    change = max(abs(float(f(x * (1.0 + side * PERTURBATION))[0]) - value) for side in (-1.0, 1.0))
    error = 8.0 * EPS * abs(value) + ROUNDINGS * EPS / PERTURBATION * change
    return Estimate(value, error, "scheme", None, "value at the mean", 1)


def _checked(function: Function) -> Function:
    """The function, refused if it does not return a finite number for each point."""

    def checked(x: FloatArray) -> FloatArray:
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # what is returned is looked at
            returned = real_array("f(x)", function(x))
        if returned.shape != x.shape[:1]:
            raise ShapeError(
                f"function returned shape {returned.shape} for {x.shape[0]} points; expected ({x.shape[0]},), one "
                f"value a point; index the variables as x[:, 0] and use vectorised functions"
            )
        return returned

    return checked

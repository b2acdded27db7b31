"""Gaussian expectations with control variates: what functions of known mean explain is taken out of the sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, positive_integer
from numeric.draws import Seed, generator
from numeric.errors import DomainError, NumericError, ShapeError
from numeric.estimate import Estimate
from numeric.gaussian_draws import Function, GaussianMap, gaussian_map, values_at
from numeric.sample_moments import NOTHING, SampleMoments, sample_moments, with_standard_error
from numeric.sampling import without_bound

METHOD = "Monte Carlo with control variates"
FALSE_ALARM = 1e-9
"""Level at which the stated means of the controls are tested against their samples."""


def control_variate_mean(
    function: Function,
    control: Function,
    control_mean: ArrayLike,
    mean: ArrayLike,
    covariance: ArrayLike,
    samples: int,
    seed: Seed,
    pilot: int | None = None,
) -> Estimate:
    r"""Expectation $E f(x)$ of a Gaussian vector as the mean of $f(x) - \beta \cdot (c(x) - E c(x))$.

    The coefficients are the least-squares regression of f on the controls over a pilot sample of its own. Given the
    pilot they are constants, so the mean of the other samples is unbiased and its standard error is that of independent
    samples; the customary regression on the same sample is neither. The stated means of the controls are tested
    against the samples, for a wrong one would be a bias that no error shows.

    Args:
        function: f, vectorised, of an array of shape (points, n), returning shape (points,).
        control: c, likewise, returning shape (points,) or (points, m) for m controls.
        control_mean: $E c(x)$, exactly: a number or shape (m,).
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite.
        samples: number of them besides the pilot, >= 2.
        seed: integer or generator.
        pilot: samples for the coefficients, >= m + 2; by default a tenth of samples, and at least 10 (m + 1).

    Returns:
        Estimate of kind "standard_error"; its work counts the pilot.

    Raises:
        DomainError: if the covariance is not symmetric and positive semidefinite, or a stated mean of a control is off.
        ShapeError: if shapes do not fit.
        NonFiniteError: if f or a control returns NaN or infinity.
        TooFewSamplesError: if no spread beyond round-off is left.
        NumericError: if samples, seed or pilot is unusable.

    Source: Lavenberg and Welch 1981, A perspective on the use of control variables to increase the efficiency of Monte
        Carlo simulations.

    Example:
        >>> estimate = control_variate_mean(
        ...     lambda x: np.exp(x[:, 0] / 4.0), lambda x: x, [0.0], [0.0], [[1.0]], 10**5, seed=0
        ... )
        >>> bool(abs(estimate.value - np.exp(1.0 / 32.0)) < 4.0 * estimate.error < 0.0008)  # plain: 0.003
        True
    """
    samples, centres = positive_integer("samples", samples, 2), _centres(control_mean)
    law, (rng, written_seed) = gaussian_map(mean, covariance), generator(seed)
    least = len(centres) + 2
    first = max(samples // 10, 10 * (least - 1)) if pilot is None else positive_integer("pilot", pilot, least)
    known = _Known(function, control, centres, law)
    beta = known.coefficients(law.at(rng.standard_normal((first, law.centre.size))))
    total, sides = NOTHING, [NOTHING] * len(centres)
    for done in range(0, samples, law.rows):
        f, c = known.at(law.at(rng.standard_normal((min(law.rows, samples - done), law.centre.size))))
        total = total.joined(sample_moments(f - c @ beta))
        sides = [side.joined(sample_moments(column)) for side, column in zip(sides, c.T, strict=True)]
    if not law.constant:
        _check_means(sides, centres)

    def residual(x: FloatArray) -> FloatArray:
        f, c = known.at(x)
        return np.asarray(f - c @ beta, dtype=np.float64)

    return without_bound(total, residual, law, METHOD, samples + first, written_seed)


class _Known:
    """The function and its centred controls."""

    def __init__(self, function: Function, control: Function, centres: FloatArray, law: GaussianMap) -> None:
        self.function, self.control, self.centres, self.law = function, control, centres, law

    def at(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values of shape (points,) and of shape (points, m)."""
        f, c = values_at(self.function, x), finite_array("control(x)", self.control(x))
        c = c[:, None] if c.ndim == 1 else c
        if c.shape != (len(x), len(self.centres)):
            raise ShapeError(
                f"control returned shape {c.shape} for {len(x)} points; expected ({len(x)}, {len(self.centres)}), a "
                f"column for each entry of control_mean; stack the controls with numpy.column_stack"
            )
        return f, c - self.centres

    def coefficients(self, x: FloatArray) -> FloatArray:
        """Regression of f on the controls, of least norm where they depend on each other."""
        f, c = self.at(x)
        beta = np.linalg.lstsq(c - c.mean(axis=0), f - f.mean(), rcond=None)[0]
        return np.asarray(beta, dtype=np.float64)


def _centres(control_mean: ArrayLike) -> FloatArray:
    centres = finite_array("control_mean", control_mean)
    if centres.ndim > 1 or centres.size == 0:
        raise ShapeError(f"control_mean has shape {centres.shape}; expected a number or shape (m,), one each control")
    return np.atleast_1d(centres)


def _check_means(sides: list[SampleMoments], centres: FloatArray) -> None:
    """Refuses a stated mean that the samples contradict."""
    for k, side in enumerate(sides):
        try:
            estimate = with_standard_error(side, METHOD, side.n, None)
            reach = float(estimate.half_width(FALSE_ALARM / len(sides)))
        except NumericError:  # a constant control, or one that rare events carry: no test of its mean
            reach = 0.0 if side.squares == 0.0 else abs(side.mean)
        if abs(side.mean) > reach:
            raise DomainError(
                f"control {k} has the mean {side.mean + centres[k]:g} over {side.n} samples but control_mean says "
                f"{centres[k]:g}; expected its exact mean, because the difference goes into the estimate; correct it"
            )

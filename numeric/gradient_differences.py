"""Hessian of a population loss from samples: differences of the gradients of single samples at common random inputs."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, positive_integer, real_number
from numeric.draws import Seed, generator
from numeric.errors import DomainError, ShapeError, TooFewSamplesError
from numeric.estimate import Estimate
from numeric.gaussian_draws import CHUNK, gaussian_map

SampleGradient = Callable[[FloatArray, FloatArray], FloatArray]

STEP = 0.125
"""Default step, in multiples of max(1, |w_c|)."""
METHOD = "differences of sampled gradients"


def sampled_hessian(
    gradient: SampleGradient,
    weights: ArrayLike,
    mean: ArrayLike,
    covariance: ArrayLike,
    samples: int,
    seed: Seed,
    step: float | None = None,
) -> Estimate:
    r"""Hessian of the population loss $L(W) = E\,\ell(W, x)$, $x \sim N(\mu, C)$, from gradients of single samples.

    With $D_h = (\nabla\ell(W + he_c, x) - \nabla\ell(W - he_c, x))/2h$ at one and the same x, the sample is
    $(4 D_{h/2} - D_h)/3$, averaged over x. A step that is not small lets samples cross the kinks of an activation: the
    mean of $D_h$ is the difference of the population's gradients, Dirac masses included, which no derivative of a
    sample's loss sees. A smaller step costs variance, about 1/h, and a larger one bias.

    The error is $\sqrt{s^2 + b^2}$, entry by entry: s the standard error of the mean, and $b = |\bar D_{h/2} -
    \bar D_h|/3$, the difference bias of $D_{h/2}$, which is more than that of the extrapolated value as long as the
    population's gradient is smooth over a step. It is not where a neuron is zero: keep h below half of every norm.

    Args:
        gradient: of weights W and inputs of shape (m, n), returning the m gradients $\nabla\ell(W, x)$, shape
            (m, *W.shape).
        weights: W, any shape.
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite.
        samples: number of inputs, >= 2; the gradient is evaluated four times an input and entry of W.
        seed: integer or generator.
        step: h, positive; by default 1/8 of max(1, |w_c|) for each entry.

    Returns:
        Estimate of kind "standard_error", a symmetric matrix; entry c of W, in its flattened order, is row c.

    Raises:
        DomainError: if step is not positive, or the covariance is not symmetric and positive semidefinite.
        ShapeError: if shapes do not fit.
        NonFiniteError: if weights have a NaN or infinite entry, or the gradient returns one.
        TooFewSamplesError: if an entry shows no spread, though others do: rare inputs carry it.
        NumericError: if samples or seed is unusable.

    Source: Glasserman 2003, Monte Carlo methods in financial engineering, section 7.1 (finite differences with common
        random numbers); Richardson 1911 for the extrapolation.

    Example:
        >>> def gradient(w, x):                       # of relu(w.x)^2 / 2 - relu(w.x)
        ...     z = x @ w
        ...     return ((np.maximum(z, 0.0) - 1.0) * (z > 0.0))[:, None] * x
        >>> found = sampled_hessian(gradient, [1.0, 0.0], [0.0, 0.0], np.eye(2), 40_000, seed=0)
        >>> truth = np.diag([0.5, 0.5 - 1.0 / np.sqrt(2.0 * np.pi)])      # autodiff of samples says diag(1/2, 1/2)
        >>> bool((abs(found.value - truth) <= 5.0 * found.error).all() and found.error.max() < 0.02)
        True
    """
    point, samples = finite_array("weights", weights), positive_integer("samples", samples, 2)
    if step is not None and not 0.0 < real_number("step", step) < math.inf:
        raise DomainError(
            f"step is {step!r}; expected a positive finite number, below the norms of the neurons; try 0.1"
        )
    law, (rng, written_seed) = gaussian_map(mean, covariance), generator(seed)
    steps = np.full(point.size, step) if step else STEP * np.maximum(1.0, np.abs(point.ravel()))
    rows = max(1, CHUNK // max(law.centre.size, point.size**2))
    sums = _Sums(point.size)
    for done in range(0, samples, rows):
        x = law.at(rng.standard_normal((min(rows, samples - done), law.centre.size)))
        sums.add(*_differences(gradient, point, x, steps))
    return sums.estimate(written_seed)


def _differences(
    gradient: SampleGradient, point: FloatArray, x: FloatArray, steps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Symmetrised differences at the full and at half the step, shape (m, N, N)."""
    wide, narrow = (
        np.stack([_central(gradient, point, x, c, share * h) for c, h in enumerate(steps)], axis=-1)
        for share in (1.0, 0.5)
    )
    return (wide + wide.swapaxes(1, 2)) / 2.0, (narrow + narrow.swapaxes(1, 2)) / 2.0


def _central(gradient: SampleGradient, point: FloatArray, x: FloatArray, c: int, h: float) -> FloatArray:
    sides = []
    for side in (h, -h):
        moved = point.copy()
        moved.flat[c] += side
        values = finite_array("gradient(W, x)", gradient(moved, x))
        if values.shape != (len(x), *point.shape):
            raise ShapeError(
                f"gradient returned shape {values.shape} for {len(x)} inputs; expected {(len(x), *point.shape)}, one "
                f"gradient an input and no mean over them; see per_sample_gradient"
            )
        sides.append(values.reshape(len(x), -1))
    return np.asarray((sides[0] - sides[1]) / (2.0 * h), dtype=np.float64)


class _Sums:
    """Power sums of the extrapolated differences about a first guess of their mean, and the sum of the plain ones."""

    def __init__(self, size: int) -> None:
        self.n, self.shift = 0, np.zeros((size, size))
        self.powers, self.gap = np.zeros((6, size, size)), np.zeros((size, size))

    def add(self, wide: FloatArray, narrow: FloatArray) -> None:
        sample = (4.0 * narrow - wide) / 3.0
        if not self.n:
            self.shift = sample.mean(axis=0)
        self.n += len(sample)
        centred = sample - self.shift
        self.powers += np.stack([(centred**p).sum(axis=0) for p in range(1, 7)])
        self.gap += (narrow - wide).sum(axis=0)

    def estimate(self, seed: int | None) -> Estimate:
        m1, m2, m3, m4, m5, m6 = self.powers / self.n
        variance = np.maximum(m2 - m1**2, 0.0)
        third = m3 - 3.0 * m1 * m2 + 2.0 * m1**3
        fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1**2 * m2 - 3.0 * m1**4
        sixth = m6 - 6.0 * m1 * m5 + 15.0 * m1**2 * m4 - 20.0 * m1**3 * m3 + 15.0 * m1**4 * m2 - 5.0 * m1**6
        # away from 0 by its standard error: larger samples than those met carry a heavy tail's third moment
        raised = np.abs(third) + np.sqrt(np.maximum(sixth, 0.0) / self.n)
        spread, bias = np.sqrt(variance / (self.n - 1)), np.abs(self.gap) / (3.0 * self.n)
        value = self.shift + m1
        if (spread <= EPS * np.abs(value)).any() and spread.any():
            raise TooFewSamplesError(
                f"an entry of the Hessian takes one value at all {self.n} samples; expected values that differ, "
                f"because without any spread its mean has no error that can be stated; take more samples"
            )
        safe = np.where(variance > 0.0, variance, 1.0)
        skewness = float((raised / safe**1.5).max(initial=0.0)) / math.sqrt(self.n)
        excess = float((fourth / safe**2 - 3.0).max(initial=0.0)) / self.n
        work = 4 * len(value) * self.n
        error = np.hypot(spread, bias)
        return Estimate(value, error, "standard_error", None, METHOD, work, seed, skewness, excess)

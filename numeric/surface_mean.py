"""Gaussian expectations against a Dirac mass on a hyperplane, from their definition as a density times a mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray
from numeric.errors import DomainError
from numeric.estimate import Estimate
from numeric.forms import AffineForm, checked_form, is_constant
from numeric.gaussian_quadrature import law_mean
from numeric.law import conditional_law, gaussian_law


def hyperplane_mean(
    function: Callable[[FloatArray], FloatArray],
    mean: ArrayLike,
    covariance: ArrayLike,
    normal: ArrayLike,
    offset: float = 0.0,
    kinks: Sequence[AffineForm] = (),
    singular: Sequence[AffineForm] = (),
    accuracy: float = 1e-12,
) -> Estimate:
    r"""Expectation $E[\delta(a \cdot x + b)\, G(x)]$ of a Gaussian vector, $\delta$ the Dirac mass.

    The form is Gaussian with mean $g = a \cdot \mu + b$ and variance $s^2 = a^T C a$, so this is its density at 0 times
    the mean of G under the law of x given that the form is 0, by quadrature over the hyperplane:
    $$\frac{e^{-g^2/(2s^2)}}{s\sqrt{2\pi}}\; E[G(x) \mid a \cdot x + b = 0].$$
    A kink of G on the hyperplane itself counts as the mean of both sides, the limit of a symmetric narrow mass:
    $E[\delta(u)\,1\{u > 0\}]$ is half of $E\,\delta(u)$.

    Args:
        function: G, vectorised, of an array of shape (points, n), returning shape (points,).
        mean: $\mu$, shape (n,).
        covariance: C, shape (n, n), of rank at most four.
        normal: a, shape (n,), such that $a \cdot x$ is not constant.
        offset: b.
        kinks: of G, as for `gaussian_mean`.
        singular: of G, as for `gaussian_mean`.
        accuracy: of the mean over the hyperplane, as for `gaussian_mean`.

    Returns:
        Estimate of kind "scheme".

    Raises:
        DomainError: if $a \cdot x$ is constant, so that the Dirac mass has no value, or as for `gaussian_mean`.
        ShapeError: if shapes do not fit, or G does not return one value for each point.
        NonFiniteError: if G returns NaN or infinity.

    Source: Hörmander 1990, The analysis of linear partial differential operators I, theorem 6.1.5 (pullback of a Dirac
        mass by a function with non-zero gradient).

    Example:
        >>> estimate = hyperplane_mean(lambda x: x[:, 1] ** 2, [0.0, 0.0], [[4.0, 0.0], [0.0, 9.0]], [1.0, 0.0])
        >>> bool(abs(estimate.value - 9.0 / np.sqrt(8.0 * np.pi)) <= estimate.error < 1e-13)
        True
    """
    law = gaussian_law(mean, covariance)
    a, b = checked_form((normal, offset), len(law.mean))
    if is_constant(law, a):
        raise DomainError(
            f"the form {a.tolist()} x + {b:g} is constant; expected one of positive variance, because the Dirac mass "
            f"of a constant has no value; look for variables that are equal"
        )
    inner = law_mean(function, conditional_law(law, a, b), kinks, singular, accuracy)
    row, gap = law.whitened(a, b)
    deviation = math.hypot(*row)
    exponent = (gap / deviation) ** 2 / 2.0
    density = math.exp(-exponent) / (deviation * math.sqrt(2.0 * math.pi))
    value, error = float(np.asarray(inner.value)), float(np.asarray(inner.error))
    round_off = 4.0 * EPS * (2.0 + exponent) * density * abs(value)  # the exponent has four roundings, the factor six
    return Estimate(
        density * value, density * error + round_off, "scheme", None, f"density times {inner.method}", inner.work
    )

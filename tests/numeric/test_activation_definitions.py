"""The activations against their definitions at 40 digits, and at the ends of the floating range."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest

from numeric import (
    DomainError,
    NonFiniteError,
    NumericError,
    abrelu,
    elu,
    erf,
    gaussian_bump,
    gelu,
    hermite_physicists,
    hermite_probabilists,
    log_absolute,
    normal_cdf,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from numeric.arguments import EPS, FloatArray

Definition = Callable[[mp.mpf], mp.mpf]

DEFINITIONS: dict[str, tuple[Callable[[FloatArray], FloatArray], Definition]] = {
    "abrelu": (lambda z: abrelu(z, -0.5, 3.0), lambda z: -z / 2 if z < 0 else 3 * z),
    "erf": (erf, mp.erf),
    "normal_cdf": (normal_cdf, mp.ncdf),
    "gaussian_bump": (gaussian_bump, lambda z: mp.exp(-z * z / 2)),
    "gelu": (gelu, lambda z: z * mp.ncdf(z)),
    "elu": (lambda z: elu(z, 3.0), lambda z: z if z > 0 else 3 * mp.expm1(z)),
    "log_absolute": (log_absolute, lambda z: mp.log(abs(z))),
    "tanh": (tanh, mp.tanh),
    "sigmoid": (sigmoid, lambda z: 1 / (1 + mp.exp(-z))),
    "softplus": (softplus, lambda z: mp.log1p(mp.exp(z))),
    "silu": (silu, lambda z: z / (1 + mp.exp(-z))),
}
POINTS = [s * z for s in (-1.0, 1.0) for z in (1e-300, 1e-9, 0.1, 0.5, 1.0, 1.7, 3.0, 8.0, 30.0)]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_values_have_full_relative_accuracy(name: str) -> None:
    f, definition = DEFINITIONS[name]
    with mp.workdps(40):
        exact = np.array([float(definition(mp.mpf(z))) for z in POINTS])
    condition = 1.0 + np.square(POINTS)  # exp(-z^2/2) turns a rounding of z^2 into as many of its value
    assert (np.abs(f(np.array(POINTS)) - exact) <= 8.0 * EPS * condition * np.abs(exact) + 1e-300).all()


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("z", [-1e300, -745.5, 745.5, 1e300])
def test_nothing_overflows(name: str, z: float) -> None:
    f, _ = DEFINITIONS[name]
    assert np.isfinite(f(np.array([z]))).all()
    with pytest.raises(NonFiniteError):
        f(np.array([np.nan]))


@pytest.mark.parametrize("n", range(12))
def test_hermite_polynomials_by_their_sums(n: int) -> None:
    """n! sum_k (-1)^k z^(n-2k) / (k! (n-2k)! 2^k), and H_n(z) = 2^(n/2) He_n(root(2) z) (Szego 1975, section 5.5)."""
    z = np.linspace(-4.0, 4.0, 33)
    terms = [
        (-1.0) ** k * math.factorial(n) / (math.factorial(k) * math.factorial(n - 2 * k) * 2.0**k) * z ** (n - 2 * k)
        for k in range(n // 2 + 1)
    ]
    size = np.sum(np.abs(terms), axis=0)
    assert (np.abs(hermite_probabilists(n, z) - np.sum(terms, axis=0)) <= 8.0 * (n + 1) * EPS * size).all()
    scaled = 2.0 ** (n / 2.0) * hermite_probabilists(n, math.sqrt(2.0) * z)
    wide = 2.0 ** (n / 2.0) * np.sum([np.abs(t) * 2.0 ** (n / 2.0) for t in terms], axis=0)
    assert (np.abs(hermite_physicists(n, z) - scaled) <= 8.0 * (n + 1) * EPS * wide).all()


def test_what_has_no_value_is_refused() -> None:
    with pytest.raises(DomainError, match="log"):
        log_absolute([1.0, 0.0])
    with pytest.raises(NonFiniteError, match="Hermite"):
        hermite_probabilists(3, 1e200)
    with pytest.raises(NumericError, match="n is -1"):
        hermite_physicists(-1, 0.0)

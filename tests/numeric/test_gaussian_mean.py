"""Nested quadrature against expectations that others have found, at 25 digits from the very same floating inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest

from numeric import (
    DomainError,
    Estimate,
    NonFiniteError,
    ShapeError,
    abrelu,
    absolute,
    elu,
    erf,
    gaussian_bump,
    gaussian_mean,
    gelu,
    hermite_physicists,
    hermite_probabilists,
    log_absolute,
    normal_cdf,
    relu,
    sigmoid,
    sign,
    silu,
    softplus,
    step,
    tanh,
)
from numeric.arguments import FloatArray
from numeric.forms import AffineForm

mp.mp.dps = 25
Activation = Callable[[FloatArray], FloatArray]

SEEDS = range(5)
#: One law by default, the others in the slow tier, where a case takes half a second.
FEW_SEEDS = [s if s < 1 else pytest.param(s, marks=pytest.mark.slow) for s in SEEDS]
SEEDS_AND_SIZES = [
    (s, n) if n == 2 or s < 1 else pytest.param(s, n, marks=pytest.mark.slow) for n in (2, 3) for s in SEEDS
]
CORRELATIONS = [0.0, 0.3, -0.8, 0.999, -1.0 + 2.0**-20, 1.0 - 2.0**-40, 1.0, -1.0]


def kinks_of(n: int) -> list[AffineForm]:
    """The coordinate hyperplanes."""
    return [(row, 0.0) for row in np.eye(n)]


def random_law(seed: int, n: int) -> tuple[FloatArray, FloatArray]:
    """A mean and a covariance of condition number up to a few hundred."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, n)) * rng.uniform(0.3, 1.5, size=(n, 1))
    return rng.normal(size=n), factor @ factor.T


def random_correlations(seed: int, n: int) -> FloatArray:
    """A covariance with unit variances."""
    covariance = random_law(seed, n)[1]
    scale = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(scale, scale)
    np.fill_diagonal(correlations, 1.0)
    return np.asarray(correlations, dtype=np.float64)


def exact(array: FloatArray) -> mp.matrix:
    """The floating numbers as they are."""
    return mp.matrix(np.asarray(array).tolist())


def assert_true(estimate: Estimate, truth: mp.mpf, norm: float, digits: float) -> None:
    """The error bounds the distance to the truth; both are as small as promised relative to the root of E f^2."""
    value, error = mp.mpf(float(np.asarray(estimate.value))), float(np.asarray(estimate.error))
    gap = abs(value - truth)
    assert gap <= error + mp.mpf(10) ** -20 * norm, (float(gap), error)  # the truth has 25 digits less a few
    assert gap <= digits * norm, (float(gap), norm)
    assert error <= max(10.0 * digits, 1.5e-12) * norm, (error, norm)  # refinement stops when two rules agree to 1e-12


def line(f: Callable[[mp.mpf], mp.mpf], m: float, v: float, cuts: Sequence[float] = ()) -> mp.mpf:
    """One-dimensional expectation at 25 digits, panels of two deviations, analytic up to the ends of each."""
    s = mp.sqrt(v)
    ends = sorted({mp.mpf(k) for k in range(-32, 33, 2)} | {(mp.mpf(c) - m) / s for c in cuts})
    panels = pairwise(ends)
    return sum(mp.quad(lambda z: f(m + s * z) * mp.npdf(z), ab, method="gauss-legendre") for ab in panels)


def with_square(f: Callable[[mp.mpf], mp.mpf]) -> Callable[[mp.mpf], mp.mpc]:
    """f + i f^2: one quadrature finds both means."""

    def both(z: mp.mpf) -> mp.mpc:
        value = f(z)
        return mp.mpc(value, value * value)

    return both


ACTIVATIONS: dict[str, tuple[Activation, Callable[[mp.mpf], mp.mpf], bool]] = {
    "relu": (relu, lambda z: max(z, 0), True),
    "step": (step, lambda z: mp.mpf(z > 0), True),
    "sign": (sign, mp.sign, True),
    "absolute": (absolute, abs, True),
    "abrelu": (lambda z: abrelu(z, 0.25, -3.0), lambda z: z / 4 if z < 0 else -3 * z, True),
    "elu": (lambda z: elu(z, 2.0), lambda z: z if z > 0 else 2 * mp.expm1(z), True),
    "erf": (erf, mp.erf, False),
    "normal_cdf": (normal_cdf, mp.ncdf, False),
    "gaussian_bump": (gaussian_bump, lambda z: mp.exp(-z * z / 2), False),
    "gelu": (gelu, lambda z: z * mp.ncdf(z), False),
    "tanh": (tanh, mp.tanh, False),
    "sigmoid": (sigmoid, lambda z: 1 / (1 + mp.exp(-z)), False),
    "softplus": (softplus, lambda z: mp.log1p(mp.exp(z)), False),
    "silu": (silu, lambda z: z / (1 + mp.exp(-z)), False),
    "hermite_probabilists": (lambda z: hermite_probabilists(5, z), lambda z: z**5 - 10 * z**3 + 15 * z, False),
    "hermite_physicists": (lambda z: hermite_physicists(4, z), lambda z: 16 * z**4 - 48 * z**2 + 12, False),
}


@pytest.mark.parametrize(("m", "v"), [(0.7, 2.0), (-3.0, 0.01), (0.0, 6.0)])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_on_the_line(name: str, m: float, v: float) -> None:
    f, definition, kinked = ACTIVATIONS[name]
    estimate = gaussian_mean(lambda x: f(x[:, 0]), [m], [[v]], kinks=kinks_of(1) if kinked else ())
    both = line(with_square(definition), m, v, [0.0] if kinked else [])
    assert_true(estimate, both.real, float(mp.sqrt(both.imag)), 1e-13)


@pytest.mark.parametrize("v", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_moments_of_the_rectifier_at_any_scale(n: int, v: float) -> None:
    moments = [
        mp.sqrt(v) ** k * 2 ** (mp.mpf(k) / 2 - 1) * mp.gamma(mp.mpf(k + 1) / 2) / mp.sqrt(mp.pi) for k in (n, 2 * n)
    ]
    estimate = gaussian_mean(lambda x: relu(x[:, 0]) ** n, [0.0], [[v]], kinks=kinks_of(1))
    assert_true(estimate, moments[0], math.sqrt(moments[1]), 1e-13)


@pytest.mark.parametrize("m", [-5.0, 20.0, 1e3, -1e6])
def test_far_means(m: float) -> None:
    """E relu = m Phi(m) + phi(m)."""
    estimate = gaussian_mean(lambda x: relu(x[:, 0]), [m], [[1.0]], kinks=kinks_of(1))
    assert_true(estimate, m * mp.ncdf(m) + mp.npdf(m), 1.0 + abs(m), 1e-13)


@pytest.mark.parametrize("t", [0.5, 3.0, -6.0, 20.0])
def test_growth_moves_the_window(t: float) -> None:
    estimate = gaussian_mean(lambda x: np.exp(t * x[:, 0]), [0.0], [[1.0]])
    assert_true(estimate, mp.exp(mp.mpf(t) ** 2 / 2), math.exp(t * t), 1e-13)


@pytest.mark.parametrize("sharpness", [1.0, 10.0, 100.0])
def test_sharp_functions(sharpness: float) -> None:
    """E Phi(su) = 1/2 at mean 0; at mean m it is Phi(s m / root(1 + s^2))."""
    estimate = gaussian_mean(lambda x: normal_cdf(sharpness * x[:, 0]), [0.5], [[1.0]])
    assert_true(estimate, mp.ncdf(sharpness * mp.mpf(0.5) / mp.sqrt(1 + mp.mpf(sharpness) ** 2)), 1.0, 1e-12)


@pytest.mark.parametrize("v", [1e-6, 1.0, 4.0])
def test_logarithm(v: float) -> None:
    truth = mp.log(v) / 2 - (mp.euler + mp.log(2)) / 2
    estimate = gaussian_mean(lambda x: log_absolute(x[:, 0]), [0.0], [[v]], singular=kinks_of(1))
    assert_true(estimate, truth, math.hypot(truth, math.pi / math.sqrt(8.0)), 2e-13)


@pytest.mark.parametrize(("seed", "n"), SEEDS_AND_SIZES)
def test_exponentials_and_waves(seed: int, n: int) -> None:
    mean, covariance = random_law(seed, n)
    t = np.random.default_rng(1000 + seed).normal(size=n)
    exponent = (exact(t).T * exact(mean))[0]
    variance = (exact(t).T * exact(covariance) * exact(t))[0]
    grown = gaussian_mean(lambda x: np.exp(x @ t), mean, covariance)
    assert_true(grown, mp.exp(exponent + variance / 2), math.exp(exponent + variance), 1e-12)
    wave = gaussian_mean(lambda x: np.cos(x @ (2.0 * t)), mean, covariance)
    assert_true(wave, mp.cos(2 * exponent) * mp.exp(-2 * variance), 1.0, 1e-12)


@pytest.mark.parametrize(("seed", "n"), SEEDS_AND_SIZES)
def test_polynomials_by_pairings(seed: int, n: int) -> None:
    mean, covariance = random_law(seed, n)
    powers = np.random.default_rng(2000 + seed).integers(0, 3, size=n).tolist()
    factors = tuple(i for i, power in enumerate(powers) for _ in range(power))
    truth, square = (moment(factors * k, exact(mean), exact(covariance)) for k in (1, 2))
    estimate = gaussian_mean(lambda x: np.prod(x**powers, axis=1), mean, covariance, kinks=kinks_of(n))
    assert_true(estimate, truth, math.sqrt(square), 1e-12)


def moment(factors: tuple[int, ...], mean: mp.matrix, covariance: mp.matrix) -> mp.mpf:
    """E of the product of x_i over the factors (Isserlis 1918): the first is a mean, or paired with another."""
    if not factors:
        return mp.mpf(1)
    first, *rest = factors
    pairs = (covariance[first, j] * moment((*rest[:k], *rest[k + 1 :]), mean, covariance) for k, j in enumerate(rest))
    return mean[first] * moment(tuple(rest), mean, covariance) + sum(pairs)


@pytest.mark.parametrize("rho", CORRELATIONS)
def test_two_variables_with_kinks(rho: float) -> None:
    """Sheppard's orthant probability, the arc-cosine kernel, logarithms, error functions, Hermite polynomials."""
    C, r, kinks = [[1.0, rho], [rho, 1.0]], mp.mpf(rho), kinks_of(2)
    theta = mp.acos(r)
    orthant = gaussian_mean(lambda x: step(x[:, 0]) * step(x[:, 1]), [0.0, 0.0], C, kinks=kinks)
    assert_true(orthant, (mp.pi - theta) / (2 * mp.pi), 1.0, 1e-13)
    wedge = gaussian_mean(lambda x: step(x[:, 0]) * step(-x[:, 1]), [0.0, 0.0], C, kinks=kinks)
    assert_true(wedge, theta / (2 * mp.pi), 1.0, 1e-13)
    kernel = gaussian_mean(lambda x: relu(x[:, 0]) * relu(x[:, 1]), [0.0, 0.0], C, kinks=kinks)
    assert_true(kernel, (mp.sin(theta) + (mp.pi - theta) * r) / (2 * mp.pi), 1.0, 1e-13)
    logs = gaussian_mean(lambda x: log_absolute(x).prod(axis=1), [0.0, 0.0], C, singular=kinks)
    assert_true(logs, (mp.euler + mp.log(2)) ** 2 / 4 + mp.asin(r) ** 2 / 2, 4.5 if abs(rho) == 1.0 else 1.5, 1e-13)
    errors = gaussian_mean(lambda x: erf(x).prod(axis=1), [0.0, 0.0], C)
    assert_true(errors, 2 / mp.pi * mp.asin(2 * r / 3), 1.0, 1e-13)
    hermite = gaussian_mean(lambda x: hermite_probabilists(6, x).prod(axis=1), [0.0, 0.0], C)
    assert_true(hermite, mp.factorial(6) * r**6, 720.0 * 40.0, 1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_quadrants_off_the_centre(seed: int) -> None:
    """P(u > 0, v > 0) as an integral of a conditional probability, at 25 digits."""
    mean, covariance = random_law(seed, 2)
    (a, c), (_, b) = [[mp.mpf(float(entry)) for entry in row] for row in covariance]
    m, k = (mp.mpf(float(entry)) for entry in mean)
    rest = mp.sqrt(b - c * c / a)
    truth = line(lambda u: mp.ncdf((k + c / a * (u - m)) / rest) if u > 0 else mp.mpf(0), m, a, [0.0])
    estimate = gaussian_mean(lambda x: step(x[:, 0]) * step(x[:, 1]), mean, covariance, kinks=kinks_of(2))
    assert_true(estimate, truth, 1.0, 1e-13)


@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_three_variables_with_kinks(seed: int) -> None:
    """The octant probability is 1/8 + (sum of arc sines) / (4 pi)."""
    C = random_correlations(seed, 3)
    angles = mp.asin(C[0, 1]) + mp.asin(C[0, 2]) + mp.asin(C[1, 2])
    octant = gaussian_mean(lambda x: step(x).prod(axis=1), np.zeros(3), C, kinks=kinks_of(3))
    assert_true(octant, mp.mpf(1) / 8 + angles / (4 * mp.pi), 1.0, 1e-12)


@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_products_of_three_absolute_values_and_signs(seed: int) -> None:
    """E[w | u, v] is linear, and E|u||v| and E sign(u) v|v| are formulas in two variables (Price 1958)."""
    C = random_correlations(seed, 3)
    r = mp.mpf(float(C[0, 1]))
    alpha, beta = mp.lu_solve(exact(C[:2, :2]), exact(C[:2, 2]))
    both = 2 / mp.pi * (mp.sqrt(1 - r * r) + r * mp.asin(r))
    mixed = 2 / mp.pi * (mp.asin(r) + r * mp.sqrt(1 - r * r))
    estimate = gaussian_mean(
        lambda x: sign(x[:, 0]) * absolute(x[:, 1]) * x[:, 2], np.zeros(3), C, kinks=kinks_of(2 + 1)
    )
    assert_true(estimate, alpha * both + beta * mixed, 1.0, 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[:1])
def test_logarithms_in_three_dimensions(seed: int) -> None:
    C = random_correlations(seed, 3)
    centre = -(mp.euler + mp.log(2)) / 2
    truth = centre**2 + mp.asin(C[0, 1]) ** 2 / 2 + centre

    def logs(x: FloatArray) -> FloatArray:
        return log_absolute(x[:, 0]) * log_absolute(x[:, 1]) + log_absolute(x[:, 2])

    estimate = gaussian_mean(logs, np.zeros(3), C, singular=kinks_of(3), accuracy=1e-11)
    assert_true(estimate, truth, 2.5, 1e-10)


def test_oblique_kinks() -> None:
    """E max(u, v, w) of independent variables is 3 / (2 root(pi)); the kinks are where two are equal."""
    kinks = [([1.0, -1.0, 0.0], 0.0), ([0.0, 1.0, -1.0], 0.0), ([1.0, 0.0, -1.0], 0.0)]
    estimate = gaussian_mean(lambda x: x.max(axis=1), np.zeros(3), np.eye(3), kinks=kinks)
    assert_true(estimate, 3 / (2 * mp.sqrt(mp.pi)), 1.0, 1e-12)


def test_an_undeclared_kink_is_seen_in_the_error() -> None:
    estimate = gaussian_mean(lambda x: absolute(x[:, 0] - 0.3), [0.0], [[1.0]])
    truth = 2 * mp.npdf(0.3) + mp.mpf(0.3) * (2 * mp.ncdf(0.3) - 1)
    assert abs(estimate.value - truth) <= estimate.error
    assert np.asarray(estimate.error) > 1e-13


REFUSED: list[tuple[type[Exception], str, FloatArray, FloatArray]] = [
    (DomainError, "semidefinite", np.zeros(2), np.array([[1.0, 1.1], [1.1, 1.0]])),
    (DomainError, "semidefinite", np.zeros(2), np.array([[0.0, 0.1], [0.1, 1.0]])),
    (DomainError, "semidefinite", np.zeros(1), np.array([[-1.0]])),
    (DomainError, "transpose", np.zeros(2), np.array([[1.0, 0.1], [0.2, 1.0]])),
    (DomainError, "rank 4", np.zeros(4), np.eye(4)),
    (ShapeError, "covariance", np.zeros(2), np.eye(3)),
    (NonFiniteError, "mean", np.array([np.nan]), np.eye(1)),
]


@pytest.mark.parametrize(("error", "match", "mean", "covariance"), REFUSED)
def test_no_such_law(error: type[Exception], match: str, mean: FloatArray, covariance: FloatArray) -> None:
    with pytest.raises(error, match=match):
        gaussian_mean(lambda x: x[:, 0], mean, covariance)


def test_unusable_functions_and_forms_are_refused() -> None:
    with pytest.raises(NonFiniteError, match=r"f\(x\)"):
        gaussian_mean(lambda x: np.where(x[:, 0] > 0.0, np.nan, 1.0), [0.0], [[1.0]])
    with pytest.raises(ShapeError, match="one value"):
        gaussian_mean(lambda x: x, [0.0], [[1.0]])
    with pytest.raises(DomainError, match="not negligible"):
        gaussian_mean(lambda x: np.exp(x[:, 0] ** 2 / 4.0) ** 2, [0.0], [[1.0]])
    with pytest.raises(ShapeError, match="normal vector"):
        gaussian_mean(lambda x: x[:, 0], [0.0], [[1.0]], kinks=[([1.0, 0.0], 0.0)])
    with pytest.raises(DomainError, match="normal vector is zero"):
        gaussian_mean(lambda x: x[:, 0], [0.0], [[1.0]], kinks=[([0.0], 0.0)])
    with pytest.raises(DomainError, match="accuracy"):
        gaussian_mean(lambda x: x[:, 0], [0.0], [[1.0]], accuracy=0.0)

"""Gram matrices of deep networks against balls and against quadrature of the recursion."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import erf, ndtr

import numeric
from analytic.algebra import evaluate
from analytic.angle import angle_between
from analytic.balls import BallAlgebra, precision, rational
from analytic.deep.angular import Piecewise, RectifiedPower
from analytic.deep.network import nngp_gram, ntk_gram
from analytic.deep.network_ball import network_ball
from analytic.deep.symbolic_network import symbolic_nngp, symbolic_ntk
from analytic.errors import DimensionError, DomainError
from analytic.point import evaluate_at

Array = NDArray[np.float64]


def awkward() -> Array:
    """Duplicated, scaled, negated and almost parallel points among ordinary ones."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4, 6))
    near = [x[0] + e * x[1] for e in (1e-15, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3, 1e-2)]
    return np.array([*x, x[0], 3 * x[0], -x[0], -0.7 * x[0], *near, *(-y for y in near)])


@pytest.mark.parametrize("slopes", [(0, 1), (Fraction(1, 8), 1), (-1, 1), (Fraction(-1, 4), Fraction(3, 4)), (1, 1)])
@pytest.mark.parametrize("bias", [Fraction(0), Fraction(1, 8)])
@pytest.mark.parametrize("tangent", [False, True])
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_every_pair_has_thirteen_digits(
    slopes: tuple[Fraction, Fraction], bias: Fraction, tangent: bool, depth: int
) -> None:
    X = awkward()
    act, gram = Piecewise(float(slopes[0]), float(slopes[1])), ntk_gram if tangent else nngp_gram
    K = gram(X, depth=depth, activation=act, bias_variance=float(bias))
    scale = np.sqrt(np.outer(np.diag(K), np.diag(K)))
    worst = 0.0
    for i in range(0, len(X), 2):
        for j in range(i, len(X)):
            x, y = X[i].tolist(), X[j].tolist()
            ball = network_ball(x, y, depth=depth, slopes=slopes, bias_variance=bias, tangent=tangent)
            with precision(128):
                exact = float(ball.arb)
            worst = max(worst, abs(K[i, j] - exact) / scale[i, j])
    assert worst <= 1e-13


@pytest.mark.parametrize("activation", ["relu", "abs", "erf", "gelu", "sin", "relu^2"])
@pytest.mark.parametrize("gram", [nngp_gram, ntk_gram])
def test_gram_is_symmetric_and_positive(activation: str, gram: Callable[..., Array]) -> None:
    X = np.random.default_rng(5).normal(size=(150, 3))
    K = gram(X, depth=2, activation=activation, weight_variance=1.5, bias_variance=0.1)
    assert np.array_equal(K, K.T)
    smallest = np.linalg.eigvalsh(K).min()
    assert smallest >= -len(K) * np.finfo(float).eps * np.linalg.norm(K, 2)
    rectangle = gram(X, X[:40], depth=2, activation=activation, weight_variance=1.5, bias_variance=0.1, threads=1)
    off = ~np.eye(150, dtype=bool)[:, :40]
    assert np.abs(rectangle - K[:, :40])[off].max() <= 64 * np.finfo(float).eps * np.abs(K).max()
    assert np.abs(rectangle - K[:, :40]).max() <= 1e-13 * np.abs(K).max()


def test_unit_diagonal_is_kept_at_the_edge_of_chaos() -> None:
    X = np.random.default_rng(6).normal(size=(20, 4))
    X *= 1 / np.sqrt((X**2).mean(axis=1, keepdims=True) * 2)
    for depth in (1, 5, 50):
        assert np.abs(np.diag(nngp_gram(X, depth=depth)) - 1).max() <= 4 * (depth + 4) * np.finfo(float).eps


def test_step_network_by_hand() -> None:
    X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1e-9]])
    K = nngp_gram(X, depth=1, activation="step", weight_variance=2.0)
    exact = 1 - np.array([np.pi / 2, 1e-9]) / np.pi
    assert np.abs(K[0, 1:] - exact).max() <= 4 * np.finfo(float).eps
    with pytest.raises(DomainError, match="infinite"):
        ntk_gram(X, depth=1, activation="step")
    with pytest.raises(DomainError, match="zero variance"):
        nngp_gram(np.zeros((2, 2)), depth=1, activation="step")


def test_zero_inputs() -> None:
    X = np.array([[0.0, 0.0], [1.0, 2.0]])
    for gram in (nngp_gram, ntk_gram):
        for activation in ("relu", "erf", "sin", "relu^2"):
            K = gram(X, depth=3, activation=activation)
            assert K[0, 0] == K[0, 1] == 0 < K[1, 1]
        K = gram(X, depth=2, bias_variance=0.25)
        for i, j in ((0, 0), (0, 1), (1, 1)):
            ball = network_ball(X[i].tolist(), X[j].tolist(), depth=2, bias_variance=0.25, tangent=gram is ntk_gram)
            assert abs(K[i, j] - float(ball.midpoint)) <= 1e-13 * np.sqrt(K[i, i] * K[j, j])


def test_homogeneous_networks_scale() -> None:
    X = np.random.default_rng(7).normal(size=(5, 3))
    for gram in (nngp_gram, ntk_gram):
        assert np.array_equal(gram(4 * X, depth=2), 16 * gram(X, depth=2))
        a, b = gram(3 * X, X, depth=2), 3 * gram(X, X, depth=2)
        assert np.abs(a - b).max() <= 64 * np.finfo(float).eps * np.abs(b).max()
    assert np.array_equal(
        nngp_gram(2 * X, depth=1, activation="relu^2"), 16 * nngp_gram(X, depth=1, activation="relu^2")
    )


def brute(
    x: Array, y: Array, phi: Callable[[Array], Array], slope: Callable[[Array], Array], depth: int
) -> list[float]:
    """NNGP and tangent kernel by quadrature of each layer, weight variance 1.5, bias variance 0.2."""
    k = [0.2 + 1.5 * float(p @ q) / len(x) for p, q in ((x, x), (y, y), (x, y))]
    total = k[2]
    for _ in range(depth):
        a, b = np.sqrt(k[0]), np.sqrt(k[1])
        theta = float(np.arccos(k[2] / (a * b)))
        rate = numeric.polar_quadrature(lambda u, v: slope(u) * slope(v), (a, b), theta)
        new = [numeric.half_line_quadrature(lambda u: phi(u) ** 2, s).value for s in (a, b)]
        new.append(numeric.polar_quadrature(lambda u, v: phi(u) * phi(v), (a, b), theta).value)
        k = [0.2 + 1.5 * float(v) for v in new]
        total = k[2] + 1.5 * total * float(rate.value)
    return [k[2], total]


@pytest.mark.parametrize(
    ("activation", "phi", "slope"),
    [
        ("relu", lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0)),
        ("erf", erf, lambda z: 2 / np.sqrt(np.pi) * np.exp(-z * z)),
        ("gelu", lambda z: z * ndtr(z), lambda z: ndtr(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)),
        ("sin", np.sin, np.cos),
    ],
)
def test_recursion_against_quadrature(
    activation: str, phi: Callable[[Array], Array], slope: Callable[[Array], Array]
) -> None:
    x, y = np.random.default_rng(8).normal(size=(2, 5))
    for gram, expected in zip((nngp_gram, ntk_gram), brute(x, y, phi, slope, 3), strict=True):
        K = gram(np.array([x, y]), depth=3, activation=activation, weight_variance=1.5, bias_variance=0.2)
        assert abs(K[0, 1] - expected) <= 1e-11 * np.sqrt(K[0, 0] * K[1, 1])  # the quadrature's own error in 3 layers


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_formulas_are_the_kernels(depth: int) -> None:
    x, y = [1.0, 2.0, -0.5], [0.5, -1.0, 2.0]
    for symbolic, tangent in ((symbolic_nngp, False), (symbolic_ntk, True)):
        with precision(200):
            factor = rational(Fraction(3, 1) / 3).sqrt()
            norms = {
                n: factor * rational(sum((Fraction(t) ** 2 for t in z), Fraction(0))).sqrt()
                for n, z in (("u", x), ("v", y))
            }
            point = BallAlgebra(norms, angle_between(x, y), {}, ("u", "v"))
            found = symbolic(depth, 3)
            value = evaluate(found.expanded, point)
            assert len(found.definitions) == max(depth - 1, 0)
            assert value.overlaps(network_ball(x, y, depth=depth, weight_variance=3, tangent=tangent, digits=40).arb)
            assert value.rel_accuracy_bits() > 100


@pytest.mark.parametrize("bias", [Fraction(0), Fraction(1, 2)])
@pytest.mark.parametrize("tangent", [False, True])
def test_named_parts_give_the_ball_of_the_network(bias: Fraction, tangent: bool) -> None:
    """For relu given by its name and as a formula, which is derived; the norms are those of K^1, bias included."""
    x, y = [3, 4, 0], [0, 0, 2]
    product, squares = bias, (Fraction(2 * 25, 3) + bias, Fraction(2 * 4, 3) + bias)
    point = {"rho": f"({product})/sqrt({squares[0] * squares[1]})"}
    point |= {n: f"sqrt({q})" for n, q in zip("uv", squares, strict=True)}
    for activation in ("relu", "relu(z)"):
        found = (symbolic_ntk if tangent else symbolic_nngp)(2, 2, activation, bias)
        exact = network_ball(x, y, depth=2, bias_variance=bias, tangent=tangent, digits=30)
        assert found.at(point, digits=25).arb.overlaps(exact.arb)
        assert (evaluate_at(found.expanded, ("u", "v"), angle(point), 25)).arb.overlaps(exact.arb)
        assert len(str(found)) < len(str(found.expanded))
    with pytest.raises(DomainError, match="depth"):
        symbolic_nngp(21)


def angle(point: dict[str, str]) -> dict[str, str]:
    """The point with theta for rho."""
    return {"theta": f"acos({point['rho']})"} | {n: v for n, v in point.items() if n != "rho"}


@pytest.mark.parametrize("activation", ["erf", "gelu", "sin"])
def test_named_parts_give_the_float64_kernels(activation: str) -> None:
    x, y = np.array([[1.0, 2.0]]), np.array([[-0.5, 1.5]])
    for symbolic, gram in ((symbolic_nngp, nngp_gram), (symbolic_ntk, ntk_gram)):
        K = [gram(a, b, depth=2, activation=activation, weight_variance=1.0)[0, 0] for a, b in ((x, y), (x, x), (y, y))]
        point = {"rho": "2.5/sqrt(5*2.5)", "u": "sqrt(5/2)", "v": "sqrt(5/4)"}
        value = float(symbolic(2, 1, activation).at(point).midpoint)
        assert abs(value - K[0]) <= 1e-13 * np.sqrt(K[1] * K[2])
    found = symbolic_ntk(2, 1, activation)
    assert [n for n, _ in found.definitions] == ["a_1", "b_1", "c_1", "t_1"]
    assert r"\begin{aligned}" in found._repr_latex_()


def test_other_conventions_and_errors() -> None:
    X = np.random.default_rng(9).normal(size=(3, 4))
    assert np.abs(nngp_gram(X, depth=1, divide_by_dimension=False) - 4 * nngp_gram(X, depth=1)).max() < 1e-13
    assert nngp_gram(X, depth=1, activation=RectifiedPower(4)).shape == (3, 3)
    assert nngp_gram(np.zeros((0, 4)), depth=1).shape == (0, 0)
    with pytest.raises(DimensionError):
        nngp_gram(X, X[:, :2], depth=1)
    with pytest.raises(DimensionError):
        nngp_gram([1.0, 2.0], depth=1)
    for bad in ({"depth": -1}, {"depth": 1, "weight_variance": 0.0}, {"depth": 1, "bias_variance": -1.0}):
        with pytest.raises(DomainError):
            nngp_gram(X, **bad)
    with pytest.raises(DomainError, match="finite"):
        nngp_gram([[np.nan]], depth=1)
    with pytest.raises(DomainError, match="range"):
        nngp_gram(1e3 * X, depth=2, activation="exp")

"""Dense models in balls against differences of the loss, sampled and integrated losses, and symmetric points."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from analytic.balls import precision
from analytic.dense import population_gradient, population_hessian
from analytic.landscape.dense_derived import DerivedPair
from analytic.landscape.dense_pairs import homogeneous_ball_pair
from analytic.landscape.equivariant import Matrix
from analytic.landscape.layout import partition_layout
from analytic.landscape.model import StudentTeacher
from analytic.landscape.pair import activation
from analytic.landscape.reduced import ReducedLoss
from analytic.landscape.tape import BALL
from numeric.student_teacher import population_loss

BITS = 400
ACTIVATIONS = ("relu", "abs", "leaky_relu(1/5)", "erf", "gelu", "sin(z)", "z^3")
SIGMA = [[Fraction(2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1)]]
V = [[Fraction(1), Fraction(-1, 3)], [Fraction(1, 2), Fraction(2)]]
W = [[Fraction(1, 3), Fraction(1)], [Fraction(-1), Fraction(1, 4)]]
ALPHA, BETA = [Fraction(2), Fraction(-1, 2)], [Fraction(1), Fraction(3, 2)]


def moved(x: list[Fraction], index: int, step: Fraction) -> tuple[list[list[Fraction]], list[Fraction]]:
    """The flat parameters (W, alpha) with one changed."""
    changed = [e + (step if i == index else 0) for i, e in enumerate(x)]
    return [changed[:2], changed[2:4]], changed[4:]


def agrees(difference: Any, derivative: arb) -> None:
    """A central difference of step h has the error c h^2 + O(h^4): halving h leaves a third of the change."""
    coarse, fine = difference(Fraction(1, 2**40)), difference(Fraction(1, 2**41))
    change = abs(coarse - fine)
    assert abs(fine - derivative) <= change / 2 + arb(2) ** -200
    assert change < arb(2) ** -60


#: Seconds each: of the derived pairs one with the covariance and the others without it.
LONGER = (("erf", SIGMA), ("gelu", None), ("sin(z)", SIGMA))


@pytest.mark.parametrize(
    ("sigma", "phi"),
    [
        pytest.param(sigma, phi, marks=pytest.mark.slow if (phi, sigma) in LONGER else ())
        for sigma in (None, SIGMA)
        for phi in ACTIVATIONS
    ],
)
def test_derivatives_are_limits_of_differences(sigma: Any, phi: str) -> None:
    """Gradient by differences of the loss, Hessian by differences of the gradient, second layer included."""
    model = StudentTeacher(V, None, BETA, sigma, phi)
    flat = [*W[0], *W[1], *ALPHA]
    slope = model.gradient_ball(W, ALPHA, trained=True, bits=BITS).entries[0]
    curvature = model.hessian_ball(W, ALPHA, trained=True, bits=BITS).entries
    with precision(BITS):
        for i in range(6):

            def by_loss(h: Fraction, i: int = i) -> arb:
                up, down = (model.loss_ball(*moved(flat, i, s * h), bits=BITS) for s in (1, -1))
                return (up - down) / (2 * arb(fmpq(h.numerator, h.denominator)))

            agrees(by_loss, slope[i])
            for j in range(6):

                def by_gradient(h: Fraction, i: int = i, j: int = j) -> arb:
                    up, down = (
                        model.gradient_ball(*moved(flat, i, s * h), trained=True, bits=BITS).entries[0][j]
                        for s in (1, -1)
                    )
                    return (up - down) / (2 * arb(fmpq(h.numerator, h.denominator)))

                if i <= j:
                    agrees(by_gradient, curvature[i][j])
                assert curvature[i][j].overlaps(curvature[j][i])


def test_relu_agrees_with_the_derived_tensors() -> None:
    """Another path in balls: tensors in a moving frame, derived by the engine."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(3, 4)).tolist(), rng.normal(size=(2, 4)).tolist()
    model = StudentTeacher(Y)
    for ours, theirs in (
        (model.gradient_ball(X), population_gradient(X, Y)),
        (model.hessian_ball(X), population_hessian(X, Y)),
    ):
        for a, b in zip(ours.entries, theirs.entries, strict=True):
            assert all(x.overlaps(y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("correlated", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_loss_of_relu_is_the_one_found_by_quadrature(correlated: bool, seed: int) -> None:
    """x = C z with sigma = C C^T, so the other witness sees the students W C and the teachers V C."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(4, 3)), rng.normal(size=(2, 3))
    C = np.tril(rng.integers(-2, 3, size=(3, 3)).astype(float)) + 3 * np.eye(3) if correlated else np.eye(3)
    estimate = population_loss(X @ C, Y @ C)
    rounding = 8 * 3 * 2.0**-53 * 9 * np.abs(C).max() ** 2 * (np.abs(X).sum() + np.abs(Y).sum()) ** 2
    value = StudentTeacher(Y, sigma=C @ C.T).loss(X)
    assert abs(value - float(estimate.value)) <= float(estimate.error) + rounding


@pytest.mark.parametrize(
    ("phi", "function"),
    [
        ("leaky_relu(1/5)", lambda z: np.where(z > 0, z, z / 5)),
        ("abs", np.abs),
        ("sin(z)", np.sin),
        ("z^2", np.square),
        ("elu(z, 1)", lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0)))),
    ],
)
def test_the_loss_is_a_mean_over_samples(phi: str, function: Any) -> None:
    """Within five standard errors of 400 000 samples with a fixed seed."""
    rng = np.random.default_rng(5)
    X, Y = rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
    C = np.linalg.cholesky(np.array(SIGMA, dtype=float))
    x = rng.normal(size=(400_000, 2)) @ C.T
    alpha, beta = np.array([1.0, -0.5]), np.array([0.5, 2.0])
    losses = (function(x @ X.T) @ alpha - function(x @ Y.T) @ beta) ** 2 / 2
    error = losses.std() / np.sqrt(len(losses))
    assert abs(StudentTeacher(Y, alpha, beta, SIGMA, phi).loss(X) - losses.mean()) <= 5 * error
    assert error < 0.05 * losses.mean()


@pytest.mark.parametrize("phi", ["relu", "abs", "leaky_relu(1/5)"])
@pytest.mark.parametrize("blocks", [(3,), (2, 3), (4, 1)])
def test_symmetric_points_have_the_reduced_derivatives(phi: str, blocks: tuple[int, ...]) -> None:
    """Loss, gradient and one product with the Hessian on the fixed-point space, with second layers that are not 1."""
    rng = np.random.default_rng(len(blocks))
    layout = partition_layout([b == 1 for b in blocks])
    names = tuple(f"s_{i}" for i in range(len(blocks))), tuple(f"t_{i}" for i in range(len(blocks)))
    reduced = ReducedLoss(layout, None, activation(phi), names)
    label = np.repeat(np.arange(len(blocks)), blocks)
    k = len(label)
    orbits = {o: float(rng.uniform(-1, 1)) for o in layout.orbits}
    layers = [{n: float(rng.uniform(0.5, 2)) for n in side} for side in names]
    X = np.zeros((k, k))
    where = {}
    for i in range(k):
        for j in range(k):
            diagonal = i == j and blocks[label[i]] > 1
            orbit = next(o for o in orbits if (o.row, o.column) == (label[i], label[j]) and o.diagonal == diagonal)
            X[i, j], where[orbit] = orbits[orbit], (i, j)
    alpha, beta = ([layer[n] for n in np.array(side)[label]] for layer, side in zip(layers, names, strict=True))
    model = StudentTeacher(np.eye(k), alpha, beta, phi=phi)
    values: dict[str, Any] = {o.name: arb(x) for o, x in orbits.items()}
    values |= {n: arb(x) for layer in layers for n, x in layer.items()}
    values |= {f"k_{i + 1}": arb(b) for i, b in enumerate(blocks)}

    def at_orbits(matrix: Matrix) -> list[Any]:
        found = [matrix.get(o.row, o.column, "c") for o in orbits]
        extra = [matrix.get(o.row, o.column, "d") if o.diagonal else 0 for o in orbits]
        return [reduced.tape.element(a + b) for a, b in zip(found, extra, strict=True)]

    with precision(128):
        outputs = [reduced.loss(), *at_orbits(reduced.gradient()), *at_orbits(reduced.hessian(reduced.W))]
        loss, *rest = reduced.tape.program(outputs).run(BALL, values)
        assert loss.overlaps(model.loss_ball(X))
        slope, H = model.gradient_ball(X).entries, model.hessian_ball(X).entries
        product = [sum((h * arb(x) for h, x in zip(row, X.reshape(-1), strict=True)), arb(0)) for row in H]
        expected = [slope[i][j] for i, j in where.values()] + [product[i * k + j] for i, j in where.values()]
    by_orbit = dict(zip(orbits, zip(rest[: len(orbits)], rest[len(orbits) :], strict=True), strict=True))
    for n, orbit in enumerate(where):
        assert by_orbit[orbit][0].overlaps(expected[n])
        assert by_orbit[orbit][1].overlaps(expected[len(where) + n])


@pytest.mark.parametrize(
    ("phi", "text"), [("relu", "relu(z)"), ("abs", "abs(z)"), ("leaky_relu(1/5)", "leaky_relu(z, 1/5)")]
)
def test_the_engine_derives_the_homogeneous_pairs(phi: str, text: str) -> None:
    """Closed forms in covariance symbols, differentiated in their field, against the formulas by the angle."""
    derived = DerivedPair(text)
    with precision(128):
        for p, q, r in ((4, 1, 2), (1, -1, 3), (2, 0, 5)):
            ours = homogeneous_ball_pair(activation(phi), fmpq(p), fmpq(q), fmpq(r))
            theirs = derived.ball_pair(fmpq(p), fmpq(q), fmpq(r))
            for name, value in vars(theirs).items():
                assert value.overlaps(getattr(ours, name)), name


def test_the_derivative_by_the_covariance_is_the_mean_of_slopes() -> None:
    """Price (1958), for gelu: F_q = E[phi'(u) phi'(v)], by quadrature with 80 x 80 nodes (exact to round-off here)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    from scipy.special import ndtr

    def slope(z: Any) -> Any:
        return ndtr(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

    u, other = nodes[:, None], nodes[None, :]
    mean = (weights[:, None] * weights[None, :] * slope(u) * slope(0.5 * u + np.sqrt(0.75) * other)).sum()
    found = DerivedPair("gelu").at(np.array([1.0]), np.array([0.5]), np.array([1.0]))
    assert abs(float(found.f_q[0]) - mean) < 1e-12

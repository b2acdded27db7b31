"""Random products of relu, step, abs, sign and linear forms of three Gaussians, against a recursion at 40 digits."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import mpmath as mp
import numpy as np
import pytest
from scipy.special import ndtr

from numeric import DomainError, NonFiniteError, NotConvergedError, gaussian_mean, relu, sign, step
from numeric.arguments import FloatArray

Matrix = list[list[Fraction]]
Powers = tuple[int, ...]

#: Of one variable u: the function, and it as a combination c of relu(s u)^p: pairs (c, s, p).
FACTORS: dict[str, tuple[Callable[[FloatArray], FloatArray], list[tuple[int, int, int]]]] = {
    "relu": (relu, [(1, 1, 1)]),
    "step": (step, [(1, 1, 0)]),
    "abs": (np.abs, [(1, 1, 1), (1, -1, 1)]),
    "sign": (sign, [(1, 1, 0), (-1, -1, 0)]),
    "linear": (lambda u: u, [(1, 1, 1), (-1, -1, 1)]),
}


def half_space_moment(powers: Powers, C: Matrix) -> mp.mpf:
    r"""$E \prod_i y_i^{p_i} 1\{y_i > 0\}$ for centred y and p_i of 0 or 1, by integration by parts.

    $E[y_i g] = \sum_j C_{ij} E \partial_j g$: a derivative lowers a power, or puts $y_j$ on the boundary, where the
    others are Gaussian again. A variable that is constant 0 there counts half, as the limit of a symmetric one.
    """
    n = len(powers)
    if not any(powers):
        return orthant(C)
    i = powers.index(max(powers))
    rest = [p - (k == i) for k, p in enumerate(powers)]
    total = mp.mpf(0)
    for j in range(n):
        if C[i][j] == 0:
            continue
        if rest[j]:
            total += exact(C[i][j]) * half_space_moment(tuple(p - (k == j) for k, p in enumerate(rest)), C)
        elif C[j][j] > 0:
            others = [k for k in range(n) if k != j]
            given = [[C[a][b] - C[a][j] * C[b][j] / C[j][j] for b in others] for a in others]
            inner = half_space_moment(tuple(rest[k] for k in others), given)
            total += exact(C[i][j]) * inner / mp.sqrt(2 * mp.pi * exact(C[j][j]))
    return total


def orthant(C: Matrix) -> mp.mpf:
    """Up to three variables, by arc sines; constants 0 count half."""
    alive = [k for k in range(len(C)) if C[k][k] > 0]
    if len(alive) < len(C):
        return orthant([[C[a][b] for b in alive] for a in alive]) / 2 ** (len(C) - len(alive))
    angles = [
        mp.atan2(exact(C[a][b]), mp.sqrt(max(exact(C[a][a] * C[b][b] - C[a][b] ** 2), mp.mpf(0))))
        for a in range(len(C))
        for b in range(a)
    ]
    return (1 + 2 * sum(angles, mp.mpf(0)) / mp.pi * (1 if len(C) == 2 else mp.mpf(1))) / 2 ** len(C)


def exact(value: Fraction) -> mp.mpf:
    return mp.mpf(value.numerator) / value.denominator


def truth(names: list[str], A: Matrix, C: Matrix) -> mp.mpf:
    """The expectation of a product of factors of the forms A x, x of covariance C."""
    n = len(names)
    AC = [[sum((A[i][k] * C[k][j] for k in range(3)), Fraction()) for j in range(3)] for i in range(n)]
    B = [[sum((AC[i][k] * A[j][k] for k in range(3)), Fraction()) for j in range(n)] for i in range(n)]
    total = mp.mpf(0)
    for terms in product(*(FACTORS[name][1] for name in names)):
        signs = [s for _, s, _ in terms]
        flipped = [[signs[i] * signs[j] * B[i][j] for j in range(n)] for i in range(n)]
        total += math.prod(c for c, _, _ in terms) * half_space_moment(tuple(p for *_, p in terms), flipped)
    return total


def random_case(seed: int) -> tuple[list[str], FloatArray, FloatArray]:
    """Factors, forms with small integer coefficients, and a covariance: generic, nearly singular, or singular."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 4))
    names = [str(name) for name in rng.choice(list(FACTORS), size=n)]
    coordinates = rng.random() < 0.5
    A = np.eye(3)[rng.permutation(3)[:n]] if coordinates else rng.integers(-2, 3, size=(n, 3)).astype(float)
    A[~A.any(axis=1), 0] = 1.0
    kind = seed % 4
    F = rng.integers(-3, 4, size=(3, 3)) / 2.0 + np.diag([2.0, 2.0, 2.0])
    if kind == 1:  # correlation .999 between two variables
        F = np.array([[1.0, 0.0, 0.0], [0.999, math.sqrt(1 - 0.999**2), 0.0], [0.25, -0.5, 0.75]])
    if kind == 2:  # singular: the third variable is a combination of the others, or two are equal
        F[2] = F[0] if rng.random() < 0.3 else F[0] - F[1]
    C = F @ F.T
    return names, A, (C + C.T) / 2.0


def assert_honest(seed: int) -> float:
    """Checks one case; returns its error relative to the root mean square of the integrand, at most."""
    names, A, C = random_case(seed)
    kinks = [(a, 0.0) for a in A]
    parts = [FACTORS[name][0] for name in names]

    def f(x: FloatArray) -> FloatArray:
        return np.asarray(np.prod([g(x @ a) for g, a in zip(parts, A, strict=True)], axis=0))

    try:
        estimate = gaussian_mean(f, np.zeros(3), C, kinks=kinks)
    except DomainError:  # forms that are 0 almost surely and depend on each other: refused, not guessed
        assert seed % 4 == 2
        return 0.0
    rational = [[[Fraction(float(entry)) for entry in row] for row in M] for M in (A, C)]
    with mp.workdps(40):
        gap = float(abs(mp.mpf(float(estimate.value)) - truth(names, *rational)))
    size = float(np.prod([math.sqrt(max(a @ C @ a, 1.0)) for a in A]))
    assert gap <= float(estimate.error), (seed, names, gap, estimate)
    return float(estimate.error) / size


def test_the_recursion_on_cases_known_by_hand() -> None:
    one, half = Fraction(1), Fraction(1, 2)
    assert truth(["relu", "relu"], [[one, 0, 0], [0, one, 0]], diagonal()) == pytest.approx(1 / (2 * math.pi))  # type: ignore[list-item]
    C = diagonal()
    C[0][1] = C[1][0] = half
    angle = math.pi / 3
    kernel = (math.sin(angle) + (math.pi - angle) * math.cos(angle)) / (2 * math.pi)
    assert truth(["relu", "relu"], [[one, 0, 0], [0, one, 0]], C) == pytest.approx(kernel)  # type: ignore[list-item]
    assert truth(["abs", "step"], [[one, 0, 0], [one, 0, 0]], C) == pytest.approx(1 / math.sqrt(2 * math.pi))  # type: ignore[list-item]
    assert truth(["linear", "linear"], [[one, 0, 0], [0, one, 0]], C) == pytest.approx(0.5)  # type: ignore[list-item]


def diagonal() -> Matrix:
    return [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]


@pytest.mark.parametrize(
    "seed", [pytest.param(s, marks=pytest.mark.slow if s in (0, 5, 7, 8, 9) else ()) for s in range(12)]
)
def test_errors_of_random_integrands_are_honest(seed: int) -> None:
    assert assert_honest(seed) < 1e-10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 340))
def test_errors_of_three_hundred_more(seed: int) -> None:
    assert assert_honest(seed) < 1e-10


@pytest.mark.parametrize("place", [-1.3, -0.0044541331, 0.24978537, 0.4116305, 2.7])
def test_an_undeclared_jump_is_in_the_error(place: float) -> None:
    """Places at which the panels of two rules once ended, so that both were wrong by the same."""
    estimate = gaussian_mean(lambda x: step(x[:, 0] - place), [0.0], [[1.0]])
    gap = abs(float(estimate.value) - float(ndtr(-place)))
    assert gap <= float(estimate.error)
    assert 1e-9 < float(estimate.error) < 1e-3


@pytest.mark.slow
def test_undeclared_kinks_and_jumps_on_the_line() -> None:
    """Two in a hundred at most: no difference of rules is a bound."""
    wrong, rng = 0, np.random.default_rng(5)
    for c in rng.normal(size=100):
        jump = gaussian_mean(lambda x, c=c: step(x[:, 0] - c), [0.0], [[1.0]])  # type: ignore[misc]
        wrong += abs(float(jump.value) - float(ndtr(-c))) > float(jump.error)
    assert wrong <= 2


@pytest.mark.slow
@pytest.mark.parametrize("frequency", [3e2, 1e3])
def test_waves_finer_than_the_nodes_are_refused_or_honest(frequency: float) -> None:
    def wave(x: FloatArray) -> FloatArray:
        return np.asarray(np.cos(frequency * x[:, 0]) * np.cos(frequency * x[:, 1]))

    with contextlib.suppress(NotConvergedError):
        estimate = gaussian_mean(wave, np.zeros(2), np.eye(2))
        assert abs(float(estimate.value)) <= float(estimate.error)


def test_rules_that_do_not_approach_each_other_are_refused() -> None:
    """A function that is never the same: there is no limit, whatever its rules differ by."""
    calls: list[float] = []

    def fickle(x: FloatArray) -> FloatArray:
        calls.append(math.sin(10.0 * 1.3 ** len(calls)))
        return np.full(len(x), calls[-1])

    with pytest.raises(NotConvergedError, match="approach each other"):
        gaussian_mean(fickle, [0.0], [[1.0]])


def test_a_pole_is_refused() -> None:
    with pytest.raises((NonFiniteError, NotConvergedError)):
        gaussian_mean(lambda x: 1.0 / x[:, 0] ** 2, [0.0], [[1.0]], kinks=[([1.0], 0.0)])

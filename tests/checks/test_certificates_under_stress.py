"""Certificates where it is hard: next to thresholds, at huge k, from noisy, tiny, nearly parallel and random weights.

What is certified must be there: each certificate is verified on the checker's own formulas, and where the weights are
listed the empirical witness integrates the gradient at them.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytic.errors import AnalyticError
from analytic.landscape.certificate import Certificate, certify, dyadic, to_json
from analytic.landscape.certificate_weights import certify_weights
from analytic.landscape.named import find_point
from analytic.landscape.pair import activation
from checks.recheck import recheck
from numeric import population_gradient

POINTS = json.loads((Path(__file__).parents[1] / "data" / "published_minima.json").read_text())["points"]


def verified(certificate: Certificate) -> Certificate:
    """The certificate, which the independent checker accepts."""
    found = recheck(to_json(certificate))
    assert found.accepted, found.rejection
    return certificate


def outcome(W: object, k: int | None = None) -> Certificate | str:
    """The certificate, verified, or the reason why there is none."""
    try:
        return verified(certify_weights(W, k=k))
    except AnalyticError as error:
        return str(error)


def matrix(point: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The weights of a published minimum, from its blocks."""
    label = np.repeat(np.arange(len(point["blocks"])), point["blocks"])
    off = np.array([[0.0 if x is None else x for x in row] for row in point["off_diagonal"]])
    W = off[np.ix_(label, label)]
    W[np.diag_indices(len(label))] = np.array(point["diagonal"])[label]
    return W


def centre(certificate: Certificate) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The weights of a certificate without symmetry."""
    d = certificate.problem.d
    return np.array([float(dyadic(x)) for x in certificate.centre]).reshape(-1, d)


@pytest.mark.parametrize(
    ("name", "k", "end"),
    [
        ("A", 5, -30),
        *(pytest.param(*x, marks=pytest.mark.slow) for x in (("II:2", 7, -18), ("I", 6, -30), ("I", 7, -30))),
    ],
)
def test_next_to_a_threshold_the_index_is_that_of_more_digits(name: str, k: int, end: int) -> None:
    """The slope of leaky relu is bisected towards the slope at which an eigenvalue changes its sign."""

    def at(slope: Fraction, digits: int = 15) -> Certificate:
        return certify(find_point(name, k, None, activation(f"leaky_relu({slope})")), digits)

    low, high = Fraction(end, 40), Fraction(end + 6, 40)
    below = at(low).facts.index
    assert below != at(high).facts.index
    for step in range(28):
        middle = (low + high) / 2
        found = at(middle)
        if step % 14 == 13:
            finer = verified(at(middle, 40))
            assert verified(found).facts.index in (None, finer.facts.index)
        assert found.facts.index is not None, "the enclosures are relative: an eigenvalue of 1e-20 keeps its sign"
        low, high = (middle, high) if found.facts.index == below else (low, middle)


@pytest.mark.parametrize("name", ["A", "I", "II", "II:2", "II:7", "I:3"])
@pytest.mark.parametrize("k", [10**8, 10**8 + 7])
def test_huge_k(name: str, k: int) -> None:
    facts = verified(certify(find_point(name, k))).facts
    assert sum(e.multiplicity for e in facts.eigenvalues) == k * k


@pytest.mark.parametrize("exponent", [3, 9, *(pytest.param(e, marks=pytest.mark.slow) for e in (6, 12))])
def test_noisy_minima_are_refused_or_found_again(exponent: int) -> None:
    rng = np.random.default_rng(exponent)
    for number in rng.choice(len(POINTS), 4, replace=False):
        W = matrix(POINTS[number])
        shuffled = W[rng.permutation(len(W))][:, rng.permutation(len(W))]
        noisy = shuffled + 10.0**-exponent * rng.standard_normal(W.shape)
        found = outcome(noisy)
        if isinstance(found, str):
            assert exponent < 6, found  # 1e-6 is the tolerance for entries of one orbit
            assert re.search("polish|symmetry|critical point", found)
        else:
            assert found.facts.kind == "strict local minimum"


@pytest.mark.parametrize("polish", [False, True])
def test_random_matrices(polish: bool) -> None:
    rng = np.random.default_rng(11 + polish)
    outcomes = []
    for _ in range(30):
        n, d = rng.integers(1, 4, 2)
        k = int(rng.integers(1, d + 1))
        W = rng.standard_normal((n, d)) * 10.0 ** rng.integers(-3, 2)
        V = np.round(4 * rng.standard_normal((k, d))) / 4 if rng.integers(2) else None
        try:
            found = verified(
                certify_weights(W, None if V is None else V.tolist(), None if V is not None else k, polish=polish)
            )
        except AnalyticError:
            outcomes.append(False)
            continue
        assert polish, "a random matrix is no critical point"
        outcomes.append(True)
        if all(size == 1 for _, size in found.problem.rows) and not found.problem.split:  # every weight is listed
            gradient = population_gradient(centre(found), np.eye(k, d) if V is None else V)
            assert (np.abs(gradient.value) <= gradient.error + 1e-13).all()
    assert any(outcomes) == polish


@pytest.mark.parametrize("size", [1e-4, 1e-8, 1e-12])
def test_a_tiny_neuron_is_no_critical_point(size: float) -> None:
    W = np.vstack([find_point("II", 6).matrix(), size * np.ones(6)])
    with pytest.raises(AnalyticError, match=r"critical point|symmetry|weights"):
        certify_weights(W, k=6)


@pytest.mark.parametrize("gap", [1e-3, pytest.param(1e-4, marks=pytest.mark.slow), 1e-7, 1e-10])
def test_nearly_parallel_neurons_are_split_or_refused(gap: float) -> None:
    W = find_point("II", 6).matrix()
    turned = np.vstack([0.4 * W[0] + gap * np.eye(6)[2], 0.6 * W[0], W[1:]])
    found = outcome(turned, k=6)
    if gap > 1e-6:
        assert isinstance(found, str)
    else:
        assert not isinstance(found, str), found
        assert found.facts.index is None
        assert "split" in found.facts.kind


def test_out_of_scale() -> None:
    with pytest.raises(AnalyticError, match="overflow"):
        certify_weights(1e183 * np.eye(3))


@pytest.mark.parametrize("weight", [-1.4, -1e-3])
def test_newton_that_ends_at_a_zero_neuron_is_no_minimum(weight: float) -> None:
    """On a line the loss is (w - 1)^2/4 for w > 0 and (1 + w^2)/4 for w < 0: the vertex w = 0 is a kink."""
    with pytest.raises(AnalyticError, match="zero"):
        certify_weights([[weight]], polish=True)


def test_the_global_minimum_on_a_line_and_with_any_teachers() -> None:
    assert verified(certify_weights([[0.9]], polish=True)).facts.kind == "strict local minimum"
    V = [[Fraction(x) for x in row] for row in ((1, 0, 0), (0.5, 1, 0), (0, 0.25, 1))]
    W = np.array([[float(x) for x in row] for row in V])
    assert verified(certify_weights(W[[2, 0, 1]] + 1e-7, V)).facts.loss is not None
    split = np.vstack([0.3 * W[0], 0.7 * W[0], W[1:]])
    assert verified(certify_weights(split, V)).problem.split == ((0, 1, ("3/10", "7/10")),)


@pytest.mark.parametrize("seed", [4, *(pytest.param(s, marks=pytest.mark.slow) for s in (0, 2))])
def test_clusters_that_nearly_touch_are_merged(seed: int) -> None:
    """Teachers that are orthonormal to round-off only split every multiple eigenvalue by some 1e-16."""
    Q = np.linalg.qr(np.random.default_rng(seed).normal(size=(6, 6)))[0]
    V = [[Fraction(x) for x in row] for row in Q.tolist()]
    facts = verified(certify_weights(find_point("A", 6).matrix() @ Q, V)).facts
    assert facts.kind == "strict local minimum"
    assert sum(e.multiplicity for e in facts.eigenvalues) == 36


@pytest.mark.parametrize("size", [1e-8, 1e8])
def test_w_equal_v_at_any_scale(size: float) -> None:
    V = [[Fraction(size), Fraction(0)], [Fraction(0), Fraction(size)]]
    assert verified(certify_weights(size * np.eye(2), V)).facts.kind == "strict local minimum"

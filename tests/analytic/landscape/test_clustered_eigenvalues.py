"""Multiple and nearly multiple eigenvalues: matrices made of exact reflections, whose spectra are known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from flint import arb, arb_mat, fmpq

from analytic.balls import precision
from analytic.landscape.certificate import certify, dyadic, to_json
from analytic.landscape.certificate_dense import certify_dense
from analytic.landscape.clustered_eigenvalues import clustered_eigenvalues
from analytic.landscape.named import find_point
from checks.recheck import recheck


def reflected(eigenvalues: Sequence[fmpq | int], seed: int) -> arb_mat:
    """H D H with H a product of Householder reflections of rational vectors."""
    rng, n = np.random.default_rng(seed), len(eigenvalues)
    A = arb_mat(n, n, [arb(eigenvalues[i]) if i == j else arb(0) for i in range(n) for j in range(n)])
    for _ in range(3):
        v = [int(x) or 1 for x in rng.integers(-5, 6, n)]
        square = sum(x * x for x in v)
        H = arb_mat(
            n, n, [arb(fmpq(int(i == j) * square - 2 * v[i] * v[j], square)) for i in range(n) for j in range(n)]
        )
        A = H * A * H
    return A


@pytest.mark.parametrize("bits", [64, 128, 300])
@pytest.mark.parametrize(
    "eigenvalues",
    [
        [1, 1],
        [0, 0, 0, 1],
        [1, 1, 1, 2, 2, 2, 2],
        [fmpq(1), 1 + fmpq(1, 2**40), 1 + fmpq(1, 2**40), fmpq(2)],
        [*[fmpq(-3)] * 5, *[fmpq(1, 10**6)] * 6, fmpq(2, 10**6), fmpq(7)],
    ],
)
def test_every_eigenvalue_lies_in_its_ball_and_clusters_are_apart(eigenvalues: list[fmpq | int], bits: int) -> None:
    with precision(bits):
        found = clustered_eigenvalues(reflected(eigenvalues, bits).tolist())
        assert found is not None
        for value, ball in zip(sorted(eigenvalues), found, strict=True):
            assert bool(ball.contains(fmpq(value)))
        for low, high in pairwise(found):
            assert not low.overlaps(high) or (low.lower() == high.lower() and low.upper() == high.upper())
        # the similarity squares its error each round, down to the round-off of n multiplications
        assert max(float(ball.rad()) for ball in found) < 2.0 ** (20 - bits) * len(found)


def test_a_wide_matrix_keeps_its_eigenvalues_in_one_wide_cluster() -> None:
    with precision(128):
        A = reflected([1, 1, 2], 5) + arb_mat(3, 3, [arb(0, 0.5)] * 9)
        found = clustered_eigenvalues(A.tolist())
        assert found is not None
        assert all(bool(ball.contains(fmpq(x))) for x, ball in zip((1, 1, 2), found, strict=True))


@pytest.mark.parametrize(("name", "k"), [("A", 3), ("A", 4), ("II", 4)])
def test_symmetric_points_certified_without_their_symmetry(name: str, k: int) -> None:
    point = find_point(name, k)
    dense = certify_dense(point.matrix().tolist(), np.eye(k, dtype=int).tolist())
    blocks = certify(point)
    assert recheck(to_json(dense)).accepted
    assert dense.facts.index == blocks.facts.index
    for fact in blocks.facts.eigenvalues:
        low, high = dyadic(fact.low), dyadic(fact.high)
        around = [e for e in dense.facts.eigenvalues if dyadic(e.low) <= high and low <= dyadic(e.high)]
        assert len(around) == 1, "each enclosure by blocks meets one cluster of the dense Hessian"
        same = [e for e in blocks.facts.eigenvalues if dyadic(e.low) <= high and low <= dyadic(e.high)]
        assert around[0].multiplicity == sum(e.multiplicity for e in same)

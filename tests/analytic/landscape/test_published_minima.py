"""Every published end point of gradient descent, n = k = 6..40, is found from its partition; weights only compare."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analytic.landscape.families import critical_point
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.point import CriticalPoint
from analytic.landscape.search import Partition, points_at

DATA = Path(__file__).parents[2] / "data" / "published_minima.json"
POINTS: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["points"]
TWO = [p for p in POINTS if len(p["blocks"]) == 2]
THREE = [p for p in POINTS if len(p["blocks"]) == 3]
#: The published weights have ten decimals here and stopped at a gradient of 1e-12 there.
CLOSE = 1e-8


def distance(point: CriticalPoint, published: Mapping[str, Any], order: tuple[int, ...]) -> float:
    """The largest difference of a weight, with block i of the point taken for block order[i] of the published one."""
    weights, worst = point.weights(), 0.0
    for o in point.layout.orbits:
        own = o.row == o.column and (o.diagonal or point.layout.rows[o.row].single)
        p, q = order[o.row], order[o.column]
        expected = published["diagonal"][p] if own else published["off_diagonal"][p][q]
        worst = max(worst, abs(float(weights[o.name]) - expected))
    return worst


def named(published: Mapping[str, Any]) -> CriticalPoint | None:
    """The family that the published point belongs to."""
    for flipped, other in ((0, 1), (1, 0)):
        for family in ("II", "I"):
            try:
                point = critical_point(f"{family}:{published['blocks'][flipped]}", published["k"])
            except (NoCriticalPointError, ValueError):
                continue
            if distance(point, published, (other, flipped)) < CLOSE:
                return point
    return None


def check_smallest_eigenvalue(point: CriticalPoint, published: Mapping[str, Any]) -> None:
    found = point.spectrum()
    assert found.index == 0
    assert abs(float(found.rows[0].value.arb) - published["min_eigenvalue"]) < CLOSE


def test_there_are_448_points() -> None:
    assert (len(TWO), len(THREE)) == (405, 43)


@pytest.mark.parametrize(
    "k", [k if k in (7, 12, 13) else pytest.param(k, marks=pytest.mark.slow) for k in range(7, 41)]
)
def test_two_blocks_have_names(k: int) -> None:
    for published in (p for p in TWO if p["k"] == k):
        point = named(published)
        assert point is not None, published["blocks"]
        check_smallest_eigenvalue(point, published)


def check_three(published: Mapping[str, Any]) -> None:
    found = [p for p in points_at(Partition(tuple(published["blocks"]))) if distance(p, published, (0, 1, 2)) < CLOSE]
    assert len(found) == 1, published["blocks"]
    check_smallest_eigenvalue(found[0], published)


@pytest.mark.parametrize(
    "published",
    [THREE[0], *(pytest.param(p, marks=pytest.mark.slow) for p in THREE[1:3])],
    ids=lambda p: str(p["blocks"]),
)
def test_three_blocks_are_found(published: Mapping[str, Any]) -> None:
    check_three(published)


@pytest.mark.slow
@pytest.mark.parametrize("published", THREE[3:], ids=lambda p: str(p["blocks"]))
def test_all_three_blocks_are_found(published: Mapping[str, Any]) -> None:
    check_three(published)

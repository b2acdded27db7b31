"""The blocks of symmetric points against the dense Hessian, which knows nothing of symmetry."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from flint import arb

from analytic.dense import population_gradient, population_hessian
from analytic.errors import DimensionError
from analytic.landscape.isotypic import components
from analytic.landscape.layout import Layout, partition_layout
from analytic.landscape.point import CriticalPoint, float_spectrum
from analytic.landscape.programs import programs
from analytic.landscape.search import Partition
from analytic.landscape.tape import BALL, FLOAT

# partitions with blocks of every small size, extra neurons included; d - k extra columns
SHAPES = [
    ((2,), (), 1),
    ((3,), (), 0),
    ((4,), (), 2),
    ((5,), (1,), 1),
    ((1, 1), (), 1),
    ((2, 1), (), 0),
    ((1, 3), (), 1),
    ((2, 2), (), 1),
    ((3, 2), (), 0),
    ((4, 3), (), 1),
    ((2, 1, 1), (), 0),
    ((2, 3, 1), (), 1),
    ((3, 1), (1,), 0),
    ((2, 2), (2,), 1),
    ((3, 1), (2, 1), 0),
    ((8, 4), (), 0),
]


Arbitrary = tuple[Layout, dict[str, int], dict[str, float]]


def arbitrary(blocks: tuple[int, ...], extra: tuple[int, ...], seed: int) -> Arbitrary:
    """A symmetric matrix of weights that is no critical point: the Hessian's symmetry does not need one."""
    partition = Partition(blocks, extra)
    rng = np.random.default_rng(seed)
    weights = {o.name: float(rng.uniform(-1, 1)) for o in partition.layout.orbits}
    return partition.layout, partition.sizes, weights


def dense(layout: Layout, sizes: dict[str, int], weights: dict[str, float], d: int) -> tuple[np.ndarray, np.ndarray]:
    point = CriticalPoint("", layout, sizes, d, {})
    object.__setattr__(point, "exact", lambda: {n: arb(x) for n, x in weights.items()})
    return point.matrix(), np.eye(point.k, d)


@pytest.mark.parametrize(("blocks", "extra", "columns"), SHAPES)
def test_the_spectrum_of_the_blocks_is_the_dense_spectrum(
    blocks: tuple[int, ...], extra: tuple[int, ...], columns: int
) -> None:
    layout, sizes, weights = arbitrary(blocks, extra, seed=len(blocks) + 7 * columns)
    d = sum(blocks) + columns
    W, V = dense(layout, sizes, weights, d)
    small = tuple((a, n) for a, n in sizes.items() if n < 4)
    point = CriticalPoint("", layout, sizes, d, {})
    found = float_spectrum(
        programs(layout, small), {**{f"k_{a}": float(n) for a, n in sizes.items()}, **weights}, point.multiplicity
    )
    values = np.sort(np.repeat([x for x, _, _ in found], [m for _, m, _ in found]))
    H = population_hessian(W.tolist(), V.tolist()).midpoint
    assert len(values) == W.size
    assert np.abs(values - np.linalg.eigvalsh((H + H.T) / 2)).max() < 1e-11 * max(1.0, np.abs(values).max())


@pytest.mark.parametrize(("blocks", "extra", "columns"), SHAPES)
def test_the_reduced_gradient_is_the_dense_gradient(
    blocks: tuple[int, ...], extra: tuple[int, ...], columns: int
) -> None:
    layout, sizes, weights = arbitrary(blocks, extra, seed=3)
    d = sum(blocks) + columns
    W, V = dense(layout, sizes, weights, d)
    G = population_gradient(W.tolist(), V.tolist()).midpoint
    reduced = programs(layout).gradient.run(FLOAT, {**{f"k_{a}": float(n) for a, n in sizes.items()}, **weights})
    point = CriticalPoint("", layout, sizes, d, {})
    object.__setattr__(point, "exact", lambda: {o.name: arb(x) for o, x in zip(layout.orbits, reduced, strict=True)})
    assert np.abs(point.matrix() - G).max() < 1e-11


def partitions(k: int) -> Iterator[tuple[int, ...]]:
    """All compositions of k into at most three blocks."""
    for r in (1, 2, 3):
        yield from (c for c in product(range(1, k + 1), repeat=r) if sum(c) == k)


@pytest.mark.parametrize("k", range(1, 7))
@pytest.mark.parametrize("extra", [(), (1,), (2,)])
def test_dimensions_add_up_for_every_size(k: int, extra: tuple[int, ...]) -> None:
    for blocks in partitions(k):
        for d in (k, k + 1, k + 3):
            partition = Partition(blocks, extra)
            sizes = {b.label: partition.sizes.get(b.label, 1) for b in partition.layout.rows}
            total = 0
            for c in components(partition.layout, partition.sizes):
                total += len(c.copies) * c.dimension(sizes) * ((d - k) if c.on_extra_columns else 1)
            assert total == (k + sum(extra)) * d, (blocks, extra, d)


def test_formal_sizes_below_four_cancel() -> None:
    # at size 2 the general formula has dimension -1 for specht:1: its eigenvalue is one of standard:1's
    layout, _, weights = arbitrary((2, 3), (), seed=5)
    found = programs(layout).run_blocks(FLOAT, {"k_1": 2.0, "k_2": 3.0, **weights})
    blocks: dict[str, np.ndarray] = {c.name: np.array(m) for c, m in zip(found.components, found.matrices, strict=True)}
    assert np.abs(np.linalg.eigvals(blocks["standard:1"]) - blocks["specht:1"][0, 0]).min() < 1e-12


def test_one_dimension_is_refused_where_only_signs_matter() -> None:
    with pytest.raises(DimensionError, match="k >= 2"):
        _ = programs(partition_layout([True])).gradient


def test_balls_enclose_the_float_results() -> None:
    layout, sizes, weights = arbitrary((4, 3), (), seed=11)
    values = {**{f"k_{a}": float(n) for a, n in sizes.items()}, **weights}
    exact = {n: arb(x) for n, x in values.items()}
    for x, ball in zip(
        programs(layout).newton.run(FLOAT, values), programs(layout).newton.run(BALL, exact), strict=True
    ):
        assert abs(float(ball) - x) < 1e-12 * max(1.0, abs(x))


def test_second_derivative_of_the_loss_is_the_trivial_block() -> None:
    # central differences in balls of 200 bits: no rounding, error of order step^2
    from analytic.balls import precision

    layout = partition_layout([False, True])
    compiled = programs(layout)
    values = {"k_1": "4", "d_1": "0.9", "a_11": "-0.05", "a_12": "0.2", "a_21": "0.1", "a_22": "-0.7"}
    with precision(200):
        at = {n: arb(x) for n, x in values.items()}
        h = arb(2) ** -50
        gradient, _ = compiled.run_newton(BALL, at)
        counts = {"d_1": 4, "a_11": 12, "a_12": 4, "a_21": 4, "a_22": 1}
        for orbit, entry in zip(layout.orbits, gradient, strict=True):
            up, down = ({**at, orbit.name: at[orbit.name] + s * h} for s in (1, -1))
            slope = (compiled.loss.run(BALL, up)[0] - compiled.loss.run(BALL, down)[0]) / (2 * h)
            assert abs(float(slope / counts[orbit.name] - entry)) < 1e-25

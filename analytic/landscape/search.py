r"""Critical points with a given partition that Newton's method finds from limits: every branch, three blocks, n > k.

Near a critical point of low loss the neurons of a union F of blocks are flipped as -I + 2 u u^T on F (u a unit vector,
constant on blocks), nearly decoupled from the rest (type I), or as -I with corrections of order 1/k everywhere (type
II); extra neurons (n > k) start along combinations of blocks. No list found in this way is called complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations, product
from typing import Any

from flint import arb

from analytic.balls import precision
from analytic.errors import DimensionError, FormulaError
from analytic.landscape.layout import Layout, partition_layout
from analytic.landscape.newton import NoCriticalPointError, Weights, newton
from analytic.landscape.pair import RELU, Homogeneous
from analytic.landscape.point import CriticalPoint
from analytic.landscape.programs import programs
from analytic.landscape.symmetric_pattern import has_zero_neuron, more_symmetric, pattern

#: Accuracy of the points in bits.
BITS = 80
#: Squares of u on the last block of F, as shares; the balanced one first.
SHARES = (0.5, 0.35, 0.65, 0.2, 0.8)
#: Weights of an extra neuron on a block, times 1/sqrt(size).
EXTRA_WEIGHTS = (0.5, -0.4, 0.15)
_PARTITION = re.compile(r"([0-9]+(?:,[0-9]+)*)((?:\+[0-9]+)*)(?:#([0-9]+))?")
#: With more parameters than this a search would take minutes.
MAX_PARAMETERS = 20


@dataclass(frozen=True)
class Partition:
    """A partition k = k_1 + ... + k_r with blocks of extra neurons.

    Args:
        blocks: sizes of the blocks of teachers and of the neurons that belong to them.
        extra: sizes of blocks of extra neurons.
        number: which of several points, counted from 1 in the order of their losses; 0 if not said.

    Example:
        >>> parse_partition("9,1+1")
        Partition(blocks=(9, 1), extra=(1,), number=0)
    """

    blocks: tuple[int, ...]
    extra: tuple[int, ...] = ()
    number: int = 0

    @property
    def layout(self) -> Layout:
        """Its blocks of rows and teachers."""
        return partition_layout([n == 1 for n in self.blocks], [n == 1 for n in self.extra])

    @property
    def sizes(self) -> dict[str, int]:
        """Sizes by label."""
        named = [*((str(i + 1), n) for i, n in enumerate(self.blocks))]
        named += [(f"x{i + 1}", n) for i, n in enumerate(self.extra)]
        return {label: n for label, n in named if n > 1}

    def __str__(self) -> str:
        return ",".join(map(str, self.blocks)) + "".join(f"+{n}" for n in self.extra)


def parse_partition(text: str) -> Partition:
    """Reads 15,5 or 15,1,4 or 9,1+1 (one extra neuron), with #2 for the second point of several.

    Raises:
        FormulaError: the text is no partition.
    """
    match = _PARTITION.fullmatch(text.replace(" ", ""))
    if match is None:
        raise FormulaError(
            f"got the point {text!r}, expected a partition of k such as 15,5 or 15,1,4, with +1 for an extra neuron"
        )
    blocks = tuple(int(n) for n in match[1].split(","))
    extra = tuple(int(n) for n in match[2].split("+") if n)
    if 0 in (*blocks, *extra):
        raise FormulaError(f"got the partition {text!r}, expected blocks of at least one neuron")
    return Partition(blocks, extra, int(match[3] or 0))


def points_at(partition: Partition, d: int | None = None, phi: Homogeneous = RELU) -> list[CriticalPoint]:
    """The critical points with exactly this isotropy that are found, in the order of their losses.

    Args:
        partition: sizes of the blocks.
        d: dimension of the input, at least k; default k.
        phi: the activation.

    Returns:
        Points that are proved to exist; the list is not called complete.

    Raises:
        DimensionError: d < k, or too many blocks.

    Example:
        >>> [p.loss.rounded(6) for p in points_at(parse_partition("19,1"))]
        ['0.0112756', '0.0992865']
    """
    k = sum(partition.blocks)
    if d is not None and d < k:
        raise DimensionError(f"got d = {d} < k = {k}, expected d >= k: k orthonormal teachers need k dimensions")
    layout, sizes = partition.layout, partition.sizes
    if len(layout.orbits) > MAX_PARAMETERS:
        raise DimensionError(
            f"got the partition {partition} with {len(layout.orbits)} parameters, expected at most {MAX_PARAMETERS} to "
            f"search: take fewer blocks, or give the weights"
        )
    compiled = programs(layout, phi=phi)
    found: dict[tuple[Any, ...], Weights] = {}
    with precision(BITS + 64):
        inputs = {f"k_{label}": arb(n) for label, n in sizes.items()}
        for start in _starts(partition):
            weights = newton(compiled, inputs, start, BITS)
            if weights is not None and not _is_outside(partition, weights):
                found.setdefault(_key(partition, weights), weights)
        texts = [{n: x.str(40, radius=False) for n, x in w.items()} for w in found.values()]
    points = [CriticalPoint(str(partition), layout, sizes, k if d is None else d, t, phi) for t in texts]
    proved = [p for p in points if _exists(p)]
    return sorted(proved, key=lambda p: float(p.loss.arb))


def point_at(partition: Partition, d: int | None = None, phi: Homogeneous = RELU) -> CriticalPoint:
    """The critical point of a partition, if only one is found or a number says which.

    Raises:
        NoCriticalPointError: none is found, or several and the partition does not say which.
    """
    points = points_at(partition, d, phi)
    if not points:
        raise NoCriticalPointError(f"no such point found: partition {partition}; give the weights, if you know them")
    if len(points) == 1 and partition.number in (0, 1):
        return points[0]
    if 1 <= partition.number <= len(points):
        return points[partition.number - 1]
    listed = "; ".join(f"{partition}#{i}: {description(p)}" for i, p in enumerate(points, 1))
    raise NoCriticalPointError(
        f"got the partition {partition}, which fits {len(points)} known points; say which: {listed}"
    )


def description(point: CriticalPoint) -> str:
    """Loss and index in a few words."""
    index = point.spectrum(6).index
    kind = "degenerate" if index is None else "minimum" if index == 0 else f"saddle of index {index}"
    return f"loss {point.loss.rounded(6)}, {kind}"


def _exists(point: CriticalPoint) -> bool:
    try:
        point.weights()
    except NoCriticalPointError:
        return False
    return True


def _key(partition: Partition, weights: Weights) -> tuple[Any, ...]:
    """The same for two points that differ by the order of single rows or of blocks of one size only."""
    small = pattern(partition.layout, weights)
    keys = []
    for order in permutations(range(len(partition.blocks))):
        if all(partition.blocks[o] == partition.blocks[i] for i, o in enumerate(order)):
            columns = [c for o in order for c in small.columns[o]]
            keys.append(tuple(sorted(tuple(row[c] for c in columns) for row in small.rows)))
    return min(keys)


def _is_outside(partition: Partition, weights: Weights) -> bool:
    """Whether a neuron vanishes, where the loss is not differentiable, or the isotropy is larger."""
    large = {label: n > 2 for label, n in partition.sizes.items()}
    layout = partition.layout
    return has_zero_neuron(layout, weights) or more_symmetric(layout, weights, large)


def _starts(partition: Partition) -> Iterator[dict[str, arb]]:
    """Starting weights, those of the simplest limits first."""
    for base in _without_extra(partition):
        for extra in _extra_rows(partition):
            yield {n: arb(x) for n, x in {**base, **extra}.items()}


def _without_extra(partition: Partition) -> Iterator[dict[str, float]]:
    blocks, k = partition.blocks, sum(partition.blocks)
    indices = range(len(blocks))
    for count in range(1, len(blocks) + 1):
        for flipped in combinations(indices, count):
            yield _weights(partition, partial(_negated, flipped, 1.5 / k))
            if sum(blocks[f] for f in flipped) >= 3:
                for u in _unit_vectors(blocks, flipped):
                    yield _weights(partition, partial(_reflection, u, k))


def _unit_vectors(blocks: Sequence[int], flipped: Sequence[int]) -> Iterator[Mapping[int, float]]:
    """Unit vectors u, constant on the blocks of F; each entry is returned."""
    if len(flipped) == 1:
        yield {flipped[0]: blocks[flipped[0]] ** -0.5}
        return
    whole = sum(blocks[f] for f in flipped)
    uniform = tuple(blocks[f] / whole for f in flipped[:-1])
    for shares in (uniform, *product(SHARES, repeat=len(flipped) - 1)):
        rest = 1 - sum(shares)
        if rest > 0.05:
            squares = (*shares, rest)
            yield {f: (s / blocks[f]) ** 0.5 for f, s in zip(flipped, squares, strict=True)}


def _negated(flipped: Sequence[int], small: float, p: int, q: int) -> tuple[float, float]:
    return -1.0 if p in flipped else 1.0, small if p in flipped or q in flipped else 0.0


def _reflection(u: Mapping[int, float], k: int, p: int, q: int) -> tuple[float, float]:
    if p in u and q in u:
        return -1.0, 2 * u[p] * u[q]
    return 1.0, 0.05 / k


def _weights(partition: Partition, entry: Callable[[int, int], tuple[float, float]]) -> dict[str, float]:
    """Weights from (value added on the diagonal, value everywhere) of each pair of blocks."""
    layout, found = partition.layout, {}
    for o in layout.orbits:
        if o.row >= len(partition.blocks):
            continue
        on_diagonal, everywhere = entry(o.row, o.column)
        own = o.row == o.column and (o.diagonal or layout.rows[o.row].single)
        found[o.name] = everywhere + (on_diagonal if own else 0.0)
    return found


def _extra_rows(partition: Partition) -> Iterator[dict[str, float]]:
    """Weights of the extra neurons: a multiple of the ones vector on each block."""
    layout = partition.layout
    orbits = [o for o in layout.orbits if o.row >= len(partition.blocks)]
    scales = [[w / partition.blocks[o.column] ** 0.5 for w in EXTRA_WEIGHTS] for o in orbits]
    for values in product(*scales):
        yield {o.name: x for o, x in zip(orbits, values, strict=True)}

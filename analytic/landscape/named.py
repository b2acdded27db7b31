"""Critical points as a user names them: a family, a partition, or a matrix of weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytic.errors import DimensionError, FormulaError
from analytic.landscape.families import NAME, critical_point, global_point
from analytic.landscape.isotropy import Isotropy, checked_weights, isotropy
from analytic.landscape.layout import Block, Layout, Orbit, partition_layout
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.pair import RELU, Homogeneous
from analytic.landscape.point import CriticalPoint
from analytic.landscape.search import parse_partition, point_at

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Weights further than this (times their size) from the exact point are not taken for it without being asked.
DISTANCE = 1e-5
#: With more orbits than this the weights have no symmetry worth using.
MAX_ORBITS = 64
#: Entries this close, relative to the largest, are taken as equal: at given weights, and at the point they lead to.
TOLERANCES, EXACT = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2), 1e-9


def find_point(at: str, k: Any = None, d: Any = None, phi: Homogeneous = RELU) -> CriticalPoint:
    """The critical point of a family (with k) or of a partition (whose sum is k).

    Args:
        at: global, diagonal, A, I, II, I:p, II:p, or a partition such as 15,5 or 14,1,22 or 9,1+1 or 15,5#2.
        k: number of teachers; for a partition it may be left out.
        d: dimension of the input, at least k; default k.
        phi: the activation.

    Returns:
        The critical point; its weights are proved to exist when they are first asked for.

    Raises:
        FormulaError: neither a family nor a partition.
        DimensionError: impossible sizes.
        NoCriticalPointError: none is found, or several fit.

    Example:
        >>> find_point("5,1#1").spectrum().index
        0
    """
    if NAME.fullmatch(at.replace(" ", "")) or not at.strip()[:1].isdigit():
        if k is None:
            raise DimensionError(f"got the point {at} without k, expected the number of neurons, such as k = 20")
        return critical_point(at, k, d, phi)
    partition = parse_partition(at)
    total = sum(partition.blocks)
    if k is not None and k != total:
        raise DimensionError(f"got the partition {at} of {total} at k = {k}, expected blocks whose sizes add up to k")
    return point_at(partition, d, phi)


def family_layout(at: str) -> tuple[Layout, tuple[tuple[Orbit, int], ...]]:
    """The blocks of a family or partition with the sizes as symbols, and the weights that are constants.

    Args:
        at: as for ``find_point``; in II:p, I:p and partitions only whether a block is single matters.

    Raises:
        FormulaError: neither a family nor a partition.
    """
    text = at.replace(" ", "")
    match = NAME.fullmatch(text)
    if match is None:
        return parse_partition(text).layout, ()
    family, number = match[1], match[2]
    if family == "diagonal":
        return Layout((Block("x1"),), (Block("1"),)), ()
    if family in ("global", "A"):
        layout = partition_layout([False])
        constants = tuple((o, int(o.diagonal)) for o in layout.orbits)
        return layout, constants if family == "global" else ()
    least = 3 if family == "I" else 1
    if number is not None and int(number) < least:
        raise FormulaError(f"got the point {at!r}, expected {family}:p with p >= {least}")
    if family == "I" and number is None:
        return partition_layout([True, False]), ()
    return partition_layout([False, (number or "1") == "1"]), ()


def point_from_weights(W: object, k: int | None = None, phi: Homogeneous = RELU, polish: bool = False) -> CriticalPoint:
    """The critical point at given weights: their isotropy is found, and an exact critical point next to them is proved.

    Args:
        W: n x d weights, one neuron a row; the teacher is [I_k 0].
        k: number of teachers; default the smaller of n and d.
        phi: the activation.
        polish: take the critical point that Newton's method leads to, however far it is.

    Returns:
        The critical point, with the isotropy of W.

    Raises:
        DimensionError: no matrix, k does not fit, or too little symmetry.
        DomainError: an entry is NaN or infinite.
        ZeroNeuronError: a row is zero.
        NoCriticalPointError: the weights are not a critical point; says where Newton's method leads.

    Example:
        >>> W = [[-0.318, 0.659, 0.659], [0.659, -0.318, 0.659], [0.659, 0.659, -0.318]]
        >>> point = point_from_weights(W, polish=True)
        >>> point.spectrum(3).index
        1
    """
    array, teachers = checked_weights(W, k)
    found = _guessed(array, teachers)
    if _is_teacher(found.weights, len(found.layout.rows)):
        return global_point(teachers, array.shape[1], phi)
    point, exact = _point(found, array.shape[1], phi), None
    size = point.gradient_size()
    try:
        exact = _unsorted(point.matrix(), found)
    except NoCriticalPointError:
        _check_isolated(array, teachers, phi)
        raise NoCriticalPointError(
            f"got weights with a gradient of size {size:.3g}, expected a critical point, and Newton's method leads to "
            f"none from there"
        ) from None
    there = isotropy(exact, teachers, EXACT)
    if len(there.layout.orbits) < len(found.layout.orbits):  # noise had hidden a part of the symmetry
        point = _point(there, array.shape[1], phi)
    distance = float(abs(array - exact).max())
    if distance > DISTANCE * max(1.0, float(abs(array).max())) and not polish:
        raise NoCriticalPointError(
            f"got weights with a gradient of size {size:.3g}, expected a critical point; Newton's method leads to one "
            f"at a distance of {distance:.3g} (loss {point.loss.rounded(6)}): polish the weights to take that one"
        )
    return point


def _guessed(array: Array, teachers: int) -> Isotropy:
    """The isotropy at the smallest tolerance at which there are not too many parameters."""
    found: Isotropy | None = None
    for tolerance in TOLERANCES:
        try:
            found = isotropy(array, teachers, tolerance)
        except DimensionError:
            if tolerance == TOLERANCES[-1]:
                raise
            continue
        if len(found.layout.orbits) <= MAX_ORBITS:
            return found
    assert found is not None
    raise DimensionError(
        f"got weights with the isotropy {found.group}: {len(found.layout.orbits)} parameters, expected at most "
        f"{MAX_ORBITS}; without symmetry use StudentTeacher(V).hessian(W), which assembles the whole matrix"
    )


def _point(found: Isotropy, d: int, phi: Homogeneous) -> CriticalPoint:
    start = {n: repr(x) for n, x in found.weights.items()}
    return CriticalPoint(f"given weights, {found.group}", found.layout, found.sizes, d, start, phi)


def _unsorted(matrix: Array, found: Isotropy) -> Array:
    """A matrix whose blocks follow each other, with rows and columns in the order of the given weights."""
    columns = [*found.columns, *range(len(found.columns), matrix.shape[1])]
    out = matrix.copy()
    for i, row in enumerate(found.rows):
        out[row, columns] = matrix[i]
    return out


def _check_isolated(array: Array, teachers: int, phi: Homogeneous) -> None:
    """Raises NoCriticalPointError at critical points with parallel neurons, which are not isolated or not regular."""
    import numpy as np

    from analytic.landscape.model import StudentTeacher

    n, d = array.shape
    unit = array / np.linalg.norm(array, axis=1)[:, None]
    others = np.vstack([unit, np.eye(teachers, d)])
    cosines = np.abs(unit @ others.T)
    parallel = [(i, j) for i in range(n) for j in range(i + 1, n + teachers) if cosines[i, j] > 1 - 1e-12]
    if not parallel:
        return
    model = StudentTeacher(np.eye(teachers, d), phi=phi.name)
    if float(abs(model.gradient(array)).max()) < DISTANCE:
        i, j = parallel[0]
        other = f"neuron {j}" if j < n else f"teacher {j - n}"
        raise NoCriticalPointError(
            f"got a critical point at which neuron {i} and {other} are parallel: degenerate; such points come in "
            f"continua (split neurons) or have no third derivatives, and no enclosure is given"
        )


def _is_teacher(weights: dict[str, float], blocks: int) -> bool:
    """Whether W = V up to the order of the rows."""
    if blocks != 1 or set(weights) != {"d_1", "a_11"}:
        return False
    return max(abs(weights["d_1"] - 1), abs(weights["a_11"])) < DISTANCE

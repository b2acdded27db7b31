"""The exact witness on end points of descents: the critical point next to one, its spectrum, its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analytic.landscape.pair import Homogeneous
    from analytic.landscape.point import CriticalPoint

#: Digits of the exact eigenvalues: beyond what float64 shows.
DIGITS = 17
#: A named point is met if its weights are, entry by entry, up to permutations; distinct ones are further apart.
MEETS = 1e-6


@dataclass(frozen=True)
class ExactPoint:
    """What the exact witness proves next to an end point.

    Args:
        name: of its family, or its partition; empty if there is no proof, and for fewer students than teachers.
        verdict: strict local minimum, saddle of index m, degenerate..., or not certified.
        partition: sizes of the blocks of teachers, descending; empty if they are not proved.
        index: number of negative eigenvalues, if certain.
        smallest: the smallest eigenvalue, midpoint and radius.
        loss: midpoint and radius.
        reason: why there is no proof; empty otherwise.
    """

    name: str
    verdict: str
    partition: tuple[int, ...] = ()
    index: int | None = None
    smallest: tuple[str, str] | None = None
    loss: tuple[str, str] | None = None
    reason: str = ""


def exact_point(W: NDArray[np.float64], k: int, phi: Homogeneous | str) -> ExactPoint:
    """The exact critical point next to an end point.

    Args:
        W: weights in any order, shape (n, d).
        k: number of teachers.
        phi: the activation; erf and Phi by name.

    Returns:
        The proof, or the reason why there is none.

    Example:
        >>> import numpy as np
        >>> from analytic.landscape.pair import RELU
        >>> exact_point(np.eye(3)[::-1], 3, RELU).name
        'global'
    """
    from analytic.landscape.named import point_from_weights

    if isinstance(phi, str) or k == 1:  # without symmetric families
        return _point_in_balls(W, k, phi if isinstance(phi, str) else phi.name)
    try:
        point = point_from_weights(W, k, phi)
        spectrum, loss = point.spectrum(DIGITS), point.loss
    except ValueError as error:  # of analytic.errors: too little symmetry, no isolated critical point
        return ExactPoint("", "not certified", reason=str(error))
    least = min((r.value for r in spectrum.rows), key=lambda b: float(b.arb.lower()))
    partition = tuple(sorted((int(point.size(b.label, b.single)) for b in point.layout.teachers), reverse=True))
    return ExactPoint(
        name=point_name(point, phi),
        verdict=spectrum.kind,
        partition=partition,
        index=spectrum.index,
        smallest=(least.midpoint, least.radius),
        loss=(loss.midpoint, loss.radius),
    )


def _point_in_balls(W: NDArray[np.float64], k: int, activation: str) -> ExactPoint:
    from checks.campaign_balls import ball_point
    from checks.errors import ClaimError

    try:
        found = ball_point(W, k, activation)
    except (ClaimError, ValueError) as error:  # too many weights, no isolated critical point
        return ExactPoint("", "not certified", reason=str(error))
    return ExactPoint(
        name="global" if found.teacher else "",
        verdict=f"saddle of index {found.index}" if found.index else "strict local minimum",
        partition=(k,) if found.teacher else (),
        index=found.index,
        smallest=(found.smallest.midpoint, found.smallest.radius),
        loss=(found.loss.midpoint, found.loss.radius),
    )


def point_name(point: CriticalPoint, phi: Homogeneous) -> str:
    """The family of a critical point, if it is one of a family; its partition otherwise.

    Args:
        point: with integer sizes.
        phi: its activation.

    Example:
        >>> from analytic.landscape.named import find_point, point_from_weights
        >>> from analytic.landscape.pair import RELU
        >>> point_name(point_from_weights(find_point("II:3", 9).matrix()[::-1]), RELU)
        'II:3'
    """
    from numeric.classification import align_points

    W, sizes = point.matrix(), sorted((point.size(b.label, b.single) for b in point.layout.teachers), reverse=True)
    if point.n == point.k:
        for name in _candidates(tuple(sizes)):
            known = _family_weights(name, int(point.k), int(point.d), phi.name)
            if known is not None and align_points(W, known, int(point.k), MEETS) is not None:
                return name
    if point.n < point.k:  # no partition says which teachers have no student
        return ""
    extra = "".join(f"+{point.size(b.label, b.single)}" for b in point.layout.rows if b.label.startswith("x"))
    return ",".join(map(str, sizes)) + extra


def _candidates(sizes: tuple[int, ...]) -> Iterator[str]:
    """Names of families whose isotropy has so large blocks of teachers."""
    if len(sizes) == 1:
        yield from ("global", "A", "diagonal")
    elif len(sizes) == 2:
        for p in sorted(set(sizes)):
            yield "II" if p == 1 else f"II:{p}"
            if p >= 3:
                yield "I" if p == sum(sizes) - 1 else f"I:{p}"


@lru_cache(maxsize=128)
def _family_weights(name: str, k: int, d: int, activation: str) -> NDArray[np.float64] | None:
    """Weights of a family; None where it has no point."""
    from analytic.landscape.named import find_point
    from analytic.landscape.pair import activation as named_activation

    try:
        return find_point(name, k, d, named_activation(activation)).matrix()
    except ValueError:  # of analytic.errors: impossible sizes, or no such point
        return None

"""Following a critical point while the sizes move: predictor and corrector, with folds where a branch ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flint import arb

from analytic.balls import precision
from analytic.landscape.newton import Weights, evaluated, newton
from analytic.landscape.programs import Programs

Sizes = Mapping[str, arb]
Path = Callable[[arb], Sizes]

#: Steps of the path's parameter: the first and largest, and the one below which the branch counts as ended.
LARGEST, SMALLEST = arb(1) / 4, arb(2) ** -40
#: Bits of the corrector while following; the end point is polished by the caller.
BITS = 80
#: A corrector that moves the prediction by more than this share of the predicted change has jumped to another branch.
DRIFT = 0.5


@dataclass(frozen=True)
class Followed:
    """Where a path ended.

    Args:
        weights: at the last point reached.
        position: the parameter there.
        arrived: whether that is the end asked for; if not, the branch has a fold or leaves its domain just beyond.
    """

    weights: Weights
    position: arb
    arrived: bool


def follow(programs: Programs, path: Path, weights: Weights, start: arb, end: arb, bits: int = BITS) -> Followed:
    """The critical point at the end of a path of sizes, connected to the one at its start.

    Args:
        programs: of the layout, the same along the path.
        path: the sizes at a parameter.
        weights: a critical point at the start.
        start: parameter of the start.
        end: parameter of the end.
        bits: accuracy of the corrector.

    Returns:
        The end point, or the last one before the branch ends.
    """
    with precision(bits + 64):
        here, at, before = dict(weights), arb(start), None
        direction = arb(1) if end > start else arb(-1)
        step, sign = LARGEST, _sign(programs, path(at), here)
        while at != end:
            step = arb.min(step, abs(end - at)).mid()
            there = end if step >= abs(end - at) else (at + direction * step).mid()
            predicted = _predicted(here, before, at, there)
            found = newton(programs, path(there), predicted, bits)
            if found is not None and _near(here, predicted, found) and _sign(programs, path(there), found) == sign:
                before, here, at = (here, at), found, there
                step = arb.min(step * 2, LARGEST)
                continue
            step = step / 4
            if step < SMALLEST:
                return Followed(here, at, False)
        return Followed(here, at, True)


def _predicted(here: Weights, before: tuple[Weights, arb] | None, at: arb, there: arb) -> Weights:
    if before is None:
        return here
    ratio = (there - at) / (at - before[1])
    return {n: (w + ratio * (w - before[0][n])).mid() for n, w in here.items()}


def _near(here: Weights, predicted: Weights, found: Weights) -> bool:
    """Whether the corrected point is near the prediction; beyond a fold the Jacobian's sign tells the sheets apart."""
    moved = max(float(abs(found[n] - here[n])) / (float(abs(here[n])) + 1e-30) for n in here)
    correction = max(float(abs(found[n] - predicted[n])) / (float(abs(found[n])) + 1e-30) for n in here)
    return moved < DRIFT and correction < DRIFT * max(moved, 0.2)


def _sign(programs: Programs, sizes: Sizes, weights: Weights) -> int:
    at = evaluated(programs, sizes, weights)
    determinant = None if at is None else at.jacobian.det()
    return 0 if determinant is None else int(determinant > 0) - int(determinant < 0)

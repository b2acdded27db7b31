r"""Newton's method on a fixed-point space, and the Krawczyk operator that turns its result into a theorem.

The gradient of L at a symmetric point lies in the fixed-point space, so a zero of the reduced gradient is a critical
point of L (principle of symmetric criticality). With an approximate inverse C of the Jacobian at m and a box X about m,

$$K(X) = m - C\,g(m) + (I - C\,J(X))(X - m) \subset \operatorname{int} X$$

proves that X contains exactly one zero of g.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import arb, arb_mat, ctx

from analytic.balls import precision
from analytic.errors import AnalyticError
from analytic.landscape.programs import Programs
from analytic.landscape.tape import BALL

#: Damped Newton steps before a start is given up; a good start needs fewer than ten.
MAX_STEPS = 60
#: The smallest damping factor is 2^-MAX_HALVINGS.
MAX_HALVINGS = 12


class NoCriticalPointError(AnalyticError):
    """Newton's method found no critical point, or none of the kind that was asked for."""


Weights = dict[str, arb]


@dataclass(frozen=True)
class Evaluation:
    """Gradient and Jacobian at a point of the fixed-point space."""

    gradient: arb_mat
    jacobian: arb_mat

    @property
    def size(self) -> arb:
        """The largest entry of the gradient."""
        return _largest(self.gradient)


def _largest(column: arb_mat) -> arb:
    found = arb(0)
    for x in column.entries():
        found = arb.max(found, abs(x))
    return found


def evaluated(programs: Programs, sizes: Mapping[str, arb], weights: Mapping[str, arb]) -> Evaluation | None:
    """Gradient and Jacobian in balls at the current precision; None where they do not exist."""
    gradient, jacobian = programs.run_newton(BALL, {**sizes, **weights})
    if not all(x.is_finite() for x in gradient) or not all(x.is_finite() for row in jacobian for x in row):
        return None
    return Evaluation(arb_mat([[x] for x in gradient]), arb_mat(jacobian))


def newton(programs: Programs, sizes: Mapping[str, arb], start: Mapping[str, arb], bits: int) -> Weights | None:
    """Damped Newton iteration from a start to a zero of the reduced gradient.

    Args:
        programs: of the layout.
        sizes: of the blocks.
        start: a weight for every orbit.
        bits: the accuracy asked for.

    Returns:
        Weights (midpoints) with a step below 2^-bits, or None if the iteration does not get there.
    """
    names = [o.name for o in programs.layout.orbits]
    with precision(bits + 64 + 2 * magnitude(sizes)):  # sums over k neurons cancel
        x = {n: arb(start[n]).mid() for n in names}
        here = evaluated(programs, sizes, x)
        for _ in range(MAX_STEPS):
            step = None if here is None else _step(here)
            if here is None or step is None:
                return None
            length = _largest(step)
            if length < arb(2) ** (-bits):
                return _moved(x, names, step, arb(1))
            found = _damped(programs, sizes, x, here, step)
            if found is None:
                return None
            x, here = found
    return None


def magnitude(sizes: Mapping[str, arb]) -> int:
    """The binary digits of the largest size."""
    return max((int(float(n.mid())).bit_length() for n in sizes.values()), default=1)


def _step(here: Evaluation) -> arb_mat | None:
    try:
        step = here.jacobian.mid().solve(here.gradient.mid())
    except ZeroDivisionError:
        return None
    return step if all(s.is_finite() for s in step.entries()) else None


def _moved(x: Weights, names: Sequence[str], step: arb_mat, factor: arb) -> Weights:
    return {n: (x[n] - factor * step[i, 0]).mid() for i, n in enumerate(names)}


def _damped(
    programs: Programs, sizes: Mapping[str, arb], x: Weights, here: Evaluation, step: arb_mat
) -> tuple[Weights, Evaluation] | None:
    """The first of the steps 1, 1/2, 1/4, ... that makes the gradient smaller by its share."""
    names, factor, size = list(x), arb(1), here.size
    rounding = arb(2) ** (-ctx.prec // 2)
    for _ in range(MAX_HALVINGS):
        moved = _moved(x, names, step, factor)
        there = evaluated(programs, sizes, moved)
        if there is not None and (there.size.mid() < (size * (1 - factor / 4)).mid() or there.size < rounding):
            return moved, there
        factor = factor / 2
    return None


def krawczyk(programs: Programs, sizes: Mapping[str, arb], centre: Mapping[str, arb]) -> Weights | None:
    """A box around the centre that contains exactly one zero of the reduced gradient, at the current precision.

    Returns:
        The enclosure K(X) of that zero, by name, or None if the test fails.
    """
    names = [o.name for o in programs.layout.orbits]
    m = arb_mat([[arb(centre[n]).mid()] for n in names])
    at = evaluated(programs, sizes, dict(centre))
    if at is None:
        return None
    try:
        inverse = at.jacobian.mid().inv().mid()
    except ZeroDivisionError:
        return None
    newton_step = inverse * at.gradient
    one = arb_mat([[int(i == j) for j in range(len(names))] for i in range(len(names))])
    radius = 2 * _largest(newton_step).abs_upper() + arb(2) ** (8 - ctx.prec)
    for _ in range(6):
        offset = arb_mat([[arb(0, radius)] for _ in names])
        box = {n: m[i, 0] + offset[i, 0] for i, n in enumerate(names)}
        there = evaluated(programs, sizes, box)
        if there is None:
            return None
        image = (one - inverse * there.jacobian) * offset - newton_step
        if all(bool(abs(image[i, 0]) < radius) for i in range(len(names))):
            return {n: m[i, 0] + image[i, 0] for i, n in enumerate(names)}
        radius = radius * 16
    return None

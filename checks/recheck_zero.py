"""Existence and uniqueness of the critical point of a certificate, by the Krawczyk operator or because it is exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb, arb_mat, ctx

from checks.recheck_network import Sample, exact_value
from checks.recheck_reading import Claim, Problem, UndecidedError, require


def reduced_system(problem: Problem, values: Sequence[arb], jacobian: bool) -> tuple[list[arb], list[list[arb]]]:
    """Gradient on the orbits, and its derivative along them."""
    sample = Sample(problem, values, {})
    orbits = problem.orbits()
    places = [(p, 1, q, 1 if on or not problem.has_diagonal(p, q) else 2) for p, q, on in orbits]
    found = sample.gradients()
    if not jacobian:
        for (p, i, q, j), x in found.items():
            same = 0 if q == len(problem.teachers) else found[places[sample._orbit(p, i, q, j)]]
            require(x.overlaps(arb(same)), "the gradient is not fixed by the group")
        return [found[place] for place in places], []
    columns = []
    for orbit in range(len(orbits)):
        image = sample.image(lambda p, i, q, j, o=orbit: int(sample._orbit(p, i, q, j) == o))  # type: ignore[misc]
        columns.append([image[place] for place in places])
    return [], [list(row) for row in zip(*columns, strict=True)]


def _contracts(problem: Problem, centre: Sequence[arb], radius: arb, C: arb_mat) -> list[arb] | None:
    """The image of the box under the Krawczyk operator, if it lies inside the box."""
    g = arb_mat([[x] for x in reduced_system(problem, centre, False)[0]])
    box = [x + arb(0, radius) for x in centre]
    J = arb_mat(reduced_system(problem, box, True)[1])
    one = arb_mat([[int(i == j) for j in range(len(box))] for i in range(len(box))])
    step, slack = C * g, one - C * J
    image = []
    for i, x in enumerate(centre):
        reach = abs(step[i, 0])
        for j in range(len(box)):
            reach += abs(slack[i, j]) * radius
        if not reach < radius:
            return None
        image.append(x - step[i, 0] + arb(0, (reach - abs(step[i, 0])).abs_upper()))
    return image


def enclosed_zero(problem: Problem, claim: Claim) -> list[arb]:
    """A narrow enclosure of the zero whose existence and uniqueness in the claimed box is verified."""
    if claim.radius == 0:
        return _teacher_itself(problem, claim.centre)
    found = _contracts(problem, claim.centre, claim.radius, arb_mat(claim.preconditioner))
    if found is None:
        raise UndecidedError("the Krawczyk operator does not map the box into itself: no zero is proved in it")
    x = [s.mid() for s in found]
    for _ in range(ctx.prec.bit_length() + 2):
        g, _ = reduced_system(problem, x, False)
        _, J = reduced_system(problem, x, True)
        try:
            inverse = arb_mat(J).mid().inv().mid()
        except ZeroDivisionError:
            raise UndecidedError("the Jacobian is singular at this precision") from None
        step = inverse * arb_mat([[s] for s in g])
        x = [(s - step[i, 0]).mid() for i, s in enumerate(x)]
        if all(abs(step[i, 0].mid()) < arb(2) ** (-3 * ctx.prec // 4) for i in range(len(x))):
            break
    narrow = _contracts(problem, x, arb(2) ** (-5 * ctx.prec // 8), inverse)
    if narrow is None:
        raise UndecidedError("the zero cannot be enclosed more narrowly at this precision")
    inside = (abs(s - c) < claim.radius for s, c in zip(narrow, claim.centre, strict=True))
    require(all(inside), "the zero lies outside the box")
    return narrow


def _teacher_itself(problem: Problem, centre: list[arb]) -> list[arb]:
    """The weights, if they are exact and students are positive multiples of teachers that sum up to them."""
    reason = "a radius of 0 needs weights whose network is the teacher's: rows that are parts of teachers"
    if problem.dense:
        return _parts_of_teachers(problem, centre, reason)
    sums = dict.fromkeys(range(len(problem.teachers)), Fraction(0))
    values = {o: exact_value(x) for o, x in zip(problem.orbits(), centre, strict=True)}
    for p, row in enumerate(problem.rows):
        carried = [o for o in values if o[0] == p and values[o]]
        require(len(carried) == 1 and values[carried[0]] > 0, reason)
        _, q, on = carried[0]
        require(on or problem.teachers[q].size == 1, reason)
        sums[q] += values[carried[0]] * (1 if on else row.size)
    require(all(s == 1 for s in sums.values()), reason)
    return centre


def _parts_of_teachers(problem: Problem, centre: list[arb], reason: str) -> list[arb]:
    """The same for teachers of any directions: rows are positive multiples of teachers, the parts of each sum to 1."""
    d, left = problem.d, [Fraction(1)] * len(problem.dense)
    rows = [[exact_value(x) for x in centre[i * d : i * d + d]] for i in range(problem.n)]
    for w in rows:
        owner = next(
            (j for j, v in enumerate(problem.dense) if (c := _multiple(w, v)) is not None and c <= left[j]), None
        )
        require(owner is not None, reason)
        left[owner or 0] -= _multiple(w, problem.dense[owner or 0]) or Fraction(0)
    require(not any(left), reason)
    return centre


def _multiple(w: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction | None:
    """c > 0 with w = c v."""
    a = next(i for i, x in enumerate(v) if x)
    c = w[a] / v[a]
    return c if c > 0 and all(x == c * y for x, y in zip(w, v, strict=True)) else None

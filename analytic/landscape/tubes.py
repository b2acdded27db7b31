r"""Tubes about a branch of critical points over a short interval of real k: predicted, proved, glued.

See ``intervals_of_k`` for the statements. C is multiplied in before powers of t are summed, and so are the approximate
eigenvectors: what cancels at t = 0 then cancels in the coefficients, not in balls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, arb_mat

from analytic.balls import precision
from analytic.landscape.branch import corrected
from analytic.landscape.isotypic import TRIVIAL
from analytic.landscape.newton import Weights, krawczyk
from analytic.landscape.real_family import RealFamily
from analytic.landscape.tape import BALL
from analytic.landscape.taylor_balls import series_run, spread, taylor, total

#: Working precision; degree of the predictor in t; power of t whose coefficient encloses the remainder.
BITS, DEGREE, ORDER = 106, 3, 4


@dataclass(frozen=True)
class Tube:
    """A claim: for each real k within the radius exactly one critical point lies in the box about the polynomial.

    All numbers are float64, taken as exact.

    Args:
        centre: k_0.
        radius: h.
        weights: coefficients of each weight in t = k - k_0.
        box: half-widths of R.
    """

    centre: float
    radius: float
    weights: dict[str, tuple[float, ...]]
    box: dict[str, float]

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest k."""
        return self.centre - self.radius, self.centre + self.radius

    def at(self, k: arb) -> Weights:
        """The polynomial's values."""
        found = {}
        for name, coefficients in self.weights.items():
            value = arb(0)
            for c in reversed(coefficients):
                value = value * (k - self.centre) + c
            found[name] = value
        return found


@dataclass(frozen=True)
class Inertia:
    """What is proved of one component's block on a tube.

    Args:
        negative: the number of negative eigenvalues for every k; None if a disc contains 0.
        least: a lower bound of the smallest eigenvalue, where none is negative.
    """

    negative: int | None
    least: float | None


def predicted(family: RealFamily, centre: float, radius: float, before: Tube) -> Tube | None:
    """Taylor's polynomial of the branch about a centre, in float64, with a first box about it."""
    with precision(BITS):
        s = arb(centre) - family.rest
        station = corrected(family, s, {n: x.mid() for n, x in before.at(arb(centre)).items()})
        inverse = None if station is None else _inverse(family, s, station.weights)
        if station is None or inverse is None:
            return None
        names = list(station.weights)
        weights = {n: [arb(float(station.weights[n]))] for n in names}
        for j in range(1, DEGREE + 1):
            gradient = series_run(family.compiled.gradient, {**_sizes(family, s), **weights}, j)
            if gradient is None:
                return None
            step = inverse * arb_mat([[g[j]] for g in gradient])
            for i, n in enumerate(names):
                weights[n].append(arb(float(-step[i, 0])))
        floats = {n: tuple(float(c) for c in cs) for n, cs in weights.items()}
        if not all(math.isfinite(c) for cs in floats.values() for c in cs):
            return None
        tube = Tube(centre, radius, floats, dict.fromkeys(names, 0.0))
        residual = _residual(family, tube, inverse)
    if residual is None:
        return None
    return Tube(centre, radius, floats, {n: 2 * _upper(x) + 2.0**-46 for n, x in zip(names, residual, strict=True)})


def _sizes(family: RealFamily, s: arb) -> dict[str, list[arb]]:
    return {**{n: [x] for n, x in family.inputs(s).items()}, family.size: [s, arb(1)]}


def _inputs(family: RealFamily, tube: Tube, box: bool) -> dict[str, list[arb]]:
    found = _sizes(family, arb(tube.centre) - family.rest)
    for name, c in tube.weights.items():
        uncertain = arb(c[0], tube.box[name]) if box else arb(c[0])
        found[name] = [uncertain, *(arb(x) for x in c[1:])]
    return found


def _inverse(family: RealFamily, s: arb, weights: Weights) -> arb_mat | None:
    """An approximate inverse of the Jacobian, exact as a matrix."""
    _, jacobian = family.compiled.run_newton(BALL, {**family.inputs(s), **weights})
    try:
        found = arb_mat(jacobian).mid().inv().mid()
    except ZeroDivisionError:
        return None
    return found if all(x.is_finite() for x in found.entries()) else None


def _residual(family: RealFamily, tube: Tube, inverse: arb_mat) -> list[arb] | None:
    """C g(m(t), k_0 + t) for all t; C comes before the sum over powers of t, so that little cancels in balls."""
    h = arb(tube.radius)
    runs = taylor(family.compiled.gradient, _inputs(family, tube, False), h, ORDER)
    if runs is None:
        return None
    at, over = ([[g] for g in run] for run in runs)
    parts = [(inverse * arb_mat(part)).tolist() for part in spread(at, over, ORDER)]
    found = [row[0] for row in total(parts, h)]
    return found if all(x.is_finite() for x in found) else None


def _blocks(family: RealFamily, tube: Tube) -> dict[str, tuple[Any, Any]] | None:
    """By component the block and the squared norms as coefficients in t: (matrices, columns)."""
    runs = taylor(family.compiled.blocks, _inputs(family, tube, True), arb(tube.radius), ORDER)
    if runs is None:
        return None
    found, place = {}, 0
    for component in family.compiled.components:
        m = len(component.copies)
        cut = [run[place : place + m * m + m] for run in runs]
        squares = [[run[i * m : (i + 1) * m] for i in range(m)] for run in cut]
        found[component.name] = ([squares[0], squares[1]], [run[m * m :] for run in cut])
        place += m * m + m
    return found


def image_of_box(family: RealFamily, tube: Tube) -> dict[str, float] | None:
    """The largest absolute values of Krawczyk's image about the polynomial; None where it does not exist."""
    with precision(BITS):
        names, h = list(tube.weights), arb(tube.radius)
        s = arb(tube.centre) - family.rest
        inverse = _inverse(family, s, {n: arb(c[0]) for n, c in tube.weights.items()})
        residual = None if inverse is None else _residual(family, tube, inverse)
        blocks = _blocks(family, tube)
        if inverse is None or residual is None or blocks is None:
            return None
        (at, over), _ = blocks[TRIVIAL]
        parts = [(inverse * arb_mat(part)).tolist() for part in spread(at, over, ORDER)]
        product = total(parts, h)
        box = [arb(0, tube.box[n]) for n in names]
        image = {}
        for i, n in enumerate(names):
            value = -residual[i]
            for j, _ in enumerate(names):
                value = value + (int(i == j) - product[i][j]) * box[j]
            if not value.is_finite():
                return None
            image[n] = _upper(value)
        return image


def encloses(family: RealFamily, tube: Tube) -> bool:
    """Whether Krawczyk's image lies inside the box for every k of the tube."""
    image = image_of_box(family, tube)
    return image is not None and all(image[n] < tube.box[n] for n in tube.box)


def _upper(x: arb) -> float:
    """A float64 that is not smaller than the absolute value."""
    return math.nextafter(float(x.abs_upper()), math.inf)


def inertia(family: RealFamily, tube: Tube) -> dict[str, Inertia]:
    """The inertia of every block on the tube; open where nothing is proved."""
    nothing = Inertia(None, None)
    with precision(BITS):
        blocks = _blocks(family, tube)
        if blocks is None:
            return {c.name: nothing for c in family.compiled.components}
        return {name: _inertia(*found, arb(tube.radius)) for name, found in blocks.items()}


def _inertia(matrices: Any, norms: Any, h: arb) -> Inertia:
    import numpy as np

    # D B instead of D^(1/2) B D^(-1/2): symmetric too, and no roots
    at, over = (
        [[d * x for x in row] for d, row in zip(squares, matrix, strict=True)]
        for matrix, squares in zip(matrices, norms, strict=True)
    )
    forms, squares = spread(at, over, ORDER), spread([norms[0]], [norms[1]], ORDER)
    if not all(x.is_finite() for part in (*forms, *squares) for row in part for x in row):
        return Inertia(None, None)
    form, square = np.array(forms[0], dtype=float), np.array(squares[0][0], dtype=float)
    if not (square > 0).all() or not all(bool(x > 0) for x in total(squares, h)[0]):
        return Inertia(None, None)
    roots = np.sqrt(square)
    _, vectors = np.linalg.eigh((form + form.T) / 2 / roots / roots[:, None])
    Q = arb_mat([[arb(float(x)) for x in row] for row in vectors / roots[:, None]])
    transformed = total([(Q.transpose() * arb_mat(part) * Q).tolist() for part in forms], h)
    metric = total([(Q.transpose() * _diagonal(part[0]) * Q).tolist() for part in squares], h)
    return _counted(transformed, metric)


def _diagonal(entries: Sequence[arb]) -> arb_mat:
    return arb_mat([[x if i == j else arb(0) for j, _ in enumerate(entries)] for i, x in enumerate(entries)])


def _counted(transformed: list[list[arb]], metric: list[list[arb]]) -> Inertia:
    """Signs of the Gershgorin discs; x^T D x <= (row sums of Q^T D Q) |y|^2 for x = Q y turns them into a bound."""
    low, high = [], []
    for i, row in enumerate(transformed):
        radius = sum((abs(x) for j, x in enumerate(row) if j != i), arb(0))
        low.append((row[i] - radius).lower())
        high.append((row[i] + radius).upper())
    if all(bool(x > 0) for x in low):
        largest = arb(0)
        for row in metric:
            largest = arb.max(largest, sum((abs(x) for x in row), arb(0)))
        least = min(float((x / largest).lower()) for x in low)
        return Inertia(0, math.nextafter(least, -math.inf))
    negative = sum(bool(x < 0) for x in high)
    open_discs = len(low) - negative - sum(bool(x > 0) for x in low)
    return Inertia(negative if open_discs == 0 else None, None)


def glued(family: RealFamily, before: Tube, after: Tube) -> bool:
    """Whether two tubes with a common end contain the same critical point there."""
    with precision(BITS):
        k = arb(before.ends[1])
        start = {n: x.mid() for n, x in before.at(k).items()}
        s = k - family.rest
        station = corrected(family, s, start)
        box = None if station is None else krawczyk(family.compiled, family.inputs(s), station.weights)
        return box is not None and all(_inside(box, tube, k) for tube in (before, after))


def _inside(box: Weights, tube: Tube, k: arb) -> bool:
    middle = tube.at(k)
    return all(bool(abs(x - middle[n]) < tube.box[n]) for n, x in box.items())

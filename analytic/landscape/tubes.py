r"""Tubes about a branch of critical points over a short interval of real k: predicted, proved, glued.

See ``intervals_of_k`` for the statements. C is multiplied in before powers of t are summed, and so are the approximate
eigenvectors: what cancels at t = 0 then cancels in the coefficients, not in balls. Pivots are polynomials in t too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, arb_mat

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.landscape.branch import corrected
from analytic.landscape.isotypic import TRIVIAL
from analytic.landscape.newton import Weights, krawczyk
from analytic.landscape.real_family import RealFamily
from analytic.landscape.tape import BALL
from analytic.landscape.taylor_balls import scaled, series_run, signs, spread, taylor, total

#: Working precision; degree of the predictor in t; power of t whose coefficient encloses the remainder.
BITS, DEGREE, ORDER = 106, 9, 10
#: Shares of the smallest eigenvalue seen in float64 that are tried as its lower bound, the largest first.
SHARES = (1 - 2.0**-12, 1 - 2.0**-8, 1 - 2.0**-5)


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
        negative: the number of negative eigenvalues for every k; None if the sign of a pivot is open.
        least: a lower bound of the smallest eigenvalue, where none is negative; 0 if no good one is proved.
        seen: the smallest eigenvalue in float64 at some k of the tube; not proved, and no evidence.
    """

    negative: int | None
    least: float | None
    seen: float | None = None


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


def preconditioner(family: RealFamily, tube: Tube) -> list[list[arb]]:
    """The approximate inverse of the Jacobian that Krawczyk's test uses on a tube."""
    with precision(BITS):
        s = arb(tube.centre) - family.rest
        inverse = _inverse(family, s, {n: arb(c[0]) for n, c in tube.weights.items()})
    if inverse is None:
        raise DomainError(f"got a tube at k = {tube.centre} with a singular Jacobian: it is no proved one")
    rows: list[list[arb]] = inverse.tolist()
    return rows


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


def inertia(family: RealFamily, tube: Tube, bound: float | None = None) -> dict[str, Inertia]:
    """The inertia of every block on the tube; open where nothing is proved.

    Args:
        family: to which it belongs.
        tube: a proved one.
        bound: a lower bound of the eigenvalues that is tried besides those near the smallest one.
    """
    nothing = Inertia(None, None)
    with precision(BITS):
        blocks = _blocks(family, tube)
        if blocks is None:
            return {c.name: nothing for c in family.compiled.components}
        return {name: _inertia(*found, arb(tube.radius), bound) for name, found in blocks.items()}


def _inertia(matrices: Any, norms: Any, h: arb, bound: float | None) -> Inertia:
    import numpy as np

    # D B instead of D^(1/2) B D^(-1/2): symmetric too, and no roots
    at, over = (
        [[d * x for x in row] for d, row in zip(squares, matrix, strict=True)]
        for matrix, squares in zip(matrices, norms, strict=True)
    )
    forms, squares = spread(at, over, ORDER), spread([norms[0]], [norms[1]], ORDER)
    if not all(x.is_finite() for part in (*forms, *squares) for row in part for x in row):
        return Inertia(None, None)
    if not all(bool(x > 0) for x in total(squares, h)[0]):
        return Inertia(None, None)
    roots, eigenvalues, vectors = _seen(forms, squares, float(h))
    Q = arb_mat([[arb(float(x)) for x in row] for row in vectors / roots[:, None]])
    form = scaled([(Q.transpose() * arb_mat(part) * Q).tolist() for part in forms], h)
    counted = signs(form, ORDER)
    if counted is None or counted[0]:
        return Inertia(None if counted is None else counted[0], None)
    metric = scaled([(Q.transpose() * _diagonal(part[0]) * Q).tolist() for part in squares], h)
    guess = float(np.min(eigenvalues))
    tried = sorted({guess * s for s in SHARES} | ({bound} if bound is not None and bound < guess else set()))
    return Inertia(0, next((c for c in reversed(tried) if c > 0 and _exceeds(form, metric, c)), 0.0), guess)


def _seen(forms: Any, squares: Any, h: float) -> Any:
    """Square roots of the norms, and eigenvalues and vectors of the block, in the middle; eigenvalues at ends too."""
    import numpy as np

    F, D = np.array(forms, dtype=float), np.array(squares, dtype=float)[:, 0]
    seen = []
    for t in (0.0, -h, -h / 2, h / 2, h):
        powers = t ** np.arange(len(F))
        roots = np.sqrt(np.maximum(powers @ D, np.finfo(float).tiny))
        matrix = np.tensordot(powers, F, 1) / roots / roots[:, None]
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        seen.append((roots, values, vectors))
    return seen[0][0], np.array([values for _, values, _ in seen]), seen[0][2]


def _exceeds(form: Any, metric: Any, c: float) -> bool:
    """Whether all eigenvalues exceed c: form - c metric is positive definite for every t."""
    moved = [[x - c * y for x, y in zip(*rows, strict=True)] for rows in zip(form, metric, strict=True)]
    counted = signs(moved, ORDER)
    return counted is not None and counted[0] == 0


def _diagonal(entries: Sequence[arb]) -> arb_mat:
    return arb_mat([[x if i == j else arb(0) for j, _ in enumerate(entries)] for i, x in enumerate(entries)])


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

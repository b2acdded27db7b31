"""Certificates of a family at many integers k, each solved from its neighbours.

Weights at k are extrapolated from earlier k, corrected by Newton's method, and proved by the Krawczyk test. One run
over the box serves the test (the trivial block is the reduced Jacobian) and encloses every eigenvalue for all weights
in it. A correction that is not small, or that changes the sign of the reduced Jacobian's determinant, is refused: then
the point is found from its name, without neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, arb_mat

from analytic.balls import Ball, precision
from analytic.errors import AnalyticError
from analytic.landscape.branch import Station, corrected, near
from analytic.landscape.eigenvalues import UnresolvedError, eigenvalue_balls
from analytic.landscape.families import critical_point
from analytic.landscape.isotypic import TRIVIAL
from analytic.landscape.programs import Blocks
from analytic.landscape.real_family import RealFamily, real_family
from analytic.landscape.tape import BALL

#: Working precision; digits of the eigenvalues where a point is done without neighbours.
BITS, DIGITS = 128, 15
#: Earlier k from which weights are extrapolated.
NEIGHBOURS = 6
#: Half-width of the box, far above the error of Newton's method and far below what the eigenvalues need.
RADIUS = 2.0**-70
#: The moving size from which no copy of a component vanishes, so that all k share one program.
LARGE = 4


@dataclass(frozen=True)
class Dimension:
    """The dimension of the input as a function of the number of teachers.

    Args:
        more: what is added.
        factor: of k, 0 for a dimension that does not depend on k.

    Example:
        >>> str(Dimension(2)), Dimension(2).at(7), str(Dimension(12, 0))
        ('k + 2', 9, '12')
    """

    more: int = 0
    factor: int = 1

    def at(self, k: Any) -> Any:
        """d."""
        return self.factor * k + self.more

    def __str__(self) -> str:
        if self.factor == 0:
            return str(self.more)
        return "k" + (f" {'+' if self.more > 0 else '-'} {abs(self.more)}" if self.more else "")


#: d = k.
SAME = Dimension()


@dataclass(frozen=True)
class SizeCertificate:
    """What is proved of a family at one k, as text that any process can read.

    Args:
        name: of the family.
        k: number of neurons.
        verdict: strict local minimum, saddle of index m, degenerate..., or failed.
        reason: why it failed; empty otherwise.
        index: number of negative eigenvalues, if certain.
        loss: enclosure.
        least: enclosure of the smallest eigenvalue.
        weights: enclosures by orbit.
        d: dimension of the input; None for d = k.
    """

    name: str
    k: int
    verdict: str
    reason: str = ""
    index: int | None = None
    loss: Ball | None = None
    least: Ball | None = None
    weights: tuple[tuple[str, Ball], ...] = ()
    d: int | None = None

    def __str__(self) -> str:
        least = "" if self.least is None else f", smallest eigenvalue {self.least.rounded(10)}"
        size = f"k = {self.k}" + ("" if self.d is None else f", d = {self.d}")
        return f"{self.name}, {size}: {self.verdict}{least}" + (f": {self.reason}" if self.reason else "")


def certified_sizes(name: str, sizes: Sequence[int], dimension: Dimension = SAME) -> list[SizeCertificate]:
    """The certificates at some k, one after the other.

    Args:
        name: A, I, II, I:p or II:p.
        sizes: numbers of neurons; ascending ones without gaps profit from their neighbours.
        dimension: d as a function of k; where d > k the blocks on the extra columns count too.

    Returns:
        One certificate a size; where no point can be proved its verdict is failed.

    Raises:
        FormulaError: another name.

    Example:
        >>> [(c.k, c.verdict, c.least.rounded(6)) for c in certified_sizes("II", [7, 8])]
        [(7, 'strict local minimum', '0.0140590'), (8, 'strict local minimum', '0.0213466')]
    """
    family = real_family(name)
    stations: list[Station] = []
    found = []
    for k in sizes:
        station = None if k - family.rest < LARGE else _next(family, k, stations)
        d = None if dimension.at(k) == k else int(dimension.at(k))
        proved = None if station is None else _proved(family, station, k, d)
        if station is not None:
            stations = [*stations[1 - NEIGHBOURS :], station]
        found.append(_alone(name, k, d) if proved is None else proved)
    return found


def _next(family: RealFamily, k: int, before: Sequence[Station]) -> Station | None:
    """The point at k, from its neighbours or from its name."""
    with precision(BITS):
        s = arb(k - family.rest)
        if before and all(b.size != s for b in before) and abs(k - before[-1].k) <= before[-1].k / 8:
            start = _extrapolated(before, s)
            station = corrected(family, s, start)
            if station is not None and station.sign == before[-1].sign and near(start, station.weights, k):
                return station
        try:
            named = critical_point(family.name, k)
        except AnalyticError:
            return None
        return corrected(family, s, {n: arb(x) for n, x in named.start.items()})


def _extrapolated(before: Sequence[Station], s: arb) -> dict[str, arb]:
    """Lagrange's polynomial in the logarithm of the moving size."""
    logs, at = [b.size.log() for b in before], s.log()
    found = dict.fromkeys(before[-1].weights, arb(0))
    for i, b in enumerate(before):
        factor = arb(1)
        for j, x in enumerate(logs):
            if j != i:
                factor = factor * (at - x) / (logs[i] - x)
        found = {n: (w + factor * b.weights[n]).mid() for n, w in found.items()}
    return found


def _proved(family: RealFamily, station: Station, k: int, d: int | None) -> SizeCertificate | None:
    with precision(BITS):
        inputs, names = family.inputs(station.size), list(station.weights)
        box = {n: arb(x.mid(), RADIUS) for n, x in station.weights.items()}
        blocks = family.compiled.run_blocks(BALL, {**inputs, **box})
        jacobian = next(m for c, m in zip(blocks.components, blocks.matrices, strict=True) if c.name == TRIVIAL)
        image = _image(family, station, jacobian)
        if image is None or not all(bool(abs(x) < RADIUS) for x in image):
            return None
        weights = {n: station.weights[n].mid() + x for n, x in zip(names, image, strict=True)}
        own = _eigenvalues(blocks, d is not None)
        if own is None or any(x.contains(0) or not x.is_finite() for values in own.values() for x in values):
            return None
        index = _index(family, {c: sum(bool(x < 0) for x in values) for c, values in own.items()}, k, d)
        verdict = "strict local minimum" if index == 0 else f"saddle of index {index}"
        least = min((x for values in own.values() for x in values), key=lambda x: float(x.lower()))
        loss = family.compiled.loss.run(BALL, {**inputs, **weights})[0]
        texts = tuple((n, Ball.of(x)) for n, x in weights.items())
        return SizeCertificate(family.name, k, verdict, "", index, Ball.of(loss), Ball.of(least), texts, d)


def _index(family: RealFamily, negative: Mapping[str, int], k: int, d: int | None) -> int:
    """The index, blocks on extra columns counted d - k times."""
    sizes = {family.moving: k - family.rest, **family.fixed}
    beyond = [c for c in family.compiled.components if c.on_extra_columns and d is not None]
    return family.index(negative, k) + sum(int(c.dimension(sizes)) * ((d or k) - k) * negative[c.name] for c in beyond)


def _image(family: RealFamily, station: Station, jacobian: Sequence[Sequence[arb]]) -> list[arb] | None:
    """Krawczyk's image of the box about the station, less the station."""
    over = arb_mat([list(row) for row in jacobian])
    gradient = family.compiled.gradient.run(BALL, {**family.inputs(station.size), **station.weights})
    if not all(x.is_finite() for x in (*gradient, *over.entries())):
        return None
    try:
        inverse = over.mid().inv().mid()
    except ZeroDivisionError:
        return None
    one = arb_mat([[int(i == j) for j in range(len(gradient))] for i in range(len(gradient))])
    offset = arb_mat([[arb(0, RADIUS)] for _ in gradient])
    image = (one - inverse * over) * offset - inverse * arb_mat([[g] for g in gradient])
    return list(image.entries())


def _eigenvalues(blocks: Blocks, extra: bool) -> dict[str, list[arb]] | None:
    """The eigenvalues of each component's block; None if this precision does not separate them."""
    found = {}
    for component, matrix, norms in zip(blocks.components, blocks.matrices, blocks.norms, strict=True):
        if extra or not component.on_extra_columns:
            try:
                found[component.name] = eigenvalue_balls(matrix, norms)
            except UnresolvedError:
                return None
    return found


def _alone(name: str, k: int, d: int | None) -> SizeCertificate:
    """The certificate without neighbours, at any precision needed."""
    try:
        point = critical_point(name, k, d)
        spectrum, loss, box = point.spectrum(DIGITS), point.loss, point.weights()
    except AnalyticError as error:
        return SizeCertificate(name, k, "failed", str(error), d=d)
    least = min((r.value for r in spectrum.rows), key=lambda b: float(b.arb.lower()))
    weights = tuple((n, Ball.of(x)) for n, x in box.items())
    return SizeCertificate(name, k, spectrum.kind, "", spectrum.index, loss, least, weights, d)

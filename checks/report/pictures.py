"""The pictures of reports: estimates against what is claimed, spectra by component, steps and orders of terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import Protocol

from checks.report.svg import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    VERMILLION,
    WIDTH,
    Scale,
    element,
    hint,
    horizontal_axis,
    label,
    number,
    picture,
    scale_of,
    vertical_axis,
)

LEFT, RIGHT, TOP = 76.0, WIDTH - 16, 40.0
#: More of anything than this are not drawn: the marks would lie on each other.
MOST = 2_000
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
DASHES = ("none", "8 4", "2 3", "10 3 2 3", "5 2")


class Picture(Protocol):
    """Data that can draw itself."""

    def svg(self) -> str:
        """One ``svg`` element; empty if there is nothing to see."""


@dataclass(frozen=True)
class Comparison:
    """An estimate and what is claimed there.

    Args:
        where: in words.
        estimate: with ``error`` the half-width of its interval.
        error: >= 0.
        claimed: the number it is compared with.
        agrees: whether they are compatible.
    """

    where: str
    estimate: float
    error: float
    claimed: float
    agrees: bool

    def relative(self) -> tuple[float, float, float]:
        """The interval's low end, the estimate and the high end, less the claim, as shares of the claim."""
        size = abs(self.claimed) or abs(self.estimate) or self.error or 1.0
        off = (self.estimate - self.claimed) / size
        return off - self.error / size, off, off + self.error / size


@dataclass(frozen=True)
class Estimates:
    """Estimates with error bars around the claimed value, as shares of it.

    Args:
        points: in the order of the table beside the picture, which numbers them.

    Example:
        >>> Estimates((Comparison("u = 1", 1.1, 0.2, 1.0, True),)).svg().count("agrees")
        2
    """

    points: tuple[Comparison, ...]

    def svg(self) -> str:
        """Circles agree, crosses contradict; the line at 0 is the claim."""
        bars = [p.relative() for p in self.points]
        shown = [(i, p, b) for i, (p, b) in enumerate(zip(self.points, bars, strict=True), 1) if all(map(isfinite, b))]
        if not shown or len(shown) > MOST:
            return ""
        y = scale_of([0.0, *(x for _, _, b in shown for x in b)], 240, TOP)
        x = Scale(0.5, len(self.points) + 0.5, LEFT, RIGHT)
        every = max(1, len(self.points) // 20)
        zero = element("line", x1=LEFT, x2=RIGHT, y1=y.place(0), y2=y.place(0), stroke="currentColor", stroke_width=2)
        marks = [self._mark(x.place(i), y, i, p, b) for i, p, b in shown]
        against = sum(not p.agrees for p in self.points)
        title = f"{len(self.points)} estimates relative to the claimed value: {len(self.points) - against} agree"
        title += f", {against} contradict it" if against else ""
        numbers = [float(i) for i in range(1, len(self.points) + 1, every)]
        return picture(
            290,
            title,
            vertical_axis(y, LEFT, RIGHT, "(estimate − claimed) / |claimed|"),
            horizontal_axis(x, 240, TOP, "number in the table; ○ agrees, × contradicts; bars: error", numbers),
            zero,
            *marks,
        )

    def _mark(self, x: float, y: Scale, i: int, p: Comparison, bar: tuple[float, float, float]) -> str:
        colour = BLUE if p.agrees else VERMILLION
        low, middle, high = map(y.place, bar)
        relation = "agrees with" if p.agrees else "contradicts"
        lines = [element("line", x1=x, x2=x, y1=low, y2=high)]
        lines += [element("line", x1=x - 5, x2=x + 5, y1=end, y2=end) for end in (low, high)]
        cross = f"M{x - 5:.2f} {middle - 5:.2f}l10 10m0 -10l-10 10"
        mark = element("circle", cx=x, cy=middle, r=4, fill=colour) if p.agrees else element("path", d=cross)
        text = f"{i}: {p.estimate:.8g} ± {p.error:.2g} {relation} {p.claimed:.8g} at {p.where}"
        return element("g", hint(text), *lines, mark, stroke=colour, stroke_width=2, fill="none")


@dataclass(frozen=True)
class Band:
    """An estimate against the number of samples, with the band in which the truth is, and the claimed value.

    Args:
        points: (samples, estimate, half-width of its bound), from few samples to many.
        claimed: the number it is compared with.
        where: in words.
        level: probability with which each bound fails, by itself.

    Example:
        >>> Band(((10, 1.1, 0.5), (1000, 1.02, 0.05)), 1.0, "u = 1", 1e-6).svg().count("<polygon")
        1
    """

    points: tuple[tuple[int, float, float], ...]
    claimed: float
    where: str
    level: float

    def svg(self) -> str:
        """The horizontal axis is logarithmic; the band narrows as the samples grow."""
        points = [p for p in self.points if p[0] > 0 and isfinite(p[1]) and isfinite(p[2])]
        if len(points) < 2 or len(points) > MOST or not isfinite(self.claimed):
            return ""
        x = scale_of([float(n) for n, _, _ in points], LEFT, RIGHT - 90, True)
        y = scale_of([self.claimed, *(v + s * e for _, v, e in points for s in (-1, 1))], 250, TOP, False)
        upper = [(x.place(n), y.place(v + e)) for n, v, e in points]
        lower = [(x.place(n), y.place(v - e)) for n, v, e in reversed(points)]
        middle = [(x.place(n), y.place(v)) for n, v, _ in points]
        inside = all(abs(v - self.claimed) <= e for _, v, e in points)
        said = "the claimed value is in every band" if inside else "the claimed value leaves the band"
        level = y.place(self.claimed)
        across = f"samples, logarithmic; band: bound, which fails with probability {self.level:.2g}"
        marks = [
            element("g", hint(f"n = {n}: {v:.8g} ± {e:.2g}"), element("circle", cx=a, cy=b, r=3.5, fill=BLUE))
            for (n, v, e), (a, b) in zip(points, middle, strict=True)
        ]
        return picture(
            300,
            f"Estimate against the number of samples at {self.where}: {said}",
            vertical_axis(y, LEFT, x.end, f"estimate at {self.where[:90]}"),
            horizontal_axis(x, 250, TOP, across),
            element("polygon", points=_path(upper + lower), fill=BLUE, fill_opacity=0.18, stroke="none"),
            element("polyline", points=_path(middle), fill="none", stroke=BLUE, stroke_width=2),
            *marks,
            element("line", x1=LEFT, x2=x.end, y1=level, y2=level, stroke=VERMILLION, stroke_dasharray=DASHES[1]),
            label(x.end + 6, level + 4, "claimed", "start"),
        )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{a:.2f},{b:.2f}" for a, b in points)


@dataclass(frozen=True)
class Eigenvalue:
    """A row of a spectrum: value, multiplicity, isotypic component."""

    value: float
    multiplicity: int
    component: str


@dataclass(frozen=True)
class Stems:
    """A spectrum: one line an isotypic component, one stem an eigenvalue, as high as its multiplicity is large.

    Args:
        rows: eigenvalues.
        title: whose spectrum.

    Example:
        >>> Stems((Eigenvalue(0.5, 1, "trivial"), Eigenvalue(0.25, 12, "standard:1")), "At zero").svg().count("×12")
        1
    """

    rows: tuple[Eigenvalue, ...]
    title: str

    def svg(self) -> str:
        """Heights are logarithmic in the multiplicity, which is written above each stem."""
        rows = [r for r in self.rows if isfinite(r.value) and r.multiplicity > 0]
        lanes = list(dict.fromkeys(r.component for r in rows))
        if not rows or len(rows) > MOST or len(lanes) > 40:
            return ""
        tall, left = 54.0, min(220.0, 24.0 + 7.0 * max(len(n) for n in lanes))
        bottom = TOP + tall * len(lanes)
        x = scale_of([r.value for r in rows], left, RIGHT)
        most = max(r.multiplicity for r in rows)
        parts = [horizontal_axis(x, bottom + 6, TOP - 10, "eigenvalue" + (", logarithmic" if x.logarithmic else ""))]
        if not x.logarithmic and x.low < 0 < x.high:
            parts.append(
                element("line", x1=x.place(0), x2=x.place(0), y1=bottom + 6, y2=TOP - 10, stroke="currentColor")
            )
        for i, lane in enumerate(lanes):
            base = TOP + tall * (i + 1)
            parts.append(
                element("line", x1=left, x2=RIGHT, y1=base, y2=base, stroke="currentColor", stroke_opacity=0.3)
            )
            parts.append(label(left - 8, base, lane or "all", "end"))
            parts.append(_stems([r for r in rows if r.component == lane], x, base, most, COLOURS[i % len(COLOURS)]))
        parts.append(label(8, 16, "isotypic component; ×m: multiplicity", "start"))
        return picture(bottom + 52, self.title, *parts)


def _stems(rows: Sequence[Eigenvalue], x: Scale, base: float, most: int, colour: str) -> str:
    parts, written = [], -1e9
    for r in sorted(rows, key=lambda r: r.value):
        place = x.place(r.value)
        top = base - 8 - 20 * log10(r.multiplicity) / max(1.0, log10(most))
        note = f"{r.component}: {r.value:.10g}, multiplicity {r.multiplicity}"
        stem = element("line", x1=place, x2=place, y1=base, y2=top, stroke=colour, stroke_width=2)
        parts.append(element("g", hint(note), stem, element("circle", cx=place, cy=top, r=3.5, fill=colour)))
        if place - written > 26:  # or the numbers would lie on each other; the pointer shows those left out
            parts.append(label(place, top - 6, f"×{r.multiplicity}", size=11))
            written = place
    return "".join(parts)


@dataclass(frozen=True)
class Curve:
    """Points joined by lines: its name and (x, y)."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Curves:
    """Curves over one axis: an index against k, terms of an expansion against k.

    Args:
        curves: at most as many as there are dashes.
        title: what the picture says.
        across: title of the horizontal axis.
        up: title of the vertical axis.
        logarithmic: the vertical axis; the horizontal one is so if its numbers are far apart.

    Example:
        >>> Curves((Curve("index", ((3.0, 6.0), (5.8, 6.0), (5.8, 0.0), (9.0, 0.0))),), "A", "k", "index").svg()[:4]
        '<svg'
    """

    curves: tuple[Curve, ...]
    title: str
    across: str
    up: str
    logarithmic: bool = False

    def svg(self) -> str:
        """Each curve has its colour and its dashes, named to the right."""
        points = [p for c in self.curves for p in c.points]
        if not points or len(points) > MOST or not all(isfinite(v) for p in points for v in p):
            return ""
        x = scale_of([p[0] for p in points], LEFT, RIGHT - 90)
        y = scale_of([p[1] for p in points], 250, TOP, self.logarithmic and all(p[1] > 0 for p in points))
        parts = [
            vertical_axis(y, LEFT, x.end, self.up),
            horizontal_axis(x, 250, TOP, self.across + (", logarithmic" if x.logarithmic else "")),
        ]
        above = TOP - 14.0
        for i, curve in sorted(enumerate(self.curves), key=lambda c: -c[1].points[-1][1]):
            colour, dash = COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)]
            line = _path([(x.place(a), y.place(b)) for a, b in curve.points])
            parts.append(
                element(
                    "polyline",
                    hint(f"{curve.name}: from {number(curve.points[0][1])} to {number(curve.points[-1][1])}"),
                    points=line,
                    fill="none",
                    stroke=colour,
                    stroke_width=2,
                    stroke_dasharray=dash,
                )
            )
            above = max(above + 14, y.place(curve.points[-1][1]) + 4)
            parts.append(label(x.end + 6, above, curve.name, "start"))
        return picture(300, self.title, *parts)

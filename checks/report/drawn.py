"""Pictures of reports that are tables of numbers: drawn from their rows, where a report brings none itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from checks.report.model import JSON, Report
from checks.report.pictures import LEFT, MOST, RIGHT, TOP, Curve, Curves, Picture
from checks.report.svg import BLUE, Scale, element, hint, horizontal_axis, label, picture, scale_of, vertical_axis


def pictures_of(report: Report) -> tuple[Picture, ...]:
    """What a page shows above the table.

    Example:
        >>> from checks.report.model import Cell, Column
        >>> columns = (Column("k", "k"), Column("smallest", "smallest"))
        >>> rows = tuple((Cell(str(k), value=k), Cell(str(1 / k))) for k in (6, 7))
        >>> [p.svg()[:4] for p in pictures_of(Report("sizes", "II", columns, rows))]
        ['<svg']
    """
    if report.pictures:
        return report.pictures
    keys = [c.key for c in report.columns]
    rows = [{k: cell.machine for k, cell in zip(keys, row, strict=True)} for row in report.rows]
    if report.kind == "sizes":
        return _against_k(report, rows)
    return _hits(report, rows) if report.kind == "campaign" else ()


def _against_k(report: Report, rows: list[dict[str, JSON]]) -> tuple[Picture, ...]:
    """The smallest eigenvalue against k; a size that was not certified interrupts the line."""
    curves: list[Curve] = []
    line: list[tuple[float, float]] = []
    for row in [*rows, {}]:
        k, least = _number(row.get("k")), _number(row.get("smallest"))
        if k is not None and least is not None:
            line.append((k, least))
        elif line:
            curves.append(Curve("smallest", tuple(line)))
            line = []
    if not curves:
        return ()
    title = f"{report.title}: smallest eigenvalue against k"
    ends = [y for c in curves for _, y in c.points]
    far = min(ends) > 0 and max(ends) > 200 * min(ends)
    return (Curves(tuple(curves), title, "k", "smallest eigenvalue of the Hessian", far),)


def _hits(report: Report, rows: list[dict[str, JSON]]) -> tuple[Picture, ...]:
    shares = tuple(
        Share(f"{row.get('name', '-')} {row.get('partition', '')}", *(float(str(ends[e])) for e in Share.ENDS))
        for row in rows
        if isinstance(ends := row.get("frequency"), Mapping)
    )
    return (Shares(shares, f"{report.title}: share of the runs that ended at each point"),) if shares else ()


def _number(value: JSON) -> float | None:
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if isfinite(found) else None


@dataclass(frozen=True)
class Share:
    """How often something was reached, with its confidence interval."""

    name: str
    estimate: float
    low: float
    high: float

    ENDS = ("estimate", "low", "high")


@dataclass(frozen=True)
class Shares:
    """Shares with their intervals, numbered as in the table.

    Args:
        shares: in the order of the table.
        title: what the picture says.

    Example:
        >>> Shares((Share("II", 0.2, 0.1, 0.3),), "hits").svg().count("<circle")
        1
    """

    shares: tuple[Share, ...]
    title: str

    def svg(self) -> str:
        """One mark a point of the table, its interval as a bar."""
        if not self.shares or len(self.shares) > MOST:
            return ""
        x = Scale(0.5, len(self.shares) + 0.5, LEFT, RIGHT)
        y = scale_of([0.0, *(s.high for s in self.shares)], 240, TOP, False)
        y = Scale(0.0, min(1.0, y.high), y.begin, y.end)
        every = max(1, len(self.shares) // 20)
        parts = [
            vertical_axis(y, LEFT, RIGHT, "share of the runs; bars: confidence interval"),
            horizontal_axis(
                x, 240, TOP, "number in the table", [float(i) for i in range(1, len(self.shares) + 1, every)]
            ),
        ]
        for i, s in enumerate(self.shares, 1):
            place, ends = x.place(i), [y.place(v) for v in (s.low, s.high)]
            note = hint(f"{i}: {s.name}: {s.estimate:.4g}, interval [{s.low:.4g}, {s.high:.4g}]")
            bar = [element("line", x1=place, x2=place, y1=ends[0], y2=ends[1], stroke=BLUE, stroke_width=2)]
            bar += [element("line", x1=place - 5, x2=place + 5, y1=e, y2=e, stroke=BLUE, stroke_width=2) for e in ends]
            mark = element("circle", cx=place, cy=y.place(s.estimate), r=4, fill=BLUE)
            parts.append(element("g", note, *bar, mark))
            if len(self.shares) <= 12:
                parts.append(label(place, min(ends) - 6, s.name.partition(" ")[0], size=11))
        return picture(290, self.title, *parts)

"""Reports on many certificates: batches of points, ranges of sizes, intervals of real k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from checks.certificate_reports import _outcome
from checks.recheck_reading import Recheck
from checks.report import JSON, Cell, Column, Report

if TYPE_CHECKING:
    from analytic.landscape.intervals_of_k import RangeCertificate
    from analytic.landscape.thresholds import Event
    from analytic.landscape.uniform import UniformCertificate
    from checks.batch import BatchReport
    from checks.batch_sizes import SizesReport


def batch_report(found: BatchReport, environment: Mapping[str, JSON]) -> Report:
    """One row a point, with the summary below."""
    columns = (
        Column("point", "point"),
        Column("verdict", "verdict"),
        Column("smallest eigenvalue", "smallest", "right"),
        Column("reason", "reason"),
    )
    rows = tuple(
        (Cell(r.label), Cell(r.verdict), Cell("-" if r.least is None else r.least[0][:18]), Cell(r.reason))
        for r in found.results
    )
    payload: dict[str, JSON] = {"all_minima": found.all_minima, "reused": found.reused, "failed_before": found.kept}
    return Report("batch", "Certificates of a batch", columns, rows, (str(found),), payload, environment)


def sizes_report(found: SizesReport, environment: Mapping[str, JSON]) -> Report:
    """One row a number of neurons, with the summary below."""
    columns = (
        Column("k", "k", "right"),
        Column("verdict", "verdict"),
        Column("smallest eigenvalue", "smallest", "right"),
        Column("loss", "loss", "right"),
    )
    rows = tuple(
        (
            Cell(str(c.k), value=c.k),
            Cell(c.verdict + (f": {c.reason}" if c.reason else "")),
            Cell("-" if c.least is None else c.least.rounded(10)),
            Cell("-" if c.loss is None else c.loss.rounded(10)),
        )
        for c in found.certificates
    )
    payload: dict[str, JSON] = {"family": found.name, "d": found.dimension, "all_minima": found.all_minima}
    return Report(
        "sizes",
        f"Certificates of {found.name} (d = {found.dimension})",
        columns,
        rows,
        (str(found),),
        payload,
        environment,
    )


def range_report(
    found: RangeCertificate,
    environment: Mapping[str, JSON],
    checked: Recheck | None = None,
    reason: str | None = None,
) -> Report:
    """What is proved for every real k of an interval.

    Args:
        found: the certificate.
        environment: see ``checks.report.environment``.
        checked: what the independent checker says about its file, if one can be written.
        reason: why none can be written.
    """
    columns = (Column("statement", "statement"), Column("proved", "proved"))
    every = f"for every real k in [{found.low}, {found.high}]"
    least, events = found.least_eigenvalue, found.events()
    rows = [
        (Cell(f"exactly one critical point near the branch, {every}"), _answer(found.exists)),
        (Cell(f"strict local minimum (d = {found.dimension}), {every}"), _answer(found.is_minimum)),
        (Cell(f"strict local minimum for every d >= k, {every}"), _answer(found.for_every_dimension)),
    ]
    if any(found.index or ()):
        rows.append((Cell(f"{found.kind} (d = {found.dimension}), {every}"), _answer(True)))
    if found.asked is not None:
        rows.append((Cell(f"all eigenvalues exceed {float(found.asked):g}, {every}"), _answer(found.meets)))
    payload: dict[str, JSON] = {
        "family": found.name,
        "d": str(found.dimension),
        "boxes": len(found.pieces),
        "minimum": found.is_minimum,
        "kind": found.kind,
        "least": None if least is None else _rounded_down(least),
        "open": [[a, b] for a, b in found.open],
        "thresholds": [e.k.rounded(15) for e in events],
        "missing": None if found.missing is None else list(found.missing),
        "accepted": None if checked is None else checked.accepted,
    }
    notes = [*_range_notes(found, events), *([] if reason is None else [f"no file is written: {reason}"])]
    notes += [] if checked is None else _outcome(checked)
    title = f"{found.name}, every real k in [{found.low}, {found.high}]"
    return Report("range-of-k", title, columns, tuple(rows), tuple(notes), payload, environment)


def _range_notes(found: RangeCertificate, events: Sequence[Event]) -> list[str]:
    least = found.least_eigenvalue
    notes = [f"{len(found.pieces)} boxes, neighbours glued at a common point; at real k blocks have formal dimensions"]
    notes += [f"all eigenvalues > {_rounded_down(least)}"] if least is not None else []
    notes += [f"signs open on {', '.join(f'[{a:.10g}, {b:.10g}]' for a, b in found.open)}"] if found.open else []
    notes += [f"no proof of existence on {list(found.missing)}"] if found.missing is not None else []
    if found.asked is not None and not found.meets:
        where = next(((p.tube.ends, x) for p in found.pieces if (x := p.least(found.extra) or 0) < found.asked), None)
        notes += (
            []
            if where is None
            else [f"on [{where[0][0]:.9g}, {where[0][1]:.9g}] only {_rounded_down(where[1])} is proved"]
        )
    for e in events:
        notes.append(
            f"refused: the interval contains the threshold k = {e.k.rounded(15)} ({e.kind}, {e.component}); certify "
            f"the parts on either side of it"
        )
    return notes


def _rounded_down(x: float) -> str:
    """Six digits that are not more than a number."""
    from decimal import ROUND_FLOOR, Context, Decimal

    return format(Context(prec=6, rounding=ROUND_FLOOR).create_decimal(Decimal(x)), "f")


def _answer(proved: bool) -> Cell:
    return Cell("yes" if proved else "no", value=proved)


def uniform_report(found: UniformCertificate, trouble: Sequence[str], environment: Mapping[str, JSON]) -> Report:
    """What is proved for every real number of neurons from one on."""
    columns = (Column("statement", "statement"), Column("proved", "proved"))
    every = f"for every real k >= {found.k_from}"
    rows = (
        (
            Cell(f"a critical point of type {found.family} exists and is locally unique along one branch, {every}"),
            _answer(True),
        ),
        (
            Cell(f"every eigenvalue of every block of the Hessian is > {found.bound}, for every d >= k, {every}"),
            _answer(True),
        ),
    )
    notes = [
        f"{len(found.boxes)} boxes in s = k^(-1/2), the first reaching s = 0; neighbours glued; {found.seconds:.1f} s",
        "the branch is the one of the exact expansion at infinity; at real k blocks have formal dimensions",
        "checked again in plain balls at ends and middles of the boxes: " + ("; ".join(trouble) or "nothing wrong"),
    ]
    payload: dict[str, JSON] = {"family": found.family, "from": str(found.k_from), "bound": str(found.bound)}
    payload["boxes"] = len(found.boxes)
    title = f"{found.family}, every real k >= {found.k_from}"
    return Report("all-k", title, columns, rows, tuple(notes), payload, environment)

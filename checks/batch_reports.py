"""Reports on many certificates: batches of points, ranges of sizes, intervals of real k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from checks.report import JSON, Cell, Column, Report

if TYPE_CHECKING:
    from analytic.landscape.intervals_of_k import RangeCertificate
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
    payload: dict[str, JSON] = {"all_minima": found.all_minima, "reused": found.reused}
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
    payload: dict[str, JSON] = {"family": found.name, "all_minima": found.all_minima}
    return Report("sizes", f"Certificates of {found.name} (d = k)", columns, rows, (str(found),), payload, environment)


def range_report(found: RangeCertificate, environment: Mapping[str, JSON]) -> Report:
    """What is proved for every real k of an interval."""
    columns = (Column("statement", "statement"), Column("proved", "proved"))
    every = f"for every real k in [{found.low}, {found.high}]"
    least = found.least_eigenvalue
    rows = (
        (Cell(f"exactly one critical point near the branch, {every}"), _answer(found.exists)),
        (Cell(f"strict local minimum (d = k), {every}"), _answer(found.is_minimum)),
        (Cell(f"strict local minimum for every d >= k, {every}"), _answer(found.for_every_dimension)),
    )
    notes = [f"{len(found.pieces)} boxes, neighbours glued at a common point; at real k blocks have formal dimensions"]
    notes += [f"all eigenvalues >= {least:.6g}"] if least is not None else []
    notes += [f"signs open on {', '.join(f'[{a:.10g}, {b:.10g}]' for a, b in found.open)}"] if found.open else []
    notes += [f"no proof of existence on {list(found.missing)}"] if found.missing is not None else []
    payload: dict[str, JSON] = {
        "family": found.name,
        "boxes": len(found.pieces),
        "minimum": found.is_minimum,
        "open": [[a, b] for a, b in found.open],
        "missing": None if found.missing is None else list(found.missing),
    }
    title = f"{found.name}, every real k in [{found.low}, {found.high}]"
    return Report("range-of-k", title, columns, rows, tuple(notes), payload, environment)


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

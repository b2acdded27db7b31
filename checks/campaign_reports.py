"""Reports on campaigns: one row a distinct point, with the commands that certify it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from decimal import Decimal

from checks.campaign_points import CampaignResult, DistinctPoint
from checks.report import JSON, Cell, Column, Report

#: Digits of what float64 can show, and of the exact eigenvalue beside it.
SHOWN, EXACT = 10, 17


def campaign_report(
    found: CampaignResult, environment: Mapping[str, JSON], files: Mapping[int, str] | None = None
) -> Report:
    """The table of a campaign.

    Args:
        found: its points.
        environment: see ``checks.report.environment``.
        files: where the weights of each point were saved.
    """
    columns = (
        Column("point", "point", "right"),
        Column("partition", "partition"),
        Column("name", "name"),
        Column("hits", "hits", "right"),
        Column(f"frequency ({1 - found.alpha:.6g} interval)", "frequency"),
        Column("loss", "loss", "right"),
        Column("smallest eigenvalue", "smallest", "right"),
        Column("certified", "certified", "right"),
        Column("index", "index", "right"),
        Column("verdict", "verdict"),
    )
    notes = [_summary(found), *_troubles(found), *_offers(found, files or {})]
    payload: dict[str, JSON] = {
        "campaign": found.campaign.identity,
        "runs": found.total,
        "other_statuses": dict(found.others),
        "alpha": found.alpha,
        "witnesses_agree": found.agree,
        "apart": found.apart if found.apart < float("inf") else None,
        "files": {str(number): file for number, file in (files or {}).items()},
    }
    rows = tuple(_row(p, found.total) for p in found.points)
    return Report("campaign", f"Campaign: {found.campaign}", columns, rows, tuple(notes), payload, environment)


def _row(point: DistinctPoint, total: int) -> tuple[Cell, ...]:
    low, high = point.interval
    share = point.hits / total
    return (
        Cell(str(point.number), value=point.number),
        Cell(point.partition),
        Cell(point.name or "-"),
        Cell(str(point.hits), value=point.hits),
        Cell(f"{share:.3f} [{low:.3f}, {high:.3f}]", value={"estimate": share, "low": low, "high": high}),
        *_numbers(point),
        *_proved(point),
    )


def _numbers(point: DistinctPoint) -> tuple[Cell, Cell]:
    """Loss and smallest eigenvalue by the empirical witness."""
    if point.kind is None:
        return Cell("-"), Cell("-")
    found = []
    for estimate in (point.kind.loss, point.kind.spectrum.smallest):
        value, error = float(estimate.value), float(estimate.error)
        text = f"{value:.{SHOWN}g}" if abs(value) > error else f"0 +/- {error:.1g}"
        found.append(Cell(text, value={"value": value, "error": error}))
    return found[0], found[1]


def _proved(point: DistinctPoint) -> tuple[Cell, Cell, Cell]:
    """Smallest eigenvalue by the exact witness, index and verdict."""
    index = None if point.kind is None else point.kind.spectrum.index
    if point.exact is not None and point.exact.index is not None:
        index = point.exact.index
    least = None if point.exact is None else point.exact.smallest
    shown = "-" if least is None else f"{Decimal(least[0]):.{_digits(*least)}g}"
    value: JSON = None if least is None else {"midpoint": least[0], "radius": least[1]}
    counted = Cell("-") if index is None or point.split else Cell(str(index), value=index)
    return Cell(shown, value=value), counted, Cell(point.verdict)


def _digits(midpoint: str, radius: str) -> int:
    """How many digits of a ball are certain, at most as many as are shown."""
    value, spread = abs(Decimal(midpoint)), Decimal(radius)
    if not spread:
        return EXACT
    return EXACT if not value else max(1, min(EXACT, value.adjusted() - spread.adjusted()))


def _summary(found: CampaignResult) -> str:
    converged = sum(p.hits for p in found.points)
    parts = [f"{found.total} runs: {converged} converged to {len(found.points)} distinct points"]
    parts += [f"{count} ended as {status}" for status, count in found.others.items()]
    if not found.points:
        return "; ".join([*parts, "more --max-steps or a larger --tolerance may let runs converge"])
    parts.append(f"entries of one point agree within {max(p.spread for p in found.points):.1g}")
    if found.apart < float("inf"):
        parts.append(f"points differ by at least {found.apart:.2g}")
    return "; ".join(parts)


def _troubles(found: CampaignResult) -> list[str]:
    lines = [f"point {p.number}: THE WITNESSES DISAGREE: {d}" for p in found.points for d in p.disagreements]
    reasons: dict[str, list[str]] = {}
    for point in found.points:
        for reason in (point.trouble, "" if point.exact is None else point.exact.reason):
            if reason:
                reasons.setdefault(reason, []).append(str(point.number))
    return lines + [f"point {', '.join(numbers)}: {reason}" for reason, numbers in reasons.items()]


def _offers(found: CampaignResult, files: Mapping[int, str]) -> list[str]:
    """The command that certifies each point, split neurons merged."""
    lines: list[str] = []
    if _only_here(found):
        return lines
    for point in found.points:
        command = certify_command_line(found, point, files.get(point.number))
        if command is not None:
            lines.append(f"point {point.number}: {command}")
    if not files and len(lines) < len(found.points):
        lines.append("the others: --save-points DIR writes their weights for closedform certify FILE")
    return lines


def _only_here(found: CampaignResult) -> bool:
    """Whether points are proved here, in balls, and nowhere else: certificates are of rectifiers with k >= 2."""
    return found.campaign.smooth or found.campaign.k == 1


def certify_command_line(found: CampaignResult, point: DistinctPoint, file: str | None) -> str | None:
    """The command that certifies a point: from its file, or by its name.

    Args:
        found: the campaign.
        point: one of its points.
        file: where its weights are; None if they were not saved.

    Returns:
        The command; None for a point that has neither file nor name.
    """
    campaign, words = found.campaign, ["closedform", "certify"]
    if _only_here(found):
        return None
    n = len(point.weights)
    if file is not None:
        words += [file] + (["--k", str(campaign.k)] if campaign.k != min(n, campaign.d) else [])
    elif point.name and not point.name[0].isdigit():
        words += ["--at", point.name, "--k", str(campaign.k)]
        words += ["--d", str(campaign.d)] if campaign.d != campaign.k else []
    else:
        return None
    return shlex.join([*words, *(["--activation", campaign.activation] if campaign.activation != "relu" else [])])

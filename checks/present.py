"""Results as reports: what the command line prints and notebooks show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from checks.report import JSON, Cell, Column, Report
from checks.verdict import Kind, Verdict

if TYPE_CHECKING:
    from analytic.balls import Ball
    from analytic.expectation import Expectation
    from analytic.landscape.spectrum import Spectrum


def expectation_report(
    result: Expectation, value: Ball | None, at: Mapping[str, str], steps: bool, environment: Mapping[str, JSON]
) -> Report:
    """The closed form of an expectation, its value at a point, and the derivation.

    Args:
        result: the expectation.
        value: its value at the point, if one was given.
        at: the point.
        steps: whether to list the derivation.
        environment: see ``checks.report.environment``.
    """
    from analytic.printing import to_latex

    rows = [
        (
            Cell("expectation"),
            Cell(f"E[{result.integrand}]", rf"\mathbb{{E}}\left[{to_latex(result.integrand)}\right]"),
        ),
        (Cell("closed form"), Cell(str(result.value), to_latex(result.value))),
        (Cell("domain"), Cell(result.domain)),
        (Cell("rules"), Cell(", ".join(result.rules) or "none")),
    ]
    payload: dict[str, JSON] = {"closed_form": str(result.value), "latex": to_latex(result.value)}
    if value is not None:
        point = ", ".join(f"{n} = {v}" for n, v in at.items())
        rows.append((Cell(f"value at {point}" if point else "value"), Cell(str(value))))
        payload["value"] = {"midpoint": value.midpoint, "radius": value.radius, "bits": value.bits, "at": dict(at)}
    if steps:
        numbered = list(enumerate(result.steps, start=1))
        rows += [(Cell(f"{i}. {s.rule}"), Cell(f"{s.left} = {s.right}", s.latex)) for i, s in numbered]
        payload["steps"] = [{"rule": s.rule, "left": s.left, "right": s.right, "latex": s.latex} for _, s in numbered]
    columns = (Column("quantity", "quantity"), Column("result", "result"))
    return Report("expectation", f"E[{result.integrand}]", columns, tuple(rows), (), payload, environment)


def spectrum_report(result: Spectrum, digits: int, environment: Mapping[str, JSON]) -> Report:
    """The spectrum: eigenvalue, closed form, multiplicity, isotypic components."""
    from analytic.printing import to_latex

    columns = (
        Column("eigenvalue", "eigenvalue", "right"),
        Column("closed form", "closed_form"),
        Column("multiplicity", "multiplicity", "right"),
        Column("isotypic component", "component"),
    )
    rows = []
    for row in result.rows:
        value = row.ball(digits) if result.k is not None else None
        number = "-" if value is None else value.rounded(digits)
        machine: JSON = None if value is None else {"midpoint": value.midpoint, "radius": value.radius}
        times: JSON = int(row.multiplicity.fraction) if row.multiplicity.head == "num" else str(row.multiplicity)
        shown = " + ".join(f"{n} ({m})" for n, m in row.components)
        parts: JSON = [{"component": n, "multiplicity": str(m)} for n, m in row.components]
        rows.append(
            (
                Cell(number, None, machine),
                Cell(str(row.eigenvalue), to_latex(row.eigenvalue)),
                Cell(str(row.multiplicity), to_latex(row.multiplicity), times),
                Cell(shown, None, parts),
            )
        )
    size = "any d >= k >= 4" if result.k is None else f"k = {result.k}, d = {result.d}"
    title = f"Spectrum of the Hessian of L at W = V = [I_k 0], {size}"
    notes = [f"multiplicities sum to {result.dimension}; trace {result.trace}"]
    if result.k is None:
        notes.append(
            "at k = 1, 2 the formal multiplicity -1 of 1/4 + 1/(2*pi) cancels an equal eigenvalue; --k gives the table"
        )
    payload: dict[str, JSON] = {
        "k": result.k,
        "d": result.d,
        "dimension": str(result.dimension),
        "trace": str(result.trace),
    }
    return Report("spectrum", title, columns, tuple(rows), tuple(notes), payload, environment)


def verdicts_report(verdicts: Sequence[Verdict], strict: bool, note: str, environment: Mapping[str, JSON]) -> Report:
    """The table of verdicts, all evidence in the machine-readable part."""
    columns = (
        Column("verdict", "verdict"),
        Column("expected", "expected"),
        Column("claim", "claim"),
        Column("statement", "statement"),
        Column("exact witness", "exact"),
        Column("empirical witness", "empirical"),
        Column("slips refuted", "slips", "right"),
        Column("seconds", "seconds", "right"),
    )
    rows = tuple(_verdict_row(v, strict) for v in verdicts)
    counts = {k.value: n for k in Kind if (n := sum(v.kind is k for v in verdicts))}
    failed = [v.claim for v in verdicts if not v.as_expected(strict)]
    notes = [f"{len(verdicts)} claims: " + ", ".join(f"{n} {k}" for k, n in counts.items())]
    notes += [f"not as expected: {', '.join(failed)}"] if failed else ["all as expected"]
    slips = [v.power for v in verdicts if v.power is not None]
    if slips:
        notes.append(f"planted slips refuted: {sum(p.refuted for p in slips)} of {sum(p.total for p in slips)}")
    for v in verdicts:
        notes += [f"{v.claim}: {v.reason}"] if not v.as_expected(strict) or v.kind is Kind.REFUTED else []
        notes += [f"{v.claim}: did you mean {v.repair}"] if v.repair else []
    notes += [note] if note else []
    payload: dict[str, JSON] = {
        "summary": dict(counts),
        "failed": list(failed),
        "verdicts": [v.as_dict() for v in verdicts],
    }
    return Report("verdicts", "Verdicts", columns, rows, tuple(notes), payload, environment)


def _verdict_row(v: Verdict, strict: bool) -> tuple[Cell, ...]:
    exact = "-" if v.exact is None else v.exact.outcome.value
    agree = sum(e.agrees for e in v.empirical)
    empirical = f"{agree} of {len(v.empirical)} agree" if v.empirical else "-"
    slips = f"{v.power.refuted}/{v.power.total}" if v.power else "-"
    return (
        Cell(v.kind.value),
        Cell("yes" if v.as_expected(strict) else "NO", None, v.as_expected(strict)),
        Cell(v.claim),
        Cell(v.statement),
        Cell(exact),
        Cell(empirical),
        Cell(slips),
        Cell(f"{v.seconds:.1f}", None, round(v.seconds, 3)),
    )

"""Results as reports: what the command line prints and notebooks show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from checks.report import JSON, Cell, Column, Report
from checks.report.details import Grid
from checks.report.evidence import evidence
from checks.report.pictures import Eigenvalue, Stems
from checks.verdict import Kind, Verdict

if TYPE_CHECKING:
    from analytic.balls import Ball
    from analytic.expectation import Expectation
    from analytic.formula import Expr
    from analytic.landscape.spectrum import Spectrum, SpectrumRow
    from checks.steps import StepVerdict


def expectation_report(
    result: Expectation,
    value: Ball | None,
    at: Mapping[str, str],
    digits: int,
    steps: bool,
    environment: Mapping[str, JSON],
    judged: Sequence[StepVerdict] | None = None,
) -> Report:
    """The closed form of an expectation, its value at a point, and the derivation.

    Args:
        result: the expectation.
        value: its value at the point, if one was given.
        at: the point.
        digits: digits of the value.
        steps: whether to list the derivation.
        environment: see ``checks.report.environment``.
        judged: what the empirical witness says of the steps; None if it was not asked.
    """
    from analytic.printing import to_latex

    rows = [
        (
            Cell("expectation"),
            Cell(f"E[{result.integrand}]", rf"\mathbb{{E}}\left[{to_latex(result.integrand)}\right]"),
        ),
        *_found(result),
    ]
    payload: dict[str, JSON] = {"closed_form": None, "reason": str(result)}
    if result.closed:
        payload = {"closed_form": str(result.value), "latex": to_latex(result.value)}
    if value is not None:
        where = {f"|{n}|": at.get(n, "1") for n in result.law.norms}
        where |= {n: v for n, v in at.items() if n not in result.law.norms}
        point = ", ".join(f"{n} = {v}" for n, v in where.items())
        rows.append((Cell(f"value at {point}" if point else "value"), Cell(value.enclosure(digits))))
        payload["value"] = {"midpoint": value.midpoint, "radius": value.radius, "bits": value.bits, "at": where}
    if steps:
        numbered = list(enumerate(result.steps, start=1))
        notes = {v.number: v for v in judged or ()}
        rows += [
            (Cell(f"{i}. {s.rule}{_judged(notes.get(i))}"), Cell(f"{s.left} = {s.right}", s.latex)) for i, s in numbered
        ]
        payload["steps"] = [{"rule": s.rule, "left": s.left, "right": s.right, "latex": s.latex} for _, s in numbered]
    columns = (Column("quantity", "quantity"), Column("result", "result"))
    counts = {True: "agree", False: "DISAGREE", None: "not judged"}
    found = [f"{n} {w}" for a, w in counts.items() if (n := sum(v.agrees is a for v in judged or ()))]
    summary = (f"equations judged by quadrature: {', '.join(found)}",) if judged else ()
    if judged is not None and not result.closed:
        summary = ("nothing to judge: no closed form",)
    if judged:
        payload["judged"] = [{"number": v.number, "agrees": v.agrees, "text": str(v)} for v in judged]
    shown = len(result.steps) if steps else 0
    title = f"E[{result.integrand}]"
    return Report("expectation", title, columns, tuple(rows), summary, payload, environment, shown)


def _judged(verdict: StepVerdict | None) -> str:
    """A mark for a step that was judged."""
    if verdict is None:
        return ""
    return {True: " (agrees)", False: " (DISAGREES)", None: " (not judged)"}[verdict.agrees]


def _found(result: Expectation) -> list[tuple[Cell, ...]]:
    """The closed form, or why there is none and the Hermite series where the variables separate."""
    from analytic.errors import AnalyticError
    from analytic.open_expectation import OpenExpectation
    from analytic.printing import to_latex

    domain = (Cell("domain"), Cell(result.domain))
    if not isinstance(result, OpenExpectation):
        rules = (Cell("rules"), Cell(", ".join(result.rules) or "none"))
        return [(Cell("closed form"), Cell(str(result.value), to_latex(result.value))), domain, rules]
    rows: list[tuple[Cell, ...]] = [(Cell("closed form"), Cell(f"none: {result.reason}")), domain]
    try:
        series = result.series()
    except AnalyticError:
        return rows
    units = ", ".join(f"|{n}| = 1" for n in result.variables)
    return [*rows, (Cell(f"Hermite series at {units}"), Cell(str(series), series.latex()))]


def spectrum_report(result: Spectrum, digits: int, environment: Mapping[str, JSON]) -> Report:
    """The spectrum: eigenvalue (where k is a number), closed form, multiplicity, isotypic components.

    Args:
        result: the spectrum.
        digits: digits of the eigenvalues.
        environment: see ``checks.report.environment``.
    """
    columns: tuple[Column, ...] = (
        Column("closed form", "closed_form"),
        Column("multiplicity", "multiplicity", "right"),
        Column("isotypic component", "component"),
    )
    rows = tuple(_spectrum_row(r) for r in result.rows)
    machine: list[JSON] = [_spectrum_entry(r) for r in result.rows]
    notes = [f"multiplicities sum to {result.dimension}; trace {result.trace}"]
    if result.k is None:
        title, size = "any d >= k >= 4", "at k = 1, 2, 3 other blocks occur: --k K gives their table"
        notes.append(size)
    else:
        title = f"k = {result.k}, d = {result.d}"
        columns = (Column("eigenvalue", "eigenvalue", "right"), *columns)
        balls = [r.ball(digits) for r in result.rows]
        rows = tuple((Cell(b.rounded(digits)), *row) for b, row in zip(balls, rows, strict=True))
        numbers: list[JSON] = [{"midpoint": b.midpoint, "radius": b.radius} for b in balls]
        machine = [{"value": n, **_spectrum_entry(r)} for n, r in zip(numbers, result.rows, strict=True)]
    payload: dict[str, JSON] = {"k": result.k, "d": result.d, "dimension": str(result.dimension)}
    payload |= {"trace": str(result.trace), "eigenvalues": machine}
    title = f"Spectrum of the Hessian of L at W = V = [I_k 0], {title}"
    picture = () if result.k is None else (Stems(_stems(result), title),)
    return Report("spectrum", title, columns, rows, tuple(notes), payload, environment, pictures=picture)


def _stems(result: Spectrum) -> tuple[Eigenvalue, ...]:
    """Each eigenvalue once in every component in which it occurs."""
    return tuple(
        Eigenvalue(float(row.ball(15).midpoint), int(times.fraction), name)
        for row in result.rows
        for name, times in row.components
        if times.head == "num"
    )


def _spectrum_row(row: SpectrumRow) -> tuple[Cell, ...]:
    from analytic.printing import to_latex

    shown = " + ".join(f"{n} ({m})" for n, m in row.components)
    return (
        Cell(str(row.eigenvalue), to_latex(row.eigenvalue)),
        Cell(str(row.multiplicity), to_latex(row.multiplicity), _multiplicity(row.multiplicity)),
        Cell(shown),
    )


def _multiplicity(expr: Expr) -> int | str:
    return int(expr.fraction) if expr.head == "num" else str(expr)


def _spectrum_entry(row: SpectrumRow) -> dict[str, JSON]:
    parts: list[JSON] = [{"component": n, "multiplicity": _multiplicity(m)} for n, m in row.components]
    return {
        "closed_form": str(row.eigenvalue),
        "multiplicity": _multiplicity(row.multiplicity),
        "components": parts,
    }


def verdicts_report(verdicts: Sequence[Verdict], strict: bool, note: str, environment: Mapping[str, JSON]) -> Report:
    """The table of verdicts, all evidence in the machine-readable part and in what a page unfolds.

    Args:
        verdicts: in the order of the claims.
        strict: whether INCONCLUSIVE is a failure.
        note: one more line, if the run was interrupted; empty otherwise.
        environment: see ``checks.report.environment``.
    """
    columns = (
        Column("verdict", "verdict"),
        Column("expected", "expected"),
        Column("claim", "claim"),
        Column("statement", "statement"),
        Column("exact", "exact"),
        Column("empirical", "empirical"),
        Column("slips", "slips", "right"),
        Column("seconds", "seconds", "right"),
    )
    rows = tuple(_verdict_row(v, strict) for v in verdicts)
    counts = {k.value: n for k in Kind if (n := sum(v.kind is k for v in verdicts))}
    failed = [v.claim for v in verdicts if not v.as_expected(strict)]
    notes = [f"{len(verdicts)} claim{'s' * (len(verdicts) != 1)}: " + ", ".join(f"{n} {k}" for k, n in counts.items())]
    notes += [f"not as expected: {', '.join(failed)}"] if failed else ["all as expected"]
    slips = [v.power for v in verdicts if v.power is not None]
    if slips:
        notes.append(f"planted slips refuted: {sum(p.refuted for p in slips)} of {sum(p.total for p in slips)}")
    notes += [note] if note else []
    paper = _for_paper(verdicts, tuple(notes))
    for v in verdicts:
        notes += _notes(v, strict)
    payload: dict[str, JSON] = {
        "summary": dict(counts),
        "failed": list(failed),
        "verdicts": [v.as_dict(strict) for v in verdicts],
    }
    sharing = 0 if note else sum(bool(v.stated) for v in verdicts)  # an unreadable claim takes no part of alpha
    details = tuple(evidence(v, strict, environment, sharing) for v in verdicts)
    return Report(
        "verdicts", "Verdicts", columns, rows, tuple(notes), payload, environment, details=details, paper=paper
    )


def _for_paper(verdicts: Sequence[Verdict], notes: tuple[str, ...]) -> Grid:
    """Claim, statement and verdict; sources and limits as footnotes."""
    columns = (Column("claim", "claim", share=0.2), Column("statement", "statement", share=0.5), Column("verdict", "v"))
    rows = tuple((Cell(v.claim), Cell(_short(v.statement, True), form="formula"), Cell(v.kind.value)) for v in verdicts)
    footnotes = tuple("; ".join(str(v.stated[k]) for k in ("source", "limits") if k in v.stated) for v in verdicts)
    return Grid("Verdicts", columns, rows, footnotes, notes)


def _short(statement: str, defined: bool = False) -> str:
    """The statement without its definitions (unless wanted), and a spectrum without its rows: the table is readable."""
    head, at, table = statement.partition("spectrum ")
    if statement.startswith("critical point ") and at:
        return f"{head}{table.count(' x ')} eigenvalues"
    head, at, table = statement.partition(" at global: ")
    if at:
        return f"{head}{at.rstrip(': ')}, {table.count(' x ')} eigenvalues"
    return statement if defined else statement.partition("  where ")[0]


def _notes(v: Verdict, strict: bool) -> list[str]:
    """Why a claim was refuted or is not as expected, with both values and the repair."""
    if v.as_expected(strict) and v.kind in (Kind.PROVED, Kind.CERTIFIED):
        return []
    found = v.exact.counterexample if v.exact is not None else None
    if v.statement.startswith("critical point "):  # the reason names both values
        found = None
    values = f": left {found.left}, right {found.right}, ratio {found.ratio or '-'}" if found is not None else ""
    lines = [f"{v.claim}: {v.reason}{values}"]
    if v.kind is Kind.REFUTED and v.exact is not None and v.exact.derived and v.exact.derived not in v.statement:
        lines.append(f"{v.claim}: derived {v.exact.derived}")
    return lines + ([f"{v.claim}: did you mean {v.repair}"] if v.repair else [])


def _verdict_row(v: Verdict, strict: bool) -> tuple[Cell, ...]:
    exact = "-" if v.exact is None else v.exact.outcome.value
    agree = sum(e.agrees for e in v.empirical)
    empirical = f"{agree}/{len(v.empirical)} agree" if v.empirical else "-"
    slips = f"{v.power.refuted}/{v.power.total}" if v.power and v.power.total else "-"
    return (
        Cell(v.kind.value),
        Cell("yes" if v.as_expected(strict) else "NO", None, v.as_expected(strict)),
        Cell(v.claim),
        Cell(_short(v.statement), None, v.statement, "formula"),
        Cell(exact),
        Cell(empirical),
        Cell(slips),
        Cell(f"{v.seconds:.1f}", None, round(v.seconds, 3)),
    )

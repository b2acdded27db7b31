"""The evidence behind a verdict, in full: what a page unfolds below the table of verdicts."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from checks.report.details import Detail, Fact, Grid, Section
from checks.report.model import JSON, Cell, Column
from checks.report.pictures import Band, Comparison, Eigenvalue, Estimates, Picture, Stems

if TYPE_CHECKING:
    from checks.verdict import EmpiricalEvidence, ExactEvidence, Verdict

_POINTS = (
    Column("no.", "number", "right"),
    Column("point", "point"),
    Column("method", "method"),
    Column("estimate", "estimate", "right"),
    Column("error", "error", "right"),
    Column("claimed", "claimed", "right"),
    Column("agrees", "agrees"),
    Column("with derived", "agrees_with_derived"),
    Column("alpha", "alpha", "right"),
    Column("delta", "delta", "right"),
    Column("n", "work", "right"),
    Column("seed", "seed", "right"),
)
#: What the error of an estimate means.
_KINDS = {"bound": "bound", "scheme": "scheme", "standard_error": "standard error", "range": "half of the range"}


def evidence(verdict: Verdict, strict: bool, environment: Mapping[str, JSON], claims: int) -> Detail:
    """Everything that a verdict carries, as sections.

    Args:
        verdict: the verdict.
        strict: whether INCONCLUSIVE is a failure.
        environment: of the report, which says with which seed and alpha it was judged.
        claims: how many claims shared that alpha.

    Returns:
        Unfolded if the verdict is not as expected.

    Example:
        >>> from checks.verdict import Kind, Verdict
        >>> shown = evidence(Verdict("a", "1 = 2", Kind.REFUTED, "the sides differ"), False, {"seed": 0}, 1)
        >>> [s.heading for s in shown.sections], shown.unfolded
        (['verdict', 'replay'], True)
    """
    expected = verdict.as_expected(strict)
    sections = [_verdict(verdict, expected)]
    sections += [_exact(verdict.exact)] if verdict.exact is not None else []
    sections += [_empirical(verdict)] if verdict.empirical else []
    sections += _power(verdict)
    sections.append(_replay(verdict, environment, claims))
    summary = (Cell(verdict.kind.value), Cell(verdict.claim), *(() if expected else (Cell("not as expected"),)))
    return Detail(summary, tuple(sections), not expected)


def _verdict(v: Verdict, expected: bool) -> Section:
    stated = v.stated
    facts = [Fact.of("statement", v.statement, form="formula")] if v.statement else []
    facts += [Fact.of("title", str(stated["title"]))] if "title" in stated else []
    domains = [f"{name} in {domain}" for name, domain in dict(stated.get("variables", {})).items()]
    facts += [Fact.of("variables", *domains)] if domains else []
    assume = stated.get("assume", ())
    lines = (assume,) if isinstance(assume, str) else tuple(map(str, assume))
    facts += [Fact.of("assumptions", *lines, form="either")] if lines else []
    facts += [Fact("verdict", (Cell(v.kind.value), Cell(v.kind.advice)))]
    facts += [Fact.of("reason", v.reason, form="either")]
    wanted = ", ".join(v.expected) or "anything but REFUTED"
    facts += [Fact.of("expected", f"{wanted}: {'yes' if expected else 'NO'}")]
    facts += [Fact.of("witnesses", "they DISAGREE: an error in the program, or a false alarm")] * v.witnesses_disagree
    facts += [Fact.of("engines", ", ".join(v.engines))] if v.engines else []
    facts += [Fact.of("left out", ", ".join(v.left_out) + ": not asked for")] if v.left_out else []
    facts += [Fact.of("trusts", *v.trust)] if v.trust else []
    facts += [Fact.of("did you mean", v.repair, form="formula")] if v.repair else []
    facts += [Fact.of(key, str(stated[key])) for key in ("source", "limits") if key in stated]
    return Section("verdict", tuple(facts), _spectrum(stated))


def _spectrum(stated: Mapping[str, Any]) -> tuple[Stems, ...]:
    """The eigenvalues that are claimed of a critical point, where they are numbers."""
    point = stated.get("critical_point", {})
    rows = point.get("eigenvalues", ()) if isinstance(point, Mapping) else ()
    try:
        stems = tuple(Eigenvalue(float(value), int(times), "claimed") for value, times in rows)
    except (TypeError, ValueError):
        return ()
    return (Stems(stems, f"Claimed eigenvalues at {point.get('point')}, k = {point.get('k')}"),) if stems else ()


def _exact(e: ExactEvidence) -> Section:
    facts = [Fact.of("outcome", e.outcome.value), Fact.of("procedure", e.engine)]
    facts += [Fact.of("derived", e.derived, form="either")] if e.derived else []
    facts += [Fact.of("conditions", *e.conditions, form="either")] if e.conditions else []
    facts += [Fact.of("detail", e.detail, form="either")] if e.detail else []
    facts += [Fact.of("second procedure", e.second_engine)] if e.second_engine else []
    found = e.counterexample
    if found is not None:
        facts += [Fact.of("counterexample at", found.point, form="either")]
        facts += [Fact.of("left side there", found.left, form="either")]
        facts += [Fact.of("right side there", found.right, form="either")]
        facts += [Fact.of("left/right", found.ratio)] if found.ratio else []
        facts += [Fact.of("gap", found.gap)] if found.gap else []
    return Section("exact witness", tuple(facts))


def _empirical(v: Verdict) -> Section:
    """The table of points, and a picture of them."""
    rows = tuple(_point(i, e) for i, e in enumerate(v.empirical, 1))
    marks = tuple(Comparison(e.point, e.estimate, e.error, e.claimed, e.agrees) for e in v.empirical)
    notes = "bound: the error holds with probability 1 - alpha; scheme: from comparing rules or steps, no probability"
    grid = Grid("Estimates from the definitions, without the derivation", _POINTS, rows, notes=(notes,))
    bands = tuple(
        Band(tuple((t.work, t.estimate, t.error) for t in e.trace), e.claimed, e.point, e.alpha)
        for e in v.empirical
        if e.trace and e.alpha is not None
    )
    pictures: tuple[Picture, ...] = (Estimates(marks), *bands)
    return Section("empirical witness", (), pictures, (grid,))


def _point(number: int, e: EmpiricalEvidence) -> tuple[Cell, ...]:
    words = {True: "yes", False: "NO", None: "-"}
    return (
        Cell(str(number)),
        Cell(e.point, form="either"),
        Cell(f"{e.method} ({_KINDS.get(e.kind, e.kind)})"),
        *(Cell(f"{x:.{digits}g}") for x, digits in ((e.estimate, 10), (e.error, 2), (e.claimed, 10))),
        Cell(words[e.agrees]),
        Cell(words[e.agrees_with_derived]),
        *(Cell("-" if x is None else f"{x:.3g}") for x in (e.alpha, e.delta)),
        *(Cell("-" if n is None else str(n)) for n in (e.work, e.seed)),
    )


def _power(v: Verdict) -> list[Section]:
    if v.power is None:
        return []
    counted = f"{v.power.refuted} of {v.power.total}" if v.power.total else "the formula has no slips to try"
    facts = [Fact.of("planted slips refuted", counted)]
    facts += [Fact.of("survivors", *v.power.survivors, form="formula")] if v.power.survivors else []
    return [Section("power", tuple(facts))]


def _replay(v: Verdict, environment: Mapping[str, JSON], claims: int) -> Section:
    """The command that judges this claim alone with its share of alpha, and what it ran on."""
    facts = [Fact.of("command", line, form="code") for line in _command(v, environment, claims)]
    if v.stated:
        stated = json.dumps(dict(v.stated), ensure_ascii=False)
        facts.append(Fact.of("claim", f'{{"claim": [{stated}]}}', form="code"))
    known = {name: environment[name] for name in ("seed", "alpha", "precision") if environment.get(name) is not None}
    facts += [Fact.of(name, str(value)) for name, value in known.items()]
    packages = environment.get("packages", {})
    versions = [f"{n} {x}" for n, x in packages.items()] if isinstance(packages, Mapping) else []
    own = [f"{name} {environment[name]}" for name in ("closedform", "python") if name in environment]
    facts += [Fact.of("versions", ", ".join([*own, *versions]))] if own else []
    facts.append(Fact.of("seconds", f"{v.seconds:.2f}"))
    return Section("replay", tuple(facts))


def _command(v: Verdict, environment: Mapping[str, JSON], claims: int) -> Iterator[str]:
    alpha, seed = environment.get("alpha"), environment.get("seed")
    if not v.stated or not isinstance(alpha, float) or not isinstance(seed, int):
        return
    with_claim = ["closedform", "verify", "claim.json", "--seed", str(seed), "--alpha", repr(alpha / max(1, claims))]
    engines = environment.get("engines")
    names = [str(e) for e in engines] if isinstance(engines, list | tuple) else []
    asked = [word for name in names for word in ("--engine", name)]
    asked += ["--digits", str(v.digits)] if v.digits is not None else []
    yield shlex.join([*with_claim, *asked, *([] if environment.get("slips", True) else ["--no-slips"])])

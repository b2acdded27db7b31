"""``closedform verify``: targets to claims, a progress bar, a table of verdicts, an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from checks.catalogue import find_claims
from checks.claim import Claim, Identity
from checks.errors import ClaimError
from checks.exact import PRECISIONS
from checks.present import verdicts_report
from checks.report import Cell, Column, Report, emit, ensure_writable, environment
from checks.runner import Plan, judge_all
from checks.verdict import Verdict

INTERRUPTED = 130
_FILES = (".toml", ".md", ".json", ".tex")


def claims_of(targets: Sequence[str], variables: Mapping[str, str], assumptions: Sequence[str]) -> list[Claim]:
    """The claims that the targets name or state.

    Raises:
        ClaimError: a target is neither, or domains are given without an identity.
    """
    stated = [t for t in targets if "=" in t]
    if (variables or assumptions) and not stated:
        raise ClaimError(
            "got --variable or --assume without an identity, expected a target 'LEFT = RIGHT' they belong to"
        )
    named = tuple(t for t in targets if "=" not in t)
    files = [t for t in named if t.endswith(_FILES) or t == "-"]
    if files:
        raise ClaimError(
            f"got the file {files[0]!r}, expected a name or 'LEFT = RIGHT': this version reads no claim files"
        )
    found = find_claims(named) if named or not stated else []
    return found + [_identity(t, i, variables, assumptions) for i, t in enumerate(stated, start=1)]


def _identity(text: str, number: int, variables: Mapping[str, str], assumptions: Sequence[str]) -> Claim:
    left, right = _at_lone_equals(text)
    return Claim(f"identity/{number}", Identity(left.strip(), right.strip()), "", dict(variables), tuple(assumptions))


def _at_lone_equals(text: str) -> tuple[str, str]:
    places = [i for i, c in enumerate(text) if c == "=" and text[i - 1 : i] != "!"]
    if len(places) != 1:
        raise ClaimError(f"got {text!r} with {len(places)} equals signs, expected one: LEFT = RIGHT")
    return text[: places[0]], text[places[0] + 1 :]


def verify_claims(
    targets: Sequence[str],
    variables: Mapping[str, str],
    assumptions: Sequence[str],
    plan: Plan,
    strict: bool,
    form: str,
    out: str | None,
) -> int:
    """Judges the targets and prints the report.

    Returns:
        0 if all verdicts are as expected, 1 if not, 130 if interrupted: then the verdicts so far are shown on
        standard output and FILE is left as it was.
    """
    if not 0 < plan.alpha < 1:
        raise ClaimError(f"got alpha = {plan.alpha}, expected a probability strictly between 0 and 1, such as 1e-6")
    claims = claims_of(targets, variables, assumptions)
    if out is not None and out != "-":
        ensure_writable(out)
    found: dict[int, Verdict] = {}
    interrupted = False
    with _progress(len(claims)) as advance:
        try:
            for position, verdict in judge_all(claims, plan):
                found[position] = verdict
                advance(verdict)
        except KeyboardInterrupt:
            interrupted = True
    verdicts = [found[i] for i in sorted(found)]
    note = f"INTERRUPTED after {len(found)} of {len(claims)} claims" if interrupted else ""
    block = environment(
        plan.seed, f"{PRECISIONS[0]} to {PRECISIONS[-1]} bits", alpha=plan.alpha, jobs=plan.jobs, slips=plan.power
    )
    report = verdicts_report(verdicts, strict, note, block)
    emit(report, form, None if interrupted else out)
    if interrupted:
        return INTERRUPTED
    return 0 if all(v.as_expected(strict) for v in verdicts) else 1


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Verdict], None]]:
    """A progress bar on a terminal, one line a claim elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        yield _Lines(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("judging", total=total)

        def advance(verdict: Verdict) -> None:
            progress.update(task, advance=1, description=f"{verdict.kind.value:12} {verdict.claim}")

        yield advance


class _Lines:
    """Counts verdicts, one line each."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0

    def __call__(self, verdict: Verdict) -> None:
        self.done += 1
        print(
            f"[{self.done}/{self.total}] {verdict.kind.value} {verdict.claim} ({verdict.seconds:.1f} s)",
            file=sys.stderr,
        )


def list_claims(targets: Sequence[str], form: str, out: str | None) -> int:
    """Prints the claims of the catalogue without judging them."""
    columns = (
        Column("claim", "claim"),
        Column("title", "title"),
        Column("statement", "statement"),
        Column("source", "source"),
    )
    claims = find_claims(tuple(targets))
    rows = tuple((Cell(c.name), Cell(c.title), Cell(str(c.statement)), Cell(c.source)) for c in claims)
    emit(Report("claims", "Claims of the catalogue", columns, rows, (), {}, environment()), form, out)
    return 0

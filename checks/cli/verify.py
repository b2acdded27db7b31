"""``closedform verify``: targets to claims, a progress bar, a table of verdicts, an exit code."""

from __future__ import annotations

import fnmatch
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from checks.catalogue import all_claims, find_claims
from checks.claim import Claim, Identity
from checks.claim_file import SUFFIXES, Limits, Unreadable, parse_claims, read_claims
from checks.cli.kept import kept
from checks.cli.simulating import at_full_sizes, watched
from checks.counterexamples import PRECISIONS
from checks.errors import ClaimError
from checks.present import verdicts_report
from checks.report import Cell, Column, Report, emit, ensure_writable, environment, write_atomically
from checks.report.junit import to_junit
from checks.report.model import JSON
from checks.runner import Plan, judge_all, terminable
from checks.verdict import Kind, Verdict

INTERRUPTED, INVALID = 130, 2


def claims_of(
    targets: Sequence[str], variables: Mapping[str, str], assumptions: Sequence[str], limits: Limits | None = None
) -> list[Claim | Unreadable]:
    """The claims that the targets name, state or hold: names of the catalogue, LEFT = RIGHT, files, - for stdin.

    Raises:
        ClaimError: a target is none of these, a file cannot be read, or domains are given without an identity.
    """
    files = [t for t in targets if t == "-" or t.endswith(SUFFIXES)]
    targets = [t for t in targets if t not in files]
    stated = [t for t in targets if "=" in t]
    if (variables or assumptions) and not stated:
        raise ClaimError(
            "got --variable or --assume without an identity, expected a target 'LEFT = RIGHT' they belong to"
        )
    named = tuple(name for t in targets if "=" not in t for name in _matching(t))
    found = find_claims(named) if named or not (stated or files) else []
    read = [entry for file in files for entry in _of_file(file, limits)]
    return [*found, *(_identity(t, i, variables, assumptions) for i, t in enumerate(stated, start=1)), *read]


def _matching(target: str) -> list[str]:
    """The names of the catalogue that a pattern such as ``kernels/relu*`` stands for; any other target as it is."""
    found = sorted(fnmatch.filter(all_claims(), target)) if set("*?[") & set(target) else []
    return found or [target]


def _of_file(name: str, limits: Limits | None) -> list[Claim | Unreadable]:
    if name != "-":
        return read_claims(name, limits)
    most = (limits or Limits()).size
    content = sys.stdin.read(most + 1)
    if len(content) > most:
        raise ClaimError(f"got more than {most} characters on standard input, expected at most that: raise --max-bytes")
    return parse_claims(content, "stdin", limits=limits)


def _identity(text: str, number: int, variables: Mapping[str, str], assumptions: Sequence[str]) -> Claim:
    return Claim(f"identity/{number}", Identity.read(text), "", dict(variables), tuple(assumptions))


def _check_distinct(written: Sequence[str], read: Sequence[str]) -> None:
    """Refuses to write over the claims that are read, or two results into one file.

    Raises:
        ClaimError: a file is named twice.
    """
    kept = {os.path.realpath(file): file for file in read if os.path.isfile(file)}
    for file in written:
        place = os.path.realpath(file)
        if place in kept and kept[place] in read:
            raise ClaimError(
                f"got {file!r} to write, from which claims are read; expected another name: they would be lost"
            )
        if place in kept:
            raise ClaimError(f"got {file!r} for two results, expected a file for each: the first would be lost")
        kept[place] = file


def verify_claims(
    targets: Sequence[str],
    variables: Mapping[str, str],
    assumptions: Sequence[str],
    plan: Plan,
    strict: bool,
    form: str,
    out: str | None,
    limits: Limits | None = None,
    junit: str | None = None,
    stated: Sequence[Claim | Unreadable] = (),
    full: bool = False,
    results: str | None = None,
) -> int:
    """Judges the targets, and claims that were stated elsewhere, and prints the report.

    Returns:
        0 if all verdicts are as expected, 1 if not, 2 if a claim cannot be read or has no meaning (the others are
        judged all the same), 130 if interrupted: then the verdicts so far are shown on standard output and FILE is
        left as it was.

    Raises:
        ClaimError: the only claim has no meaning, or see ``claims_of``.
    """
    if not 0 < plan.alpha < 1:
        raise ClaimError(f"got alpha = {plan.alpha}, expected a probability strictly between 0 and 1, such as 1e-6")
    entries = [*(claims_of(targets, variables, assumptions, limits) if targets or not stated else ()), *stated]
    places = [i for i, entry in enumerate(entries) if isinstance(entry, Claim)]
    claims = [at_full_sizes(entry) if full else entry for entry in entries if isinstance(entry, Claim)]
    written = [file for file in (out, junit, plan.keep, results) if file is not None and file != "-"]
    _check_distinct(written, targets)
    for file in written:
        ensure_writable(file)
    found = {i: _invalid(entry) for i, entry in enumerate(entries) if isinstance(entry, Unreadable)}
    interrupted = False
    share = plan.alpha / max(1, len(claims))
    with kept(results, plan, share) as store, _progress(len(claims)) as advance, watched(plan.keep, full) as keep:
        known = {i: v for i, claim in enumerate(claims) if (v := store.get(claim)) is not None}
        found |= {places[i]: v for i, v in known.items()}
        waiting = [i for i in range(len(claims)) if i not in known]
        try:
            for v in known.values():
                advance(v)
            with terminable():
                for position, verdict in judge_all([claims[i] for i in waiting], replace(plan, keep=keep), share):
                    i = waiting[position]
                    found[places[i]] = verdict
                    store.add(claims[i], verdict)
                    if verdict.kind is not Kind.INVALID or len(entries) > 1:  # otherwise it is the one line of error
                        advance(verdict)
        except KeyboardInterrupt:
            interrupted = True
    verdicts = [found[i] for i in sorted(found)]
    invalid = [v for v in verdicts if v.kind is Kind.INVALID]
    if invalid and len(entries) == 1:
        raise ClaimError(invalid[0].reason)
    note = f"INTERRUPTED after {len(found)} of {len(entries)} claims" if interrupted else ""
    if interrupted and results is not None:
        note += f"; they are in {results}: run the same command to go on"
    if interrupted and plan.keep is not None:
        note += f"; finished repetitions are in {plan.keep}: run the same command to go on"
    more: dict[str, JSON] = {"full": True} if full else {}
    limits_of_claims = {"seconds": plan.seconds, "memory": plan.memory, "digits": plan.digits}
    more |= {name: value for name, value in limits_of_claims.items() if value is not None}
    more |= {"engines": list(plan.engines)} if plan.engines is not None else {}
    block = environment(
        plan.seed,
        f"{PRECISIONS[0]} to {PRECISIONS[-1]} bits",
        alpha=plan.alpha,
        jobs=plan.jobs,
        slips=plan.power,
        **more,
    )
    report = verdicts_report(verdicts, strict, note, block)
    emit(report, form, None if interrupted else out)
    if junit is not None and not interrupted:
        write_atomically(junit, to_junit(verdicts, strict))
    if interrupted:
        return INTERRUPTED
    if invalid:
        return INVALID
    return 0 if all(v.as_expected(strict) for v in verdicts) else 1


def _invalid(entry: Unreadable) -> Verdict:
    return Verdict(entry.name, "", Kind.INVALID, str(entry))


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

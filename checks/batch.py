"""Certificates of many critical points at once: on all cores, resumable, one line each.

Every point goes from its name or weights through Newton's method and the Krawczyk test to the spectrum of the Hessian.
Processes exchange text: balls cannot be pickled.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from checks.batch_points import USUAL, BatchPoint, Request, read_points
from checks.errors import ClaimError
from checks.parallel import chunks, in_parallel

if TYPE_CHECKING:
    from analytic.landscape.certificate import Certificate

#: Published eigenvalues count as met within this: ten decimals, less what a descent that stopped at a gradient of
#: 1e-12 leaves of weights along the flattest direction.
AGREES = 1e-8
#: Points that a process works on before it reports.
CHUNK = 4


@dataclass(frozen=True)
class BatchResult:
    """What was proved at one point.

    Args:
        key: of the point.
        label: description of the point.
        verdict: strict local minimum, saddle of index m, degenerate..., or failed.
        reason: why it failed; empty otherwise.
        index: number of negative eigenvalues, if certain.
        loss: midpoint and radius.
        least: the smallest eigenvalue, midpoint and radius.
        expected: the published smallest eigenvalue.
        difference: distance of the smallest eigenvalue from it.
        moved: the largest change of a starting weight.
        seconds: time spent.
    """

    key: str
    label: str
    verdict: str
    reason: str = ""
    index: int | None = None
    loss: tuple[str, str] | None = None
    least: tuple[str, str] | None = None
    expected: float | None = None
    difference: float | None = None
    moved: float | None = None
    seconds: float = 0.0

    @property
    def is_minimum(self) -> bool:
        """Whether it is certified as a strict local minimum."""
        return self.index == 0

    @property
    def agrees(self) -> bool:
        """Whether a published eigenvalue, if there is one, was met."""
        return self.expected is None or (self.difference is not None and self.difference < AGREES)

    def __str__(self) -> str:
        least = "" if self.least is None else f", smallest eigenvalue {float(self.least[0]):.10g}"
        published = "" if self.difference is None else f" (published value off by {self.difference:.1e})"
        return f"{self.label}: {self.verdict}{least}{published}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True)
class BatchReport:
    """All results of a batch, in the order of the points.

    Args:
        results: one a point.
        reused: how many were taken from an earlier run.
        seconds: wall-clock time of this run.
        kept: how many of those taken from an earlier run had failed there.
    """

    results: tuple[BatchResult, ...]
    reused: int
    seconds: float
    kept: int = 0

    @property
    def all_minima(self) -> bool:
        """Whether every point is a certified strict local minimum and meets its published eigenvalue."""
        return bool(self.results) and all(r.is_minimum and r.agrees for r in self.results)

    def __str__(self) -> str:
        minima, total = sum(r.is_minimum for r in self.results), len(self.results)
        saddles = sum(bool(r.index) for r in self.results)
        failed = sum(r.verdict == "failed" for r in self.results)
        parts = [f"{total} points: {minima} strict local minima", f"{saddles} saddles"]
        parts += [f"{total - minima - saddles - failed} degenerate", f"{failed} failed"]
        differences = [r.difference for r in self.results if r.difference is not None]
        if differences:
            off = sum(not r.agrees for r in self.results)
            parts.append(f"{len(differences)} published eigenvalues, {off} not met, worst {max(differences):.1e}")
        again = f", {self.kept} of them failed there and were not tried again" if self.kept else ""
        parts.append(f"{self.reused} taken from an earlier run{again}")
        return ", ".join(parts) + f"; {self.seconds:.1f} s"


Progress = Callable[[BatchResult], None]


def certify_batch(
    points: str | Path | Iterable[Any],
    jobs: int | None = None,
    progress: Progress | None = None,
    results: str | Path | None = None,
    request: Request = USUAL,
    retry: bool = False,
) -> BatchReport:
    """Certifies many critical points.

    Args:
        points: a .json or .jsonl file, or a sequence: ("II:3", k), ("II:3", k, d), a partition "15,5", a matrix of
            weights, or objects as in ``checks.batch_points``; weights are starting values for Newton's method.
        jobs: processes; default all cores.
        progress: called with every new result; ``lines_on_stderr`` prints them.
        results: a .jsonl file to which results are appended as they come; points that it has, with the same
            request, are not done again.
        request: digits, activation and teacher.
        retry: does points again that failed in an earlier run.

    Returns:
        One result a point. A point that cannot be certified has the verdict failed, with the reason.

    Raises:
        ClaimError: no points, one that cannot be read, fewer than one job, or a results file that is none.

    Example:
        >>> report = certify_batch([("II", 7), "5,1"], jobs=1)
        >>> [r.verdict for r in report.results]
        ['strict local minimum', 'failed']
        >>> "which fits 3 known points" in report.results[1].reason
        True
    """
    begin, asked = time.monotonic(), read_points(points, request)
    if not asked:
        raise ClaimError("got no points, expected at least one to certify")
    known = {} if results is None else read_results(results)
    usable = {k: r for k, r in known.items() if not (retry and r.verdict == "failed")}
    found = {p.key: usable[p.key] for p in asked if p.key in usable}
    reused = len([p for p in asked if p.key in found])
    kept = len([p for p in asked if p.key in found and found[p.key].verdict == "failed"])
    waiting = list({p.key: p for p in asked if p.key not in found}.values())
    # points of the same layout in one process: its programs are recorded once
    waiting.sort(key=lambda p: (len(p.data.get("blocks", ())), p.text))
    with _appended(results) as keep:
        for batch in in_parallel(certify_points, chunks(waiting, CHUNK), jobs):
            for result in batch:
                found[result.key] = result
                keep(result)
                if progress is not None:
                    progress(result)
    return BatchReport(tuple(found[p.key] for p in asked), reused, time.monotonic() - begin, kept)


def certify_points(points: Sequence[BatchPoint]) -> list[BatchResult]:
    """Certifies some points in this process."""
    return [certify_point(p) for p in points]


def certify_point(point: BatchPoint) -> BatchResult:
    """Certifies one point; a failure is a result too."""
    begin = time.monotonic()
    try:
        if point.has_teacher:
            return _of_certificate(point, point.certificate(), begin)
        found, moved = point.solve()
        spectrum = found.spectrum(point.request.digits)
        loss = found.loss
    except (ValueError, KeyError, IndexError, TypeError) as error:  # KeyError and its like: blocks that do not fit
        reason = str(error) if isinstance(error, ValueError) else f"the blocks do not fit: {error!r}"
        return BatchResult(point.key, point.label, "failed", reason, seconds=time.monotonic() - begin)
    least = min((r.value for r in spectrum.rows), key=lambda b: float(b.arb.lower()))
    difference = None if point.expected is None else abs(float(least.midpoint) - point.expected) + float(least.radius)
    return BatchResult(
        key=point.key,
        label=point.label,
        verdict=spectrum.kind,
        index=spectrum.index,
        loss=(loss.midpoint, loss.radius),
        least=(least.midpoint, least.radius),
        expected=point.expected,
        difference=difference,
        moved=moved,
        seconds=time.monotonic() - begin,
    )


def _of_certificate(point: BatchPoint, found: Certificate, begin: float) -> BatchResult:
    """The result from a certificate's facts."""
    from analytic.balls import Ball, precision
    from analytic.landscape.certificate import dyadic

    def middle(low: str, high: str) -> tuple[str, str]:
        with precision(found.bits):
            ball = Ball.of(dyadic(low).union(dyadic(high)))
        return ball.midpoint, ball.radius

    facts = found.facts
    least = min(facts.eigenvalues, key=lambda e: float(dyadic(e.low)))
    return BatchResult(
        key=point.key,
        label=point.label,
        verdict=facts.kind,
        index=facts.index,
        loss=middle(*facts.loss),
        least=middle(least.low, least.high),
        seconds=time.monotonic() - begin,
    )


def lines_on_stderr(total: int, stream: TextIO | None = None) -> Progress:
    """A progress that prints one line a point to standard error.

    Args:
        total: number of points.
        stream: instead of standard error.
    """
    done = 0

    def show(result: BatchResult) -> None:
        nonlocal done
        done += 1
        print(f"[{done}/{total}] {result} ({result.seconds:.2f} s)", file=stream or sys.stderr)

    return show


def read_results(file: str | Path) -> dict[str, BatchResult]:
    """The results of an earlier run, by key; a last line that was cut off by an interruption is left out.

    Raises:
        ClaimError: another line is no result.
    """
    path = Path(file)
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").split("\n")
    found = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            result = _result(json.loads(line))
        except (ValueError, TypeError, AttributeError, KeyError):
            if number == len(lines):
                continue
            raise ClaimError(f"got line {number} of {path}, expected a result of an earlier batch") from None
        found[result.key] = result
    return found


def _result(data: dict[str, Any]) -> BatchResult:
    pairs = {n: tuple(data[n]) for n in ("loss", "least") if data.get(n) is not None}
    return BatchResult(**{**{f.name: data[f.name] for f in fields(BatchResult) if f.name in data}, **pairs})


@contextmanager
def _appended(file: str | Path | None) -> Iterator[Progress]:
    """Writes each result to the file at once, after the last complete line."""
    if file is None:
        yield lambda _: None
        return
    path = Path(file)
    with path.open("a+b") as stream:
        stream.seek(0)
        whole = stream.read()
        stream.truncate(whole.rfind(b"\n") + 1)
        stream.seek(0, os.SEEK_END)

        def keep(result: BatchResult) -> None:
            stream.write(json.dumps(asdict(result)).encode() + b"\n")
            stream.flush()

        yield keep

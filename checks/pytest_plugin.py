"""Claim files as tests: pytest collects ``*.claims.toml``, ``*.claims.md`` and ``*.claims.json``, one test a claim.

A test passes if the verdict is as the claim expects. Nothing of closedform is imported until such a file is collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from checks.claim import Claim
    from checks.claim_file import Unreadable

SUFFIXES = (".claims.toml", ".claims.md", ".claims.json")
#: Key of the property of a test that holds its verdict; also in JUnit XML.
VERDICT = "closedform-verdict"


class UnexpectedVerdict(Exception):  # noqa: N818 - the name that a failing test shows
    """A verdict is not what the claim expects."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of ``closedform verify`` that matter in a test."""
    group = parser.getgroup("closedform", "claim files (closedform)")
    group.addoption("--claims-seed", type=int, default=0, metavar="N", help="seed of all random draws (default 0)")
    group.addoption(
        "--claims-alpha", type=float, default=1e-6, metavar="A", help="false-alarm probability of a file (default 1e-6)"
    )
    group.addoption("--claims-strict", action="store_true", help="count INCONCLUSIVE as a failure")
    group.addoption(
        "--claims-seconds", type=float, default=600.0, metavar="S", help="wall time of a claim (default 600; inf: none)"
    )
    group.addoption(
        "--claims-memory", type=float, default=4096.0, metavar="MIB", help="memory of a claim (default 4096; inf: none)"
    )
    group.addoption("--claims-no-slips", action="store_true", help="do not try slips: faster, no power, no repairs")


def pytest_configure(config: pytest.Config) -> None:
    """Refuses options that no claim can be judged with.

    Raises:
        pytest.UsageError: it says which.
    """
    seed, alpha = config.getoption("--claims-seed"), config.getoption("--claims-alpha")
    if seed < 0:
        raise pytest.UsageError(f"--claims-seed: got {seed}, expected an integer from 0")
    if not 0 < alpha < 1:
        raise pytest.UsageError(f"--claims-alpha: got {alpha:g}, expected a probability between 0 and 1")
    for option in ("--claims-seconds", "--claims-memory"):
        value = config.getoption(option)
        if not value > 0:  # nan too
            raise pytest.UsageError(f"{option}: got {value:g}, expected a positive number, or inf for no limit")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A claim file, by its name."""
    if not file_path.name.endswith(SUFFIXES):
        return None
    collector: pytest.Collector = ClaimFile.from_parent(parent, path=file_path)
    return collector


class ClaimFile(pytest.File):
    """The claims of a file; alpha is split over them."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test a claim."""
        from checks.claim_file import read_claims
        from checks.errors import ClaimError

        try:
            entries = read_claims(str(self.path))
        except ClaimError as error:
            raise self.CollectError(str(error)) from None
        for entry in entries:
            item: pytest.Item = ClaimItem.from_parent(self, name=entry.name, entry=entry, share=1 / len(entries))
            yield item


class ClaimItem(pytest.Item):
    """A claim and, when it has run, its verdict.

    Args:
        entry: the claim, or why it cannot be read.
        share: its part of alpha.
        others: what pytest passes on.
    """

    def __init__(self, *, entry: Claim | Unreadable, share: float, **others: Any) -> None:
        super().__init__(**others)
        self.entry, self.share = entry, share

    def runtest(self) -> None:
        """Judges the claim.

        Raises:
            UnexpectedVerdict: it cannot be read, or the verdict is not as expected.
        """
        from checks.claim import Claim
        from checks.runner import Plan, judge_limited

        if not isinstance(self.entry, Claim):
            self.user_properties.append((VERDICT, "INVALID"))
            raise UnexpectedVerdict(str(self.entry))
        option = self.config.getoption
        seconds, memory = (None if isinf(x) else x for x in map(option, ("--claims-seconds", "--claims-memory")))
        plan = Plan(
            option("--claims-seed"),
            option("--claims-alpha"),
            power=not option("--claims-no-slips"),
            seconds=seconds,
            memory=memory,
        )
        verdict = judge_limited(self.entry, plan, plan.alpha * self.share)
        self.user_properties.append((VERDICT, verdict.kind.value))
        self.add_report_section("call", "verdict", f"{verdict}\nseed {plan.seed}, alpha {plan.alpha * self.share:g}")
        if not verdict.as_expected(option("--claims-strict")):
            expected = " or ".join(self.entry.expect) or "anything but REFUTED"
            raise UnexpectedVerdict(f"{verdict}\nexpected {expected}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *more: Any) -> Any:
        """The verdict instead of a traceback."""
        if isinstance(excinfo.value, UnexpectedVerdict):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *more)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the claim is."""
        return self.path, None, f"{self.path.name}::{self.name}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the verdicts of all claims, passed ones included."""
    found = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            kinds = [v for k, v in getattr(report, "user_properties", ()) if k == VERDICT]
            if kinds and getattr(report, "when", "") == "call":
                found.append((report.nodeid, kinds[0], report.outcome))
    if found:
        terminalreporter.section("verdicts")
        for nodeid, kind, outcome in sorted(found):
            terminalreporter.write_line(f"{kind:12} {nodeid}" + ("" if outcome == "passed" else "   NOT AS EXPECTED"))

"""Verdicts kept as they are found, one JSON line each, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any

from checks.claim import Claim
from checks.claim_table import table_of
from checks.errors import ClaimError
from checks.runner import Plan
from checks.verdict import Verdict

#: First line of a file of ours.
SCHEMA = "closedform/verdicts-kept/1"


@dataclass
class Kept:
    """The verdicts of earlier runs, and where those of this one are written.

    Args:
        known: verdicts by what they depend on.
        stream: the file; None keeps nothing.
        plan: seed, engines and the like, which a verdict depends on.
        share: of alpha.
    """

    plan: Plan
    share: float
    known: dict[str, tuple[Verdict, list[float | None]]] = field(default_factory=dict)
    stream: IO[bytes] | None = None

    def get(self, claim: Claim) -> Verdict | None:
        """The verdict of an earlier run with the same seed, engines, share of alpha and version.

        One that was cut short by its limits is used again only under the same limits.
        """
        if self.stream is None:
            return None
        verdict, limits = self.known.get(_key(claim, self.plan, self.share), (None, []))
        cut = verdict is not None and "budget of " in verdict.reason
        return None if cut and limits != _limits(self.plan) else verdict

    def add(self, claim: Claim, verdict: Verdict) -> None:
        """Writes a verdict at once."""
        if self.stream is None:
            return
        line = {"key": _key(claim, self.plan, self.share), "limits": _limits(self.plan), "verdict": verdict.as_dict()}
        self.stream.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        self.stream.flush()


@contextmanager
def kept(file: str | None, plan: Plan, share: float) -> Iterator[Kept]:
    """The verdicts kept in a file, which is created if it does not exist.

    Args:
        file: its name; None: nothing is kept.
        plan: of this run.
        share: of alpha, for each claim of this run.

    Raises:
        ClaimError: the file is none of ours, or cannot be used.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from checks.catalogue import find_claims
        >>> from checks.runner import judge_one
        >>> (claim,), plan = find_claims(("kernels/step",)), Plan(power=False)
        >>> with TemporaryDirectory() as folder:
        ...     for _ in range(2):
        ...         with kept(f"{folder}/verdicts.jsonl", plan, 1e-6) as store:
        ...             print(store.get(claim) is None)
        ...             store.add(claim, judge_one(claim, plan, 1e-6))
        True
        False
    """
    if file is None:
        yield Kept(plan, share)
        return
    with _opened(file) as stream:
        known = _read(stream, file)
        stream.seek(0, os.SEEK_END)
        if stream.tell() == 0:
            stream.write(json.dumps({"schema": SCHEMA}).encode() + b"\n")
            stream.flush()
        yield Kept(plan, share, known, stream)


def _opened(file: str) -> IO[bytes]:
    try:
        return Path(file).open("a+b")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ClaimError(f"got --results {file!r}, expected a file that can be written: {reason}") from None


def _read(stream: IO[bytes], file: str) -> dict[str, tuple[Verdict, list[float | None]]]:
    """The verdicts in the file; a last line that was cut off by a kill is removed."""
    stream.seek(0)
    lines = stream.read().split(b"\n")
    whole = len(lines) - 1  # what follows the last line end is empty, or was cut off
    if whole and SCHEMA.encode() not in lines[0]:
        raise ClaimError(f"got --results {file!r}, which is another file, expected one that an earlier run wrote")
    if not whole and lines[0] and not f'{{"schema": "{SCHEMA}"}}'.encode().startswith(lines[0]):
        raise ClaimError(f"got --results {file!r}, which is another file, expected one that an earlier run wrote")
    stream.truncate(sum(len(line) + 1 for line in lines[:whole]))
    found = {}
    for number, line in enumerate(lines[1:whole], 2):
        try:
            entry: dict[str, Any] = json.loads(line)
            found[str(entry["key"])] = Verdict.from_dict(entry["verdict"]), list(entry["limits"])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ClaimError(
                f"got line {number} of {file!r}, expected a verdict ({type(error).__name__}): the file was changed; "
                f"name another file"
            ) from None
    return found


def _limits(plan: Plan) -> list[float | None]:
    return [plan.seconds, plan.memory]


def _key(claim: Claim, plan: Plan, share: float) -> str:
    """What a verdict depends on, as text."""
    engines = sorted(plan.engines) if plan.engines is not None else None
    parts = [_versions(), table_of(claim), plan.seed, share.hex(), plan.power, engines, plan.digits]
    return json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)


def _versions() -> list[str]:
    try:
        return [version(name) for name in ("closedform", "sympy", "python-flint", "numpy", "scipy")]
    except PackageNotFoundError:
        return []

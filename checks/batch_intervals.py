"""Certificates for every real k of an interval: made, written to a file, and verified by the independent checker."""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from typing import TYPE_CHECKING, TextIO

from checks.errors import ClaimError

if TYPE_CHECKING:
    from analytic.landscape.sizes import Dimension

#: Seconds between two lines about how far it is.
PAUSE = 2.0


class Progress:
    """One line on standard error from time to time.

    Args:
        what: is being done.
        stream: instead of standard error.
    """

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self.what, self.stream, self.last = what, stream or sys.stderr, time.monotonic()

    def __call__(self, k: float) -> None:
        """Says that everything below k is done."""
        if time.monotonic() - self.last > PAUSE:
            print(f"{self.what}: k = {k:.6g}", file=self.stream)
            self.last = time.monotonic()


def parse_interval(size: str, bound: str | None) -> tuple[Fraction, Fraction, Fraction | None]:
    """Reads the ends of an interval of k, and a bound.

    Raises:
        ClaimError: no numbers.

    Example:
        >>> parse_interval("11/2..6", "0.004")
        (Fraction(11, 2), Fraction(6, 1), Fraction(1, 250))
    """
    low, _, high = size.partition("..")
    try:
        return Fraction(low), Fraction(high), None if bound is None else Fraction(bound)
    except (ValueError, ZeroDivisionError):
        given = f"--k {size} with --real" + ("" if bound is None else f" and --bound {bound}")
        raise ClaimError(f"got {given}, expected numbers such as 6..100 or 11/2..6, and 0.004") from None


def certify_interval(
    name: str,
    asked: tuple[Fraction, Fraction, Fraction | None],
    dimension: Dimension,
    form: str,
    out: str | None,
) -> int:
    """Proves, writes and reports.

    Args:
        name: of the family.
        asked: the least k, the greatest k, and the bound of the eigenvalues.
        dimension: d as a function of k.
        form: of the report; for table and json ``out`` takes the certificate.
        out: a file.

    Returns:
        The exit code: 0 if the index, and the bound that was asked for, are proved and verified.
    """
    from analytic.landscape.intervals_file import to_json, why_not
    from analytic.landscape.intervals_of_k import certify_range
    from checks.batch_reports import range_report
    from checks.recheck_interval import recheck
    from checks.report import emit, ensure_writable, environment, write_atomically

    if out is not None:
        ensure_writable(out)
    low, high, bound = asked
    found = certify_range(name, low, high, bound, dimension, Progress("proved"))
    reason = why_not(found)
    text = to_json(found) if reason is None else None
    checked = None if text is None else recheck(text, Progress("verified"))
    to_file = out if form in ("table", "json") else None
    if to_file is not None and text is not None and found.meets:
        write_atomically(to_file, text)
    report = range_report(found, environment(precision="balls"), checked, reason)
    emit(report, form, None if to_file is not None else out)
    return 0 if found.meets and (checked is None or checked.accepted) else 1

"""Certificates for every real k from some number on: made, written to a file, verified by the independent checker."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction


def certify_all(name: str, least: Fraction, bound: Fraction | None, form: str, out: str | None) -> int:
    """Proves, writes and reports.

    Args:
        name: of the family.
        least: every real k from here on.
        bound: of the eigenvalues; None for one slightly below the smallest that is seen.
        form: of the report; for table and json ``out`` takes the certificate.
        out: a file.

    Returns:
        The exit code: 0 if the independent checker accepts the certificate.

    Example:
        >>> certify_all("A", Fraction(100), None, "csv", None)                              # doctest: +ELLIPSIS
        statement,proved...
        0
    """
    from analytic.landscape.uniform import certify_family
    from analytic.landscape.uniform_file import to_json
    from checks.batch_intervals import Progress
    from checks.batch_reports import uniform_report
    from checks.certificate_reports import _outcome
    from checks.recheck_uniform import recheck
    from checks.report import emit, ensure_writable, environment, write_atomically

    if out is not None:
        ensure_writable(out)
    found = certify_family(name, least, bound, Progress("proved"))
    text = to_json(found)
    checked = recheck(text, Progress("verified"))
    to_file = out if form in ("table", "json") else None
    if to_file is not None:
        write_atomically(to_file, text)
    report = uniform_report(found, found.check(), environment(precision="192 bits"))
    notes = (*report.notes, *_outcome(checked))
    payload = {**report.payload, "accepted": checked.accepted, "rejection": checked.rejection}
    emit(replace(report, notes=notes, payload=payload), form, None if to_file is not None else out)
    return 0 if checked.accepted else 1

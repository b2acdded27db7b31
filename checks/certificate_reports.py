"""Reports on certificates: what was certified, and what the independent checker says about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from checks.recheck_reading import Recheck
from checks.report import JSON, Cell, Column, Report
from checks.report.pictures import Eigenvalue, Stems

if TYPE_CHECKING:
    from analytic.landscape.certificate import Certificate, EigenvalueFact


def certificate_report(
    certificate: Certificate,
    checked: Recheck,
    environment: Mapping[str, JSON],
    digits: int = 15,
    rotated: bool = False,
) -> Report:
    """The facts of a certificate, with the outcome of the independent check.

    Args:
        certificate: the certificate.
        checked: what the checker says about it.
        environment: see ``checks.report.environment``.
        digits: of the eigenvalues.
        rotated: the weights were given in another basis than that of the teachers.
    """
    facts, problem = certificate.facts, certificate.problem
    columns = (
        Column("eigenvalue", "eigenvalue", "right"),
        Column("multiplicity", "multiplicity", "right"),
        Column("isotypic component", "component"),
    )
    rows = tuple(
        (
            Cell(_middle(e, digits), value={"low": e.low, "high": e.high}),
            Cell(str(e.multiplicity), value=e.multiplicity),
            Cell(e.component),
        )
        for e in facts.eigenvalues
    )
    n, k = sum(m for _, m in problem.rows), sum(m for _, m in problem.teachers)
    payload: dict[str, JSON] = {
        "kind": facts.kind,
        "index": facts.index,
        "isotropy": facts.isotropy,
        "n": n,
        "d": problem.d,
        "loss": list(facts.loss),
        "accepted": checked.accepted,
        "rejection": checked.rejection,
        "statements": list(checked.statements),
    }
    notes = [facts.kind, f"isotropy {facts.isotropy}; loss {_enclosed(*facts.loss, 12)}"]
    if problem.split:
        notes.append(
            f"{len(problem.split)} neurons are split; the eigenvalues are those of the network with them merged"
        )
    if rotated:
        notes.append("the weights are written in the basis of the teachers: entry i, j is the product of w_i and v_j")
    title = f"Certificate of a critical point, n = {n}, d = {problem.d}"
    title += "" if problem.teacher_matrix is not None else f", teacher [I_{k} 0]"
    picture = (Stems(tuple(map(_stem, facts.eigenvalues)), f"Eigenvalues of the Hessian: {facts.kind}"),)
    lines = (*notes, *_outcome(checked))
    return Report("certification", title, columns, rows, lines, payload, environment, pictures=picture)


def _stem(e: EigenvalueFact) -> Eigenvalue:
    """The middle of an enclosure, which is narrower than a line of the picture."""
    from analytic.balls import precision
    from analytic.landscape.certificate import dyadic

    with precision(64):
        return Eigenvalue(float((dyadic(e.low) + dyadic(e.high)) / 2), e.multiplicity, e.component)


def _outcome(checked: Recheck) -> list[str]:
    if not checked.accepted:
        return [f"REJECTED by the independent checker: {checked.rejection}"]
    return ["verified by the independent checker:", *(f"  {s}" for s in checked.statements)]


def _middle(e: EigenvalueFact, digits: int) -> str:
    return _enclosed(e.low, e.high, digits)


def _enclosed(low: str, high: str, digits: int) -> str:
    """The digits that an interval guarantees; "0 +/- r" for one that contains 0."""
    from analytic.balls import precision
    from analytic.landscape.certificate import dyadic

    with precision(int(3.4 * digits) + 64):
        a, b = dyadic(low), dyadic(high)
        if a == b:
            return str(a.str(digits, radius=False))
        if a <= 0 and b >= 0:
            return f"0 +/- {abs(a).max(b).str(3, radius=False)}"
        return str(a.union(b).str(digits, radius=False))


def check_report(name: str, checked: Recheck, environment: Mapping[str, JSON]) -> Report:
    """The outcome of the check of a certificate file.

    Args:
        name: of the file.
        checked: the outcome.
        environment: see ``checks.report.environment``.

    Example:
        >>> from checks.recheck import recheck
        >>> check_report("empty.json", recheck("{}"), {}).rows[0][0].text
        'REJECTED'
    """
    rows = tuple((Cell("verified"), Cell(s)) for s in checked.statements)
    if not checked.accepted:
        rows = ((Cell("REJECTED"), Cell(checked.rejection or "")),)
    columns = (Column("outcome", "outcome"), Column("statement", "statement"))
    payload: dict[str, JSON] = {"accepted": checked.accepted, "rejection": checked.rejection}
    return Report("certificate-check", f"Check of the certificate {name}", columns, rows, (), payload, environment)

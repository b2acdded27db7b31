"""Did you mean, for a spectrum: the rows that are none of the derived ones, next to those that they should be."""

from __future__ import annotations

from analytic.errors import AnalyticError
from analytic.formula import Expr
from checks.spectra import Rows, derived, judge_table, surd
from checks.verdict import Outcome

Row = tuple[Expr, Expr]


def repair_of_table(rows: Rows) -> str | None:
    """The nearest table that is true, as text: what the wrong rows have to be replaced by, however many there are.

    Rows that agree with a derived one stay as they are written; each other one is paired with the derived row that is
    left over and shares most with it. The repaired table is proved before it is shown.

    Args:
        rows: (eigenvalue, multiplicity) of a refuted table.

    Example:
        >>> from checks.catalogue import all_claims
        >>> from checks.spectra import read_rows
        >>> rows = read_rows(all_claims()["spectra/global-minimum"].statement)
        >>> wrong = [(rows[0][0], rows[0][1] + 1), *rows[1:]]
        >>> repair_of_table(wrong) == f"{rows[0][0]} x {rows[0][1]} for {rows[0][0]} x {rows[0][1] + 1}"
        True
    """
    true = [(r.eigenvalue, r.multiplicity) for r in derived(None, None).rows]
    kept: list[Row] = []
    wrong: list[Row] = []
    for row in rows:
        match = next((t for t in true if _shared(row, t) == 2), None)
        if match is not None:
            true.remove(match)
        (wrong if match is None else kept).append(row)
    pairs: list[tuple[Row | None, Row | None]] = []
    for row in wrong:
        best = max(true, key=lambda t: _shared(row, t), default=None)
        if best is not None:
            true.remove(best)
        pairs.append((row, best))
    pairs += [(None, t) for t in true]
    repaired = [*kept, *(new for _, new in pairs if new is not None)]
    if judge_table(repaired).outcome is not Outcome.EQUAL:
        return None
    return "; ".join(_text(old, new) for old, new in pairs)


def _shared(first: Row, second: Row) -> int:
    """How many of eigenvalue and multiplicity are equal as functions of k and d."""
    return sum(_equal(x, y) for x, y in zip(first, second, strict=True))


def _equal(x: Expr, y: Expr) -> bool:
    try:
        return x == y or surd(x, None, None) == surd(y, None, None)
    except AnalyticError:
        return False


def _text(old: Row | None, new: Row | None) -> str:
    if new is None:
        assert old is not None
        return f"no row {old[0]} x {old[1]}"
    return f"{new[0]} x {new[1]}" + (f" for {old[0]} x {old[1]}" if old is not None else " is missing")

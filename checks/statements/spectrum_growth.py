"""How the whole spectrum of the Hessian at a family of critical points goes with k: limits, growth, counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analytic.errors import AnalyticError
from analytic.landscape.limits import limit
from checks.errors import ClaimError
from checks.point_facts import Decimal
from checks.statements.asymptotics import read_exponent, read_formula
from checks.statements.base import Stated

Rows = tuple[tuple[str, str], ...]
#: A decimal number at the end of a formula: the constant term, up to one unit of its last digit.
_DECIMAL = re.compile(r"(?:^|[+-])\s*(\d+\.\d+)$")


def check_family(name: str) -> None:
    """Raises ClaimError unless it is a family with an expansion."""
    try:
        limit(name)
    except AnalyticError as error:
        raise ClaimError(str(error)) from None


def check_rows(rows: Rows, what: str) -> None:
    """Raises ClaimError unless the rows are pairs of formulas."""
    if not rows:
        raise ClaimError(f"got no rows, expected pairs ({what}, multiplicity)")
    for value, times in rows:
        read_formula(value, what)
        read_formula(times, "multiplicity")


@dataclass(frozen=True)
class SpectrumGrowth(Stated):
    r"""The spectrum at a family of points as k goes to infinity: terms + O(k^(-order)), with multiplicities.

    Every eigenvalue of the Hessian is one of the rows, and so many are: counts and limits for every large k. With order
    0 the rows say which eigenvalues grow, and how fast, and how many stay bounded.

    Args:
        point: a family with an expansion in $k^{-1/2}$: global, A, I, II, II:p, I:p.
        rows: (terms, multiplicity), formulas in k, and in k and d. A decimal number at the end of the terms holds up to
            one unit of its last digit.
        order: of the remainder, a multiple of 1/2 as text.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(SpectrumGrowth("II", (("k/4", "k"), ("k/(2*pi)", "1"), ("0", "k^2 - k - 1")), "0"))
        spectrum at II as k -> oo, up to O(1): k/4 x k, k/(2*pi) x 1, 0 x k^2 - k - 1
    """

    point: str
    rows: Rows
    order: str = "1/2"

    def __post_init__(self) -> None:
        check_family(self.point)
        check_rows(self.rows, "eigenvalue")
        if (2 * self.exponent).denominator != 1 or not 0 <= self.exponent <= 10:
            raise ClaimError(f"got the order {self.order!r}, expected a multiple of 1/2 from 0 to 10")

    @property
    def exponent(self) -> Fraction:
        """The order."""
        return read_exponent(self.order)

    @property
    def on_extra_columns(self) -> bool:
        """Whether the rows speak of every d >= k; otherwise d = k."""
        return any(re.search(r"\bd\b", times) for _, times in self.rows)

    def __str__(self) -> str:
        rest = "O(1)" if self.exponent == 0 else f"O(k^(-{self.exponent}))"
        rows = ", ".join(f"{value} x {times}" for value, times in self.rows)
        return f"spectrum at {self.point} as k -> oo, up to {rest}: {rows}"

    def table(self) -> dict[str, Any]:
        """The key ``spectrum_growth`` of a claim file."""
        return {"spectrum_growth": {"point": self.point, "rows": [list(r) for r in self.rows], "order": self.order}}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> SpectrumGrowth:
        """Reads the key ``spectrum_growth`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or has a value of the wrong kind.
        """
        found = _read(table, "spectrum_growth", ("point", "rows"), ("order",))
        return cls(found["point"], rows_of(found["rows"], "eigenvalue"), found.get("order", "1/2"))


@dataclass(frozen=True)
class SpectraAgree(Stated):
    r"""Two spectra, sorted, differ by c k^(-order) + o(k^(-order)): for each c, in so many eigenvalues.

    In particular they agree up to O(k^(-order)), those that grow with k included.

    Args:
        first: a family with an expansion in $k^{-1/2}$.
        second: another one.
        gaps: (c, multiplicity), c that of the first less that of the second; formulas of constants, and in k. d = k.
        order: a multiple of 1/2 as text.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(SpectraAgree("II", "global", (("0", "k^2"),), "0"))
        spectra at II and global, sorted, as k -> oo: difference c * k^(-0) with c = 0 x k^2
    """

    first: str
    second: str
    gaps: Rows
    order: str = "1/2"

    def __post_init__(self) -> None:
        check_family(self.first)
        check_family(self.second)
        check_rows(self.gaps, "coefficient")
        if (2 * self.exponent).denominator != 1 or not -1 <= self.exponent <= 10:
            raise ClaimError(f"got the order {self.order!r}, expected a multiple of 1/2 from -1 to 10")

    @property
    def exponent(self) -> Fraction:
        """The order."""
        return read_exponent(self.order)

    def __str__(self) -> str:
        gaps = ", ".join(f"{value} x {times}" for value, times in self.gaps)
        where = f"spectra at {self.first} and {self.second}, sorted, as k -> oo"
        return f"{where}: difference c * k^(-{self.order}) with c = {gaps}"

    def table(self) -> dict[str, Any]:
        """The key ``spectra_agree`` of a claim file."""
        gaps = [list(row) for row in self.gaps]
        return {"spectra_agree": {"first": self.first, "second": self.second, "gaps": gaps, "order": self.order}}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> SpectraAgree:
        """Reads the key ``spectra_agree`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or has a value of the wrong kind.
        """
        found = _read(table, "spectra_agree", ("first", "second", "gaps"), ("order",))
        return cls(found["first"], found["second"], rows_of(found["gaps"], "coefficient"), found.get("order", "1/2"))


def unit_of(terms: str) -> Fraction:
    """One unit of the last digit of the decimal number that is the last term of a sum; 0 if there is none.

    A decimal factor, exponent or argument is no constant term: it is exact, as everywhere else.

    Example:
        >>> unit_of("k/4 + 0.8471"), unit_of("1/4"), unit_of("1/4 + k* 0.25")
        (Fraction(1, 10000), Fraction(0, 1), Fraction(0, 1))
    """
    match = _DECIMAL.search(terms.strip())
    if match is None:
        return Fraction(0)
    before = terms.strip()[: match.start()].rstrip()
    if before.endswith(("*", "/", "^", "+", "-", "(", ",")) or before.count("(") != before.count(")"):
        return Fraction(0)
    return Decimal(match[1]).unit


def rows_of(value: object, what: str) -> Rows:
    """Rows of a claim file as pairs of texts.

    Raises:
        ClaimError: they are no such list.
    """
    if not isinstance(value, list) or not all(isinstance(r, list) and len(r) == 2 for r in value):
        raise ClaimError(f"got the rows {str(value)[:60]!r}, expected a list of pairs [{what}, multiplicity]")
    if not all(isinstance(text, str) for row in value for text in row):
        raise ClaimError(f"got the rows {str(value)[:60]!r}, expected texts in quotation marks: exact")
    return tuple((row[0], row[1]) for row in value)


def _read(table: Mapping[str, Any], key: str, needed: tuple[str, ...], more: tuple[str, ...]) -> dict[str, Any]:
    from checks.claim_table import inner, text

    given = inner(table, key, (*needed, *more))
    missing = [n for n in needed if n not in given]
    if missing:
        raise ClaimError(f"got {key} without {', '.join(missing)}, expected a table with {', '.join(needed)}")
    return {n: v if n in ("rows", "gaps") else text(given, n) for n, v in given.items()}

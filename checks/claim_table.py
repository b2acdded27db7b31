"""Tables of keys to claims: what a claim file may say, whatever its syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from analytic.formula import CONSTANTS, names
from checks.claim import Claim, Identity, SpectrumTable, TwoSided, occurring
from checks.domain import read_assumption
from checks.errors import ClaimError
from checks.point_facts import PointFacts
from checks.statements.asymptotics import Asymptotic
from checks.statements.base import Stated
from checks.statements.keys import READERS
from checks.statements.recursion import Recursion

Statement = TwoSided | SpectrumTable | PointFacts | Stated
SHARED = ("title", "source", "variables", "assume", "define", "expect", "claim")
KEYS = ("name", "title", "source", "limits", "variables", "assume", "define", "expect")


@dataclass(frozen=True)
class Shared:
    """What all claims of a file have in common.

    Args:
        source: of those that name none.
        variables: domains; a claim takes those of the variables that occur in it.
        assume: inequalities for every identity of the file in which their variables occur.
        define: definitions such as ``{"g(w, v)": "..."}`` for every identity.
        expect: verdicts that count as a pass where a claim does not say.
    """

    source: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    assume: tuple[str, ...] = ()
    define: Mapping[str, str] = field(default_factory=dict)
    expect: tuple[str, ...] = ()

    def updated(self, table: Mapping[str, Any]) -> Shared:
        """With the shared keys of a further table.

        Raises:
            ClaimError: a key is unknown, or its value of the wrong kind.
        """
        check_keys(table, SHARED, "the head of a claim file")
        return Shared(
            text(table, "source") or self.source,
            {**self.variables, **texts(table, "variables")},
            (*self.assume, *listed(table, "assume")),
            {**self.define, **texts(table, "define")},
            listed(table, "expect") or self.expect,
        )


def read_claim(table: Mapping[str, Any], shared: Shared, name: str) -> Claim:
    """The claim that a table states.

    Args:
        table: the keys of ``KEYS`` and of one kind of statement, see ``STATEMENTS``.
        shared: what the file says once for all claims.
        name: the claim's name where the table gives none.

    Raises:
        ClaimError: a key is unknown, or a part cannot be read.

    Example:
        >>> read_claim({"statement": "E[relu(u)] = |u|/sqrt(2*pi)"}, Shared(), "mean").name
        'mean'
    """
    if "tex" in table:
        from checks.tex.stated import table_in_tex  # loads the reader of LaTeX

        table = table_in_tex(table, shared.variables)
    check_keys(table, (*KEYS, *(k for keys in STATEMENTS for k in keys)), "a claim")
    kinds = [keys for keys in STATEMENTS if any(k in table for k in keys)]
    if len(kinds) != 1:
        known = "; or ".join(", ".join(keys) for keys in STATEMENTS)
        raise ClaimError(f"got a claim with {len(kinds)} kinds of statement, expected one: {known}")
    defined = {**shared.define, **texts(table, "define")}
    statement = STATEMENTS[kinds[0]](table, defined)
    variables, assume = texts(table, "variables"), listed(table, "assume")
    if isinstance(statement, TwoSided):
        declared = {**shared.variables, **variables}
        used = occurring(statement, tuple(declared))
        variables = {**{n: d for n, d in shared.variables.items() if n in used}, **variables}
        assume = (*(a for a in shared.assume if _concerns(a, used)), *assume)
    elif isinstance(statement, Asymptotic | Recursion) and not texts(table, "define"):
        spoken, own = " ".join(str(v) for v in vars(statement).values()), getattr(statement, "variable", "")
        others = {n: d for n, d in shared.variables.items() if _named(n, spoken) and n != own}
        variables = {**others, **variables}
    elif variables or assume or texts(table, "define"):
        raise ClaimError(f"got variables, assume or define with {statement}, expected an identity, inequality or limit")
    return Claim(
        text(table, "name") or name,
        statement,
        text(table, "title"),
        variables,
        assume,
        text(table, "source") or shared.source,
        text(table, "limits"),
        listed(table, "expect") or shared.expect,
    )


def table_of(claim: Claim) -> dict[str, Any]:
    """The table that states a claim: ``read_claim`` makes the same claim of it.

    Args:
        claim: any claim.

    Returns:
        Texts, integers, lists and tables only, as JSON and TOML have them.

    Example:
        >>> table_of(Claim("a/mean", Identity("E[relu(u)]", "|u|/sqrt(2*pi)")))
        {'name': 'a/mean', 'left': 'E[relu(u)]', 'right': '|u|/sqrt(2*pi)'}
    """
    stated = claim.statement
    table: dict[str, Any] = {"name": claim.name}
    if isinstance(stated, Identity):
        table |= {"left": stated.left, "right": stated.right, "define": dict(stated.where)}
    elif isinstance(stated, SpectrumTable):
        table["spectrum"] = {"point": stated.point, "rows": [list(row) for row in stated.rows]}
    elif isinstance(stated, Stated):
        table |= stated.table()
    elif isinstance(stated, PointFacts):
        facts = {name: value for name, value in vars(stated).items() if value not in (None, ())}
        rows = {"eigenvalues": [list(row) for row in stated.eigenvalues]} if stated.eigenvalues else {}
        table["critical_point"] = facts | rows
    more = {"title": claim.title, "source": claim.source, "limits": claim.limits, "variables": dict(claim.variables)}
    more |= {"assume": list(claim.assumptions), "expect": list(claim.expect)}
    return {key: value for key, value in (table | more).items() if value not in ("", [], {})}


def _named(variable: str, formulas: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(variable.strip('|'))}(?!\w)", formulas) is not None


def _concerns(assumption: str, used: frozenset[str]) -> bool:
    """Whether a shared inequality speaks of the variables of an identity; those it does not speak of ignore it."""
    inequality = read_assumption(assumption)
    spoken = (names(inequality.left) | names(inequality.right)) - {*CONSTANTS}
    return bool(spoken) and spoken <= used | ({"rho"} if "theta" in used else set())


def _identity(table: Mapping[str, Any], define: Mapping[str, str]) -> Identity:
    if "statement" in table:
        if "left" in table or "right" in table:
            raise ClaimError("got both statement and left or right, expected statement = 'LEFT = RIGHT' alone")
        found = Identity.read(text(table, "statement"))
        return Identity(found.left, found.right, used(define, f"{found.left} {found.right}"))
    if "left" not in table or "right" not in table:
        raise ClaimError("got one side of an identity, expected both left and right")
    left, right = text(table, "left"), text(table, "right")
    return Identity(left, right, used(define, f"{left} {right}"))


def used(define: Mapping[str, str], formulas: str) -> dict[str, str]:
    """The definitions that the formulas use, directly or through each other."""
    found: dict[str, str] = {}
    while True:
        named = set(re.findall(r"\w+", " ".join((formulas, *found.values()))))
        more = {h: b for h, b in define.items() if h not in found and h.partition("(")[0].strip() in named}
        if not more:
            return {head: body for head, body in define.items() if head in found}
        found |= more


def _spectrum(table: Mapping[str, Any], _: Mapping[str, str]) -> SpectrumTable:
    found = inner(table, "spectrum", ("point", "rows"))
    return SpectrumTable(text(found, "point") or "global", tuple(_pair(row) for row in _rows(found.get("rows"))))


def _critical_point(table: Mapping[str, Any], _: Mapping[str, str]) -> PointFacts:
    fields = ("point", "k", "d", "loss", "index", "smallest", "eigenvalues", "isotropy", "gauss_newton")
    found = dict(inner(table, "critical_point", fields))
    if "point" not in found or "k" not in found:
        raise ClaimError("got a critical_point without point or k, expected both, such as point = 'II', k = 6")
    if "eigenvalues" in found:
        found["eigenvalues"] = tuple((_text(v, "an eigenvalue"), m) for v, m in map(_two, _rows(found["eigenvalues"])))
    for key in ("point", "loss", "smallest", "isotropy", "gauss_newton"):
        if key in found:
            found[key] = _text(found[key], key)
    return PointFacts(**found)


#: The keys that state something, by kind, and what reads them.
STATEMENTS: dict[tuple[str, ...], Callable[[Mapping[str, Any], Mapping[str, str]], Statement]] = {
    ("statement", "left", "right"): _identity,
    ("spectrum",): _spectrum,
    ("critical_point",): _critical_point,
    **READERS,
}


def check_keys(table: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    """Raises ClaimError for the first key that is not known, with the nearest that is."""
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"expected some of {', '.join(known)}"
            raise ClaimError(f"got the key {key[:60]!r} in {what}, {hint}")


def inner(table: Mapping[str, Any], key: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    """The table under a key.

    Raises:
        ClaimError: it is none, or has a key that is not known.
    """
    found = table[key]
    if not isinstance(found, Mapping):
        raise ClaimError(f"got {key} = {str(found)[:60]!r}, expected a table with {', '.join(known)}")
    check_keys(found, known, key)
    return found


def text(table: Mapping[str, Any], key: str) -> str:
    """The value of a key as text, empty if there is none."""
    return _text(table[key], key) if key in table else ""


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ClaimError(
            f"got {what} = {str(value)[:60]!r}, expected text in quotation marks: numbers are read exactly"
        )
    return value


def texts(table: Mapping[str, Any], key: str) -> dict[str, str]:
    """A table of texts, empty if there is none."""
    inner = table.get(key, {})
    if not isinstance(inner, Mapping):
        raise ClaimError(f"got {key} = {str(inner)[:60]!r}, expected a table such as {{ t = '(0, 1)' }}")
    return {name: _text(value, f"{key}.{name}"[:80]) for name, value in inner.items()}


def listed(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A text or a list of texts, empty if there is none."""
    value = table.get(key, ())
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple)):
        raise ClaimError(f"got {key} = {str(value)[:60]!r}, expected text or a list of texts")
    return tuple(_text(item, f"an entry of {key}") for item in value)


def _rows(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ClaimError(f"got the rows {str(value)[:60]!r}, expected a list of pairs [eigenvalue, multiplicity]")
    return value


def _two(row: object) -> tuple[Any, Any]:
    if not isinstance(row, list) or len(row) != 2:
        raise ClaimError(f"got the row {str(row)[:60]!r}, expected a pair [eigenvalue, multiplicity]")
    return row[0], row[1]


def _pair(row: object) -> tuple[str, str]:
    value, times = _two(row)
    return _text(value, "an eigenvalue"), _text(times, "a multiplicity")

"""What is claimed of families of critical points over sizes: thresholds, ranges of k, and where a saddle goes down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checks.errors import ClaimError
from checks.point_facts import Decimal, PointFacts
from checks.statements.asymptotics import read_formula
from checks.statements.base import Stated

#: Largest number of neurons of a claim.
MOST = 10**9
CHANGES = ("saddle to minimum", "minimum to saddle", "born", "ends", "index changes")


@dataclass(frozen=True)
class Threshold(Stated):
    """The real number of neurons at which a family changes: an eigenvalue of a block crosses 0 there, simply.

    Args:
        point: A, I, II, I:p or II:p.
        change: saddle to minimum, minimum to saddle, born, ends, or index changes.
        k: where, a decimal number, up to one unit of its last digit.
        component: the isotypic component whose block is singular there; empty: not said.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(Threshold("II", "saddle to minimum", "5.5855", "standard:1"))
        II: saddle to minimum at k = 5.5855 by standard:1
    """

    point: str
    change: str
    k: str
    component: str = ""

    def __post_init__(self) -> None:
        if self.change not in CHANGES:
            raise ClaimError(f"got the change {self.change!r}, expected one of {', '.join(CHANGES)}")
        if not 1 <= Decimal(self.k).value <= MOST:
            raise ClaimError(f"got a threshold at k = {self.k[:40]}, expected one between 1 and {MOST:,}")

    def __str__(self) -> str:
        return f"{self.point}: {self.change} at k = {self.k}" + (f" by {self.component}" if self.component else "")

    def table(self) -> dict[str, Any]:
        """The key ``threshold`` of a claim file."""
        return {"threshold": {n: v for n, v in vars(self).items() if v}}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> Threshold:
        """Reads the key ``threshold`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or has a value of the wrong kind.
        """
        found = _texts(table, "threshold", ("point", "change", "k", "component"), 3)
        return cls(**found)


@dataclass(frozen=True)
class FamilyRange(Stated):
    r"""At every integer k of a range each of the families has a point, and all that is stated is true of it; d = k.

    Args:
        points: names of families.
        first: the least k.
        last: the largest k.
        minimum: whether it is a strict local minimum.
        spurious: whether its loss is positive.
        norms: a formula in k that $\sum_i |w_i|$ does not exceed; empty: not said.
        kink: whether every neuron has a negative eigenvalue of $H_{ii} - I/2$, the kink's part of its diagonal block.

    Raises:
        ClaimError: a part cannot be read, or nothing is stated.

    Example:
        >>> print(FamilyRange(("A", "II"), 6, 20, minimum=True, spurious=True))
        A, II at every k from 6 to 20: strict local minimum, loss > 0
    """

    points: tuple[str, ...]
    first: int
    last: int
    minimum: bool = False
    spurious: bool = False
    norms: str = ""
    kink: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.points, tuple) or len(set(self.points)) != len(self.points):
            raise ClaimError(f"got the points {self.points!r}, expected a tuple of different names")
        for k in (self.first, self.last):
            for point in self.points:
                PointFacts(point, k)
        if not self.points or self.last < self.first:
            raise ClaimError(f"got {self.points} from {self.first} to {self.last}, expected points and a range")
        if not all(isinstance(x, bool) for x in (self.minimum, self.spurious, self.kink)):
            raise ClaimError("got minimum, spurious or kink that is neither true nor false")
        if not self.facts:
            raise ClaimError("got nothing stated, expected minimum, spurious, norms or kink")
        if self.norms:
            read_formula(self.norms, "bound of the norms")

    @property
    def facts(self) -> tuple[str, ...]:
        """What is stated, in words."""
        found = ["strict local minimum"] if self.minimum else []
        found += ["loss > 0"] if self.spurious else []
        found += [f"sum of norms <= {self.norms}"] if self.norms else []
        found += ["a negative eigenvalue of every H_ii - I/2"] if self.kink else []
        return tuple(found)

    def __str__(self) -> str:
        return f"{', '.join(self.points)} at every k from {self.first} to {self.last}: {', '.join(self.facts)}"

    def table(self) -> dict[str, Any]:
        """The key ``family_range`` of a claim file."""
        found = {n: v for n, v in vars(self).items() if v not in (False, "")}
        return {"family_range": found | {"points": list(self.points)}}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> FamilyRange:
        """Reads the key ``family_range`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or has a value of the wrong kind.
        """
        from checks.claim_table import inner, listed, text

        keys = ("points", "first", "last", "minimum", "spurious", "norms", "kink")
        found = dict(inner(table, "family_range", keys))
        if not {"points", "first", "last"} <= set(found):
            raise ClaimError("got family_range without points, first or last, expected all three")
        found["points"] = listed(found, "points")
        if "norms" in found:
            found["norms"] = text(found, "norms")
        return cls(**found)


@dataclass(frozen=True)
class DescentDirections(Stated):
    """The Hessian at a critical point is negative on these isotypic components, so often, and positive elsewhere.

    Args:
        point: as for ``PointFacts``; ``9,1+1#2`` for one neuron more than teachers.
        k: number of teachers.
        components: (component, number of negative eigenvalues); none: a strict local minimum.
        d: dimension of the input, at least k; k if None.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(DescentDirections("10+1", 10, (("standard:1", 9),)))
        negative eigenvalues at 10+1, k = 10, d = 10: standard:1 x 9
    """

    point: str
    k: int
    components: tuple[tuple[str, int], ...] = ()
    d: int | None = None

    def __post_init__(self) -> None:
        PointFacts(self.point, self.k, self.d)
        check_pairs(self.components, "components")

    @property
    def facts(self) -> PointFacts:
        """The point, and its index."""
        return PointFacts(self.point, self.k, self.d, index=sum(n for _, n in self.components))

    def __str__(self) -> str:
        found = ", ".join(f"{name} x {n}" for name, n in self.components)
        return f"negative eigenvalues at {self.facts.where}: {found or 'none'}"

    def table(self) -> dict[str, Any]:
        """The key ``descent_directions`` of a claim file."""
        found: dict[str, Any] = {"point": self.point, "k": self.k}
        found |= {"components": [list(row) for row in self.components]} if self.components else {}
        return {"descent_directions": found | ({} if self.d is None else {"d": self.d})}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> DescentDirections:
        """Reads the key ``descent_directions`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or has a value of the wrong kind.
        """
        from checks.claim_table import inner, text

        found = dict(inner(table, "descent_directions", ("point", "k", "components", "d")))
        if not {"point", "k"} <= set(found):
            raise ClaimError("got descent_directions without point or k, expected both")
        rows = found.get("components", [])
        if not isinstance(rows, list) or not all(isinstance(r, list) and len(r) == 2 for r in rows):
            raise ClaimError(f"got components = {str(rows)[:60]!r}, expected a list of pairs [component, number]")
        return cls(text(found, "point"), found["k"], tuple((r[0], r[1]) for r in rows), found.get("d"))


def check_pairs(rows: tuple[tuple[str, int], ...], what: str) -> None:
    """Refuses anything but pairs of different names and numbers of at least one.

    Raises:
        ClaimError: it is something else.

    Example:
        >>> check_pairs((("standard:1", 9), ("trivial", 1)), "components")
    """
    pairs = isinstance(rows, tuple) and all(isinstance(row, tuple) and len(row) == 2 for row in rows)
    if not pairs or any(
        not isinstance(name, str) or isinstance(n, bool) or not isinstance(n, int) or n < 1 for name, n in rows
    ):
        raise ClaimError(f"got the {what} {rows!r}, expected pairs (name, number >= 1)")
    if len({name for name, _ in rows}) < len(rows):
        raise ClaimError(f"got the {what} {rows!r}, in which a name is repeated; expected each once, with its number")


def _texts(table: Mapping[str, Any], key: str, known: tuple[str, ...], needed: int) -> dict[str, str]:
    from checks.claim_table import inner, text

    given = inner(table, key, known)
    missing = [n for n in known[:needed] if n not in given]
    if missing:
        raise ClaimError(f"got {key} without {', '.join(missing)}, expected a table with {', '.join(known[:needed])}")
    return {n: text(given, n) for n in given}

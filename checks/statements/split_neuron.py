"""A neuron of a critical point is split in two parallel ones: how many negative eigenvalues that adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from checks.errors import ClaimError
from checks.point_facts import PointFacts
from checks.statements.base import Stated
from checks.statements.descent import read_number
from checks.statements.family_facts import check_pairs


@dataclass(frozen=True)
class SplitNeuron(Stated):
    r"""Splitting a neuron w of a critical point into a w and (1 - a) w adds so many negative eigenvalues, for every a.

    With $D = H_{ii} - I/2$ at the point, and perturbations $a s + t$ and $(1 - a) s - t$ of the two parts, the Hessian
    with one neuron more is the old one on s and all others, plus $D/(a(1 - a))$ on t: off-diagonal blocks do not depend
    on lengths, the block between the parts is I/2, and the kink's part of a diagonal block goes like 1/|w|. So the
    index grows by the number of negative eigenvalues of D, whatever a in (0, 1). $Dw = 0$: the split is never strict.

    Args:
        point: as for ``PointFacts``.
        k: number of teachers.
        negative: of the eigenvalues of D.
        block: number of the block of neurons that the split one belongs to, counted from 1.
        directions: the isotypic components of the stabiliser of that neuron, acting on the coordinates, on which D is
            negative: (name, number of dimensions); ``standard:1`` for sums zero over the other coordinates of block 1.
        tilt: t, a rational number: the split neuron is $v + t v'$ in place of v, v' another teacher; for ``global``.
        d: dimension of the input, at least k; k if None.

    Raises:
        ClaimError: a part cannot be read.

    Source: Safran, Yehudai and Shamir 2021, Theorems 4 and 14, for what follows from it; the congruence is derived.

    Example:
        >>> str(SplitNeuron("A", 6, 5)).partition(" w, ")[2]
        'every a in (0, 1): 5 negative eigenvalues more'
    """

    point: str
    k: int
    negative: int
    block: int = 1
    directions: tuple[tuple[str, int], ...] = ()
    tilt: str = "0"
    d: int | None = None

    def __post_init__(self) -> None:
        PointFacts(self.point, self.k, self.d)
        for name, least in (("negative", 0), ("block", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ClaimError(f"got {name} = {value!r}, expected an integer of at least {least}")
        check_pairs(self.directions, "directions")
        if self.angle and (self.point != "global" or self.k < 2):
            raise ClaimError(f"got tilt = {self.tilt} at {self.point}, expected it at global, k >= 2, alone")

    @property
    def angle(self) -> Fraction:
        """The tilt as a number."""
        return read_number(self.tilt, "tilt")

    @property
    def dimension(self) -> int:
        """The dimension d of the input."""
        return self.k if self.d is None else self.d

    def __str__(self) -> str:
        where = f"a neuron of block {self.block} of {self.point}, k = {self.k}, d = {self.dimension}"
        where += f", tilted by {self.tilt} towards another teacher" if self.angle else ""
        found = ", ".join(f"{name} x {n}" for name, n in self.directions)
        more = f"{self.negative} negative eigenvalues more" + (f" ({found})" if found else "")
        return f"{where}, split into a w and (1 - a) w, every a in (0, 1): {more}"

    def table(self) -> dict[str, Any]:
        """The key ``split_neuron`` of a claim file."""
        found = {n: v for n, v in vars(self).items() if v not in (None, (), "0")}
        found |= {"directions": [list(row) for row in self.directions]} if self.directions else {}
        return {"split_neuron": found}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> SplitNeuron:
        """Reads the key ``split_neuron`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or has a value of the wrong kind.
        """
        from checks.claim_table import inner, text

        keys = ("point", "k", "negative", "block", "directions", "tilt", "d")
        found = dict(inner(table, "split_neuron", keys))
        if not {"point", "k", "negative"} <= set(found):
            raise ClaimError("got split_neuron without point, k or negative, expected all three")
        for key in ("point", "tilt"):
            if key in found:
                found[key] = text(found, key)
        rows = found.get("directions", [])
        if not isinstance(rows, list) or not all(isinstance(r, list) and len(r) == 2 for r in rows):
            raise ClaimError(f"got directions = {str(rows)[:60]!r}, expected a list of pairs [component, dimensions]")
        found["directions"] = tuple((str(name), n) for name, n in rows)
        return cls(**found)

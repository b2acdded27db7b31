r"""Where the families of critical points begin at k = infinity: sizes of blocks, limits of weights, in $s = k^{-1/2}$.

Only the limit is given (signs, the block -I + (2/p) J, and which power of s each correction begins with); Newton's
iteration in the ring of series finds every coefficient from there, whatever the first guess of the corrections.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analytic.errors import FormulaError
from analytic.landscape.laurent import Series, SeriesRing
from analytic.landscape.layout import Block, Layout, Orbit, partition_layout

_NAME = re.compile(r"(global|diagonal|A|II|I)(?::(?:(\d+)|(\d*)k(?:/(\d+))?))?")


@dataclass(frozen=True)
class Limit:
    r"""A family with the number of flipped neurons $p = r k + c$.

    Args:
        name: as it was given, without spaces.
        kind: global, diagonal, I or II.
        ratio: r, in [0, 1].
        flipped: c.

    Example:
        >>> limit("II:k/2").ratio, limit("I").flipped, limit("II:3").small
        (Fraction(1, 2), -1, {'2': 3})
    """

    name: str
    kind: str
    ratio: Fraction
    flipped: int

    @property
    def layout(self) -> Layout:
        """Blocks of rows and columns; unflipped neurons first."""
        if self.kind == "diagonal":
            return Layout((Block("x1"),), (Block("1"),))
        if self.kind == "global" or (self.ratio == 1 and self.flipped == 0):
            return partition_layout([False])
        return partition_layout([self.ratio == 1 and self.flipped == -1, self.ratio == 0 and self.flipped == 1])

    @property
    def small(self) -> dict[str, int]:
        """Sizes of labels that are numbers below 4, where copies of components vanish."""
        blocks = self.layout.rows
        if len(blocks) == 2 and not blocks[1].single and self.ratio == 0 and self.flipped < 4:
            return {"2": self.flipped}
        return {}

    @property
    def weights(self) -> tuple[tuple[Orbit, int], ...]:
        """Weights that are constants."""
        if self.kind != "global":
            return ()
        return tuple((o, int(o.diagonal)) for o in self.layout.orbits)

    def sizes(self, ring: SeriesRing) -> dict[str, Series]:
        """The sizes of blocks."""
        k = (ring.variable * ring.variable).inverse()
        if len(self.layout.rows) == 1:
            return dict.fromkeys(self.layout.sizes, k)
        p = self._flipped(ring)
        return {b.size: n for b, n in zip(self.layout.rows, (k - p, p), strict=True) if not b.single}

    def _flipped(self, ring: SeriesRing) -> Series:
        k = (ring.variable * ring.variable).inverse()
        return ring.number(self.ratio) * k + ring.number(Fraction(self.flipped))

    def start(self, ring: SeriesRing) -> dict[str, Series]:
        """Weights with the right limit."""
        one, small = ring.one, ring.variable * ring.variable
        if self.kind == "diagonal":
            return {self.layout.orbits[0].name: ring.variable}
        if self.kind == "II":
            near = small if self.ratio else small * small
            whole = {"d_1": one, "a_11": -near, "a_12": small, "a_21": small, "d_2": small - one, "a_22": small}
        else:
            tie = ring.number(Fraction(2)) * self._flipped(ring).inverse()
            far = small * small if self.ratio == 1 else small
            whole = {"d_1": one, "a_11": small * small, "a_12": small, "a_21": far, "d_2": tie - one, "a_22": tie}
        if len(self.layout.rows) == 1:
            return {"d_1": whole["d_2"], "a_11": whole["a_22"]}
        for i, block in enumerate(self.layout.rows, 1):
            if block.single:  # its only entry is a diagonal one
                whole[f"a_{i}{i}"] = whole[f"d_{i}"]
        return {o.name: whole[o.name] for o in self.layout.orbits}


def limit(name: str) -> Limit:
    """The family of that name, with p fixed or proportional to k: II:3, II:k/2, I:3k/4.

    Raises:
        FormulaError: the name is none of these.
    """
    text = name.replace(" ", "")
    match = _NAME.fullmatch(text)
    if match is None or (text not in ("global", "diagonal", "A", "I", "II") and match[1] not in ("I", "II")):
        raise FormulaError(
            f"got the point {name!r}, expected global, diagonal, A, I, II, I:p or II:p with a number p (II:3) or a "
            f"share of k (II:k/2, I:3k/4)"
        )
    kind = match[1]
    if kind in ("global", "diagonal"):
        return Limit(text, kind, Fraction(0), 0)
    if text in ("A", "I"):
        return Limit(text, "I", Fraction(1), 0 if text == "A" else -1)
    if text == "II":
        return Limit(text, "II", Fraction(0), 1)
    return _with_flipped(text, kind, match)


def _with_flipped(text: str, kind: str, match: re.Match[str]) -> Limit:
    if match[2] is not None:
        p = int(match[2])
        least = 1 if kind == "II" else 3
        if p < least:
            raise FormulaError(f"got {text}, expected at least {kind}:{least}")
        return Limit(text, kind, Fraction(0), p)
    if match[4] == "0" or not 0 < (ratio := Fraction(int(match[3] or 1), int(match[4] or 1))) < 1:
        raise FormulaError(f"got {text}, expected a share of k between 0 and 1, such as {kind}:k/2")
    return Limit(text, kind, ratio, 0)


def by_label(limit: Limit, sizes: Mapping[str, Series], one: Series) -> dict[str, Series]:
    """The size of each label of blocks."""
    blocks = (*limit.layout.rows, *limit.layout.teachers)
    return {b.label: one if b.single else sizes[b.size] for b in blocks}

r"""Matrices between labelled spaces that lie in one isotypic component: sums and products without writing indices.

With $\xi \in \mathbb{R}^{k_a}$, $\sum \xi_i = 0$, and matrices Z with zero row and column sums, a matrix is

* fixed: in each pair of blocks ``d`` I + ``c`` J (I only where the blocks are aligned, J all ones);
* standard:a: ``d`` diag(xi) + ``r`` xi 1^T + ``c`` 1 xi^T, where the labels of rows and columns allow it;
* of zero sums (exterior, Specht, products of standards): ``z`` Z.

Products with fixed matrices stay in the component, and the sizes of blocks enter as factors only: they may be symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from analytic.landscape.layout import Space, aligned

#: Coefficients of one pair of blocks, by kind.
Entry = dict[str, Any]
Sizes = Callable[[str], Any]

FIXED, ZERO_SUM = "fixed", "zero-sum"


@dataclass
class Matrix:
    """A matrix of one kind.

    Args:
        kind: FIXED, ZERO_SUM, or the label a of standard:a.
        rows: its blocks of rows.
        columns: its blocks of columns.
        entries: coefficients by pair of blocks; what is missing is 0.
    """

    kind: str
    rows: Space
    columns: Space
    entries: dict[tuple[int, int], Entry] = field(default_factory=dict)

    def put(self, p: int, q: int, coefficient: str, value: Any) -> None:
        """Adds a value to a coefficient; zeros are not kept."""
        if _zero(value):
            return
        entry = self.entries.setdefault((p, q), {})
        entry[coefficient] = entry[coefficient] + value if coefficient in entry else value

    def get(self, p: int, q: int, coefficient: str) -> Any:
        """A coefficient, 0 if it is missing."""
        return self.entries.get((p, q), {}).get(coefficient, 0)

    def __add__(self, other: Matrix) -> Matrix:
        total = Matrix(self.kind, self.rows, self.columns)
        for m in (self, other):
            for (p, q), entry in m.entries.items():
                for name, value in entry.items():
                    total.put(p, q, name, value)
        return total

    def transposed(self, sign: int = 1) -> Matrix:
        """The transpose; of zero sums it is ``sign`` times the same Z (-1 for the exterior component)."""
        swapped = {"d": "d", "r": "c", "c": "r"} if self.kind != FIXED else {"d": "d", "c": "c"}
        found = Matrix(self.kind, self.columns, self.rows)
        for (p, q), entry in self.entries.items():
            for name, value in entry.items():
                if name == "z":
                    found.put(q, p, "z", value * sign)
                else:
                    found.put(q, p, swapped[name], value)
        return found


def _zero(value: Any) -> bool:
    return value is None or getattr(value, "constant", value) == 0


#: A vector on the blocks of a space: constant on each for kind FIXED, a multiple of xi for standard:a.
Vector = list[Any]


class Algebra:
    """Operations that need the sizes of blocks.

    Args:
        size: the size of a block by its name.
    """

    def __init__(self, size: Sizes) -> None:
        self.size = size

    def left(self, F: Matrix, X: Matrix) -> Matrix:
        """The product F X with a fixed F."""
        out = Matrix(X.kind, F.rows, X.columns)
        for (q, s), x in X.entries.items():
            n = self.size(F.columns[q].size)
            for p in range(len(F.rows)):
                f = F.entries.get((p, q))
                if f is None:
                    continue
                if "d" in f:
                    for name, value in x.items():
                        out.put(p, s, name, f["d"] * value)
                if "c" in f and X.kind != ZERO_SUM:
                    self._ones_left(out, (p, s), f["c"], x, n)
        return out

    def _ones_left(self, out: Matrix, at: tuple[int, int], factor: Any, x: Entry, n: Any) -> None:
        """J times a block: columns are summed."""
        if "d" in x:
            out.put(*at, "c", factor * x["d"])
        if "c" in x:
            out.put(*at, "c", factor * n * x["c"])

    def right(self, X: Matrix, F: Matrix, sign: int = 1) -> Matrix:
        """The product X F with a fixed F."""
        return self.left(F.transposed(), X.transposed(sign)).transposed(sign)

    def hadamard(self, F: Matrix, X: Matrix) -> Matrix:
        """The entrywise product with a fixed F."""
        out = Matrix(X.kind, X.rows, X.columns)
        for at, x in X.entries.items():
            f = F.entries.get(at, {})
            if "c" in f:
                for name, value in x.items():
                    out.put(*at, name, f["c"] * value)
            if "d" in f and X.kind != ZERO_SUM:  # the diagonal of a matrix of zero sums is 0, or it has none
                for value in x.values():
                    out.put(*at, "d", f["d"] * value)
        return out

    def diagonal(self, X: Matrix) -> Vector:
        """The diagonal of a square matrix."""
        if X.kind == ZERO_SUM:
            return [0] * len(X.rows)
        return [_sum(X.entries.get((p, p), {}).values()) for p in range(len(X.rows))]

    def row_sums(self, X: Matrix) -> Vector:
        """The sums of the rows: those of 1 xi^T and of Z are 0."""
        totals: Vector = [0] * len(X.rows)
        if X.kind == ZERO_SUM:
            return totals
        along = "c" if X.kind == FIXED else "r"
        for (p, q), entry in X.entries.items():
            n = self.size(X.columns[q].size)
            totals[p] = _sum([totals[p], entry.get("d", 0), n * entry[along] if along in entry else 0])
        return totals

    def apply(self, F: Matrix, v: Vector, kind: str) -> Vector:
        """F v for a fixed F and a vector of the given kind."""
        if kind == ZERO_SUM:
            return [0] * len(F.rows)
        totals: Vector = [0] * len(F.rows)
        for (p, q), f in F.entries.items():
            n = self.size(F.columns[q].size)
            if "d" in f:
                totals[p] = totals[p] + f["d"] * v[q]
            if "c" in f and kind == FIXED:
                totals[p] = totals[p] + f["c"] * n * v[q]
        return totals

    def scale_rows(self, v: Vector, X: Matrix, kind: str = FIXED) -> Matrix:
        """diag(v) X: a fixed v scales anything; a v along xi makes a fixed X one of that component."""
        if kind == ZERO_SUM:
            return Matrix(kind, X.rows, X.columns)
        out = Matrix(X.kind if kind == FIXED else kind, X.rows, X.columns)
        renamed = {"d": "d", "c": "r"} if kind != FIXED else {"d": "d", "c": "c", "r": "r", "z": "z"}
        for (p, q), entry in X.entries.items():
            for name, value in entry.items():
                if not _zero(v[p]):
                    out.put(p, q, renamed[name], v[p] * value)
        return out

    def scale_columns(self, F: Matrix, v: Vector, kind: str) -> Matrix:
        """F diag(v) for a fixed F."""
        return self.scale_rows(v, F.transposed(), kind).transposed()


def _sum(values: Iterable[Any]) -> Any:
    total: Any = 0
    for v in values:
        if not _zero(v):
            total = v if _zero(total) else total + v
    return total


def fixed(rows: Space, columns: Space, entry: Callable[[int, int, bool], Any]) -> Matrix:
    """A fixed matrix from its values on and off the diagonals.

    Args:
        rows: blocks of rows.
        columns: blocks of columns.
        entry: value by block of rows, block of columns and whether it stands on the diagonal of an aligned pair.
    """
    out = Matrix(FIXED, rows, columns)
    for p, row in enumerate(rows):
        for q, column in enumerate(columns):
            off = entry(p, q, False)
            out.put(p, q, "c", off)
            if aligned(row, column):
                out.put(p, q, "d", entry(p, q, True) - off)
    return out

r"""The isotypic decomposition of R^{n x d} under a group of diagonal permutations, and the Hessian's blocks on it.

Rows of a block with label a carry the natural representation t + s_a, columns likewise, so a pair of blocks contributes
natural_a (x) natural_b: 2 t + 3 s_a + x_a + y_a where the labels agree (x exterior square, y Specht of (n-2, 2)),
t + s_a + s_b + s_a (x) s_b where they do not. An operator that commutes with the group acts on a component that occurs
m times through one m x m block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analytic.landscape.equivariant import FIXED, ZERO_SUM, Matrix
from analytic.landscape.layout import EXTRA_COLUMN, Block, Layout, Space, aligned

TRIVIAL = "trivial"
EXTRA = "extra-columns:"


@dataclass(frozen=True)
class Copy:
    """One copy of a component: where it lives and which matrix spans it.

    Args:
        row: block of rows.
        column: block of columns.
        shape: diagonal, off-diagonal or ones (fixed); centred, rows or columns (standard); z.
    """

    row: int
    column: int
    shape: str


@dataclass(frozen=True)
class Component:
    """An isotypic component with its copies.

    Args:
        name: trivial, standard:a, exterior:a, specht:a, standard:a*b, with a prefix for extra columns.
        kind: of the matrices: FIXED, the label a, or ZERO_SUM.
        sign: -1 if transposition changes the sign of Z.
        copies: orthogonal to one another.
    """

    name: str
    kind: str
    sign: int
    copies: tuple[Copy, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in its name."""
        _, _, tail = self.name.removeprefix(EXTRA).partition(":")
        return tuple(tail.split("*")) if tail else ()

    @property
    def on_extra_columns(self) -> bool:
        """Whether it lives on the columns beyond the k-th, one copy a column."""
        return self.name.startswith(EXTRA)

    def dimension(self, sizes: Mapping[str, Any]) -> Any:
        """The dimension of one copy: a polynomial in the sizes, by label."""
        name, n = self.name.removeprefix(EXTRA), [sizes[label] for label in self.labels]
        if name == TRIVIAL:
            return 1
        if name.startswith("exterior"):
            return (n[0] - 1) * (n[0] - 2) / 2 if not isinstance(n[0], int) else (n[0] - 1) * (n[0] - 2) // 2
        if name.startswith("specht"):
            return n[0] * (n[0] - 3) / 2 if not isinstance(n[0], int) else n[0] * (n[0] - 3) // 2
        return n[0] - 1 if len(n) == 1 else (n[0] - 1) * (n[1] - 1)


def components(layout: Layout, sizes: Mapping[str, Any] | None = None, extra_columns: bool = True) -> list[Component]:
    """The components that occur.

    Args:
        layout: blocks of rows and teachers.
        sizes: size of each label; where it is a number below 4 the copies that vanish are left out.
        extra_columns: whether there are columns beyond the k-th.

    Returns:
        Each component once, copies in the order of the blocks.

    Example:
        >>> from analytic.landscape.layout import partition_layout
        >>> [(c.name, len(c.copies)) for c in components(partition_layout([False, True]), {"1": 5}, False)]
        [('trivial', 5), ('standard:1', 5), ('exterior:1', 1), ('specht:1', 1)]
    """
    found: dict[str, tuple[str, int, list[Copy]]] = {}
    columns: Space = (*layout.teachers, Block(EXTRA_COLUMN, True))
    size = dict(sizes or {})

    def put(name: str, kind: str, copy: Copy, sign: int = 1) -> None:
        found.setdefault(name, (kind, sign, []))[2].append(copy)

    for p, row in enumerate(layout.rows):
        for q, column in enumerate(columns):
            beyond = column.label == EXTRA_COLUMN
            if beyond and not extra_columns:
                continue
            _pair_of_blocks(put, (p, row), (q, column), EXTRA if beyond else "", size)
    order = ("trivial", "standard", "exterior", "specht", EXTRA)
    ranked = sorted(found, key=lambda name: next(i for i in (4, 0, 1, 2, 3) if name.startswith(order[i])))
    return [Component(name, found[name][0], found[name][1], tuple(found[name][2])) for name in ranked]


def _pair_of_blocks(
    put: Callable[..., None], at_row: tuple[int, Block], at_column: tuple[int, Block], prefix: str, size: dict[str, Any]
) -> None:
    (p, row), (q, column) = at_row, at_column
    known = size.get(row.label)
    small = known if isinstance(known, int) else 4
    if aligned(row, column):
        a = row.label
        put(TRIVIAL, FIXED, Copy(p, q, "diagonal"))
        put(TRIVIAL, FIXED, Copy(p, q, "off-diagonal"))
        for shape in ("centred", "rows", "columns") if small > 2 else ("rows", "columns"):
            put(f"standard:{a}", a, Copy(p, q, shape))
        if small > 2:
            put(f"exterior:{a}", ZERO_SUM, Copy(p, q, "z"), -1)
        if small > 3:
            put(f"specht:{a}", ZERO_SUM, Copy(p, q, "z"))
        return
    put(prefix + TRIVIAL, FIXED, Copy(p, q, "ones"))
    if not row.single:
        put(f"{prefix}standard:{row.label}", row.label, Copy(p, q, "rows"))
    if not column.single:
        put(f"standard:{column.label}", column.label, Copy(p, q, "columns"))
    if not row.single and not column.single:
        pair = "*".join(sorted((row.label, column.label)))
        put(f"standard:{pair}", ZERO_SUM, Copy(p, q, "z"))


def spanning(copy: Copy, component: Component, rows: Space, columns: Space, size: Callable[[str], Any]) -> Matrix:
    """The matrix of a copy, with xi or Z left open."""
    out = Matrix(component.kind, rows, columns)
    n = size(rows[copy.row].size)
    coefficients: dict[str, dict[str, Any]] = {
        "diagonal": {"d": 1},
        "off-diagonal": {"c": 1, "d": -1},
        "ones": {"c": 1},
        "rows": {"r": 1},
        "columns": {"c": 1},
        "z": {"z": 1},
    }
    one = n / n
    entries = {"d": one, "r": -one / n, "c": -one / n} if copy.shape == "centred" else coefficients[copy.shape]
    for name, value in entries.items():
        out.put(copy.row, copy.column, name, value * one)
    return out


def coordinate(X: Matrix, copy: Copy, size: Callable[[str], Any]) -> Any:
    """The coefficient of a matrix of the component along one of its copies."""
    p, q, shape = copy.row, copy.column, copy.shape
    if shape == "diagonal":
        return X.get(p, q, "d") + X.get(p, q, "c")
    if shape in ("rows", "columns"):
        name = shape[0]
        own, shared = X.get(p, q, name), X.get(p, q, "d")
        return own + shared / size(X.rows[p].size)
    return X.get(p, q, {"off-diagonal": "c", "ones": "c", "centred": "d", "z": "z"}[shape])


def squared_norm(copy: Copy, rows: Space, columns: Space, size: Callable[[str], Any]) -> Any:
    """The squared Frobenius norm of a copy, with |xi| = |Z| = 1."""
    n, m = size(rows[copy.row].size), size(columns[copy.column].size)
    return {
        "diagonal": n,
        "off-diagonal": n * (n - 1),
        "ones": n * m,
        "centred": 1 - 2 / n,
        "rows": m,
        "columns": n,
        "z": n / n,
    }[copy.shape]

"""Isotypic components of a certificate's weights: their blocks from the images of matrices, eigenvalues by inertia.

The block is read off the images of explicit matrices, whose other entries must agree.

Source: Sylvester's law of inertia.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Any

from flint import arb

from checks.recheck_network import Entry, Sample, exact_value
from checks.recheck_reading import Claim, Problem, UndecidedError, require


@dataclass(frozen=True)
class Component:
    """An isotypic component: the dimension of a copy (times the columns it stands for) and its copies."""

    dimension: int
    named: Mapping[str, int]
    copies: list[tuple[int, int, str]]


_EXTERIOR = {(1, 2): 1, (2, 3): 1, (3, 1): 1, (2, 1): -1, (3, 2): -1, (1, 3): -1}
_SPECHT = {(1, 3): 1, (1, 4): -1, (2, 3): -1, (2, 4): 1, (3, 1): 1, (4, 1): -1, (3, 2): -1, (4, 2): 1}


def _xi(i: int) -> int:
    return 1 if i == 1 else -1 if i == 2 else 0


_SHAPES: dict[str, Callable[[int, int], int]] = {
    "diagonal": lambda i, j: int(i == j),
    "off": lambda i, j: int(i != j),
    "ones": lambda *_: 1,
    "rows": lambda i, _: _xi(i),
    "columns": lambda _, j: _xi(j),
    "both": lambda i, j: _xi(i) * (i == j),
    "product": lambda i, j: _xi(i) * _xi(j),
    "exterior": lambda i, j: _EXTERIOR.get((i, j), 0),
    "specht": lambda i, j: _SPECHT.get((i, j), 0),
}


def components_of(problem: Problem) -> dict[str, Component]:
    found: dict[str, Component] = {}

    def put(name: str, dimension: int, named: dict[str, int], *copies: tuple[int, int, str]) -> None:
        found.setdefault(name, Component(dimension, named, [])).copies.extend(copies)

    beyond, last = problem.d - problem.k, len(problem.teachers)
    for p, row in enumerate(problem.rows):
        a, n = row.label, row.size
        for q, column in enumerate(problem.teachers):
            b, m = column.label, column.size
            if problem.has_diagonal(p, q):
                put("trivial", 1, {}, (p, q, "diagonal"), (p, q, "off"))
                put(f"standard:{a}", n - 1, {a: 2}, (p, q, "rows"), (p, q, "columns"))
                if n > 2:
                    put(f"standard:{a}", n - 1, {a: 2}, (p, q, "both"))
                    put(f"exterior:{a}", (n - 1) * (n - 2) // 2, {a: 3}, (p, q, "exterior"))
                if n > 3:
                    put(f"specht:{a}", n * (n - 3) // 2, {a: 4}, (p, q, "specht"))
                continue
            put("trivial", 1, {}, (p, q, "ones"))
            if n > 1:
                put(f"standard:{a}", n - 1, {a: 2}, (p, q, "rows"))
            if m > 1:
                put(f"standard:{b}", m - 1, {b: 2}, (p, q, "columns"))
            if n > 1 and m > 1:
                put(f"standard:{'*'.join(sorted((a, b)))}", (n - 1) * (m - 1), {a: 2, b: 2}, (p, q, "product"))
        if beyond:
            put("extra-columns:trivial", beyond, {}, (p, last, "ones"))
            if n > 1:
                put(f"extra-columns:standard:{a}", (n - 1) * beyond, {a: 2}, (p, last, "rows"))
    return found


def entry_of(copy: tuple[int, int, str]) -> Entry:
    p, q, shape = copy
    return lambda s, i, t, j: _SHAPES[shape](i, j) if (s, t) == (p, q) else 0


def inner_of(problem: Problem, x: tuple[int, int, str], y: tuple[int, int, str]) -> int:
    """The inner product of two test matrices."""
    if x[:2] != y[:2]:
        return 0
    n = problem.rows[x[0]].size
    m = problem.teachers[x[1]].size if x[1] < len(problem.teachers) else 1
    if x != y:
        return 2 if "both" in (x[2], y[2]) else 0
    own = {"diagonal": n, "off": n * (m - 1), "ones": n * m, "rows": 2 * m, "columns": 2 * n, "both": 2}
    return {**own, "product": 4, "exterior": 6, "specht": 8}[x[2]]


def coordinate_of(problem: Problem, Y: Mapping[Any, arb], copy: tuple[int, int, str]) -> arb:
    """The coefficient of an image along a copy."""
    p, q, shape = copy
    if shape in ("rows", "columns", "both") and q < len(problem.teachers) and problem.has_diagonal(p, q):
        if problem.rows[p].size == 2:
            sign = 1 if shape == "rows" else -1
            return (Y[p, 1, q, 1] + sign * Y[p, 1, q, 2]) / 2
        along = {"rows": Y[p, 1, q, 3], "columns": Y[p, 3, q, 1]}
        return along.get(shape, Y[p, 1, q, 1] - along["rows"] - along["columns"])
    return Y[p, 1, q, {"off": 2, "exterior": 2, "specht": 3}.get(shape, 1)]


def block_of(problem: Problem, values: Sequence[arb], component: Component) -> list[list[arb]]:
    """<X_r, H X_c> for the copies of a component; the images must be combinations of the copies."""
    sample = Sample(problem, values, component.named)
    entries, columns = [entry_of(c) for c in component.copies], []
    for entry in entries:
        Y = sample.image(entry)
        coordinates = [coordinate_of(problem, Y, c) for c in component.copies]
        for place, y in Y.items():
            expected = sum((x * e(*place) for x, e in zip(coordinates, entries, strict=True) if e(*place)), arb(0))
            require(y.overlaps(expected), "the Hessian does not map a component into itself")
        columns.append(coordinates)
    gram = [[inner_of(problem, x, y) for y in component.copies] for x in component.copies]
    size = range(len(entries))
    whole = [[sum((gram[r][s] * columns[c][s] for s in size if gram[r][s]), arb(0)) for c in size] for r in size]
    for r, c in product(size, size):
        require(whole[r][c].overlaps(whole[c][r]), "a block of the Hessian is not symmetric")
    return whole


def _inertia(S: list[list[arb]]) -> tuple[int, int]:
    """How many eigenvalues of a symmetric matrix are negative and positive, none being 0; pivots of order 1 and 2."""
    M, negative, positive = [row[:] for row in S], 0, 0
    while M:
        size = range(len(M))
        a = max(size, key=lambda s: M[s][s].abs_lower())
        off = max(combinations(size, 2), key=lambda t: M[t[0]][t[1]].abs_lower(), default=None)
        if off is None or M[a][a].abs_lower() * 2 >= M[off[0]][off[1]].abs_lower():
            d = M[a][a]
            if not (d > 0 or d < 0):
                raise UndecidedError("the end of an enclosure cannot be told from an eigenvalue")
            positive, negative = positive + bool(d > 0), negative + bool(d < 0)
            M = [[M[i][j] - M[i][a] * M[a][j] / d for j in size if j != a] for i in size if i != a]
            continue
        i, j = off
        det = M[i][i] * M[j][j] - M[i][j] * M[i][j]
        if not det < 0:
            raise UndecidedError("the end of an enclosure cannot be told from an eigenvalue")
        positive, negative = positive + 1, negative + 1
        rest = [s for s in size if s not in off]
        M = [[M[s][t] - _correction(M, s, t, off, det) for t in rest] for s in rest]
    return negative, positive


def _correction(M: list[list[arb]], s: int, t: int, pivot: tuple[int, int], det: arb) -> arb:
    i, j = pivot
    first = M[j][j] * M[i][t] - M[i][j] * M[j][t]
    second = M[i][i] * M[j][t] - M[i][j] * M[i][t]
    return (M[s][i] * first + M[s][j] * second) / det


def _check_component(problem: Problem, values: Sequence[arb], name: str, component: Component, claim: Claim) -> None:
    claimed = sorted((e for e in claim.eigenvalues if e.component == name), key=lambda e: exact_value(e.low))
    for e in claimed:
        require(e.low <= e.high, f"an enclosure of {name} is empty")
        require(e.multiplicity % component.dimension == 0, f"a multiplicity of {name} is no multiple of its dimension")
    for e, after in pairwise(claimed):
        require(e.high < after.low, f"two enclosures of {name} overlap")
    counts = [e.multiplicity // component.dimension for e in claimed]
    copies = len(component.copies)
    require(sum(counts) == copies, f"{name} occurs {copies} times, the enclosures count {sum(counts)} eigenvalues")
    S = block_of(problem, values, component)
    upper = [[S[min(i, j)][max(i, j)] for j in range(copies)] for i in range(copies)]
    gram = [[inner_of(problem, x, y) for y in component.copies] for x in component.copies]

    def inertia(at: arb) -> tuple[int, int]:
        return _inertia([[x - at * g for x, g in zip(*rows, strict=True)] for rows in zip(upper, gram, strict=True)])

    below = 0
    for e, count in zip(claimed, counts, strict=True):
        less, more = inertia(e.low)[0], inertia(e.high)[1]
        wrong = f"an enclosure of {name} holds {copies - less - more} eigenvalues after {less}, expected {count}"
        require(less == below and more == copies - below - count, f"{wrong} after {below}")
        below += count


def check_spectrum(problem: Problem, values: Sequence[arb], claim: Claim) -> None:
    known = components_of(problem)
    for e in claim.eigenvalues:
        require(e.component in known, f"there is no isotypic component {e.component[:40]}")
    total = sum(e.multiplicity for e in claim.eigenvalues)
    require(total == problem.n * problem.d, f"multiplicities sum to {total}, expected n d = {problem.n * problem.d}")
    for name, component in known.items():
        _check_component(problem, values, name, component, claim)

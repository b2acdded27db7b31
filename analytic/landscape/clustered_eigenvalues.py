r"""Eigenvalues of a symmetric matrix of balls where some coincide or nearly do: clusters with their numbers.

A similarity $B = Q^{-1} A Q$ by approximate eigenvectors is nearly diagonal. Every union of Gershgorin discs apart from
the others holds as many eigenvalues as it has discs. Eigenvectors from float64 leave 16 digits; entries between
eigenvalues that are apart fall quadratically under $Q \leftarrow Q (I + X)$, $X_{ij} = B_{ij} / (B_{jj} - B_{ii})$, and
what is left between eigenvalues that are close is rotated by the eigenvectors of that small block, scaled up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flint import arb, arb_mat

#: Rounds double the digits: 16, 32, ..., 4096.
ROUNDS = 9
#: B_ij / (B_jj - B_ii) at most this is a small rotation; otherwise the two eigenvalues are close.
SMALL_ROTATION = 1e-3


def clustered_eigenvalues(matrix: Sequence[Sequence[arb]]) -> list[arb] | None:
    """Enclosures of all eigenvalues in ascending order; one ball for each, the same for all of a cluster.

    Args:
        matrix: m x m finite balls, symmetric.

    Returns:
        m balls; those of different clusters do not overlap. None if the precision is too low for the similarity.

    Source: Gershgorin (1931), Satz IV on separate unions of discs.

    Example:
        >>> from flint import arb
        >>> rows = [2, 0, 0], [0, 1, 1], [0, 1, 1]
        >>> found = clustered_eigenvalues([[arb(x) for x in row] for row in rows])
        >>> [round(float(x), 9) for x in found]
        [0.0, 2.0, 2.0]
    """
    A, size = arb_mat(matrix), len(matrix)
    Q = arb_mat(size, size, [arb(int(i == j)) for i in range(size) for j in range(size)])
    best: list[arb] | None = None
    for _ in range(ROUNDS):
        for step in (_rotation, _separation):
            B = _similar(A, Q)
            if B is None:
                return best
            found = _discs(B)
            if best is not None and _width(found) * 2 > _width(best) and step is _rotation:
                return best  # a whole round has gained nothing: the balls of the matrix itself are reached
            best = found if best is None or _width(found) < _width(best) else best
            Q = _midpoint(Q * step(B))
    return best


def _width(found: Sequence[arb]) -> float:
    return sum(float(x.rad()) for x in found)


def _midpoint(Q: arb_mat) -> arb_mat:
    return arb_mat(Q.nrows(), Q.ncols(), [x.mid() for x in Q.entries()])


def _similar(A: arb_mat, Q: arb_mat) -> arb_mat | None:
    try:
        B = Q.solve(A * Q)
    except ZeroDivisionError:
        return None
    return B if all(x.is_finite() for x in B.entries()) else None


def _discs(B: arb_mat) -> list[arb]:
    """Unions of the Gershgorin intervals that overlap: the eigenvalues are real."""
    rows = B.tolist()
    discs = []
    for i, row in enumerate(rows):
        radius = sum((arb(abs(x).upper()) for j, x in enumerate(row) if j != i), arb(0)).upper()
        discs.append(row[i] + arb(0, radius))
    discs.sort(key=_Lower)
    groups: list[tuple[arb, int]] = []
    for disc in discs:
        if groups and groups[-1][0].overlaps(disc):
            hull, count = groups.pop()
            groups.append((hull.union(disc), count + 1))
        else:
            groups.append((disc, 1))
    return [hull for hull, count in groups for _ in range(count)]


class _Lower:
    """Orders balls by their exact lower ends."""

    def __init__(self, x: arb) -> None:
        self.end = x.lower()

    def __lt__(self, other: _Lower) -> bool:
        return bool(self.end < other.end)


def _rotation(B: arb_mat) -> arb_mat:
    """Eigenvectors, in floats, of the blocks of close eigenvalues."""
    import numpy as np

    size = B.nrows()
    R = arb_mat(size, size, [arb(int(i == j)) for i in range(size) for j in range(size)])
    for block in _close(B):
        mean = sum((B[i, i].mid() for i in block), arb(0)).mid() / len(block)
        entries = [[B[i, j].mid() - (mean if i == j else 0) for j in block] for i in block]
        largest = max((abs(x) for row in entries for x in row), key=float)
        if largest == 0:
            continue
        scaled = np.array([[float((x / largest).mid()) for x in row] for row in entries])
        vectors = np.linalg.eigh((scaled + scaled.T) / 2)[1]
        for (r, i), (s, j) in ((x, y) for x in enumerate(block) for y in enumerate(block)):
            R[i, j] = arb(float(vectors[r, s]))
    return R


def _separation(B: arb_mat) -> arb_mat:
    """I + X: removes what couples eigenvalues that are apart, to first order."""
    size = B.nrows()
    X = arb_mat(size, size, [arb(int(i == j)) for i in range(size) for j in range(size)])
    for i in range(size):
        for j in range(size):
            gap = (B[j, j] - B[i, i]).mid()
            if i != j and gap != 0 and abs(B[i, j].mid()) <= SMALL_ROTATION * abs(gap):
                X[i, j] = (B[i, j].mid() / gap).mid()
    return X


def _close(B: arb_mat) -> Iterator[list[int]]:
    """Index sets that are coupled more strongly than by a small rotation: connected components."""
    left = set(range(B.nrows()))
    while left:
        block, border = set[int](), [left.pop()]
        while border:
            i = border.pop()
            block.add(i)
            near = {j for j in left if _coupled(B, i, j)}
            left -= near
            border += near
        if len(block) > 1:
            yield sorted(block)


def _coupled(B: arb_mat, i: int, j: int) -> bool:
    gap = abs((B[j, j] - B[i, i]).mid())
    return any(bool(abs(B[a, b].mid()) > SMALL_ROTATION * gap) for a, b in ((i, j), (j, i)))

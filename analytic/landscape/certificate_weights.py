"""Certificates from matrices of weights: through their symmetry, by merging split neurons, or without symmetry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from analytic.errors import DimensionError
from analytic.landscape.certificate import Certificate, certify
from analytic.landscape.certificate_dense import MAX_WEIGHTS, certify_dense
from analytic.landscape.isotropy import checked_weights, isotropy
from analytic.landscape.named import MAX_ORBITS, point_from_weights
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.pair import RELU, Homogeneous

#: Directions closer than this, relative to their norms, are taken for one.
PARALLEL = 1e-6
CONTINUUM = "degenerate: split neurons form a continuum of critical points with one loss"


def certify_weights(
    W: object,
    V: Sequence[Sequence[Any]] | None = None,
    k: int | None = None,
    phi: Homogeneous = RELU,
    digits: int = 15,
    polish: bool = False,
) -> Certificate:
    """The certificate of the critical point at given weights.

    Args:
        W: n x d weights, one neuron a row.
        V: k x d teachers; default [I_k 0]. A square V with exactly orthonormal rows is rotated to the identity.
        k: number of teachers [I_k 0]; default the smaller of n and d.
        phi: the activation.
        digits: of eigenvalues and loss.
        polish: take the critical point that Newton's method leads to, however far it is.

    Returns:
        The certificate; for split neurons (several of one direction) that of the merged network.

    Raises:
        DimensionError: sizes do not fit, or too little symmetry.
        NoCriticalPointError: the weights are not a critical point; see ``point_from_weights``.

    Example:
        >>> certify_weights([[0.3, 0], [0.7, 0], [0, 1]], k=2).facts.kind
        'degenerate: split neurons form a continuum of critical points with one loss'
    """
    import numpy as np

    array, teachers = checked_weights(W, k if V is None else min(len(V), _columns(W)))
    if V is not None:
        array, dense = _rotated(array, V)
        if dense is not None:
            return _general(array, dense, phi, digits, polish)
    groups = _parallel_groups(array)
    together = len(groups) < len(array) and _fixed_by_symmetry(array, groups, teachers)
    if len(groups) < len(array) and not together:
        return _merged(array, groups, (teachers, phi, polish, digits))
    if _without_symmetry(array, teachers) and array.size <= MAX_WEIGHTS:
        identity = np.eye(teachers, array.shape[1], dtype=int).tolist()
        return certify_dense(array.tolist(), identity, phi, digits, polish)
    try:
        return certify(point_from_weights(array, teachers, phi, polish), digits)
    except NoCriticalPointError:
        if together:  # parts of teachers: parallel to them at this point only
            return _merged(array, groups, (teachers, phi, polish, digits))
        raise


def _merged(W: Any, groups: list[list[int]], options: tuple[int, Homogeneous, bool, int]) -> Certificate:
    """The certificate of the network in which rows of one direction are added up, with the shares of its neurons."""
    import numpy as np

    k, phi, polish, digits = options
    merged = np.array([W[g].sum(axis=0) for g in groups])
    found = certify(point_from_weights(merged, k, phi, polish), digits)
    return _split(found, W, merged, groups, k)


def _general(W: Any, V: list[list[Fraction]], phi: Homogeneous, digits: int, polish: bool) -> Certificate:
    """The certificate for teachers that are no orthonormal basis, split neurons merged."""
    import numpy as np

    groups = _parallel_groups(W)
    merged = np.array([W[g].sum(axis=0) for g in groups])
    found = certify_dense(merged.tolist(), V, phi, digits, polish)
    if len(groups) == len(W):
        return found
    return _shared(found, W, groups, {row: (row, 1) for row in range(len(groups))})


def _columns(W: object) -> int:
    import numpy as np

    array = np.asarray(W)
    return int(array.shape[1]) if array.ndim == 2 else 1


def _rotated(W: Any, V: Sequence[Sequence[Any]]) -> tuple[Any, list[list[Fraction]] | None]:
    """W in the basis of the teachers if they are one, with exact entries; else W and the teachers as they are."""
    import numpy as np

    rows = [[Fraction(x) for x in row] for row in V]
    d = W.shape[1]
    if any(len(row) != d for row in rows):
        raise DimensionError(f"got teachers of {len(rows[0])} columns and weights of {d}, expected the same dimension")
    gram = [[sum(x * y for x, y in zip(r, s, strict=True)) for s in rows] for r in rows]
    orthonormal = all(gram[i][j] == int(i == j) for i in range(len(rows)) for j in range(len(rows)))
    if orthonormal and len(rows) == d:
        return W @ np.array([[float(x) for x in row] for row in rows]).T, None
    identity = all(x == int(i == j) for i, row in enumerate(rows) for j, x in enumerate(row))
    return W, None if identity else rows


def _parallel_groups(W: Any) -> list[list[int]]:
    """Rows of one direction."""
    import numpy as np

    units = W / np.linalg.norm(W, axis=1)[:, None]
    groups: list[list[int]] = []
    for i, u in enumerate(units):
        home = next((g for g in groups if float(np.abs(units[g[0]] - u).max()) < PARALLEL), None)
        if home is None:
            groups.append([i])
        else:
            home.append(i)
    return groups


def _fixed_by_symmetry(W: Any, groups: list[list[int]], k: int) -> bool:
    """Whether all rows of one direction are equal and in one block: then the symmetry keeps them together."""
    if _without_symmetry(W, k):
        return False
    found = isotropy(W, k)
    block = {r: b for b, rows in enumerate(_blocks(found)) for r in rows}
    return all(len({block[r] for r in g}) == 1 for g in groups)


def _blocks(found: Any) -> list[list[int]]:
    rows, begin = [], 0
    for b in found.layout.rows:
        size = 1 if b.single else found.sizes[b.label]
        rows.append(list(found.rows[begin : begin + size]))
        begin += size
    return rows


def _without_symmetry(W: Any, k: int) -> bool:
    try:
        found = isotropy(W, k)
    except DimensionError:
        return True
    return not found.sizes or len(found.layout.orbits) > MAX_ORBITS


def _split(found: Certificate, W: Any, merged: Any, groups: list[list[int]], k: int) -> Certificate:
    """The certificate of the merged network, with the shares of its split neurons."""
    blocks = _blocks(isotropy(merged, k))
    return _shared(found, W, groups, {r: (p, i + 1) for p, rows in enumerate(blocks) for i, r in enumerate(rows)})


def _shared(found: Certificate, W: Any, groups: list[list[int]], place: dict[int, tuple[int, int]]) -> Certificate:
    """With the shares of split neurons; place: block and number of each row of the merged network."""
    import numpy as np

    split = []
    for row, group in enumerate(groups):
        if len(group) > 1:
            norms = [Fraction(float(np.linalg.norm(W[g]))) for g in group]
            shares = [(x / sum(norms)).limit_denominator(10**12) for x in norms[1:]]
            split.append((*place[row], tuple(map(str, [1 - sum(shares), *shares]))))
    facts = replace(found.facts, kind=CONTINUUM, index=None)
    return replace(found, problem=replace(found.problem, split=tuple(sorted(split))), facts=facts)

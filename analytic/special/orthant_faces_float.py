r"""Orthant probabilities of many variables: the functions of ``orthant_faces`` in float64 with proven error bounds.

Beside the value of each g_J at each node there is a bound of its error, which obeys the same recursion. In a term
$w g$, $w = h \varphi(h s)$, let h be known up to $\eta$. Then w is wrong by at most
$\omega = 0.4 \eta + (n + 16) u |h|$: $|\partial w/\partial h| = \varphi(x) |1 - x^2| \le 0.4$ at $x = h s$; the
node and x are wrong by 3 u of themselves and $x^2/2$ by $3.5 u x^2$, which changes w by at most
$3.5 u |h| x^2 \varphi(x) \le 1.1 u |h|$; the exponential and the products add $0.4 |h| \cdot 12 u$. What is left of
$(n + 16) u |h|$ is more than the rounding of the sum of n terms.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from flint import arb

from analytic.balls import precision
from analytic.special.orthant_exponential import ENLARGED, TINY, UNIT, exponential
from analytic.special.orthant_faces import Faces, Matrix, face_slopes, last_integral, weights_and_radius
from analytic.special.orthant_panels import Panels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: Values that are worked on at once.
CHUNK = 200_000


class Level(NamedTuple):
    """All sets of m components.

    Args:
        sets: as sums of 2^j, in increasing order.
        rows: their components, (sets, m).
        heights: the h of each, (sets, m).
        errors: bounds of their errors, (sets, m).
    """

    sets: Indices
    rows: Indices
    heights: Array
    errors: Array


class Functions(NamedTuple):
    """The g_J of all J of one size at the nodes, (sets, nodes), and bounds of their errors."""

    sets: Indices
    values: Array
    errors: Array


def float_faces_probability(matrix: Matrix, goal: int, lost: int) -> arb:
    r"""The probability that all components are positive.

    Args:
        matrix: positive definite correlation matrix of exact entries, n >= 2.
        goal: the quadrature may leave an error of 2^-goal; rounding leaves about 2^-40 of the probability at best.
        lost: how many bits the determinant loses.

    Returns:
        A ball; NaN if the matrix could not be told from a singular one.

    Source: see ``orthant_faces``.

    Example:
        >>> half = arb(1) / 2
        >>> matrix = [[arb(1) if i == j else half for j in range(11)] for i in range(11)]
        >>> value = float_faces_probability(matrix, 30, 11)
        >>> value.contains(arb(1) / 12), bool(value.rad() < 1e-8)
        (True, True)
    """
    n = len(matrix)
    with precision(64 + 2 * lost):
        weights, near = weights_and_radius(matrix)
        faces = face_slopes(matrix, weights) if weights else {}
        if not faces or any(not h.is_finite() for _, heights in faces.values() for h in heights):
            return arb.nan()
        radius = max((1 / faces[1 << j][0].sqrt()).upper() for j in range(n))
        levels = [_level(n, size, faces) for size in range(2, n + 1)]
        variance = faces[(1 << n) - 1][0]
    with precision(160):
        return last_integral(n, near, radius, variance, goal, lambda rule, bound: _integrated(levels, rule, bound))


def _level(n: int, size: int, faces: Faces) -> Level:
    """The sets of one size."""
    import numpy as np

    rows = np.array(list(combinations(range(n), size)), dtype=np.int64)
    sets = (1 << rows).sum(axis=1)
    order = np.argsort(sets)
    slopes = [h for key in sets[order].tolist() for h in faces[key][1]]
    mid = [float(h.mid()) for h in slopes]
    # the float is next to the middle of the ball
    rad = [float(h.rad()) * ENLARGED + 2 * UNIT * abs(m) + TINY for h, m in zip(slopes, mid, strict=True)]
    return Level(sets[order], rows[order], np.array(mid).reshape(-1, size), np.array(rad).reshape(-1, size))


def _integrated(levels: list[Level], rule: Panels, radius: arb) -> list[arb]:
    """The values of the last function at the nodes."""
    import numpy as np

    n = len(levels) + 1
    nodes = np.array([float(x.mid()) for x in rule.nodes])
    sets = 1 << np.arange(n, dtype=np.int64)
    mid, rad = np.ones((n, len(nodes))), np.zeros((n, len(nodes)))
    quadrature = _Quadrature(rule)
    for size, level in enumerate(levels, start=2):
        errors = np.array([float(x.upper()) for x in rule.errors(size, size - 2, radius)]) * ENLARGED
        before = Functions(sets, mid, rad)
        mid, rad = (np.empty((len(level.sets), len(nodes))) for _ in range(2))
        step = max(1, CHUNK // len(nodes))
        for first in range(0, len(level.sets), step):
            part = slice(first, first + step)
            mid[part], rad[part] = quadrature.cumulative(*_derivative(level, part, before, nodes, n), errors)
        sets = level.sets
    return [arb(float(m), float(r)) for m, r in zip(mid[0], rad[0], strict=True)]


def _derivative(level: Level, part: slice, before: Functions, nodes: Array, n: int) -> tuple[Array, Array]:
    """The sums of h phi(h s) g for some of the sets; the bounds are of all errors."""
    import numpy as np

    total = slack = np.zeros((1, len(nodes)))
    for k in range(level.rows.shape[1]):
        parent = np.searchsorted(before.sets, level.sets[part] ^ (1 << level.rows[part, k]))
        height, eta = level.heights[part, k, None], level.errors[part, k, None]
        x = height * nodes
        weight = height * (0.3989422804014327 * exponential(-0.5 * (x * x)))
        omega = 0.4 * eta + (n + 16) * UNIT * np.abs(height)
        value, error = before.values[parent], before.errors[parent]
        total = total + weight * value
        slack = slack + (np.abs(weight) * error + omega * (np.abs(value) + error))
    return total, slack * ENLARGED + TINY


class _Quadrature:
    """The integration of a rule in float64."""

    def __init__(self, rule: Panels) -> None:
        import numpy as np

        count = rule.integration.nrows()
        self.matrix = np.array([[float(x.mid()) for x in row] for row in rule.integration.tolist()])
        self.halves = np.array([float(x.mid()) for x in rule.halves])
        # the entries, rounded from 160 bits, are wrong by less than 2 u |a| + u 1e-20; so is the length of the panel
        self.absolute = np.abs(self.matrix) * ENLARGED + 1e-20
        self.rounding = (count + 16) * UNIT

    def cumulative(self, derivative: Array, bounds: Array, errors: Array) -> tuple[Array, Array]:
        """The integrals from 0 to each node, between 0 and 1."""
        import numpy as np

        shape = (len(derivative), len(self.halves), len(self.matrix))
        rates, slack = derivative.reshape(shape), bounds.reshape(shape)
        pieces = (rates @ self.matrix) * self.halves[:, None]
        spread = ((slack + self.rounding * np.abs(rates)) @ self.absolute) * self.halves[:, None] * ENLARGED
        spread += errors[:, None]
        # what is added before a panel; sums of so few panels are wrong by less than that many u of the sum of moduli
        panels = len(self.halves) + 1
        moduli = np.cumsum(np.abs(pieces[:, :, -1]), axis=1)
        for values, last in ((pieces, pieces[:, :, -1].copy()), (spread, spread[:, :, -1].copy())):
            values[:, 1:] += np.cumsum(last, axis=1)[:, :-1, None]
        spread += panels * UNIT * (moduli[:, -1, None, None] + np.abs(pieces))
        flat = (len(pieces), -1)
        return np.clip(pieces, 0.0, 1.0).reshape(flat), (spread * ENLARGED + TINY).reshape(flat)

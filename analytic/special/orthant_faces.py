r"""Orthant probabilities of any definite matrix by one function of one variable for each set of components.

With weights $c > 0$ let $Y = \sum c_i X_i$. For a set J of components and $y \ge 0$ let
$$g_J(y) = P(X_j > 0\ \forall j \in J \mid X_i = 0\ \forall i \notin J,\ Y = y), \qquad g_{\{j\}} = 1.$$
There X_j has the mean $\mu_j y$ and a variance $\tau_j^2$ that does not depend on y, so that by the derivative of a
normal probability by its means, with $h_{Jj} = \mu_j/\tau_j$,
$$g_J'(y) = \sum_{j \in J} h_{Jj}\, \varphi(h_{Jj} y)\, g_{J \setminus j}(y), \qquad g_J(0) = 0, \qquad
P = \int_0^\infty f_Y(y)\, g_{\{1..n\}}(y)\,dy.$$
That makes $n 2^{n-1}$ products of functions, whatever the matrix is. If $1/q_J$ is the variance of Y given
$X_i = 0\ \forall i \notin J$, then $h_{Jj}^2 = q_{J \setminus j} - q_J$: one exponential $e^{-q_J y^2/2}$ for each J
is enough.

Geometrically the part of the cone where $Y = y$ is y times a simplex, and $g_J(y)$ the Gaussian measure of y times a
face of it, seen from the foot of the perpendicular on it: $g_J(z) = z^m \int \varphi_m(z x)\,dx$ over a simplex of
dimension $m = |J| - 1$ in which $|x|^2 \le Q = \max q_{\{j\}}$. Hence $|g_J(z)| \le e^{Q (\Im z)^2} g_J(|z|)$ and
$|g_J(z)| \le \cos^{-m/2}(2 \arg z)\,g_J(\sqrt{\Re z^2})$, from which the error of the quadrature is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import log, sqrt

from flint import arb, arb_mat, arb_poly

from analytic.balls import precision
from analytic.special.orthant_panels import Panels, panels, plan

Matrix = Sequence[Sequence[arb]]
#: The 1/q_J and the h of a set J of components, given as the sum of 2^j.
Faces = dict[int, tuple[arb, list[arb]]]
BATCH = 256
#: Bits for the errors of the levels, which add up.
GUARD = 5


def faces_probability(matrix: Matrix, goal: int, lost: int) -> arb:
    r"""The probability that all components are positive.

    Args:
        matrix: positive definite correlation matrix of exact entries, n >= 2.
        goal: the quadrature may leave an error of 2^-goal.
        lost: how many bits the determinant loses.

    Returns:
        A ball; NaN if the matrix could not be told from a singular one.

    Source: Miwa, Hayter and Kuriki 2003 for the decomposition of the cone; Koyama and Takemura 2015 for the functions.

    Example:
        >>> half = arb(1) / 2
        >>> matrix = [[arb(1) if i == j else half for j in range(10)] for i in range(10)]
        >>> value = faces_probability(matrix, 40, 10)
        >>> value.contains(arb(1) / 11), bool(value.rad() < 1e-11)
        (True, True)
    """
    n = len(matrix)
    with precision(goal + 40 + 2 * lost):
        weights, near = weights_and_radius(matrix)
        faces = face_slopes(matrix, weights) if weights else {}
    if not faces or any(not h.is_finite() for _, heights in faces.values() for h in heights):
        return arb.nan()
    with precision(goal + GUARD + 16):
        radius = max((1 / faces[1 << j][0].sqrt()).upper() for j in range(n))
        whole = faces[(1 << n) - 1][0]
        return last_integral(n, near, radius, whole, goal, lambda rule, bound: _integrated(n, faces, rule, bound))


def function_values(matrix: Matrix, goal: int, lost: int) -> int:
    """How many values of functions the probability takes, all sets and nodes; 0 if the matrix seems singular.

    Args:
        matrix: see ``faces_probability``.
        goal: the quadrature may leave an error of 2^-goal.
        lost: how many bits the determinant loses.

    Example:
        >>> half = arb(1) / 2
        >>> function_values([[arb(1) if i == j else half for j in range(10)] for i in range(10)], 40, 10) < 200_000
        True
    """
    with precision(goal + 40 + 2 * lost):
        weights, radius = weights_and_radius(matrix)
    if not weights:
        return 0
    chosen = plan(radius, _end(goal), len(matrix), goal + GUARD)
    return (len(chosen.ends) - 1) * chosen.size << len(matrix)


def weights_and_radius(matrix: Matrix) -> tuple[list[arb], float]:
    r"""Exact positive weights with which all q_{j} are about the same and Var Y about 1, and about $\sqrt{q_{j}}$."""
    n = len(matrix)
    try:
        inverse = arb_mat([list(row) for row in matrix]).inv()
    except ZeroDivisionError:
        return [], 0.0
    if any(not inverse[i, i] > 0 for i in range(n)):
        return [], 0.0
    weights = [arb(inverse[i, i].sqrt().mid()) for i in range(n)]
    radius = sum((weights[i] * weights[j] * matrix[i][j] for i in range(n) for j in range(n)), arb(0)).sqrt()
    return [arb((w / radius).mid()) for w in weights], float(radius)


def face_slopes(matrix: Matrix, weights: Sequence[arb]) -> Faces:
    """The variances and slopes of all sets of components.

    Args:
        matrix: positive definite correlation matrix.
        weights: exact and positive.

    Returns:
        By set; not finite where the balls are too wide.

    Example:
        >>> half = arb(1) / 2
        >>> variance, slopes = face_slopes([[arb(1), half], [half, arb(1)]], [arb(1)] * 2)[3]
        >>> variance.contains(3), all(h.contains(1) for h in slopes)  # mean y/2, variance 1/4 given that the sum is y
        (True, True)
    """
    n = len(matrix)
    lower = [list(row[: i + 1]) for i, row in enumerate(matrix)]
    slopes = [sum((c * x for c, x in zip(weights, row, strict=True)), arb(0)) for row in matrix]
    variance = sum((c * b for c, b in zip(weights, slopes, strict=True)), arb(0))
    found: Faces = {}
    # each set is reached by leaving out the components outside it in increasing order
    pending = [(tuple(range(n)), lower, slopes, variance, 0)]
    while pending:
        rows, lower, slopes, variance, start = pending.pop()
        radicands = [variance * (variance * lower[k][k] - b * b) for k, b in enumerate(slopes)]
        several = len(rows) > 1
        heights = [b / x.sqrt() for b, x in zip(slopes, radicands, strict=True)] if several else []
        found[sum(1 << i for i in rows)] = (variance, heights)
        for k in range(len(rows)) if several else ():
            if rows[k] >= start:
                rest = (*rows[:k], *rows[k + 1 :])
                pending.append((rest, *_without(k, lower, slopes, variance), rows[k] + 1))
    return found


def _without(k: int, lower: Matrix, slopes: Sequence[arb], variance: arb) -> tuple[list[list[arb]], list[arb], arb]:
    """The covariances below the diagonal, those with Y, and the variance of Y, given that component k is 0."""
    column = [*lower[k][:k], *(row[k] for row in lower[k:])]
    rest = [i for i in range(len(lower)) if i != k]
    scaled = [x / column[k] for x in column]
    fewer = [[lower[i][j] - scaled[i] * column[j] for j in rest if j <= i] for i in rest]
    falling = [slopes[i] - scaled[i] * slopes[k] for i in rest]
    return fewer, falling, variance - slopes[k] ** 2 / column[k]


def last_integral(
    n: int, near: float, radius: arb, variance: arb, goal: int, functions: Callable[[Panels, arb], Sequence[arb]]
) -> arb:
    """The probability from the function of all n components.

    Args:
        n: number of components.
        near: about the square root of Q.
        radius: an upper bound of it.
        variance: of Y.
        goal: the quadrature may leave an error of 2^-goal.
        functions: the values of that function at the nodes, from the panels and the upper bound.
    """
    # f_Y is h phi(h y) with h = 1/sd(Y), so that the last integral is one more level
    density = 1 / variance.sqrt()
    rule = panels(plan(near, _end(goal), n, goal + GUARD))
    factor = density / (2 * arb.pi()).sqrt()
    decay = _decays(variance, [s * s / 2 for s in rule.nodes])
    rates = [factor * e * g for e, g in zip(decay, functions(rule, radius), strict=True)]
    (values,) = _cumulative([rates], rule, rule.errors(1, n - 1, radius))
    tail = (rule.nodes[-1] * density / arb(2).sqrt()).erfc() / 2
    return values[-1] + tail.union(arb(0))


def _integrated(n: int, faces: Faces, rule: Panels, radius: arb) -> list[arb]:
    """The function of all n components, from the slopes h, level by level."""
    squares = [s * s / 2 for s in rule.nodes]
    level = {1 << j: arb_poly(_decays(faces[1 << j][0], squares)) for j in range(n)}
    for size in range(2, n + 1):
        level = _next_level(level, size, n, faces, rule, squares, radius)
    (top,) = level.values()
    decay = _decays(faces[(1 << n) - 1][0], squares)
    return [x / e for x, e in zip(_padded(top, rule), decay, strict=True)]


def _end(goal: int) -> float:
    """Beyond that many standard deviations there is less than 2^-goal of Y."""
    return sqrt(2 * log(2) * (goal + 2))


def _decays(variance: arb, squares: Sequence[arb]) -> list[arb]:
    """The factors $e^{-q y^2/2}$ at the nodes."""
    q = -1 / variance
    return [(q * s).exp() for s in squares]


def _next_level(
    level: dict[int, arb_poly], size: int, n: int, faces: Faces, rule: Panels, squares: Sequence[arb], radius: arb
) -> dict[int, arb_poly]:
    """The products of g_J and the exponential for all J of one size, from those of the size before."""
    root = (2 * arb.pi()).sqrt()
    errors = rule.errors(size, size - 2, radius)
    found: dict[int, arb_poly] = {}
    sets = list(combinations(range(n), size))
    for first in range(0, len(sets), BATCH):
        decays, derivatives, keys = [], [], []
        for rows in sets[first : first + BATCH]:
            key = sum(1 << i for i in rows)
            variance, heights = faces[key]
            total = sum((level[key ^ (1 << j)] * h for j, h in zip(rows, heights, strict=True)), arb_poly())
            decay = _decays(variance, squares)
            derivatives.append([d / (e * root) for d, e in zip(_padded(total, rule), decay, strict=True)])
            decays.append(decay)
            keys.append(key)
        for key, decay, values in zip(keys, decays, _cumulative(derivatives, rule, errors), strict=True):
            found[key] = arb_poly([e * g for e, g in zip(decay, values, strict=True)])
    return found


def _padded(values: arb_poly, rule: Panels) -> list[arb]:
    """The values at the nodes; trailing zeros are no coefficients."""
    found = list(values.coeffs())
    return found + [arb(0)] * (len(rule.nodes) - len(found))


def _cumulative(rows: Sequence[Sequence[arb]], rule: Panels, errors: Sequence[arb]) -> list[list[arb]]:
    """The integrals from 0 to each node."""
    count, parts = rule.integration.nrows(), len(rule.halves)
    pieces = arb_mat([row[k * count : (k + 1) * count] for row in rows for k in range(parts)])
    flat = (pieces * rule.integration).entries()
    found = []
    for r in range(len(rows)):
        values: list[arb] = []
        for k, (half, error) in enumerate(zip(rule.halves, errors, strict=True)):
            begin = values[-1] if k else arb(0)
            at = (r * parts + k) * count
            begin += arb(0, 1) * error
            values += [begin + half * x for x in flat[at : at + count]]
        found.append(values)
    return found

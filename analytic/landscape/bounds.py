r"""How far the Hessian can move: a Lipschitz constant in operator norm, and balls on which the loss is strongly convex.

ReLU students $w_i \ne 0$, any teachers $v_j$; $u_j$ runs over both. The Hessian's blocks are $H_{il} = h_2(w_i, w_l)$
for $i \ne l$ and $H_{ii} = \frac12 I + D_i$, $D_i = \sum_{j \ne i} h_1(w_i, w_j) - \sum_j h_1(w_i, v_j)$, with

$$h_2(w, v) = E[1_{w\cdot x > 0} 1_{v\cdot x > 0}\, x x^T], \quad
h_1(w, v) = E[\delta(w\cdot x)\,(v\cdot x)_+\, x x^T].$$

Where no two vectors are parallel these are smooth, and $\delta(w\cdot x)$ means: x standard Gaussian on $w^\perp$,
times $1/(\sqrt{2\pi}|w|)$. On $w^\perp$ a half-space carries half of any even integrand, and
$E|a x\, b x\, c x| \le E|z|^3 = 2\sqrt{2/\pi}$ for unit a, b, c (Hölder). With $|\cdot|$ the operator norm:

1. $|\partial_w h_2[a]| \le |a|/(\pi|w|)$ and $|\partial_v h_1(w, v)[a]| \le |a|/(\pi|w|)$: both are
   $E[\delta(w\cdot x)\,1_{v\cdot x > 0}\,(a\cdot x)\,x x^T]$. Likewise $|\partial_v h_2[a]| \le |a|/(\pi|v|)$.
2. $\partial_{w_i} D_i[a]$: along $w_i$ it is $-(a\cdot\bar w_i) D_i/|w_i|$ ($D_i$ has degree -1). For $a \perp w_i$,
   $a = |a|\hat a$, turn the frame by $A = \hat a\bar w_i^T - \bar w_i\hat a^T$. From
   $D_i(Rw, u) = R D_i(w, R^{-1}u) R^T$ it is
   $\frac{|a|}{|w_i|}([A, D_i] - \sum_j \pm\,\partial_{u_j} h_1[A u_j])$. As $D_i\bar w_i = 0$, the commutator has norm
   $|D_i\hat a| \le |D_i|$; on $w_i^\perp$, $A u_j\cdot x = (\bar w_i\cdot u_j)(\hat a\cdot x)$, so by 1 the sum is at
   most $T_i/(\pi|w_i|)$, $T_i = \sum_j |\bar w_i\cdot u_j|$. Hence with $M_i \ge |D_i|$
   $$|\partial_{w_i} D_i[a]| \le \frac{|a|}{|w_i|}\sqrt{M_i^2 + (M_i + T_i/(\pi|w_i|))^2}.$$
3. By Cauchy-Schwarz with $E z^4 = 3$, $|D_i| \le \sqrt{3 E[r^2]}/(\sqrt{2\pi}|w_i|)$, r the network's residual on
   $w_i^\perp$: its expectation F of pairs at the projected vectors. Away from W, $D_i$ has a coarser constant: a
   single pair has $|h_1| = |v|\sin\theta/(\pi|w|)$ and $T = |v||\cos\theta|$, and
   $\sin^2\theta + (\sin\theta + |\cos\theta|)^2 \le g^2$, $g = (1 + \sqrt5)/2$. So $|D_i| \le S_i/(\pi|w_i|)$,
   $S_i = \sum_j |u_j|$, and $D_i$ moves by at most $\sqrt{(g S_i/|w_i|)^2 + n - 1}/(\pi|w_i|)$ times the movement.
4. A movement $\dot W$ of Frobenius norm 1, rows $a_i$: off-diagonal blocks have norms at most
   $(\alpha_i + \alpha_l)/\pi$, $\alpha_i = |a_i|/|w_i|$, together at most $2\sqrt n/(\pi \min|w|)$; the block-diagonal
   part is at most the largest of $\sqrt{c_i^2 + (n - 1)/(\pi|w_i|)^2}$, $c_i$ the constant of 2. Their sum bounds the
   derivative of H.

The ball about W is convex and the Hessian continuous on it (no neuron vanishes). A segment on which a pair is parallel
all along is a limit of segments on which it is so at finitely many points at most (a Gram determinant is a polynomial);
so the bound on the derivative is a Lipschitz constant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import arb, arb_mat

from analytic.angle import exact_vector
from analytic.balls import precision
from analytic.errors import DimensionError, DomainError, ZeroNeuronError
from analytic.landscape.layout import aligned
from analytic.landscape.pair import RELU
from analytic.landscape.point import CriticalPoint

#: Working precision.
BITS = 106
#: The radius found is this close to the largest one that the bound allows, relatively.
CLOSE = 2.0**-20


@dataclass(frozen=True)
class Surroundings:
    """What the bounds need of one student; nothing of it depends on the radius.

    Args:
        length: |w_i|.
        norms: the sum of the lengths of all other vectors.
        inner: the sum of the absolute values of inner products with them.
        residual: an upper bound of E[r^2] on the hyperplane orthogonal to w_i.
    """

    length: arb
    norms: arb
    inner: arb
    residual: arb


@dataclass(frozen=True)
class Configuration:
    """Students and teachers through their inner products, as far as the bounds need them. Use within ``precision``.

    Args:
        gram: inner products of all vectors, students first.
        n: number of students.
        rows: students of which every other one is a copy by symmetry.
    """

    gram: arb_mat
    n: int
    rows: tuple[int, ...]

    def norm(self, i: int) -> arb:
        """The length of a vector."""
        return self.gram[i, i].sqrt()

    @cached_property
    def around(self) -> tuple[Surroundings, ...]:
        """The students of ``rows``; computed once, at the precision of the first call."""
        lengths = [self.norm(j) for j in range(self.count)]
        found = []
        for i in self.rows:
            norms = sum((x for j, x in enumerate(lengths) if j != i), arb(0))
            inner = sum((abs(self.gram[i, j]) for j in range(self.count) if j != i), arb(0))
            found.append(Surroundings(lengths[i], norms, inner, self.residual(i)))
        return tuple(found)

    @property
    def count(self) -> int:
        """Number of vectors."""
        return int(self.gram.nrows())

    def residual(self, i: int) -> arb:
        """An upper bound of E[r^2] on the hyperplane orthogonal to student i."""
        g, others = self.gram, [j for j in range(self.count) if j != i]
        moved = {j: g[i, j] / g[i, i] for j in others}
        squares = {j: _nonnegative(g[j, j] - moved[j] * g[i, j]) for j in others}
        total = arb(0)
        for j in others:
            total += squares[j] / 2
            for m in others:
                if m < j:
                    pair = _expectation(squares[j], g[j, m] - moved[j] * g[i, m], squares[m])
                    total += pair * (2 if (j < self.n) == (m < self.n) else -2)
        return arb(_nonnegative(total).upper())


def _nonnegative(x: arb) -> arb:
    """The part of a ball that is not negative; the number in it is known not to be."""
    top = arb(x.upper())
    return x if bool(x >= 0) or not x.is_finite() else arb(top / 2, top / 2)


def _expectation(p: arb, q: arb, r: arb) -> arb:
    """E[relu(w.x) relu(v.x)], for balls in which vectors may be parallel or zero."""
    size = (p * r).sqrt()
    if not bool(size > 0):
        top = _nonnegative(p).upper() * _nonnegative(r).upper()
        return arb(0, arb(top).sqrt().upper() / 2)
    cosine = arb.max(arb.min(q / size, arb(1)), arb(-1))
    # acos of a ball that touches 1 is taken between the angles of its ends
    low, high = (arb(max(-1.0, min(1.0, x))).acos() for x in (_above(cosine), -_above(-cosine)))
    theta = low.union(high)
    return size * (theta.sin() + (arb.pi() - theta) * cosine) / (2 * arb.pi())


def _above(x: arb) -> float:
    """A float64 that is not smaller."""
    return math.nextafter(float(x.upper()), math.inf)


def hessian_lipschitz(W: Sequence[Sequence[Any]], V: Sequence[Sequence[Any]], radius: float) -> float:
    r"""L with $|H(W') - H(W'')| \le L\,|W' - W''|_F$ in operator norm, for all W', W'' within the radius of W.

    Args:
        W: n x d students, exact rational numbers, floats or balls.
        V: k x d teachers.
        radius: of the ball about W, in Frobenius norm; less than the length of every student.

    Returns:
        An upper bound.

    Raises:
        DimensionError: rows of different lengths.
        ZeroNeuronError: the ball reaches a zero neuron, where the Hessian does not exist.

    Source: derived here (see above); the blocks are those of Safran and Shamir (2018), "Spurious local minima are
    common in two-layer ReLU neural networks".

    Example:
        >>> round(hessian_lipschitz([[1.0, 0.2], [0.1, 1.0]], [[1, 0], [0, 1]], 0.01), 3)
        1.578
    """
    with precision(BITS):
        rows = [[x if isinstance(x, arb) else arb(*exact_vector([x])) for x in row] for row in (*W, *V)]
        if len({len(row) for row in rows}) != 1 or len(W) == 0:
            raise DimensionError(f"got rows of {sorted({len(r) for r in rows})} entries, expected one length")
        matrix = arb_mat(rows)
        whole = Configuration(matrix * matrix.transpose(), len(W), tuple(range(len(W))))
        return lipschitz(whole, arb(radius))


def lipschitz(at: Configuration, radius: arb) -> float:
    """The same for a configuration; see ``hessian_lipschitz``."""
    lengths = [at.norm(i) for i in at.rows]
    for i, length in zip(at.rows, lengths, strict=True):
        if not bool(length > radius):
            raise ZeroNeuronError(
                f"got the radius {float(radius):.3g}, expected less than |w_{i + 1}| = {float(length):.3g}: the "
                f"Hessian does not exist where a neuron is zero"
            )
    shortest, largest = lengths[0] - radius, arb(0)
    for student in at.around:
        shortest = arb.min(shortest, student.length - radius)
        largest = arb.max(largest, _diagonal(at, student, radius))
    return _above(2 * arb(at.n).sqrt() / (arb.pi() * shortest) + largest)


def _diagonal(at: Configuration, student: Surroundings, radius: arb) -> arb:
    """The bound of step 4 on the derivative of a student's diagonal block, for all W within the radius."""
    length, norms, inner = student.length, student.norms, student.inner
    least, root = length - radius, arb(at.n - 1).sqrt()
    pi_least = arb.pi() * least
    # rows of a movement of norm at most r: their norms sum to at most sqrt(n - 1) r, products by |w_i'| <= |w_i| + r
    all_norms = norms + root * radius
    along = (inner + radius * norms + (length + radius) * root * radius) / least
    golden = (1 + arb(5).sqrt()) / 2
    coarse = ((golden * all_norms / least) * (golden * all_norms / least) + (at.n - 1)).sqrt() / pi_least
    by_residual = (3 * student.residual / (2 * arb.pi())).sqrt() / length + radius * coarse
    block = arb.min(by_residual, all_norms / pi_least) if by_residual.is_finite() else all_norms / pi_least
    turned = block + along / pi_least
    own = (block * block + turned * turned).sqrt() / least
    return (own * own + (at.n - 1) / (pi_least * pi_least)).sqrt()


@dataclass(frozen=True)
class LocalConvexity:
    """For all W within the radius of the critical point (Frobenius norm, all n d directions) the Hessian is >= c I.

    Args:
        point: name of the critical point.
        c: the bound.
        radius: of the ball.
        lipschitz: of the Hessian on the ball.
        least: a lower bound of the smallest eigenvalue at the point.
    """

    point: str
    c: float
    radius: float
    lipschitz: float
    least: float

    def __repr__(self) -> str:
        return (
            f"Hessian >= {self.c:.6g} within {self.radius:.6g} of {self.point}: smallest eigenvalue >= "
            f"{self.least:.6g} there, Lipschitz constant <= {self.lipschitz:.6g}"
        )


def hessian_lower_bound(point: CriticalPoint, radius: float) -> LocalConvexity:
    """A bound c such that the Hessian is at least c times the identity within the radius of a critical point.

    Args:
        point: of the ReLU loss, integer sizes.
        radius: in Frobenius norm.

    Returns:
        The bound, in every direction; it may be negative, and then says nothing about convexity.

    Raises:
        DimensionError: sizes that are not integers.
        DomainError: another activation, or a radius that is not positive.
        ZeroNeuronError: the ball reaches a zero neuron.
    """
    if not 0 < radius < math.inf:
        raise DomainError(f"got the radius {radius}, expected a positive number")
    with precision(BITS):
        return _bound(point, _configuration(point), _least(point), radius)


def _least(point: CriticalPoint) -> arb:
    """A lower bound of the smallest eigenvalue."""
    found: arb = min((r.value.arb.lower() for r in point.spectrum(12).rows), key=float)
    return found


def _bound(point: CriticalPoint, at: Configuration, least: arb, radius: float) -> LocalConvexity:
    constant = lipschitz(at, arb(radius))
    c = -_above(arb(constant) * arb(radius) - least)
    return LocalConvexity(str(point.name), c, radius, constant, -_above(-least))


def convexity_radius(point: CriticalPoint, c: float = 0.0) -> LocalConvexity:
    """A ball about a strict local minimum on which the loss is strongly convex with modulus c, in every direction.

    Args:
        point: of the ReLU loss, integer sizes.
        c: less than the smallest eigenvalue of the Hessian at the point.

    Returns:
        The largest ball that the Lipschitz bound allows, up to a relative 2^-20.

    Raises:
        DimensionError: sizes that are not integers.
        DomainError: another activation, or c is not less than the smallest eigenvalue.

    Example:
        >>> from analytic import find_point
        >>> found = convexity_radius(find_point("II", 7))
        >>> found.c >= 0, round(found.radius, 5)
        (True, 0.00354)
    """
    with precision(BITS):
        at, least = _configuration(point), _least(point)
        limit = min(float(at.norm(i).lower()) for i in at.rows)
        low, high = 0.0, limit * (1 - CLOSE)
        found = None
        while high - low > CLOSE * high:
            radius = (low + high) / 2
            bound = _bound(point, at, least, radius)
            if bound.c >= c:
                low, found = radius, bound
            elif bound.least <= c:
                raise DomainError(
                    f"got c = {c}, expected less than the smallest eigenvalue at {point.name}, {bound.least:.9g}"
                )
            else:
                high = radius
    if found is None:
        raise DomainError(f"got c = {c}, too close to the smallest eigenvalue at {point.name} for any radius")
    return found


def _configuration(point: CriticalPoint) -> Configuration:
    """The exact point's Gram matrix in balls; one student of each block stands for the others."""
    if point.phi != RELU:
        raise DomainError("got another activation than ReLU, expected ReLU: the bound is derived for it")
    sizes = [point.size(b.label, b.single) for b in (*point.layout.rows, *point.layout.teachers)]
    if not all(isinstance(x, int) for x in sizes):
        raise DimensionError(f"got the sizes {dict(point.sizes)}, expected integers: the ball is one of matrices")
    matrix, begins = _dense(point)
    return Configuration(matrix * matrix.transpose(), point.n, begins)


def _dense(point: CriticalPoint) -> tuple[arb_mat, tuple[int, ...]]:
    """Students and teachers as rows on the first k columns, and the first student of each block."""
    values, teachers = point.weights(BITS), point.layout.teachers
    rows: list[list[arb]] = []
    begins: list[int] = []
    for p, row in enumerate(point.layout.rows):
        begins.append(len(rows))
        for i in range(point.size(row.label, row.single)):
            entries: list[arb] = []
            for q, column in enumerate(teachers):
                part = [values[_orbit(point, p, q, False)]] * point.size(column.label, column.single)
                if aligned(row, column):
                    part[i] = values[_orbit(point, p, q, True)]
                entries += part
            rows.append(entries)
    identity = [[arb(int(i == j)) for j in range(point.k)] for i in range(point.k)]
    return arb_mat(rows + identity), tuple(begins)


def _orbit(point: CriticalPoint, p: int, q: int, diagonal: bool) -> str:
    return next(o.name for o in point.layout.orbits if (o.row, o.column, o.diagonal) == (p, q, diagonal))

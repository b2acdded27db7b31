r"""The part of the Hessian that grows like k, exactly: what is left is bounded and has no poles at k = infinity.

With $\hat w_i = w_i/|w_i|$, $c = F_q$ and $\kappa = 4F_{pr}$ at a right angle (1/4 and $1/(2\pi)$ for the ReLU) let

$$(MX)_i = c \sum_j X_j + \kappa\, \hat w_i \sum_j \hat w_j\cdot X_j, \qquad R = H - M.$$

*R is bounded* as k grows, for weights such as those of ``series_scaled``, critical or not: (i) W has a bounded operator
norm, and rows bounded away from 0; (ii) $\cos\theta = O(1/k)$ between students, but for pairs of p flipped ones, p
fixed, with angles away from 0 and pi, and between students and teachers, but for boundedly many teachers of each
student; (iii) $\sum_j (|w_j| - 1) = O(1)$. With $G = |w||v|\sin\theta$ and the unit vector $\hat n$ along the part of v
that is orthogonal to w, the Hessian is made of

$$\partial_w\partial_v F = F_q I + w(2F_{pq}w + 4F_{pr}v)^T + v(F_{qq}w + 2F_{qr}v)^T, \qquad
\partial_w^2 F = \tfrac{G}{2\pi|w|^2}\,(I - \hat w\hat w^T + \hat n\hat n^T).$$

*Off the diagonal*, call f small if $f_{ij} = O(1/k)$ but for O(1) on those pairs of flipped students: f, its rows and
its columns have norms O(1). Let $Y = XW^T$; $\|Y\| = O(\|X\|)$ by (i). $F_q - c$ and $\kappa/(|w_i||w_j|) - 4F_{pr}$
are small: $\sum_j f_{ij}X_j$ and $w_i\sum_j f_{ij}Y_{jj}$ are bounded. $F_{pq}$ and $F_{qr}$ are small:
$|\sum_j f_{ij}Y_{ji}| \le |f_{i\cdot}||Y_{\cdot i}|$, and $\sum_{ij} f_{ij}^2Y_{jj}^2 = O(\|Y\|^2)$. $F_{qq}$ is
bounded, and so is its product with Y entry by entry. The terms i = j of M are bounded. *On the diagonal*, next to I/2,
the sum of $G/|w_i|^2$ over students minus that over teachers is $\sum_j (|w_j| - 1)/|w_i| + O(1) = O(1)$. The vectors
$\hat n$ of pairs without exception are, up to bounded factors, the rows of W (or V) without their parts along $w_i$, so
that $\sum_j \hat n\hat n^T$ is bounded; exceptions add boundedly many bounded terms. $\square$

In bases whose squared norms tend to positive constants, entries of R are thus power series in s: coefficients of
negative powers are 0, although only enclosures show. Leading terms of M are exact: no zero is guessed.

Source: Safran and Shamir (2018), Spurious local minima are common in two-layer ReLU neural networks, for the blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analytic.landscape.equivariant import fixed
from analytic.landscape.isotypic import TRIVIAL, Component, coordinate, spanning
from analytic.landscape.laurent import PrecisionLostError, Series, SeriesRing
from analytic.landscape.pair import PairDerivatives
from analytic.landscape.programs import Programs
from analytic.landscape.series_eigenvalues import LeadingRoots, Matrix, balanced, leading_eigenbasis, product
from analytic.landscape.series_newton import inverse
from analytic.landscape.series_scaled import check_vanishing
from analytic.landscape.tape import Program, Traced


@dataclass(frozen=True)
class Dominant:
    """The operator M of a layout, in the bases of its components.

    Args:
        programs: of the layout.
    """

    programs: Programs

    @cached_property
    def right_angle(self) -> PairDerivatives:
        """F and its derivatives at orthonormal vectors."""
        tape, phi = self.programs.loss_of.tape, self.programs.loss_of.phi
        one, zero = tape.element(1), tape.element(0)
        return phi.at(one, zero, one, one, tape.pi(), Traced.sqrt, Traced.atan2)

    @cached_property
    def program(self) -> Program:
        r"""For each component the matrix of $c\sum_j X_j$; then the coordinates of $\hat w$, and kappa at last."""
        reduced, outputs = self.programs.loss_of, list[Traced]()
        for component in self.programs.components:
            outputs += [x for row in self._sums(component) for x in row]
        for o in self.programs.layout.orbits:
            outputs.append(reduced.entry(o.row, o.column, o.diagonal) / reduced.norm(o.row).sqrt())
        return reduced.tape.program([*outputs, self.right_angle.f_pr * 4])

    def _sums(self, component: Component) -> list[list[Traced]]:
        reduced = self.programs.loss_of
        rows, columns, size = reduced.students, reduced.columns, reduced.size
        everywhere = fixed(rows, rows, lambda *_: self.right_angle.f_q)
        spans = [spanning(c, component, rows, columns, size) for c in component.copies]
        images = [reduced.algebra.left(everywhere, X) for X in spans]
        return [[reduced.tape.element(coordinate(image, c, size)) for image in images] for c in component.copies]

    def run(self, ring: SeriesRing, values: Mapping[str, Series]) -> dict[str, Growing]:
        """M at a point, by component."""
        found, sums = iter(self.program.run(ring, values)), {}
        for component in self.programs.components:
            m = range(len(component.copies))
            sums[component.name] = [[next(found) for _ in m] for _ in m]
        *direction, kappa = found
        return {n: Growing(J, direction if n == TRIVIAL else [], kappa) for n, J in sums.items()}


@dataclass(frozen=True)
class Growing:
    r"""M on one component, $J + \kappa\, \hat w \hat w^*$.

    Args:
        sums: J, whose entries are exact.
        direction: the coordinates of $\hat w$; none where it has no part.
        kappa: the factor.
    """

    sums: Matrix
    direction: Sequence[Series]
    kappa: Series

    def separated(self, block: Matrix, norms: Sequence[Series], leading_roots: LeadingRoots) -> Matrix:
        r"""A block of the Hessian with exact leading terms: M + R in a basis of eigenvectors of the leading part of M.

        There the leading terms of $\hat w$ vanish but in one place: only then do those of $\hat w \hat w^*$ do so.

        Args:
            block: of the Hessian.
            norms: the squared norms of its basis, with even valuations.
            leading_roots: finds the roots of a polynomial over the constants.

        Raises:
            NoExpansionError: R has a pole, so that this is not the Hessian at such a point.
            PrecisionLostError: the entries have too few terms.
        """
        J, u = balanced(self.sums, norms), self._along(norms)
        v = [x * n.shifted(-n.valuation) * self.kappa for x, n in zip(u, norms, strict=False)]
        M = _with_product(J, u, v)
        R = [
            [_regular(h - m) for h, m in zip(*rows, strict=True)]
            for rows in zip(balanced(block, norms), M, strict=True)
        ]
        if min(x.first for row in M for x in row) < 0:
            T = leading_eigenbasis(M, leading_roots)
            back = inverse(T)
            J, R = (product(product(back, A), T) for A in (J, R))
            u = [row[0] for row in product(back, [[x] for x in u])] if u else u
            v = product([v], T)[0] if v else v
        return [[j + r for j, r in zip(*rows, strict=True)] for rows in zip(_with_product(J, u, v), R, strict=True)]

    def _along(self, norms: Sequence[Series]) -> list[Series]:
        return [x.shifted(n.valuation // 2) for x, n in zip(self.direction, norms, strict=False)]


def _with_product(A: Matrix, u: Sequence[Series], v: Sequence[Series]) -> Matrix:
    """A + u v, or A where u and v are missing."""
    if not u:
        return A
    return [[x + a * b for x, b in zip(row, v, strict=True)] for row, a in zip(A, u, strict=True)]


def _regular(x: Series) -> Series:
    """A power series whose coefficients of negative powers are 0, although only enclosures show."""
    if x.order <= 0:
        raise PrecisionLostError(f"got a bounded entry of the Hessian that is known to O(s^{x.order}) only")
    check_vanishing(x, 0)
    return x.ring.series(max(0, x.valuation), x.coefficients[max(0, -x.valuation) :], x.order)

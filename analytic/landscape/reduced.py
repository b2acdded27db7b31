r"""The loss of a student network against a teacher on a space of symmetric weights: loss, gradient, Hessian.

$L(W) = \frac12 \sum_{ij}\alpha_i\alpha_j F(w_i,w_j) - \sum_{ij}\alpha_i\beta_j F(w_i,v_j)
+ \frac12\sum_{ij}\beta_i\beta_j F(v_i,v_j)$ with $F(w,v) = E[\phi(w\cdot x)\phi(v\cdot x)]$ a function of
$p = |w|^2$, $q = w\cdot v$, $r = |v|^2$. Hence

* $\partial_w F = 2F_p w + F_q v$,
* $\partial_w^2 F = 2F_p I + 4F_{pp} ww^T + 2F_{pq}(wv^T + vw^T) + F_{qq} vv^T$,
* $\partial_w\partial_v F = F_q I + w(2F_{pq}w + 4F_{pr}v)^T + v(F_{qq}w + 2F_{qr}v)^T$.

At a symmetric point the coefficients depend on the orbit of the pair only, so sums over neurons are products of
``Matrix`` values. Written once for every arithmetic: what is computed with are ``Traced`` elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from analytic.errors import DimensionError
from analytic.landscape.equivariant import Algebra, Matrix, fixed
from analytic.landscape.layout import EXTRA_COLUMN, Block, Layout, Orbit, Space, aligned
from analytic.landscape.pair import RELU, Homogeneous, PairDerivatives
from analytic.landscape.tape import Tape, Traced

#: A pair of vectors column class by column class: (how many columns, entry of the first, entry of the second).
Classes = list[tuple[Any, Any, Any]]


@dataclass(frozen=True)
class Geometry:
    """Squared norms, inner product and Gram determinant of a pair of vectors."""

    p: Traced
    q: Traced
    r: Traced
    gap: Traced


class ReducedLoss:
    """The loss on the fixed-point space of a layout, recorded on a tape.

    Args:
        layout: blocks of rows and teachers.
        weights: for orbits whose weight is not free: a constant, or the orbit to which it is equal.
        phi: the activation.
        second_layer: for each block of rows the name of an input alpha, or 1; teachers' beta likewise.

    Inputs of the programs are the names of sizes (``k_1``), orbits (``d_1``, ``a_12``) and named second-layer weights.
    """

    def __init__(
        self,
        layout: Layout,
        weights: Mapping[Orbit, Fraction | int | Orbit] | None = None,
        phi: Homogeneous = RELU,
        second_layer: tuple[tuple[str | int, ...], tuple[str | int, ...]] | None = None,
    ) -> None:
        self.layout, self.phi, self.tape = layout, phi, Tape()
        self.students, self.teachers = layout.rows, layout.teachers
        self.columns: Space = (*layout.teachers, Block(EXTRA_COLUMN, True))
        self.algebra = Algebra(self.size)
        tied = weights or {}
        self._weight = {o: self._named(tied.get(o, o)) for o in layout.orbits}
        alpha, beta = second_layer or ((1,) * len(self.students), (1,) * len(self.teachers))
        self.alpha, self.beta = [self._named(a) for a in alpha], [self._named(b) for b in beta]
        self._geometries: dict[tuple[Any, ...], Geometry] = {}

    def _named(self, value: Any) -> Traced:
        if isinstance(value, Orbit):
            return self.tape.input(value.name)
        return self.tape.input(value) if isinstance(value, str) else self.tape.element(value)

    def size(self, name: str) -> Traced:
        """The size of a block; one for single blocks."""
        singles = {b.size for b in (*self.students, *self.columns) if b.single}
        return self.tape.element(1) if name in singles else self.tape.input(name)

    # the matrices W and V

    def entry(self, p: int, q: int, diagonal: bool) -> Traced:
        """The weight on an orbit of entries of W; 0 on extra columns."""
        if q == len(self.teachers):
            return self.tape.element(0)
        return self._weight[Orbit(p, q, diagonal)]

    def teacher_entry(self, p: int, q: int, diagonal: bool) -> Traced:
        """The entry of V = [I 0]."""
        return self.tape.element(int(p == q and (diagonal or self.teachers[p].single)))

    @cached_property
    def W(self) -> Matrix:
        """The students."""
        return fixed(self.students, self.columns, self.entry)

    @cached_property
    def V(self) -> Matrix:
        """The teachers."""
        return fixed(self.teachers, self.columns, self.teacher_entry)

    # pairs of vectors

    def classes(self, kind: str, i: int, j: int, same: bool) -> Classes:
        """The columns of a student of block i and a student or teacher of block j; ``same``: with the same index."""
        others, entry = (self.students, self.entry) if kind == "student" else (self.teachers, self.teacher_entry)
        found: Classes = []
        for q, column in enumerate(self.columns[:-1]):
            first, second = aligned(self.students[i], column), aligned(others[j], column)
            rest = self.size(column.size)
            if first and second and same:
                found.append((self.tape.element(1), self.entry(i, q, True), entry(j, q, True)))
                rest = rest - 1
            else:
                for present, on in ((first, True), (second, False)):
                    if present:
                        other = second and not on
                        found.append((self.tape.element(1), self.entry(i, q, on), entry(j, q, other)))
                        rest = rest - 1
            found.append((rest, self.entry(i, q, False), entry(j, q, False)))
        return found

    def geometry(self, kind: str, i: int, j: int, same: bool) -> Geometry:
        """The Gram entries of a pair; the determinant as a sum of squares (Lagrange), free of cancellation."""
        if kind == "student" and i > j:
            g = self.geometry(kind, j, i, same)
            return Geometry(g.r, g.q, g.p, g.gap)
        key = (kind, i, j, same)
        if key not in self._geometries:
            columns = self.classes(kind, i, j, same)
            q = gap = self.tape.element(0)
            for n, w, v in columns:
                q = q + n * (w * v)
            if key == ("student", i, i, True):
                return self._geometries.setdefault(key, Geometry(q, q, q, gap))
            p, r = self.norm(i), self.norm(j) if kind == "student" else self.tape.element(1)
            for a, (n, w, v) in enumerate(columns):
                for m, w2, v2 in columns[:a]:
                    minor = w * v2 - w2 * v
                    gap = gap + n * m * (minor * minor)
            self._geometries[key] = Geometry(p, q, r, gap)
        return self._geometries[key]

    def norm(self, i: int) -> Traced:
        """The squared norm of a student of block i."""
        return self.geometry("student", i, i, True).p

    def pair(self, kind: str, i: int, j: int, same: bool) -> PairDerivatives:
        """F and its derivatives at a pair."""
        g = self.geometry(kind, i, j, same)
        if g.gap.constant == 0:
            return self.phi.parallel(g.q, self._same_direction(g, kind, i, j))
        return self.phi.at(g.p, g.q, g.r, g.gap, self.tape.pi(), Traced.sqrt, Traced.atan2)

    def _same_direction(self, g: Geometry, kind: str, i: int, j: int) -> bool:
        """Which of the two limits holds at vectors that are parallel whatever the weights are.

        Raises:
            DimensionError: the sign of a weight decides, as in one dimension.
        """
        if g.q.constant is not None:
            return g.q.constant > 0
        if kind == "student" and i == j:
            return True
        raise DimensionError(
            "got students that are multiples of a teacher or of each other whatever their weights (k = 1), expected "
            "k >= 2: in one direction only signs matter"
        )

    def coefficients(self, kind: str, name: str, factor: int | Fraction = 1) -> Matrix:
        """A derivative of F for all pairs, times the second-layer weights; a student's pair with itself is left out."""
        others = self.students if kind == "student" else self.teachers
        weights = self.alpha if kind == "student" else [-b for b in self.beta]

        def value(i: int, j: int, same: bool) -> Any:
            itself = kind == "student" and i == j and (same or self.students[i].single)
            if itself:
                return self.tape.element(0)
            derivative = getattr(self.pair(kind, i, j, same), name)
            return self.alpha[i] * weights[j] * derivative * factor

        return fixed(self.students, others, value)

    # loss and gradient

    def loss(self) -> Traced:
        """L, in the inputs."""
        half = Fraction(1, 2)
        total = self.tape.element(0)
        for i, a in enumerate(self.alpha):
            total = total + half * self._count(self.students[i]) * a * a * self.norm(i) * self.phi.second_moment
        for kind, factor in (("student", half), ("teacher", Fraction(1))):
            sums = self.algebra.row_sums(self.coefficients(kind, "f"))
            for i, s in enumerate(sums):
                total = total + factor * self._count(self.students[i]) * s
        return total + self._teachers_alone()

    def _count(self, block: Block) -> Traced:
        return self.size(block.size)

    def _teachers_alone(self) -> Traced:
        """Half the double sum over teachers, which are orthonormal."""
        one, zero = self.tape.element(1), self.tape.element(0)
        at_right_angle = self.phi.at(one, zero, one, one, self.tape.pi(), Traced.sqrt, Traced.atan2).f
        own, all_of = zero, zero
        for b, block in zip(self.beta, self.teachers, strict=True):
            own = own + b * b * self._count(block)
            all_of = all_of + b * self._count(block)
        total: Traced = (own * self.phi.second_moment + (all_of * all_of - own) * at_right_angle) / 2
        return total

    @cached_property
    def _diagonal_scalars(self) -> list[Any]:
        """For each block of rows: the coefficient of I in the diagonal Hessian block, and of w in the gradient."""
        sums = [self.algebra.row_sums(self.coefficients(kind, "f_p", 2)) for kind in ("student", "teacher")]
        return [a * a * self.phi.second_moment + s + t for a, s, t in zip(self.alpha, sums[0], sums[1], strict=True)]

    def gradient(self) -> Matrix:
        """The gradient, a fixed n x d matrix."""
        own = self.algebra.scale_rows(self._diagonal_scalars, self.W)
        students = self.algebra.left(self.coefficients("student", "f_q"), self.W)
        return own + students + self.algebra.left(self.coefficients("teacher", "f_q"), self.V)

    # the Hessian as an operator

    @cached_property
    def _second(self) -> dict[tuple[str, str], Matrix]:
        wanted = (("f_q", 1), ("f_pq", 2), ("f_pr", 4), ("f_qq", 1), ("f_qr", 2), ("f_pp", 4))
        return {(k, n): self.coefficients(k, n, c) for k in ("student", "teacher") for n, c in wanted}

    @cached_property
    def _along(self) -> list[Any]:
        """The coefficient of w w^T in the diagonal Hessian blocks."""
        sums = [self.algebra.row_sums(self._second[kind, "f_pp"]) for kind in ("student", "teacher")]
        return [s + t for s, t in zip(*sums, strict=True)]

    @cached_property
    def _mixed(self) -> dict[str, Matrix]:
        """Sums of f_pq times the other vector."""
        vectors = {"student": self.W, "teacher": self.V}
        return {k: self.algebra.left(self._second[k, "f_pq"], vectors[k]) for k in vectors}

    def hessian(self, X: Matrix, sign: int = 1) -> Matrix:
        """The Hessian applied to a matrix of one isotypic component.

        Args:
            X: n x (k + 1); the last column stands for those beyond the k-th.
            sign: -1 for the exterior component, whose matrices are antisymmetric.
        """
        a, W, V, c, kind = self.algebra, self.W, self.V, self._second, X.kind
        own = {"student": a.right(X, W.transposed(), sign), "teacher": a.right(X, V.transposed(), sign)}
        across = own["student"].transposed(sign)  # entry (i, j): w_i . X_j
        along = a.diagonal(own["student"])  # w_j . X_j
        # off-diagonal blocks
        out = a.left(c["student", "f_q"], X)
        toward_w = a.row_sums(a.hadamard(c["student", "f_pq"], across))
        toward_w = _added(toward_w, a.apply(c["student", "f_pr"], along, kind))
        out = out + a.right(a.hadamard(c["student", "f_qq"], across), W, sign)
        out = out + a.right(a.scale_columns(c["student", "f_qr"], along, kind), W, sign)
        # diagonal blocks
        out = out + a.scale_rows(self._diagonal_scalars, X)
        toward_w = _added(toward_w, [s * m for s, m in zip(self._along, along, strict=True)])
        for other, U in (("student", W), ("teacher", V)):
            toward_w = _added(toward_w, a.row_sums(a.hadamard(c[other, "f_pq"], own[other])))
            out = out + a.scale_rows(along, self._mixed[other], kind)
            out = out + a.right(a.hadamard(c[other, "f_qq"], own[other]), U, sign)
        return out + a.scale_rows(toward_w, W, kind)


def _added(x: list[Any], y: list[Any]) -> list[Any]:
    return [s + t for s, t in zip(x, y, strict=True)]

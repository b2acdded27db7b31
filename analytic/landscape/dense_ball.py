"""A dense model in balls, at exactly given rational weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import arb, fmpq

from analytic.angle import exact_vector, inner
from analytic.errors import LawError
from analytic.landscape.dense_derived import DerivedPair
from analytic.landscape.dense_input import Rows, zero_student
from analytic.landscape.dense_pairs import (
    Coefficients,
    Single,
    from_derivatives,
    homogeneous_ball_pair,
    homogeneous_single,
    tabulated,
)
from analytic.landscape.dense_sums import LossSums
from analytic.landscape.pair import Homogeneous, PairDerivatives

Exact = list[tuple[fmpq, ...]]


@dataclass(frozen=True, eq=False)
class BallModel:
    """What does not depend on the students; all numbers exact. Call within ``precision``.

    Args:
        V: k x d.
        beta: k weights.
        sigma: d x d, or None.
        phi: the pairwise expectations.
    """

    V: Rows
    beta: Sequence[Any]
    sigma: Rows | None
    phi: Homogeneous | DerivedPair

    @cached_property
    def _sigma(self) -> Exact | None:
        if self.sigma is None:
            return None
        rows = [exact_vector(row) for row in self.sigma]
        if any(rows[i][j] != rows[j][i] for i in range(len(rows)) for j in range(i)):
            raise LawError("got sigma that is not symmetric, expected a covariance matrix")
        return rows

    def _moved(self, X: Exact) -> Exact:
        return X if self._sigma is None else [tuple(inner(row, x) for row in self._sigma) for x in X]

    @cached_property
    def _teachers(self) -> tuple[Exact, Exact]:
        V = [exact_vector(v) for v in self.V]
        return V, self._moved(V)

    def at(self, W: Rows, alpha: Sequence[Any], smooth: bool = True) -> LossSums:
        """The sums at W; see ``StudentTeacher.at``.

        Raises:
            ZeroNeuronError: ``smooth`` and a student is zero, or has no variance.
        """
        students = [exact_vector(w) for w in W]
        moved, (teachers, moved_teachers) = self._moved(students), self._teachers
        squares = [inner(x, y) for x, y in zip(students, moved, strict=True)]
        if smooth and isinstance(self.phi, Homogeneous) and 0 in squares:
            raise zero_student(squares.index(fmpq(0)))
        weights = [*exact_vector(alpha), *(-b for b in exact_vector(self.beta))]
        others, moved_others = students + teachers, moved + moved_teachers
        return LossSums(
            students=objects(moved),
            others=objects(moved_others),
            alpha=objects([weights[: len(W)]])[0],
            weights=objects([weights])[0],
            pairs=self._pairs(students, squares, others, moved_others),
            single=self._single(squares),
            metric=None if self._sigma is None else objects(self._sigma),
            constant=self._teachers_alone(),
        )

    def loss(self, W: Rows, alpha: Sequence[Any]) -> arb:
        """The loss; zero students contribute nothing where the activation is positively homogeneous."""
        return sum(self.at(W, alpha, smooth=False).terms().tolist(), arb(0))

    def _teachers_alone(self) -> arb:
        V, moved = self._teachers
        beta = exact_vector(self.beta)
        squares = [inner(x, y) for x, y in zip(V, moved, strict=True)]
        single, total = self._single(squares).f, arb(0)
        for i, b in enumerate(beta):
            total += b * b * single[i] / 2
            for j in range(i):
                total += b * beta[j] * self._pair(squares[i], inner(V[i], moved[j]), squares[j]).f
        return total

    def _single(self, squares: Sequence[fmpq]) -> Single:
        if isinstance(self.phi, Homogeneous):
            p = objects([[arb(x) for x in squares]])[0]
            return homogeneous_single(self.phi, p, lambda x: fmpq(x.numerator, x.denominator))
        found = [self.phi.ball_single(x) for x in squares]
        return Single(*(objects([[x[n] for x in found]])[0] for n in ("f", "f_p", "f_pp")))

    def _pair(self, p: fmpq, q: fmpq, r: fmpq) -> PairDerivatives:
        if isinstance(self.phi, Homogeneous):
            return homogeneous_ball_pair(self.phi, p, q, r)
        return self.phi.ball_pair(p, q, r)

    def _pairs(self, W: Exact, squares: Sequence[fmpq], others: Exact, moved: Exact) -> Coefficients:
        norms = [inner(x, y) for x, y in zip(others, moved, strict=True)]
        nothing = PairDerivatives(*[arb(0)] * 8)
        rows = [
            [nothing if i == j else self._pair(squares[i], inner(w, y), norms[j]) for j, y in enumerate(moved)]
            for i, w in enumerate(W)
        ]
        return from_derivatives(tabulated(rows))


def objects(rows: Sequence[Sequence[Any]]) -> Any:
    """A matrix of balls or rational numbers."""
    import numpy as np

    table = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        for j, x in enumerate(row):
            table[i, j] = x
    return table

r"""Gradient and Hessian of the population loss at concrete weights, in rigorous balls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from flint import arb, fmpq

from analytic.angle import Vector, angle_between, exact_vector, inner
from analytic.balls import BallAlgebra, precision
from analytic.errors import DimensionError, ZeroNeuronError
from analytic.formula import Expr
from analytic.frame import Tensor
from analytic.grammar import parse
from analytic.interpret import Interpreter
from analytic.neurons import PAIR, SELF, STUDENTS, TEACHERS, VECTORS, Blocks, loss_derivative
from analytic.readable import readable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Matrix = Sequence[Vector]
#: A formula by class and coordinate, ready to be evaluated at any pair of vectors.
Compiled = Mapping[str, Tensor[Expr]]


@dataclass(frozen=True)
class Enclosure:
    """A matrix of balls.

    Args:
        entries: rows of ``arb``.

    Example:
        >>> Enclosure([[arb(1), arb(2)]]).midpoint
        array([[1., 2.]])
    """

    entries: Sequence[Sequence[arb]]

    @property
    def midpoint(self) -> NDArray[np.float64]:
        """The midpoints, rounded to float64; the same shape."""
        import numpy as np

        return np.array([[float(x) for x in row] for row in self.entries])

    @property
    def radius(self) -> float:
        """A bound on the distance of any midpoint (before rounding to float64) from the true entry."""
        return max((float(x.rad()) for row in self.entries for x in row), default=0.0)


@lru_cache(maxsize=8)
def _compiled(formula: str) -> Compiled:
    return compile_blocks(loss_derivative(parse(formula)))


def compile_blocks(blocks: Blocks) -> Compiled:
    """The coordinates of each class as formulas."""
    return {c: b.tensor.map(partial(readable, ring=b.ring)) for c, b in blocks.items()}


def population_gradient(W: Matrix, V: Matrix, bits: int = 128) -> Enclosure:
    r"""$\nabla L(W)$ for $L(W) = \frac12 E[(\sum_i \mathrm{relu}(w_i \cdot x) - \sum_j \mathrm{relu}(v_j \cdot x))^2]$.

    Args:
        W: n rows of length d, the students; any finite numbers, taken exactly.
        V: k rows of length d, the teachers.
        bits: working precision.

    Returns:
        n x d balls.

    Raises:
        ZeroNeuronError: a student is zero; the loss is not differentiable there.
        DimensionError: the rows do not have one length.

    Source: derived; the published form is Safran and Shamir (2018), Section 4.

    Example:
        >>> population_gradient([[1, 0], [0, 1]], [[1, 0], [0, 1]]).radius < 1e-30
        True
    """
    with precision(bits):
        at = _exact(W, V)
        rows = [_row(_compiled("grad(L, w_i)"), i, at) for i in range(len(at[0]))]
        return Enclosure([[entry[0] for entry in row] for row in rows])


def population_hessian(W: Matrix, V: Matrix, bits: int = 128) -> Enclosure:
    r"""$\nabla^2 L(W)$, with the part that comes from the kink of the ReLU; L is C^2 where no student is zero.

    Row and column $i d + a$ belong to entry a of student i. At parallel students the off-diagonal block is I/2, at
    antiparallel ones 0.

    Args:
        W: n rows of length d, the students; any finite numbers, taken exactly.
        V: k rows of length d, the teachers.
        bits: working precision.

    Returns:
        nd x nd balls.

    Raises:
        ZeroNeuronError: a student is zero; the loss is not twice differentiable there.
        DimensionError: the rows do not have one length.

    Source: derived; the published form is Safran and Shamir (2018), Section 4.

    Example:
        >>> population_hessian([[1, 0]], [[1, 0]]).midpoint
        array([[0.5, 0. ],
               [0. , 0.5]])
    """
    with precision(bits):
        students, teachers = _exact(W, V)
        n = len(students)
        blocks = [[_hessian_block(i, j, (students, teachers)) for j in range(n)] for i in range(n)]
        return Enclosure([[x for block in row for x in block[a]] for row in blocks for a in range(len(students[0]))])


_Exact = tuple[list[tuple[fmpq, ...]], list[tuple[fmpq, ...]]]


def _exact(W: Matrix, V: Matrix) -> _Exact:
    try:
        students, teachers = [exact_vector(w) for w in W], [exact_vector(v) for v in V]
    except TypeError as error:
        raise DimensionError(f"got W = {W!r}, V = {V!r}, expected matrices: lists of rows ({error})") from None
    lengths = {len(x) for x in (*students, *teachers)}
    if not students or not teachers or len(lengths) != 1 or lengths == {0}:
        raise DimensionError(
            f"got rows of the lengths {sorted(lengths)}, expected W (n x d) and V (k x d) with n, k, d >= 1"
        )
    for i, w in enumerate(students):
        if inner(w, w) == 0:
            raise ZeroNeuronError(
                f"got student {i} (row {i} of W) equal to zero, expected non-zero rows: the population loss is not "
                f"differentiable there; move the row off zero or leave it out"
            )
    return students, teachers


def _hessian_block(i: int, j: int, at: _Exact) -> list[list[arb]]:
    if i == j:
        return _row(_compiled("hess(L, w_i, w_i)"), i, at)
    return evaluate_pair(_compiled("hess(L, w_i, w_j)")[PAIR], VECTORS[PAIR], at[0][i], at[0][j])


def _row(compiled: Compiled, i: int, at: _Exact) -> list[list[arb]]:
    return evaluate_classes(compiled, i, *at)


def evaluate_classes(
    compiled: Compiled, i: int, students: Sequence[Vector], teachers: Sequence[Vector]
) -> list[list[arb]]:
    """A formula with sums over neurons, at student i.

    Args:
        compiled: its classes self, students and teachers.
        i: index of the student w_i.
        students: all students, exact.
        teachers: all teachers, exact; zero teachers contribute nothing.

    Returns:
        A vector (d x 1) or a matrix (d x d) of balls.
    """
    w = students[i]
    parts = [evaluate_pair(compiled[SELF], VECTORS[SELF], w, w)]
    others = [(STUDENTS, x) for j, x in enumerate(students) if j != i] + [(TEACHERS, v) for v in teachers if any(v)]
    parts += [evaluate_pair(compiled[c], VECTORS[c], w, x) for c, x in others]
    return [[sum(column, arb(0)) for column in zip(*rows, strict=True)] for rows in zip(*parts, strict=True)]


def evaluate_pair(coordinates: Tensor[Expr], names: tuple[str, str], w: Vector, v: Vector) -> list[list[arb]]:
    """A tensor in the frame of two non-zero vectors, as a dense d x 1 or d x d array of balls."""
    interpreter = pair_interpreter(names, w, v)
    return densify(coordinates.map(lambda e: interpreter.tensor(e).scalar), w, v)


def pair_interpreter(names: tuple[str, str], w: Vector, v: Vector) -> Interpreter[arb]:
    """Evaluates formulas in two named vectors at concrete values, in balls."""
    norms = {n: arb(inner(x, x)).sqrt() for n, x in zip(names, (exact_vector(w), exact_vector(v)), strict=True)}
    return Interpreter(BallAlgebra(norms, angle_between(w, v), {}, names))


def densify(tensor: Tensor[arb], w: Vector, v: Vector) -> list[list[arb]]:
    """Frame coordinates as a dense array: rows of the vector (d x 1) or matrix (d x d).

    At parallel vectors the direction of e_2 is arbitrary and its coordinates must vanish; they are balls around 0, and
    are left out exactly because the formula's limit has been shown to exist.
    """
    e1, e2 = _frame(w, v)
    c = tensor.coordinates
    if tensor.order == 0:
        return [[c[""]]]
    if tensor.order == 1:
        return [[c["1"] * x + c["2"] * y] for x, y in zip(e1, e2, strict=True)]
    return [
        [
            (c["I"] if a == b else 0)
            + e1[a] * (c["11"] * e1[b] + c["12"] * e2[b])
            + e2[a] * (c["21"] * e1[b] + c["22"] * e2[b])
            for b in range(len(e1))
        ]
        for a in range(len(e1))
    ]


def _frame(w: Vector, v: Vector) -> tuple[list[arb], list[arb]]:
    x, y = exact_vector(w), exact_vector(v)
    angle, p, q = angle_between(w, v), inner(x, x), inner(x, y)
    first = [arb(t) / arb(p).sqrt() for t in x]
    if angle.parallel:
        return first, [arb(0)] * len(x)
    # v - (v.w/|w|^2) w is exact and orthogonal to w
    rest = [b - q / p * a for a, b in zip(x, y, strict=True)]
    length = arb(inner(rest, rest)).sqrt()
    return first, [arb(t) / length for t in rest]

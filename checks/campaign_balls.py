r"""The exact witness on end points without symmetry: a critical point by Newton's theorem, its spectrum in balls.

For erf and Phi the loss has bounded third derivatives everywhere, so that a small gradient next to an invertible
Hessian proves a critical point. For a single rectifier, W = V itself is the minimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analytic.balls import Ball, precision
from checks.errors import ClaimError

if TYPE_CHECKING:
    import numpy as np
    from flint import arb
    from numpy.typing import NDArray

    from analytic.dense import Enclosure
    from analytic.landscape.model import StudentTeacher

#: Activations whose derivatives are bounded, as the exact witness writes them.
BOUNDED = {"erf": "erf", "Phi": "Phi(z)"}
#: Bits of the balls, and Newton steps, each of which gains the digits of a float.
BITS, STEPS = 160, 3
#: With more weights than this the product of matrices of balls takes minutes.
MOST_WEIGHTS = 400


@dataclass(frozen=True)
class BallPoint:
    """A critical point that is proved, in balls.

    Args:
        smallest: the smallest eigenvalue of the Hessian there, midpoint and radius.
        index: number of negative eigenvalues.
        loss: midpoint and radius.
        teacher: whether the student is the teacher, neuron by neuron, but for zero neurons.
    """

    smallest: Ball
    index: int
    loss: Ball
    teacher: bool


def ball_point(W: NDArray[np.float64], k: int, activation: str) -> BallPoint:
    r"""The critical point next to given weights, and its index, by the theorem of Kantorovich.

    With a gradient of norm g, eigenvalues of modulus at least m, and a Hessian with Lipschitz constant M, $2Mg \le m^2$
    proves exactly one critical point within 2g/m; eigenvalues move by at most 2Mg/m on the way.

    Args:
        W: weights, shape (n, d).
        k: number of teachers [I_k 0].
        activation: erf or Phi; or any rectifier, if the student is the teacher.

    Returns:
        The point.

    Raises:
        ClaimError: too many weights, or nothing is proved: says what is missing.

    Source: Kantorovich 1948; Ostrowski 1959, A quantitative formulation of Sylvester's law of inertia.

    Example:
        >>> import numpy as np
        >>> point = ball_point(np.eye(2)[::-1], 2, "erf")
        >>> point.index, point.smallest.midpoint[:9], point.teacher
        (0, '0.0735219', True)
    """
    import numpy as np
    from flint import arb

    from analytic.landscape.model import StudentTeacher

    if W.size > MOST_WEIGHTS:
        raise ClaimError(
            f"got {W.size} weights, expected at most {MOST_WEIGHTS} for the exact witness without symmetry"
        )
    model = StudentTeacher(np.eye(k, W.shape[1]), phi=BOUNDED.get(activation, activation))
    whole = np.round(W)
    teacher = bool(np.abs(W - whole).max() <= 1e-6 and _is_teacher(whole, k))
    if activation not in BOUNDED and not (teacher and len(W) == k):
        raise ClaimError(f"got a point of {activation} that is not the teacher, expected symmetry to prove one by")
    with precision(BITS):
        point, gradient = _refined(whole if teacher else W, model, teacher)
        values = eigenvalue_balls(model.hessian_ball(point, bits=BITS))
        least = min(abs(x).abs_lower() for x in values)
        if not least > 0:
            raise ClaimError("got a Hessian with an eigenvalue that may be 0, expected an isolated critical point")
        bend = _lipschitz(len(W), k, activation) if gradient > 0 else gradient
        if not 2 * bend * gradient <= least**2:
            raise ClaimError(f"got a gradient of {float(gradient):.1g}, expected one so small that a point is proved")
        reach = 2 * gradient / least
        moved = [x + _spread(bend * reach) for x in values]
        steepest = max(x.abs_upper() for x in values) + bend * reach
        loss = model.loss_ball(point, bits=BITS) + _spread(gradient * reach + steepest * reach**2 / 2)
        index = sum(bool(x < 0) for x in moved)
        if index + sum(bool(x > 0) for x in moved) < len(moved):
            raise ClaimError("got eigenvalues whose sign stays open, expected an isolated critical point")
        low = min(moved, key=lambda x: float(x.lower()))
        if teacher and (activation == "erf" or len(W) == k):  # one function: erf is 0 at a zero neuron, Phi is 1/2
            loss = arb(0)
        return BallPoint(Ball.of(low), index, Ball.of(loss), teacher)


def eigenvalue_balls(matrix: Enclosure) -> list[arb]:
    r"""All eigenvalues of a symmetric matrix of balls, each with its multiplicity, ascending; call within `precision`.

    With Q near orthogonal, $T = Q^THQ$ and $\|Q^TQ - I\|_F = \epsilon < 1$, the eigenvalues of T are within
    $1\pm\epsilon$ times those of H (Ostrowski), and within $\|T - \mathrm{diag}\,T\|_F$ of its diagonal (Weyl).

    Args:
        matrix: symmetric.

    Raises:
        ClaimError: the eigenvectors in float64 are no good.
    """
    import numpy as np
    from flint import arb, arb_mat

    _, vectors = np.linalg.eigh(matrix.midpoint)
    Q, size = arb_mat(vectors.tolist()), len(vectors)
    T = Q.transpose() * arb_mat([list(row) for row in matrix.entries]) * Q
    skew = _norm(Q.transpose() * Q - arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)]))
    if not skew < 1:
        raise ClaimError("got eigenvectors that are not orthogonal, expected those of a symmetric matrix of numbers")
    diagonal = [T[i, i] for i in range(size)]
    rest = _norm(T - arb_mat(size, size, [T[i, j] if i == j else arb(0) for i in range(size) for j in range(size)]))
    ordered = sorted(diagonal, key=lambda x: float(x.mid()))
    widest = max((x.rad() for x in diagonal), default=arb(0))
    return [(x.mid() + _spread(widest + rest)) / (1 + _spread(skew)) for x in ordered]


def _refined(W: NDArray[np.float64], model: StudentTeacher, exact: bool) -> tuple[Any, arb]:
    """Rational weights nearer to the critical point, and the norm of the gradient there, from above."""
    import numpy as np
    from flint import arb

    point = [[Fraction(float(x)) for x in row] for row in W]
    if exact:  # the residual is a constant, and its mean times any odd function of x vanishes
        return point, arb(0)
    hessian = model.hessian(W)
    for _ in range(STEPS):
        slope = model.gradient_ball(point, bits=BITS).midpoint
        scale = float(np.abs(slope).max()) or 1.0
        move = np.linalg.lstsq(hessian, (slope / scale).reshape(-1), rcond=None)[0].reshape(W.shape)
        point = [
            [x - Fraction(float(y)) * Fraction(scale) for x, y in zip(row, moves, strict=True)]
            for row, moves in zip(point, move, strict=True)
        ]
    entries = model.gradient_ball(point, bits=BITS).entries
    return point, sum((x.abs_upper() ** 2 for row in entries for x in row), arb(0)).sqrt().abs_upper()


def _is_teacher(whole: NDArray[np.float64], k: int) -> bool:
    """Whether the rows are those of [I_k 0] in some order, and zeros."""
    import numpy as np

    rows = whole[whole.any(axis=1)]
    return sorted(rows.tolist()) == sorted(np.eye(k, whole.shape[1]).tolist())


def _lipschitz(n: int, k: int, activation: str) -> arb:
    r"""$2\sqrt{2/\pi}(3\sqrt n\,|\phi'||\phi''| + (n+k)|\phi||\phi'''|)$ with suprema, for $c\,\mathrm{erf}(rz) + m$.

    $D^3L[h,h,h] = E[3\dot f\ddot f + f\dddot f]$, with $\dot f = \sum_i\phi'(w_i\cdot x)h_i\cdot x$ and so on.
    """
    from flint import arb

    pi, half = arb.pi(), arb(1) / 2
    height, rate = (arb(1), arb(1)) if activation == "erf" else (half, half.sqrt())
    first = height * rate * 2 / pi.sqrt()
    second = height * rate**2 * (8 / (pi * arb(1).exp())).sqrt()
    third = height * rate**3 * 4 / pi.sqrt()
    return 2 * (2 / pi).sqrt() * (3 * arb(n).sqrt() * first * second + (n + k) * third)


def _spread(radius: arb) -> arb:
    """The ball around 0 of that radius."""
    from flint import arb

    return arb(0, radius.abs_upper())


def _norm(matrix: Any) -> arb:
    """Frobenius norm, from above."""
    from flint import arb

    return sum((x.abs_upper() ** 2 for x in matrix.entries()), arb(0)).sqrt().abs_upper()

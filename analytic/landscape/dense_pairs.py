r"""What a pair of neurons contributes to gradient and Hessian: coefficients for all pairs at once, floats or balls.

For $F(w, v) = E[\phi(w\cdot x)\phi(v\cdot x)]$ and a shift t, with $z = v - t w$,

* $\partial_w F = a\,w + b\,v$,
* $\partial_w^2 F = a I + d_{ww} ww^T + d_{wz}(wz^T + zw^T) + d_{zz} zz^T$,
* $\partial_w\partial_v F = b I + o_{ww} ww^T + o_{wz} wz^T + o_{zw} zw^T + o_{zz} zz^T$.

With t = 0 these are the derivatives of F by $p = |w|^2$, $q = w\cdot v$, $r = |v|^2$. They grow like 1/sin(theta) near
parallel vectors and cancel. In float64 z is therefore the part of v orthogonal to w, $t = q/p$, where nothing cancels:
with $\kappa = (A + B)/(2\pi)$, $s = \sin\theta$, $|z| = |v| s$, for a positively homogeneous activation

* $\partial_w^2 F = \kappa s \frac{|v|}{|w|} (I - \bar w \bar w^T + \bar z \bar z^T)$,
* $\partial_w\partial_v F = b I + \kappa s\,(\cos\theta\,(\bar w\bar w^T - \bar z\bar z^T)
  + \sin\theta\,(\bar w\bar z^T + \bar z\bar w^T))$.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytic.errors import LawError
from analytic.landscape.pair import Homogeneous, PairDerivatives
from analytic.landscape.tape import BALL, Program, Tape, Traced

if TYPE_CHECKING:
    from analytic.landscape.dense_angles import Angles

#: A matrix with an entry for each pair: float64, or objects that are balls.
Table = Any
#: Below this sine the coefficients of zz^T are taken as 0: what they multiply is below a unit then.
SMALLEST_SINE = 2.0**-50


@dataclass(frozen=True)
class Coefficients:
    """The coefficients of the module's formulas, each n x m for n vectors w and m vectors v.

    Args:
        f: F.
        own: a, the coefficient of w in the gradient.
        other: b, the coefficient of v.
        shift: t.
        d_ww: of ww^T in the second derivative by w; d_wz, d_zz likewise.
        o_ww: of ww^T in the mixed derivative; o_wz, o_zw, o_zz likewise.
    """

    f: Table
    own: Table
    other: Table
    shift: Table
    d_ww: Table
    d_wz: Table
    d_zz: Table
    o_ww: Table
    o_wz: Table
    o_zw: Table
    o_zz: Table

    def map(self, function: Callable[[Table], Table]) -> Coefficients:
        """Every table mapped."""
        return Coefficients(*(function(getattr(self, x.name)) for x in fields(self)))


@dataclass(frozen=True)
class Single:
    """S(p) = E[phi(w.x)^2] and its derivatives by p = |w|^2, a number for each vector."""

    f: Table
    f_p: Table
    f_pp: Table


def homogeneous_single(phi: Homogeneous, squares: Any, number: Callable[[Any], Any]) -> Single:
    """S of a positively homogeneous activation, in any arithmetic.

    Args:
        phi: the activation.
        squares: p for each vector.
        number: turns a Fraction into a number of the arithmetic.
    """
    moment = number(phi.second_moment)
    return Single(squares * moment, squares * 0 + moment, squares * 0)


def homogeneous_pairs(phi: Homogeneous, angles: Angles) -> Coefficients:
    """The coefficients in float64, from norms and angles.

    Args:
        phi: the activation.
        angles: of all pairs. Zero vectors contribute F = 0; derivatives by a zero w mean nothing.
    """
    import numpy as np

    A, K = float(phi.squares), float(phi.squares + phi.product)
    kappa = 0.5 * K / np.pi
    c, s = angles.cos, angles.sin
    p, q = angles.first[:, None], angles.second[None, :]
    w, v = np.where(p > 0.0, p, 1.0), np.where(q > 0.0, q, 1.0)
    other = 0.5 * A - kappa * angles.theta
    ratio, inverse = q / w, np.where(s > SMALLEST_SINE, 1.0 / np.maximum(s, SMALLEST_SINE), 0.0)
    own, across = kappa * s * ratio, kappa * s / (w * v)
    return Coefficients(
        f=p * q * (kappa * s + other * c),
        own=own,
        other=other,
        shift=ratio * c,
        d_ww=-own / (w * w),
        d_wz=np.zeros_like(own),
        d_zz=kappa * inverse / (w * v) * (q > 0.0),
        o_ww=kappa * s * c / (w * w),
        o_wz=across,
        o_zw=across,
        o_zz=-kappa * c * inverse / (v * v),
    )


def from_derivatives(pairs: PairDerivatives) -> Coefficients:
    """The coefficients from the derivatives by p, q, r: those without a shift."""
    return Coefficients(
        f=pairs.f,
        own=2 * pairs.f_p,
        other=pairs.f_q,
        shift=0 * pairs.f_q,
        d_ww=4 * pairs.f_pp,
        d_wz=2 * pairs.f_pq,
        d_zz=pairs.f_qq,
        o_ww=2 * pairs.f_pq,
        o_wz=4 * pairs.f_pr,
        o_zw=pairs.f_qq,
        o_zz=2 * pairs.f_qr,
    )


@lru_cache(maxsize=64)
def _recorded(phi: Homogeneous) -> Program:
    """F and its derivatives as a program in p, q, r and the Gram determinant."""
    tape = Tape()
    p, q, r, gap = (tape.input(n) for n in ("p", "q", "r", "gap"))
    found = phi.at(p, q, r, gap, tape.pi(), Traced.sqrt, Traced.atan2)
    return tape.program([getattr(found, x.name) for x in fields(PairDerivatives)])


def homogeneous_ball_pair(phi: Homogeneous, p: Any, q: Any, r: Any) -> PairDerivatives:
    """F and its derivatives in balls at one pair; rational Gram entries, so that parallel vectors are recognised.

    Args:
        phi: the activation.
        p: squared norm of w, ``fmpq``.
        q: inner product.
        r: squared norm of v.

    Raises:
        LawError: no vectors have these products: the covariance of the inputs is not positive semidefinite.

    Example:
        >>> from flint import fmpq
        >>> from analytic.landscape.pair import RELU
        >>> homogeneous_ball_pair(RELU, fmpq(4), fmpq(2), fmpq(1)).f == 1
        True
    """
    from flint import arb, fmpq

    gap = p * r - q * q
    if p < 0 or r < 0 or gap < 0:
        raise LawError(
            f"got variances {p}, {r} and covariance {q}, expected a positive semidefinite covariance sigma: exact "
            f"numbers decide here; give sigma as Fractions if it was rounded"
        )
    if p == 0 or r == 0:
        return PairDerivatives(*(arb(0) for _ in fields(PairDerivatives)))
    if gap == 0:
        moment = phi.second_moment if q > 0 else -phi.product / 2
        slope = fmpq(moment.numerator, moment.denominator)
        zero = arb(0)
        return PairDerivatives(arb(q * slope), zero, arb(slope), zero, zero, zero, zero, zero)
    values = {n: arb(x) for n, x in (("p", p), ("q", q), ("r", r), ("gap", gap))}
    return PairDerivatives(*_recorded(phi).run(BALL, values))


def tabulated(rows: Sequence[Sequence[PairDerivatives]]) -> PairDerivatives:
    """Derivatives pair by pair as tables of objects."""
    import numpy as np

    shape = len(rows), len(rows[0])
    tables = []
    for x in fields(PairDerivatives):
        table = np.empty(shape, dtype=object)
        for i, row in enumerate(rows):
            for j, pair in enumerate(row):
                table[i, j] = getattr(pair, x.name)
        tables.append(table)
    return PairDerivatives(*tables)

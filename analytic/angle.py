r"""The one angle primitive of the exact witness: $(\cos, \sin, \theta)$ built on atan2, safe at 0 and $\pi$."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational

from flint import arb, fmpq

from analytic.errors import DimensionError, DomainError

#: Exact rational entries: floats are binary fractions, so they convert without error.
Vector = Sequence[Fraction | int | float | fmpq]


@dataclass(frozen=True)
class Angle:
    r"""The angle between two vectors: balls for its cosine, sine and the angle itself in $[0, \pi]$.

    Args:
        cos: ball of the cosine.
        sin: ball of the sine, exactly 0 if the vectors are parallel or antiparallel.
        theta: ball of the angle in radians.
        parallel: 1 if the vectors are parallel, -1 if antiparallel, else 0; decided exactly.

    Example:
        >>> angle_between([3, 0], [0, 2]).cos == 0
        True
    """

    cos: arb
    sin: arb
    theta: arb
    parallel: int

    @classmethod
    def from_tangent(cls, t: fmpq) -> Angle:
        r"""The angle $2\arctan t$, $t > 0$: cosine and sine are the rational numbers $(1-t^2)/(1+t^2)$, $2t/(1+t^2)$.

        Example:
            >>> from flint import fmpq
            >>> Angle.from_tangent(fmpq(1)).cos == 0
            True
        """
        cosine, sine = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
        return cls(arb(cosine), arb(sine), 2 * arb(t).atan(), 0)


def exact_vector(entries: Vector) -> tuple[fmpq, ...]:
    """The vector with exact rational entries.

    Raises:
        DomainError: an entry is NaN or infinite.

    Example:
        >>> exact_vector([0.5, 1])
        (1/2, 1)
    """
    try:
        return tuple(_exact(x) for x in entries)
    except (ValueError, OverflowError, TypeError) as error:
        raise DomainError(f"got the vector {entries!r}, expected a row of finite numbers ({error})") from None


def _exact(x: Fraction | int | float | fmpq) -> fmpq:
    if isinstance(x, fmpq):
        return x
    if isinstance(x, Rational):
        return fmpq(int(x.numerator), int(x.denominator))
    # floats of any width, and decimals, know the fraction that they are
    p, q = x.as_integer_ratio() if hasattr(x, "as_integer_ratio") else float(x).as_integer_ratio()
    return fmpq(int(p), int(q))


def inner(w: Sequence[fmpq], v: Sequence[fmpq]) -> fmpq:
    """The inner product of two exact vectors.

    Raises:
        DimensionError: their lengths differ.
    """
    if len(w) != len(v):
        raise DimensionError(f"got vectors of dimension {len(w)} and {len(v)}, expected the same dimension")
    return sum((x * y for x, y in zip(w, v, strict=True)), fmpq(0))


def angle_between(w: Vector, v: Vector) -> Angle:
    r"""The angle between two non-zero vectors, as rigorous balls at the current precision.

    With the Gram entries $p = |w|^2$, $q = w \cdot v$, $r = |v|^2$, all exact rationals, the angle is
    $\operatorname{atan2}(\sqrt{pr - q^2}, q)$: no digit is lost near 0 and $\pi$, and parallel vectors are recognised.

    Args:
        w: entries of a vector in $\mathbb{R}^d$, any finite numbers.
        v: another one, of the same dimension.

    Returns:
        The angle with its cosine and sine.

    Raises:
        DomainError: a vector is zero (it has no direction) or not finite.
        DimensionError: the dimensions differ.

    Source: the formula is Kahan's advice for angles, here over the rationals.

    Example:
        >>> angle_between([1, 0], [-2, 0]).parallel
        -1
    """
    x, y = exact_vector(w), exact_vector(v)
    p, q, r = inner(x, x), inner(x, y), inner(y, y)
    if p == 0 or r == 0:
        raise DomainError("got a zero vector, expected two non-zero ones: a zero vector has no direction")
    gap = p * r - q * q
    sine, norms = arb(gap).sqrt(), arb(p * r).sqrt()
    parallel = 0 if gap else (1 if q > 0 else -1)
    cosine = arb(parallel) if parallel else arb(q) / norms
    return Angle(cosine, sine / norms, arb.atan2(sine, arb(q)), parallel)

r"""The pairwise expectation F(p, q, r) = E[phi(w.x) phi(v.x)] with p = |w|^2, q = w.v, r = |v|^2, and its derivatives.

For a positively homogeneous activation, phi(z) = a max(z, 0) + b max(-z, 0), with $A = a^2 + b^2$, $B = 2ab$,
$G = \sqrt{pr - q^2}$ and $\theta = \operatorname{atan2}(G, q)$:

$$2\pi F = (A + B)\,G + (\pi A - (A + B)\theta)\,q,$$

because $\mathrm{relu}(z) \mapsto \mathrm{relu}(-z)$ turns (q, theta) into (-q, pi - theta). Since
$\partial\theta/\partial q = -1/G$, every derivative is rational in p, q, r, G and theta.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analytic.errors import FormulaError


@dataclass(frozen=True)
class PairDerivatives:
    """F and its derivatives by p, q, r at one pair of vectors.

    At parallel vectors the second derivatives are 0: what they multiply vanishes there faster than they grow.
    """

    f: Any
    f_p: Any
    f_q: Any
    f_pp: Any
    f_pq: Any
    f_qq: Any
    f_pr: Any
    f_qr: Any


@dataclass(frozen=True)
class Homogeneous:
    r"""The activation a max(z, 0) + b max(-z, 0): relu (1, 0), abs (1, 1), leaky relu (1, -slope).

    Args:
        positive: a.
        negative: b.

    Example:
        >>> RELU.second_moment, LEAKY(Fraction(1, 2)).second_moment, ABSOLUTE.second_moment
        (Fraction(1, 2), Fraction(5, 8), Fraction(1, 1))
    """

    positive: Fraction
    negative: Fraction

    @property
    def name(self) -> str:
        """As users write it."""
        if self.positive == 1 and self.negative in (0, 1):
            return "abs" if self.negative else "relu"
        return f"leaky_relu({-self.negative})"

    @property
    def squares(self) -> Fraction:
        """A = a^2 + b^2."""
        return self.positive**2 + self.negative**2

    @property
    def product(self) -> Fraction:
        """B = 2 a b."""
        return 2 * self.positive * self.negative

    @property
    def second_moment(self) -> Fraction:
        """E[phi(z)^2] at variance 1."""
        return self.squares / 2

    def at(
        self, p: Any, q: Any, r: Any, gap: Any, pi: Any, sqrt: Callable[..., Any], atan2: Callable[..., Any]
    ) -> PairDerivatives:
        """F and its derivatives at a pair that is not parallel; ``gap`` is p r - q^2 > 0."""
        A, K = self.squares, self.squares + self.product
        G = sqrt(gap)
        angle = pi * A - atan2(G, q) * K
        half = Fraction(1, 2) / pi
        kappa = half * K
        return PairDerivatives(
            f=half * (G * K + angle * q),
            f_p=kappa * G / (p * 2),
            f_q=half * angle,
            f_pp=kappa * (q * q - gap) / (p * p * G * 4),
            f_pq=-kappa * q / (G * p * 2),
            f_qq=kappa / G,
            f_pr=kappa / (G * 4),
            f_qr=-kappa * q / (G * r * 2),
        )

    def parallel(self, q: Any, same_direction: bool) -> PairDerivatives:
        """The limits at parallel (or antiparallel) vectors."""
        slope = self.second_moment if same_direction else -self.product / 2
        return PairDerivatives(q * slope, 0, slope, 0, 0, 0, 0, 0)


RELU = Homogeneous(Fraction(1), Fraction(0))
ABSOLUTE = Homogeneous(Fraction(1), Fraction(1))


def LEAKY(slope: Fraction) -> Homogeneous:
    """Leaky relu: z for z > 0, slope z below."""
    return Homogeneous(Fraction(1), -Fraction(slope))


#: Of numerator and denominator of a slope: certificates are read by others.
LARGEST = 10**100


def activation(name: str) -> Homogeneous:
    """The activation of that name: relu, abs, leaky_relu(1/5).

    Raises:
        FormulaError: no such activation.

    Example:
        >>> activation("leaky_relu(1/5)").negative
        Fraction(-1, 5)
    """
    text = name.replace(" ", "")
    if text in ("relu", "abs"):
        return RELU if text == "relu" else ABSOLUTE
    if text.startswith("leaky_relu(") and text.endswith(")"):
        try:
            slope = Fraction(text[len("leaky_relu(") : -1])
            if max(abs(slope.numerator), slope.denominator) < LARGEST:
                return LEAKY(slope)
        except (ValueError, ZeroDivisionError):
            pass
    raise FormulaError(f"got the activation {name!r}, expected relu, abs or leaky_relu(slope), such as leaky_relu(1/5)")

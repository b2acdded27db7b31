r"""Moments of a derivation as numbers, from their definitions: quadrature, and no rule of the exact witness.

A derivative is the distributional one: it is moved to the density, whose derivatives are Hermite polynomials times
itself. The principal value of 1/z is $\frac{d}{dz}\log|z|$. A Dirac mass is an integral over its hyperplane. A complex
mean is the analytic continuation of the density, a weight that oscillates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from analytic.rules.moment import TRIVIAL, Factor
from analytic.rules.parity import FunctionFactor, Z
from checks.integrands import compile_integrand
from checks.step_terms import Reals, UnjudgedError, opened_terms, rank
from numeric import (
    Estimate,
    NumericError,
    TooFewSamplesError,
    gaussian_mean,
    hyperplane_mean,
    normal_cdf,
    sampled_mean,
)
from numeric.arguments import EPS
from numeric.law import RANK_TOLERANCE

Numbers = NDArray[np.complex128]
Function = Callable[[Reals], Reals]

#: Where refinement stops: a wrong step is wrong by a share of its terms, and the error is measured all the same.
ACCURACY = 1e-5
#: Roundings of an entry of the law: from its ball, in Schur complements and in the inverse, doubled.
ROUNDINGS = 8.0
SAMPLES, LEVEL = 2**18, 1e-9
"""Beyond three dimensions: samples, and the probability that one of their estimates is off by more than its error."""
SIZE_SAMPLES, SIZE_DEVIATIONS = 2**12, 6.0
"""For the size of an integrand, of which the first digit matters: samples, and standard errors added for a bound."""


@dataclass(frozen=True)
class Measured:
    """A complex number with the error of both of its parts.

    Args:
        value: the number.
        error: largest distance of the true number.
        scale: what the number is a mean of, in size; a number that is 0 is small against it.
        sampled: whether some of it comes from sampling.

    Example:
        >>> print(Measured(0.5, 1e-12))
        0.5 +/- 1.0e-12
    """

    value: complex
    error: float = 0.0
    scale: float = 0.0
    sampled: bool = False

    def __str__(self) -> str:
        shown = f"{self.value.real:.10g}"
        if abs(self.value.imag) > self.error:
            shown = f"({shown} {'+' if self.value.imag > 0 else '-'} {abs(self.value.imag):.10g}i)"
        return f"{shown} +/- {self.error:.1e}"

    def __add__(self, other: Measured) -> Measured:
        value = self.value + other.value
        error = self.error + other.error + 2.0 * EPS * abs(value)
        return Measured(value, error, self.scale + other.scale, self.sampled or other.sampled)

    def __mul__(self, other: Measured) -> Measured:
        value = self.value * other.value
        error = abs(self.value) * other.error + self.error * (abs(other.value) + other.error) + 4.0 * EPS * abs(value)
        scale = max(abs(self.value) * other.scale, self.scale * abs(other.value))
        return Measured(value, error, scale, self.sampled or other.sampled)


@dataclass(frozen=True, eq=False)
class NumericMoment:
    r"""The expectation of a monomial times the exponential of a quadratic polynomial, in numbers.

    Args:
        factors: one factor for each variable.
        mean: complex, shape (n,).
        covariance: real, shape (n, n).
        exponent: ((i,), b) for a term $b z_i$, ((i, j), a) for a term $a z_i z_j$.

    Example:
        >>> half = NumericMoment((Factor(step=True),), np.zeros(1), np.eye(1))
        >>> abs(measure(half).value - 0.5) < 1e-12
        True
    """

    factors: tuple[Factor, ...]
    mean: Reals | Numbers
    covariance: Reals
    exponent: tuple[tuple[tuple[int, ...], complex], ...] = ()


def measure(moment: NumericMoment, seed: int = 0) -> Measured:
    r"""The value of a moment.

    Args:
        moment: with a covariance of any rank; beyond rank three (four with a Dirac mass) it is sampled.
        seed: of the samples.

    Returns:
        The number with its error.

    Raises:
        UnjudgedError: a Dirac mass or principal value stands at a constant, or the quadrature refuses.

    Example:
        >>> pole = NumericMoment((Factor(reciprocal=True), Factor(1)), np.zeros(2), np.array([[4.0, 1.0], [1.0, 3.0]]))
        >>> abs(measure(pole).value - 0.25) < 1e-9     # E[v/u] = Cov(u, v)/Var(u)
        True
    """
    if not moment.factors:
        return Measured(1.0, 0.0, 1.0)
    total = Measured(0.0)
    for coefficient, factors, moved in opened_terms(moment.factors, moment.covariance):
        total = total + Measured(coefficient) * _Integral(moment, factors, moved, seed).measured()
    return total


@dataclass(frozen=True)
class Size:
    """The mean of the size of an integrand: a typical value, and one that it hardly exceeds."""

    typical: float
    most: float


def sampled_size(sampled: Callable[[int], Estimate], integrated: Callable[[], Estimate]) -> Size:
    """The size of an integrand from a few samples; integrated if these all miss it, which would make it 0.

    Args:
        sampled: the mean of so many samples.
        integrated: the mean as it is found for the integrand itself.

    Raises:
        NumericError: that one refuses too.

    Example:
        >>> one = Estimate(1.0, 0.0, "scheme", None, "by hand", 1)
        >>> sampled_size(lambda n: one, lambda: one)
        Size(typical=1.0, most=1.0)
    """
    try:
        found = sampled(SIZE_SAMPLES)
    except TooFewSamplesError:
        found = integrated()
    typical = max(float(found.value), 0.0)
    return Size(typical, typical + SIZE_DEVIATIONS * float(found.error))


class _Integral:
    """A product of factors and a derivative of the density, to be integrated."""

    def __init__(self, moment: NumericMoment, factors: tuple[Factor, ...], moved: tuple[int, ...], seed: int) -> None:
        self.n, self.seed, self.moved, self.exponent = len(factors), seed, moved, moment.exponent
        self.covariance, self.centre = moment.covariance, np.asarray(moment.mean.real, dtype=np.float64)
        self.diracs = [i for i, f in enumerate(factors) if f.dirac]
        self.constant, self.factors = 1.0, list(factors)
        for i in self.diracs:
            self.constant *= _at_zero(factors[i])
            self.factors[i] = TRIVIAL
        self.deviations = np.sqrt(np.diag(self.covariance))
        self.precision, self.least = self._inverse()
        # with the imaginary part C b of the mean, the density is the real one times exp(i b.(x - mean) + b.C b/2)
        imaginary = np.asarray(moment.mean.imag, dtype=np.float64)
        self.slopes = self.precision @ imaginary
        self.shift = self._left_over(imaginary - self.covariance @ self.slopes, imaginary)
        self.growth = float(self.slopes @ imaginary) / 2.0
        self.real = not imaginary.any() and all(complex(c).imag == 0.0 for _, c in moment.exponent)

    def _inverse(self) -> tuple[Reals, float]:
        """The inverse of the covariance on its range, and the least eigenvalue of the correlations there."""
        scale = np.where(self.deviations > 0.0, self.deviations, 1.0)
        values, vectors = np.linalg.eigh(self.covariance / scale / scale[:, None])
        size = rank(self.covariance)
        kept, columns = values[self.n - size :], vectors[:, self.n - size :]
        if size == self.n:
            inverse = np.asarray((columns / kept) @ columns.T / scale / scale[:, None], dtype=np.float64)
            return inverse, float(kept.min(initial=1.0))
        cut = RANK_TOLERANCE * self.n
        inverse = np.asarray(np.linalg.pinv(self.covariance, rcond=cut, hermitian=True), dtype=np.float64)
        return inverse, float(kept.min(initial=1.0))

    def _left_over(self, rest: Reals, imaginary: Reals) -> Reals:
        """An imaginary shift that the density does not carry, as of a constant: only polynomials can bear it."""
        small = ROUNDINGS * EPS * self.n / self.least * float(np.abs(imaginary).max(initial=0.0))
        shift = np.where(np.abs(rest) > small, rest, 0.0)
        if any(shift[i] and f != Factor(f.power) for i, f in enumerate(self.factors)):
            raise UnjudgedError("a variable that depends on the others has a complex mean of its own")
        return shift

    def measured(self) -> Measured:
        """The integral with its error."""
        if self.constant == 0.0:
            return Measured(0.0)
        try:
            real = self._mean(lambda x: np.asarray(self._integrand(x).real, dtype=np.float64))
            parts = [real] if self.real else [real, self._mean(lambda x: self._integrand(x).imag)]
            own = sum(float(p.half_width(LEVEL)) for p in parts)
            size = sampled_size(lambda n: self._sampled(self._size, n), lambda: self._mean(self._size))
        except NumericError as error:
            raise UnjudgedError(f"no estimate: {error}") from None
        value = complex(float(parts[0].value), float(parts[1].value) if len(parts) > 1 else 0.0)
        sampled = any(p.kind != "scheme" for p in parts)
        if value == 0.0 and size.most == 0.0 and not sampled:
            return Measured(0.0)
        return Measured(self.constant) * Measured(value, own + self._rounding() * size.most, size.typical, sampled)

    def _rounding(self) -> float:
        r"""Share of the size by which roundings of the law move the integral, to first order.

        $dE f = \frac12 E[f(x)\,(s^\top dC\, s - \operatorname{tr}(C^{-1} dC))] + E[f(x)\, s^\top d\mu]$ with the score
        $s = C^{-1}(x - \mu)$; entries move by a share of the deviations or of the means.
        """
        means = np.abs(self.centre[self.deviations > 0.0]) / self.deviations[self.deviations > 0.0]
        return ROUNDINGS * EPS * (self.n + float(np.linalg.norm(means)) + len(self.moved)) / self.least

    def _mean(self, function: Function) -> Estimate:
        kinks = [(np.eye(self.n)[i], 0.0) for i, f in enumerate(self.factors) if _has_kink(f)]
        poles = [(np.eye(self.n)[i], 0.0) for i, f in enumerate(self.factors) if f.log]
        density, mean, covariance = self._on_hyperplanes(self.diracs[:-1])
        if rank(covariance) - min(len(self.diracs), 1) > 3:
            return self._sampled(function, SAMPLES, (0.0, 1.0) if self._is_indicator() else None)
        if self.diracs:
            normal = np.eye(self.n)[self.diracs[-1]]
            found = hyperplane_mean(function, mean, covariance, normal, 0.0, kinks, poles, ACCURACY)
        else:
            found = gaussian_mean(function, mean, covariance, kinks, poles, ACCURACY)
        return _times(density, found)

    def _sampled(self, function: Function, samples: int, bounds: tuple[float, float] | None = None) -> Estimate:
        density, mean, covariance = self._on_hyperplanes(self.diracs)
        level = LEVEL if bounds else None
        return _times(density, sampled_mean(function, mean, covariance, samples, self.seed, bounds, level))

    def _is_indicator(self) -> bool:
        """Whether the integrand is a product of steps and distribution functions, which lies in [0, 1]."""
        plain = self.real and not self.exponent and not self.moved and not self.shift.any()
        return plain and all(f == Factor(step=f.step, cdf=f.cdf) for f in self.factors)

    def _on_hyperplanes(self, diracs: Sequence[int]) -> tuple[float, Reals, Reals]:
        """The density at 0 of some variables, and the law of all given that they are 0."""
        density, mean, covariance = 1.0, self.centre, self.covariance
        for i in diracs:
            density, mean, covariance = _conditioned(density, mean, covariance, i)
        return density, mean, covariance

    # ---- the integrand ---------------------------------------------------------------------------------------------

    def _integrand(self, x: Reals) -> Reals | Numbers:
        z = x if not self.shift.any() else x + 1j * self.shift
        value = self._score(x) * self._weight(x, z)
        for i, factor in enumerate(self.factors):
            if factor != TRIVIAL:
                value = value * _factor(factor, z[:, i] if self.shift[i] else x[:, i])
        return value

    def _size(self, x: Reals) -> Reals:
        """The size of the integrand times that of the score of the law."""
        y = x - self.centre
        size = np.abs(self._integrand(x)) * (self.n + np.einsum("mi,ij,mj->m", y, self.precision, y))
        return np.asarray(size, dtype=np.float64)

    def _weight(self, x: Reals, z: Reals | Numbers) -> Reals | Numbers:
        if self.real and not self.exponent:
            return np.ones(len(x))
        exponent = np.zeros(len(x), dtype=np.float64 if self.real else np.complex128)
        for indices, c in self.exponent:
            term = np.prod(z[:, list(indices)], axis=1)
            exponent = exponent + (c.real if self.real else c) * term
        if not self.real:
            exponent = exponent + 1j * self._along(self.slopes, x) + self.growth
        return np.exp(exponent)

    def _along(self, row: Reals, x: Reals) -> Reals:
        """The form row.(x - mean), column by column: points are not contiguous."""
        return sum(((x[:, j] - self.centre[j]) * row[j] for j in range(self.n) if row[j]), np.zeros(len(x)))

    def _score(self, x: Reals) -> Reals | Numbers:
        r"""$(-1)^m \partial_{i_1} \cdots \partial_{i_m} p / p$ for the density p."""
        score: dict[int, Reals | Numbers] = {i: self._along(self.precision[i], x) for i in set(self.moved)}
        if not self.real:
            score = {i: s - 1j * self.slopes[i] for i, s in score.items()}
        return self._hermite(score, self.moved) if self.moved else np.ones(len(x))

    def _hermite(self, score: Mapping[int, Reals | Numbers], moved: Sequence[int]) -> Reals | Numbers:
        """Its recursion: the derivative of the score by another variable is an entry of the inverse covariance."""
        first, rest = moved[0], moved[1:]
        value = score[first] * self._hermite(score, rest) if rest else score[first]
        for n, j in enumerate(rest):
            others = (*rest[:n], *rest[n + 1 :])
            value = value - self.precision[first, j] * (self._hermite(score, others) if others else 1.0)
        return value


def _times(factor: float, found: Estimate) -> Estimate:
    return replace(found, value=factor * float(found.value), error=factor * float(found.error))


def _at_zero(factor: Factor) -> float:
    """What stands beside a Dirac mass at its point; a step counts one half."""
    if factor.power:
        return 0.0  # also beside a logarithm
    if factor.log:
        raise UnjudgedError("a logarithm stands at its Dirac mass, which is infinite")
    return 0.5 ** (factor.step + factor.cdf)


def _has_kink(factor: Factor) -> bool:
    return not factor.log and (factor.step or isinstance(factor, FunctionFactor))


def _factor(factor: Factor, z: Reals | Numbers) -> Reals | Numbers:
    value = z**factor.power
    if factor.step:
        value = value * (z > 0.0)
    if factor.log:
        value = value * np.log(np.abs(z)) ** factor.log
    if isinstance(factor, FunctionFactor) and factor.function is not None:
        value = value * compile_integrand(factor.function, {})({Z: np.asarray(z, dtype=np.float64)})
    if factor.cdf:
        value = value * normal_cdf(np.asarray(z, dtype=np.float64)) ** factor.cdf
    return value


def _conditioned(density: float, mean: Reals, covariance: Reals, i: int) -> tuple[float, Reals, Reals]:
    """The density at 0 of variable i, times the one before, and the law of all given that it is 0."""
    row, variance = covariance[i], float(covariance[i, i])
    if variance <= 0.0 or rank(covariance[np.ix_([i], [i])]) == 0:
        raise UnjudgedError("a Dirac mass stands at a constant")
    own = density * exp(-(mean[i] ** 2) / (2.0 * variance)) / sqrt(2.0 * pi * variance)
    rest = covariance - np.outer(row, row) / variance
    constant = np.diag(rest) <= RANK_TOLERANCE * len(rest) * np.diag(covariance)  # what is left of it is round-off
    constant[i] = True
    rest[constant], rest[:, constant] = 0.0, 0.0
    shifted = mean - row / variance * mean[i]
    shifted[i] = 0.0
    return own, shifted, rest

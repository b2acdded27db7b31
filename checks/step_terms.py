"""Derivatives and principal values in moments, as distributions: what is integrated in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytic.rules.moment import Factor
from numeric.law import gaussian_law

Reals = NDArray[np.float64]
#: A coefficient, what is left of every factor, and the variables by which the density is to be differentiated.
Term = tuple[float, tuple[Factor, ...], tuple[int, ...]]


class UnjudgedError(ValueError):
    """A moment has no value that the empirical witness can find: what stands in the way."""


def opened_terms(factors: Sequence[Factor], covariance: Reals) -> list[Term]:
    r"""A moment as a sum of moments without marked derivatives and principal values.

    A derivative goes to the density where the variable varies by itself, and by the product rule to its factor where
    it is a function of the others, or where the law has more than three dimensions; the principal value of 1/z is the
    derivative of $\log|z|$.

    Args:
        factors: one for each variable.
        covariance: of the variables, shape (n, n).

    Returns:
        The sum.

    Raises:
        UnjudgedError: a principal value stands at a constant, or beside a function of its own variable.

    Example:
        >>> opened_terms([Factor(2, derivative=True)], np.eye(1)) == [(1.0, (Factor(2),), (0,))]
        True
    """
    terms: list[Term] = [(1.0, (), ())]
    many = rank(covariance) > 3  # sampled: a Dirac mass takes a dimension away, a score adds noise
    for i, factor in enumerate(factors):
        opened = _opened(factor, i, _is_free(covariance, i), many)
        terms = [(a * b, (*fs, f), (*moved, *more)) for a, fs, moved in terms for b, f, more in opened]
    return terms


def _is_free(covariance: Reals, i: int) -> bool:
    """Whether variable i varies when all others are fixed: then the density can be differentiated along it."""
    rest = [j for j in range(len(covariance)) if j != i]
    others = rank(covariance[np.ix_(rest, rest)]) if rest else 0
    return rank(covariance) > others


def rank(covariance: Reals) -> int:
    """The number of dimensions of a law, up to round-off of its covariance.

    Example:
        >>> rank(np.array([[1.0, 1.0], [1.0, 1.0]]))
        1
    """
    return gaussian_law(np.zeros(len(covariance)), covariance).rank


def _opened(factor: Factor, i: int, free: bool, many: bool) -> list[tuple[float, Factor, tuple[int, ...]]]:
    """One variable's factor as a sum; the variable is named once for every derivative that goes to the density."""
    if factor.derivative:
        inner = replace(factor, derivative=False)
        if free and not many:
            return [(c, f, (*moved, i)) for c, f, moved in _opened(inner, i, free, many)]
        return [(a * b, f, moved) for a, g in _differentiated(inner) for b, f, moved in _opened(g, i, free, many)]
    if factor.reciprocal and factor.power:
        return [(1.0, replace(factor, power=factor.power - 1, reciprocal=False), ())]
    if factor.reciprocal:
        if factor.step or factor.cdf or factor.dirac or not free:
            raise UnjudgedError("a principal value stands beside a function of its own variable, or at a constant")
        return [(1.0 / (factor.log + 1), Factor(log=factor.log + 1), (i,))]
    return [(1.0, factor, ())]


def _differentiated(factor: Factor) -> list[tuple[float, Factor]]:
    """The product rule, for a variable that is a function of the others."""
    if factor.dirac or factor.reciprocal or factor.cdf:
        raise UnjudgedError("a derivative of a Dirac mass, principal value or Phi stands at a dependent variable")
    terms = []
    if factor.power:
        terms.append((float(factor.power), replace(factor, power=factor.power - 1)))
    if factor.step:
        terms.append((1.0, replace(factor, step=False, dirac=True)))
    if factor.log:
        terms.append((float(factor.log), replace(factor, log=factor.log - 1, reciprocal=True)))
    return terms

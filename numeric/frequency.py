"""How often an event happens: an interval for its probability from the number of times it did."""

from __future__ import annotations

from scipy.special import betaincinv

from numeric.arguments import positive_integer, probability
from numeric.errors import DomainError


def clopper_pearson(hits: int, trials: int, alpha: float) -> tuple[float, float]:
    r"""Exact confidence interval for a probability.

    The ends are those p at which so many hits or more, or so few or fewer, have probability $\alpha/2$.

    Args:
        hits: how often it happened, 0 <= hits <= trials.
        trials: independent trials, >= 1.
        alpha: the interval misses the probability with at most this chance, in (0, 1).

    Returns:
        Both ends.

    Raises:
        NumericError: if trials is no integer >= 1.
        DomainError: if hits or alpha is out of range.

    Source: Clopper and Pearson 1934, The use of confidence or fiducial limits illustrated in the case of the binomial.

    Example:
        >>> [round(p, 4) for p in clopper_pearson(0, 100, 0.05)]
        [0.0, 0.0362]
    """
    count, alpha = positive_integer("trials", trials), probability("alpha", alpha)
    seen = positive_integer("hits", hits, 0)
    if seen > count:
        raise DomainError(f"hits is {hits} and trials {trials}; expected hits <= trials; exchange them")
    low = 0.0 if seen == 0 else float(betaincinv(seen, count - seen + 1, alpha / 2.0))
    high = 1.0 if seen == count else float(betaincinv(seen + 1, count - seen, 1.0 - alpha / 2.0))
    return low, high

"""The law of Gaussian variables from options of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytic.gaussian_law import GaussianLaw


def read_law(
    means: Mapping[str, str], covariances: Mapping[str, str], vectors: Mapping[str, str]
) -> GaussianLaw | None:
    """The law of --mean with --cov or --vector; None where neither of the two is given.

    Raises:
        LawError: both are given, an entry is not a pair, a variance is missing, or two entries contradict each other.

    Example:
        >>> read_law({}, {"u,u": "1", "v,v": "2", "u,v": "c"}, {}).names
        ('u', 'v')
    """
    from analytic.errors import LawError
    from analytic.gaussian_law import GaussianLaw

    if covariances and vectors:
        raise LawError("got both --cov and --vector, expected one of them: vectors have the covariances w.v")
    if vectors:
        return GaussianLaw.vectors({n: [x.strip() for x in w.split(",")] for n, w in vectors.items()}, None, means)
    if not covariances:
        return None
    entries: dict[tuple[str, str], str] = {}
    for key, value in covariances.items():
        pair = tuple(n.strip() for n in key.split(","))
        if len(pair) != 2 or not all(pair):
            raise LawError(f"got --cov {key}={value}, expected two names, such as --cov u,v=1/2")
        first, second = pair
        if entries.setdefault((second, first), value) != value:
            raise LawError(f"got two values for the covariance of {first} and {second}, expected one")
        entries[(first, second)] = value
    names = tuple(dict.fromkeys(n for pair in entries for n in pair))
    missing = [n for n in names if (n, n) not in entries]
    if missing:
        raise LawError(f"got no variance of {missing[0]}, expected --cov {missing[0]},{missing[0]}=VALUE")
    rows = [[entries.get((a, b), "0") for b in names] for a in names]
    return GaussianLaw.matrix(names, rows, means)

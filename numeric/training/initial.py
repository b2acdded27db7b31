"""Random initial weights, each run from its own stream, so that a run does not depend on how many others are drawn."""

from __future__ import annotations

import math

import numpy as np

from numeric.arguments import FloatArray, positive_integer, real_number
from numeric.draws import Seed, generator
from numeric.errors import DomainError, NumericError

KINDS = ("xavier", "he", "small", "orthogonal")

SMALL = 1e-3
"""Size of "small" initial neurons."""


def initial_weights(kind: str, n: int, d: int, seed: Seed, scale: float | None = None) -> FloatArray:
    r"""Random first layer of n neurons.

    Args:
        kind: "xavier", independent $N(0, 2/(n+d))$; "he", $N(0, 2/d)$; "small", $N(0, s^2/d)$, neurons of length about
            s; "orthogonal", orthonormal rows if $n \le d$, else orthonormal columns, uniformly distributed.
        n: number of neurons, >= 1.
        d: dimension of the input, >= 1.
        seed: integer >= 0 or generator.
        scale: factor on the weights, > 0; for "small" it is s, 1e-3 if None; 1 for the others.

    Returns:
        Weights, shape (n, d).

    Raises:
        DomainError: if kind is unknown or scale is not positive and finite.
        NumericError: if n, d or seed is impossible.

    Source: Glorot and Bengio 2010 (xavier); He et al. 2015 (he); Saxe, McClelland and Ganguli 2014 (orthogonal).

    Example:
        >>> W = initial_weights("orthogonal", 2, 3, seed=0)
        >>> bool(np.abs(W @ W.T - np.eye(2)).max() < 1e-15)
        True
    """
    n, d = positive_integer("n", n), positive_integer("d", d)
    rng, _ = generator(seed)
    if kind not in KINDS:
        raise DomainError(f"kind is {kind!r}; expected one of {list(KINDS)}; scale='...' changes their size")
    size = (SMALL if kind == "small" else 1.0) if scale is None else scale
    if not 0.0 < real_number("scale", size) < math.inf:
        raise DomainError(f"scale is {scale!r}; expected a finite number > 0, a factor on the weights; try 1.0")
    draws = rng.standard_normal((n, d))
    if kind == "orthogonal":
        return size * _orthonormal(draws)
    deviation = {"xavier": math.sqrt(2.0 / (n + d)), "he": math.sqrt(2.0 / d), "small": 1.0 / math.sqrt(d)}[kind]
    return np.asarray(size * deviation * draws, dtype=np.float64)


def initial_batch(
    kind: str, runs: int, n: int, d: int, seed: int, scale: float | None = None, first: int = 0
) -> FloatArray:
    """Initial weights of many runs; run r has the stream (seed, r), whatever the number of runs.

    Args:
        kind: as in `initial_weights`.
        runs: number of runs, >= 1.
        n: number of neurons.
        d: dimension of the input.
        seed: integer >= 0.
        scale: as in `initial_weights`.
        first: number of the first run, >= 0: for batches of one campaign.

    Returns:
        Weights, shape (runs, n, d).

    Raises:
        DomainError: if kind is unknown or scale is not positive and finite.
        NumericError: if a number is impossible.

    Example:
        >>> whole = initial_batch("xavier", 3, 2, 2, seed=7)
        >>> np.array_equal(whole[2], initial_batch("xavier", 1, 2, 2, seed=7, first=2)[0])
        True
    """
    runs, first = positive_integer("runs", runs), positive_integer("first", first, least=0)
    if generator(seed)[1] is None:
        raise NumericError("seed is a Generator; expected an integer >= 0, because every run has a stream of its own")
    streams = [np.random.SeedSequence(int(seed), spawn_key=(run,)) for run in range(first, first + runs)]
    return np.stack([initial_weights(kind, n, d, np.random.default_rng(s), scale) for s in streams])


def _orthonormal(draws: FloatArray) -> FloatArray:
    """Orthonormal rows or columns, uniform: the signs of the triangular factor are divided out (Mezzadri 2007)."""
    tall = draws if len(draws) >= draws.shape[1] else draws.T
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diag(r) < 0.0, -1.0, 1.0)
    return np.asarray(q if tall is draws else q.T, dtype=np.float64)

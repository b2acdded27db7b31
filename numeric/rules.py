"""Quadrature rules on one interval, the bricks of the planar and the half-line quadrature."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

from numeric.arguments import EPS, FloatArray

STRETCH = 5
"""Exponent of the substitution for logarithmic ends: 64 nodes give 13 digits, higher ones waste nodes at the ends."""
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
"""Share of a panel after which the shifted ones end."""
RADIUS = 16.0
"""Where the radial integral is cut: the weight left over is exp(-128), about 3e-56."""


class Rule(NamedTuple):
    r"""Nodes and weights, $\int g(x)\,\omega(x)\,dx \approx \sum_i w_i\, g(x_i)$, for some weight function $\omega$.

    Args:
        nodes: shape (m,).
        weights: shape (m,).

    Example:
        >>> Rule(np.array([0.5]), np.array([1.0])).nodes
        array([0.5])
    """

    nodes: FloatArray
    weights: FloatArray


DEGREE_TWO = Rule(np.array([math.sqrt(2.0)]), np.array([1.0]))
r"""One-point radial rule, exact for degree two: $\int_0^\infty r^2\, r e^{-r^2/2} dr = 2 = (\sqrt 2)^2$."""


@lru_cache(maxsize=64)
def legendre(order: int) -> Rule:
    r"""Gauss-Legendre rule on (0, 1), symmetric about 1/2.

    Args:
        order: number of nodes, >= 1; polynomials up to degree 2 order - 1 are integrated exactly.

    Returns:
        The rule, read-only, since it is shared.

    Raises:
        ValueError: by NumPy, if order < 1.

    Example:
        >>> legendre(2).weights
        array([0.5, 0.5])
    """
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return _read_only((1.0 + nodes) / 2.0, weights / 2.0)


@lru_cache(maxsize=64)
def stretched_legendre(order: int) -> Rule:
    r"""Rule on (0, 1) for integrands with logarithms at the ends, or just beyond them, symmetric about 1/2.

    Gauss-Legendre in t after $x = I_t(p, p)$, the regularised incomplete beta function with p = 5: a logarithm becomes
    $t^{p-1} \log t$, which the rule integrates with an error like $m^{-2p}$, and $e^{-x^2/2}$ stays smooth.

    Args:
        order: number m of nodes, >= 1.

    Returns:
        The rule, nodes ascending, read-only, since it is shared.

    Raises:
        ValueError: by NumPy, if order < 1.

    Source: Korobov 1963, Number-theoretic methods in approximate analysis (substitution by the
        incomplete beta function).

    Example:
        >>> rule = stretched_legendre(64)
        >>> bool(abs(rule.weights @ np.log(rule.nodes) + 1.0) < 1e-14)
        True
    """
    brick = legendre(order)
    slope = (brick.nodes * (1.0 - brick.nodes)) ** (STRETCH - 1) / special.beta(STRETCH, STRETCH)
    nodes = np.asarray(special.betainc(STRETCH, STRETCH, brick.nodes), dtype=np.float64)
    return _read_only(nodes, np.asarray(brick.weights * slope, dtype=np.float64))


@lru_cache(maxsize=64)
def half_line(order: int, panels: int, power: int, shifted: bool = False) -> Rule:
    r"""Rule for $\int_0^\infty g(r)\, r^p e^{-r^2/2} dr$: Gauss-Legendre on equal panels of (0, `RADIUS`).

    Args:
        order: Gauss-Legendre nodes on each panel, >= 1.
        panels: number of panels, >= 1.
        power: p >= 0; 1 in the plane, 0 on the line.
        shifted: whether the inner ends of panels are moved, to golden sections of the others. Two rules whose panels
            end at the same place agree on a jump between that and their next nodes, and are both wrong.

    Returns:
        The rule, read-only, since it is shared.

    Raises:
        ValueError: by NumPy, if order < 1.

    Example:
        >>> bool(abs(half_line(16, 8, 1).weights.sum() - 1.0) < 1e-15)
        True
    """
    brick, edges = legendre(order), np.linspace(0.0, RADIUS, panels + 1)
    if shifted:
        edges = np.concatenate([[0.0], edges[:-1] + RADIUS / panels * GOLDEN, [RADIUS]])
    widths = np.diff(edges)[:, None]
    nodes = (edges[:-1, None] + widths * brick.nodes).ravel()
    weights = (widths * brick.weights).ravel() * nodes**power * np.exp(-nodes * nodes / 2.0)
    return _read_only(nodes, weights)


def round_off(terms: int) -> float:
    r"""Relative round-off of a weighted sum of function values, as a multiple of the sum of their magnitudes.

    NumPy sums pairwise over blocks of 128 that are added up eight abreast: at most $16 + \log_2 m$ roundings on the way
    of a term to the total. A node, a weight and a product of a dozen factors take about as many again, twice.

    Args:
        terms: m >= 1.

    Returns:
        Bound on the relative error, in multiples of the machine epsilon times 1.

    Raises:
        ValueError: by math.log2, if terms < 1.

    Source: Higham 2002, Accuracy and stability of numerical algorithms, section 4.2.

    Example:
        >>> round_off(1024) < 1.3e-14
        True
    """
    return EPS * 2.0 * (16.0 + math.log2(terms))


def _read_only(nodes: FloatArray, weights: FloatArray) -> Rule:
    nodes.setflags(write=False)
    weights.setflags(write=False)
    return Rule(nodes, weights)

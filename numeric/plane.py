"""Nodes in the plane of two neurons, with every kink on the boundary of a cell: the core of all planar quadrature."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from numeric.arguments import FloatArray
from numeric.rules import Rule, legendre


class PlaneNodes(NamedTuple):
    r"""Nodes of the standard Gaussian plane, m for each of a batch of angles.

    Args:
        x: first coordinate $r\cos\varphi$, the projection on the first neuron's direction; shape (..., m).
        y: second coordinate $r\sin\varphi$; shape (..., m).
        z: $r\cos(\varphi - \theta)$, the projection on the second neuron's direction; shape (..., m).
        weights: their sum over the last axis is 1 up to round-off; shape (..., m).

    Example:
        >>> nodes = plane_nodes(np.array(np.pi / 2), Rule(np.array([1.0]), np.array([1.0])), 8)
        >>> round(float(nodes.weights[(nodes.x > 0) & (nodes.z > 0)].sum()), 14)
        0.25
    """

    x: FloatArray
    y: FloatArray
    z: FloatArray
    weights: FloatArray


def plane_nodes(theta: FloatArray, radial: Rule, order: int) -> PlaneNodes:
    r"""Polar nodes of the standard Gaussian plane, split along the lines $x = 0$ and $z = 0$.

    The lines cut the circle into two arcs of length $\pi - \theta$, on which x and z have the same sign, and two of
    length $\theta$, on which they differ. An arc is parametrised by the distances t and s to its two ends,
    $x = \pm r\sin s$, $z = \pm r\sin t$, so that no round-off can give an interior node the wrong sign,
    however short the arc is.

    Args:
        theta: angles in $[0, \pi]$, any shape (...).
        radial: rule for the weight $r e^{-r^2/2}$ on the half-line, p nodes.
        order: Gauss-Legendre nodes on each arc, q >= 1.

    Returns:
        Nodes of shape (..., 4 p q); on an arc of length zero their weight is zero.

    Raises:
        ValueError: by NumPy, if order < 1.

    Example:
        >>> plane_nodes(np.zeros((2, 3)), Rule(np.ones(5), np.ones(5)), 8).x.shape
        (2, 3, 160)
    """
    arc = legendre(order)
    equal, opposite = np.pi - theta[..., None], theta[..., None]
    t, s = (
        equal * arc.nodes,
        opposite * arc.nodes,
    )  # distances to one end; the rule is symmetric, so [::-1] is the other
    x = np.concatenate([np.sin(t[..., ::-1]), -np.sin(s)], axis=-1)
    y = np.concatenate([np.cos(t[..., ::-1]), np.cos(s)], axis=-1)
    z = np.concatenate([np.sin(t), np.sin(s[..., ::-1])], axis=-1)
    weights = np.concatenate([equal * arc.weights, opposite * arc.weights], axis=-1) / (2.0 * np.pi)
    radii = np.concatenate([radial.nodes, -radial.nodes])  # the other two arcs lie opposite
    return PlaneNodes(_outer(x, radii), _outer(y, radii), _outer(z, radii), _outer(weights, np.tile(radial.weights, 2)))


def _outer(angular: FloatArray, radial: FloatArray) -> FloatArray:
    """Products of an angular with a radial factor, flattened over the last axis."""
    product: FloatArray = angular[..., None] * radial
    return product.reshape(*angular.shape[:-1], -1)

"""Gaussian expectations of functions of one or two projections, by quadrature with the kinks on cell boundaries."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from numeric.arguments import FloatArray, finite_array, positive_integer, real_number, real_pair
from numeric.errors import DomainError, NotConvergedError, ShapeError
from numeric.estimate import Estimate
from numeric.plane import PlaneNodes, plane_nodes
from numeric.rules import Rule, half_line, round_off

Integrand: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]

ORDER, PANELS, BRICK = 48, 8, 24
"""Default nodes an arc, radial panels, and nodes a panel: exact to round-off for polynomials of degree 20."""


def polar_quadrature(
    f: Integrand, norms: tuple[float, float], theta: float, order: int = ORDER, panels: int = PANELS
) -> Estimate:
    r"""Expectation $E f(u, v)$ over centred Gaussian u, v with standard deviations a, b and correlation $\cos\theta$.

    With $x = r\cos\varphi$ and $y = r\sin\varphi$ standard Gaussian, $u = a x$ and
    $v = b(\cos\theta\, x + \sin\theta\, y)$,
    $$E f = \frac1{2\pi} \int_0^{2\pi} \int_0^\infty f(u, v)\, r e^{-r^2/2}\, dr\, d\varphi,$$
    by Gauss-Legendre on each arc between the rays $u = 0$, $v = 0$ and on each panel of the radius.
    The error is the sum of the differences from a rule of two thirds the order and from one of five sixths whose
    panels of the radius end elsewhere, plus round-off, plus a bound on the cut-off tail that holds if $\log|f|$ grows
    along rays no faster than half as fast as $r^2/2$ at the cut. Undeclared kinks and jumps make the three differ;
    where they differ by more than a jump can make them, f is not resolved, and refused.

    Args:
        f: vectorised, of two arrays of shape (m,), returning shape (..., m); smooth off the lines $u = 0$ and $v = 0$,
            on which it may have kinks and jumps.
        norms: standard deviations (a, b), positive.
        theta: angle in $[0, \pi]$, in radians.
        order: Gauss-Legendre nodes on each arc, >= 2.
        panels: radial panels of 24 nodes; more of them for functions that vary on a scale well below 1/max(a, b).

    Returns:
        Estimate of kind "scheme", of the shape (...).

    Raises:
        DomainError: if a norm is not positive or theta outside $[0, \pi]$.
        ShapeError: if norms is no pair, or f does not return one value for each node.
        NonFiniteError: if f returns NaN or infinity.
        NotConvergedError: if the rules do not agree even roughly: f varies on a scale that they do not see.
        NumericError: if order or panels is not a large enough integer.

    Example:
        >>> estimate = polar_quadrature(lambda u, v: (u > 0) & (v > 0), (1.0, 1.0), np.pi / 2)
        >>> bool(abs(estimate.value - 0.25) <= estimate.error < 1e-13)
        True
    """
    a, b = (_deviation(norm) for norm in real_pair("norms", norms))
    angle = _angle(theta)
    order, panels = positive_integer("order", order, 2), positive_integer("panels", panels)
    sums = [_planar_sum(f, a, b, nodes) for nodes in _three(angle, order, panels)]
    return _compared(sums, order, f"polar quadrature, {order} nodes an arc")


def polar_direction_quadrature(
    f: Integrand, norms: tuple[float, float], theta: float, order: int = ORDER, panels: int = PANELS
) -> Estimate:
    r"""The vector $E[f(u, v)\,(x, y)]$, with $u = a x$ and $v = b(\cos\theta\, x + \sin\theta\, y)$.

    The gradient of $E F(w \cdot x, v \cdot x)$ by w is $E[\partial_u F\, x]$; its two components in the plane of w
    (first axis) and v come out of one rule, without a division by $\sin\theta$.

    Args:
        f: as for `polar_quadrature`, with values of shape (m,).
        norms: standard deviations (a, b), positive.
        theta: angle in $[0, \pi]$, in radians.
        order: Gauss-Legendre nodes on each arc, >= 2.
        panels: radial panels of 24 nodes.

    Returns:
        Estimate of kind "scheme", of shape (2,).

    Raises:
        DomainError: if a norm is not positive or theta outside $[0, \pi]$.
        ShapeError: if norms is no pair, or f does not return one value for each node.
        NonFiniteError: if f returns NaN or infinity.
        NotConvergedError: if the rules do not agree even roughly: f varies on a scale that they do not see.
        NumericError: if order or panels is not a large enough integer.

    Example:
        >>> estimate = polar_direction_quadrature(lambda u, v: v, (1.0, 2.0), np.pi / 2)
        >>> bool((abs(estimate.value - [0.0, 2.0]) <= estimate.error).all())
        True
    """
    a, b = (_deviation(norm) for norm in real_pair("norms", norms))
    angle = _angle(theta)
    order, panels = positive_integer("order", order, 2), positive_integer("panels", panels)
    sums = [_planar_sum(f, a, b, nodes, direction=True) for nodes in _three(angle, order, panels)]
    return _compared(sums, order, f"polar quadrature, {order} nodes an arc")


def half_line_quadrature(
    f: Callable[[FloatArray], FloatArray], norm: float, order: int = BRICK, panels: int = PANELS
) -> Estimate:
    r"""Expectation $E f(u)$ over a centred Gaussian u, the kink or jump of f at 0 on a cell boundary.

    $$E f = \frac1{\sqrt{2\pi}} \int_0^\infty (f(ar) + f(-ar))\, e^{-r^2/2}\, dr.$$

    Args:
        f: vectorised, of an array of shape (m,), returning shape (..., m); smooth off 0.
        norm: standard deviation a of u, positive.
        order: Gauss-Legendre nodes on each panel, >= 2.
        panels: number of panels; more of them for functions that vary on a scale well below 1/a.

    Returns:
        Estimate of kind "scheme", of the shape (...).

    Raises:
        DomainError: if norm is not positive.
        ShapeError: if f does not return one value for each node.
        NonFiniteError: if f returns NaN or infinity.
        NotConvergedError: if the rules do not agree even roughly: f varies on a scale that they do not see.
        NumericError: if order or panels is not a large enough integer.

    Example:
        >>> estimate = half_line_quadrature(np.abs, 2.0)
        >>> bool(abs(estimate.value - 2.0 * np.sqrt(2.0 / np.pi)) <= estimate.error < 1e-13)
        True
    """
    a = _deviation(norm)
    order, panels = positive_integer("order", order, 2), positive_integer("panels", panels)
    rules = [
        half_line(order, panels, 0),
        half_line(_fewer(order), panels, 0),
        half_line(_between(order), panels, 0, True),
    ]
    return _compared([_linear_sum(f, a, rule) for rule in rules], order, f"half-line quadrature, {order} nodes a panel")


def _three(angle: FloatArray, order: int, panels: int) -> Iterator[PlaneNodes]:
    """The rule itself, a coarser one, and one in between whose panels end elsewhere."""
    yield plane_nodes(angle, half_line(BRICK, panels, 1), order)
    yield plane_nodes(angle, half_line(_fewer(BRICK), panels, 1), _fewer(order))
    yield plane_nodes(angle, half_line(_fewer(BRICK), panels, 1, True), _between(order))


class _Sum:
    """A weighted sum of function values, and what round-off and the cut of the radius may have done to it."""

    def __init__(self, values: FloatArray, weights: FloatArray, tail: FloatArray) -> None:
        terms = weights * values
        self.total = terms.sum(axis=-1)
        with np.errstate(over="ignore"):  # squares of exponentials overflow before their integrals do
            self.norm = np.sqrt((terms * values).sum(axis=-1))
        self.noise = round_off(weights.size) * np.abs(terms).sum(axis=-1) + tail
        self.work = weights.size


def _planar_sum(f: Integrand, a: float, b: float, nodes: PlaneNodes, direction: bool = False) -> _Sum:
    kept = nodes.weights > 0.0  # drops the arcs of length zero, where f would be asked on its kink
    u, v, r = a * nodes.x[kept], b * nodes.z[kept], np.hypot(nodes.x, nodes.y)[kept]
    values = _values(f(u, v), u.shape)
    if direction:
        values = values * np.stack([nodes.x[kept], nodes.y[kept]])
    return _Sum(values, nodes.weights[kept], _tail(values, r))


def _linear_sum(f: Callable[[FloatArray], FloatArray], a: float, rule: Rule) -> _Sum:
    r = np.concatenate([-rule.nodes[::-1], rule.nodes])
    values = _values(f(a * r), r.shape)
    weights = np.concatenate([rule.weights[::-1], rule.weights]) / math.sqrt(2.0 * math.pi)
    return _Sum(values, weights, _tail(values, np.abs(r)))


def _tail(values: FloatArray, r: FloatArray) -> FloatArray:
    r"""Bound on the integral beyond the outermost radius R.

    If $|f(r)| \le |f(R)| e^{R(r-R)/2}$, then $\int_R^\infty |f| r e^{-r^2/2} dr \le 2 |f(R)| e^{-R^2/2}$.
    """
    outermost = float(r.max())
    edge = np.abs(values[..., r >= outermost * (1.0 - 1e-9)]).max(axis=-1)  # one circle of nodes, up to round-off
    return np.asarray(2.0 * math.exp(-(outermost**2) / 2.0) * edge, dtype=np.float64)


def _compared(sums: list[_Sum], order: int, method: str) -> Estimate:
    """The first of three sums, with what it differs from the others by.

    A rule of m nodes misses a jump by the weight of one of them, about the norm of f over m.
    """
    fine, work = sums[0], sum(s.work for s in sums)
    gap = np.asarray(sum(np.abs(fine.total - s.total) for s in sums[1:]))
    noise = np.asarray(sum(s.noise for s in sums))
    if (gap > fine.norm / order + noise).any():
        raise NotConvergedError(
            f"rules of {order} and fewer nodes differ by {gap.max():.2g}, where f has the norm {fine.norm.max():.2g}; "
            f"expected rules that agree to a share 1/{order} of it, because otherwise their difference says nothing; "
            f"raise order and panels, or use gaussian_mean with the kinks and singularities declared"
        )
    return Estimate(fine.total, gap + noise, "scheme", None, method, work)


def _fewer(order: int) -> int:
    """Order of the rule to compare with: low enough that its own error dominates the difference."""
    return max(1, 2 * order // 3)


def _between(order: int) -> int:
    return max(1, 5 * order // 6)


def _values(returned: object, shape: tuple[int, ...]) -> FloatArray:
    values = finite_array("f(u, v)", returned)
    if values.shape[-1:] != shape:
        raise ShapeError(
            f"f returned shape {values.shape} for {shape[0]} nodes; expected (..., {shape[0]}), one value for each "
            f"node along the last axis; stack components along the first axis and use vectorised functions"
        )
    return values


def _deviation(norm: float) -> float:
    if not 0.0 < real_number("a norm", norm) < math.inf:
        raise DomainError(
            f"a norm is {norm!r}; expected a positive finite number, because it is the standard deviation of a "
            f"Gaussian; a zero neuron contributes f at 0, no quadrature is needed"
        )
    return float(norm)


def _angle(theta: float) -> FloatArray:
    if not 0.0 <= real_number("theta", theta) <= math.pi:
        raise DomainError(
            f"theta is {theta!r}; expected an angle in [0, pi] in radians, because it lies between two vectors; "
            f"angle_between computes it"
        )
    return np.asarray(theta, dtype=np.float64)

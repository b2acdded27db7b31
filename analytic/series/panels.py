r"""An integrand sampled once, to be integrated against any entire kernel with a certified error.

On a panel of half-length $\ell$ where $F(t) = f(x(t))\,x'(t)$ is analytic with $|F| \le M$ on the ellipse with foci
at the ends and semi-axes $\ell(r \pm 1/r)/2$, the n-point Gauss-Legendre rule integrates $F(t)\,k(x(t))$ with an
error at most
$$\ell\,\frac{64}{15}\,\frac{M K r^{-2n}}{1 - r^{-2}}, \qquad K = \sup |k|,\ n \ge 2,$$
so the nodes, the weights times F, and M serve every kernel k.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from flint import acb, arb, ctx, fmpq

from analytic.errors import DomainError
from analytic.formula import name
from analytic.series.ball_functions import BallFunction, ball_function
from analytic.series.charts import Chart
from analytic.series.exact import ball_of, ceiling

#: r: the ellipse reaches 5/3 and 4/3 of the half-length along and across the panel.
STRETCH = 3
#: Panels are halved at most this often.
MAX_DEPTH = 64
#: So many halvings take seconds; where more are needed the integrand is too large for the precision, or too steep.
MAX_HALVINGS = 10_000
#: So many panels take minutes.
MAX_PANELS = 200_000

#: Upper bound of the kernel's modulus on a box.
KernelBound = Callable[[acb], arb]


@dataclass(frozen=True)
class Panel:
    """Nodes and weights on one panel, and what bounds the error of its sum.

    Args:
        nodes: the points x_k.
        weights: the weights, each times F.
        total: upper bound of the sum of the absolute weights.
        mass: upper bound of the integral of |f| over the panel.
        error: bound of the error for a kernel with modulus at most 1 on ``box``.
        interval: the real points x of the panel.
        box: the complex points x of its ellipse.
    """

    nodes: tuple[arb, ...]
    weights: tuple[arb, ...]
    total: arb
    mass: arb
    error: arb
    interval: arb
    box: acb


@lru_cache(maxsize=512)
def legendre_rule(n: int, _bits: int) -> tuple[tuple[arb, arb], ...]:
    """Nodes and weights of the n-point Gauss-Legendre rule on [-1, 1], at the precision in bits."""
    return tuple(arb.legendre_p_root(n, k, weight=True) for k in range(n))


def panels(chart: Chart, longest: arb, bound: KernelBound, bits: int) -> list[Panel]:
    r"""Panels that cover a chart, each with enough nodes that its error is about $2^{-bits}$.

    Args:
        chart: where and what to integrate.
        longest: half-length that a panel may have, in x where x(t) = t.
        bound: of the kernels to come; only the number of nodes depends on it, the stated errors do not.
        bits: see above.

    Returns:
        The panels; every error bound is finite.

    Raises:
        DomainError: the integrand is not bounded near some point of the chart, or it takes too many panels.

    Source: Trefethen 2008 (SIAM Review 50), theorem 4.5, for the error of Gauss-Legendre rules.
    """
    f, x = ball_function(chart.integrand, chart.variable), ball_function(chart.position, chart.variable)
    lower, upper = ball_of(chart.lower), ball_of(chart.upper)
    limit = longest if chart.position == name(chart.variable) else arb(2)
    count = max(1, ceiling((upper - lower) / (2 * limit)))
    if count > MAX_PANELS:
        raise DomainError(
            f"got a quadrature of some 2^{count.bit_length()} panels, expected at most {MAX_PANELS}: a kink lies "
            f"too many deviations from the mean; take a smaller mean, or the limit of the function at that mean"
        )
    ends = [lower + (upper - lower) * arb(fmpq(i, count)) for i in range(count + 1)]
    found: list[Panel] = []
    todo, halvings = [(a, b, 0) for a, b in pairwise(ends)][::-1], 0
    while todo:
        a, b, depth = todo.pop()
        panel = _panel(f, x, a, b, bound, bits)
        if panel is not None:
            found.append(panel)
        elif halvings >= MAX_HALVINGS:
            raise DomainError(
                f"got more than {MAX_HALVINGS} halvings of panels in a quadrature to {bits} bits, expected fewer: the "
                f"integrand is too large or too steep; take smaller means, norms or slopes"
            )
        elif depth < MAX_DEPTH:
            halvings += 1
            middle = (a + b) / 2
            todo += [(middle, b, depth + 1), (a, middle, depth + 1)]
        else:
            raise DomainError(
                f"no bound was found for {chart.integrand} near {a.str(5)} after {MAX_DEPTH} halvings: expected a "
                f"finite integrand whose poles are not that close to the real line; try smaller slopes"
            )
    return found


def _panel(f: BallFunction, x: BallFunction, a: arb, b: arb, bound: KernelBound, bits: int) -> Panel | None:
    centre, half = (a + b) / 2, (b - a) / 2
    along, across = half * fmpq(5, 3), half * fmpq(4, 3)
    ellipse = acb(_around(centre, along), _around(arb(0), across))
    box = x(ellipse, True)
    height = f(ellipse, True).abs_upper()
    if not (box.is_finite() and height.is_finite()):
        return None
    scale = half * fmpq(64, 15) * height / (1 - arb(STRETCH) ** -2)
    n = nodes_needed(scale * bound(box), bits)
    if n > bits // 2 + 16:
        return None
    points = [(centre + half * p, half * w) for p, w in legendre_rule(n, ctx.prec)]
    weights = tuple((w * f(acb(t), False).real) for t, w in points)
    segment = acb(a.union(b))
    return Panel(
        tuple(x(acb(t), False).real for t, _ in points),
        weights,
        sum((abs(w) for w in weights), arb(0)).abs_upper(),
        (2 * half * f(segment, False).abs_upper()).abs_upper(),
        (scale * arb(STRETCH) ** (-2 * n)).abs_upper(),
        x(segment, False).real,
        box,
    )


def _around(centre: arb, radius: arb) -> arb:
    return (centre - radius).union(centre + radius)


def nodes_needed(size: arb, bits: int) -> int:
    """An even number of nodes n for which about ``size * STRETCH^(-2n)`` is below $2^{-bits}$."""
    if not size.is_finite():
        return bits
    if size <= arb(2) ** -bits:
        return 2
    # the count need not be rigorous: the error is computed from it
    needed = (float(size.log().mid()) / 0.6931 + bits) / 3.16
    return max(2, 2 * int(needed / 2 + 1))

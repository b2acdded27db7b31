r"""Gradients and Jacobians of functions of one vector or two, by the moving frame.

Let $f$ depend on $a = |w|$, $b = |v|$ and the angle $\theta$. Moving w along $e_1$ changes a only; along $e_2$
(towards v) it turns w by $1/a$, so $\theta$ falls and the frame turns; along a unit vector m orthogonal to both, the
plane tilts: $de_1 = m/a$ and, since v stays, $\cos\theta\,de_1 + \sin\theta\,de_2 = 0$. Moving v: along $v$ changes b
only; along $t = \sin\theta\, e_1 - \cos\theta\, e_2$ (towards w) $\theta$ falls by $1/b$; along m,
$de_2 = m/(b \sin\theta)$. A vector that stands alone spans $e_1$; there every other direction is an m.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from analytic.errors import FormulaError
from analytic.frame import Tensor, matrix, vector
from analytic.ring import COSINE, SINE, THETA, Element, Ring


class Differential(Protocol):
    """What is needed to differentiate in the moving frame; the canonical ring and the field of closed forms have it."""

    pair: tuple[str, str] | None
    norms: tuple[str, ...]

    @property
    def cosine(self) -> Any:
        """The cosine of the pair's angle."""

    @property
    def sine(self) -> Any:
        """The sine of the pair's angle."""

    def norm(self, vector: str) -> Any:
        """The norm of a vector."""

    def derivative(self, x: Any, variable: str) -> Any:
        """The partial derivative by a norm or the angle."""

    def reduce(self, x: Any) -> Any:
        """The normal form."""


def gradient(f: Element, ring: Differential, which: int) -> Tensor[Element]:
    r"""The gradient of a scalar with respect to the first (0) or second (1) vector of the ring.

    $\nabla_w f = f_a e_1 - \frac{1}{a} f_\theta e_2$ and
    $\nabla_v f = f_b (\cos\theta\,e_1 + \sin\theta\,e_2) - \frac1b f_\theta (\sin\theta\,e_1 - \cos\theta\,e_2)$.
    Of a function of one vector, $f_a e_1$.

    Args:
        f: an element of the ring, a function of the two norms and the angle.
        ring: a ring with one vector, or with a pair and a free angle.
        which: 0 for the first vector, 1 for the second.

    Returns:
        The gradient in frame coordinates.

    Raises:
        FormulaError: the ring has no vector, or its norm or angle is fixed.

    Example:
        >>> ring = Ring(("w", "v"))
        >>> g = gradient(ring.norm("w") * ring.norm("v") * ring.cosine, ring, 0)   # of w.v, which is v
        >>> [str(x) for x in g.coordinates.values()]
        ['cos(theta)*|v|', 'sin(theta)*|v|']
    """
    norm = _norm(ring, which)
    radial = ring.derivative(f, norm)
    if ring.pair is None:
        return vector(ring.reduce(radial), f - f)
    turn = -ring.derivative(f, THETA) / ring.norm(norm.strip("|"))
    if which == 0:
        return vector(ring.reduce(radial), ring.reduce(turn))
    c, s = ring.cosine, ring.sine
    return vector(ring.reduce(radial * c + turn * s), ring.reduce(radial * s - turn * c))


def jacobian(x: Tensor[Element], ring: Differential, which: int) -> Tensor[Element]:
    r"""The Jacobian $\partial x_a/\partial w_b$ of a vector field in frame coordinates.

    Args:
        x: a vector in frame coordinates.
        ring: a ring with one vector, or with a pair and a free angle.
        which: 0 to differentiate by the first vector, 1 by the second.

    Returns:
        The matrix in frame coordinates; rows belong to x, columns to the vector differentiated by.

    Raises:
        FormulaError: x is no vector, or the ring has no vector, or its norm or angle is fixed.

    Example:
        >>> ring = Ring(("w", "v"))
        >>> identity = jacobian(vector(ring.norm("w"), ring.field.zero), ring, 0)   # of w by w
        >>> [str(y) for y in identity.coordinates.values()]
        ['1', '0', '0', '0', '0']
    """
    if x.order != 1:
        raise FormulaError(f"got {x.kind}, expected a vector: the Hessian is the Jacobian of a gradient")
    columns = _columns_first(x, ring) if which == 0 else _columns_second(x, ring)
    along1, along2, tilt = columns
    return matrix(
        ring.reduce(tilt),
        ring.reduce(along1[0] - tilt),
        ring.reduce(along2[0]),
        ring.reduce(along1[1]),
        ring.reduce(along2[1] - tilt),
    )


_Columns = tuple[tuple[Element, Element], tuple[Element, Element], Element]


def _columns_first(x: Tensor[Element], ring: Differential) -> _Columns:
    """Derivatives of x = x1 e1 + x2 e2 along e1 and e2, and the coefficient of m for w moving along m."""
    x1, x2 = x.coordinates["1"], x.coordinates["2"]
    norm = _norm(ring, 0)
    a = ring.norm(norm.strip("|"))
    radial = (ring.derivative(x1, norm), ring.derivative(x2, norm))
    if ring.pair is None:  # there is no e_2: x = x1 e1, and turning w turns x
        return radial, (x2, x1 / a), x1 / a
    turned = ((-ring.derivative(x1, THETA) - x2) / a, (-ring.derivative(x2, THETA) + x1) / a)
    return radial, turned, (x1 - x2 * ring.cosine / ring.sine) / a


def _columns_second(x: Tensor[Element], ring: Differential) -> _Columns:
    """The same for v, turned from the directions v/|v| and t to e1 and e2."""
    x1, x2 = x.coordinates["1"], x.coordinates["2"]
    norm = _norm(ring, 1)
    b, c, s = ring.norm(norm.strip("|")), ring.cosine, ring.sine
    radial = (ring.derivative(x1, norm), ring.derivative(x2, norm))
    turned = (-ring.derivative(x1, THETA) / b, -ring.derivative(x2, THETA) / b)
    # e1 = c v/|v| + s t and e2 = s v/|v| - c t
    along1 = (c * radial[0] + s * turned[0], c * radial[1] + s * turned[1])
    along2 = (s * radial[0] - c * turned[0], s * radial[1] - c * turned[1])
    return along1, along2, x2 / (b * s)


def _norm(ring: Differential, which: int) -> str:
    fixed = ring if isinstance(ring, Ring) else None
    if not ring.norms or (fixed is not None and ring.pair is not None and fixed.angle is not None):
        raise FormulaError(
            "derivatives need one vector, or two with a free angle; do not fix theta in a claim about derivatives"
        )
    norm = f"|{ring.norms[which]}|"
    if fixed is not None and norm in fixed.values:
        raise FormulaError(f"got {norm} fixed at {fixed.values[norm]}, expected it free: it is differentiated by")
    return norm


def limit_at_parallel(x: Tensor[Element], ring: Ring, *, antiparallel: bool = False) -> Tensor[Element]:
    r"""The limit as $\theta \to 0$ (or $\pi$), if it does not depend on the direction of approach.

    Coordinates are polynomials in $\sin, \cos, \theta$, so the limit is a substitution; it exists if the coordinates
    that involve $e_2$ vanish there, since $e_2$ has no limit.

    Args:
        x: a scalar, vector or matrix in frame coordinates.
        ring: its ring.
        antiparallel: take the limit at pi instead.

    Returns:
        The limit in frame coordinates.

    Raises:
        FormulaError: a coordinate has a pole, or the limit depends on the direction.

    Example:
        >>> ring = Ring(("w", "v"))
        >>> limit_at_parallel(vector(ring.cosine, ring.sine), ring).coordinates["1"]
        1
    """
    limit = x.map(lambda f: _substituted(f, ring, antiparallel))
    if any(not ring.is_zero(f) for k, f in limit.coordinates.items() if "2" in k):
        raise FormulaError("the limit at parallel vectors depends on the direction of approach: it does not exist")
    return limit


def _substituted(f: Element, ring: Ring, antiparallel: bool) -> Element:
    reduced = ring.reduce(f)
    endpoint = {
        THETA: ring.pi() if antiparallel else ring.field.zero,
        SINE: ring.field.zero,
        COSINE: -ring.field.one if antiparallel else ring.field.one,
    }
    numerator, denominator = (_composed(p, ring, endpoint) for p in (reduced.numer, reduced.denom))
    if ring.is_zero(denominator):
        raise FormulaError("a coordinate may have a pole at parallel vectors; limits are taken of polynomials only")
    return ring.reduce(numerator / denominator)


def _composed(polynomial: Element, ring: Ring, replacement: Mapping[str, Element]) -> Element:
    total = ring.field.zero
    for exponents, coefficient in polynomial.terms():
        term = ring.field.one * coefficient
        for n, e in zip(ring.names, exponents, strict=True):
            term *= replacement.get(n, ring.generator[n]) ** e if e else ring.field.one
        total += term
    return total

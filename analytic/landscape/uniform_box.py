r"""A critical point for every s of an interval: Krawczyk's operator on the remainder of a Taylor polynomial in s.

With weights $P(s) + s^m\delta$, an approximate inverse $C(s)$ of the Jacobian, $\delta$ in a box of radii $\rho$ and

$$K(s) = -s^{-m} C g(P) + s^{-m}(I - C J(P + s^m\delta))\,s^m\,\delta,$$

$|K_j(s)| < \rho_j$ for every s of the interval proves for each of these s exactly one critical point in the tube; it
lies in the tube of radii $\max_s |K_j(s)|$. C, g and J are models: the proof holds for every real s of the interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb, arb_poly

from analytic.balls import rational
from analytic.landscape.uniform_companion import WideBoxError
from analytic.landscape.uniform_family import EXACT_ORDER, Tube, UniformFamily, inner
from analytic.landscape.uniform_linear import inverse
from analytic.landscape.uniform_model import ModelRing, TaylorModel

#: The box's first radius is this multiple of the Newton step's; how often it may grow.
INFLATION, GROWTHS = 8, 4
#: Iterations for the shape of a box.
FITTING_STEPS = 20
Bounds = dict[str, arb]
#: Newton steps, each of which doubles the number of terms of a polynomial that are right.
MOST_STEPS = 8
#: Digits of a polynomial's coefficients.
DIGITS = 40


@dataclass(frozen=True)
class UniformBox:
    """One critical point for each s in [low, high], in text that any process can read.

    Args:
        low: begin of the interval of s = k^(-1/2); at 0 the claim is for all s > 0 of it.
        high: its end.
        base: s_0.
        centre: decimal coefficients of P_j in s - s_0, by weight; where s_0 = 0 the first ones are None: they are those
            of the exact expansion.
        places: m_j.
        radii: rho_j, of the tube in which the critical point is the only one.
        images: radii of the tube in which it lies.
    """

    low: Fraction
    high: Fraction
    base: Fraction
    centre: Mapping[str, tuple[str | None, ...]]
    places: Mapping[str, int]
    radii: Mapping[str, str]
    images: Mapping[str, str]

    def tube(self, family: UniformFamily, outer: bool) -> Tube:
        """The tube of uniqueness, or the inner one."""
        exact = family.begin() if self.base == 0 else {}
        centre = {n: _polynomial(texts, exact.get(n)) for n, texts in self.centre.items()}
        chosen = self.radii if outer else self.images
        return Tube(rational(self.base), centre, self.places, {n: arb(r) for n, r in chosen.items()})

    def __repr__(self) -> str:
        low = "infinity" if self.low == 0 else f"{float(1 / self.low**2):.6g}"
        widest = max(float(r) for r in self.radii.values())
        degree = max(map(len, self.centre.values())) - 1
        return f"k = {float(1 / self.high**2):.6g} to {low}: radius {widest:.1e}, degree {degree}"


def _polynomial(texts: tuple[str | None, ...], exact: arb_poly | None) -> arb_poly:
    return arb_poly([arb(t) if t is not None or exact is None else exact[i] for i, t in enumerate(texts)])


def domain(family: UniformFamily, low: Fraction, high: Fraction, terms: int) -> ModelRing:
    """The models on [low, high] in s: about 0 if the interval begins there, else about its middle."""
    if low == 0:
        return family.ring(terms, arb(0), rational(high), arb(0), True)
    middle = (low + high) / 2
    return family.ring(terms, rational(low - middle), rational(high - middle), rational(middle), False)


def polynomials(
    family: UniformFamily, start: Mapping[str, arb_poly], base: Fraction, terms: int
) -> dict[str, tuple[str | None, ...]]:
    """Taylor polynomials of the weights about s_0 by Newton's method, as decimal texts.

    Args:
        family: whose equations are solved.
        start: the exact expansion at s_0 = 0, or approximate values elsewhere.
        base: s_0.
        terms: how many coefficients.

    Raises:
        WideBoxError: it does not settle.
    """
    pole = base == 0
    known = EXACT_ORDER + 1 if pole else 0
    spare = 2 * (EXACT_ORDER + 1) if pole else 0
    centre, reached = dict(start), known
    for _ in range(MOST_STEPS):
        want = terms if pole else min(terms, max(1, 2 * reached))
        ring = family.ring(want + spare, arb(0), arb(0), rational(base), pole)
        step = _newton_step(family, ring, Tube(rational(base), centre, {}, {}))
        moves = {n: x.polynomial.left_shift(x.valuation) for n, x in step.items()}
        centre = {n: _moved(p, moves[n], known, want) for n, p in centre.items()}
        size = max(float(abs(m[i]).mid()) for m in moves.values() for i in range(known, want))
        if size < 2.0**-40 and want == terms:
            return {n: _texts(p, known, terms) for n, p in centre.items()}
        reached = want
    raise WideBoxError("Newton's method for a Taylor polynomial does not settle")


def _newton_step(family: UniformFamily, ring: ModelRing, tube: Tube) -> dict[str, TaylorModel]:
    gradient, jacobian = family.newton(ring, family.weights(ring, tube, False))
    return {n: inner(row, gradient) for n, row in zip(tube.centre, inverse(jacobian, ring), strict=True)}


def _moved(p: arb_poly, step: arb_poly, known: int, terms: int) -> arb_poly:
    return arb_poly([p[i] if i < known else (p[i] - step[i]).mid() for i in range(terms)])


def _texts(p: arb_poly, known: int, terms: int) -> tuple[str | None, ...]:
    return tuple(None if i < known else p[i].mid().str(DIGITS, radius=False) for i in range(terms))


def proved(
    family: UniformFamily, low: Fraction, high: Fraction, centre: Mapping[str, tuple[str | None, ...]], terms: int
) -> UniformBox:
    """The box on [low, high] with those polynomials, about 0 if low = 0, else about the middle.

    Raises:
        WideBoxError: the Krawczyk test fails on so wide an interval.
    """
    base = Fraction(0) if low == 0 else (low + high) / 2
    nothing = dict.fromkeys(centre, "0")
    box = UniformBox(low, high, base, centre, dict.fromkeys(centre, 0), nothing, nothing)
    ring = domain(family, low, high, terms)
    tube = box.tube(family, True)
    C = _inverse_jacobian(family, tube, ring)
    gradient, _ = family.newton(ring, family.weights(ring, tube, False))
    step = {n: inner(row, gradient) for n, row in zip(centre, C, strict=True)}
    places = {n: min(EXACT_ORDER + 1, x.valuation) if low == 0 else 0 for n, x in step.items()}
    steps = {n: x.bound(places[n]).abs_upper() for n, x in step.items()}
    radii = {n: INFLATION * r for n, r in steps.items()}
    for _ in range(GROWTHS):
        box = replace(box, places=places, radii={n: _upward(r) for n, r in radii.items()})
        defects = _defects(family, ring, box, C)
        images = _images(steps, defects, {n: arb(r) for n, r in box.radii.items()})
        if all(bool(images[n] < arb(box.radii[n])) for n in images):
            return replace(box, images={n: _upward(x) for n, x in images.items()})
        radii = _fitting(steps, defects, radii)
    raise WideBoxError("the Krawczyk test fails")


def _inverse_jacobian(family: UniformFamily, tube: Tube, ring: ModelRing) -> list[list[TaylorModel]]:
    """Taylor polynomials of the inverse Jacobian at the tube's centre; any matrix would do."""
    point = family.ring(ring.terms, arb(0), arb(0), ring.centre, ring.exact)
    _, jacobian = family.newton(point, family.weights(point, tube, False))
    return [[x.without_remainder(ring) for x in row] for row in inverse(jacobian, point)]


def _fitting(steps: Bounds, defects: Mapping[str, Bounds], radii: Bounds) -> Bounds:
    """Radii that the same defects would map to half of them, if there are any."""
    for _ in range(FITTING_STEPS):
        radii = {n: (2 * x).abs_upper() for n, x in _images(steps, defects, radii).items()}
    return radii


def _images(steps: Bounds, defects: Mapping[str, Bounds], radii: Bounds) -> Bounds:
    """Upper bounds of |K_j|."""
    return {n: sum((row[o] * radii[o] for o in radii), steps[n]).abs_upper() for n, row in defects.items()}


def _defects(
    family: UniformFamily, ring: ModelRing, box: UniformBox, C: list[list[TaylorModel]]
) -> dict[str, dict[str, arb]]:
    """Upper bounds of the entries of s^-m (I - C J) s^m on the tube."""
    _, jacobian = family.newton(ring, family.weights(ring, box.tube(family, True), True))
    one = ring.number(Fraction(1))
    found: dict[str, dict[str, arb]] = {}
    for i, (n, row) in enumerate(zip(box.centre, C, strict=True)):
        found[n] = {}
        for j, other in enumerate(box.centre):
            image = inner(row, [line[j] for line in jacobian])
            defect = (image - one if i == j else image).shifted(box.places[other])
            found[n][other] = defect.bound(box.places[n]).abs_upper()
    return found


def _upward(bound: arb) -> str:
    """A decimal number that is not smaller."""
    for scale in (1, arb("1.001"), 2):
        text: str = (bound * scale).str(6, radius=False)
        if arb(text) > bound or (arb(text) == 0 and bound == 0):
            return text
    return (4 * bound).str(6, radius=False)

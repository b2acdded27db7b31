r"""Elements of the canonical ring as short formulas: ``|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)``."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from analytic.formula import PI, Expr, add, call, mul, name, neg, num, power
from analytic.ring import COSINE, PRIMES, ROOT_PI, SINE, THETA, Element, Ring

#: exponents of the generators -> rational coefficient
Terms = dict[tuple[int, ...], Fraction]

_ANGLE = name("theta")


def readable(element: Element, ring: Ring) -> Expr:
    r"""The shortest of a few ways to write an element.

    Polynomials in $\theta$ are written in $\theta$, $\pi - \theta$ or $\arcsin\cos\theta = \pi/2 - \theta$, whichever
    gives the fewest terms; common factors are taken out.

    Args:
        element: an element of the ring.
        ring: its ring.

    Returns:
        A formula; evaluating it in the ring gives the element back.

    Example:
        >>> from analytic.algebra import evaluate
        >>> from analytic.grammar import parse
        >>> ring = Ring(("u", "v"))
        >>> print(readable(evaluate(parse("1/2 - theta/(2*pi)"), ring), ring))
        (pi - theta)/(2*pi)
    """
    reduced = ring.reduce(element)
    if not reduced:
        return num(0)
    numerator, squares = _without_squared_sine(reduced.numer, ring)
    top, bottom = _terms(numerator), _terms(reduced.denom)
    divides = any(e[ring.names.index(THETA)] for e in bottom)  # theta below the line and pi - theta above do not mix
    options = [(_shift(top, ring, q), angle) for q, angle in ([(None, _ANGLE)] if divides else _angles(ring))]
    best, angle = min(options, key=lambda option: len(option[0]))
    content, exponents, rest = _content(best)
    below, below_exponents, below_rest = _content(bottom)
    difference = [a - b for a, b in zip(exponents, below_exponents, strict=True)]
    difference[ring.names.index(SINE)] += 2 * squares
    outside = _monomial(content / below, difference, ring, angle)
    inside = _sum(rest, ring, angle)
    return mul(outside, inside, power(_sum(below_rest, ring, _ANGLE), num(-1)) if len(below_rest) > 1 else num(1))


def _angles(ring: Ring) -> list[tuple[Fraction | None, Expr]]:
    """How theta may be written: as itself, or as q pi minus a new angle."""
    plain: list[tuple[Fraction | None, Expr]] = [(None, _ANGLE)]
    if ring.pair is None or ring.angle is not None:
        return plain
    supplement = (Fraction(1), add(PI, neg(_ANGLE)))
    return [supplement, *plain, (Fraction(1, 2), call("asin", call("cos", _ANGLE)))]


def _without_squared_sine(polynomial: Element, ring: Ring) -> tuple[Element, int]:
    """The polynomial without its factors 1 - cos^2, and how many there were: sin^2 is shorter."""
    squares, factor = 0, 1 - polynomial.ring.gens[ring.names.index(COSINE)] ** 2
    while len(polynomial) > 1:
        quotient, remainder = divmod(polynomial, factor)
        if remainder:
            break
        polynomial, squares = quotient, squares + 1
    return polynomial, squares


def _terms(polynomial: Element) -> Terms:
    return {e: Fraction(int(c.numerator), int(c.denominator)) for e, c in polynomial.terms()} if polynomial else {}


def _shift(terms: Terms, ring: Ring, q: Fraction | None) -> Terms:
    """The polynomial after theta = q pi - x."""
    if q is None:
        return terms
    polynomial = ring.field.ring.from_dict(
        {e: ring.field.ring.domain(c.numerator, c.denominator) for e, c in terms.items()}
    )
    theta, root_pi = ring.field.ring.gens[ring.names.index(THETA)], ring.field.ring.gens[ring.names.index(ROOT_PI)]
    shifted = polynomial.compose(theta, root_pi**2 * q.numerator / q.denominator - theta)
    return _terms(shifted)


def _content(terms: Terms) -> tuple[Fraction, tuple[int, ...], Terms]:
    """Rational content and common monomial, and what is left."""
    values = list(terms.values())
    scale = Fraction(gcd(*(v.numerator for v in values)), lcm(*(v.denominator for v in values)))
    common = tuple(min(column) for column in zip(*terms, strict=True))
    rest = {tuple(a - b for a, b in zip(e, common, strict=True)): v / scale for e, v in terms.items()}
    if all(v < 0 for v in rest.values()):
        scale, rest = -scale, {e: -v for e, v in rest.items()}
    return scale, common, rest


def _generator(identifier: str, exponent: int, angle: Expr) -> Expr:
    if identifier == THETA:
        base = angle
    elif identifier in (SINE, COSINE):
        base = call(identifier[:3], _ANGLE)
    elif identifier.startswith("|"):
        base = Expr("norm", (name(identifier.strip("|")),))
    else:
        base = name(identifier)
    return power(base, num(exponent)) if exponent else num(1)


def _roots(coefficient: Fraction, exponents: dict[str, int]) -> tuple[Fraction, list[Expr]]:
    """One square root for all generators sqrt(p) and sqrt(pi), below the line where that is shorter."""
    radicand = 1
    for p in PRIMES:
        if exponents.get(f"sqrt({p})", 0) % 2:
            radicand *= p
        coefficient *= Fraction(p) ** (exponents.get(f"sqrt({p})", 0) // 2)
    half_pi = exponents.get(ROOT_PI, 0)
    whole, odd = divmod(half_pi, 2)
    if odd and half_pi < 0:  # q sqrt(m)/sqrt(pi) = q m/sqrt(m pi)
        root = power(call("sqrt", mul(num(radicand), PI)), num(-1))
        whole += 1
        return coefficient * radicand, [power(PI, num(whole)) if whole else num(1), root]
    inner = mul(num(radicand), PI) if odd else num(radicand)
    root = num(1) if radicand == 1 and not odd else call("sqrt", inner)
    return coefficient, [power(PI, num(whole)) if whole else num(1), root]


def _monomial(coefficient: Fraction, exponents: list[int] | tuple[int, ...], ring: Ring, angle: Expr) -> Expr:
    used = {n: e for n, e in zip(ring.names, exponents, strict=True) if e}
    coefficient, roots = _roots(coefficient, used)
    order = [*(f"|{n}|" for n in ring.norms), *ring.parameters, THETA, SINE, COSINE]
    others = [_generator(n, used[n], angle) for n in order if n in used]
    return mul(num(coefficient), roots[0], *others, *roots[1:])


def _sum(terms: Terms, ring: Ring, angle: Expr) -> Expr:
    """A sum ordered by the power of the angle; what multiplies one power of it is bracketed once."""
    position = ring.names.index(THETA)
    parts = []
    for degree in sorted({e[position] for e in terms}):
        group = {e: v for e, v in terms.items() if e[position] == degree}
        content, common, rest = _content(group)
        if len(rest) == 1:
            parts.append(_monomial(content, common, ring, angle))
        else:
            inner = add(*(_monomial(v, e, ring, angle) for e, v in sorted(rest.items())))
            parts.append(mul(_monomial(content, common, ring, angle), inner))
    return add(*parts)

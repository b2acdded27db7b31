r"""A theorem for every k from some number on, as a file that an independent checker can verify.

The weights are written as $w_j = w_j(\infty) + s^{v_j} (Q_j(s - s_0) + \delta_j)$, $s = k^{-1/2}$, where $v_j$ is the
power that the expansion at infinity begins with, so that $Q_j$ stays finite down to s = 0. Tubes are wider than those
of the proof here: they hold its inner tubes with room to spare, and their uniqueness is for the checker to prove.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from math import ceil, log2
from typing import Any

from flint import arb, arb_poly, arb_series

from analytic.balls import precision, rational
from analytic.landscape.certificate import digest, text_of
from analytic.landscape.layout import Orbit
from analytic.landscape.uniform import BITS, TERMS, UniformCertificate
from analytic.landscape.uniform_box import UniformBox
from analytic.landscape.uniform_companion import working
from analytic.landscape.uniform_family import UniformFamily, uniform_family

SCHEMA = "closedform/uniform-certificate/1"
#: Working precision of the checker, and of the numbers in the file.
CHECKED_BITS, KEPT_BITS = 128, 96
#: Radii of the tubes: this share of the polynomial's size, and this multiple of the inner tube.
SHARE, ROOM = 2.0**-20, 8


def to_json(certificate: UniformCertificate) -> str:
    """The theorem as a file, with the digest of its content.

    Args:
        certificate: of the family A, I, II or II:p.

    Returns:
        JSON; numbers are text: fractions, and m*2^e.

    Example:
        >>> from analytic.landscape.uniform import certify_family
        >>> to_json(certify_family("A", 100))[:58]
        '{\\n "kind": "uniform",\\n "schema": "closedform/uniform-certi'
    """
    family = uniform_family(certificate.family)
    orbits = family.limit.layout.orbits
    with working(BITS, 4 * TERMS):
        places = {o.name: _place(family, o.name) for o in orbits}
        content = {
            "kind": "uniform",
            "schema": SCHEMA,
            "family": family.limit.name,
            "k": {"from": str(certificate.k_from), "to": "infinity"},
            "d": "every d >= k",
            "bound": str(certificate.bound),
            "bits": CHECKED_BITS,
            "weights": [[o.row, o.column, _own(family, o), *places[o.name]] for o in orbits],
            "boxes": [_box(family, box, places) for box in certificate.boxes],
        }
    return json.dumps({**content, "digest": digest(content)}, indent=1) + "\n"


def _own(family: UniformFamily, orbit: Orbit) -> bool:
    """Whether a weight is on the diagonal; the only one of a block of one neuron is."""
    return orbit.diagonal or (orbit.row == orbit.column and family.limit.layout.rows[orbit.row].single)


def _place(family: UniformFamily, name: str) -> tuple[int, int]:
    """The weight at s = 0, and the power of s that the rest of its expansion begins with."""
    w = family.expansion[name]
    limit = round(float(w.coefficient(0).ball().mid()))
    return limit, (w - w.ring.number(Fraction(limit))).first


def _box(family: UniformFamily, box: UniformBox, places: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    tube = box.tube(family, False)
    centre = {n: _divided(p, box.base, *places[n]) for n, p in tube.centre.items()}
    radii = [_radius(box, p, tube.radii[n], tube.places[n] - places[n][1]) for n, p in centre.items()]
    return {
        "low": str(box.low),
        "high": str(box.high),
        "base": str(box.base),
        "centre": [[_short(c) for c in p.coeffs()] for p in centre.values()],
        "radii": [text_of(arb(r)) for r in radii],
    }


def _divided(p: arb_poly, base: Fraction, limit: int, power: int) -> arb_poly:
    """Taylor coefficients of (P - w(infinity)) / s^v."""
    rest = p - limit
    if base == 0:
        return rest.right_shift(power)
    divisor = arb_poly([rational(base), 1]) ** power
    return arb_poly((arb_series(rest.coeffs(), TERMS) / arb_series(divisor.coeffs(), TERMS)).coeffs())


def _radius(box: UniformBox, p: arb_poly, inner: arb, power: int) -> float:
    """A power of 2 with which the tube holds the inner one of radius s^power times its own."""
    ends = [rational(s) for s in (box.low, box.high) if s > 0]
    held = max(float((inner * s**power).abs_upper()) for s in ends)
    size = max(float(abs(p(s - rational(box.base))).mid()) for s in ends)
    return float(2.0 ** ceil(log2(max(SHARE * max(1.0, size), ROOM * held))))


def _short(c: arb) -> str:
    """The coefficient to KEPT_BITS bits."""
    with precision(KEPT_BITS):
        return text_of(+c.mid())

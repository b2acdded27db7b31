"""Certificates for an interval of k as files that an independent checker can verify."""

from __future__ import annotations

import json
from typing import Any

from flint import arb

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.landscape.certificate import digest, text_of
from analytic.landscape.intervals_of_k import Piece, RangeCertificate
from analytic.landscape.isotypic import EXTRA
from analytic.landscape.layout import Block
from analytic.landscape.real_family import RealFamily, real_family
from analytic.landscape.sizes import SAME
from analytic.landscape.tubes import BITS, preconditioner

SCHEMA = "closedform/interval-certificate/1"
#: Bits of the preconditioners: I - C J need only be small.
PRECONDITIONER_BITS = 64
#: The checker reads no more.
MAX_BOXES = 1000
#: Where the blocks on extra columns lower the bound by more than this share, the file is about d = k alone.
SHARE = 0.75


def to_json(found: RangeCertificate) -> str:
    """The certificate as a file, with the digest of its content.

    Args:
        found: a certificate whose index is proved. One for d = k is about every d >= k where that is proved too, with
            a bound that is not much smaller.

    Returns:
        JSON; numbers are text, exact as m*2^e or as fractions.

    Raises:
        DomainError: it cannot be a file; see ``why_not``.
    """
    reason = why_not(found)
    if reason is not None:
        raise DomainError(f"got a certificate of {found.name} that cannot be a file: {reason}")
    family, negative, index = real_family(found.name), found.negative or {}, found.index or ()
    every = _for_every_dimension(found)
    extra = every or found.extra
    names = [c.name for c in family.compiled.components if extra or not c.on_extra_columns]
    bounds = [p.least(extra) for p in found.pieces]
    content = {
        "kind": "interval",
        "schema": SCHEMA,
        "problem": {
            "activation": ["1", "0"],
            "rows": [_sized(family, b) for b in family.compiled.layout.rows],
            "teachers": [_sized(family, b) for b in family.compiled.layout.teachers],
            "d": None if every else [found.dimension.more, found.dimension.factor],
        },
        "low": str(found.low),
        "high": str(found.high),
        "bits": BITS,
        "boxes": [_box(family, p, extra) for p in found.pieces],
        "claims": {
            "negative": {name: 0 if name.startswith(EXTRA) and every else negative[name] for name in names},
            "bound": None if None in bounds else _text(min(b for b in bounds if b is not None)),
            "index": [str(c) for c in index],
        },
    }
    return json.dumps({**content, "digest": digest(content)}, indent=1) + "\n"


def why_not(found: RangeCertificate) -> str | None:
    """Why a certificate cannot be written to a file; None if it can."""
    family = real_family(found.name)
    if not found.exists:
        return "the critical point is not proved to exist throughout"
    if found.pieces[0].tube.ends[0] - family.rest <= 2:
        return f"expected k > {family.rest + 2}, where the block that moves has more than two neurons"
    if found.negative is None:
        return "the index is not proved to be the same throughout"
    if len(found.pieces) > MAX_BOXES:
        return f"it has {len(found.pieces)} boxes, expected at most {MAX_BOXES}: certify parts of the interval"
    return None


def _for_every_dimension(found: RangeCertificate) -> bool:
    if found.dimension != SAME or not found.for_every_dimension:
        return False
    least = min(x for p in found.pieces if (x := p.least(True)) is not None)
    return least >= SHARE * (found.least_eigenvalue or 0) if found.asked is None else least >= found.asked


def _sized(family: RealFamily, block: Block) -> list[Any]:
    """A label with the size as c_0 + c_1 k."""
    if block.label == family.moving and not block.single:
        return [block.label, [-family.rest, 1]]
    return [block.label, [1 if block.single else family.fixed[block.label], 0]]


def _box(family: RealFamily, piece: Piece, extra: bool) -> dict[str, Any]:
    tube, orbits, least = piece.tube, family.compiled.layout.orbits, piece.least(extra)
    low, high = tube.ends
    with precision(PRECONDITIONER_BITS):
        rows = [[text_of((x * 1).mid()) for x in row] for row in preconditioner(family, tube)]
    return {
        "low": _text(low),
        "high": _text(high),
        "centre": [[o.row, o.column, o.diagonal, [_text(c) for c in tube.weights[o.name]]] for o in orbits],
        "radii": [_text(tube.box[o.name]) for o in orbits],
        "preconditioner": rows,
        "bound": None if least is None else _text(least),
    }


def _text(x: float) -> str:
    return text_of(arb(x))

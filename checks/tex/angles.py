r"""\theta and \rho where there are no two vectors between which to take the angle: variables of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analytic.formula import Expr, call, name, names, substitute, walk
from checks.tex.scope import CONSTANT, GAUSSIAN, VECTOR, Definition, Scope


def angle_by_itself(sides: Sequence[Expr], scope: Scope) -> list[Expr]:
    r"""The formulas with \theta, and \rho = \cos\theta, as declared constants if fewer than two vectors occur.

    The language keeps ``theta`` and ``rho`` for the angle between two vectors; without them \theta lies in [0, \pi] and
    \rho in [-1, 1] unless the string says otherwise, and a note says so.
    """
    bodies = [d.body for d in scope.definitions.values()]
    vectors = {n for e in (*sides, *bodies) for n in names(e) if scope.kinds.get(n) in (VECTOR, GAUSSIAN)}
    used = {n for e in sides for n in names(e)} | _free(scope)
    limits = any(n.is_call("limit") for e in sides for n in walk(e))
    if len(vectors) > 1 or not used & {"theta", "rho"} or limits or "L" in used:
        return list(sides)
    both = {"theta", "rho"} <= used or "theta" in scope.domains
    values: dict[str, Expr] = {}
    for own, domain in (("theta", "[0, pi]"), ("rho", "[-1, 1]")):
        if own not in used or (own == "rho" and both):
            continue
        fresh = fresh_name(own, scope, used)
        values[own] = name(fresh)
        scope.kinds[fresh] = CONSTANT
        scope.domains[fresh] = scope.domains.pop(own, domain)
        scope.notes[f"there are no two vectors: {own} is a variable in {scope.domains[fresh]}, {fresh} below"] = None
    if "rho" in used and both:
        if "theta" not in values:
            fresh = fresh_name("theta", scope, used)
            values["theta"] = name(fresh)
            scope.kinds[fresh], scope.domains[fresh] = CONSTANT, scope.domains.pop("theta", "[0, pi]")
        values["rho"] = call("cos", values["theta"])
        scope.notes["rho is cos(theta)"] = None
    for key, known in list(scope.definitions.items()):
        inner = {n: v for n, v in values.items() if n not in known.parameters}
        scope.definitions[key] = Definition(known.parameters, known.kinds, known.kind, substitute(known.body, inner))
    for own, value in values.items():
        scope.assumptions[:] = [re.sub(rf"\b{own}\b", f"{value}", a) for a in scope.assumptions]
    return [substitute(e, values) for e in sides]


def _free(scope: Scope) -> set[str]:
    return {n for d in scope.definitions.values() for n in names(d.body) - set(d.parameters)}


def fresh_name(own: str, scope: Scope, used: set[str]) -> str:
    """A name that does not occur yet."""
    found = f"{own}_0"
    while found in used or found in scope.kinds:
        found += "0"
    return found

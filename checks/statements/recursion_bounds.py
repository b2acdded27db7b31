r"""Bounds of a recursion for every l: a sub- and a supersolution of an increasing map.

If kappa is increasing, $b(0) \le c_0$ and $b(l + 1) \le \kappa(b(l))$ for all real $l \ge 0$, then $b(l) \le c_l$ for
every l; likewise from above.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, finite, precision
from analytic.calculus import derivative
from analytic.closed_forms import ClosedForms
from analytic.errors import AnalyticError
from analytic.formula import Expr, add, name, neg, num
from analytic.writing import written
from checks.claim import Claim
from checks.domain import Domain, read_domain
from checks.statements.asymptotics import read_formula
from checks.statements.problem import filled, in_powers
from checks.statements.proving import Prover
from checks.statements.recursion import Recursion
from checks.verdict import Counterexample

#: Processor time for the proof and for a slip, steps that may refute, their working precision.
SECONDS, SLIP_SECONDS, STEPS, BITS = 4.0, 0.8, 60, 256
ALL = read_domain("[0, oo)")


def bounds_missing(claim: Claim, stated: Recursion, slip: bool) -> str | Counterexample:
    """What is missing in the proof of the bounds, or a start that breaks one; an empty text if they are proved.

    Args:
        claim: the claim, for the domains of parameters.
        stated: a recursion with bounds.
        slip: whether little may be spent.
    """
    end = time.process_time() + (SLIP_SECONDS if slip else SECONDS)
    parameters = {n: read_domain(text) for n, text in claim.variables.items()}
    try:
        if not claim.variables:
            broken = next(_broken(stated), None)
            if broken is not None:
                return broken
        return _missing(stated, parameters, Prover(lambda: time.process_time() < end))
    except (AnalyticError, ZeroDivisionError, RecursionError) as error:
        return str(error)


def _missing(stated: Recursion, parameters: dict[str, Domain], prover: Prover) -> str:
    kappa, domain = stated.kappa(), stated.domain
    field = ClosedForms((), {}, (), (), ("c", *parameters))
    slope = written(derivative(evaluate(kappa, field), "c", field))
    inside = Domain(domain.low, domain.high, True, True)
    if not prover.proves(slope, {**parameters, "c": inside}, False):
        return "the map is not known to be increasing"
    for side, text in ((1, stated.lower), (-1, stated.upper)):
        if text is None:
            continue
        bound, end = read_formula(text, "bound"), domain.low if side > 0 else domain.high
        if end is None:
            return "the domain of c_0 has no end on the side of a bound"
        first, later = filled(bound, {"l": num(0)}), filled(bound, {"l": add(name("l"), num(1))})
        steps = [
            (f"c_0 is on the right side of {text}", _less(first, end, side), parameters),
            (f"{text} at l + 1 follows", _less(later, filled(kappa, {"c": bound}), side), {**parameters, "l": ALL}),
        ]
        for other, sign in ((domain.low, 1), (domain.high, -1)):
            if other is not None:
                steps.append((f"{text} stays in the domain", _less(other, bound, sign), {**parameters, "l": ALL}))
        for what, formula, domains in steps:
            if not prover.proves(formula, domains, False):
                return f"not proved: {what}"
    return ""


def _less(x: Expr, y: Expr, side: int) -> Expr:
    """Not negative if x <= y; turned round for the other side."""
    return add(y, neg(x)) if side > 0 else add(x, neg(y))


def _broken(stated: Recursion) -> Iterator[Counterexample]:
    """Steps from the ends of the domain, in balls, at which a bound fails."""
    kappa, domain = stated.kappa(), stated.domain
    for end, is_open in ((domain.low, domain.low_open), (domain.high, domain.high_open)):
        if end is None or is_open:
            continue
        with precision(BITS):
            c: arb = evaluate(end, BallAlgebra({}, None, {}))
            for step in range(STEPS):
                if not finite(c):
                    break
                for side, text in ((1, stated.lower), (-1, stated.upper)):
                    if text is None:
                        continue
                    bound = evaluate(in_powers(read_formula(text, "bound")), BallAlgebra({}, None, {"l": arb(step)}))
                    if finite(bound) and (c < bound if side > 0 else c > bound):
                        shown = c.str(12, radius=False), bound.str(12, radius=False)
                        yield Counterexample(f"c_0 = {end}, l = {step}", *shown)
                c = evaluate(kappa, BallAlgebra({}, None, {"c": c}))

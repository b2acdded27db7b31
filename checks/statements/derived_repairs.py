"""Candidates for a repair of statements that are no identities: what was derived in place of what was claimed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from flint import arb, fmpq

from analytic.algebra import evaluate
from analytic.balls import finite, precision
from analytic.calculus import derivative
from analytic.closed_forms import ClosedForms
from analytic.errors import AnalyticError
from analytic.field import Element
from analytic.formula import Expr, add, call, mul, name, neg, num, power
from analytic.writing import written
from checks.claim import Claim
from checks.constant_multiples import multiplied
from checks.points import random_points, simple_points
from checks.sides import sides_by_class
from checks.statements.asymptotics import Asymptotic, Expansion, Limit, Order
from checks.statements.expanding import differences, precise
from checks.statements.expectations import derived_formula, with_norms
from checks.statements.inequality import Inequality
from checks.statements.monotone import roots_of
from checks.statements.parameters import Parameters
from checks.statements.problem import filled
from checks.statements.recursion import Recursion
from checks.statements.transmonomials import ONE, Monomial, as_monomial
from checks.statements.transseries import Transseries, TransseriesAlgebra

#: Terms, working precision; points at which the ratio of two sides is looked at, constants that are tried.
TERMS, BITS, POINTS, CONSTANTS = 6, 256, 40, 8
Candidate = tuple[str, Claim]
WORD = "derived"


def derived_asymptotics(claim: Claim) -> Iterator[Candidate]:
    """The true limit, order with its constant, or sum."""
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    try:
        with precision(BITS):
            found = _of_family(stated) if stated.family is not None else _of_formula(claim, stated)
            yield from ((WORD, replace(claim, statement=s)) for s in found)
    except (AnalyticError, ZeroDivisionError, RecursionError):
        return


def _of_formula(claim: Claim, stated: Asymptotic) -> list[Asymptotic]:
    parameters, side = Parameters(with_norms(claim)), stated.approach().sides[0]
    algebra = TransseriesAlgebra(parameters.field(), parameters.sign, {}, TERMS)
    large, point = algebra.of(as_monomial(0), algebra.field.number(side)), stated.approach().point
    at = large if point is None else algebra.add(algebra.value(point), algebra.inverse(large))
    algebra.variables[stated.variable] = at
    series = algebra.value(derived_formula(claim)[0])
    small = _small(stated)
    if isinstance(stated, Limit):
        return [replace(stated, value=_limit(algebra, series))]
    m, c = series.terms[0]
    if isinstance(stated, Order):
        return [replace(stated, order=_order(m, small), constant=str(c))]
    assert isinstance(stated, Expansion)
    from checks.statements.transseries_judge import gauge_of

    gauge = algebra.size(gauge_of(stated, algebra))
    assert gauge is not None
    kept = [(n, d) for n, d in series.terms if algebra.group.compared(n, gauge) > 0]
    terms = add(num(0), *(mul(written(d), _formula(n, small)) for n, d in kept))
    return [replace(stated, terms=str(terms))]


def _limit(algebra: TransseriesAlgebra, series: Transseries) -> str:
    size = algebra.size(series)
    if size is None or algebra.group.sign(size) < 0:
        return "0"
    if algebra.group.sign(size) > 0:
        return "oo" if algebra.leading(series)[2] > 0 else "-oo"
    return str(next(c for m, c in series.terms if m == ONE))


def _small(stated: Asymptotic) -> Expr:
    """What tends to 0: the inverse of the variable, or its distance from the point."""
    approach, variable = stated.approach(), name(stated.variable)
    sign = num(approach.sides[0])
    if approach.point is None:
        return power(mul(sign, variable), num(-1))
    return mul(sign, add(variable, neg(approach.point)))


def _order(m: Monomial, small: Expr) -> str:
    if not m.log:
        return "0"
    if len(m.log) == 1 and m.log[0][0] == 1:
        return str(-m.log[0][1]) if isinstance(m.log[0][1], Fraction) else str(written(-m.log[0][1]))
    return str(_formula(m, small))


def _formula(m: Monomial, small: Expr) -> Expr:
    """A monomial as a formula."""
    found, inside = num(1), num(0)
    for b, e in m.log:
        exponent = num(e) if isinstance(e, Fraction) else written(e)
        if b == 1:
            found = mul(found, _large(small, exponent))
        elif isinstance(b, int) and b:
            found = mul(found, power(_logarithm(b - 1, small), exponent))
        else:
            large = _large(small, num(1)) if isinstance(b, int) else _formula(b, small)
            inside = add(inside, mul(exponent, large))
    return found if inside == num(0) else mul(call("exp", inside), found)


def _large(small: Expr, exponent: Expr) -> Expr:
    """A power of the inverse of what is small."""
    if small.head == "pow" and small.children[1] == num(-1):
        return power(small.children[0], exponent)
    return power(small, neg(exponent))


def _logarithm(times: int, small: Expr) -> Expr:
    return _large(small, num(1)) if not times else call("log", _logarithm(times - 1, small))


def _of_family(stated: Asymptotic) -> list[Asymptotic]:
    """From the expansion of a family in k^(-1/2)."""
    from checks.statements.wanted import wanted

    want = wanted(stated)
    with precise():
        (found,) = differences(stated, want.claimed, want.power, want.threshold)
    series, k = found.expression, name("k")
    terms = [(i, c) for i, c in enumerate(series.coefficients, series.valuation) if not series.ring.field.vanishes(c)]
    if isinstance(stated, Limit):
        return [replace(stated, value=str(series.coefficient(0)))] if terms[0][0] >= 0 else []
    if isinstance(stated, Order):
        i, c = terms[0]
        return [replace(stated, order=str(found.exponent(i)), constant=str(c))]
    assert isinstance(stated, Expansion)
    kept = [f"({c})*{power(k, num(-found.exponent(i)))}" for i, c in terms if found.exponent(i) < want.threshold]
    return [replace(stated, terms=" + ".join(kept) or "0")]


def derived_recursions(claim: Claim) -> Iterator[Candidate]:
    """Another fixed point, the true factor, the true power and constant."""
    stated = claim.statement
    assert isinstance(stated, Recursion)
    try:
        with precision(BITS):
            field, kappa = Parameters(claim).field(), stated.kappa()
            field.parameters = field.parameters | {"c"} if field.parameters is not None else None
            this = evaluate(kappa, field)
            limits = [stated.limit] if stated.infinite or not _moves(kappa, stated.fixed, field) else []
            for limit in limits or _fixed_points(this - field.parameter("c"), field):
                changed = replace(stated, limit=limit)
                if limit != "oo":
                    changed = _with_speed(changed, claim, this, field)
                yield WORD, replace(claim, statement=changed)
    except (AnalyticError, ZeroDivisionError, RecursionError, StopIteration):
        return


def _moves(kappa: Expr, limit: Expr, field: ClosedForms) -> bool:
    return bool(evaluate(add(filled(kappa, {"c": limit}), neg(limit)), field))


def _fixed_points(gap: Element, field: ClosedForms) -> Iterator[str]:
    whole = [num(x) for x in (0, 1, -1, Fraction(1, 2), 2)]
    factors = [field.polynomial(p) for p, _ in field.factored(gap.num)[1]]
    found = dict.fromkeys(str(r) for f in factors for r in roots_of(f, "c", field))
    formula = written(gap)
    for x in whole:
        try:
            if not evaluate(filled(formula, {"c": x}), field):
                found.setdefault(str(x))
        except (AnalyticError, ZeroDivisionError):
            continue
    yield from found
    yield "oo"


def _with_speed(stated: Recursion, claim: Claim, kappa: Element, field: ClosedForms) -> Recursion:
    if stated.factor is not None:
        slope = written(derivative(kappa, "c", field))
        stated = replace(stated, factor=str(written(evaluate(filled(slope, {"c": stated.fixed}), field))))
    if stated.power is None:
        return stated
    side = -1 if stated.domain.low != stated.fixed else 1
    parameters = Parameters(claim)
    algebra = TransseriesAlgebra(field, parameters.sign, {}, TERMS)
    small, limit = algebra.inverse(algebra.of(as_monomial(0))), algebra.value(stated.fixed)
    algebra.variables["c"] = algebra.add(limit, algebra.mul(algebra.number(side), small))
    moved = algebra.minus(algebra.value(stated.kappa()), limit)
    m, b, _ = algebra.leading(algebra.minus(small, moved if side > 0 else algebra.negative(moved)))
    exponent = m.log[0][1]
    if len(m.log) != 1 or not isinstance(exponent, Fraction) or exponent >= -1:
        return stated
    a = -exponent - 1
    plain = (2 / a).denominator == 1
    constant = written(field.power(b * a, -1 / a)) if plain else power(written(b * a), num(-1 / a))
    return replace(stated, power=str(1 / a), constant=str(constant))


def derived_inequalities(claim: Claim) -> Iterator[Candidate]:
    """The right side times the constant next to the largest ratio of the sides that was seen."""
    stated = claim.statement
    assert isinstance(stated, Inequality)
    with precision(BITS):
        try:
            ratios = list(_ratios(claim))
        except (AnalyticError, ZeroDivisionError):
            return
        if len(ratios) < 3:
            return
        upwards = stated.relation[0] == "<"
        worst = max(ratios) if upwards else min(ratios)
        constants = sorted(_constants(worst, upwards), key=lambda c: c[0])[:CONSTANTS]
    _, right = stated.sides()
    for _, factor in constants:
        scaled = multiplied(factor, right)
        yield f"times {factor}", replace(claim, statement=replace(stated, right=str(scaled), where={}))


def _ratios(claim: Claim) -> Iterator[float]:
    """Left over right at simple and random points, where the right side is positive."""
    (sides,) = sides_by_class(claim).values()
    simple = (p for _, p in zip(range(POINTS), simple_points(claim), strict=False))
    for point in (*simple, *random_points(claim, POINTS, random.Random(0).randrange(2**31))):
        try:
            x, y = (s.at(point).scalar for s in sides)
        except (AnalyticError, ZeroDivisionError):
            continue
        if finite(x) and finite(y) and y > 0:
            yield float(x / y)


def _constants(worst: float, upwards: bool) -> Iterator[tuple[float, Expr]]:
    """Constants q pi^(a/2) 2^(b/2) beyond the worst ratio and next to it, the simple ones nearer."""
    pi = name("pi")
    for a in (0, 1, -1, 2, -2):
        for b in (0, 1):
            for p in range(1, 13):
                for q in range(1, 13):
                    if Fraction(p, q).denominator != q:
                        continue
                    value = float(arb(fmpq(p, q)) * arb.pi() ** (arb(a) / 2) * arb(2) ** (arb(b) / 2))
                    away = value / worst if worst > 0 else 0.0
                    excess = away if upwards else (1 / away if away else 0.0)
                    if not 1 - 1e-9 <= excess < 1.6:
                        continue
                    root = call("sqrt", mul(num(2 if b else 1), *([pi] * (a % 2)))) if b or a % 2 else num(1)
                    whole = power(pi, num((a - a % 2) // 2)) if (a - a % 2) else num(1)
                    yield 4 * (excess - 1) + 0.02 * (p + q + 3 * abs(a) + 3 * b), mul(num(Fraction(p, q)), root, whole)

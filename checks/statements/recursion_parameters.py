r"""Recursions with free parameters, and those that tend to infinity: for all values of the parameters at once.

Below the limit c* the starts are $c = a + s(c^* - a)$ with s in (0, 1), or $c^* - t$ with t > 0; likewise above: so
$c < \kappa(c) \le c^*$ is an inequality in s or t and the parameters. The speed comes from the exact series at c*.
Without a limit: $\kappa(c) > c$ on $[a, \infty)$ leaves no fixed point at which an increasing sequence could stop.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from analytic.algebra import evaluate
from analytic.balls import precision
from analytic.errors import AnalyticError
from analytic.formula import Expr, add, mul, name, names, neg, num
from checks.claim import Claim
from checks.domain import Domain, read_domain
from checks.errors import ClaimError, VacuousClaimError
from checks.statements.asymptotics import read_exponent, read_formula
from checks.statements.parameters import Parameters, Values, placed
from checks.statements.problem import filled
from checks.statements.proving import Prover
from checks.statements.recursion import Recursion
from checks.statements.transmonomials import as_monomial, lowered
from checks.statements.transseries import Transseries, TransseriesAlgebra
from checks.verdict import Counterexample, ExactEvidence, Outcome

ENGINE = "inequalities by parts for all values of the parameters, exact series of the map at the limit"
#: Processor time for proofs, that for a slip, terms of series, working precision.
SECONDS, SLIP_SECONDS, TERMS, BITS = 4.0, 0.8, 5, 256
S = "start"


def parametric_evidence(claim: Claim, slip: bool = False) -> ExactEvidence:
    """What can be proved for all values of the parameters, or refuted for some.

    Args:
        claim: a recursion with declared parameters, or one that tends to infinity.
        slip: whether little may be spent.

    Raises:
        ClaimError: a part is not declared.
        VacuousClaimError: no test point satisfies the assumptions.
    """
    stated = claim.statement
    assert isinstance(stated, Recursion)
    parameters = Parameters(claim)
    if claim.variables and next(parameters.points(), None) is None:
        raise VacuousClaimError(f"no test point satisfies {', '.join(claim.assumptions) or 'the domains'}")
    end = time.process_time() + (SLIP_SECONDS if slip else SECONDS)
    try:
        with precision(BITS):
            detail = _Proof(claim, stated, parameters, Prover(lambda: time.process_time() < end)).run()
    except (AnalyticError, ZeroDivisionError, RecursionError) as error:
        detail = str(error)
    conditions = (f"c_0 in {stated.start}, other than the limit", *(f"{n} in {d}" for n, d in claim.variables.items()))
    if not detail:
        proved = "for all values of the parameters" if claim.variables else "no fixed point and c_l increases"
        return ExactEvidence(Outcome.TRUE_IN_BALLS, ENGINE, f"kappa(c) = {stated.kappa()}", conditions, proved)
    refuted = _refuted(claim, stated, parameters, slip)
    return refuted or ExactEvidence(Outcome.UNDECIDED, ENGINE, f"kappa(c) = {stated.kappa()}", conditions, detail)


def _refuted(claim: Claim, stated: Recursion, parameters: Parameters, slip: bool) -> ExactEvidence | None:
    """The recursion with numbers for the parameters, if that is refuted."""
    from checks.statements.recursion_judge import evidence

    if not claim.variables:
        return _stays_finite(claim, stated, slip)
    for values in parameters.points():
        try:
            found = evidence(replace(claim, statement=fixed(stated, values), variables={}, assumptions=()), slip)
        except (ClaimError, AnalyticError):
            continue
        if found.outcome is Outcome.FALSE and found.counterexample is not None:
            place = ", ".join(f"{n} = {x}" for n, x in values.items())
            point = replace(found.counterexample, point=f"{place}; {found.counterexample.point}")
            return replace(found, counterexample=point, detail=f"at {place}: {found.detail}")
    return None


def _stays_finite(claim: Claim, stated: Recursion, slip: bool) -> ExactEvidence | None:
    """A start from which the sequence does not grow: where the map is increasing, it never will."""
    from checks.statements.inequality import Inequality
    from checks.statements.inequality_judge import evidence

    bounded = Claim(claim.name, Inequality(str(stated.kappa()), ">", "c"), variables={"c": stated.start})
    found = evidence(bounded, 0, slip)
    if found.outcome is not Outcome.FALSE or found.counterexample is None:
        return None
    start = read_formula(found.counterexample.point.rpartition("=")[2], "point")
    low = stated.domain.low
    part = Domain(low, start, stated.domain.low_open, False)
    prover, slope = Prover(lambda: True), _increments(stated.kappa())
    if low is None or not prover.proves(slope, {"c": part, S: part}, False):
        return None
    detail = f"kappa(c) <= c at c = {start}, and kappa is increasing below: c_l stays below"
    counterexample = Counterexample(f"c_0 = {start}", f"at most {start}", "oo")
    return ExactEvidence(Outcome.FALSE, ENGINE, f"kappa(c) = {stated.kappa()}", (), detail, counterexample)


def _increments(kappa: Expr) -> Expr:
    """(kappa(c) - kappa(s))(c - s): not negative if kappa is increasing."""
    other = filled(kappa, {"c": name(S)})
    return mul(add(kappa, neg(other)), add(name("c"), neg(name(S))))


def fixed(stated: Recursion, values: Values) -> Recursion:
    """The recursion with numbers for the parameters."""
    texts = {k: v for k in ("map", "limit", "factor", "constant") if (v := getattr(stated, k)) is not None}
    made = {k: v if v == "oo" else str(placed(read_formula(v, k), values)) for k, v in texts.items()}
    return replace(stated, **made)


class _Proof:
    """Each step returns what is missing, or an empty text."""

    def __init__(self, claim: Claim, stated: Recursion, parameters: Parameters, prover: Prover) -> None:
        self.stated, self.parameters, self.prover = stated, parameters, prover
        self.domains = {n: read_domain(text) for n, text in claim.variables.items()}
        self.kappa = stated.kappa()

    def run(self) -> str:
        """What is missing in the proof."""
        if self.stated.infinite:
            return self._grows()
        field = self.parameters.field()
        self.limit = self.stated.fixed
        if evaluate(add(filled(self.kappa, {"c": self.limit}), neg(self.limit)), field):
            return "the limit is not known to be a fixed point"
        for side in self._sides():
            missing = self._towards(side) or self._speed(side)
            if missing:
                return missing
        return ""

    def _grows(self) -> str:
        domain = self.stated.domain
        if domain.high is not None or domain.low is None:
            return "the starts have no end [a, oo)"
        rises = add(self.kappa, neg(name("c")))
        holds = self.prover.proves(rises, {**self.domains, "c": domain}, True)
        return "" if holds else f"not proved: kappa(c) > c for c in {self.stated.start}"

    def _sides(self) -> Iterator[int]:
        for side, end in ((-1, self.stated.domain.low), (1, self.stated.domain.high)):
            if end != self.limit:
                yield side

    def _starts(self, side: int) -> tuple[Expr, Domain]:
        """c as a formula in s, and the domain of s."""
        domain = self.stated.domain
        end, is_open = (domain.low, domain.low_open) if side < 0 else (domain.high, domain.high_open)
        if end is None:
            return add(self.limit, mul(num(side), name(S))), read_domain("(0, oo)")
        return add(end, mul(name(S), add(self.limit, neg(end)))), read_domain("(0, 1)" if is_open else "[0, 1)")

    def _towards(self, side: int) -> str:
        c, inside = self._starts(side)
        domains, at = {**self.domains, S: inside}, filled(self.kappa, {"c": c})
        end = self.stated.domain.low if side < 0 else self.stated.domain.high
        below = num(side)
        if end is not None and not self.prover.proves(mul(below, add(end, neg(self.limit))), self.domains, True):
            return f"not proved: the limit lies inside {self.stated.start}"
        if not self.prover.proves(mul(below, add(c, neg(at))), domains, True):
            return f"not proved: kappa(c) is nearer to the limit than c in {self.stated.start}"
        strict = bool(self.stated.factor or self.stated.power)
        if not self.prover.proves(mul(below, add(at, neg(self.limit))), domains, strict):
            return f"not proved: kappa(c) does not go beyond the limit for c in {self.stated.start}"
        return ""

    def _speed(self, side: int) -> str:
        if not (self.stated.factor or self.stated.power):
            return ""
        algebra = TransseriesAlgebra(self.parameters.field(), self.parameters.sign, {}, TERMS)
        small = algebra.inverse(algebra.of(as_monomial(0)))
        limit = algebra.value(self.limit)
        algebra.variables["c"] = algebra.add(limit, algebra.mul(algebra.number(side), small))
        moved = algebra.minus(algebra.value(self.kappa), limit)
        moved = moved if side > 0 else algebra.negative(moved)
        if self.stated.factor is not None:
            claimed = algebra.mul(algebra.value(read_formula(self.stated.factor, "factor")), small)
            rest = algebra.minus(moved, claimed)
            size = algebra.size(rest)
            first = algebra.size(small)
            assert first is not None
            if size is not None and algebra.group.compared(size, first) >= 0:
                return "the factor is not known to be that"
        return self._decay(algebra, algebra.minus(small, moved)) if self.stated.power is not None else ""

    def _decay(self, algebra: TransseriesAlgebra, loss: Transseries) -> str:
        """t - t' = B t^(1 + a) gives t_l ~ (a B l)^(-1/a)."""
        assert self.stated.power is not None
        assert self.stated.constant is not None
        power = read_exponent(self.stated.power)
        m, B, sign = algebra.leading(loss)
        exponent = m.log[0][1] if len(m.log) == 1 and m.log[0][0] == 1 else Fraction(0)
        if not isinstance(exponent, Fraction):
            return "the power depends on the parameters"
        a = -exponent - 1
        if sign < 0 or a != 1 / power:
            return "the power is not known to be that"
        claimed = algebra.constant_value(algebra.value(read_formula(self.stated.constant, "constant")))
        if claimed is None or algebra.sign_of(claimed) < 0:
            return "the constant is not known to be positive"
        product = claimed**a.numerator * (B * lowered(a)) ** a.denominator
        return "" if product == 1 else "the constant is not known to be that"


def check_names(stated: Recursion, declared: tuple[str, ...]) -> None:
    """Refuses what is neither c nor declared.

    Raises:
        ClaimError: such a name.
    """
    texts = [t for t in (stated.limit, stated.factor, stated.constant) if t is not None and t != "oo"]
    used = frozenset().union(*(names(read_formula(t, "formula")) for t in texts)) | names(stated.kappa()) - {"c"}
    other = used - {"pi", *declared}
    if other:
        raise ClaimError(
            f"got {', '.join(sorted(other))} in the recursion, expected a formula in c; declare a parameter by its "
            f"domain, such as variables={{'{min(other)}': '(0, 1)'}}"
        )

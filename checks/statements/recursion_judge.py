r"""Both witnesses on a recursion: inequalities on both sides of the limit, and the map's exact series there.

If $c < \kappa(c) \le c^*$ for all c below $c^*$ in the domain, with a positive lower bound of $\kappa(c) - c$ away from
$c^*$ as boxes give it, then c_l increases to $c^*$; likewise from above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.closed_forms import ClosedForms
from analytic.constants import rational_value
from analytic.errors import AnalyticError
from analytic.formula import Expr, add, mul, names, neg, num, power, walk
from checks.claim import Claim
from checks.domain import Domain
from checks.empirical import Settings
from checks.errors import ClaimError, VacuousClaimError
from checks.slips import slips
from checks.statements.asymptotics import read_exponent, read_formula
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.derived_repairs import derived_recursions
from checks.statements.expanding import Difference, precise
from checks.statements.inequality import Inequality
from checks.statements.inequality_judge import evidence as inequality_evidence
from checks.statements.recursion import Recursion
from checks.statements.recursion_bounds import bounds_missing
from checks.statements.recursion_parameters import check_names, parametric_evidence
from checks.statements.recursion_speed import ENGINE, SpeedProof, domain_text, slope_of
from checks.statements.recursion_witness import look_at_recursion
from checks.verdict import Counterexample, ExactEvidence, Outcome, Verdict

#: Functions that are analytic where they have a derivative: nothing is constant on an interval.
SMOOTH = ("exp", "sin", "cos", "atan", "erf", "Phi", "log", "sqrt", "asin", "acos", "dawson", "erfi")


def judge_recursion(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a recursion.

    Raises:
        ClaimError: the map has no meaning.
    """
    exact = evidence(claim)
    stated = claim.statement
    assert isinstance(stated, Recursion)
    empirical, missing = heard(partial(look_at_recursion, claim, settings))
    verdict = concluded(claim, exact, empirical, missing)
    if not power:
        return verdict
    return with_slips(
        verdict, _slips(claim), partial(evidence, slip=True), partial(derived_recursions, claim), _slips, evidence
    )


def evidence(claim: Claim, slip: bool = False) -> ExactEvidence:
    """What the exact witness says.

    Args:
        claim: the recursion.
        slip: whether little may be spent.
    """
    stated = claim.statement
    assert isinstance(stated, Recursion)
    if "c" in claim.variables or (claim.assumptions and not claim.variables):
        raise ClaimError("got a domain of c or assumptions, expected none: the domain of c_0 is part of a recursion")
    check_names(stated, tuple(claim.variables))
    found = _of_limit(claim, stated, slip)
    if found.outcome not in (Outcome.TRUE, Outcome.TRUE_IN_BALLS) or not (stated.lower or stated.upper):
        return found
    missing = bounds_missing(claim, stated, slip)
    if isinstance(missing, Counterexample):
        return replace(found, outcome=Outcome.FALSE, detail=f"a bound fails at {missing.point}", counterexample=missing)
    if missing:
        return replace(found, outcome=Outcome.UNDECIDED, detail=missing)
    return replace(found, detail=f"{found.detail}; bounds by induction, the map being increasing")


def _of_limit(claim: Claim, stated: Recursion, slip: bool) -> ExactEvidence:
    """Limit and speed, without the bounds."""
    if claim.variables or stated.infinite:
        return parametric_evidence(claim, slip)
    try:
        return _Proof(claim, stated, stated.kappa(), slip).run()
    except VacuousClaimError as error:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, detail=str(error))
    except AnalyticError as error:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, detail=str(error))


class _Proof(SpeedProof):
    def run(self) -> ExactEvidence:
        """Fixed point, then speed, then convergence: cheap ones first."""
        sides = self._sides()
        if not sides:
            raise ClaimError(
                f"got the limit {self.stated.limit}, expected one in the domain {self.stated.start} or at its end"
            )
        found = []
        with precise():
            for side in sides:
                refuted, gap = self._at_limit(side)
                if refuted is not None:
                    return refuted
                found.append((side, gap))
            for side, gap in found:
                wrong = self._repelled(side, gap) or self._speed(side, gap)
                if wrong is not None:
                    return wrong
        how = "monotone convergence"
        for side in sides:
            wrong = self._towards(side)
            if wrong is not None and (wrong.outcome is Outcome.FALSE or not self._contracts(sides)):
                return wrong
            how = how if wrong is None else "every step brings c nearer to the limit: convergence"
        speed = "" if not (self.stated.factor or self.stated.power) else ", its speed by the exact series"
        where = "both sides" if len(sides) > 1 else "below" if sides == [-1] else "above"
        return self._says(Outcome.TRUE_IN_BALLS, f"{how} from {where} by inequalities in balls{speed}")

    def _sides(self) -> list[int]:
        """-1 if there are starts below the limit, +1 if above."""
        domain, constants = self.stated.domain, BallAlgebra({}, None, {})
        limit = evaluate(self.stated.fixed, constants)
        found = []
        for side, end in ((-1, domain.low), (1, domain.high)):
            value = None if end is None else evaluate(end, constants)
            if end == self.stated.fixed:
                continue
            if value is None or (value < limit if side < 0 else value > limit):
                found.append(side)
            else:
                raise ClaimError(f"got the limit {self.stated.limit} outside the domain {self.stated.start} of c_0")
        return found

    def _repelled(self, side: int, gap: Difference) -> ExactEvidence | None:
        """Where |slope| > 1 only starts that hit the limit exactly tend to it: a countable set, for analytic maps."""
        if not self._is_analytic():
            return None
        size = abs(slope_of(side, gap).ball())
        if any(not gap.series.ring.field.vanishes(gap.series.coefficient(i)) for i in range(1, gap.root)):
            return None
        if not size > 1:
            return None
        shown = size.str(10, radius=False)
        return self._false(f"the limit repels: |kappa'| = {shown} > 1 there", shown, "at most 1")

    def _is_analytic(self) -> bool:
        """Whether the map is analytic wherever orbits may go: no division by 0, roots and logarithms of what is > 0."""
        for node in walk(self.kappa):
            if node.head == "call" and node.children[0].identifier not in SMOOTH:
                return False
            exponent = rational_value(node.children[1]) if node.head == "pow" else None
            if node.is_call("sqrt") or node.is_call("log"):
                inside, either = node.children[1], False
            elif node.is_call("asin") or node.is_call("acos"):
                inside, either = add(num(1), neg(power(node.children[1], num(2)))), False
            elif node.head == "pow" and (exponent is None or exponent < 0 or exponent.denominator > 1):
                inside, either = node.children[0], exponent is not None and exponent.denominator == 1
            else:
                continue
            if "c" in names(inside) and not self._keeps_sign(inside, either):
                return False
        return True

    def _keeps_sign(self, formula: Expr, either: bool) -> bool:
        """Whether a formula in c is positive (or negative) everywhere, or inside a domain that the map keeps."""
        line, domain = Domain(None, None, True, True), self.stated.domain
        inside = Domain(domain.low, domain.high, True, True)
        relations = (">", "<") if either else (">",)
        if any(self._proved(formula, r, "0", line) for r in relations):
            return True
        return self._keeps_domain() and any(self._proved(formula, r, "0", inside) for r in relations)

    def _keeps_domain(self) -> bool:
        """Whether the map takes the domain to itself."""
        domain = self.stated.domain
        low = domain.low is None or self._holds(domain, ">" if domain.low_open else ">=", str(domain.low))
        return low and (domain.high is None or self._holds(domain, "<" if domain.high_open else "<=", str(domain.high)))

    def _towards(self, side: int) -> ExactEvidence | None:
        """On that side kappa(c) lies strictly nearer to the limit than c, and not beyond it; None if that is proved."""
        limit = self.stated.limit
        equal = "" if self.stated.factor or self.stated.power else "="  # a limit that is reached has no speed
        part = self._part(side)
        relations = ((">", "c"), (f"<{equal}", limit)) if side < 0 else (("<", "c"), (f">{equal}", limit))
        for relation, right in relations:
            claim = Claim(
                self.claim.name, Inequality(str(self.kappa), relation, right), variables={"c": domain_text(part)}
            )
            found = inequality_evidence(claim, 0, self.slip)
            if found.outcome in (Outcome.TRUE, Outcome.TRUE_IN_BALLS):
                continue
            if right == "c" and found.counterexample is not None and self._is_fixed(found):
                detail = f"another fixed point, which no c_l leaves: {found.counterexample.point}"
                return self._says(Outcome.FALSE, detail, found.counterexample)
            detail = f"not proved: kappa(c) {relation} {right} for c in {domain_text(part)}: {found.detail}"
            return self._says(Outcome.UNDECIDED, detail)
        return None

    def _contracts(self, sides: list[int]) -> bool:
        """Whether every step brings c strictly nearer to the limit, on the other side of it perhaps.

        On compact sets that is convergence: the map goes on decreasing the distance at every limit point. An end that
        does not belong to the domain must be as far from the limit as any start, so that nothing tends to it.
        """
        limit = self.stated.limit
        if any(n.is_call(f) for n in walk(self.kappa) for f in ("step", "sign")):  # the map has to be continuous
            return False
        if self.stated.power is not None or not self._ends_are_far():
            return False
        for side in sides:
            part = self._part(side)
            near, beyond = (f"2*({limit}) - c", ("<", ">")) if side < 0 else (f"2*({limit}) - c", (">", "<"))
            if not (self._holds(part, beyond[0], near) and self._holds(part, beyond[1], "c")):
                return False
            if self.stated.factor is not None and not any(self._holds(part, r, limit) for r in ("<", ">")):
                return False
        return self._keeps_domain()

    def _ends_are_far(self) -> bool:
        """Whether the ends that are excluded, other than the limit, are farther from it than all starts are."""
        domain, at = self.stated.domain, BallAlgebra({}, None, {})
        limit = evaluate(self.stated.fixed, at)
        far = [None if e is None else abs(evaluate(e, at) - limit) for e in (domain.low, domain.high)]
        for mine, other, is_open, end in (
            (far[0], far[1], domain.low_open, domain.low),
            (far[1], far[0], domain.high_open, domain.high),
        ):
            if end is None or not is_open or end == self.stated.fixed:
                continue
            symmetric = mine is not None and other is not None and (mine >= other or self._symmetric())
            if not symmetric:
                return False
        return True

    def _symmetric(self) -> bool:
        domain = self.stated.domain
        if domain.low is None or domain.high is None:
            return False
        middle = add(domain.low, domain.high, mul(num(-2), self.stated.fixed))
        return not evaluate(middle, ClosedForms())

    def _is_fixed(self, found: ExactEvidence) -> bool:
        """Whether the map is proved to leave the point alone at which kappa(c) - c has the wrong sign."""
        assert found.counterexample is not None
        if found.detail.startswith("the sides are equal"):
            return True
        with precision(64):
            c = evaluate(
                read_formula(found.counterexample.point.rpartition("=")[2], "point"), BallAlgebra({}, None, {})
            )
            value = evaluate(self.kappa, BallAlgebra({}, None, {"c": c}))
            return bool(c.is_exact() and value.is_exact() and value == c)


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    stated = claim.statement
    assert isinstance(stated, Recursion)
    if stated.power is not None:
        for change in (1, -1):
            power = read_exponent(stated.power) + change
            if power > 0:
                yield f"power {power} for {stated.power}", replace(claim, statement=replace(stated, power=str(power)))
    for key in ("factor", "constant", "limit", "lower", "upper"):
        text = getattr(stated, key)
        if text is None or text == "oo":
            continue
        for description, formula in slips(read_formula(text, key), 6):
            try:
                yield f"{description} in the {key}", replace(claim, statement=replace(stated, **{key: str(formula)}))
            except ClaimError:
                continue

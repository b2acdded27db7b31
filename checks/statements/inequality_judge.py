"""Both witnesses on an inequality: Sturm's theorem, boxes, series where it is an equality, points that refute it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, finite, precision, rational
from analytic.constants import rational_value
from analytic.errors import AnalyticError, OutsideRingError
from analytic.formula import Expr, add, mul, name, neg, num
from checks.claim import Claim, Identity
from checks.domain import Domain
from checks.empirical import Settings
from checks.errors import VacuousClaimError
from checks.exact import judge_identity
from checks.points import Point, random_points, simple_points, vectors_of
from checks.sides import Side, sides_by_class
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.cover import covered
from checks.statements.cube import CubeSearch
from checks.statements.derived_repairs import derived_inequalities
from checks.statements.inequality import Inequality
from checks.statements.inequality_slips import both_exact, end_text, inside, slips_of, touching_point
from checks.statements.inequality_witness import look_at
from checks.statements.polynomial_sign import rational_sign
from checks.statements.problem import Chart, Problem, charts, check_scalar, filled, is_zero, problem
from checks.statements.proving import Prover
from checks.statements.sturm import exact_sign
from checks.statements.violations import BITS, counterexample, false_at, violations
from checks.verdict import Counterexample, ExactEvidence, Outcome, Verdict

#: Boxes and seconds that one inequality may cost.
BOXES, SECONDS, PART_SECONDS = 6000, 8.0, 3.0
#: The same for a slip.
SLIP_BOXES, SLIP_SECONDS = 600, 0.5


def judge_inequality(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on an inequality.

    Raises:
        ClaimError: a side is no scalar.
        VacuousClaimError: no test point satisfies the assumptions.
    """
    exact = evidence(claim, settings.seed)
    empirical, missing = heard(partial(look_at, claim, settings, exact))
    verdict = concluded(claim, exact, empirical, missing)
    if not power:
        return verdict
    judge = partial(evidence, seed=settings.seed, slip=True)
    return with_slips(
        verdict,
        slips_of(claim),
        judge,
        partial(derived_inequalities, claim),
        slips_of,
        partial(evidence, seed=settings.seed),
    )


def evidence(claim: Claim, seed: int, slip: bool = False) -> ExactEvidence:
    """What the exact witness says of an inequality.

    Args:
        claim: the inequality.
        seed: of the random points that are looked at for one that refutes it.
        slip: whether little may be spent.

    Returns:
        TRUE or TRUE_IN_BALLS only if it holds on the whole domain, FALSE only with a point at which it fails.
    """
    stated = claim.statement
    assert isinstance(stated, Inequality)
    check_scalar(claim, stated)
    (sides,) = sides_by_class(claim).values()
    if next(iter(simple_points(claim)), None) is None and not random_points(claim, 1, seed):
        raise VacuousClaimError(f"no test point satisfies {', '.join(claim.assumptions) or 'the domains'}")
    found = next(violations(claim, stated, sides, seed), None)
    if found is not None:
        detail = f"false at {found.point}"
        return ExactEvidence(Outcome.FALSE, "balls at rational points", _shown(sides), (), detail, found)
    try:
        posed = problem(claim)
    except (AnalyticError, RecursionError) as error:
        return ExactEvidence(Outcome.UNDECIDED, "balls at rational points", _shown(sides), (), str(error))
    seconds = SLIP_SECONDS if slip else PART_SECONDS
    boxes = SLIP_BOXES if slip else BOXES
    return Search(claim, stated, sides, posed, _budget(boxes, SLIP_SECONDS if slip else SECONDS), seconds).run(seed)


def _budget(boxes: int, seconds: float) -> Callable[[], bool]:
    """So many boxes, so much processor time from the first one on: what was tried before takes nothing from it."""
    left, began = iter(range(boxes)), list[float]()

    def budget() -> bool:
        began.extend([] if began else [time.process_time()])
        return next(left, None) is not None and time.process_time() < began[0] + seconds

    return budget


def _shown(sides: tuple[Side, Side]) -> str:
    return " ; ".join(s.shown() for s in sides if not s.closed)


class Search:
    """The engines on one inequality.

    Args:
        claim: the claim.
        stated: its statement.
        sides: both sides.
        posed: the formula that has to be positive.
        budget: is asked before every box.
        seconds: processor time for proofs by parts.
    """

    def __init__(
        self,
        claim: Claim,
        stated: Inequality,
        sides: tuple[Side, Side],
        posed: Problem,
        budget: Callable[[], bool],
        seconds: float,
    ) -> None:
        self.seconds = seconds
        self.claim, self.stated, self.sides, self.posed, self.budget = claim, stated, sides, posed, budget
        self.shown = _shown(sides)
        scaled = tuple(f"{n} set to 1: both sides are homogeneous in it" for n in posed.scaled)
        positive = tuple(f"{n} > 0" for n in posed.scaled)
        self.conditions = (*positive, *scaled, *claim.assumptions)

    def _says(self, outcome: Outcome, engine: str, detail: str, found: Counterexample | None = None) -> ExactEvidence:
        return ExactEvidence(outcome, engine, self.shown, self.conditions, detail, found)

    def run(self, seed: int) -> ExactEvidence:
        """The first engine that decides."""
        if self.posed.conditions:
            where = f"an expectation exists only where {self.posed.conditions[0]} > 0: restrict the domain to that"
            return self._says(Outcome.UNDECIDED, "derivation", where)
        free = tuple(self.posed.variables)
        if is_zero(self.claim, self.posed.formula, self.claim.parameters):
            return self._equal(seed)
        if not free:
            return self._one_value()
        if len(free) > 1:
            return self._by_polynomials(free) or self._by_parts(free) or self._in_cube(free)
        variable, domain = free[0], self.posed.variables[free[0]]
        return self._by_sturm(variable, domain) or self._by_line(variable, domain, free)

    def _by_line(self, variable: str, domain: Domain, free: tuple[str, ...]) -> ExactEvidence:
        if domain.low is None or domain.high is None:  # boxes reach infinity seldom
            return self._by_parts(free) or self._touching(variable, domain) or self._on_line(variable, domain)
        found = self._on_line(variable, domain)
        if found.outcome is not Outcome.UNDECIDED:
            return found
        return self._by_parts(free) or self._touching(variable, domain) or found

    def _touching(self, variable: str, domain: Domain) -> ExactEvidence | None:
        """A simple point at which the sides of a strict relation are equal by a normal form."""
        found = touching_point(self.claim, self.posed.formula, variable, domain) if self.stated.strict else None
        return None if found is None else self._false(variable, found, "a normal form at a point", exactly=True)

    def _by_parts(self, free: tuple[str, ...]) -> ExactEvidence | None:
        """By factors, coefficients and derivatives: for unbounded domains, and where both sides touch."""
        end = time.process_time() + self.seconds
        domains = {n: self.posed.variables[n] for n in free}
        prover = Prover(lambda: time.process_time() < end)
        if not prover.proves(self.posed.formula, domains, self.stated.strict):
            return None
        engine = "factors, coefficients, ranges and signs of derivatives"
        return self._says(Outcome.TRUE_IN_BALLS, engine, f"proved for {', '.join(free)} by parts, 0 unresolved")

    def _equal(self, seed: int) -> ExactEvidence:
        as_identity = replace(self.claim, statement=Identity(self.stated.left, self.stated.right, self.stated.where))
        proof = judge_identity(as_identity, seed)
        engine = f"the sides are equal: {proof.engine}"
        if proof.outcome is not Outcome.EQUAL:
            return self._says(Outcome.UNDECIDED, engine, proof.detail)
        divided = "every denominator is non-zero"
        where = f"wherever {divided}" if divided in proof.conditions else "everywhere"
        if not self.stated.strict:
            return self._says(Outcome.TRUE, engine, f"both sides are equal {where}")
        point = next(simple_points(self.claim), None)
        assert point is not None
        with precision(BITS[0]):
            a, b = (s.at(point).scalar for s in self.sides)
        return self._says(Outcome.FALSE, engine, f"both sides are equal {where}", counterexample(str(point), a, b))

    def _one_value(self) -> ExactEvidence:
        exact = rational_value(self.posed.formula)
        if exact is not None:
            holds = exact > 0 or (exact == 0 and not self.stated.strict)
            if holds:
                return self._says(Outcome.TRUE, "rational arithmetic", f"the difference is {exact} everywhere")
        for bits in BITS:
            with precision(bits):
                value = evaluate(self.posed.formula, BallAlgebra({}, None, {}))
                if finite(value) and value > 0:
                    detail = f"the difference is {value.str(10)}, {bits} bits, everywhere"
                    return self._says(Outcome.TRUE_IN_BALLS, "balls", detail)
        return self._says(Outcome.UNDECIDED, "balls", "the difference cannot be told from 0")

    def _by_polynomials(self, free: tuple[str, ...]) -> ExactEvidence | None:
        domains = {n: self.posed.variables[n] for n in free}
        found = rational_sign(self.posed.formula, domains, self.stated.strict, self.budget)
        if found is None:
            return None
        return self._says(Outcome.TRUE, found, "no sign change, and no zero that the relation forbids")

    def _by_sturm(self, variable: str, domain: Domain) -> ExactEvidence | None:
        ends = [None if e is None else rational_value(e) for e in (domain.low, domain.high)]
        if any(e is not None and r is None for e, r in zip((domain.low, domain.high), ends, strict=True)):
            return None
        try:
            found = exact_sign(
                self.posed.formula,
                variable,
                ends[0],
                ends[1],
                (domain.low_open, domain.high_open),
                self.stated.strict,
            )
        except OutsideRingError:
            return None
        engine = f"Sturm sequence over Q in {variable}, degree {found.degree}"
        if found.pole:
            return self._says(Outcome.UNDECIDED, engine, f"a denominator vanishes for some {variable} in the domain")
        if found.holds:
            return self._says(Outcome.TRUE, engine, "no sign change, and no zero that the relation forbids")
        if found.point is None:
            return None
        return self._false(variable, num(found.point), engine) or self._open(engine, "it fails outside the assumptions")

    def _open(self, engine: str, detail: str) -> ExactEvidence:
        return self._says(Outcome.UNDECIDED, engine, detail)

    def _false(self, variable: str, value: Expr, engine: str, exactly: bool = False) -> ExactEvidence | None:
        """The refutation at a value of the only variable; None if that point is not admissible.

        Args:
            variable: the only free variable.
            value: where the relation fails.
            engine: what found it.
            exactly: whether the two sides are known to be equal there, so that balls need not tell.
        """
        point = self._point(variable, value)
        if not self._admits(point):
            return None
        for bits in BITS:
            with precision(bits):
                try:
                    a, b = (self._side_at(s, point, {variable: value}) for s in self.sides)
                except (AnalyticError, ZeroDivisionError):
                    return None
                if not (finite(a) and finite(b)):
                    return None
                if exactly and not a.overlaps(b):
                    return None  # at a jump: a limit from one side is not the value
                if exactly:
                    detail = f"the sides are equal at {point}"
                    return self._says(Outcome.FALSE, engine, detail, counterexample(str(point), a, b))
                if false_at(self.stated.relation, a, b) or both_exact(a, b, self.stated.relation):
                    return self._says(Outcome.FALSE, engine, f"false at {point}", counterexample(str(point), a, b))
        return None

    def _side_at(self, side: Side, point: Point, values: dict[str, Expr]) -> arb:
        """A side at the point; exactly where it is a rational number."""
        exact = rational_value(filled(side.expr, values)) if side.closed else None
        return side.at(point).scalar if exact is None else rational(exact)

    def _admits(self, point: Point) -> bool:
        """Whether the assumptions hold; the value lies in its domain by construction, at an end of it perhaps."""
        with precision(BITS[0]):
            at = point.interpreter()
            pairs = ((a, at.tensor(a.left).scalar, at.tensor(a.right).scalar) for a in self.claim.read_assumptions())
            return all(a.holds(left, right) for a, left, right in pairs)

    def _point(self, variable: str, value: Expr) -> Point:
        """The point with that value and simple values for what only scales, or is fixed."""
        vectors = vectors_of(self.claim, "")
        known: dict[str, Expr] = {variable: value}
        for n in (*(f"|{v}|" for v in vectors), *self.claim.parameters, *(("theta",) if len(vectors) > 1 else ())):
            known.setdefault(n, self.claim.domain(n).point or inside(self.claim.domain(n)))
        angle = known.pop("theta", None) if len(vectors) > 1 else None
        values = {n: r for n, e in known.items() if (r := rational_value(e)) is not None}
        return Point(values, None, angle, {n: e for n, e in known.items() if n not in values}, vectors)

    def _on_line(self, variable: str, domain: Domain) -> ExactEvidence:
        engine, boxes, series, zeros = f"boxes in {variable}", 0, 0, list[str]()
        parts = charts(self.posed.formula, variable, domain)
        unresolved = ""
        for part in parts:
            found = covered(part.formula, self.budget, part.ends)
            boxes, series = boxes + found.boxes, series + found.series
            if found.negative is not None:
                refuted = self._false(variable, part.at(found.negative), engine)
                if refuted is not None:
                    return refuted
                unresolved = unresolved or f"{variable} = {part.at(found.negative)}, where the assumptions may fail"
            for s in found.zeros:
                if self._belongs(part, s):
                    zeros.append(f"{variable} = {part.at(s)}")
                    if self.stated.strict:
                        refuted = self._false(variable, part.at(s), "exact series at a zero", exactly=True)
                        if refuted is not None:
                            return refuted
                        unresolved = unresolved or f"{zeros[-1]}, where both sides are equal"
            if found.unresolved and not unresolved:
                a, b = found.unresolved[0]
                count = f" and {len(found.unresolved) - 1} more" if len(found.unresolved) > 1 else ""
                unresolved = f"{variable} between {part.at(a) if a else end_text(part, a)} and {part.at(b)}{count}"
        if unresolved:
            return self._open(engine, f"unresolved near {unresolved}; {boxes} boxes certified")
        touching = f"; equality at {', '.join(dict.fromkeys(zeros))}" if zeros else ""
        local = f", {series} series with enclosed remainders at ends and zeros" if series else ""
        detail = f"{boxes} boxes in {variable}{local}, 0 unresolved{touching}"
        return self._says(Outcome.TRUE_IN_BALLS, f"{engine} in balls, exact series", detail)

    def _belongs(self, part: Chart, s: Fraction) -> bool:
        return s not in (0, 1) or part.ends[int(s)]

    def _in_cube(self, free: tuple[str, ...]) -> ExactEvidence:
        engine = f"boxes in {', '.join(free)}"
        domains = self.posed.variables
        if any(domains[n].low is None or domains[n].high is None for n in free):
            return self._open(engine, "the domain is unbounded in several variables; give bounds")
        places, values = {}, {}
        for i, n in enumerate(free):
            low, high = domains[n].low, domains[n].high
            assert low is not None
            assert high is not None
            places[n] = f"s_{i + 1}"
            values[n] = add(low, mul(add(high, neg(low)), name(places[n])))
        formula = filled(self.posed.formula, values)
        names_ = tuple(places.values())
        found = CubeSearch(formula, names_, lambda f: is_zero(self.claim, f, names_), self.budget).run()
        if found.negative is not None:
            return self._open(engine, "it fails at a point at which the assumptions may fail, or which is not simple")
        if found.unresolved:
            box = found.unresolved[0]
            where = ", ".join(
                f"{n} near {filled(values[n], {p: num((box[p][0] + box[p][1]) / 2)})}"
                for n, p in places.items()
                if p in box
            )
            return self._open(
                engine, f"{len(found.unresolved)} boxes unresolved, such as {where}; {found.boxes} certified"
            )
        if self.stated.strict and found.faces:
            return self._open(engine, "equality on a face of the domain is not excluded: open the domain there")
        faces = f", {len(found.faces)} faces by the slope across them" if found.faces else ""
        detail = f"{found.boxes} boxes in {', '.join(free)}{faces}, 0 unresolved"
        return self._says(Outcome.TRUE_IN_BALLS, f"{engine} in balls", detail)

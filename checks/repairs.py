"""Did you mean: the nearest statement that is true, searched among slips of the whole tree, and proved."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, product

from flint import arb

from analytic.balls import precision
from analytic.constants import rational_value
from analytic.errors import AnalyticError
from analytic.formula import ONE, Expr, add, call, mul, name, num, power, rewrite, substitute, walk
from analytic.frame import Tensor
from analytic.grammar import parse
from analytic.interpret import in_frame, tensor_formula
from analytic.neurons import PAIR, SELF, STUDENTS, TEACHERS
from checks.claim import Claim, Identity
from checks.constant_multiples import constant_ratio, multiplied
from checks.derived import derived_form, derived_in_field, has_vectors
from checks.errors import ClaimError, VacuousClaimError
from checks.exact import judge_sides
from checks.screening import Look, Place, Screen
from checks.sides import Side, sides_of
from checks.slips import scaled
from checks.statement_tree import LEFT, RIGHT, Neighbour, Statement, neighbours
from checks.verdict import Outcome

#: Processor time that the search may take, in seconds; what has been found until then is kept.
SECONDS = 5.0
#: The part of it that is kept for changes of the left side, which have to be derived.
SECONDS_INSIDE = 1.0
#: The part of it for a change and a constant together, and the places at which the ratio of the sides is looked at.
SECONDS_MULTIPLE, PLACES = 1.0, 2
PLAIN = (1, 2, Fraction(1, 2))
#: Statements with two changes that are looked at, nearest first.
MOST_PAIRS = 12_000
#: Working precision for recognising constants, in bits.
BITS = 212
TRUE = (Outcome.EQUAL, Outcome.ENCLOSED)


def repair_of(claim: Claim, seed: int, seconds: float = SECONDS) -> str | None:
    """The nearest true statement, as text with what had to be changed.

    In this order: one change anywhere in the statement (right side, definitions, left side with the integrands), a
    constant factor, two changes, and what was derived for the left side. Candidates are screened in balls at generic
    points; the first that is proved (certified, for a claim about one point) is returned.

    Args:
        claim: a refuted identity.
        seed: of the points.
        seconds: processor time for the search; a shorter search finds less, never anything else.

    Returns:
        The repair, or None if none was found.

    Example:
        >>> claim = Claim("my/claim", Identity("E[step(u)*step(v)]", "theta/pi"))
        >>> repair_of(claim, 0)
        '(pi - theta)/(2*pi)  (a factor 1/2, and pi - theta for theta)'
    """
    assert isinstance(claim.statement, Identity)
    return Search(claim, claim.statement, seed, seconds).found()


class Search:
    """The search for one claim; everything that was evaluated is kept.

    Args:
        claim: a refuted identity.
        identity: its statement.
        seed: of the points.
        seconds: processor time.
    """

    def __init__(self, claim: Claim, identity: Identity, seed: int, seconds: float = SECONDS) -> None:
        self.claim, self.seed = claim, seed
        self.statement = Statement.of(identity)
        self.screen = Screen(claim, seed)
        self.end = time.process_time() + seconds
        self.singles: list[Neighbour] = []

    def found(self) -> str | None:
        """The nearest repair as text."""
        for candidate in self._single():
            if self._true(candidate.statement):
                return self._shown(candidate)
        multiple = self._multiple()
        if multiple is not None:
            return multiple
        for candidate in chain(self._multiplied(), self._pairs()):
            if self._true(candidate.statement):
                return self._shown(candidate)
        return self._derived()

    def _multiplied(self) -> Iterator[Neighbour]:
        """One change of the right side, times a constant: what the sides have for ratio at the first places."""
        end = min(self.end, time.process_time() + SECONDS_MULTIPLE)
        for single in self.singles:
            if single.part != RIGHT or time.process_time() > end or _has_sum(single.statement.right):
                continue
            with precision(self.screen.bits):
                factor = constant_ratio(self._pairs_at(single.statement, range(PLACES)))
            if factor is not None and abs(rational_value(factor) or 0) not in PLAIN:  # those are slips themselves
                mended = replace(single.statement, right=multiplied(factor, single.statement.right))
                if self._promising(mended):
                    yield Neighbour(mended, (*single.changes, f"times {factor}"), RIGHT)

    def _shown(self, candidate: Neighbour) -> str:
        return f"{candidate.statement.changed(self.statement)}  ({candidate.description})"

    def _spent(self) -> bool:
        return time.process_time() > self.end

    def _single(self) -> Iterator[Neighbour]:
        for candidate in neighbours(self.statement, mending=True):
            self.singles.append(candidate)
            if self._promising(candidate.statement):
                yield candidate
            if self._spent():
                return

    def _promising(self, statement: Statement) -> bool:
        return self.screen.look(statement) is Look.OPEN and not self._empty(statement)

    def _empty(self, statement: Statement) -> bool:
        """Whether a side vanishes that did not: 0 = 0 is true and repairs nothing."""
        with precision(BITS):
            return not self._vanishes(self.statement) and self._vanishes(statement)

    def _vanishes(self, statement: Statement) -> bool:
        pairs = self._pairs_at(statement, range(1))
        return all(x.contains(0) or y.contains(0) for x, y in pairs)

    def _pairs_at(self, statement: Statement, numbers: Iterable[int]) -> list[tuple[arb, arb]]:
        """Coordinates of both sides at some places; none where a side has no value."""
        try:
            found = (self.screen.pairs(*statement.sides(), n) for n in numbers)
            return [pair for pairs in found for pair in pairs or ()]
        except (ClaimError, AnalyticError):
            return []

    def _true(self, statement: Statement) -> bool:
        """Whether a statement is proved, or certified at the only point of the domain."""
        try:
            return judge_sides(self.claim, sides_of(self.claim, *statement.sides()), self.seed).outcome in TRUE
        except (ClaimError, AnalyticError, VacuousClaimError):
            return False

    def _multiple(self) -> str | None:
        """The right side times a constant, norms and sines, if that is all that is missing."""
        statement = self.statement
        if self._spent():
            return None
        with precision(BITS):
            screen = Screen(self.claim, self.seed, bits=BITS)
            try:
                found = [(screen.pairs(*statement.sides(), n), p) for n, p in enumerate(screen.places)]
            except (ClaimError, AnalyticError):
                return None
            data = [(x, y, p) for pairs, p in found for x, y in pairs or ()]
            factors = [f for m in _monomials(self.claim) if (f := _constant(m, data)) is not None]
        for factor in sorted(factors, key=lambda f: len(str(f))):
            right = statement.right
            right = scaled(factor, right) if _has_sum(right) else multiplied(factor, right)
            mended = replace(statement, right=right)
            if self._true(mended):
                return f"{mended.right}  (times {factor})"
        return None

    def _pairs(self) -> Iterator[Neighbour]:
        """Statements with two changes: both outside the left side, then one in each side, then both in the left."""
        outside = [n for n in self.singles if n.part != LEFT]
        inside = [n for n in self.singles if n.part == LEFT]
        closed = [p for p in self.statement.parts if p != LEFT]
        yield from self._diagonally(outside, closed, self.end - SECONDS_INSIDE)
        yield from self._crossed(outside, inside)
        yield from self._diagonally(inside, [LEFT], self.end)

    def _diagonally(self, singles: Sequence[Neighbour], parts: Sequence[str], end: float) -> Iterator[Neighbour]:
        """A further change after each of the single ones, those first whose changes come early."""
        streams = [neighbours(single, mending=True, parts=parts) for single in singles]
        seen = {self.statement}
        for diagonal in range(MOST_PAIRS):
            alive = diagonal < len(streams)
            for stream in streams[: diagonal + 1]:
                candidate = next(stream, None)
                alive = alive or candidate is not None
                if time.process_time() > end:
                    return
                if candidate is None or not self._promising(candidate.statement) or candidate.statement in seen:
                    continue
                seen.add(candidate.statement)
                yield candidate
            if not alive:
                return

    def _crossed(self, outside: Sequence[Neighbour], inside: Sequence[Neighbour]) -> Iterator[Neighbour]:
        """One change in each side; what each side is at the first place is known by now."""
        if not self.screen.places:
            return
        with precision(self.screen.bits):
            rights = [(n, self._value(n.statement.sides()[1])) for n in outside]
            lefts = [(n, self._value(n.statement.sides()[0])) for n in inside]
        for right, y in rights:
            for left, x in lefts:
                if self._spent():
                    return
                if x is None or y is None or not _overlap(x, y):
                    continue
                both = Neighbour(replace(right.statement, left=left.statement.left), right.changes + left.changes, LEFT)
                if self._promising(both.statement):
                    yield both

    def _value(self, side: Expr) -> Tensor[arb] | None:
        try:
            return self.screen.value(side, 0)
        except (ClaimError, AnalyticError):
            return None

    def _derived(self) -> str | None:
        """The right side that was derived, if it can be written in the language."""
        try:
            sides = sides_of(self.claim, *self.statement.sides())
            right = derived_side(self.claim, sides)
        except (ClaimError, AnalyticError):
            return None
        if right is None or not self._true(replace(self.statement, right=right)):
            return None
        return f"{right}  (the derived right side: no one or two slips explain the difference)"


def _has_sum(formula: Expr) -> bool:
    return any(n.is_call("sum") for n in walk(formula))


def _overlap(x: Tensor[arb], y: Tensor[arb]) -> bool:
    return x.order != y.order or all(x.coordinates[k].overlaps(y.coordinates[k]) for k in x.coordinates)


def derived_side(claim: Claim, sides: Mapping[str, tuple[Side, Side]]) -> Expr | None:
    """What was derived for the left side, as a right side in the language; None if the left side is closed.

    Args:
        claim: the claim.
        sides: its sides by class.
    """
    left = {kind: s for kind, (s, _) in sides.items()}
    if any(s.closed for s in left.values()):
        return None
    parts = {kind: _written(claim, s, kind) for kind, s in left.items()}
    if "" in parts or PAIR in parts:
        return parts.get("", parts.get(PAIR))
    sums = {STUDENTS: parse("f(j != i)").children[1], TEACHERS: name("j")}
    return add(parts[SELF], *(call("sum", index, parts[kind]) for kind, index in sums.items()))


def _written(claim: Claim, side: Side, kind: str) -> Expr:
    if side.tensor is not None:
        found = tensor_formula(side.tensor, side.ring)
        angle = call("theta", *map(name, side.ring.norms[:2])) if kind else name("theta")
        return substitute(found, {"theta": angle})

    if has_vectors(side.expr):
        return in_frame(derived_in_field(side.expr, side.ring.norms, side.ring.parameters)[0], side.ring.norms)

    def derived(node: Expr) -> Expr | None:
        integrand = node.children[0] if node.head == "expect" else None
        return None if integrand is None else derived_form(integrand, claim.norms, claim.parameters).value

    return rewrite(side.expr, derived)


def _monomials(claim: Claim) -> list[Expr]:
    """Products of powers of norms, and of the sine: what a constant is not."""
    norms = [Expr("norm", (name(n),)) for n in claim.norms]
    bases = [*norms, *([call("sin", name("theta"))] if len(norms) > 1 else [])]
    choices = [(0, 1, -1, 2, -2) if b.head == "norm" else (0, 1, -1) for b in bases]
    return [
        mul(ONE, *(power(b, num(e)) for b, e in zip(bases, exponents, strict=True) if e))
        for exponents in product(*choices)
    ]


def _constant(monomial: Expr, data: Sequence[tuple[arb, arb, Place]]) -> Expr | None:
    """The constant c with left = c monomial right everywhere, times the monomial."""
    pairs = [(x, y * p.interpreter.tensor(monomial).scalar) for x, y, p in data]
    constant = constant_ratio(pairs)
    return None if constant is None else mul(constant, monomial)

"""The two sides of an identity, class by class: as formulas, as elements of a ring, and as balls at a point."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb

from analytic.constants import multiple_of_pi, rational_value
from analytic.errors import DerivationError, DomainError, FormulaError, NoClosedFormError, OutsideRingError
from analytic.formula import Expr
from analytic.frame import Tensor
from analytic.interpret import Interpreter, tensor_formula
from analytic.neurons import is_loss_derivative, loss_derivative, split_by_class
from analytic.readable import readable
from analytic.ring import Element, Ring, canonical_ring
from checks.claim import OPERATORS, Claim
from checks.derived import DerivingInterpreter
from checks.errors import ClaimError
from checks.points import Point, vectors_of


@dataclass(frozen=True)
class Side:
    """One class of one side of an identity.

    Args:
        expr: its formula.
        ring: the ring of its class.
        tensor: its value in the ring, or None if it is outside. With ``why`` set the ring has variables free that the
            claim fixes: normal form 0 still proves, anything else says nothing.
        closed: whether it can be evaluated as it stands, without deriving anything.
        why: why equality cannot be decided in the ring; empty if it can.
    """

    expr: Expr
    ring: Ring
    tensor: Tensor[Element] | None
    closed: bool
    why: str = ""

    def at(self, point: Point) -> Tensor[arb]:
        """The value at a point in balls: as it stands if it is closed, else from what was derived."""
        interpreter = point.interpreter()
        if self.closed:
            return interpreter.tensor(self.expr)
        if self.tensor is None:
            return DerivingInterpreter(interpreter.algebra, self.ring, point).tensor(self.expr)
        return self._formulas.map(lambda x: interpreter.tensor(x).scalar)

    @cached_property
    def _formulas(self) -> Tensor[Expr]:
        """The coordinates that were derived as formulas: a search evaluates them at hundreds of points."""
        assert self.tensor is not None
        return self.tensor.map(lambda x: readable(x, self.ring))

    def shown(self) -> str:
        """What was derived, as text."""
        if self.closed or self.tensor is None:
            return str(self.expr)
        return str(tensor_formula(self.tensor, self.ring))


def is_closed(expr: Expr) -> bool:
    """Whether the formula has nothing to derive."""
    if expr.head in ("num", "name", "norm", "dot"):
        return True
    if expr.head == "expect" or (expr.head == "call" and expr.children[0].identifier in OPERATORS):
        return False
    return all(map(is_closed, expr.children))


def ring_of(claim: Claim, kind: str) -> Ring:
    """The canonical ring of one class of a claim, with what its domains fix.

    Raises:
        OutsideRingError: a variable is fixed at a point whose value is not in the ring.
    """
    vectors = vectors_of(claim, kind)
    angle: Fraction | None = None
    theta = claim.domain("theta").point if len(vectors) > 1 else None
    if theta is not None:
        angle = multiple_of_pi(theta)
        if angle is None:
            raise OutsideRingError(f"theta is fixed at {theta}, which is not a rational multiple of pi")
    values: dict[str, Fraction] = {}
    for name in (*(f"|{n}|" for n in vectors), *claim.parameters):
        point = claim.domain(name).point
        value = None if point is None else rational_value(point)
        if point is not None and value is None:
            raise OutsideRingError(f"{name} is fixed at {point}, which is not visibly rational")
        values |= {} if value is None else {name: value}
    return canonical_ring(vectors, claim.parameters, angle, tuple(sorted(values.items())))


def sides_by_class(claim: Claim) -> dict[str, tuple[Side, Side]]:
    """Both sides of the claim, class by class.

    Raises:
        ClaimError: a side has no meaning, such as a vector plus a scalar.
    """
    return sides_of(claim, *claim.sides())


def sides_of(claim: Claim, left: Expr, right: Expr) -> dict[str, tuple[Side, Side]]:
    """Both sides of another statement about the variables of a claim, class by class.

    Args:
        claim: gives the variables and their domains.
        left: a formula.
        right: a formula.

    Raises:
        ClaimError: a side has no meaning, such as a vector plus a scalar.
    """
    try:
        if not claim.neurons:
            return {"": _both(claim, left, right)}
        parts = [_neuron_side(claim, s) for s in (left, right)]
    except (FormulaError, DomainError) as error:
        raise ClaimError(f"{claim.name}: {error}") from None
    return {c: (parts[0][c], parts[1][c]) for c in claim.classes}


def _neuron_side(claim: Claim, expr: Expr) -> dict[str, Side]:
    if is_loss_derivative(expr):
        blocks = loss_derivative(expr)
        if set(blocks) != set(claim.classes):
            raise ClaimError("got two different derivatives of L, expected one of them and a formula")
        return {c: Side(expr, b.ring, b.tensor, closed=False) for c, b in blocks.items()}
    return {c: _side(claim, e, c) for c, e in split_by_class(expr, claim.classes).items()}


def _both(claim: Claim, left: Expr, right: Expr) -> tuple[Side, Side]:
    """Both sides in one ring: where fixing a variable leaves one outside, with every variable free."""
    sides = _side(claim, left, ""), _side(claim, right, "")
    if sides[0].ring is sides[1].ring:
        return sides
    why = next(s.why for s in sides if s.why)
    return _side(claim, left, "", why), _side(claim, right, "", why)


def _side(claim: Claim, expr: Expr, kind: str, why: str = "") -> Side:
    closed = is_closed(expr)
    free = canonical_ring(vectors_of(claim, kind), claim.parameters)
    try:
        ring = free if why else ring_of(claim, kind)
    except OutsideRingError as error:
        ring, why = free, str(error)
    for candidate in dict.fromkeys((ring, free)):
        try:
            return Side(expr, candidate, Interpreter(candidate).tensor(expr), closed, why)
        except (OutsideRingError, DerivationError, DomainError, NoClosedFormError) as error:
            why = why or str(error)
    return Side(expr, ring, None, closed, why)


def value_pairs(left: Side, right: Side, point: Point) -> list[tuple[arb, arb]]:
    """The coordinates of both sides at a point, in balls.

    Raises:
        ClaimError: the sides are of different kinds.
        DomainError: a side has no value there.
        OutsideRingError: nothing encloses a side there.
    """
    return matched_values(left.at(point), right.at(point), point)


def matched_values(a: Tensor[arb], b: Tensor[arb], point: Point) -> list[tuple[arb, arb]]:
    """The coordinates of two tensors at a point, a scalar zero promoted to the other's kind.

    Raises:
        ClaimError: they are of different kinds.
        DomainError: one depends on the direction of approach.
    """
    angle = point.exact_angle
    if angle is not None and angle.parallel:
        for x in (a, b):
            if any("2" in k and not c.contains(0) for k, c in x.coordinates.items()):
                raise DomainError("a side has no value at parallel vectors: it depends on the direction of approach")
    if a.order != b.order:
        full = a if a.order else b
        a, b = (t if t.order else _zero_like(full, t.scalar) for t in (a, b))
    return [(a.coordinates[k], b.coordinates[k]) for k in a.coordinates]


def _zero_like(full: Tensor[arb], value: arb) -> Tensor[arb]:
    """A scalar that is exactly 0 as the zero of another kind."""
    if not value.is_zero():
        raise ClaimError(f"got {full.kind} on one side and a scalar on the other, expected the same kind")
    return Tensor(full.order, dict.fromkeys(full.coordinates, value))

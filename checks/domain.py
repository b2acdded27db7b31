"""Domains of variables as text: ``(0, oo)``, ``[0, pi]``, ``{pi/3}``."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra
from analytic.errors import AnalyticError
from analytic.formula import Expr
from analytic.grammar import parse
from checks.errors import ClaimError

POSITIVE, ANGLES, REALS = "(0, oo)", "[0, pi]", "(-oo, oo)"


@dataclass(frozen=True)
class Domain:
    """An interval with ends that are formulas of constants (None: infinite), or a single point.

    Args:
        low: lower end.
        high: upper end.
        low_open: whether the lower end is excluded.
        high_open: whether the upper end is excluded.
    """

    low: Expr | None
    high: Expr | None
    low_open: bool
    high_open: bool

    @property
    def point(self) -> Expr | None:
        """The only point, if there is only one."""
        return (
            self.low if self.low is not None and self.low == self.high and not self.low_open | self.high_open else None
        )

    def within(self, other: Domain) -> bool:
        """Whether this domain certainly lies in the other."""
        constants: BallAlgebra = BallAlgebra({}, None, {})

        def end(mine: Expr | None, theirs: Expr | None, strict: bool, upper: bool) -> bool:
            if theirs is None or mine == theirs:
                return theirs is None or not strict
            if mine is None:
                return False
            low, high = (mine, theirs) if upper else (theirs, mine)
            return bool(evaluate(low, constants) < evaluate(high, constants))

        lower = end(self.low, other.low, other.low_open and not self.low_open, upper=False)
        return lower and end(self.high, other.high, other.high_open and not self.high_open, upper=True)

    def contains(self, value: arb) -> bool:
        """Whether the ball certainly lies in the domain."""
        constants: BallAlgebra = BallAlgebra({}, None, {})
        if self.point is not None:
            return bool(value.overlaps(evaluate(self.point, constants)))
        low = self.low is None or _less(evaluate(self.low, constants), value, self.low_open)
        return low and (self.high is None or _less(value, evaluate(self.high, constants), self.high_open))


def _less(x: arb, y: arb, strict: bool) -> bool:
    return bool(x < y) if strict else bool(x <= y)


def read_domain(text: str) -> Domain:
    """Reads a domain.

    Args:
        text: ``(a, b)``, ``[a, b]``, half-open forms, with oo for infinity, or ``{a}`` for a point.

    Returns:
        The domain.

    Raises:
        ClaimError: another form, or an empty interval.

    Example:
        >>> read_domain("{pi/3}").point == parse("pi/3")
        True
    """
    source = text.strip()
    try:
        if source.startswith("{") and source.endswith("}"):
            point = parse(source[1:-1])
            return _checked(Domain(point, point, False, False), text)
        low, comma, high = source[1:-1].partition(",")
        if source[:1] not in "([" or source[-1:] not in ")]" or not comma:
            raise ClaimError("")
        ends = [None if e.strip() in ("oo", "-oo") else parse(e) for e in (low, high)]
        return _checked(Domain(ends[0], ends[1], source[0] == "(", source[-1] == ")"), text)
    except (AnalyticError, ClaimError) as error:
        why = f" ({error})" if str(error) else ""
        raise ClaimError(
            f"got the domain {text!r}, expected (a, b), [a, b] or {{a}} such as (0, oo) or [0, pi]{why}"
        ) from None


def _checked(domain: Domain, text: str) -> Domain:
    constants: BallAlgebra = BallAlgebra({}, None, {})
    ends = [None if e is None else evaluate(e, constants) for e in (domain.low, domain.high)]
    if ends[0] is not None and ends[1] is not None:
        single = domain.low == domain.high
        if ends[0] > ends[1] or (single and (domain.low_open or domain.high_open)):
            raise ClaimError(f"{text!r} is empty")
    return domain


@dataclass(frozen=True)
class Assumption:
    """An inequality between two formulas, for instance ``theta < pi/2``."""

    left: Expr
    relation: str
    right: Expr
    text: str

    def holds(self, left: arb, right: arb) -> bool:
        """Whether it certainly holds for these values."""
        compare = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
        return bool(compare[self.relation])


def read_assumption(text: str) -> Assumption:
    """Reads an inequality.

    Raises:
        ClaimError: it is not one inequality with <, <=, > or >=.

    Example:
        >>> read_assumption("theta <= pi/2").relation
        '<='
    """
    for relation in ("<=", ">=", "<", ">"):
        if text.count(relation) == 1 and "==" not in text:
            left, right = text.split(relation)
            try:
                return Assumption(parse(left), relation, parse(right), text)
            except AnalyticError as error:
                raise ClaimError(f"got the assumption {text!r}: {error}") from None
    raise ClaimError(
        f"got the assumption {text!r}, expected one inequality with <, <=, > or >=; fix a variable by its domain, "
        f"such as 'theta': '{{pi/3}}'"
    )

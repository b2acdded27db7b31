"""The tree of a whole statement, definitions apart, and its neighbours: statements that differ in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analytic.errors import AnalyticError
from analytic.formula import CONSTANTS, Expr, names, walk
from analytic.grammar import formula
from checks.claim import Identity, expand_definitions, read_definition
from checks.errors import ClaimError
from checks.sides import is_closed
from checks.slips import every_slip, mends, slips
from checks.slips_inside import slips_inside

RIGHT, LEFT = "right", "left"


@dataclass(frozen=True)
class Definition:
    """A definition of a statement: ``head(parameters) = body``."""

    head: str
    parameters: tuple[str, ...]
    body: Expr

    def __str__(self) -> str:
        return f"{self.head}({', '.join(self.parameters)}) = {self.body}"


@dataclass(frozen=True)
class Statement:
    """left = right where definitions hold, as trees.

    Args:
        left: the left side as written.
        right: the right side as written.
        where: the definitions.

    Example:
        >>> print(Statement.of(Identity("E[relu(u)]", "c(u)", {"c(u)": "|u|/2"})))
        E[relu(u)] = c(u)  where c(u) = |u|/2
    """

    left: Expr
    right: Expr
    where: tuple[Definition, ...] = ()

    @classmethod
    def of(cls, identity: Identity) -> Statement:
        """The trees of an identity.

        Raises:
            ClaimError: a part cannot be read.
        """
        try:
            where = tuple(Definition(*read_definition(k, v)) for k, v in identity.where.items())
            return cls(formula(identity.left), formula(identity.right), where)
        except AnalyticError as error:
            raise ClaimError(str(error)) from None

    def sides(self) -> tuple[Expr, Expr]:
        """Both sides with the definitions expanded.

        Raises:
            ClaimError: a definition is used with the wrong number of arguments.
        """
        if not self.where:
            return self.left, self.right
        known = {d.head: (d.parameters, d.body) for d in self.where}
        return expand_definitions(self.left, known), expand_definitions(self.right, known)

    @property
    def parts(self) -> tuple[str, ...]:
        """What can be changed."""
        return (RIGHT, *(d.head for d in self.where), LEFT)

    @property
    def variables(self) -> frozenset[str]:
        """The names whose norms occur, that stand in an inner product, or under an expectation."""
        nodes = [n for side in self.sides() for n in walk(side)]
        found = {n.children[0].identifier for n in nodes if n.head in ("norm", "dot")}
        inside = (names(n) for n in nodes if n.head == "expect")
        inputs = {n.children[1].identifier for n in nodes if n.head == "dot"}
        return frozenset(found.union(*inside) - inputs - CONSTANTS)

    def __str__(self) -> str:
        definitions = "; ".join(map(str, self.where))
        return f"{self.left} = {self.right}" + (f"  where {definitions}" if definitions else "")

    def changed(self, original: Statement) -> str:
        """What has to be written instead: the right side, or whatever else differs from the original.

        Example:
            >>> first = Statement.of(Identity("E[relu(u)]", "|u|"))
            >>> Statement.of(Identity("E[relu(u)]", "|u|/2")).changed(first)
            '|u|/2'
        """
        definitions = [str(d) for d, old in zip(self.where, original.where, strict=True) if d != old]
        if self.left != original.left:
            return "; ".join((f"{self.left} = {self.right}", *definitions))
        right = [str(self.right)] if self.right != original.right or not definitions else []
        return "; ".join((*right, *definitions))


@dataclass(frozen=True)
class Neighbour:
    """A statement near another one.

    Args:
        statement: the changed statement.
        changes: what was changed, one description a place.
        part: which part the last change is in: RIGHT, LEFT, or the head of a definition.
    """

    statement: Statement
    changes: tuple[str, ...]
    part: str

    @property
    def description(self) -> str:
        """The changes as text."""
        return ", and ".join(self.changes)


def neighbours(
    origin: Statement | Neighbour, mending: bool = False, parts: Sequence[str] | None = None
) -> Iterator[Neighbour]:
    """Statements that differ from one in one more place: its right side first, then definitions, then its left side.

    A change that makes a variable disappear from the statement is left out.

    Args:
        origin: the statement, or a neighbour of one.
        mending: whether what a slip may have removed is put back, too; duplicates are left in then.
        parts: the parts that may change: RIGHT, LEFT, heads of definitions; all of them by default.

    Example:
        >>> found = [str(n.statement) for n in neighbours(Statement.of(Identity("E[relu(u)]", "1/2")))]
        >>> found[0], found[-1]
        ('E[relu(u)] = 1', 'E[relu(u)^2] = 1/2')
    """
    statement, earlier = (origin, ()) if isinstance(origin, Statement) else (origin.statement, origin.changes)
    variables = statement.variables
    for part in statement.parts if parts is None else parts:
        side = statement.left if part == LEFT else statement.right
        fragile = part in (LEFT, RIGHT) and not is_closed(side)
        for description, changed in _within(statement, part, mending, variables):
            if not fragile or changed.variables == variables:
                yield Neighbour(changed, (*earlier, description), part)


def _within(statement: Statement, part: str, mending: bool, vectors: frozenset[str]) -> Iterator[tuple[str, Statement]]:
    if part == RIGHT:
        for text, slip in _of_side(statement.right, mending, sorted(vectors)):
            yield text, replace(statement, right=slip)
    elif part == LEFT:
        for text, slip in _of_side(statement.left, False, (), whole=False):
            yield text, replace(statement, left=slip)
    for i, definition in enumerate(statement.where):
        if definition.head == part:
            for text, slip in _of_side(definition.body, mending, definition.parameters):
                where = (*statement.where[:i], replace(definition, body=slip), *statement.where[i + 1 :])
                yield f"{text} in {definition.head}", replace(statement, where=where)


def _of_side(side: Expr, mending: bool, vectors: Sequence[str], whole: bool = True) -> Iterator[tuple[str, Expr]]:
    """Slips of a side; a factor of the left side is the same as one of the right, and left out if whole is False."""
    if mending:
        yield from every_slip(side)
        yield from mends(side, vectors)
    elif whole or is_closed(side):
        yield from slips(side, whole=whole)
    yield from slips_inside(side)

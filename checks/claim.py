"""A claim is data: name, statement, variables with domains, assumptions, source, limits, expected verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count, islice

from analytic.errors import AnalyticError
from analytic.formula import CONSTANTS, Expr, bare_names, names, rewrite, substitute, walk
from analytic.grammar import formula, parse
from analytic.neurons import PAIR, SELF, STUDENTS, TEACHERS, is_loss_derivative
from checks.domain import ANGLES, POSITIVE, REALS, Assumption, Domain, read_assumption, read_domain
from checks.errors import ClaimError
from checks.point_facts import PointFacts
from checks.statements.base import Stated
from checks.verdict import Kind

#: Names that cannot be variables; rho is cos(theta): restrict theta instead.
RESERVED = frozenset((*CONSTANTS, "rho", "E", "I", "L", "x"))
OPERATORS = frozenset(("grad", "hess", "limit"))
#: Definitions may be used so often in one formula, and make it so long.
MOST_USES, LONGEST = 2_000, 20_000


class TwoSided:
    """Two formulas in vectors, theta and parameters, with definitions that both may use."""

    left: str
    right: str
    where: Mapping[str, str]

    def sides(self) -> tuple[Expr, Expr]:
        """Both sides with the definitions expanded.

        Raises:
            ClaimError: a side or a definition cannot be read.
        """
        return _sides(self.left, self.right, tuple(self.where.items()))


@dataclass(frozen=True)
class Identity(TwoSided):
    """left = right, for all values of the variables in their domains.

    Args:
        left: a formula; at least one side has an expectation or a derivative that the witnesses work out.
        right: a formula.
        where: definitions such as ``{"g(w, v)": "..."}`` that both sides may use.

    Example:
        >>> print(Identity("E[relu(u)]", "|u|/sqrt(2*pi)"))
        E[relu(u)] = |u|/sqrt(2*pi)
    """

    left: str
    right: str
    where: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        definitions = "; ".join(f"{k} = {v}" for k, v in self.where.items())
        return f"{self.left} = {self.right}" + (f"  where {definitions}" if definitions else "")

    @classmethod
    def read(cls, text: str, where: Mapping[str, str] | None = None) -> Identity:
        """Reads LEFT = RIGHT.

        Raises:
            ClaimError: there is not one equals sign.

        Example:
            >>> Identity.read("E[relu(u)] = |u|/sqrt(2*pi)").right
            '|u|/sqrt(2*pi)'
        """
        places = [i for i, c in enumerate(text) if c == "=" and text[i - 1 : i] != "!"]
        if len(places) != 1:
            raise ClaimError(f"got {text[:200]!r} with {len(places)} equals signs, expected one: LEFT = RIGHT")
        return cls(text[: places[0]].strip(), text[places[0] + 1 :].strip(), where or {})


@lru_cache(maxsize=4096)
def _sides(left: str, right: str, where: tuple[tuple[str, str], ...]) -> tuple[Expr, Expr]:
    try:
        definitions = {n: (params, body) for n, params, body in (read_definition(k, v) for k, v in where)}
        first, second = (expand_definitions(formula(side), definitions) for side in (left, right))
    except AnalyticError as error:
        raise ClaimError(str(error)) from None
    return first, second


Definitions = Mapping[str, tuple[tuple[str, ...], Expr]]


def read_definition(head: str, body: str) -> tuple[str, tuple[str, ...], Expr]:
    """Reads ``g(w, v)`` and its body.

    Raises:
        ClaimError: the head is not a function of names.
    """
    expr = parse(head)
    if expr.head != "call" or any(a.head != "name" for a in expr.children[1:]):
        raise ClaimError(f"got the definition {head!r}, expected a function of names such as g(w, v)")
    return expr.children[0].identifier, tuple(a.identifier for a in expr.children[1:]), parse(body)


def expand_definitions(expr: Expr, definitions: Definitions) -> Expr:
    """The formula with every defined function replaced by its body.

    Raises:
        ClaimError: a definition that uses itself, the wrong number of arguments, or definitions that double each other
            beyond what can be worked with.
    """
    return _expanded(expr, definitions, 0, count(1))


def _expanded(expr: Expr, definitions: Definitions, depth: int, uses: Iterator[int]) -> Expr:
    if depth > 20:
        raise ClaimError("the definitions use each other in a circle; expected definitions that end")

    def rule(node: Expr) -> Expr | None:
        if node.head != "call" or node.children[0].identifier not in definitions:
            return None
        parameters, body = definitions[node.children[0].identifier]
        if len(parameters) != len(node.children) - 1:
            raise ClaimError(f"got {node}, expected {len(parameters)} arguments as in its definition")
        if next(uses) > MOST_USES:
            raise ClaimError(f"got definitions that use each other more than {MOST_USES:,} times, expected fewer")
        filled = substitute(body, dict(zip(parameters, node.children[1:], strict=True)))
        return _expanded(filled, definitions, depth + 1, uses)

    found = rewrite(expr, rule)
    if depth and sum(1 for _ in islice(walk(found), LONGEST + 1)) > LONGEST:
        raise ClaimError(f"got definitions that grow beyond {LONGEST:,} symbols, expected shorter ones")
    return found


@dataclass(frozen=True)
class SpectrumTable:
    """The complete spectrum of the Hessian at a critical point: eigenvalues with multiplicities.

    Args:
        point: the critical point; ``global`` is W = V = [I_k 0].
        rows: (eigenvalue, multiplicity) as formulas in k, d and pi.

    Example:
        >>> print(SpectrumTable("global", (("1/2", "k*d"),)))
        spectrum at global: 1/2 x k*d
    """

    point: str
    rows: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"spectrum at {self.point}: " + ", ".join(f"{value} x {times}" for value, times in self.rows)


@dataclass(frozen=True)
class Claim:
    """A statement with everything needed to judge it.

    Args:
        name: a path-like name, ``group/name``.
        statement: what is claimed.
        title: one line for people.
        variables: domains by variable: norms ``|w|`` (default (0, oo)), ``theta`` (default [0, pi]), and parameters,
            which must be declared here.
        assumptions: inequalities that restrict the points further.
        source: author year, theorem or equation; "derived" if it is ours.
        limits: where the statement does not apply.
        expect: kinds of verdict that count as a pass; empty: anything but REFUTED.

    Raises:
        ClaimError: a part cannot be read; the message says which and why.

    Example:
        >>> Claim("my/claim", Identity("E[relu(u)]", "|u|/sqrt(2*pi)")).norms
        ('u',)
    """

    name: str
    statement: TwoSided | SpectrumTable | PointFacts | Stated
    title: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    source: str = ""
    limits: str = ""
    expect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = set(self.expect) - {k.value for k in Kind}
        if unknown:
            raise ClaimError(f"got the expected verdicts {sorted(unknown)}, expected some of {[k.value for k in Kind]}")
        if isinstance(self.assumptions, str):
            raise ClaimError(f"got the assumptions {self.assumptions!r}, expected a tuple of inequalities")
        if not isinstance(self.statement, TwoSided):
            for name in self.variables:
                if name.startswith("|"):
                    _check_domain(name, self.domain(name))
            return
        self.sides()
        self._check_variables()
        for assumption in self.read_assumptions():
            self._check_assumption(assumption)

    def _check_variables(self) -> None:
        if len(self.norms) > 2 and not self.neurons:
            raise ClaimError(
                f"got the vectors {', '.join(self.norms)}, expected at most two in one identity; declare constants, "
                f"such as t, by --variable 't=(0, 1)' or variables={{'t': '(0, 1)'}}"
            )
        if self.neurons and self.variables:
            raise ClaimError(
                f"got domains for {', '.join(self.variables)}, expected none: a claim about L holds for all weights"
            )
        known = occurring(self.statement, self.parameters) if isinstance(self.statement, TwoSided) else frozenset()
        for name in self.variables:
            if name not in known:
                raise ClaimError(f"got a domain for {name!r}, which does not occur in {self.statement}")
        if self.limit is not None and "theta" in self.variables:
            raise ClaimError(f"got a domain for theta in a claim about the limit theta -> {self.limit}, expected none")
        for name in (*(f"|{n}|" for n in self.norms), *self.variables):
            _check_domain(name, self.domain(name))

    def _check_assumption(self, assumption: Assumption) -> None:
        used = names(assumption.left) | names(assumption.right)
        nodes = [n for side in (assumption.left, assumption.right) for n in walk(side)]
        closed = not any(n.head in ("expect", "dot") or any(n.is_call(o) for o in OPERATORS) for n in nodes)
        vectors = (bare_names(assumption.left) | bare_names(assumption.right)) & set(self.norms)
        known = {*CONSTANTS, "theta", "rho", *self.norms, *self.parameters}
        if self.neurons or not closed or used - known or vectors:
            raise ClaimError(
                f"got the assumption {assumption.text!r}, expected an inequality between norms, theta and parameters "
                f"of an identity in at most two vectors"
            )

    def sides(self) -> tuple[Expr, Expr]:
        """Both sides of an identity with definitions expanded.

        Raises:
            ClaimError: the statement is no identity.
        """
        if not isinstance(self.statement, TwoSided):
            raise ClaimError(f"got {self.statement}, expected an identity or an inequality")
        return self.statement.sides()

    @property
    def neurons(self) -> bool:
        """Whether the claim is about a derivative of the population loss L."""
        return _has_loss(self.sides())

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in which an identity is compared."""
        if not self.neurons:
            return ("",)
        blocks = [
            [a.identifier for a in n.children[2:]] for s in self.sides() for n in walk(s) if is_loss_derivative(n)
        ]
        return (PAIR,) if ["w_i", "w_j"] in blocks else (SELF, STUDENTS, TEACHERS)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The declared free parameters."""
        return tuple(n for n in self.variables if not n.startswith("|") and n != "theta")

    @property
    def norms(self) -> tuple[str, ...]:
        """The vectors or Gaussian variables in order of appearance."""
        if not isinstance(self.statement, TwoSided) or self.neurons:
            return ()
        return _vectors(self.sides(), self.parameters)

    def domain(self, variable: str) -> Domain:
        """The domain of a variable."""
        if variable == "theta" and self.limit is not None:  # both sides are compared at the limit point
            return read_domain("{" + self.limit + "}")
        default = ANGLES if variable == "theta" else POSITIVE if variable.startswith("|") else REALS
        return read_domain(self.variables.get(variable, default))

    @property
    def limit(self) -> str | None:
        """The angle at which limits are taken, as text, if there are any."""
        return _limit(self.sides()) if isinstance(self.statement, TwoSided) else None

    def read_assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions as inequalities."""
        return tuple(read_assumption(a) for a in self.assumptions)


def _check_domain(name: str, domain: Domain) -> None:
    """Refuses domains on which the closed forms do not hold."""
    if name in RESERVED:
        raise ClaimError(f"got the variable {name!r}, expected another name: this one has a meaning of its own")
    if name.startswith("|") and not domain.within(read_domain(POSITIVE)):
        raise ClaimError(
            f"got a domain for {name} that is not within (0, oo): the closed forms hold for positive norms"
        )
    if name == "theta" and not domain.within(read_domain(ANGLES)):
        raise ClaimError("got a domain for theta that is not within [0, pi], where angles between vectors lie")


def occurring(statement: TwoSided, declared: tuple[str, ...]) -> frozenset[str]:
    """The variables of an identity that may have a domain: parameters, norms, and theta between two vectors.

    Args:
        statement: the identity.
        declared: names that are constants, not vectors; norms and theta among them do no harm.

    Example:
        >>> sorted(occurring(Identity("E[relu(u)*relu(v)]", "t"), ("t",)))
        ['t', 'theta', 'u', 'v', '|u|', '|v|']
    """
    sides = statement.sides()
    if _has_loss(sides):  # it holds for all weights
        return frozenset()
    vectors = _vectors(sides, tuple(n for n in declared if not n.startswith("|") and n != "theta"))
    found = {f"|{n}|" for n in vectors} | frozenset().union(*(names(s) for s in sides))
    return frozenset(found | ({"theta"} if len(vectors) > 1 else set()))


@lru_cache(maxsize=4096)
def _limit(sides: tuple[Expr, Expr]) -> str | None:
    angles = {str(n.children[3]) for s in sides for n in walk(s) if n.is_call("limit") and len(n.children) == 4}
    if len(angles) > 1:
        raise ClaimError(f"got limits at theta = {', '.join(sorted(angles))}, expected one limit point in one claim")
    return next(iter(angles), None)


@lru_cache(maxsize=4096)
def _has_loss(sides: tuple[Expr, Expr]) -> bool:
    return any(is_loss_derivative(n) for s in sides for n in walk(s))


@lru_cache(maxsize=4096)
def _vectors(sides: tuple[Expr, Expr], parameters: tuple[str, ...]) -> tuple[str, ...]:
    functions = {n.children[0] for s in sides for n in walk(s) if n.head == "call"}
    inside = (n for s in sides for e in walk(s) if e.head == "expect" for n in walk(e))
    inputs = {n.children[1] for n in inside if n.head == "dot"}
    skip = {n.identifier for n in (*functions, *inputs)} | {*CONSTANTS, "theta", "rho", "I", *parameters}
    found: dict[str, None] = {}
    for side in sides:
        found |= {n.identifier: None for n in walk(side) if n.head == "name" and n.identifier not in skip}
    return tuple(found)

"""What is typeset is read back as the same statement: every kind, random formulas, every claim of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.errors import AnalyticError
from analytic.formula import Expr, call, name, names, num, power, walk
from analytic.grammar import parse
from checks.catalogue import all_claims, topic_claims
from checks.claim import Claim, Identity, TwoSided
from checks.claim_table import table_of
from checks.errors import ClaimError
from checks.statements.asymptotics import Expansion, Limit, Order
from checks.statements.inequality import Inequality
from checks.statements.ordering import MatrixOrder
from checks.statements.recursion import Recursion
from checks.tex import read_tex
from checks.tex.echo import echo, typeset
from checks.tex.relations import Statement

SYMBOLS = {"H": "H", "T": "owens_t", "F": "dawson", "n": "perp", "gamma": "gamma"}
FUNCTIONS = ("sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "sqrt", "abs", "Phi", "erf", "tanh", "erfi")
ACTIVATIONS = ("relu", "step", "sign", "erf", "gelu", "tanh", "sin", "cos", "exp", "abs", "Phi", "sigmoid", "softplus")


def formulas(leaves: st.SearchStrategy[Expr], functions: tuple[str, ...], most: int) -> st.SearchStrategy[Expr]:
    """Random formulas: sums, products, quotients, powers of all kinds, functions in functions."""

    def larger(part: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        exponents = st.sampled_from([Fraction(n, 2) for n in range(-6, 7) if n])
        raised = st.tuples(part, exponents).map(_raised)
        return st.one_of(
            st.tuples(part, part).map(lambda p: p[0] + p[1]),
            st.tuples(part, part).map(lambda p: p[0] - p[1]),
            st.lists(part, min_size=2, max_size=4).map(_product),
            st.tuples(part, part).map(lambda p: _product([p[0], _raised((p[1], Fraction(-1)))])),
            raised,
            st.tuples(st.sampled_from(functions), part).map(lambda p: call(p[0], p[1])),
            st.tuples(st.sampled_from(("sin", "cos", "log", "tanh")), part, st.integers(2, 3)).map(
                lambda p: power(call(p[0], p[1]), num(p[2]))
            ),
        )

    return st.recursive(leaves, larger, max_leaves=most)


def _raised(pair: tuple[Expr, Fraction]) -> Expr:
    try:
        return power(pair[0], num(pair[1]))
    except AnalyticError:
        return pair[0]


def _product(factors: list[Expr]) -> Expr:
    product = factors[0]
    for factor in factors[1:]:
        product = product * factor
    return product


def _numbers() -> st.SearchStrategy[Expr]:
    return st.fractions(-5, 5, max_denominator=9).filter(bool).map(num)


CLOSED = formulas(
    st.one_of(
        _numbers(),
        st.sampled_from(("t", "s_1", "lambda", "theta", "rho", "pi", "euler_gamma")).map(name),
        st.sampled_from(("u", "v")).map(lambda n: Expr("norm", (name(n),))),
    ),
    FUNCTIONS,
    12,
)
INTEGRANDS = formulas(st.one_of(_numbers(), st.sampled_from(("u", "v", "t", "pi")).map(name)), ACTIVATIONS, 8)
DOMAINS = {"t": "(0, 1)", "s_1": "(0, 1)", "lambda": "(0, 1)"}


def same(text: str, stated: Statement, variables: dict[str, str], gaussian: tuple[str, ...]) -> None:
    """The statement that is read is the one that was typeset, formula by formula."""
    try:
        found = read_tex(text, SYMBOLS, variables, gaussian).statement
    except ClaimError as error:
        raise AssertionError(f"{text}: {error}") from None
    assert type(found) is type(stated), text
    before, after = (table_of(Claim("a", s)) if not isinstance(s, TwoSided) else vars(s) for s in (stated, found))
    assert _read(before) == _read(after), text


def _read(value: object) -> object:
    """Texts as the formulas that they are."""
    if isinstance(value, dict):
        return {k: _read(v) for k, v in value.items() if v not in ({}, None)}
    if isinstance(value, (list, tuple)):
        return [_read(v) for v in value]
    if isinstance(value, str):
        try:
            return parse(value)
        except AnalyticError:  # an interval, a point with a side, a relation
            return value.replace(" ", "")
    return value


def _identities(right: Expr, inside: Expr) -> Identity:
    return Identity(str(call("abs", Expr("expect", (inside,))) + Expr("expect", (parse("u*v"),))), str(right))


def test_the_euler_constant_before_a_bracket() -> None:
    """It is no function, even where gamma is declared as one."""
    check_identity(parse("euler_gamma*log(t)^2"), parse("u"))


@settings(max_examples=15, deadline=None)
@given(CLOSED, INTEGRANDS)
def test_identities(right: Expr, inside: Expr) -> None:
    check_identity(right, inside)


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(CLOSED, INTEGRANDS)
def test_many_identities(right: Expr, inside: Expr) -> None:
    check_identity(right, inside)


def check_identity(right: Expr, inside: Expr) -> None:
    stated = _identities(right, inside)
    used = {n for s in (stated.left, stated.right) for n in names(parse(s))}
    same(typeset(stated), stated, {n: d for n, d in DOMAINS.items() if n in used}, ("u", "v"))


@settings(max_examples=10, deadline=None)
@given(CLOSED, st.sampled_from(("<", "<=", ">", ">=")))
def test_inequalities(right: Expr, relation: str) -> None:
    stated = Inequality("E[u*v]", relation, str(right))
    used = names(right)
    same(typeset(stated), stated, {n: d for n, d in DOMAINS.items() if n in used}, ("u", "v"))


OF_T = formulas(st.one_of(_numbers(), st.just(name("t")), st.just(name("pi"))), FUNCTIONS, 6)


POINTS = st.sampled_from(("0", "0+", "0-", "oo", "-oo", "1", "1-", "pi+", "1/2", "-1+", "sqrt(2)"))
ORDERS = st.fractions(-3, 9, max_denominator=2)


@settings(max_examples=10, deadline=None)
@given(OF_T, POINTS, ORDERS)
def test_limits_expansions_and_orders(part: Expr, point: str, order: Fraction) -> None:
    check_asymptotics(part, point, order)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(OF_T, POINTS, ORDERS)
def test_many_limits_expansions_and_orders(part: Expr, point: str, order: Fraction) -> None:
    check_asymptotics(part, point, order)


def check_asymptotics(part: Expr, point: str, order: Fraction) -> None:
    same(typeset(Limit(str(part), "t", point, "pi/2")), Limit(str(part), "t", point, "pi/2"), {}, ())
    expansion = Expansion(str(part), "t", point, "1 - t/2", str(order))
    same(typeset(expansion), expansion, {}, ())
    asymptotic = Order(str(part), "t", point, str(order), "2*pi")
    approach = asymptotic.approach()
    if len(approach.sides) == 1 or (order.denominator == 1 and order % 2 == 0):  # else f ~ g is the limit of f/g
        same(typeset(asymptotic), asymptotic, {}, ())


ENTRIES = st.one_of(_numbers(), st.sampled_from(("t", "t^2/3", "-sqrt(1 - t)", "cos(t)*(1 + t)")).map(parse))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(ENTRIES, min_size=3, max_size=3), min_size=3, max_size=3), st.booleans(), st.booleans())
def test_orders_of_matrices(rows: list[list[Expr]], strict: bool, other: bool) -> None:
    left = tuple(tuple(str(e) for e in row) for row in rows)
    right = (("1", "0", "0"), ("0", "2", "0"), ("0", "0", "3")) if other else ()
    used = any("t" in names(e) for row in rows for e in row)
    domains = {"t": "(0, 1)"} if used else {}
    stated = MatrixOrder(left, right, strict, domains)
    same(typeset(stated), stated, domains, ())


RECURSIONS = (
    Recursion("2*E[relu(u)*relu(v)]", "1", "[-1, 1]", power="2", constant="9*pi^2/2"),
    Recursion("(1 + c)/2", "1", "[-1, 1)", "1/2"),
    Recursion("c/2 - c^3/6", "0", "(-1, 1)", "1/2"),
    Recursion("(sqrt(1 - c^2) + c*(pi - acos(c)))/pi", "1"),
    Recursion("c/(1 + c)", "0", "(0, oo)", power="1", constant="1"),
    Recursion("E[sign(u)*sign(v)]/2", "0", "[0, 1/2]"),
)


@pytest.mark.parametrize("stated", RECURSIONS, ids=str)
def test_recursions(stated: Recursion) -> None:
    same(typeset(stated), stated, {}, ())


def _random_names(exprs: list[Expr], parameters: tuple[str, ...]) -> tuple[str, ...]:
    inside = [n for e in exprs for x in walk(e) if x.head == "expect" for n in walk(x)]
    inputs = {n.children[1].identifier for n in inside if n.head == "dot"}
    dotted = {n.children[0].identifier for n in inside if n.head == "dot"}
    functions = {n.children[0].identifier for n in inside if n.head == "call"}
    found = {n.identifier for n in inside if n.head == "name"} - dotted - functions - {"pi", *parameters}
    return tuple(sorted(found | inputs))


@pytest.mark.parametrize("claims", [topic_claims, pytest.param(all_claims, marks=pytest.mark.slow)])
def test_every_claim_of_the_catalogue_that_has_a_form(claims: Callable[[], dict[str, Claim]]) -> None:
    kinds: dict[str, int] = {}
    for claim in claims().values():
        stated = claim.statement
        if not isinstance(stated, (Identity, Inequality, MatrixOrder, Limit, Expansion, Order, Recursion)):
            continue
        if isinstance(stated, (Limit, Expansion, Order)) and stated.family is not None:
            continue  # quantities of families of critical points have keys, no LaTeX
        sides = [parse(stated.left), parse(stated.right)] if isinstance(stated, TwoSided) else []
        sides += [e for row in stated.difference for e in row] if isinstance(stated, MatrixOrder) else []
        variables = dict(stated.domains) if isinstance(stated, MatrixOrder) else dict(claim.variables)
        same(typeset(stated), stated, variables, _random_names(sides, claim.parameters))
        kinds[type(stated).__name__] = kinds.get(type(stated).__name__, 0) + 1
    assert kinds["Identity"] >= 19, kinds


def test_the_echo_brackets_what_has_two_readings() -> None:
    assert echo(parse("sin(theta)*(1 - t)")) == r"\sin\left(\theta\right) \left(1 - t\right)"
    assert echo(parse("sin(theta)*cos(theta)")) == r"\sin \theta \cos \theta"

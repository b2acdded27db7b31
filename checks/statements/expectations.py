"""Expectations in limits, expansions and orders: their closed forms, and where they exist."""

from __future__ import annotations

from dataclasses import replace

from analytic.errors import AnalyticError
from analytic.formula import Expr, names, rewrite, walk
from analytic.opening import gaussian_names
from analytic.writing import written
from checks.claim import Claim
from checks.derived import derived_form
from checks.domain import POSITIVE
from checks.existence import jump_conditions
from checks.statements.asymptotics import Asymptotic


def gaussian_vectors(claim: Claim) -> tuple[str, ...]:
    """The Gaussian variables of the expectations of a limit, in order of appearance.

    Raises:
        AnalyticError: they cannot be told from parameters.
    """
    found: dict[str, None] = {}
    for node in _expectations(claim):
        found |= dict.fromkeys(gaussian_names(node.children[0], numbers_of(claim)))
    return tuple(found)


def numbers_of(claim: Claim) -> tuple[str, ...]:
    """The names that are numbers: parameters, and the variable that tends to a point."""
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    return tuple(n for n in (*claim.variables, stated.variable) if not n.startswith("|") and n != "theta")


def with_norms(claim: Claim) -> Claim:
    """The claim with a domain for each norm that is neither declared nor the variable: all positive numbers.

    Example:
        >>> from checks.statements.asymptotics import Limit
        >>> dict(with_norms(Claim("it", Limit("E[relu(u)*relu(v)]", "theta", "0", "|u|*|v|/2"))).variables)
        {'|u|': '(0, oo)', '|v|': '(0, oo)'}
    """
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    try:
        norms = [f"|{n}|" for n in gaussian_vectors(claim)]
    except AnalyticError:  # said where the expectations are derived
        return claim
    missing = {n: POSITIVE for n in norms if n not in claim.variables and n != stated.variable}
    return replace(claim, variables={**claim.variables, **missing}) if missing else claim


def derived_formula(claim: Claim) -> tuple[Expr, tuple[Expr, ...]]:
    """The formula of a limit with its expectations derived, and what has to be positive for them to exist.

    Raises:
        AnalyticError: an expectation has no closed form.

    Example:
        >>> from checks.statements.asymptotics import Limit
        >>> print(derived_formula(Claim("it", Limit("E[exp(t*u^2)]", "t", "0", "1")))[0])
        1/sqrt(1 - 2*|u|^2*t)
    """
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    vectors, numbers = gaussian_vectors(claim), numbers_of(claim)
    conditions: dict[Expr, None] = {}

    def derived(node: Expr) -> Expr | None:
        if node.head != "expect":
            return None
        result = derived_form(node.children[0], vectors, numbers)
        conditions.update(dict.fromkeys(written(c) for c in result.field.conditions))
        conditions.update(dict.fromkeys(jump_conditions(node.children[0], numbers, vectors)))
        return result.value

    return rewrite(stated.formula(), derived), tuple(c for c in conditions if names(c))


def has_expectations(claim: Claim) -> bool:
    """Whether a limit is one of an expectation."""
    return bool(_expectations(claim))


def _expectations(claim: Claim) -> list[Expr]:
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    return [] if stated.family is not None else [n for n in walk(stated.formula()) if n.head == "expect"]

"""Senen-Cerda, Sanders 2020: dropout on shallow linear networks; loss, minimisers and rate as identities."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity

KEY = "senen-cerda-sanders-2020"
_claim = Entries(KEY).claim
DERIVED = "derived; for Senen-Cerda and Sanders 2020"
KEEP = {"p": "(0, 1)"}
REALS = {"y": "(-oo, oo)", "a": "(-oo, oo)", "b": "(-oo, oo)"}
SCALAR = {"p": "(0, 1)", "y": "(0, oo)", "f": "[1, oo)"}
C = {"c(y, p, f)": "y/(p*f + 1 - p)"}

CLAIMS = (
    _claim(
        "loss-one-unit",
        Identity("p*(y - a*b)^2 + (1 - p)*y^2", "(y - p*a*b)^2 + p*(1 - p)*a^2*b^2"),
        "E over one filter: loss of the mean network plus p (1 - p) |W2|^2 |W1|^2",
        DERIVED,
        variables={**KEEP, **REALS},
    ),
    _claim(
        "loss-two-units",
        Identity(
            "p^2*(y - a - b)^2 + p*(1 - p)*(y - a)^2 + (1 - p)*p*(y - b)^2 + (1 - p)^2*y^2",
            "(y - p*(a + b))^2 + p*(1 - p)*(a^2 + b^2)",
        ),
        "E over two filters; a and b are the products of the two units",
        DERIVED,
        variables={**KEEP, **REALS},
    ),
    _claim(
        "loss-prefactor",
        Identity("p*(y - a*b)^2 + (1 - p)*y^2", "(y - p*a*b)^2 + (1 - p)*a^2*b^2"),
        "A trap: the penalty with 1 - p for p (1 - p)",
        "derived: right only for filters divided by p, and then for p times the penalty",
        variables={**KEEP, **REALS},
        expect="REFUTED",
    ),
    _claim(
        "balanced-critical",
        Identity("y - p*f*c(y, p, f)", "(1 - p)*c(y, p, f)", C),
        "The balanced minimiser c = y/(p f + 1 - p) is critical: the residual is (1 - p) c",
        f"{DERIVED}, scalar case",
        variables=SCALAR,
    ),
    _claim(
        "soft-threshold",
        Identity("p*f*c(y, p, f)", "y - ((1 - p)/p)/(f + (1 - p)/p)*y", C),
        "p W2 W1 = s - alpha, alpha = lambda/(f + lambda) s, lambda = (1 - p)/p, at rank one",
        f"{DERIVED}, scalar case",
        variables=SCALAR,
    ),
    _claim(
        "soft-threshold-other",
        Identity("p*f*c(y, p, f)", "y - (1 - p)/(f + 1 - p)*y", C),
        "A trap: lambda = 1 - p for (1 - p)/p",
        "derived: the convention for filters divided by p has another lambda",
        variables=SCALAR,
        expect="REFUTED",
    ),
    _claim(
        "eigenvalue-bulk",
        Identity("2*(2*p*(1 - p)*c(y, p, f))", "4*p*(1 - p)*y/(p*f + 1 - p)", C),
        "Hessian at the balanced minimiser: the eigenvalue of multiplicity f - 1",
        f"{DERIVED}, scalar case; [same authors] rate O(p(1 - p)/(p D + 1 - p))",
        variables=SCALAR,
    ),
    _claim(
        "eigenvalue-top",
        Identity("2*(2*p^2*c(y, p, f)*f + 2*p*(1 - p)*c(y, p, f))", "4*p*y", C),
        "Hessian at the balanced minimiser: the simple eigenvalue",
        f"{DERIVED}, scalar case",
        variables=SCALAR,
    ),
    _claim(
        "value",
        Identity("(y - p*f*c(y, p, f))^2 + p*(1 - p)*f*c(y, p, f)^2", "(1 - p)*y^2/(p*f + 1 - p)", C),
        "The loss at the balanced minimiser",
        f"{DERIVED}, scalar case",
        variables=SCALAR,
    ),
    _claim(
        "rate-bound",
        Identity("4*p*(1 - p)/(2*p + 1 - p)", "4*(3 - 2*sqrt(2)) - 4*(p - (sqrt(2) - 1))^2/(1 + p)"),
        "The local rate at f = 2, y = 1 is at most 4 (3 - 2 sqrt 2), attained at p = sqrt 2 - 1",
        "derived: maximum of 4 p (1 - p)/(1 + p)",
        variables={"p": "[0, 1]"},
    ),
)

PAPER = Paper(
    "J",
    KEY,
    "Senen-Cerda, Sanders 2020, Asymptotic convergence rate of dropout on shallow linear networks, 2012.01978",
    CLAIMS,
    open=(
        ("minimisers for matrices of any rank, products equalised", "no kind of statement for matrices of any size"),
        ("the flow decays with the smallest positive eigenvalue", "simulation; the minimisers form a continuum"),
    ),
)

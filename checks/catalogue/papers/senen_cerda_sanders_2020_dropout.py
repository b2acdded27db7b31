"""Senen-Cerda, Sanders 2020: dropout on shallow linear networks; loss, minimisers and rate as identities."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality
from checks.statements.simulation import Simulation

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
    _claim(
        "eigenvalue-unbalanced",
        Inequality("2*p*(1 - p)*c*(r^2 + 1/r^2)", ">=", "4*p*(1 - p)*c"),
        "At the minimiser a = r sqrt c, b = sqrt(c)/r the same eigenvalue is 2 p (1 - p) c (r^2 + r^-2): larger",
        f"{DERIVED}, scalar case",
        variables={"p": "[0, 1]", "c": "[0, 4]", "r": "[1/4, 4]"},
    ),
    _claim(
        "eigenvalue-unbalanced-same",
        Identity("2*p*(1 - p)*c*(r^2 + 1/r^2)", "4*p*(1 - p)*c"),
        "A trap: the balanced eigenvalue at every minimiser",
        "derived: the assumption of balance violated",
        variables={"p": "(0, 1)", "c": "(0, oo)", "r": "(0, oo)"},
        expect="REFUTED",
    ),
    _claim(
        "rate-positive",
        Inequality("4*p*(1 - p)/(p*f + 1 - p)", ">", "0"),
        "The rate is positive for p < 1",
        DERIVED,
        variables={"p": "[1/100, 99/100]", "f": "[1, 100]"},
    ),
    _claim(
        "rate-without-dropout",
        Inequality("4*p*(1 - p)/(p*f + 1 - p)", ">", "0"),
        "A trap: a positive rate without dropout, at p = 1",
        "derived: the assumption p < 1 violated",
        variables={"p": "[1/100, 1]", "f": "[1, 100]"},
        expect="REFUTED",
    ),
    # differences of a polynomial: rounding errors alone
    _claim(
        "simulated-eigenvalues",
        Simulation("senen-cerda-sanders-2020/eigenvalues", ("difference < 0.000000000001",), 7, 4),
        "The Hessian at the balanced minimiser has exactly these eigenvalues, with multiplicities f - 1, 1, and f at 0",
        f"{DERIVED}, scalar case",
        expect="CONSISTENT",
        limits="one unit of input and output; y and p random",
    ),
    _claim(
        "simulated-eigenvalues-unbalanced",
        Simulation("senen-cerda-sanders-2020/eigenvalues", ("difference_unbalanced < 0.000000000001",), 7, 4),
        "A trap: the same eigenvalues at the minimiser r = 2",
        "derived: the assumption of balance violated",
        expect="REFUTED",
        limits="one unit of input and output; y and p random",
    ),
    # stationary to rounding errors; the rate to 2 %: the next modes have died out by e^-5 and more
    _claim(
        "simulated-scalar",
        Simulation(
            "senen-cerda-sanders-2020/scalar",
            ("stationary < 0.000000000001", "negative < 0.000000000001", "rate > 0.98", "rate < 1.02"),
            7,
            1,
        ),
        "The flow from a perturbed balanced minimiser decays with the smallest positive eigenvalue",
        f"{DERIVED}: local rate",
        expect="CONSISTENT",
    ),
    _claim(
        "simulated-matrix",
        Simulation(
            "senen-cerda-sanders-2020/matrix",
            ("stationary < 0.000000000001", "negative < 0.000000000001", "rate > 0.98", "rate < 1.02"),
            7,
            2,
        ),
        "Matrices: the closed minimiser, products equalised, is stationary with no negative curvature; the same rate",
        DERIVED,
        expect="CONSISTENT",
    ),
    _claim(
        "simulated-unbalanced",
        Simulation("senen-cerda-sanders-2020/unbalanced", ("rate < 1.02",), 7, 3),
        "A trap: near the unbalanced minimiser r = 2 the flow decays at the balanced rate",
        "derived: the assumption of balance violated",
        expect="REFUTED",
        limits="one unit of input and output, also at full sizes",
    ),
)

PAPER = Paper(
    "J",
    KEY,
    "Senen-Cerda, Sanders 2020, Asymptotic convergence rate of dropout on shallow linear networks, 2012.01978",
    CLAIMS,
    open=(
        (
            "minimisers for matrices of any rank, products equalised",
            "simulated at one size, 3 x 4 with four units; no kind of statement for matrices of any size",
        ),
        (
            "the flow decays with the smallest positive eigenvalue",
            "simulated at two sizes; the minimisers form a continuum",
        ),
    ),
    findings=(
        "near unbalanced minimisers the flow need not be faster: at r = 2 with one input and output it is, for 3 x 4 "
        "matrices and four units it decays at 0.455 of the balanced rate, in two runs: measured, derived target",
    ),
)

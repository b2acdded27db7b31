"""Shevchenko et al. 2022: knots of univariate networks between samples; stationary units with weight decay."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality

KEY = "shevchenko-2022"
_claim = Entries(KEY).claim
DERIVED = (
    "derived; for Shevchenko et al. 2022 without noise: c [a x - b]_+, weight decay t, p and q moments of the residual "
    "over the samples that the unit sees: t a = c p, t b = -c q, t c = a p - b q"
)
MOMENTS = {"p": "(0, oo)", "q": "(-oo, oo)", "c": "(0, oo)", "t": "(0, oo)"}
CRITICAL = {"t(p, q)": "sqrt(p^2 + q^2)"}

CLAIMS = (
    _claim(
        "one-knot-a-side",
        Identity("(-c*q/t)/(c*p/t)", "-q/p"),
        "The knot b/a of a stationary unit depends on the moments alone: one between neighbours, for each sign of a",
        DERIVED,
        variables=MOMENTS,
    ),
    _claim(
        "decay-is-norm",
        Identity("(c*p/t(p, q))*p - (-c*q/t(p, q))*q", "t(p, q)*c", CRITICAL),
        "A stationary unit needs t = |(p, q)|",
        DERIVED,
        variables={"p": "(0, oo)", "q": "(-oo, oo)", "c": "(0, oo)"},
    ),
    _claim(
        "balanced",
        Identity("(c*p/t(p, q))^2 + (-c*q/t(p, q))^2", "c^2", CRITICAL),
        "And is balanced: a^2 + b^2 = c^2",
        DERIVED,
        variables={"p": "(0, oo)", "q": "(-oo, oo)", "c": "(0, oo)"},
    ),
    _claim(
        "any-decay",
        Identity("(c*p/t)*p - (-c*q/t)*q", "t*c"),
        "A trap: stationary at every decay",
        "derived: the condition on t violated",
        variables=MOMENTS,
        expect="REFUTED",
    ),
    _claim(
        "best-direction",
        Inequality("(a*p - b*q)^2", "<=", "(a^2 + b^2)*(p^2 + q^2)"),
        "Of all units with that pattern the stationary one gains most from its norm",
        DERIVED,
        variables={"a": "[-2, 2]", "b": "[-2, 2]", "p": "[-2, 2]", "q": "[-2, 2]"},
    ),
)

PAPER = Paper(
    "K",
    KEY,
    "Shevchenko, Kungurtsev, Mondelli 2022, Mean-field analysis of piecewise linear solutions for "
    "wide ReLU networks, JMLR",
    CLAIMS,
    open=(
        (
            "at most three knots between neighbouring samples",
            "the limit of noisy gradient descent: not simulated, knots gather too slowly to be counted in seconds",
        ),
    ),
)

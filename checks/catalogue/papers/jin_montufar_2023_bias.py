"""Jin, Montufar 2023: the implicit bias of wide univariate networks; the density that weighs the curvature."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.claim import Identity
from checks.statements.asymptotics import Expansion, Limit
from checks.statements.inequality import Inequality
from checks.statements.simulation import Simulation

KEY = "jin-montufar-2023"
_claim, _slow = Entries(KEY).claim, Entries(KEY, ON_REQUEST_GROUP).claim
ZETA = "E[abs(u)^3*exp(-t^2*u^2/(2*s^2))]/(sqrt(2*pi)*s)"
PUBLISHED = "Jin and Montufar 2023, zeta for Gaussian weights"
POINT = {"t": "(-oo, oo)", "s": "(0, oo)"}

CLAIMS = (
    _claim(
        "zeta-gaussian",
        Identity(ZETA, "2*|u|^3*s^3/(pi*(s^2 + t^2*|u|^2)^2)"),
        "zeta(x) = int |W|^3 p(W, -W x) dW at t = x, |u| = sigma_w, s = sigma_b",
        PUBLISHED,
        variables=POINT,
    ),
    _claim(
        "zeta-first-power",
        Identity(ZETA, "2*|u|^3*s^3/(pi*(s^2 + t^2*|u|^2))"),
        "A trap: the square in the denominator forgotten",
        "derived",
        variables=POINT,
        expect="REFUTED",
    ),
    _claim(
        "zeta-second-moment",
        Identity("E[abs(u)*exp(-t^2*u^2/(2*s^2))]/(sqrt(2*pi)*s)", "|u|*s/(pi*(s^2 + t^2*|u|^2))"),
        "The density of the knots: int |W| p(W, -W x) dW is Cauchy's",
        "derived",
        variables=POINT,
    ),
    _claim(
        "zeta-greatest",
        Inequality("2/(pi*(1 + t^2)^2)", "<=", "2/pi"),
        "zeta is largest at 0: curvature is cheapest there",
        "derived, at unit deviations",
        variables={"t": "(-oo, oo)"},
        expect="CERTIFIED",
    ),
    _claim(
        "zeta-tail",
        Expansion("2/(pi*(1 + t^2)^2)", "t", "oo", "2/(pi*t^4)", "6"),
        "zeta decays like x^(-4)",
        "derived, at unit deviations",
    ),
    _claim(
        "zeta-flat",
        Limit("2*s^3/(pi*(s^2 + 1)^2)*s", "s", "oo", "2/pi"),
        "Wide biases: s zeta tends to a constant, as for uniform laws, and the natural cubic spline",
        "derived, at x = 1 and sigma_w = 1",
    ),
    # O(n^(-1/2)), measured over a factor 20 in n with 40 networks each: the exponent has a standard error of 0.04
    _claim(
        "simulated-uniform",
        Simulation("jin-montufar-2023/uniform", ("natural_exponent < -0.4",), 7, 1),
        "Uniform biases: least-norm networks tend to the natural cubic spline like n^(-1/2)",
        "Jin and Montufar 2023, uniform initialisation, error O(n^(-1/2))",
        expect="CONSISTENT",
    ),
)

#: More than three seconds each.
SLOW = (
    _slow(
        "simulated-gaussian",
        Simulation("jin-montufar-2023/gaussian", ("weighed_exponent < -0.4",), 7, 2),
        "Gaussian weights: they tend to the spline that minimises int g''^2/zeta, like n^(-1/2)",
        PUBLISHED,
        expect="CONSISTENT",
    ),
    _slow(
        "simulated-gaussian-natural",
        Simulation("jin-montufar-2023/gaussian", ("natural_exponent < -0.4",), 7, 2),
        "A trap: Gaussian weights lead to the natural cubic spline too",
        "derived: the assumption of uniform biases violated",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "I",
    KEY,
    "Jin, Montufar 2023, Implicit bias of gradient descent for mean squared error regression with wide networks, JMLR",
    CLAIMS,
    SLOW,
    open=(
        (
            "lazy training minimises int (g'' - f_0'')^2/zeta, error O(n^(-1/2))",
            "simulated; the theorem is a statement on functionals and descents",
        ),
        ("zeta for uniform laws", "simulated; Gaussian expectations only"),
    ),
)

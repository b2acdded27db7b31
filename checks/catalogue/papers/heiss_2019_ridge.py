"""Heiss et al. 2019: ridge regression on random ReLU features penalises a weighted second derivative."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.claim import Identity
from checks.statements.simulation import Simulation

KEY = "heiss-2019"
_claim, _slow = Entries(KEY).claim, Entries(KEY, ON_REQUEST_GROUP).claim
DERIVED = "derived; for Heiss et al. 2019: weights of deviation |u|, biases of deviation s, knot at t"
POINT = {"t": "(-oo, oo)", "s": "(0, oo)"}
RIDGE = {"k": "(0, oo)", "r": "(0, oo)", "y": "(-oo, oo)"}

CLAIMS = (
    _claim(
        "knots",
        Identity("E[abs(u)*exp(-t^2*u^2/(2*s^2))]/(sqrt(2*pi)*s)", "|u|*s/(pi*(s^2 + t^2*|u|^2))"),
        "g, the density of the knots for Gaussian weights and biases",
        DERIVED,
        variables=POINT,
    ),
    _claim(
        "slope-at-knot",
        Identity(
            "E[abs(u)^3*exp(-t^2*u^2/(2*s^2))]",
            "2*|u|^2*s^2/(s^2 + t^2*|u|^2)*E[abs(u)*exp(-t^2*u^2/(2*s^2))]",
        ),
        "E[v^2 | knot at t] = 2 |u|^2 s^2/(s^2 + t^2 |u|^2): the penalty on f'' is weighed by 1/(g E[v^2 | t])",
        DERIVED,
        variables=POINT,
    ),
    _claim(
        "slope-independent",
        Identity("E[abs(u)^3*exp(-t^2*u^2/(2*s^2))]", "|u|^2*E[abs(u)*exp(-t^2*u^2/(2*s^2))]"),
        "A trap: the slope at a knot taken for independent of the knot",
        "derived: conditioning forgotten",
        variables=POINT,
        expect="REFUTED",
    ),
    _claim(
        "ridge-value",
        Identity("(y - k*y/(k + r))^2 + r*(k*y/(k + r))^2/k", "r*y^2/(k + r)"),
        "One point, kernel k, ridge r: the least of |f - y|^2 + r |c|^2",
        DERIVED,
        variables=RIDGE,
    ),
    _claim(
        "ridge-optimal",
        Identity("(y - f)^2 + r*f^2/k - r*y^2/(k + r)", "(k + r)/k*(f - k*y/(k + r))^2"),
        "And every other f(x) is worse by a square",
        DERIVED,
        variables={**RIDGE, "f": "(-oo, oo)"},
    ),
)

#: More than three seconds each. O(n^(-1/2)) over a factor 20 in n: the exponent has a standard error of 0.04.
SLOW = (
    _slow(
        "simulated-ridge",
        Simulation("heiss-2019/ridge", ("exponent < -0.4",), 7, 1),
        "Wide random features: ridge regression tends to the spline that penalises the weighed curvature",
        "recalled: Heiss et al. 2019; weights derived",
        expect="CONSISTENT",
        limits="positive inner weights, f = f' = 0 at the left end of the knots",
    ),
    _slow(
        "simulated-ridge-unweighed",
        Simulation("heiss-2019/ridge", ("exponent_unweighed < -0.4",), 7, 1),
        "A trap: to the spline that penalises the curvature alike everywhere",
        "derived: the weight forgotten",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "K",
    KEY,
    "Heiss, Teichmann, Wutte 2019, How implicit regularization of ReLU neural networks characterizes the learned "
    "function, 1911.02903",
    CLAIMS,
    SLOW,
    open=(("gradient descent without a penalty, stopped early, acts as ridge", "a statement on flows"),),
)

"""Ergen et al. 2022: batch normalisation by convex duality; the closed form for n <= d, norm by norm."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality
from checks.statements.simulation import Simulation

KEY = "ergen-2022"
_claim, _slow = Entries(KEY).claim, Entries(KEY, ON_REQUEST_GROUP).claim
RECALLED = "recalled: Ergen et al. 2022, closed form for n <= d, full row rank"
DERIVED = "derived; p = |y_+|, t = beta"
NORMS = {"p": "(0, oo)", "t": "(0, oo)"}
ACTIVE = ("t < p",)

CLAIMS = (
    _claim(
        "normalised-relu",
        Identity("E[(relu(u) - |u|/sqrt(2*pi))^2]", "|u|^2*(1/2 - 1/(2*pi))"),
        "What batch normalisation divides by: the variance of a ReLU",
        "derived: population batch normalisation of a Gaussian pre-activation",
    ),
    _claim(
        "weight-is-prediction",
        Identity("(1 - t/p)*p", "p - t"),
        "The second-layer weight (|y_+| - beta)_+ is the norm of the prediction (1 - beta/|y_+|)_+ y_+",
        f"{RECALLED}; {DERIVED}",
        variables=NORMS,
        assumptions=ACTIVE,
    ),
    _claim(
        "value",
        Identity("(p - (p - t))^2/2 + t*(p - t)", "t*p - t^2/2"),
        "The value 1/2 |yhat - y|^2 + beta (|y_+| - beta) of one sign",
        f"{RECALLED}; {DERIVED}",
        variables=NORMS,
        assumptions=ACTIVE,
    ),
    _claim(
        "optimal",
        Identity("(p - s)^2/2 + t*s - (t*p - t^2/2)", "(p - t - s)^2/2"),
        "Every other weight s is worse by half the square of its distance",
        DERIVED,
        variables={**NORMS, "s": "[0, oo)"},
    ),
    _claim(
        "certificate",
        Identity("(p - (1 - t/p)*p)/t", "1"),
        "The dual certificate y - yhat has norm beta on each active sign",
        DERIVED,
        variables=NORMS,
        assumptions=ACTIVE,
    ),
    _claim(
        "value-inactive",
        Identity("p^2/2", "t*p - t^2/2"),
        "A trap: beta > |y_+|, the closed form without its positive part; the value is |y_+|^2/2",
        "derived: the assumption beta < |y_+| violated",
        variables=NORMS,
        assumptions=("t > p",),
        expect="REFUTED",
    ),
    _claim(
        "value-inactive-weight",
        Inequality("(p - s)^2/2 + 2*s", ">=", "p^2/2"),
        "Where beta = 2 exceeds |y_+| weight 0 is optimal",
        DERIVED,
        variables={"p": "[0, 7/4]", "s": "[0, 4]"},
    ),
    _claim(
        "scale",
        Identity("(p/sqrt(p^2 + q^2))^2 + (q/sqrt(p^2 + q^2))^2", "1"),
        "gamma^2 + alpha^2 = 1 for scale and shift from a direction",
        RECALLED,
        variables={"p": "(0, oo)", "q": "(0, oo)"},
    ),
    # not below: to the accuracy of 1e-9 to which the optimiser works; reached: to a thousandth of |y|^2/2
    _claim(
        "simulated-closed-form",
        Simulation("ergen-2022/closed-form", ("gap >= -0.000000001", "gap < 0.001"), 7, 1),
        "n <= d: the best of several trained networks reaches the value of the closed form, and none goes below it",
        f"{RECALLED}; value derived",
        expect="CONSISTENT",
    ),
    _claim(
        "simulated-large-decay",
        Simulation("ergen-2022/large-decay", ("gap >= -0.000000001", "gap < 0.001"), 7, 2),
        "beta above |y_+| and |y_-|: the same, with the positive parts",
        f"{RECALLED}; value derived",
        expect="CONSISTENT",
    ),
    _claim(
        "simulated-large-decay-unclipped",
        Simulation("ergen-2022/large-decay", ("gap_without_positive_part < 0.001",), 7, 2),
        "A trap: beta above |y_+| and |y_-|, the closed form without its positive parts",
        "derived: the assumption beta < |y_+| violated",
        expect="REFUTED",
    ),
)

#: More than three seconds each.
SLOW = (
    _slow(
        "simulated-many-points",
        Simulation("ergen-2022/many-points", ("gap < 0.001",), 7, 3),
        "A trap: the value of the closed form is reached with more points than dimensions",
        "derived: the assumption n <= d violated",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "H",
    KEY,
    "Ergen et al. 2022, Demystifying batch normalization in ReLU networks, ICLR, 2103.01499",
    CLAIMS,
    SLOW,
    open=(
        ("the convex program itself, with group norms and cones", "recalled only; no kind of statement for programs"),
        ("neurons of the first layer", "the closed form is judged for predictions and weights of the second layer"),
        (
            "the dual constraint over all directions",
            "judged on the two signs of y; all directions need a kind of cover",
        ),
        ("constants of the recalled theorem", "the paper could not be read"),
    ),
)

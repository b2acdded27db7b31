"""Zou, Long, Gu 2020: gradient descent on deep linear ResNets; derived facts that its proof and its sizes rest on."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality
from checks.statements.simulation import Simulation

KEY = "zou-long-gu-2020"
_claim = Entries(KEY).claim
DERIVED = "derived; for Zou, Long and Gu 2020"
REALS = {"a": "(-oo, oo)", "b": "(-oo, oo)", "w": "(-oo, oo)", "y": "(-oo, oo)"}
DEPTHS = {"t": "[1/1000, 1/2)"}

CLAIMS = (
    _claim(
        "transform-unbiased",
        Identity("E[w.x*v.x]", "|w|*|v|*rho"),
        "A Gaussian transform keeps inner products on average",
        f"{DERIVED}: Gaussian transforms A and B",
    ),
    _claim(
        "transform-variance",
        Identity("E[u^2*v^2] - E[u*v]^2", "|u|^2*|v|^2*(1 + rho^2)"),
        "The variance of one row's contribution, which sets the width",
        f"{DERIVED}: Gaussian transforms A and B",
    ),
    _claim(
        "layers-above",
        Inequality("exp((1/t - 2)*log(1 + t))", "<=", "exp(1)"),
        "(1 + 1/(2L))^(2(L-1)) <= e, at t = 1/(2L): the constant 2e of the upper gradient bound",
        DERIVED,
        variables=DEPTHS,
        expect="CERTIFIED",
    ),
    _claim(
        "layers-below",
        Inequality("exp((1/t - 2)*log(1 - t))", ">=", "exp(-1)"),
        "(1 - 1/(2L))^(2(L-1)) >= 1/e, at t = 1/(2L): the constant 2/e of the lower gradient bound",
        DERIVED,
        variables=DEPTHS,
        expect="CERTIFIED",
    ),
    _claim(
        "layers-below-beyond",
        Inequality("exp((2/t - 2)*log(1 - t))", ">=", "exp(-1)"),
        "A trap: layers twice as far from 0, at most t = 1/L, leave the constant 1/e",
        f"{DERIVED}: the assumption max |W_l| <= 1/(2L) violated",
        variables={"t": "(0, 1/2]"},
        expect="REFUTED",
    ),
    _claim(
        "gradient-of-chain",
        Identity(
            "(a*b*(1 + w)^2*(a*b*(1 + w)^3 - y))^2",
            "2*a^2*b^2*(1 + w)^4*((a*b*(1 + w)^3 - y)^2/2)",
        ),
        "A chain of three equal layers: the squared gradient by one layer against the loss",
        DERIVED,
        variables=REALS,
    ),
    _claim(
        "one-step",
        Identity("a*b*(1 + w - t*a*b*(a*b*(1 + w) - y)) - y", "(1 - t*a^2*b^2)*(a*b*(1 + w) - y)"),
        "One layer: a step of size t contracts the residual by 1 - t a^2 b^2",
        DERIVED,
        variables={**REALS, "t": "(0, oo)"},
    ),
    _claim(
        "recalled-contraction",
        Inequality("(1 - t)^2", "<=", "1 - t/exp(1)"),
        "Per-step contraction 1 - eta L s^2(A) s^2(B) s^2(X)/e, for one layer and steps eta s^2 s^2 s^2 <= 1",
        "recalled: Zou, Long and Gu 2020, main theorem, constants unverified",
        variables={"t": "[0, 1]"},
        expect="CERTIFIED",
    ),
    _claim(
        "recalled-contraction-beyond",
        Inequality("(1 - t)^2", "<=", "1 - t/exp(1)"),
        "A trap: the same for steps up to 2",
        "derived: the condition on the step violated",
        variables={"t": "[0, 2]"},
        expect="REFUTED",
    ),
    # the goal and the factor are the theorem's own: that many steps, that contraction, no margin
    _claim(
        "simulated-gaussian",
        Simulation("zou-long-gu-2020/gaussian", ("excess <= 0.000000001", "contraction_over_bound <= 1"), 7, 1),
        "Gaussian transforms: every step contracts as recalled; the least loss is reached in the steps that this gives",
        "recalled: Zou, Long and Gu 2020, main theorem",
        expect="CONSISTENT",
        limits="width 200, below what the theorem asks for",
    ),
    _claim(
        "simulated-modified-identity",
        Simulation(
            "zou-long-gu-2020/modified-identity",
            (
                "excess <= 0.000000001",
                "contraction_over_bound <= 1",
                "gradient_over_lower_bound >= 1",
                "largest_layer <= 1",
            ),
            7,
            2,
        ),
        "Modified identity, gamma = 40: the same; layers stay within 1/(2L), where the lower gradient bound holds",
        f"{DERIVED}; recalled: modified identity transforms",
        expect="CONSISTENT",
    ),
    # stuck: without transforms the product of the layers stays near 0, a quarter of the first loss for labels near -X;
    # half of that quarter allows for what the noise lets through
    _claim(
        "simulated-plain-identity",
        Simulation("zou-long-gu-2020/plain-identity", ("excess > 0.125", "excess < 1", "largest_layer > 0"), 7, 4),
        "No transforms: the layers move and the loss falls, but is stuck above an eighth of the first",
        "recalled: the contrast intended in Zou, Long and Gu 2020",
        expect="CONSISTENT",
    ),
    _claim(
        "simulated-plain-identity-reaches",
        Simulation("zou-long-gu-2020/plain-identity", ("excess <= 0.000000001",), 7, 3),
        "A trap: without the transforms the least loss is reached just as well",
        "derived: the assumption on the transforms violated",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "E",
    KEY,
    "Zou, Long, Gu 2020, On the global convergence of training deep linear ResNets, ICLR, 2003.01094",
    CLAIMS,
    open=(
        (
            "gradient bounds for matrices, rate of convergence",
            "simulated; no kind of statement for matrices of any size",
        ),
        ("least widths", "not simulated: one width for each experiment, below what the theorem asks for"),
        ("constants of the recalled theorems", "the paper could not be read"),
    ),
)

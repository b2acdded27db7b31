"""Frei et al. 2023: leaky ReLU networks on nearly orthogonal data; rank at most two, a linear decision boundary."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality
from checks.statements.simulation import Simulation

KEY = "frei-2023"
_claim = Entries(KEY).claim
DERIVED = "derived; for Frei et al. 2023: phi(z) = max(z, g z)"
LEAKY_U = "(relu(u) - g*relu(-u))"
LEAKY_V = "(relu(v) - g*relu(-v))"
SLOPE = {"g": "(0, 1)"}

CLAIMS = (
    _claim(
        "second-moment",
        Identity(f"E[{LEAKY_U}^2]", "(1 + g^2)/2*|u|^2"),
        "The second moment of a leaky unit",
        DERIVED,
        variables=SLOPE,
    ),
    _claim(
        "kernel",
        Identity(
            f"E[{LEAKY_U}*{LEAKY_V}]",
            "|u|*|v|*((1 - g)^2*(sin(theta) + (pi - theta)*cos(theta))/(2*pi) + g*cos(theta))",
        ),
        "The kernel of leaky units",
        DERIVED,
        variables=SLOPE,
    ),
    _claim(
        "kernel-without-slope",
        Identity(f"E[{LEAKY_U}*{LEAKY_V}]", "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"),
        "A trap: the kernel of the ReLU",
        "derived: g = 0",
        variables=SLOPE,
        expect="REFUTED",
    ),
    _claim(
        "monotone",
        Inequality("(p - g*q)*(p - q)", ">=", "g*(p - q)^2"),
        "Units with outputs 1 and -1, p >= 0 >= q: (phi(p) - phi(q)) (p - q) >= g (p - q)^2: the boundary is p = q",
        f"{DERIVED}: rank two gives a linear decision boundary",
        variables={"g": "[0, 1]", "p": "[0, 2]", "q": "[-2, 0]"},
        limits="inputs of one sign: phi is linear",
    ),
    _claim(
        "monotone-relu",
        Inequality("g*(p - q)^2", ">", "0"),
        "A trap: the same strictly for all slopes, with p < q <= 0: the ReLU is flat there",
        "derived: the assumption g > 0 violated",
        variables={"g": "[0, 1]", "p": "[-2, -1]", "q": "[-1/2, 0]"},
        expect="REFUTED",
    ),
    # rank two: the third singular value below a twentieth; linear: on 99 of 100 new points
    _claim(
        "simulated-orthogonal",
        Simulation(
            "frei-2023/orthogonal",
            ("errors <= 0", "third < 0.05", "stable_rank <= 2", "disagreement < 0.01"),
            7,
            1,
        ),
        "Nearly orthogonal data, random labels, small start: fitted with rank at most two and a linear boundary",
        "recalled: Frei et al. 2023; sizes and criteria derived",
        expect="CONSISTENT",
        limits="slope 1/2: leakiness is not tested, a linear unit (slope 1) has a linear boundary by itself",
    ),
    _claim(
        "simulated-correlated",
        Simulation("frei-2023/correlated", ("third < 0.05",), 7, 2),
        "A trap: the same with more points than dimensions",
        "derived: the assumption of nearly orthogonal data violated",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "K",
    KEY,
    "Frei et al. 2023, Implicit bias in leaky ReLU networks trained on high-dimensional data, ICLR",
    CLAIMS,
    open=(("the limit of gradient flow has rank at most two", "simulated; the theorem is a statement on flows"),),
)

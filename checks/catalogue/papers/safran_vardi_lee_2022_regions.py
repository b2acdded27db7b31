"""Safran, Vardi, Lee 2022: few linear regions of univariate ReLU networks; how neurons merge at stationary points."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity

KEY = "safran-vardi-lee-2022"
_claim = Entries(KEY).claim
DERIVED = "derived; for Safran, Vardi and Lee 2022: f = sum v_j relu(w_j x + b_j)"
NEURON = {"v": "(-oo, oo)", "w": "(-oo, oo)", "b": "(-oo, oo)", "p": "(-oo, oo)", "q": "(-oo, oo)"}
STATIONARY = "at a stationary point of the margin (w, b) = v (p, q), v = w p + b q, p and q moments over active points"
PARTS = {"s": "(0, oo)", "t": "(0, oo)"}

CLAIMS = (
    _claim(
        "conserved",
        Identity("2*v*(w*p + b*q)", "2*w*(v*p) + 2*b*(v*q)"),
        "The flow conserves v^2 - w^2 - b^2: v' = w p + b q, (w, b)' = v (p, q); p, q moments over active points",
        DERIVED,
        variables=NEURON,
    ),
    _claim(
        "stationary-norm",
        Identity("v^2 - (v*p)^2 - (v*q)^2", "v*(v - (v*p)*p - (v*q)*q)"),
        "There v^2 = w^2 + b^2: the right side is v (v - (w p + b q)), which vanishes",
        f"{DERIVED}; {STATIONARY}",
        variables={"v": "(-oo, oo)", "p": "(-oo, oo)", "q": "(-oo, oo)"},
    ),
    _claim(
        "neurons-merge",
        Identity("E[(s*relu(s*u) + t*relu(t*u))*relu(v)]", "(s^2 + t^2)*E[relu(u)*relu(v)]"),
        "Neurons with the same active points and outer weights s, t > 0 act as one: they add no linear region",
        f"{DERIVED}; {STATIONARY}",
        variables=PARTS,
        limits="u = p x + q, tested against every relu(v)",
    ),
    _claim(
        "neurons-of-both-signs",
        Identity("E[(s*relu(s*u) - t*relu(-t*u))*relu(v)]", "(s^2 - t^2)*E[relu(u)*relu(v)]"),
        "A trap: outer weights s and -t merge likewise; the second neuron is active on the other side",
        "derived: the assumption of equal signs violated",
        variables=PARTS,
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "K",
    KEY,
    "Safran, Vardi, Lee 2022, On the effective number of linear regions in univariate ReLU networks, 2205.09072",
    CLAIMS,
    open=(
        (
            "labels of r neurons: the flow tends to a network of O(r) linear regions",
            "a statement on flows; not simulated",
        ),
        ("the number of linear regions of a network", "counting regions is no kind of statement"),
    ),
)

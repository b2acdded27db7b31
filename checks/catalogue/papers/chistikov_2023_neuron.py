"""Chistikov, Englert, Lazic 2023: one neuron learned to zero loss from small balanced initialisation."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.claim import Identity
from checks.statements.simulation import Simulation

KEY = "chistikov-2023"
_claim, _slow = Entries(KEY).claim, Entries(KEY, ON_REQUEST_GROUP).claim
FLOW = {"a": "(-oo, oo)", "p": "(-oo, oo)", "q": "(-oo, oo)", "g": "(-oo, oo)", "h": "(-oo, oo)"}
DERIVED = "derived; for Chistikov et al. 2023: w = (p, q), w' = a (g, h), a' = w.(g, h)"

CLAIMS = (
    _claim(
        "balanced",
        Identity("2*a*(p*g + q*h)", "2*p*(a*g) + 2*q*(a*h)"),
        "a^2 - |w|^2 is conserved by the flow",
        DERIVED,
        variables=FLOW,
    ),
    _claim(
        "unbalanced",
        Identity("2*a*(p*g + q*h)", "p*(a*g) + q*(a*h)"),
        "A trap: the derivative of |w|^2 without its factor 2",
        "derived",
        variables=FLOW,
        expect="REFUTED",
    ),
    _claim(
        "rotation",
        Identity("p*(a*h) - q*(a*g)", "a*(p*h - q*g)"),
        "The neuron's direction turns towards (g, h) at a speed that does not depend on |a| = |w|",
        DERIVED,
        variables=FLOW,
    ),
    _claim(
        "alignment",
        Identity(
            "(a*g*g + a*h*h)*(p^2 + q^2) - (p*g + q*h)*(p*(a*g) + q*(a*h))",
            "a*(p*h - q*g)^2",
        ),
        "The cosine with a constant (g, h) never falls while a > 0: its derivative, times |w|^3, is a (p h - q g)^2",
        DERIVED,
        variables=FLOW,
    ),
    _claim(
        "loss-of-one-neuron",
        Identity("E[(t*relu(u) - relu(u))^2]/2", "(t - 1)^2*|u|^2/4"),
        "The population loss of an aligned neuron of size t",
        "derived",
        variables={"t": "(0, oo)"},
    ),
    _claim(
        "population-gradient",
        Identity(
            "grad(E[(relu(w.x) - relu(v.x))^2], w)/2",
            "w/2 - (|v|*sin(theta(w, v))*bar(w) + (pi - theta(w, v))*v)/(2*pi)",
        ),
        "The population gradient of one neuron",
        "derived; Safran and Shamir 2018, g(w, v)",
    ),
    # zero loss: a millionth of the first; alignment: better for the ten times smaller start; 1/100 for the finite steps
    _claim(
        "simulated-alignment",
        Simulation(
            "chistikov-2023/alignment",
            ("loss_small < 0.000001", "improvement > 1", "rank_smaller < 0.01", "drift_small < 0.01"),
            7,
            1,
        ),
        "Small balanced start: zero loss, one direction, the more so the smaller the start",
        "recalled: Chistikov et al. 2023, zero loss, alignment improves as lambda -> 0",
        expect="CONSISTENT",
        limits="angles below 0.75 < pi/4",
    ),
)
#: More than three seconds each.
SLOW = (
    _slow(
        "simulated-large-start",
        Simulation("chistikov-2023/alignment", ("rank_large < 0.01",), 7, 1),
        "A trap: a start of size 1 aligns the neurons too",
        "derived: the assumption of a small start violated",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "K",
    KEY,
    "Chistikov, Englert, Lazic 2023, Learning a neuron by a shallow ReLU network, NeurIPS",
    CLAIMS,
    SLOW,
    open=(
        (
            "zero loss from small balanced initialisation; alignment improves as lambda -> 0",
            "simulated; statements on flows",
        ),
        ("angle(v*, x_i) < pi/4", "an assumption on data: the simulation satisfies it"),
    ),
)

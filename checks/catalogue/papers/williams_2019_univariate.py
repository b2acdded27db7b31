"""Williams et al. 2019: gradient dynamics of univariate ReLU networks; what its flow conserves."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.claim import Identity
from checks.statements.simulation import Simulation

KEY = "williams-2019"
_claim, _slow = Entries(KEY).claim, Entries(KEY, ON_REQUEST_GROUP).claim
DERIVED = "derived; for Williams et al. 2019: f = sum c_i [a_i x - b_i]_+"
NEURON = {"a": "(-oo, oo)", "b": "(-oo, oo)", "c": "(-oo, oo)"}
FLOW = {**NEURON, "p": "(-oo, oo)", "q": "(-oo, oo)"}

CLAIMS = (
    _claim(
        "conserved",
        Identity("2*c*(a*p - b*q)", "2*a*(c*p) + 2*b*(-(c*q))"),
        "delta = c^2 - a^2 - b^2 is conserved: c' = a p - b q, a' = c p, b' = -c q; p, q moments of the residual",
        DERIVED,
        variables=FLOW,
    ),
    _claim(
        "not-conserved",
        Identity("2*c*(a*p - b*q)", "2*a*(c*p) + 2*b*(c*q)"),
        "A trap: the sign of the bias forgotten",
        "derived: it would hold for [a x + b]_+",
        variables=FLOW,
        expect="REFUTED",
    ),
    _claim(
        "radius",
        Identity("(c^2 - a^2 - b^2)^2 + 4*c^2*(a^2 + b^2)", "(c^2 + a^2 + b^2)^2"),
        "c^2 + a^2 + b^2 = sqrt(delta^2 + 4 r^2), r = c |(a, b)|: the speed of the reduced flow",
        DERIVED,
        variables=NEURON,
    ),
    _claim(
        "outer-weight",
        Identity("(t + sqrt(t^2 + 4*r^2))*(-t + sqrt(t^2 + 4*r^2))/4", "r^2"),
        "c^2 = (delta + sqrt(delta^2 + 4 r^2))/2 and |(a, b)|^2 = (-delta + sqrt(...))/2 have the product r^2",
        DERIVED,
        variables={"t": "(-oo, oo)", "r": "(0, oo)"},
    ),
    _claim(
        "radial-speed",
        Identity("(a*p - b*q)*c*(a^2 + b^2) + c*(a*c*(c*p) + b*c*(-(c*q)))", "c*(a*p - b*q)*(a^2 + b^2 + c^2)"),
        "r r' = r (a p - b q)/|(a, b)| sqrt(delta^2 + 4 r^2), times |(a, b)|^2",
        DERIVED,
        variables=FLOW,
    ),
    _claim(
        "angular-speed",
        Identity("a*(-(c*q)) - b*(c*p)", "-c*(a*q + b*p)"),
        "The angle of (a, b) moves with c (a q + b p)/(a^2 + b^2): slowly where |(a, b)| is large against c",
        DERIVED,
        variables=FLOW,
    ),
    _claim(
        "kernel-between-samples",
        Identity("E[relu(u)*relu(v)]", "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"),
        "Kernel regime: the kernel of f at x and x', with the vectors (x, 1) and (x', 1)",
        "derived: standard Gaussian a and b",
    ),
    # drift: of a flow none, of steps of 1/200 a hundredth of |delta| = 1 at most; at the quick sizes the order alone
    _claim(
        "simulated-delta",
        Simulation(
            "williams-2019/delta",
            ("drift < 0.01", "turned_ratio > 1", "fell < 1"),
            7,
            2,
            full_criteria=("drift < 0.001", "turned_ratio > 5", "turned_kernel < 0.05", "fell < 1"),
        ),
        "The loss falls, delta is conserved; directions turn where it is very positive, freeze where very negative",
        "derived; Williams et al. 2019, kernel and adaptive regimes",
        expect="CONSISTENT",
    ),
)
#: More than three seconds each.
SLOW = (
    _slow(
        "simulated-adaptive-frozen",
        Simulation("williams-2019/delta", ("turned_adaptive < 0.05",), 7, 1),
        "A trap: directions freeze whatever the sign of delta",
        "derived: the assumption delta -> -oo violated",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "I",
    KEY,
    "Williams et al. 2019, Gradient dynamics of shallow univariate ReLU networks, NeurIPS, 1906.07842",
    CLAIMS,
    SLOW,
    open=(
        ("delta -> -oo freezes angles, +oo moves them fast", "simulated; statements on flows"),
        (
            "adaptive limit: knots gather at the samples",
            "measured, not claimed: with 5 random labels many runs end in local minima with knots between the samples",
        ),
    ),
)

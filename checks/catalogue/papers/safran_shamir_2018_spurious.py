"""Safran, Shamir 2018: kernel, gradient and Hessian of the population loss; spurious minima for k = 6 to 20."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.catalogue.population_loss import H1, H2, ZERO, G
from checks.claim import Identity
from checks.point_facts import PointFacts

KEY = "safran-shamir-2018"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
SECTION = "Safran and Shamir 2018, Section 4"
KERNEL = "E[relu(w.x)*relu(v.x)]"
SPURIOUS = "Safran and Shamir 2018, Theorem 1 (number recalled): computer-assisted for k = 6 to 20; digits derived"

CLAIMS = (
    _claim(
        "kernel",
        Identity(KERNEL, "|w|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"),
        "f(w, v)",
        f"{SECTION}, f(w, v)",
    ),
    _claim("gradient", Identity(f"grad({KERNEL}, w)", "g(w, v)", G), "g(w, v)", f"{SECTION}, g(w, v)", limits=ZERO),
    _claim("h1", Identity(f"hess({KERNEL}, w, w)", "h1(w, v)", H1), "h_1(w, v)", f"{SECTION}, h_1", limits=ZERO),
    _claim("h2", Identity(f"hess({KERNEL}, w, v)", "h2(w, v)", H2), "h_2(w, v)", f"{SECTION}, h_2", limits=ZERO),
    _claim(
        "h2-other-bars",
        Identity(
            f"hess({KERNEL}, w, v)",
            "((pi - theta)*I + outer(perp(w, v), bar(w)) + outer(perp(v, w), bar(v)))/(2*pi)",
        ),
        "A trap: h_2 with its two unit vectors exchanged",
        "derived: the vectors n of h_2 are easily read the wrong way round",
        limits=ZERO,
        expect="REFUTED",
    ),
    _claim(
        "loss-hessian",
        Identity("hess(L, w_i, w_i)", "I/2 + sum(j != i, h1(w_i, w_j)) - sum(j, h1(w_i, v_j))", H1),
        "H_ii",
        f"{SECTION}, H_ii",
        limits=ZERO,
    ),
    _claim(
        "loss-hessian-off-diagonal",
        Identity("hess(L, w_i, w_j)", "h2(w_i, w_j)", H2),
        "H_ij",
        f"{SECTION}, H_ij",
        limits=ZERO,
    ),
    _claim(
        "spurious-six",
        PointFacts("II", 6, loss="0.0250805810", index=0, smallest="0.0047003547"),
        "A spurious minimum at k = 6",
        SPURIOUS,
        expect="CERTIFIED",
    ),
    _claim(
        "spurious-nine",
        PointFacts("II", 9, loss="0.0200141758", index=0, smallest="0.0271820870"),
        "A spurious minimum at k = 9",
        SPURIOUS,
        expect="CERTIFIED",
    ),
    _claim(
        "saddle-five",
        PointFacts("II", 5, index=0),
        "A trap: at k = 5 the same point is no minimum",
        "derived; the theorem begins at k = 6",
        expect="REFUTED",
    ),
)
SLOW = (
    _slow(
        "spurious-fifteen",
        PointFacts("II", 15, index=0),
        "A spurious minimum at k = 15",
        SPURIOUS,
        expect="CERTIFIED",
    ),
)

PAPER = Paper(
    "B",
    KEY,
    "Safran, Shamir 2018, Spurious local minima are common in two-layer ReLU neural networks, ICML, 1712.08968",
    CLAIMS,
    SLOW,
    open=(("with n = k + 1 far fewer spurious minima, with n = k + 2 none met", "needs counts of many descents"),),
)

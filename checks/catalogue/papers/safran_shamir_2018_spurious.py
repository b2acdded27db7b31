"""Safran, Shamir 2018: kernel, gradient and Hessian of the population loss; spurious minima for k = 6 to 20."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.catalogue.population_loss import H1, H2, ZERO, G
from checks.claim import Identity
from checks.point_facts import PointFacts
from checks.statements.family_facts import FamilyRange
from checks.statements.simulation import Simulation

KEY = "safran-shamir-2018"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
SECTION = "Safran and Shamir 2018, Section 4 (number recalled)"
KERNEL = "E[relu(w.x)*relu(v.x)]"
COUNTED = "Safran and Shamir 2018, Section 5 (number recalled): n = k + 1 far fewer, n = k + 2 none; criteria derived"
OVER = "safran-shamir-2018/over-parameterised"
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
        "spurious-all",
        FamilyRange(("II",), 6, 20, minimum=True, spurious=True),
        "A spurious minimum at every k from 6 to 20",
        SPURIOUS,
        expect="CERTIFIED",
    ),
    _claim(
        "spurious-from-five",
        FamilyRange(("II",), 5, 20, minimum=True, spurious=True),
        "A trap: the range begun one neuron too early",
        "derived; the theorem begins at k = 6",
        expect="REFUTED",
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
        "spurious-families",
        FamilyRange(("A", "II"), 6, 20, minimum=True, spurious=True, norms="k", kink=True),
        "Types A and II at every k from 6 to 20",
        SPURIOUS,
        expect="CERTIFIED",
    ),
    _slow(
        "spurious-type-i",
        FamilyRange(("I",), 7, 20, minimum=True, spurious=True, norms="k", kink=True),
        "Type I at every k from 7 to 20",
        SPURIOUS,
        expect="CERTIFIED",
    ),
    _slow(
        "over-parameterised",
        Simulation(
            OVER,
            ("equal > 0", "gain > 0", "two_more <= 0"),
            7,
            1,
            # of 72 runs the difference of two shares has a standard deviation of about 1/16
            full_criteria=("equal > 0.5", "gain > 0.125", "two_more < 0.1"),
        ),
        "Eleven teachers: spurious minima met with n = k, fewer with n = k + 1, none with n = k + 2",
        COUNTED,
        expect="CONSISTENT",
    ),
    _slow(
        "over-parameterised-sixteen",
        Simulation(OVER, ("one_more > 0", "gain > 0", "two_more <= 0"), 7, 0, sizes={"k": 16, "runs": 16}),
        "Sixteen teachers: with n = k + 1 some are met",
        COUNTED,
        expect="CONSISTENT",
    ),
    _slow(
        "as-many",
        Simulation(OVER, ("gain <= 0",), 7, 0),
        "A trap: as many with n = k + 1 as with n = k",
        "derived",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "B",
    KEY,
    "Safran, Shamir 2018, Spurious local minima are common in two-layer ReLU neural networks, ICML, 1712.08968",
    CLAIMS,
    SLOW,
    open=(("that the points certified are those of the paper", "they are found by family, not read from its files"),),
)

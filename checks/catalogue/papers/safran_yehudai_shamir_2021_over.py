"""Safran, Yehudai, Shamir 2021: the effects of mild over-parameterization."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.catalogue.spectra import CLAIMS as SPECTRA
from checks.claim import Identity, SpectrumTable
from checks.point_facts import PointFacts
from checks.statements.family_facts import FamilyRange
from checks.statements.inequality import Inequality
from checks.statements.ordering import MatrixOrder
from checks.statements.simulation import Simulation
from checks.statements.split_neuron import SplitNeuron

KEY = "safran-yehudai-shamir-2021"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
PAIR = "E[relu(w.x)*relu(v.x)]"
THEOREM_4 = "Safran, Yehudai and Shamir 2021, Theorem 4; near a global minimum w = v, w' = a split of v + t v', derived"
THEOREM_14 = "Safran, Yehudai and Shamir 2021, Theorem 14: some neuron, every a in (0, 1); sizes and counts derived"
EXPERIMENT = "Safran, Yehudai and Shamir 2021, experiment for n = k = 6..100"
END_POINTS = "safran-yehudai-shamir-2021/end-points"
#: -h1(w, v) = H_ii - I/2 where w alone differs from its teacher: in the plane of w and v, and orthogonal to it.
TILTED = (("sin(t)/pi", "0"), ("0", "sin(t)/(2*pi)"))
TABLE = SPECTRA[0].statement
assert isinstance(TABLE, SpectrumTable)

CLAIMS = (
    _claim(
        "strongly-convex-seven",
        PointFacts("global", 7, index=0, smallest="0.0908450569"),
        "Theorem 3 at k = 7: the bound 1/4 - 1/(2 pi) = 0.0908 is attained",
        "Safran, Yehudai and Shamir 2021, Theorem 3; that it is attained: derived",
        expect="CERTIFIED",
    ),
    _claim(
        "strongly-convex-half",
        PointFacts("global", 7, smallest="0.1816901138"),
        "A trap: the bound for the loss without its factor 1/2, at the loss with it",
        "derived: the loss without the factor 1/2 has twice this Hessian",
        expect="REFUTED",
    ),
    _claim(
        "homogeneous",
        Identity("E[relu(t*u)*relu(v)]", "t*E[relu(u)*relu(v)]"),
        "Scaling a neuron scales the kernel, which gives sum f(w_i, w_j) = sum f(w_i, v_j) at critical points",
        "Safran, Yehudai and Shamir 2021, the scaling argument; the step is derived",
        variables={"t": "(0, oo)"},
        limits="t > 0",
    ),
    _claim(
        "homogeneous-negative",
        Identity("E[relu(-t*u)*relu(v)]", "-t*E[relu(u)*relu(v)]"),
        "A trap: the scaling argument with a negative factor",
        "derived: the assumption t > 0 is needed",
        variables={"t": "(0, oo)"},
        expect="REFUTED",
    ),
    _claim(
        "split",
        Identity("E[relu(s*u)*relu(v)] + E[relu(t*u)*relu(v)]", "(s + t)*E[relu(u)*relu(v)]"),
        "Theorem 2, the easy half: parts s w and t w act as (s + t) w",
        "Safran, Yehudai and Shamir 2021, Theorem 2; the step is derived",
        variables={"s": "(0, oo)", "t": "(0, oo)"},
        limits="s, t > 0",
    ),
    _claim(
        "split-block",
        Identity(f"limit(hess({PAIR}, w, v), theta(w, v), 0)", "I/2"),
        "The block between two parts of a split neuron",
        "derived; used for Safran, Yehudai and Shamir 2021, Theorems 4 and 14",
    ),
    _claim(
        "theorem-4",
        SplitNeuron("global", 7, 6, tilt="1/1000"),
        "Theorem 4: a split neuron tilted by 1/1000 from its teacher: d - 1 negative eigenvalues, every a in (0, 1)",
        THEOREM_4,
        expect="CERTIFIED",
    ),
    _claim(
        "theorem-4-columns",
        SplitNeuron("global", 7, 9, tilt="1/10", d=10),
        "Theorem 4 with d > k",
        THEOREM_4,
        expect="CERTIFIED",
    ),
    _claim(
        "theorem-4-every-tilt",
        MatrixOrder(TILTED, strict=True, domains={"t": "(0, pi)"}),
        "Theorem 4 for every tilt t: -(H_ii - I/2) is positive definite on the directions orthogonal to the neuron",
        "derived: H_ii - I/2 = -h1(w, v) there, h1 as in Safran and Shamir 2018, for |w| = |v|",
        expect="CERTIFIED",
    ),
    _claim(
        "theorem-4-at-minimum",
        SplitNeuron("global", 7, 6),
        "A trap: at the global minimum itself nothing goes down",
        "derived: Theorem 4 is about points near it",
        expect="REFUTED",
    ),
    _claim(
        "theorem-14-ii",
        SplitNeuron("II", 9, 8, block=2),
        "Theorem 14: the flipped neuron of type II split, every a in (0, 1): a saddle",
        THEOREM_14,
        expect="CERTIFIED",
    ),
    _claim(
        "theorem-14-two-flipped",
        SplitNeuron("II:2", 9, 8, block=1),
        "Theorem 14: a neuron of the point with two flipped neurons",
        THEOREM_14,
        expect="CERTIFIED",
    ),
    _claim(
        "theorem-14-global",
        SplitNeuron("global", 9, 8),
        "A trap: Theorem 14 at the global minimum",
        "derived: the minimum has to be no global one",
        expect="REFUTED",
    ),
    _claim(
        "end-points-exact",
        FamilyRange(("II",), 6, 20, minimum=True, norms="k", kink=True),
        "Type II, k = 6 to 20: positive definite, sum |w_i| <= k, a negative eigenvalue of every H_ii - I/2",
        f"{EXPERIMENT}: some H_ii; that it is every one is derived",
        expect="CERTIFIED",
    ),
    _claim(
        "teacher-bound",
        Inequality(PAIR, "<=", "|w|*|v|/2"),
        "The kernel is at most its value at parallel vectors",
        "derived; used to bound the norms of critical points",
        expect="CERTIFIED",
    ),
)
SLOW = (
    _slow(
        "strongly-convex",
        TABLE,
        "Theorem 3: at a global minimum with n = k the smallest eigenvalue is 1/4 - 1/(2 pi)",
        "Safran, Yehudai and Shamir 2021, Theorem 3; the whole spectrum derived",
    ),
    _slow(
        "end-points-hundred",
        FamilyRange(("II",), 6, 100, minimum=True, spurious=True, norms="k", kink=True),
        "Type II at every k from 6 to 100",
        EXPERIMENT,
        expect="CERTIFIED",
    ),
    _slow(
        "end-points-two-flipped",
        FamilyRange(("II:2", "II:3"), 10, 60, minimum=True, spurious=True, norms="k", kink=True),
        "Two and three flipped neurons at every k from 10 to 60",
        EXPERIMENT,
        expect="CERTIFIED",
    ),
    _slow(
        "end-points-tied",
        FamilyRange(("I:9",), 12, 20, minimum=True, spurious=True, norms="k", kink=True),
        "Nine flipped and tied neurons, k = 12 to 20",
        EXPERIMENT,
        expect="CERTIFIED",
    ),
    _slow(
        "end-points-norms",
        FamilyRange(("II",), 6, 20, norms="k - 1"),
        "A trap: a sum of lengths of k - 1 at most",
        "derived",
        expect="REFUTED",
    ),
    _slow(
        "end-points",
        Simulation(
            END_POINTS,
            (
                "least_eigenvalue > 0",
                "norms_over_k <= 1.000000001",
                "kink < 0",
                "fewest_blocks >= 2",
                "most_blocks <= 3",
                "unfinished <= 0",
            ),
            7,
            0,
        ),
        "Descents with step 5/k to a gradient of 1e-12: all end points have what the paper lists",
        f"{EXPERIMENT}; seeds and criteria derived, fixed before the first run",
        limits="a Newton polish may finish the runs; sum |w_i| = k at the global minimum: up to round-off",
        expect="CONSISTENT",
    ),
    _slow(
        "theorem-14-over",
        SplitNeuron("9,1+1#1", 10, 1, block=2),
        "Beyond Theorem 14: with n = k + 1 the flipped neuron split goes down in one direction only",
        "derived; the theorem is about n <= k",
        expect="CERTIFIED",
    ),
)

PAPER = Paper(
    "B",
    KEY,
    "Safran, Yehudai, Shamir 2021, The effects of mild over-parameterization on the optimization landscape, 2006.01005",
    CLAIMS,
    SLOW,
    open=(("500 runs for each k = 6..100", "--full makes 504 at k = 20; the theorems' proofs for all minima"),),
    findings=(
        "Theorem 14 says that some neuron can be split into a saddle: at the families looked at (k <= 100) every one "
        "can be, and goes down in all d - 1 directions orthogonal to it",
    ),
)

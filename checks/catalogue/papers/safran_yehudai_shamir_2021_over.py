"""Safran, Yehudai, Shamir 2021: the effects of mild over-parameterization."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.catalogue.spectra import CLAIMS as SPECTRA
from checks.claim import Identity, SpectrumTable
from checks.point_facts import PointFacts
from checks.statements.inequality import Inequality

KEY = "safran-yehudai-shamir-2021"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
PAIR = "E[relu(w.x)*relu(v.x)]"
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
)

PAPER = Paper(
    "B",
    KEY,
    "Safran, Yehudai, Shamir 2021, The effects of mild over-parameterization on the optimization landscape, 2006.01005",
    CLAIMS,
    SLOW,
    open=(
        ("Theorem 4: for n > k a negative eigenvalue near every differentiable global minimum", "minima are continua"),
        ("Theorem 14: splitting some neuron of a non-global minimum gives a saddle", "needs split points as points"),
        ("500 runs for each k = 6..100", "a statement on many descents; see closedform train"),
    ),
)

"""Arjevani, Field 2019: minima that descent finds break the symmetry of the target least, also beyond the model."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.point_facts import PointFacts
from checks.statements.simulation import Simulation
from checks.trained import TrainedPoint

KEY = "arjevani-field-2019"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
ABSTRACT = "Arjevani and Field 2019, On the principle of least symmetry breaking in shallow ReLU models, abstract"
BEYOND = (
    f"{ABSTRACT}: the principle seems to extend; laws, sizes, seeds and criteria derived, fixed before the first run"
)
SYMMETRIC, FINISHED = "two_blocks >= 0.8", "unfinished <= 0"
#: At least 8 of 10 spurious end points, and there are some: runs that reach the teacher count for nothing.
SPURIOUS_ONES = ("symmetric_of_spurious >= 0.8", "spurious_two_blocks > 0", FINISHED)

CLAIMS = (
    _claim(
        "type-ii-isotropy",
        PointFacts("II", 8, index=0, isotropy="Delta(S_7 x S_1)"),
        "A minimum of isotropy Delta(S_{k-1} x S_1)",
        f"{ABSTRACT}: isotropy Delta(S_{{k-p}} x S_p); size derived",
        expect="CERTIFIED",
    ),
    _claim(
        "type-ii-2-isotropy",
        PointFacts("II:2", 10, index=0, isotropy="Delta(S_8 x S_2)"),
        "A minimum of isotropy Delta(S_{k-2} x S_2)",
        f"{ABSTRACT}: isotropy Delta(S_{{k-p}} x S_p); size derived",
        expect="CERTIFIED",
    ),
    _claim(
        "type-ii-larger-group",
        PointFacts("II", 8, isotropy="Delta(S_8)"),
        "A trap: some symmetry is broken",
        "derived",
        expect="REFUTED",
    ),
    _claim(
        "equicorrelated",
        Simulation("arjevani-field-2019/equicorrelated", SPURIOUS_ONES, 7, 2),
        "Equicorrelated inputs, covariance 1.04 I - 0.04 J: spurious minima have isotropy Delta(S_{k-p} x S_p)",
        BEYOND,
        limits="at least 8 of 10 spurious end points, the teacher not counted; the law is not isotropic",
        expect="CONSISTENT",
    ),
    _claim(
        "erf",
        Simulation("arjevani-field-2019/erf", (SYMMETRIC, FINISHED), 7, 0),
        "erf in place of the ReLU: end points have isotropy Delta(S_k) or Delta(S_{k-p} x S_p)",
        BEYOND,
        limits="at least 8 of 10 end points; all of those seen are the teacher, so that little is tested",
        expect="CONSISTENT",
    ),
)
SLOW = (
    _slow(
        "mixture",
        Simulation("arjevani-field-2019/mixture", SPURIOUS_ONES, 7, 1, sizes={"runs": 20}, full_sizes={"runs": 72}),
        "Inputs of dependent coordinates, neither Gaussian nor radial: spurious minima have two blocks",
        BEYOND,
        limits="at least 8 of 10 spurious end points; a mixture of two Gaussian laws that permutations leave as it is",
        expect="CONSISTENT",
    ),
    _slow(
        "graded",
        Simulation("arjevani-field-2019/graded", ("spurious_two_blocks > 0",), 7, 0),
        "Violated: variances that are all different, and no spurious minimum has two blocks",
        "derived: the law has to be invariant under permutations",
        expect="REFUTED",
    ),
    _slow(
        "graded-spurious",
        Simulation("arjevani-field-2019/graded", ("spurious > 0", FINISHED), 7, 0),
        "though there are spurious minima then as well",
        "derived",
        expect="CONSISTENT",
    ),
    _slow(
        "descent-reaches-type-ii",
        TrainedPoint("II", 8, loss="0.0215080372", index=0, isotropy="Delta(S_7 x S_1)"),
        "Descent reaches the minimum of isotropy Delta(S_{k-1} x S_1) itself",
        f"{ABSTRACT}; size and digits derived",
        expect="CERTIFIED",
    ),
)

PAPER = Paper(
    "A",
    KEY,
    "Arjevani, Field 2019, On the principle of least symmetry breaking in shallow ReLU models, arXiv 1912.11939",
    CLAIMS,
    SLOW,
    open=(
        ("networks of a few layers", "training has one hidden layer"),
        ("L(W) = L(P W P^T) for permutations P, exactly", "no permutations of neurons and coordinates in the language"),
    ),
)

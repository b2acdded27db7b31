"""Arjevani, Field 2022: adding neurons turns symmetric spurious minima into saddles; where they go down."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.point_facts import PointFacts
from checks.statements.family_facts import DescentDirections
from checks.statements.split_neuron import SplitNeuron

KEY = "arjevani-field-2022"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
ABSTRACT = "Arjevani and Field 2022, Annihilation of spurious minima in two-layer ReLU networks, abstract"
SADDLE = f"{ABSTRACT}: added neurons turn symmetric minima into saddles, by the standard representation; sizes derived"
SPLIT = (
    "derived: the neuron that is added is parallel to one that is there; Safran, Yehudai and Shamir 2021, Theorem 14"
)

CLAIMS = (
    _claim(
        "split-type-a",
        SplitNeuron("A", 10, 9, directions=(("standard:1", 8), ("trivial", 1))),
        "Type A: any neuron split goes down in all nine directions beside it",
        SPLIT,
        expect="CERTIFIED",
    ),
    _claim(
        "split-type-i",
        SplitNeuron("I", 10, 9, block=2, directions=(("standard:2", 7), ("trivial", 2))),
        "Type I: a flipped neuron split goes down in all nine directions beside it",
        SPLIT,
        expect="CERTIFIED",
    ),
    _claim(
        "split-type-ii",
        SplitNeuron("II", 10, 9, directions=(("standard:1", 7), ("trivial", 2))),
        "Type II: an unflipped neuron split goes down in all nine directions beside it",
        SPLIT,
        expect="CERTIFIED",
    ),
    _claim(
        "split-global",
        SplitNeuron("global", 10, 0),
        "The global minimum survives a split: no direction goes down",
        "derived: D = 0 there",
        expect="CERTIFIED",
    ),
    _claim(
        "split-global-trap",
        SplitNeuron("global", 10, 9),
        "A trap: the split of a spurious minimum at the global one",
        "derived: the minimum has to be spurious",
        expect="REFUTED",
    ),
    _claim(
        "added-symmetric",
        DescentDirections("10+1", 10, (("standard:1", 9),)),
        "Ten teachers, full symmetry, an eleventh neuron: a saddle, by the standard representation alone",
        SADDLE,
        expect="CERTIFIED",
    ),
    _claim(
        "added-symmetric-six",
        DescentDirections("6+1#1", 6, (("standard:1", 5),)),
        "The same with six teachers",
        SADDLE,
        expect="CERTIFIED",
    ),
    _claim(
        "type-a-before",
        DescentDirections("A", 10),
        "Without the added neuron the same symmetry has a minimum",
        f"{ABSTRACT}; sizes derived",
        expect="CERTIFIED",
    ),
)
SLOW = (
    _slow(
        "added-type-ii",
        DescentDirections("9,1+1#1", 10),
        "Of lesser symmetry: one neuron more than teachers, and the point next to type II is still a minimum",
        f"{ABSTRACT}: minima of lesser symmetry need more neurons; sizes derived",
        expect="CERTIFIED",
    ),
    _slow(
        "added-type-ii-loss",
        PointFacts("9,1+1#1", 10, loss="0.0178926551", index=0, isotropy="Delta(S_9 x S_1)"),
        "Its loss, a little below that of type II",
        "derived",
        expect="CERTIFIED",
    ),
    _slow(
        "added-type-i",
        DescentDirections("9,1+1#2", 10, (("standard:1", 8),)),
        "A point of larger loss with that symmetry: a saddle by the standard representation",
        SADDLE,
        expect="CERTIFIED",
    ),
    _slow(
        "added-two-flipped",
        DescentDirections("8,2+1#2", 10),
        "One neuron more than teachers, two neurons flipped: still a minimum",
        f"{ABSTRACT}: minima of lesser symmetry need more neurons; sizes derived",
        expect="CERTIFIED",
    ),
    _slow(
        "two-added-type-ii",
        DescentDirections("7,1+1+1#1", 8, (("standard:1", 6),)),
        "Two neurons more: the point next to type II goes down by the standard representation",
        f"{ABSTRACT}: minima of lesser symmetry need more neurons; sizes derived",
        expect="CERTIFIED",
    ),
    *(
        _slow(
            f"split-{name.lower().replace(':', '-')}-{k}-block-{block}",
            SplitNeuron(name, k, k - 1, block=block),
            f"{name} at k = {k}: a neuron of block {block} split goes down in all {k - 1} directions beside it",
            SPLIT,
            expect="CERTIFIED",
        )
        for name, k, block in (
            ("A", 40, 1), ("I", 20, 1), ("I", 20, 2), ("II", 20, 1), ("II", 20, 2), ("II:2", 20, 1), ("II:2", 20, 2),
            ("II:3", 20, 1), ("II:3", 20, 2), ("I:6", 20, 1), ("I:6", 20, 2),
        )
    ),
)  # fmt: skip

PAPER = Paper(
    "A",
    KEY,
    "Arjevani, Field 2022, Annihilation of spurious minima in two-layer ReLU networks, arXiv 2210.06088",
    CLAIMS,
    SLOW,
    open=(
        (
            "how many neurons a minimum of given symmetry needs",
            "points with n > k come from a search, no list is complete",
        ),
    ),
    findings=(
        "at every point of types A, I, II, II:2, II:3, I:6 looked at, splitting any neuron w goes down in all d - 1 "
        "directions orthogonal to w: the kink's part of its diagonal block is negative there, on every component",
    ),
)

"""Arjevani 2023: minima of types A and I are hidden: they exist, and descent from random weights avoids them."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.point_facts import PointFacts
from checks.statements.family_facts import FamilyRange
from checks.statements.simulation import Simulation

KEY = "arjevani-2023"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
ABSTRACT = "Arjevani 2023, Hidden minima in two-layer ReLU networks, abstract"
RANDOM, NEAR = "arjevani-2023/from-random-weights", "arjevani-2023/from-near-type-a"
FINISHED = "unfinished <= 0"

CLAIMS = (
    _claim(
        "type-a-exists",
        PointFacts("A", 10, loss="0.0766366620", index=0),
        "Type A at k = 10 is a strict minimum",
        f"{ABSTRACT}: hidden minima; digits derived",
        expect="CERTIFIED",
    ),
    _claim(
        "type-i-exists",
        PointFacts("I", 10, index=0, isotropy="Delta(S_9 x S_1)"),
        "Type I at k = 10 is a strict minimum",
        f"{ABSTRACT}: hidden minima",
        expect="CERTIFIED",
    ),
    _claim(
        "avoided",
        Simulation(RANDOM, ("hidden <= 0", "reached_teacher > 0.2", "type_two > 0", FINISHED), 7, 0),
        "Twenty descents at k = 10: some end at the teacher, some at type II, none at types A or I",
        f"{ABSTRACT}: gradient descent avoids them; sizes, seeds and criteria derived, fixed before the first run",
        expect="CONSISTENT",
    ),
    _claim(
        "met",
        Simulation(RANDOM, ("hidden > 0",), 7, 0),
        "A trap: descents from random weights that end at types A or I",
        "derived",
        expect="REFUTED",
    ),
    _claim(
        "near",
        Simulation(NEAR, ("hidden >= 1", FINISHED), 7, 0),
        "Violated: from weights near type A every descent ends there",
        "derived: it is the random weights that hide it",
        expect="CONSISTENT",
    ),
)
SLOW = (
    _slow(
        "avoided-twenty",
        Simulation(
            RANDOM,
            ("hidden <= 0", "type_two > 0", FINISHED),
            7,
            1,
            sizes={"first": 12, "last": 20, "runs": 8},
            full_sizes={"first": 6, "last": 20, "runs": 72},
        ),
        "Descents at k = 12 to 20, 56 at each: none ends at types A or I",
        f"{ABSTRACT}: gradient descent avoids them; sizes, seeds and criteria derived, fixed before the first run",
        expect="CONSISTENT",
    ),
    _slow(
        "exist",
        FamilyRange(("A", "I"), 7, 40, minimum=True, spurious=True),
        "Types A and I are spurious minima at every k from 7 to 40",
        f"{ABSTRACT}: hidden minima",
        expect="CERTIFIED",
    ),
)

PAPER = Paper(
    "A",
    KEY,
    "Arjevani 2023, Hidden minima in two-layer ReLU networks, arXiv 2312.16819",
    CLAIMS,
    SLOW,
    open=(("curves of tangency between minima and their neighbourhoods", "not in the abstract that could be read"),),
)

"""Arjevani, Field 2021: families of spurious minima as power series in k^(-1/2), and where saddles become minima."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.point_facts import PointFacts
from checks.statements.asymptotics import Expansion, Limit
from checks.statements.eigenvalue_bound import EigenvalueBound
from checks.statements.family_facts import FamilyRange, Threshold

KEY = "arjevani-field-2021"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
ABSTRACT = "Arjevani and Field 2021, Analytic study of families of spurious minima II, abstract"
DIGITS = f"{ABSTRACT}: the exact dimension exists; sizes and digits derived"
CONSTANT = f"{ABSTRACT}: a positive constant; all coefficients derived"
#: Both series of the loss, up to their coefficients of 1/k.
TO_CONSTANT = "1/2 - 1/pi - 4/(3*pi*k^(1/2))"

CLAIMS = (
    _claim(
        "type-a-saddle",
        PointFacts("A", 5, loss="0.0477083779", index=6, smallest="-0.0058315063", isotropy="Delta(S_5)"),
        "One neuron fewer than needed: type A at k = 5 is a saddle of index 6",
        DIGITS,
        expect="CERTIFIED",
    ),
    _claim(
        "type-i-saddle",
        PointFacts("I", 6, loss="0.0473957753", index=6, smallest="-0.0058253493", isotropy="Delta(S_5 x S_1)"),
        "One neuron fewer than needed: type I at k = 6 is a saddle of index 6",
        DIGITS,
        expect="CERTIFIED",
    ),
    _claim(
        "type-ii-saddle",
        PointFacts("II", 5, loss="0.0269704695", index=3, smallest="-0.0077015191", isotropy="Delta(S_4 x S_1)"),
        "One neuron fewer than needed: type II at k = 5 is a saddle of index 3",
        DIGITS,
        expect="CERTIFIED",
    ),
    _claim(
        "threshold-a",
        Threshold("A", "saddle to minimum", "5.7638127349196", "exterior:1"),
        "Type A turns from saddle to minimum by the exterior square of the standard representation",
        DIGITS,
        expect="CERTIFIED",
    ),
    _claim(
        "threshold-i",
        Threshold("I", "saddle to minimum", "6.7448306562456", "exterior:2"),
        "Type I turns from saddle to minimum about one neuron later",
        DIGITS,
        expect="CERTIFIED",
    ),
    _claim(
        "threshold-ii",
        Threshold("II", "saddle to minimum", "5.5855052474259", "standard:1"),
        "Type II turns from saddle to minimum by a standard representation",
        DIGITS,
        expect="CERTIFIED",
    ),
    _claim(
        "threshold-ii-six",
        Threshold("II", "saddle to minimum", "6.0000", "standard:1"),
        "A trap: the first integer for the real dimension",
        "derived",
        expect="REFUTED",
    ),
    _claim(
        "two-flipped-nine",
        PointFacts("II:2", 9, loss="0.0374889628", index=0, smallest="0.0101656222", isotropy="Delta(S_7 x S_2)"),
        "Isotropy Delta(S_{k-2} x S_2): a spurious minimum at k = 9",
        f"{ABSTRACT}: spurious minima for k >= 9; digits derived",
        expect="CERTIFIED",
    ),
    _claim(
        "two-flipped-eight",
        PointFacts("II:2", 8, loss="0.0397932341", index=0, smallest="0.0033434091", isotropy="Delta(S_6 x S_2)"),
        "The point with two flipped rows is a minimum already at k = 8",
        "derived",
        expect="CERTIFIED",
    ),
    _claim(
        "two-flipped-seven",
        PointFacts("II:2", 7, index=4, isotropy="Delta(S_5 x S_2)"),
        "With two flipped rows at k = 7: a saddle of index 4",
        "derived",
        expect="CERTIFIED",
    ),
    _claim(
        "type-ii-decay",
        Expansion("loss at II", "k", "oo", "(1/2 - 2/pi^2)/k", "3/2"),
        "The loss of type II decays like a/k with a about 0.3: a = 1/2 - 2/pi^2 = 0.2974",
        f"{ABSTRACT}: a about 0.3; the constant derived",
    ),
    _claim(
        "type-ii-decay-square",
        Expansion("loss at II", "k", "oo", "0", "3/2"),
        "A trap: a loss of type II that decays faster than 1/k",
        "derived",
        expect="REFUTED",
    ),
    _claim(
        "type-a-limit",
        Limit("loss at A", "k", "oo", "1/2 - 1/pi"),
        "The loss of type A tends to a positive constant",
        f"{ABSTRACT}; the constant derived",
    ),
    _claim(
        "type-a-loss",
        Expansion("loss at A", "k", "oo", f"{TO_CONSTANT} + (3/pi - 1/2 - 2/pi^2)/k", "3/2"),
        "The loss of type A up to 1/k",
        CONSTANT,
    ),
    _claim(
        "type-ii-weights",
        Expansion("weight a_21 at II", "k", "oo", "4/(pi*k) + 32/(pi^3*k^(3/2))", "2"),
        "Power series in k^(-1/2): the flipped neuron of type II in the other coordinates",
        f"{ABSTRACT}: power series in k^(-1/2); coefficients derived",
    ),
)
SLOW = (
    _slow(
        "type-i-loss",
        Expansion("loss at I", "k", "oo", f"{TO_CONSTANT} + (5/pi - 1 - 4/pi^2)/k", "3/2"),
        "The loss of type I up to 1/k: the constant of type A",
        CONSTANT,
    ),
    _slow(
        "two-flipped-decay",
        Expansion("loss at II:2", "k", "oo", "(1 - 4/pi^2)/k", "3/2"),
        "Two flipped neurons cost twice what one costs, to leading order",
        "derived",
    ),
    _slow(
        "three-flipped-decay",
        Expansion("loss at II:3", "k", "oo", "3*(1/2 - 2/pi^2)/k", "3/2"),
        "Three flipped neurons cost three times what one costs, to leading order",
        "derived",
    ),
    _slow(
        "threshold-ii-2",
        Threshold("II:2", "saddle to minimum", "7.5611904979454", "standard:1"),
        "Two flipped neurons: a minimum from the real dimension 7.56 on",
        DIGITS,
        expect="CERTIFIED",
    ),
    _slow(
        "threshold-ii-3",
        Threshold("II:3", "saddle to minimum", "9.3231722176898", "standard:1"),
        "Three flipped neurons: a minimum from the real dimension 9.32 on",
        DIGITS,
        expect="CERTIFIED",
    ),
    _slow(
        "threshold-i-8",
        Threshold("I:8", "minimum to saddle", "22.8272527349585", "standard:2"),
        "Eight flipped and tied neurons: a minimum up to the real dimension 22.8 only",
        DIGITS,
        expect="CERTIFIED",
    ),
    *(
        _slow(
            f"every-k-{name.lower().replace(':', '-')}",
            EigenvalueBound(name, least, bound, onwards=True),
            f"Type {name} is a strict minimum for every k >= {least}, real k included, and every d >= k",
            f"{ABSTRACT}: minima for all k from some dimension on; bound derived",
            expect="CERTIFIED",
        )
        for name, least, bound in (("A", 6, "0.0015"), ("I", 7, "0.0016"), ("II", 6, "0.0047"), ("II:2", 8, "0.0033"))
    ),
    _slow(
        "two-flipped-range",
        FamilyRange(("II:2",), 9, 40, minimum=True, spurious=True),
        "Isotropy Delta(S_{k-2} x S_2): spurious minima at every k from 9 to 40",
        f"{ABSTRACT}: spurious minima for k >= 9",
        expect="CERTIFIED",
    ),
)

PAPER = Paper(
    "A",
    KEY,
    "Arjevani, Field 2021, Analytic study of families of spurious minima II, arXiv 2107.10370",
    CLAIMS,
    SLOW,
    open=(("that between the thresholds proved there are no others", "observed on the branch, not proved"),),
    findings=(
        "Delta(S_{k-2} x S_2) 'for k >= 9' is no threshold: the point with two flipped rows is a strict minimum at 8 "
        "(smallest eigenvalue 0.003343), of index 4 at k = 7; the real threshold is 7.5612",
    ),
)

"""Arjevani, Field 2021: families of spurious minima as power series in k^(-1/2), and where saddles become minima."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.point_facts import PointFacts
from checks.statements.asymptotics import Expansion, Limit

KEY = "arjevani-field-2021"
_claim = Entries(KEY).claim
ABSTRACT = "Arjevani and Field 2021, Analytic study of families of spurious minima II, abstract"
DIGITS = f"{ABSTRACT}: the exact dimension exists; sizes and digits derived"

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
        "type-a-limit",
        Limit("loss at A", "k", "oo", "1/2 - 1/pi"),
        "The loss of type A tends to a positive constant",
        f"{ABSTRACT}; the constant derived",
    ),
)

PAPER = Paper(
    "A",
    KEY,
    "Arjevani, Field 2021, Analytic study of families of spurious minima II, arXiv 2107.10370",
    CLAIMS,
    open=(
        ("real dimension at which each family turns from saddle to minimum", "see closedform family; no kind of claim"),
        ("adding neurons turns symmetric minima into saddles (2210.06088)", "minima with n > k come as continua"),
        ("hidden minima (2312.16819)", "needs a statement on ensembles of descents"),
    ),
    findings=(
        "Delta(S_{k-2} x S_2) 'for k >= 9' is no threshold: the point with two flipped rows is a strict minimum at 8 "
        "(smallest eigenvalue 0.003343), of index 4 at k = 7",
    ),
)

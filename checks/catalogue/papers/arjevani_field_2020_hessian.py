"""Arjevani, Field 2020: the Hessian's spectrum at global and spurious minima of shallow ReLU models."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.catalogue.spectra import CLAIMS as SPECTRA
from checks.claim import SpectrumTable
from checks.point_facts import PointFacts

KEY = "arjevani-field-2020"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
ABSTRACT = "Arjevani and Field 2020, abstract"
TABLE = SPECTRA[0].statement
assert isinstance(TABLE, SpectrumTable)

CLAIMS = (
    _claim(
        "global-strict",
        PointFacts("global", 6, index=0, smallest="0.0908450569", isotropy="Delta(S_6)"),
        "At the global minimum the bulk lies at 1/4 - 1/(2 pi) = 0.0908, not at 0",
        "derived; digits derived",
        expect="CERTIFIED",
    ),
    _claim(
        "type-a-minimum",
        PointFacts("A", 6, loss="0.0556685813", index=0, smallest="0.0015036524", isotropy="Delta(S_6)"),
        "Type A is a minimum at k = 6",
        f"family: {ABSTRACT}; size and digits derived",
        expect="CERTIFIED",
    ),
    _claim(
        "type-i-minimum",
        PointFacts("I", 7, loss="0.0553216076", index=0, smallest="0.0016619751", isotropy="Delta(S_6 x S_1)"),
        "Type I is a minimum at k = 7",
        f"family: {ABSTRACT}; size and digits derived",
        expect="CERTIFIED",
    ),
    _claim(
        "type-ii-minimum",
        PointFacts("II", 6, loss="0.0250805810", index=0, smallest="0.0047003547", isotropy="Delta(S_5 x S_1)"),
        "Type II is a minimum at k = 6",
        f"family: {ABSTRACT}; size and digits derived",
        expect="CERTIFIED",
    ),
)
SLOW = (
    _slow(
        "global-spectrum",
        TABLE,
        "The spectrum at the global minimum: k(k - 2) eigenvalues at two constants, the others at most linear in k",
        f"derived; {ABSTRACT}: all but O(d) of the dk eigenvalues are bounded, the others grow linearly",
    ),
    _slow(
        "near-zero",
        SpectrumTable("global", (("0", "k*(k - 1)/2"), ("0", "k*(k - 3)/2"), *TABLE.rows[2:])),
        "A trap: the bulk of the spectrum, 'near zero' in the abstract, is not 0",
        ABSTRACT,
        limits="a later paper of theirs says: near small positive constants, 1/4 - 1/(2 pi) and 1/4 + 1/(2 pi)",
        expect="REFUTED",
    ),
    _slow(
        "type-ii-twenty",
        PointFacts("II", 20, index=0, isotropy="Delta(S_19 x S_1)"),
        "Type II is a minimum at k = 20",
        ABSTRACT,
        expect="CERTIFIED",
    ),
)

PAPER = Paper(
    "A",
    KEY,
    "Arjevani, Field 2020, Analytic characterization of the Hessian in shallow ReLU models, arXiv 2008.01805",
    CLAIMS,
    SLOW,
    open=(
        ("spectra at spurious minima coincide with the global one up to O(d^(-1/2))", "no kind of statement for bulks"),
        ("hidden minima: gradient descent avoids types A and I", "needs a statement on ensembles of descents"),
        ("the principle extends to other inputs, smooth activations, deeper networks", "numerical only in the paper"),
    ),
    findings=(
        "'concentrate near zero' can only mean small: at the global minimum "
        "the bulk lies at 1/4 - 1/(2 pi) = 0.0908 and 1/4 + 1/(2 pi) = 0.4092",
    ),
)

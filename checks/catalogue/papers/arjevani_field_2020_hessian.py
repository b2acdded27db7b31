"""Arjevani, Field 2020: the Hessian's spectrum at global and spurious minima of shallow ReLU models."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.catalogue.spectra import CLAIMS as SPECTRA
from checks.claim import SpectrumTable
from checks.point_facts import PointFacts
from checks.statements.spectrum_growth import SpectraAgree, SpectrumGrowth

KEY = "arjevani-field-2020"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
ABSTRACT = "Arjevani and Field 2020, abstract"
COUNTS = f"{ABSTRACT}: all but Theta(d) eigenvalues near small positive constants; counts and limits derived"
AGREE = f"{ABSTRACT}: the spectra coincide to O(d^(-1/2)); coefficients derived"
TABLE = SPECTRA[0].statement
assert isinstance(TABLE, SpectrumTable)

#: Limits of the eigenvalues, up to O(k^(-1/2)), with multiplicities; k + 1 of the k^2 grow at d = k, d + 1 for d >= k.
SIMPLE = ("k/4 + (pi^2 + 2*pi - 4)/(4*pi*(pi - 2))", "k/(2*pi) + (pi^2 - 6*pi + 4)/(4*pi*(pi - 2))")
BULK = (
    ("1/4 - 1/(2*pi)", "k*(k - 1)/2"),
    ("1/4 + 1/(2*pi)", "k*(k - 3)/2"),
    ("1/4", "k - 1"),
    ("k/4 + 1/4", "k - 1"),
    (SIMPLE[0], "1"),
    (SIMPLE[1], "1"),
)
#: The same for every d >= k: the columns beyond the k-th add k - 1 at 1/4 and one that grows, each.
ANY_D = (*BULK[:2], ("1/4", "(k - 1)*(d - k + 1)"), ("k/4 + 1/4", "d - 1"), *BULK[4:])
#: The family I:5: two bulks only, and 13 k - 65 eigenvalues at other constants.
FIVE = (
    ("1/4 - 1/(2*pi)", "k*(k - 11)/2 + 15"),
    ("1/4 + 1/(2*pi)", "k*(k - 13)/2 + 20"),
    ("1/4", "k - 6"),
    ("0.3734793683", "4*k - 24"),
    ("0.0496609830", "4*k - 24"),
    ("0.3584769290", "k - 6"),
    ("0.0449089566", "k - 6"),
    ("0.3168077465", "5"),
    ("0.3002899794", "4"),
    ("0.2721682717", "1"),
    ("0.1880673305", "4"),
    ("0.1776398652", "1"),
    ("0.0908878997", "4"),
    ("0.0908075735", "1"),
    ("-0.0057006938", "6"),
    ("-0.0232697075", "4"),
    ("k/4 + 0.8471395416", "1"),
    ("k/4 + 1/4", "k - 6"),
    ("k/4 + 0.2350730208", "4"),
    ("k/4 + 0.2257460204", "1"),
    ("k/(2*pi) - 0.3471395416", "1"),
)
GROWING = (("k/4", "k"), ("k/(2*pi)", "1"), ("0", "k^2 - k - 1"))
ALL_GAPS = (("0", "k^2"),)

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
    _claim(
        "spectrum-global",
        SpectrumGrowth("global", ANY_D),
        "The global minimum, every d >= k: d + 1 eigenvalues grow linearly, the others tend to 1/4 and 1/4 +- 1/(2 pi)",
        COUNTS,
    ),
    _claim(
        "spectrum-type-a",
        SpectrumGrowth("A", ANY_D),
        "Type A, every d >= k: the same limits with the same multiplicities",
        COUNTS,
    ),
    _claim(
        "agree-type-a",
        SpectraAgree("A", "global", (("-2/pi", "k"), ("-1/pi", "k^2 - 2*k"), ("0", "k"))),
        "Type A and the global minimum: equal up to O(k^(-1/2)); all but k eigenvalues differ at that order",
        AGREE,
    ),
    _claim(
        "agree-type-a-more",
        SpectraAgree("A", "global", ALL_GAPS),
        "A trap: agreement beyond k^(-1/2)",
        "derived: the order k^(-1/2) is attained",
        expect="REFUTED",
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
    *(
        _slow(
            f"spectrum-type-{name.lower().replace(':', '-')}",
            SpectrumGrowth(name, ANY_D),
            f"Type {name}, every d >= k: d + 1 eigenvalues grow linearly, the others tend to 1/4 and 1/4 +- 1/(2 pi)",
            COUNTS,
        )
        for name in ("I", "II", "II:2", "II:3", "II:5")
    ),
    _slow(
        "agree-type-i",
        SpectraAgree(
            "I",
            "global",
            (
                ("-2/pi", "k - 1"),
                ("-1/pi", "(k - 2)^2"),
                ("-1/pi + 1/pi^2", "2*k - 4"),
                ("-2/pi + 4/pi^2", "1"),
                ("0", "k"),
            ),
        ),
        "Type I and the global minimum: equal up to O(k^(-1/2)); all but k eigenvalues differ at that order",
        AGREE,
    ),
    _slow(
        "agree-type-ii",
        SpectraAgree("II", "global", (("-1/pi^2", "2*k - 4"), ("-4/pi^2", "1"), ("0", "k^2 - 2*k + 3"))),
        "Type II and the global minimum: equal up to O(k^(-1/2)); 2k - 3 eigenvalues differ at that order",
        AGREE,
    ),
    _slow(
        "agree-type-ii-2",
        SpectraAgree(
            "II:2", "global", (("-1/pi^2", "4*k - 12"), ("-2/pi^2", "2"), ("-4/pi^2", "2"), ("0", "k^2 - 4*k + 8"))
        ),
        "Two flipped neurons and the global minimum: 4k - 8 eigenvalues differ at order k^(-1/2)",
        AGREE,
    ),
    _slow(
        "growing-i-5",
        SpectrumGrowth("I:5", GROWING, "0"),
        "Five neurons flipped and tied: k + 1 eigenvalues grow linearly, as elsewhere",
        "derived; a family with a fixed number of flipped neurons",
    ),
    _slow(
        "spectrum-i-5",
        SpectrumGrowth("I:5", FIVE),
        "Five neurons flipped and tied: O(k) eigenvalues tend to other constants, and ten to negative ones",
        "derived; digits derived",
        expect="CERTIFIED",
    ),
    _slow(
        "spectrum-i-5-bulk",
        SpectrumGrowth("I:5", BULK),
        "A trap: the limits of types A, I and II at a family that is no minimum for large k",
        "derived: coincidence of the spectra needs one of the types named",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "A",
    KEY,
    "Arjevani, Field 2020, Analytic characterization of the Hessian in shallow ReLU models, arXiv 2008.01805",
    CLAIMS,
    SLOW,
    open=(
        ("any number p of flipped neurons at once", "expansions are per family: II:1, II:2, II:3, II:5, I:5 stated"),
    ),
    findings=(
        "'concentrate near zero' can only mean small: at the global minimum "
        "the bulk lies at 1/4 - 1/(2 pi) = 0.0908 and 1/4 + 1/(2 pi) = 0.4092",
        "at types A, I, II, II:p (p = 2, 3, 5) the eigenvalues that grow linearly agree with those at the global "
        "minimum as well, up to O(k^(-1/2)); at I:5, a saddle for large k, O(k) eigenvalues have other limits",
    ),
)

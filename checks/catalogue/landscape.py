"""Critical points of the population loss: existence, loss, index, whole spectra, isotropy.

``CLAIMS`` are judged by default, ``DENSE`` on request: blocks against the dense Hessian over families and sizes.
"""

from __future__ import annotations

from checks.claim import Claim
from checks.point_facts import PointFacts

ARJEVANI_FIELD = "Arjevani and Field 2021, Analytic study of families of spurious minima; digits derived"
SAFRAN_SHAMIR = "Safran and Shamir 2018; digits derived"

TYPE_A = PointFacts(
    "A",
    3,
    loss="0.0241236637",
    index=1,
    smallest="-0.0444821696",
    eigenvalues=(
        ("-0.0444821696", 1),
        ("0.0442589291", 2),
        ("0.2406332364", 2),
        ("0.4620916188", 1),
        ("0.8296534903", 2),
        ("1.1817141478", 1),
    ),
    isotropy="Delta(S_3)",
    gauss_newton="0.0878909552",
)

CLAIMS = (
    Claim(
        "landscape/type-a",
        TYPE_A,
        title="The three-neuron point of type A is a saddle; without the kink's Dirac part it would pass for a minimum",
        source="derived; the point is of type A in Arjevani and Field 2021",
        expect=("CERTIFIED",),
    ),
    Claim(
        "landscape/type-a-gauss-newton",
        PointFacts("A", 3, index=0, smallest="0.0878909552"),
        title="A trap: the Gauss-Newton matrix makes a minimum of the three-neuron point of type A",
        source="what differentiating a finite sample's loss twice returns",
        expect=("REFUTED",),
    ),
    Claim(
        "landscape/type-ii",
        PointFacts(
            "II",
            6,
            d=7,
            loss="0.0250805810",
            index=0,
            smallest="0.0047003547",
            eigenvalues=(
                ("0.0047003547", 4),
                ("0.0463775801", 6),
                ("0.0624419452", 1),
                ("0.0772907037", 4),
                ("0.1998032068", 4),
                ("0.2045537910", 1),
                ("0.2211723401", 1),
                ("0.2383455845", 4),
                ("0.3388549949", 4),
                ("0.3638006888", 5),
                ("0.8694840035", 1),
                ("1.6178710401", 1),
                ("1.6719782263", 4),
                ("1.6990086428", 1),
                ("2.0237338573", 1),
            ),
            isotropy="Delta(S_5 x S_1)",
        ),
        title="The smallest spurious minimum of type II, in one dimension more than needed",
        source=f"{SAFRAN_SHAMIR}; {ARJEVANI_FIELD}",
        expect=("CERTIFIED",),
    ),
    Claim(
        "landscape/type-a-minimum",
        PointFacts("A", 6, loss="0.0556685813", index=0, smallest="0.0015036524", isotropy="Delta(S_6)"),
        title="At six neurons the point of type A is no saddle any more but a minimum",
        source=ARJEVANI_FIELD,
        expect=("CERTIFIED",),
    ),
    Claim(
        "landscape/type-i-flipped",
        PointFacts("I:3", 5, index=1, isotropy="Delta(S_3 x S_2)"),
        title="A saddle with three flipped neurons of five",
        source="derived",
        expect=("CERTIFIED",),
    ),
    Claim(
        "landscape/global",
        PointFacts("global", 4, d=5, loss="0", index=0, isotropy="Delta(S_4)"),
        title="The global minimum W = V",
        source="derived",
        expect=("CERTIFIED",),
    ),
    Claim(
        "landscape/diagonal",
        PointFacts("diagonal", 4, loss="0.4714164693", smallest="-1.2070736820", isotropy="Delta(S_4) x S_4"),
        title="All neurons equal: a degenerate saddle in closed form",
        source="derived; isotropy S_k x S_k in Arjevani and Field 2021",
        limits="the Hessian has eigenvalues 0: no index is claimed",
        expect=("CERTIFIED",),
    ),
    Claim(
        "landscape/wrong-partition",
        PointFacts("II:2", 5, isotropy="Delta(S_4 x S_1)"),
        title="A trap: two flipped neurons are not one",
        source="derived",
        expect=("REFUTED",),
    ),
)

#: Points whose blocks are compared with the dense Hessian, at d = k and d = k + 2.
POINTS = (
    *(("global", k) for k in (3, 6, 9, 12)),
    *(("diagonal", k) for k in (3, 7, 12)),
    *(("A", k) for k in (3, 6, 9, 12)),
    *(("I", k) for k in (5, 8, 12)),
    *(("II", k) for k in (6, 9, 12)),
    *(("II:2", k) for k in (5, 8, 12)),
    *(("I:4", k) for k in (6, 9, 12)),
    ("4,1+1#1", 5),
    ("9,1+1#1", 10),
)


def _dense(point: str, k: int, d: int) -> Claim:
    name = point.replace(":", "-").replace(",", "-").replace("+", "-and-").replace("#", "-no-").lower()
    return Claim(
        f"landscape-dense/{name}-k-{k}-d-{d}",
        PointFacts(point, k, d),
        title=f"Blocks against the dense Hessian at {point}, k = {k}, d = {d}",
        source="derived",
        expect=("CERTIFIED",),
    )


DENSE = tuple(_dense(point, k, k + extra) for point, k in POINTS for extra in (0, 2))

"""Jakub, Nica 2024: angles in deep ReLU networks; the mixed moments J_{a,b} and their recurrence."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.simulation import Simulation

KEY = "jakub-nica-2024"
_claim = Entries(KEY).claim
RECURRENCE = "recalled: Jakub and Nica 2024, J_{a,b} = (a - 1) J_{a-2,b} + b cos(theta) J_{a-1,b-1}"
UNITS = {"|u|": "{1}", "|v|": "{1}"}


def moment(a: int, b: int) -> str:
    """J_{a,b}, where relu^0 is the step.

    Example:
        >>> moment(2, 0)
        'E[relu(u)^2*step(v)]'
    """
    parts = [f"{'step' if n == 0 else 'relu'}({x}){f'^{n}' if n > 1 else ''}" for x, n in (("u", a), ("v", b))]
    return f"E[{parts[0]}*{parts[1]}]"


def recurrence(a: int, b: int) -> Identity:
    """The recurrence as published, for a >= 2 and b >= 1.

    Example:
        >>> print(recurrence(2, 1))
        E[relu(u)^2*relu(v)] = 1*E[step(u)*relu(v)] + 1*cos(theta)*E[relu(u)*step(v)]
    """
    return Identity(moment(a, b), f"{a - 1}*{moment(a - 2, b)} + {b}*cos(theta)*{moment(a - 1, b - 1)}")


CLAIMS = (
    *(
        _claim(
            f"recurrence-{a}-{b}",
            recurrence(a, b),
            f"The recurrence at a = {a}, b = {b}",
            RECURRENCE,
            variables=UNITS,
            limits="unit vectors, a >= 2, b >= 1",
        )
        for a, b in ((2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (4, 2))
    ),
    _claim(
        "recurrence-2-0",
        Identity(moment(2, 0), moment(0, 0)),
        "A trap: the recurrence read at b = 0, where its second term is absent",
        RECURRENCE,
        variables=UNITS,
        limits="recalled without the range of b",
        expect="REFUTED",
    ),
    _claim(
        "recurrence-2-0-repaired",
        Identity(moment(2, 0), f"{moment(0, 0)} + sin(theta)*cos(theta)/(2*pi)"),
        "Repaired at b = 0: the step has a Dirac mass, which contributes sin(theta) cos(theta)/(2 pi)",
        "derived: Stein's lemma",
        variables=UNITS,
    ),
    _claim(
        "j-0-0",
        Identity(moment(0, 0), "(pi - theta)/(2*pi)"),
        "J_{0,0}",
        "recalled: Jakub and Nica 2024, low orders",
    ),
    _claim(
        "j-1-1",
        Identity(moment(1, 1), "(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"),
        "J_{1,1}",
        "recalled: Jakub and Nica 2024, low orders",
        variables=UNITS,
        limits="unit vectors",
    ),
    _claim(
        "j-2-2",
        Identity(moment(2, 2), "(3*sin(theta)*cos(theta) + (pi - theta)*(1 + 2*cos(theta)^2))/(2*pi)"),
        "J_{2,2}",
        "recalled: Jakub and Nica 2024, low orders",
        variables=UNITS,
        limits="unit vectors",
    ),
    _claim(
        "j-3-1",
        Identity(
            moment(3, 1),
            "(sin(theta)*(2 + cos(theta)^2) + 3*(pi - theta)*cos(theta))/(2*pi)",
        ),
        "J_{3,1}",
        "derived: by the recurrence and its repair",
        variables=UNITS,
        limits="unit vectors",
    ),
    # a mean within four of its standard errors; below infinite width by more than four of them
    _claim(
        "simulated-angles",
        Simulation("jakub-nica-2024/angles", ("small_angle_z < 4", "small_angle_z > -4", "wide_z > 4"), 7, 1),
        "A layer shifts E ln sin^2 of a small angle by E[psi((A - 1)/2) - psi(A/2)], A active units, near -2/n",
        "derived; for Jakub and Nica 2024, E ln sin^2 of the angle one layer on",
        expect="CONSISTENT",
    ),
    _claim(
        "simulated-infinite-width",
        Simulation("jakub-nica-2024/angles", ("wide_z < 4",), 7, 1),
        "A trap: angles of networks of finite width follow the recursion of infinite width",
        "derived: infinite width in the place of finite width",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "K",
    KEY,
    "Jakub, Nica 2024, Depth degeneracy in neural networks, JMLR",
    CLAIMS,
    open=(
        (
            "E ln sin^2 of the angle one layer on, at finite width",
            "simulated; expectations of ratios have no closed form here",
        ),
    ),
    findings=(
        "the recurrence misses sin(theta) cos(theta)/(2 pi) at b = 0 (J_{2,0}), if it is meant there: the Dirac mass",
    ),
)

"""Park et al. 2024: the error of gradient flow split into estimation and approximation, along one eigenvector."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality

KEY = "park-2024"
_claim = Entries(KEY).claim
DERIVED = (
    "derived; for Park et al. 2024, read as: one eigenvector of a kernel, target t, noise u, q = exp(-lambda time), "
    "flow at (1 - q) (t + u)"
)
STOPPED = {"t": "(-oo, oo)", "q": "[0, 1]"}
SIZES = {"t": "(0, oo)", "s": "(0, oo)", "q": "(-oo, oo)"}

CLAIMS = (
    _claim(
        "split",
        Identity("E[((1 - q)*(t + u) - t)^2]", "q^2*t^2 + (1 - q)^2*|u|^2"),
        "The mean squared error is approximation q^2 t^2 plus estimation (1 - q)^2 |u|^2",
        DERIVED,
        variables=STOPPED,
    ),
    _claim(
        "split-with-cross-term",
        Identity("E[((1 - q)*(t + u) - t)^2]", "(q*t + (1 - q)*|u|)^2"),
        "A trap: the terms added before they are squared",
        "derived: noise that is not centred",
        variables=STOPPED,
        expect="REFUTED",
    ),
    _claim(
        "best-time",
        Identity("q^2*t^2 + (1 - q)^2*s^2 - t^2*s^2/(t^2 + s^2)", "(q*(t^2 + s^2) - s^2)^2/(t^2 + s^2)"),
        "The least error t^2 s^2/(t^2 + s^2) is attained at q = s^2/(t^2 + s^2), s the noise's deviation",
        DERIVED,
        variables=SIZES,
    ),
    _claim(
        "below-both",
        Inequality("t^2*s^2/(t^2 + s^2)", "<", "s^2"),
        "Stopped there the flow is better than at its limit, whose error is s^2",
        DERIVED,
        variables={"t": "[1/10, 10]", "s": "[1/10, 10]"},
    ),
    _claim(
        "estimation-grows",
        Inequality("(1 - q)^2", "<=", "1 - q"),
        "The estimation term stays below (1 - q) s^2 at all times",
        DERIVED,
        variables={"q": "[0, 1]"},
    ),
    _claim(
        "estimation-at-negative-times",
        Inequality("(1 - q)^2", "<=", "1 - q"),
        "A trap: the same for q < 0, steps that overshoot",
        "derived: the assumption of a flow, or of small steps, violated",
        variables={"q": "[-1, 1]"},
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "K",
    KEY,
    "Park et al. 2024, arXiv 2410.06191",
    CLAIMS,
    open=(
        ("the paper's own terms and rates", "the paper could not be read; only the split is known from its abstract"),
        ("many eigenvectors, networks of finite width", "no kind of statement for matrices of any size"),
    ),
)

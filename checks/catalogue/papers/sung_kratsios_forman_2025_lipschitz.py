"""Sung, Kratsios, Forman 2025: Lipschitz constants under decaying learning rates; the Gaussian Huber risk."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality
from checks.statements.simulation import Simulation

KEY = "sung-kratsios-forman-2025"
_claim, _slow = Entries(KEY).claim, Entries(KEY, ON_REQUEST_GROUP).claim
DERIVED = "derived; for the Huber empirical risk of Sung, Kratsios and Forman 2025"
THRESHOLD = {"t": "(0, oo)"}
HUBER = "u^2/2 - relu(u - t)^2/2 - relu(-u - t)^2/2"
CLIP = "u - relu(u - t) + relu(-u - t)"
UNIT = {"t": "[1/10, 3]", "|u|": "{1}"}

CLAIMS = (
    _claim(
        "huber-risk",
        Identity(
            f"E[{HUBER}]",
            "(|u|^2 + t^2)*Phi(t/|u|) - |u|^2/2 - t^2 + t*|u|*exp(-t^2/(2*|u|^2))/sqrt(2*pi)",
        ),
        "The Huber risk of a Gaussian residual",
        DERIVED,
        variables=THRESHOLD,
    ),
    _claim(
        "huber-below-square",
        Inequality(f"E[{HUBER}]", "<=", "|u|^2/2"),
        "The Huber risk is at most the square's",
        DERIVED,
        variables=UNIT,
        expect="CERTIFIED",
    ),
    _claim(
        "huber-below-absolute",
        Inequality(f"E[{HUBER}]", "<=", "t*E[abs(u)]"),
        "The Huber risk is at most t times the absolute value's",
        DERIVED,
        variables=UNIT,
        expect="CERTIFIED",
    ),
    _claim(
        "huber-slope-stein",
        Identity(f"E[({CLIP})*u]", "|u|^2*(2*Phi(t/|u|) - 1)"),
        "The Huber loss's slope against the residual",
        f"{DERIVED}: Stein's lemma",
        variables=THRESHOLD,
    ),
    _claim(
        "huber-curvature",
        Identity("E[step(t - u)*step(t + u)]", "2*Phi(t/|u|) - 1"),
        "The mean curvature of the Huber loss: the probability of its quadratic part",
        DERIVED,
        variables=THRESHOLD,
    ),
    _claim(
        "huber-slope-square",
        Identity(
            f"E[({CLIP})^2]",
            "|u|^2*(2*Phi(t/|u|) - 1) + 2*t^2*(1 - Phi(t/|u|)) - 2*t*|u|*exp(-t^2/(2*|u|^2))/sqrt(2*pi)",
        ),
        "The second moment of the Huber loss's slope",
        DERIVED,
        variables=THRESHOLD,
    ),
    _claim(
        "exponential-path",
        Identity("(1 - q)*(1 + q + q^2 + q^3 + q^4 + q^5)", "1 - q^6"),
        "Exponentially decaying rates: the sum that bounds the path, six steps",
        "derived; path length at most the sum of rates times gradients",
        variables={"q": "(0, 1)"},
    ),
    _claim(
        "relu-lipschitz",
        Inequality("E[(relu(u) - relu(v))^2]", "<=", "|u|^2 + |v|^2 - 2*|u|*|v|*cos(theta)"),
        "The ReLU is 1-Lipschitz, in mean square: E(relu u - relu v)^2 <= E(u - v)^2",
        "derived; L_sigma = 1 in Lip(f) <= L_sigma |a| |B|",
        variables={"|u|": "{1}", "|v|": "{1}"},
        expect="CERTIFIED",
    ),
    _claim(
        "relu-half-lipschitz",
        Inequality("E[(relu(u) - relu(v))^2]", "<=", "(|u|^2 + |v|^2 - 2*|u|*|v|*cos(theta))/4"),
        "A trap: half that constant would do",
        "derived",
        variables={"|u|": "{1}", "|v|": "{1}"},
        expect="REFUTED",
    ),
    _claim(
        "huber-as-square",
        Identity(f"E[{HUBER}]", "|u|^2/2"),
        "A trap: the Huber risk taken for the square's",
        "derived",
        variables=THRESHOLD,
        expect="REFUTED",
    ),
)

#: More than three seconds each.
SLOW = (
    # bounds have the factor 1; the order is that of the rates; decay after half of the time can only lower the risk
    _slow(
        "simulated-decays",
        Simulation(
            "sung-kratsios-forman-2025/decays",
            (
                "lipschitz_over_bound <= 1",
                "path_over_bound <= 1",
                "gradient_over_bound <= 1",
                "lipschitz_gap > 0",
                "budget_gap > 0",
                "price_eventual <= 1",
            ),
            7,
            1,
        ),
        "Bounds hold; decay from the start gives smaller Lipschitz constants and paths; eventual decay costs nothing",
        "Sung, Kratsios and Forman 2025, abstract: eventual decay does not hurt the rate; all else derived",
        limits="decay from the start is not what the abstract is about",
        expect="CONSISTENT",
    ),
    _slow(
        "simulated-constant-as-small",
        Simulation("sung-kratsios-forman-2025/decays", ("lipschitz_gap <= 0",), 7, 1),
        "A trap: a constant rate gives a Lipschitz constant as small as rates that decay from the start",
        "derived: about decay from the start; the abstract compares with eventual decay, and finds it similar",
        limits="rates like 1/sqrt(t) and 1/t from the first step on, which stop early; no statement of the abstract",
        expect="REFUTED",
    ),
    # similar: at most a quarter more, at least half; fixed before the first run
    _slow(
        "simulated-eventual-similar",
        Simulation(
            "sung-kratsios-forman-2025/decays",
            ("eventual_over_constant <= 1.25", "eventual_over_constant >= 0.5"),
            7,
            2,
        ),
        "Rates that decay eventually and the constant rate: similar Lipschitz constants",
        "Sung, Kratsios and Forman 2025, abstract: constant rates look similar; criteria derived",
        expect="CONSISTENT",
        limits="one dimension, tanh; decay like 1/t from half of the time on",
    ),
    _slow(
        "simulated-decay-at-no-price",
        Simulation("sung-kratsios-forman-2025/decays", ("price_inverse <= 1",), 7, 1),
        "A trap: rates that decay like 1/t from the start are as good as the constant rate in half the time",
        "derived: decay that is not eventual",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "F",
    KEY,
    "Sung, Kratsios, Forman 2025, on Lipschitz constants under constraints on the learning rate, arXiv 2502.03792",
    CLAIMS,
    SLOW,
    open=(
        (
            "decay of the rate keeps the Lipschitz constant small at no cost in rate",
            "simulated; the theorem itself is a statement on descents",
        ),
        ("E|B_0| <= sqrt m + sqrt d", "random matrices: no kind of statement"),
    ),
)

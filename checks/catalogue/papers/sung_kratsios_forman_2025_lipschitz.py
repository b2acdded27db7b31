"""Sung, Kratsios, Forman 2025: Lipschitz constants under decaying learning rates; the Gaussian Huber risk."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality

KEY = "sung-kratsios-forman-2025"
_claim = Entries(KEY).claim
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

PAPER = Paper(
    "F",
    KEY,
    "Sung, Kratsios, Forman 2025, on Lipschitz constants under constraints on the learning rate, arXiv 2502.03792",
    CLAIMS,
    open=(
        ("decay of the rate keeps the Lipschitz constant small at no cost in rate", "a statement on descents"),
        ("E|B_0| <= sqrt m + sqrt d", "random matrices: no kind of statement"),
    ),
)

"""Han et al. 2021: random features for the neural tangent kernel; arc-cosine recursion and features phi_0, phi_1."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.asymptotics import Expansion
from checks.statements.recursion import Recursion
from checks.statements.simulation import Simulation

KEY = "han-2021"
_claim = Entries(KEY).claim
SOURCE = "recalled: Han et al. 2021, arc-cosine kernels"
K0, K1 = "(pi - acos(rho))/pi", "(sqrt(1 - rho^2) + rho*(pi - acos(rho)))/pi"
UNITS = {"|u|": "{1}", "|v|": "{1}"}

CLAIMS = (
    _claim(
        "phi-zero",
        Identity("2*E[step(u)*step(v)]", K0),
        "The features phi_0 = sqrt(2/m) Step(W x) are unbiased for kappa_0",
        SOURCE,
    ),
    _claim(
        "phi-one",
        Identity("2*E[relu(u)*relu(v)]", f"|u|*|v|*{K1}"),
        "The features phi_1 = sqrt(2/m) ReLU(W x) are unbiased for kappa_1",
        SOURCE,
    ),
    _claim(
        "phi-one-unscaled",
        Identity("E[relu(u)*relu(v)]", f"|u|*|v|*{K1}"),
        "A trap: features without the factor sqrt 2",
        "derived",
        expect="REFUTED",
    ),
    _claim(
        "phi-one-variance",
        Identity(
            "4*(E[relu(u)^2*relu(v)^2] - E[relu(u)*relu(v)]^2)",
            "|u|^2*|v|^2*(2*(3*sin(theta)*cos(theta) + (pi - theta)*(1 + 2*cos(theta)^2))/pi"
            " - (sin(theta) + (pi - theta)*cos(theta))^2/pi^2)",
        ),
        "The variance of one feature's product",
        "derived; Cho and Saul 2009, k_2",
    ),
    _claim(
        "tangent-kernel",
        Identity("2*E[relu(u)*relu(v)] + |u|*|v|*rho*(2*E[step(u)*step(v)])", f"|u|*|v|*({K1} + rho*{K0})"),
        "One step of the recursion: Theta_1 = kappa_1 + rho kappa_0",
        f"{SOURCE}, recursion of the NTK",
    ),
    _claim(
        "depth",
        Recursion("2*E[relu(u)*relu(v)]", "1", "[-1, 1]", power="2", constant="9*pi^2/2"),
        "kappa_1 iterated: correlations tend to 1, 1 - rho_l ~ (9 pi^2/2)/l^2",
        "derived",
        expect="CERTIFIED",
    ),
    _claim(
        "kappa-one-series",
        Expansion(K1.replace("rho", "r"), "r", "0", "1/pi + r/2 + r^2/(2*pi) + r^4/(24*pi)", "6"),
        "The power series of kappa_1, which polynomial sketches cut off",
        "derived",
    ),
    _claim(
        "at-one",
        Identity("2*E[relu(u)*relu(v)]", "1"),
        "kappa_1(1) = 1",
        SOURCE,
        variables={**UNITS, "theta": "{0}"},
        limits="unit vectors",
    ),
    # m^(-1/2) over a factor 8, 20 draws each: standard error about 0.1, so half of the exponent is asked for
    _claim(
        "simulated-features",
        Simulation("han-2021/features", ("exponent < -0.25",), 7, 1),
        "Two layers of features phi_0, phi_1: their kernel tends to the tangent kernel like m^(-1/2)",
        f"{SOURCE}, recursion of the NTK; rate derived",
        expect="CONSISTENT",
    ),
    _claim(
        "simulated-unscaled",
        Simulation("han-2021/features-unscaled", ("exponent < -0.25",), 7, 2),
        "A trap: features without the factor sqrt 2 tend to it too",
        "derived: unbiasedness violated",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "K",
    KEY,
    "Han et al. 2021, Random features for the neural tangent kernel, 2104.01351",
    CLAIMS,
    open=(
        (
            "spectral approximation by so many features",
            "random matrices: the Frobenius error is simulated, no kind of statement",
        ),
    ),
)

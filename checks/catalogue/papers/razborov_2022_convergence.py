"""Razborov 2022: convergence of both layers beyond the kernel regime; facts on its Gram matrices."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity
from checks.statements.asymptotics import Expansion
from checks.statements.simulation import Simulation

KEY = "razborov-2022"
_claim = Entries(KEY).claim
UNIT = {"|u|": "{1}"}
UNITS = {"|u|": "{1}", "|v|": "{1}"}
DERIVED = "derived; for the Gram matrices of Razborov 2022"
SIMULATED = "Razborov 2022, abstract, simulated"
KAPPA = "r*(pi - acos(r))/(2*pi)"
EXPERIMENT = "razborov-2022/both-layers"
FITS = "ratio < 0.000001"
#: Fewer neurons than points: the second layer alone cannot fit.
FEW = {"k": 20, "eta_z": 0.2}

CLAIMS = (
    _claim(
        "first-layer-gram",
        Identity("E[step(u)*step(v)]*|u|*|v|*rho", "|u|*|v|*rho*(pi - acos(rho))/(2*pi)"),
        "First-layer Gram matrix: |x| |x'| kappa(rho), kappa(rho) = rho (pi - arccos rho)/(2 pi)",
        DERIVED,
    ),
    _claim(
        "second-layer-gram",
        Identity("E[relu(u)*relu(v)]", "|u|*|v|*(sqrt(1 - rho^2) + rho*(pi - acos(rho)))/(2*pi)"),
        "Second-layer Gram matrix",
        f"{DERIVED}; Cho and Saul 2009, half of k_1",
    ),
    _claim(
        "kappa-series",
        Expansion(KAPPA, "r", "0", "r/4 + r^2/(2*pi) + r^4/(12*pi) + 3*r^6/(80*pi)", "8"),
        "Power series of kappa",
        DERIVED,
    ),
    _claim(
        "step-first",
        Identity("E[step(u)*He(1, u)]", "1/sqrt(2*pi)"),
        "Hermite coefficient of order 1 of the step",
        DERIVED,
        variables=UNIT,
        limits="unit variance",
    ),
    _claim(
        "step-third",
        Identity("E[step(u)*He(3, v)]", "-rho^3/sqrt(2*pi)"),
        "Hermite coefficient of order 3 of the step, at correlation rho",
        DERIVED,
        variables=UNITS,
        limits="unit variances",
    ),
    _claim(
        "step-even",
        Identity("E[step(u)*He(2, v)]", "0"),
        "Even Hermite coefficients of the step are 0",
        DERIVED,
        variables=UNITS,
    ),
    _claim(
        "relu-second",
        Identity("E[relu(u)*He(2, u)]", "1/sqrt(2*pi)"),
        "Hermite coefficient of order 2 of the ReLU",
        DERIVED,
        variables=UNIT,
        limits="unit variance",
    ),
    _claim(
        "relu-fourth",
        Identity("E[relu(u)*He(4, u)]", "-1/sqrt(2*pi)"),
        "Hermite coefficient of order 4 of the ReLU",
        DERIVED,
        variables=UNIT,
        limits="unit variance",
    ),
    _claim(
        "antipodal",
        Identity("E[step(u)*step(v)]*rho + E[step(u)*step(-v)]*rho", "rho/2"),
        "Antipodal inputs: kappa(rho) - kappa(-rho) is rho/2: odd combinations with sum c_i x_i = 0 are in the kernel",
        DERIVED,
    ),
    _claim(
        "unnormalised",
        Identity("E[step(u)*step(v)]*rho", "rho*(pi - acos(rho))/pi"),
        "A trap: kappa with Cho and Saul's factor 1/pi is twice the Gram matrix",
        "Cho and Saul 2009 define k_0 with this factor",
        expect="REFUTED",
    ),
    _claim(
        "both-layers",
        Simulation(  # at full sizes as many repetitions as a true share of 0.9 needs to be told from 1/2
            EXPERIMENT,
            (FITS, "contraction >= 0.5"),
            10,
            seed=11,
            full_criteria=(FITS, "contraction >= 0.9"),
            full_repetitions=20,
        ),
        "Gradient descent on both layers fits random signs, as fast as the Gram matrices guarantee",
        f"{SIMULATED}; the rate to first order in the steps: derived",
        expect="CONSISTENT",
        limits="contraction: at the steps looked at, as a share of the guarantee; eta_z = 1/1000 moves z little",
    ),
    _claim(
        "first-layer-alone",
        Simulation(EXPERIMENT, (FITS,), 10, seed=12, sizes={"eta_z": 0}),
        "The first layer alone fits them too",
        SIMULATED,
        expect="CONSISTENT",
    ),
    _claim(
        "beyond-the-kernel-regime",
        Simulation(EXPERIMENT, (FITS, "moved_z >= 0.4"), 10, seed=13, sizes=FEW),
        "Few neurons fit them with a large relative move of the second layer",
        f"{SIMULATED}: well beyond the NTK regime",
        expect="CONSISTENT",
    ),
    _claim(
        "second-layer-alone",
        Simulation(
            EXPERIMENT,
            ("floor >= 0.1", "ratio >= 0.1"),
            10,
            seed=14,
            sizes={**FEW, "eta_w": 0},
        ),
        "Fewer neurons than points: the second layer alone does not fit, by descent or by least squares",
        "derived; the contrast to Razborov 2022",
        expect="CONSISTENT",
    ),
    _claim(
        "parallel-inputs",
        Simulation(EXPERIMENT, (FITS,), 7, seed=15, sizes={"parallel": 1}),
        "A trap: one input is twice another, with the opposite label: lambda_min is 0, and nothing fits both",
        "derived: f(2x) = 2 f(x)",
        expect="REFUTED",
    ),
)

PAPER = Paper(
    "C",
    KEY,
    "Razborov 2022, Improved convergence guarantees for shallow neural networks, 2212.02323",
    CLAIMS,
    open=(
        ("gradient descent reaches a global minimum for all adversarial labels", "simulated for random signs only"),
        ("PSD lower bounds by Schur products", "the Schur product theorem is not a kind of statement"),
        ("lambda_min of the Gram matrices for given inputs", "needs a kind for matrices of kernels"),
    ),
)

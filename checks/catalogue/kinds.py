"""Inequalities, limits and expansions, recursions, gradient descent, bounds of eigenvalues, orders of matrices."""

from __future__ import annotations

from checks.claim import Claim
from checks.statements.asymptotics import Expansion, Limit, Order
from checks.statements.descent import GradientDescent
from checks.statements.eigenvalue_bound import EigenvalueBound
from checks.statements.inequality import Inequality
from checks.statements.ordering import MatrixOrder
from checks.statements.recursion import Recursion

_RELU = "E[relu(u)*relu(v)]"
HAYOU = "Hayou, Doucet and Rousseau 2019, proposition 3 and lemma 1"
CERTIFIED, PROVED, REFUTED = ("CERTIFIED",), ("PROVED",), ("REFUTED",)

CLAIMS = (
    Claim(
        "inequalities/cauchy-schwarz",
        Inequality(_RELU, "<=", "|u|*|v|/2"),
        title="The arc-cosine kernel is at most its value at angle 0, where both sides are equal",
        source="Cauchy-Schwarz; kernel of Cho and Saul 2009",
        expect=CERTIFIED,
    ),
    Claim(
        "inequalities/positive-at-pi",
        Inequality(_RELU, ">", "0"),
        title="A trap: the arc-cosine kernel vanishes at angle pi",
        source="derived",
        expect=REFUTED,
    ),
    Claim(
        "inequalities/above-the-linear-kernel",
        Inequality(_RELU, ">", "|u|*|v|*rho/2"),
        title="The arc-cosine kernel exceeds half the inner product, on the left end open",
        source="derived: relu(z) >= z",
        variables={"theta": "(0, pi]"},
        expect=CERTIFIED,
    ),
    Claim(
        "inequalities/step-is-not-linear",
        Inequality("E[step(u)*step(v)]", "<=", "(1 + rho)/4"),
        title="A trap: the orthant probability is no more than its chord only for acute angles",
        source="derived",
        expect=REFUTED,
    ),
    Claim(
        "inequalities/polynomial",
        Inequality("t^4 + 1", ">", "t^3 + t/4"),
        title="A polynomial inequality on the whole line",
        source="derived",
        variables={"t": "(-oo, oo)"},
        expect=PROVED,
    ),
    Claim(
        "orders/kernel-matrix",
        MatrixOrder((("E[relu(u)^2]", _RELU), (_RELU, "E[relu(v)^2]"))),
        title="The kernel matrix of two inputs is positive semidefinite",
        source="a Gram matrix in L^2",
        expect=CERTIFIED,
    ),
    Claim(
        "limits/standard-eigenvalue",
        Limit("(pi*(k + 2) - sqrt(pi^2*k^2 - 16*pi + 16))/(8*pi)", "k", "oo", "1/4"),
        title="The smaller eigenvalue of the standard component at W = V tends to 1/4",
        source="spectra/global-minimum",
        expect=PROVED,
    ),
    Claim(
        "limits/kernel-at-pi",
        Order("(sin(theta) + (pi - theta)*cos(theta))/(2*pi)", "theta", "pi", "3", "1/(6*pi)"),
        title="The arc-cosine kernel vanishes to third order at angle pi",
        source="derived",
        expect=PROVED,
    ),
    Claim(
        "limits/kernel-at-zero",
        Expansion("(sin(theta) + (pi - theta)*cos(theta))/pi", "theta", "0", "1 - theta^2/2", "4"),
        title="A trap: the arc-cosine kernel is not even at angle 0, its cubic term is theta^3/(3 pi)",
        source="a Taylor expansion that forgets the kink",
        expect=REFUTED,
    ),
    Claim(
        "limits/angle-of-gap",
        Expansion("acos(1 - t)", "t", "0+", "sqrt(2*t) + sqrt(2)*t^(3/2)/12", "5/2"),
        title="The angle of a correlation near 1",
        source="derived",
        expect=PROVED,
    ),
    Claim(
        "limits/loss-type-ii",
        Expansion("loss at II", "k", "oo", "(1/2 - 2/pi^2)/k", "3/2"),
        title="The loss at the minima of type II decays like 1/k",
        source="Arjevani and Field 2021, Analytic study of families of spurious minima",
        expect=PROVED,
    ),
    Claim(
        "recursions/relu",
        Recursion("2*E[relu(u)*relu(v)]", "1", "[-1, 1]", power="2", constant="9*pi^2/2"),
        title="Correlations of a relu network of depth l: 1 - c_l ~ (9 pi^2/2)/l^2, from every start",
        source=HAYOU,
        expect=CERTIFIED,
    ),
    Claim(
        "recursions/relu-exponential",
        Recursion("2*E[relu(u)*relu(v)]", "1", "[-1, 1]", factor="1/2"),
        title="A trap: correlations of a relu network do not converge exponentially",
        source="derived",
        expect=REFUTED,
    ),
    Claim(
        "recursions/sign",
        Recursion("E[sign(u)*sign(v)]", "0", "(-1, 1)", factor="2/pi"),
        title="Correlations of a sign network vanish exponentially, by a factor 2/pi a layer",
        source="derived: slope of the arcsine law",
        expect=CERTIFIED,
    ),
    Claim(
        "descent/type-ii",
        GradientDescent("II", 6, step="1/2", factor="0.9976498226", converges=True),
        title="Gradient descent with step 1/2 converges to the smallest spurious minimum of type II, slowly",
        source="derived",
        expect=CERTIFIED,
    ),
    Claim(
        "descent/type-ii-step-one",
        GradientDescent("II", 6, step="1", converges=True),
        title="A trap: step 1 is too long, the largest eigenvalue there exceeds 2",
        source="derived",
        expect=REFUTED,
    ),
    Claim(
        "descent/basin",
        GradientDescent("II", 7, step="1/2", radius="0.003"),
        title="A ball about a spurious minimum from which gradient descent never escapes",
        source="derived",
        expect=CERTIFIED,
    ),
    Claim(
        "descent/from-a-start",
        GradientDescent("global", 2, step="1/2", start=(("1/2", "1/10"), ("-1/5", "1/3"))),
        title="Gradient descent from a given start reaches the teacher",
        source="derived",
        expect=CERTIFIED,
    ),
    Claim(
        "bounds/type-a-onwards",
        EigenvalueBound("A", 7, "0.0067", onwards=True),
        title="From seven neurons on every point of type A is a strict local minimum",
        source="derived; family of Arjevani and Field 2021",
        expect=CERTIFIED,
    ),
    Claim(
        "bounds/type-ii",
        EigenvalueBound("II", 6, "0.0048"),
        title="A trap: the smallest eigenvalue at II, k = 6, is 0.0047",
        source="derived",
        expect=REFUTED,
    ),
)

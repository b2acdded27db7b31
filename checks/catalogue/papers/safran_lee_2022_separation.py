"""Safran, Lee 2022: a depth separation by optimisation; the expected feature of a radial target."""

from __future__ import annotations

from checks.catalogue.papers.paper import ON_REQUEST_GROUP, Entries, Paper
from checks.claim import Identity
from checks.statements.inequality import Inequality
from checks.statements.simulation import Simulation

KEY = "safran-lee-2022"
_claim = Entries(KEY).claim
_slow = Entries(KEY, ON_REQUEST_GROUP).claim
SOURCE = "Safran and Lee 2022"
F = {"f(z, t)": "2/pi*atan(1/sqrt(2 + z^2)) - t*4/(1 - erf(1))*owens_t(sqrt(2), 1/sqrt(2 + z^2))"}
XI = {"xi(z)": "2/pi*atan(1/sqrt(2 + z^2))*(1 - erf(1))/(4*owens_t(sqrt(2), 1/sqrt(2 + z^2)))"}
SLOPE = {
    "q(z)": "(3 + z^2)/(2 + z^2)",
    "slope(z, t)": "2/pi*z/(sqrt(2 + z^2)*(3 + z^2))*(t*exp(-q(z))/(1 - erf(1)) - 1)",
}
MINIMUM = {"m(t)": "1/(log(t/(1 - erf(1))) - 1) - 2"}
HALF = {"|u|": "{1}", "|v|": "{1/2}", "theta": "{pi/2}"}
WINDOW = "[9/20, 59/125]"
EXPERIMENT = "safran-lee-2022/clipped"
LEARNS, LEARNS_FULL = "clipped_error < 0.1", "clipped_error < 0.03"

CLAIMS = (
    _claim(
        "over-weights",
        Identity("E[erf(u + b)]", "erf(b/sqrt(1 + 2*|u|^2))"),
        "The feature, averaged over weights: |u| = |x|/2",
        f"{SOURCE}, proof; the step is derived",
        variables={"b": "(-oo, oo)"},
    ),
    _claim(
        "positive-bias",
        Identity("2*E[erf(b/sqrt(1 + 2*s^2))*step(b)]", "2/pi*atan(sqrt(2)*|b|/sqrt(1 + 2*s^2))"),
        "Then over positive biases of any deviation |b|; at |b| = 1/2, s = |x|/2: (2/pi) arctan(1/sqrt(2 + |x|^2))",
        f"{SOURCE}: (2/pi) arctan(1/sqrt(2 + |x|^2)), for every deviation of the bias: derived",
        variables={"s": "(0, oo)"},
    ),
    _claim(
        "positive-bias-at-two",
        Identity("2*E[erf(u + v)*step(v)]", "2/pi*atan(1/sqrt(2 + 2^2))"),
        "E erf(<U, x> + B), B truncated to be positive, at |x| = 2, as published",
        SOURCE,
        variables=HALF,
        limits="|u| = |x|/2 = 1, |v| = 1/2, independent",
        expect="CERTIFIED",
    ),
    _claim(
        "biases-beyond",
        Identity("E[erf(c*v)*step(v - b)]", "2*owens_t(b/|v|, sqrt(2)*c*|v|)"),
        "Over biases beyond b, by Owen's T; windows are differences of two",
        f"{SOURCE}, by Owen's T; for every deviation: derived",
        variables={"b": "(0, oo)", "c": "(0, oo)"},
    ),
    _claim(
        "window-probability",
        Identity("E[step(v - 1/sqrt(2))]", "(1 - erf(1))/2"),
        "The probability of a bias beyond 1/sqrt(2)",
        SOURCE,
        variables={"|v|": "{1/2}"},
    ),
    _claim(
        "biases-beyond-at-two",
        Identity(
            "2/(1 - erf(1))*E[erf(u + v)*step(v - 1/sqrt(2))]", "4/(1 - erf(1))*owens_t(sqrt(2), 1/sqrt(2 + 2^2))"
        ),
        "E erf(<U, x> + B) for B > 1/sqrt(2), at |x| = 2, as published",
        SOURCE,
        variables=HALF,
        limits="|u| = |x|/2 = 1, |v| = 1/2, independent",
        expect="CERTIFIED",
    ),
    _claim(
        "biases-beyond-unconditioned",
        Identity("E[erf(u + v)*step(v - 1/sqrt(2))]", "4/(1 - erf(1))*owens_t(sqrt(2), 1/sqrt(2 + 2^2))"),
        "A trap: the expectation on the event, not given the event",
        "derived: the factor 2/(1 - erf 1) is one over the probability of the window",
        variables=HALF,
        expect="REFUTED",
    ),
    _claim(
        "zeros-from-below",
        Inequality("xi(t)", ">=", "9/20", XI),
        "Every lambda in [1, 2] is a zero of f_xi for some xi: that xi is at least 0.45",
        f"{SOURCE}: xi in [0.45, 0.472]",
        variables={"t": "[1, 2]"},
        expect="CERTIFIED",
    ),
    _claim(
        "zeros-from-above",
        Inequality("xi(t)", "<=", "59/125", XI),
        "and at most 0.472",
        f"{SOURCE}: xi in [0.45, 0.472]",
        variables={"t": "[1, 2]"},
        expect="CERTIFIED",
    ),
    _claim(
        "minimiser-least-xi",
        Identity("t/(1 - erf(1))*exp(-(1 + 1/(2 + m(t))))", "1", MINIMUM),
        "The slope of f_xi vanishes at z* = sqrt(1/(ln(xi/(1 - erf 1)) - 1) - 2)",
        SOURCE,
        variables={"t": "{9/20}"},
        limits="at xi = 0.45, in balls: 1/(2 + z*^2) = ln(xi/(1 - erf 1)) - 1",
        expect="CERTIFIED",
    ),
    _claim(
        "minimiser-greatest-xi",
        Identity("t/(1 - erf(1))*exp(-(1 + 1/(2 + m(t))))", "1", MINIMUM),
        "The same at the greatest xi",
        SOURCE,
        variables={"t": "{59/125}"},
        limits="at xi = 0.472, in balls",
        expect="CERTIFIED",
    ),
    _claim(
        "minimiser-from-below",
        Inequality("m(t)", ">=", "(14/5)^2", MINIMUM),
        "z* is at least 2.8",
        f"{SOURCE}: z* in [2.8, 4.2]",
        variables={"t": WINDOW},
        expect="CERTIFIED",
    ),
    _claim(
        "minimiser-from-above",
        Inequality("m(t)", "<=", "(21/5)^2", MINIMUM),
        "z* is at most 4.2",
        f"{SOURCE}: z* in [2.8, 4.2]",
        variables={"t": WINDOW},
        expect="CERTIFIED",
    ),
    _claim(
        "tail-least-xi",
        Inequality("f(z, 9/20)", "<=", "-1/(50*z)", F),
        "f_xi(z) <= -1/(50 z) for z from 10 to 100, at the least xi",
        f"{SOURCE}: for z >= 10",
        variables={"z": "[10, 100]"},
        limits="up to z = 100: no series of Owen's T at infinity",
        expect="CERTIFIED",
    ),
    _claim(
        "tail-greatest-xi",
        Inequality("f(z, 59/125)", "<=", "-1/(50*z)", F),
        "f_xi(z) <= -1/(50 z) for z from 10 to 100, at the greatest xi",
        f"{SOURCE}: for z >= 10",
        variables={"z": "[10, 100]"},
        limits="up to z = 100: no series of Owen's T at infinity",
        expect="CERTIFIED",
    ),
    _claim(
        "density-three",
        Inequality("t/2", "<=", "sqrt(3)"),
        "Density of the norm of the sum of two uniform unit vectors at most sqrt(d), d = 3",
        SOURCE,
        variables={"t": "[0, 2]"},
        expect="CERTIFIED",
    ),
    _claim(
        "density-five",
        Inequality("3/4*t^3*(1 - t^2/4)", "<=", "sqrt(5)"),
        "Density of the norm of the sum of two uniform unit vectors at most sqrt(d), d = 5",
        SOURCE,
        variables={"t": "[0, 2]"},
        expect="CERTIFIED",
    ),
    _claim(
        "owen-above",
        Inequality("owens_t(sqrt(2), t)", "<=", "exp(-1)*atan(t)/(2*pi)"),
        "Owen's T from above, at the h = sqrt(2) of the paper",
        f"{SOURCE}, bounds on Owen's T",
        variables={"t": "[1/10, 1]"},
        expect="CERTIFIED",
    ),
    _claim(
        "owen-below",
        Inequality("owens_t(sqrt(2), t)", ">=", "exp(-(1 + t^2))*atan(t)/(2*pi)"),
        "Owen's T from below, at the h = sqrt(2) of the paper",
        f"{SOURCE}, bounds on Owen's T",
        variables={"t": "[1/10, 1]"},
        expect="CERTIFIED",
    ),
    _claim(
        "learns-the-ball",
        Simulation(EXPERIMENT, (LEARNS,), 7, seed=11, full_criteria=(LEARNS_FULL,)),
        "Gradient descent on the readout of the clipped network learns the ball of radius 1.5",
        f"{SOURCE}, simulated",
        limits="norms uniform on [0, 2 lambda]; the constant 1/2 has error 1/4; the clip in training is not isolated",
        expect="CONSISTENT",
    ),
    _claim(
        "clip-against-least-squares",
        Simulation(
            EXPERIMENT,
            ("advantage >= 1.25",),
            7,
            seed=12,
            full_criteria=("advantage >= 2", "advantage_over_clipped >= 1.5"),
        ),
        "The clipped network beats least squares on the same features; at the paper's size also if that is clipped",
        f"{SOURCE}, simulated",
        limits="on fresh inputs; at quick sizes the clip in training is not isolated from a clip afterwards",
        expect="CONSISTENT",
    ),
    _claim(
        "without-biases",
        Simulation(EXPERIMENT, (LEARNS,), 7, seed=13, sizes={"bias": 0}, full_criteria=(LEARNS_FULL,)),
        "A trap: without biases every feature is odd, and the ball is even",
        "derived: erf is odd",
        expect="REFUTED",
    ),
    _claim(
        "radius-too-small",
        Simulation(EXPERIMENT, (LEARNS,), 7, seed=14, sizes={"radius": 0.1}, full_criteria=(LEARNS_FULL,)),
        "A trap: lambda = 0.1 instead of one in [1, 2]: there the features are nearly affine",
        f"{SOURCE} assumes lambda in [1, 2]; that it fails below is derived",
        expect="REFUTED",
    ),
)

SLOW = (
    _slow(
        "slope-bound",
        Inequality("slope(z, t)", "<=", "-1/600", SLOPE),
        "|f_xi'| >= 1/600 between 0.9 and 2.1",
        f"{SOURCE}; f_xi' in closed form derived",
        variables={"z": "[9/10, 21/10]", "t": WINDOW},
        expect="CERTIFIED",
    ),
)

PAPER = Paper(
    "D",
    KEY,
    "Safran, Lee 2022, Optimization-based separations for neural networks, COLT, 2112.02393",
    CLAIMS,
    SLOW,
    open=(
        ("rates of gradient descent on the clipped network", "simulated at one size: no kind for the theorem"),
        ("f_xi(z) tends to 0", "the same: limits of Owen's T at infinity are not in the language"),
        ("z* is the unique minimum of f_xi", "its critical point and its range are judged; uniqueness needs all z"),
        ("general windows of the biases", "judged for B > 1/sqrt(2), the window of the paper; others are differences"),
        ("f_xi(z) <= -1/(50 z) beyond z = 100, and Owen's bounds for small a", "no series of Owen's T at the end"),
        ("density at most sqrt(d) for every d >= 3", "no Gamma function in the language"),
    ),
)

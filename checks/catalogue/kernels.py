"""Expectations of products of activations of two correlated Gaussian variables: the arc-cosine kernels and relatives.

All are plain expectations: Cho and Saul's kernels k_n are twice these.
"""

from __future__ import annotations

from checks.claim import Claim, Identity

CHO_SAUL = "Cho and Saul 2009, Section 2, eq. (3)-(6): half of their k_n"
PARALLEL = "u, v centred jointly Gaussian; holds at theta = 0 and pi by continuity"

CLAIMS = (
    Claim(
        "kernels/step",
        Identity("E[step(u)*step(v)]", "(pi - theta)/(2*pi)"),
        title="Arc-cosine kernel of order 0",
        source=f"{CHO_SAUL}, n = 0; Sheppard 1899",
        limits=PARALLEL,
        expect=("PROVED",),
    ),
    Claim(
        "kernels/relu",
        Identity("E[relu(u)*relu(v)]", "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"),
        title="Arc-cosine kernel of order 1",
        source=f"{CHO_SAUL}, n = 1; Safran and Shamir 2018, f(w, v)",
        limits=PARALLEL,
        expect=("PROVED",),
    ),
    Claim(
        "kernels/relu-squared",
        Identity(
            "E[relu(u)^2*relu(v)^2]",
            "|u|^2*|v|^2*(3*sin(theta)*cos(theta) + (pi - theta)*(1 + 2*cos(theta)^2))/(2*pi)",
        ),
        title="Arc-cosine kernel of order 2",
        source=f"{CHO_SAUL}, n = 2",
        limits=PARALLEL,
        expect=("PROVED",),
    ),
    Claim(
        "kernels/relu-step",
        Identity("E[relu(u)*step(v)]", "|u|*(1 + cos(theta))/(2*sqrt(2*pi))"),
        title="ReLU against step",
        source="derived: Stein's lemma",
        limits=PARALLEL,
        expect=("PROVED",),
    ),
    Claim(
        "kernels/abs",
        Identity("E[abs(u)*abs(v)]", "2/pi*|u|*|v|*(sqrt(1 - rho^2) + rho*asin(rho))"),
        title="Absolute values, in terms of the correlation rho",
        source="used by Li, Ma and Zhang 2020 for the target sum a_i |w_i.x|; derived",
        limits=PARALLEL,
        expect=("PROVED",),
    ),
    Claim(
        "kernels/sign",
        Identity("E[sign(u)*sign(v)]", "2/pi*asin(rho)"),
        title="The arcsine law of clipped Gaussian signals",
        source="Van Vleck and Middleton 1966",
        limits=PARALLEL,
        expect=("PROVED",),
    ),
    Claim(
        "kernels/leaky-relu",
        Identity(
            "E[leaky_relu(u, t)*leaky_relu(v, t)]",
            "|u|*|v|*((1 - t)^2*(sin(theta) + (pi - theta)*cos(theta))/(2*pi) + t*cos(theta))",
        ),
        title="Leaky ReLU of any slope t",
        variables={"t": "(-oo, oo)"},
        source="derived: leaky(z) = t z + (1 - t) relu(z)",
        limits=PARALLEL,
        expect=("PROVED",),
    ),
    Claim(
        "kernels/relu-mean",
        Identity("E[relu(u)]", "|u|/sqrt(2*pi)"),
        title="Mean of the ReLU",
        source="textbook",
        expect=("PROVED",),
    ),
    Claim(
        "kernels/relu-one-radian",
        Identity("E[relu(u)*relu(v)]", "(sin(1) + (pi - 1)*cos(1))/(2*pi)"),
        title="Arc-cosine kernel of order 1 at unit vectors one radian apart",
        variables={"|u|": "{1}", "|v|": "{1}", "theta": "{1}"},
        source="derived: kernels/relu at theta = 1, where sin and cos are no algebraic numbers",
        expect=("CERTIFIED",),
    ),
    Claim(
        "kernels/relu-unnormalised",
        Identity("E[relu(u)*relu(v)]", "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/pi"),
        title="A trap: the kernel with 1/pi is twice the expectation",
        source="Cho and Saul 2009 define k_1 with this factor; as an expectation it is wrong",
        limits=PARALLEL,
        expect=("REFUTED",),
    ),
)

"""Gradient and Hessian of L(W) = 1/2 E[(sum_i relu(w_i.x) - sum_j relu(v_j.x))^2] for every n, k and d.

Notation: bar(w) is the unit vector; perp(v, w) the unit vector along bar(v) - cos(theta) bar(w), orthogonal to w.
"""

from __future__ import annotations

from checks.claim import Claim, Identity

SAFRAN_SHAMIR = "Safran and Shamir 2018, Section 4"
ZERO = "no student may be zero: L is not differentiable there"
KERNEL = "E[relu(w.x)*relu(v.x)]"
G = {"g(w, v)": "(|v|*sin(theta(w, v))*bar(w) + (pi - theta(w, v))*v)/(2*pi)"}
H1 = {
    "h1(w, v)": "sin(theta(w, v))*|v|/(2*pi*|w|)*(I - outer(bar(w), bar(w)) + outer(perp(v, w), perp(v, w)))",
}
H2 = {"h2(w, v)": "((pi - theta(w, v))*I + outer(perp(w, v), bar(v)) + outer(perp(v, w), bar(w)))/(2*pi)"}

CLAIMS = (
    Claim(
        "loss/kernel-gradient",
        Identity(f"grad({KERNEL}, w)", "g(w, v)", G),
        title="Gradient of the kernel",
        source=f"{SAFRAN_SHAMIR}, g(w, v)",
        limits=ZERO,
        expect=("PROVED",),
    ),
    Claim(
        "loss/gradient",
        Identity("grad(L, w_i)", "w_i/2 + sum(j != i, g(w_i, w_j)) - sum(j, g(w_i, v_j))", G),
        title="Gradient of the population loss",
        source=SAFRAN_SHAMIR,
        limits=ZERO,
        expect=("PROVED",),
    ),
    Claim(
        "loss/kernel-hessian-diagonal",
        Identity(f"hess({KERNEL}, w, w)", "h1(w, v)", H1),
        title="Second derivative of the kernel by one vector",
        source=f"{SAFRAN_SHAMIR}, h_1(w, v)",
        limits=ZERO,
        expect=("PROVED",),
    ),
    Claim(
        "loss/kernel-hessian-mixed",
        Identity(f"hess({KERNEL}, w, v)", "h2(w, v)", H2),
        title="Mixed second derivative of the kernel",
        source=f"{SAFRAN_SHAMIR}, h_2(w, v)",
        limits=ZERO,
        expect=("PROVED",),
    ),
    Claim(
        "loss/hessian-diagonal",
        Identity("hess(L, w_i, w_i)", "I/2 + sum(j != i, h1(w_i, w_j)) - sum(j, h1(w_i, v_j))", H1),
        title="Diagonal block of the Hessian",
        source=f"{SAFRAN_SHAMIR}, H_ii",
        limits=ZERO,
        expect=("PROVED",),
    ),
    Claim(
        "loss/hessian-off-diagonal",
        Identity("hess(L, w_i, w_j)", "h2(w_i, w_j)", H2),
        title="Off-diagonal block of the Hessian",
        source=f"{SAFRAN_SHAMIR}, H_ij",
        limits=ZERO,
        expect=("PROVED",),
    ),
    Claim(
        "loss/hessian-parallel",
        Identity(f"limit(hess({KERNEL}, w, v), theta(w, v), 0)", "I/2"),
        title="Off-diagonal block at parallel neurons",
        source="derived; Safran and Shamir 2018 define h_2 there by this limit",
        limits=ZERO,
        expect=("PROVED",),
    ),
    Claim(
        "loss/hessian-antiparallel",
        Identity(f"limit(hess({KERNEL}, w, v), theta(w, v), pi)", "0"),
        title="Off-diagonal block at antiparallel neurons",
        source="derived",
        limits=ZERO,
        expect=("PROVED",),
    ),
    Claim(
        "loss/gauss-newton",
        Identity("hess(L, w_i, w_i)", "I/2"),
        title="A trap: the Gauss-Newton block is not the Hessian block",
        source="what differentiating a finite sample's loss twice returns: the kink's Dirac part is dropped",
        limits=ZERO,
        expect=("REFUTED",),
    ),
)

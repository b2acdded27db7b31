"""What LaTeX is read as, what is refused with its place and readings, and how claims in LaTeX are stated."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from analytic.formula import Expr, walk
from analytic.grammar import parse
from checks.catalogue import all_claims, find_claims, topic_claims
from checks.claim import Claim, Identity
from checks.claim_file import Unreadable, parse_claims
from checks.claim_table import Shared, read_claim
from checks.cli.main import run
from checks.errors import ClaimError
from checks.tex import TexError, echo, read_tex

X = r"_{x \sim \mathcal{N}(0, I)}"
UV = r"_{(u, v) \sim \mathcal{N}(0, \Sigma)}"

#: Left sides (of "... = 1") with what they are read as.
READ = (
    (rf"\mathbb{{E}}{X}[\sigma(w^\top x)]", "E[relu(w.x)]"),
    (rf"\mathbb E{X}[\sigma(x^\top w)]", "E[relu(w.x)]"),
    (rf"E{X}[\sigma(w \cdot x)]", "E[relu(w.x)]"),
    (rf"\mathrm{{E}}{X}\left[\sigma(\langle x, w \rangle)\right]", "E[relu(w.x)]"),
    (rf"\mathbb{{E}}{X}(\max\{{0, w^\mathsf{{T}} x\}})", "E[relu(w.x)]"),
    (rf"\mathbb{{E}}{X}[\max(w^T x, 0)]", "E[relu(w.x)]"),
    (rf"\mathbb{{E}}{X}[[w^\intercal x]_+^2]", "E[relu(w.x)^2]"),
    (rf"\mathbb{{E}}{X}[(w^\top x)_{{+}}]", "E[relu(w.x)]"),
    (rf"\mathbb{{E}}{X}[\min(0, w^\top x)]", "E[-relu(-w.x)]"),
    (rf"\mathbb{{E}}{X}[\sigma((w + 2v)^\top x)]", "E[relu(w.x + 2*v.x)]"),
    (rf"\mathbb{{E}}{X}[\mathbf 1\{{w^\top x > 0\}}]", "E[step(w.x)]"),
    (rf"\mathbb{{E}}{X}[\mathbb 1[w^\top x < v^\top x]]", "E[step(v.x - w.x)]"),
    (rf"\mathbb{{E}}{X}[\mathbb{{1}}_{{\{{w^\top x \ge 0\}}}}]", "E[step(w.x)]"),
    (rf"\mathbb{{E}}{X}[1_{{w^\top x > 0}}]", "E[step(w.x)]"),
    (rf"\Pr{X}[w^\top x > 0, v^\top x > 0]", "E[step(w.x)*step(v.x)]"),
    (rf"\mathbb{{E}}{X}[\sigma'(w^\top x)]", "E[step(w.x)]"),
    (rf"\mathbb{{E}}{UV}[\operatorname{{erf}}(u)\,\mathrm{{sgn}}(v)]", "E[erf(u)*sign(v)]"),
    (rf"\mathbb{{E}}{UV}[\mathrm{{He}}_2(u) \; He_{{3}}(v)]", "E[He(2, u)*He(3, v)]"),
    (rf"\mathbb{{E}}{UV}[|u||v|]", "E[abs(u)*abs(v)]"),
    (rf"\mathbb{{E}}{UV}[u^2 v] \Sigma_{{12}}", "E[u^2*v]*|u|*|v|*cos(theta)"),
    (r"\sin\theta\cos\theta", "sin(theta)*cos(theta)"),
    (r"\sin^2\theta", "sin(theta)^2"),
    (r"\sin(\theta)^2", "sin(theta)^2"),
    (r"\sin 2\theta", "sin(2*theta)"),
    (r"\cos\frac\theta2 + 1", "cos(theta/2) + 1"),
    (r"\cos^{-1}(\rho)", "acos(rho)"),
    (r"\sin^{-1} \rho", "asin(rho)"),
    (r"\ln\sqrt{\pi}", "log(sqrt(pi))"),
    (r"\frac14", "1/4"),
    (r"\frac1{2\pi}", "1/(2*pi)"),
    (r"\frac\pi2", "pi/2"),
    (r"\dfrac{\theta}{\pi} - \tfrac12", "theta/pi - 1/2"),
    (r"2\theta/\pi", "2*theta/pi"),
    (r"1/\sqrt{2\pi}", "1/sqrt(2*pi)"),
    (r"\sqrt2\,\pi^{3/2}", "sqrt(2)*pi^(3/2)"),
    (r"e^{-\theta}", "exp(-theta)"),
    (r"4! \cdot 0.5", "24*1/2"),
    (r"\|w\| \lVert v \rVert \cos\theta_{w,v}", "|w|*|v|*cos(theta(w, v))"),
    (r"\|w\|_2^2 + \| v \|", "|w|^2 + |v|"),
    (r"|w| \, \bar w^\top v", "|w|*w.v/|w|"),
    (r"w^\top v", "w.v"),
    (r"\langle w, v \rangle", "w.v"),
    (r"\|w - v\|^2", "|w|^2 - w.v - v.w + |v|^2"),
    (r"\theta(w, v) + \theta_{wv}", "theta(w, v) + theta(w, v)"),
    (r"\Phi(\theta) \Phi_2(0, 0, \rho)", "Phi(theta)*Phi2(0, 0, cos(theta))"),
)


@pytest.mark.parametrize(("text", "expected"), READ, ids=[t for t, _ in READ])
def test_notations(text: str, expected: str) -> None:
    read = read_tex(f"{text} = 1", "relu").left.replace("theta_0", "theta").replace("rho_0", "rho")
    assert parse(read) == parse(expected)  # without two vectors the angle is a variable of its own


#: Vectors and matrices, with the same on the right as the text says.
TENSORS = (
    (r"\bar w \bar v^\top = I", "outer(bar(w), bar(v))", "I"),
    (r"\frac12 \hat w = \bar w_i, w \in \mathbb{R}^d", "bar(w)/2", "bar(w_i)"),
    (r"2 \bar w \cdot \|w\| = 2w", "2*bar(w)*|w|", "2*w"),
    (r"(I - \bar w \bar w^\top)/2 = 0", "(I - outer(bar(w), bar(w)))/2", "0"),
    (r"\nabla_w (w^\top v) = v", "grad(w.v, w)", "v"),
    (r"\nabla_w\nabla_v (w^\top v) = I_d", "hess(w.v, w, v)", "I"),
    (r"\frac{\partial^2 (w^\top v)}{\partial w \partial v} = I", "hess(w.v, w, v)", "I"),
    (r"\nabla_{w_i}^2 L(W) = \frac12 I", "hess(L, w_i, w_i)", "I/2"),
    (r"\nabla^2_{w_i, w_j} L = 0", "hess(L, w_i, w_j)", "0"),
    (r"\frac{\partial L}{\partial w_i} = \sum_{j \ne i} \bar w_j - \sum_{j=1}^k v_j", "grad(L, w_i)",
     "sum(j != i, bar(w_j)) - sum(j, v_j)"),
    (r"\nabla_{w_p} L = \sum_{q \ne p} w_q", "grad(L, w_i)", "sum(j != i, w_j)"),
    (r"\lim_{\theta \to \pi^-} (\theta \bar w + \bar v) = 0", "limit(theta*bar(w) + bar(v), theta, pi)", "0"),
    (r"\theta w \to 0 \text{ as } \theta \to 0^+, w, v \in \mathbb{R}^d", "limit(theta*w, theta, 0)", "0"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "left", "right"), TENSORS, ids=[t for t, _, _ in TENSORS])
def test_vectors_and_matrices(text: str, left: str, right: str) -> None:
    reading = read_tex(text)
    assert (parse(reading.left), parse(reading.right)) == (parse(left), parse(right))


def test_domains_assumptions_and_definitions_are_part_of_the_claim() -> None:
    text = (
        r"\mathbb{E}_{u \sim N(0, s^2)}[t u J(u)] = \frac{a}{2}, \text{ where } J(z) = \max(0, z), \quad 0 < t \le 1, "
        r"a \in [0, \infty), a < t s"
    )
    reading = read_tex(text)
    assert (reading.left, reading.right) == ("E[t*u*J(u)]", "a/2")
    assert reading.where == {"J(z)": "relu(z)"}
    assert reading.variables == {"t": "(0, 1]", "a": "[0, oo)"}
    assert reading.assumptions == ("a < t*|u|",)
    assert reading.python == (
        "verify('E[t*u*J(u)]', 'a/2', variables={'t': '(0, 1]', 'a': '[0, oo)'}, assumptions=['a < t*|u|'], "
        "where={'J(z)': 'relu(z)'})"
    )


@pytest.mark.parametrize(
    ("law", "variables"),
    [
        (r"u \sim \mathcal{N}(0, 1)", {"|u|": "{1}"}),
        (r"u \sim N(0, \frac14)", {"|u|": "{sqrt(1/4)}"}),
        (r"(u, v) \sim \mathcal{N}(0, I_2)", {"|u|": "{1}", "|v|": "{1}", "theta": "{pi/2}"}),
        (
            r"(u, v) \sim N(0, \begin{pmatrix} 1 & \frac12 \\ \frac12 & 1 \end{pmatrix})",
            {"|u|": "{1}", "|v|": "{1}", "theta": "{acos(1/2)}"},
        ),
        (r"(u, v) \sim N(0, \begin{bmatrix} a^2 & \rho ab \\ \rho ab & b^2 \end{bmatrix})", {}),
    ],
)
def test_laws(law: str, variables: dict[str, str]) -> None:
    reading = read_tex(rf"\mathbb{{E}}_{{{law}}}[u^2] = 1")
    assert reading.variables == {k: v for k, v in variables.items() if k == "|u|"}  # v does not occur
    both = read_tex(
        rf"\mathbb{{E}}_{{{law}}}[u^2] = v^\top v" if "v" not in law else rf"\mathbb{{E}}_{{{law}}}[uv] = 1"
    )
    assert both.variables == variables


#: Refused: the text, line and column, what the message says, and a part of each reading.
REFUSED = (
    (r"1 = \theta/2\pi", (1, 11), "after /", (r"\frac{\theta}{2\pi}", r"\frac{\theta}{2} \pi")),
    ("1 = a/bc", (1, 6), "after /", (r"\frac{a}{bc}", r"\frac{a}{b} c")),
    (r"1 = \pi/2/3", (1, 10), "two /", ("(a/b)/c", "a/(b/c)")),
    (r"1 = \frac12/2\cdot\pi", (1, 12), "after /", ("", "")),
    (r"1 = \sin\theta/2", (1, 5), "before /", (r"\frac{\sin\theta}{2}", r"\sin(\theta/2)")),
    (r"1 = \sin 2\theta t", (1, 5), "without brackets", (r"\sin(2) \theta t", r"\sin(2 \theta t)")),
    (r"1 = \sin\theta\phi(x)", (1, 5), "without brackets", (r"\sin(\theta)", r"\sin(\theta \phi")),
    (r"1 = \sin\theta(\pi - \theta)", (1, 5), "without brackets", (r"\sin(\theta) (", r"\sin(\theta (")),
    (r"1 = \sin\theta^2", (1, 5), "without brackets", (r"\sin(\theta)^{2}", r"\sin(\theta^{2})")),
    (r"1 = \sin^{-2}\theta", (1, 5), r"\sin^{-2}", ("power", "inverse")),
    (r"1 = \Phi^{-1}(\theta)", (1, 5), r"\Phi^{-1}", ("reciprocal", "inverse")),
    (r"1 = \operatorname{erf}^2(\theta)", (1, 5), "erf", ("power", "iterate")),
    (r"1 = \sigma(\theta)", (1, 5), "sigma, which is not declared", ("activation", "standard deviation")),
    (r"1 = \phi(\theta)", (1, 5), "phi, which is not declared", ("activation", "density")),
    (r"1 = H_2(\theta)", (1, 5), "H_2, which is not declared", ("physicists", "probabilists", "step")),
    (r"1 = |w|", (1, 6), "w, which is not declared", ("constant", "vector", "Gaussian")),
    (r"1 = k", (1, 5), "k, which is not declared", ("constant", "index")),
    (r"1 = f(\theta)", (1, 5), "not declared", ("function", "number times")),
    (r"1 = f^{-1}(\theta)", (1, 5), "not declared", ("function", "number times")),
    (r"1 = n_{v,w}^\top \bar v", (1, 5), "n, which is not declared", ("unit vector", "size", "constant")),
    (r"1 = \|w\| \|v\| w v", (1, 19), "two vectors", ("inner", "outer")),
    (r"1 = \|w\| w^2", (1, 13), "power of a vector", ("norm", r"w w^\top")),
    (r"1 = \|\theta\|", (1, 5), "around a number", ("absolute", "norm")),
    (r"1 = [\theta]_-", (1, 14), "[z]_-", (r"\max", r"\min")),
    (r"1 = \frac{1}{2}^2", (1, 5), "power of a fraction", (r"\left", "numerator")),
    (r"1 = 2\frac12", (1, 6), "two numbers", ("product", "one number")),
    (r"1 = 2 3", (1, 7), "two numbers", ("product", "one number")),
    (r"1 = \theta 2", (1, 12), "number after another factor", (r"\cdot 2", "^{2}", "_{2}")),
    (r"0,5 = \theta", (1, 2), "comma between digits", ("decimal", "list")),
    (r"1 = \pi^12", (1, 9), "first digit", ("^{12}", "^1 times 2")),
    (r"1 = \mathbb{E}[u]", (1, 5), "nothing says", ("standard Gaussian", "jointly")),
    (r"1 = \mathbb{E}_x[w^\top x]", (1, 5), "law is not declared", ("standard Gaussian", "another")),
    (r"1 = \mathbb{E}_{u, v \sim N(0, 1)}[uv]", (1, 16), "several variables", ("independent", "correlated")),
    (r"1 = \mathbb{E}_{u \sim N(0, 1), v \sim N(0, 1)}[uv]", (1, 5), "law for each", ("independent", "correlated")),
    (r"1 = \lim_{\theta\to 0} \theta + 1", (1, 5), "limit before", ("(lim a) + b", "lim (a + b)")),
    (r"1 = \nabla_w \frac12 \|w\|", (1, 22), "more factors", ("first", "whole")),
    (r"1 = \mathbb{E}_{u \sim N(0, 1)}^2[u]", (1, 5), "power", ("square of the mean", "E[(")),
    # no readings: outside the language, or beyond what can be judged
    ("1 = ", (1, 5), "ends too early", ()),
    ("1 = 5!!", (1, 5), "no place", ()),
    (r"1 = \overline{\|w\| + 1}", (1, 5), "bar over a scalar", ()),
    (
        r"1 = \mathbb{E}_{(u,v) \sim N(0, \Sigma)}[u] + \mathbb{E}_{(a,b) \sim N(0, \Sigma)}[a]", (1, 75),
        "two pairs", (),
    ),
    (r"1 = \mathbb{E}_{(u,v) \sim N(0, \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}^{-1})}[u]", (1, 33), "covari", ()),
    ("1 = t +\n\n (", (3, 3), "ends too early", ()),
    ("1\n= \\foo", (2, 3), r"the command \foo", ()),
    ("1 = relu(t)", (1, 5), r"write \operatorname{relu}", ()),
    (r"1 = \theta \text{ almost surely}", (1, 12), "prose", ()),
    (r"1 = \int \theta", (1, 5), "integrals", ()),
    (r"1 = \mathbb{E}[u|v]", (1, 17), "conditional", ()),
    (r"1 = \mathbf{w} + w", (1, 18), "two fonts", ("the same", "two symbols")),
    (r"\epsilon = \varepsilon, \varepsilon > 0", (1, 12), "epsilon in two forms", ("the same", "two symbols")),
    (r"\rho = \varrho", (1, 8), "two forms", ("the same", "two symbols")),
    (r"\alpha = \mathrm{alpha}, \alpha > 0", (1, 10), "two forms", ("the same", "two symbols")),
    (r"\ell = \mathrm{ell}, \ell > 0", (1, 8), "two forms", ("the same", "two symbols")),
    (r"\mathsf t = t, t > 0", (1, 13), "two fonts", ("the same", "two symbols")),
    (
        r"1 = \mathbb{E}_{(u,v) \sim N(0, \begin{pmatrix} 1 & 2 \\ 2 & 1 \end{pmatrix})}[u^2]", (1, 33),
        "positive semidefinite", (),
    ),
    (
        r"1 = \mathbb{E}_{(u,v) \sim N(0, \begin{pmatrix} \pi & 2 \\ 2 & 1 \end{pmatrix})}[u^2]", (1, 33),
        "positive semidefinite", (),
    ),
    (r"1 = \mathbb{E}_{u \sim N(0, -1)}[u^2]", (1, 30), "the variance -1", ()),
    (r"1 = \mathbb{E}_{u \sim N(0, 1)}(u)^2", (1, 32), "round brackets", ("[u])^{2}", "[(u)^{2}]")),
    (r"\theta_{ij} \le \pi", (1, 1), "no vector with it", ()),
    (r"\theta_{ij} \le \|w_i\| \|w_j\| \|v_j\|", (1, 1), "v_j and w_j occur", ()),
    (r"L \ge 0", (1, 1), "L, which is not declared", ("derivatives only", "another letter")),
    (r"1 = t/t, t \ne 0", (1, 10), "t, which is not declared", ("constant", "vector", "Gaussian")),
    (r"1 = \Theta(t), t > 0", (1, 5), r"\Theta, which is not declared", ("step function", "matrix")),
    (r"1 = 2 < 3 > 2", (1, 9), "one way", ()),
    (r"1 = 2 \ne 3", (1, 11), "in one chain", ()),
    (r"a < b \\ -c < d", (1, 10), "begins with a sign", ("goes on", "its own")),
    (r"\theta", (1, 1), "no relation", ()),
    (r"1 = \mathbb{E}_{x \sim N(0, I)}[x x^\top]", (1, 33), "random matrix", ()),
    (r"1 = \mathbb{E}_{x \sim N(0, I)}[\max(0, \bar w^\top x)]", (1, 5), "division by a norm", ()),
    (r"1 = \mathbb{E}_{x \sim N(\mu, I)}[w^\top x]", (1, 26), "mean", ()),
    (r"1 = \bar w \bar v^\top \bar w", (1, 24), "matrix times a vector", ()),
    (r"1 = \|w\|_1", (1, 11), "Euclidean", ()),
    (r"1 = \|w\|, w \in \mathbb{R}^{d \times d}", (1, 18), r"\mathbb{R}^d", ()),
    (r"1 = t, t^2 < 1", (1, 8), "t, which is not declared", ("constant", "vector", "Gaussian")),
    (r"1 = \theta, \rho = 2", (1, 20), "between -1 and 1", ()),
    (r"1 = \theta, \theta = \|w\|", (1, 22), "another meaning", ()),
    (r"\nabla_{w_i} L(W^*) = 0", (1, 15), "L of something", ()),
    (r"\nabla_{w_r} L = w_i", (1, 20), "the index i", ()),
    (r"\nabla_{w_i} L = \sum_{j} w_j", (1, 18), "students w_j", ()),
    (r"\nabla_{w_i} L = \sum_{j \ne i}^{k-1} w_j", (1, 34), "all neurons", ()),
    (r"\nabla_v L = 0", (1, 8), "a student w_i", ()),
    (r"\theta \ne 0", (1, 1), "understood as $\\theta \\ne 0$, but claims of the kind 'inequality' between", ()),
    (r"\theta \propto 2\theta", (1, 1), "'approximation' between scalars cannot be judged", ()),
    (r"w \le v, w, v \in \mathbb{R}^d", (1, 1), "'inequality' between vectors cannot be judged", ()),
    (r"\nabla^2_{w_i w_i} L \succeq 0", (1, 1), "no written matrix", ()),
    (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \succeq 1", (1, 54), "expected a multiple of I", ()),
    (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}^2 \succeq 0", (1, 1), "product or power of matrices", ()),
    (r"\sin\theta = \theta + O(\theta^3)", (1, 1), "without the limit", (r"t \to 0", r"t \to \infty")),
    (r"\sin\theta \sim \theta", (1, 1), "without the limit", (r"t \to 0", r"t \to \infty")),
    (r"\sin\theta \to 0", (1, 1), "without the limit", (r"t \to 0", r"t \to \infty")),
    (r"\sin t = t, \text{ as } t \to 0", (1, 25), "got = with a limit", (r"f \to c", "O(t^n)")),
    (r"\sin t = t + t O(t) \text{ as } t \to 0", (1, 14), "more than one O", ()),
    (r"\lim_{t \to 0} t \le 1", (1, 1), "a limit with another relation", ()),
    (r"\lim_{t \to 0} t = 0 \text{ as } t \to 0", (1, 34), "two limits", ()),
    (r"c_l \to 1, c_{l+1} = \frac{c_l + 1}{2}", (1, 12), "without its start", ()),
    (r"c_l - 1 \sim 2/l, c_{l+1} = c_l, c_0 \in [0, 2]", (1, 1), "both sides of the limit", ("distance",)),
    (r"c_l \to a, c_{l+1} = a c_l, c_0 \in [0, 2], a < 1", (1, 12), "a in the map", ()),
)  # fmt: skip


@pytest.mark.parametrize(("text", "place", "message", "readings"), REFUSED, ids=[r[0] for r in REFUSED])
def test_refusals_say_where_and_list_the_readings(
    text: str, place: tuple[int, int], message: str, readings: tuple[str, ...]
) -> None:
    with pytest.raises(TexError) as caught:
        read_tex(text)
    error = caught.value
    assert message in str(error)
    assert (error.line, error.column) == place
    assert len(error.readings) == len(readings)
    assert all(part in reading for part, reading in zip(readings, error.readings, strict=True))


#: Two ways to write one claim.
SAME = (
    (r"\sin t = t + O(t^3) \quad (t \to 0)", r"\sin t = t + O(t^3) \text{ as } t \to 0"),
    (r"\sin t = t + O(t^3) (t \to 0)", r"\sin t = t + O(t^3) \text{ as } t \to 0"),
    (r"\lim_{t \downarrow 0} \sin t = 0", r"\lim_{t \to 0^+} \sin t = 0"),
    (r"\lim_{t \to 0+} \sin t = 0", r"\lim_{t \to 0^+} \sin t = 0"),
    (r"\lim_{t \to -1-} t = -1", r"\lim_{t \uparrow -1} t = -1"),
    *(
        (rf"{sign}[u^2] = 1", r"\mathbb{E}_{u \sim N(0, 1)}[u^2] = 1")
        for sign in (
            r"\operatorname*{\mathbb E}_{u \sim N(0, 1)}",
            r"\mathop{\mathbb{E}}\limits_{u \sim N(0, 1)}",
            r"\underset{u \sim N(0, 1)}{\mathbb E}",
        )
    ),
    (r"w_i^\top w_j = \|w_i\| \|w_j\| \cos\theta_{ij}", r"w_i^\top w_j = \|w_i\| \|w_j\| \cos\theta_{w_i,w_j}"),
    (r"\nabla_{w_i} L = \sum_j v_j", r"\nabla_{w_i} L = \sum_{j=1}^k v_j"),
    (r"\varepsilon = 1, \varepsilon > 0", r"\epsilon = 1, \epsilon > 0"),
)


@pytest.mark.parametrize(("text", "other"), SAME, ids=[t for t, _ in SAME])
def test_two_notations_of_one_claim(text: str, other: str) -> None:
    assert read_tex(text).python == read_tex(other).python


def test_what_could_surprise_is_noted() -> None:
    square = read_tex(rf"\mathbb{{E}}{X}[\sigma(w^\top x)]^2 = 1", "relu")
    assert square.left == "E[relu(w.x)]^2"
    assert "E[...]^2 is the power of the expectation, not the expectation of the power" in square.notes
    law = r"(u, v) \sim N(0, \begin{pmatrix} a & c \\ c & b \end{pmatrix})"
    assert "c is |u|*|v|*cos(theta), the covariance of u and v" in read_tex(rf"\mathbb{{E}}_{{{law}}}[uv] = c").notes
    assert "the index i under theta is that of w_i" in read_tex(r"\theta_{ij} \le \|w_i\| \|w_j\|").notes


@pytest.mark.parametrize(
    ("condition", "domain"),
    [(r"\rho \in [-1, 1]", "[-1, 1]"), (r"0 < \rho", "(0, 1]"), (r"\rho < \frac12", "[-1, 1/2)")],
)
def test_a_correlation_in_a_matrix_is_a_variable(condition: str, domain: str) -> None:
    reading = read_tex(rf"\begin{{pmatrix}} 1 & \rho \\ \rho & 1 \end{{pmatrix}} \succeq 0, {condition}")
    assert f"domains={{'rho_0': '{domain}'}}" in reading.python
    assert reading.assumptions == ()


def test_declared_activations() -> None:
    text = rf"\mathbb{{E}}{X}[\sigma(w^\top x)\phi(v^\top x)] = 1"
    assert read_tex(text, r"\sigma=relu; \phi=step").left == "E[relu(w.x)*step(v.x)]"
    assert read_tex(text, {"sigma": "erf(z/2)", "phi": "z^2"}).left == "E[erf(w.x/2)*v.x^2]"
    with pytest.raises(TexError, match="one activation for sigma and phi"):
        read_tex(text, "relu")
    for bad in ("foo", r"\sigma=foo", r"\sigma=relu;\sigma=step", "open(z)", r"\pi=relu", "a+b"):
        with pytest.raises(TexError, match="activation"):
            read_tex(text, bad)
    with pytest.raises(TexError, match=r"also stands for \|u\|"):
        read_tex(r"\mathbb{E}_{u \sim N(0, \sigma^2)}[\sigma(u)] = 1", "relu")


def _random_names(exprs: list[Expr], parameters: tuple[str, ...]) -> list[str]:
    inside = [n for e in exprs for x in walk(e) if x.head == "expect" for n in walk(x)]
    inputs = {n.children[1].identifier for n in inside if n.head == "dot"}
    dotted = {n.children[0].identifier for n in inside if n.head == "dot"}
    functions = {n.children[0].identifier for n in inside if n.head == "call"}
    found = {n.identifier for n in inside if n.head == "name"} - dotted - functions - {"pi", *parameters}
    return sorted(found | inputs)


def _round_trip(claim: Claim, typeset: Callable[[Expr], str]) -> None:
    stated = claim.statement
    assert isinstance(stated, Identity)
    where = "".join(rf", \quad {typeset(parse(h))} = {typeset(parse(b))}" for h, b in stated.where.items())
    sides = [parse(stated.left), parse(stated.right)]
    text = " = ".join(map(typeset, sides)) + where
    symbols = {"n": "perp", "H": "H", "T": "owens_t", "F": "dawson"}
    reading = read_tex(text, symbols, claim.variables, _random_names(sides, claim.parameters))
    assert [parse(reading.left), parse(reading.right)] == sides
    assert {k: parse(b) for k, b in reading.where.items()} == {k: parse(b) for k, b in stated.where.items()}


@pytest.mark.parametrize("found", [topic_claims, pytest.param(all_claims, marks=pytest.mark.slow)])
def test_every_identity_of_the_catalogue_is_read_back(found: Callable[[], dict[str, Claim]]) -> None:
    claims = [c for c in found().values() if isinstance(c.statement, Identity)]
    assert len(claims) >= 19
    for claim in claims:
        _round_trip(claim, echo)


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_every_pair_is_read_back(step: int) -> None:
    claims = find_claims(("pairs",))
    assert len(claims) > 250
    for claim in claims[::step]:
        _round_trip(claim, echo)


# ---- stating claims -----


KERNEL = r"\mathbb{E}_{x \sim N(0, I)}[\sigma(w^\top x)] = \frac{\|w\|}{\sqrt{2\pi}}"


def test_claim_tables() -> None:
    claim = read_claim({"tex": KERNEL, "activation": "relu", "name": "a/mean"}, Shared(), "")
    assert claim.statement == Identity("E[relu(w.x)]", "|w|/sqrt(2*pi)")
    assert claim.title.startswith("understood as $")
    assert read_claim({"tex": KERNEL, "activation": "relu", "title": "mine"}, Shared(), "m").title == "mine"
    leaky = r"\mathbb{E}_{u \sim N(0, s^2)}[\operatorname{leaky}(u, t)] = \frac{(1 - t)s}{\sqrt{2\pi}}"
    assert read_claim({"tex": leaky}, Shared(variables={"t": "(0, 1)"}), "m").variables == {"t": "(0, 1)"}
    plain = {"tex": r"\mathbb{E}[\max(0, u)] = 1", "gaussian": "u", "assume": "|u| > 1"}
    assert read_claim(plain, Shared(), "m").assumptions == ("|u| > 1",)


@pytest.mark.parametrize(
    "table",
    [
        {"tex": KERNEL, "statement": "1 = 1"},
        {"tex": KERNEL, "left": "1"},
        {"tex": KERNEL, "define": {"g(w)": "w"}},
        {"tex": 3},
        {"tex": KERNEL, "activation": ["relu"]},
        {"tex": KERNEL, "activation": "relu", "spectrum": {"point": "global", "rows": [["1", "1"]]}},
        {"statement": "1 = 1", "activation": "relu"},
    ],
)
def test_tables_that_say_too_much_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(ClaimError):
        read_claim(table, Shared(), "m")


def test_claim_files_name_line_and_column() -> None:
    text = f"[[claim]]\ntex = '{KERNEL}'\nactivation = 'relu'\n\n[[claim]]\ntex = '1 = \\sin\\theta x'\n"
    good, bad = parse_claims(text, "notes.toml")
    assert isinstance(good, Claim)
    assert isinstance(bad, Unreadable)
    assert str(bad).startswith("notes.toml, line 5: line 1, column 5 (near \\sin\\theta x)")


def test_command_line_echoes_before_it_judges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    code = run(["verify", "--no-slips", "--jobs", "1", "--tex", KERNEL, "--activation", "relu", "--json", str(report)])
    shown = capsys.readouterr().err
    assert code == 0
    assert shown.index("tex/1 understood as $\\mathbb{E}") < shown.index("PROVED tex/1")
    assert "verify('E[relu(w.x)]', '|w|/sqrt(2*pi)')" in shown
    (verdict,) = json.loads(report.read_text())["verdicts"]
    assert verdict["kind"] == "PROVED"
    assert verdict["stated"]["title"].startswith("understood as $")
    assert run(["verify", "--no-slips", "--jobs", "1", str(report)]) == 0  # judged again


def test_command_line_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--tex", r"1 = \sin\theta x"]) == 2
    assert r"readings: (1) \sin(\theta) x; (2) \sin(\theta x)" in capsys.readouterr().err
    assert run(["verify", "--activation", "relu"]) == 2
    assert "without --tex" in capsys.readouterr().err
    assert run(["verify", "--no-slips", "--jobs", "1", "--tex", "1 = ", "--tex", KERNEL, "--activation", "relu"]) == 2
    assert "1 PROVED, 1 INVALID" in capsys.readouterr().out

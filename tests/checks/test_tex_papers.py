"""Formulas as they stand in the literature, read from LaTeX and judged: true ones proved, planted slips refuted."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from checks.claim import Claim
from checks.exact import judge_identity
from checks.judge import verify
from checks.tex import read_tex
from checks.verdict import Kind, Outcome


@dataclass(frozen=True)
class String:
    """A string with what has to be declared to read it."""

    name: str
    tex: str
    activation: str | dict[str, str] | None = None
    variables: dict[str, str] = field(default_factory=dict)
    gaussian: tuple[str, ...] = ()
    #: What is replaced by what to plant a slip.
    slip: tuple[str, str] = ("", "")
    #: Whether the exact witness alone decides it; otherwise the slip shows that something was understood.
    exact: bool = True

    @property
    def slipped(self) -> str:
        assert self.slip[0] in self.tex
        return self.tex.replace(*self.slip)

    def claim(self, tex: str) -> Claim:
        return read_tex(tex, self.activation, self.variables, self.gaussian).claim(self.name)


X = r"x \sim \mathcal{N}(0, I_d)"
UV = r"(u, v) \sim \mathcal{N}\left(0, \begin{pmatrix} 1 & \rho \\ \rho & 1 \end{pmatrix}\right)"
CHO_SAUL = r"\theta = \cos^{-1}\left(\frac{x \cdot y}{\|x\| \|y\|}\right)"
G = r"g(w, v) = \frac{1}{2\pi}\left(\|v\| \sin(\theta_{w,v})\, \bar w + (\pi - \theta_{w,v})\, v\right)"
N = r"n_{v,w} = \bar v - \cos(\theta_{v,w})\, \bar w"
H1 = (
    r"h_1(w, v) = \frac{\sin(\theta_{w,v}) \|v\|}{2\pi \|w\|} \left(I - \bar w \bar w^\top "
    r"+ \bar n_{v,w} \bar n_{v,w}^\top\right)"
)
H2 = (
    r"h_2(w, v) = \frac{1}{2\pi}\left((\pi - \theta_{w,v}) I + \bar n_{w,v} \bar v^\top "
    r"+ \bar n_{v,w} \bar w^\top\right)"
)

STRINGS = (
    # Cho and Saul 2009: kernels of order 0, 1, 2; w is random, x and y are given
    String(
        "cho-saul-0",
        r"2\,\mathbb{E}_{w \sim \mathcal N(0, I)}\left[\Theta(w \cdot x)\, \Theta(w \cdot y)\right] = 1 "
        r"- \frac{\theta}{\pi}",
        r"\Theta=step",
        slip=(r"\frac{\theta}{\pi}", r"\frac{\theta}{2\pi}"),
    ),
    String(
        "cho-saul-1",
        r"2\,\mathbb{E}_{w \sim \mathcal N(0, I)}\left[\Theta(w \cdot x) \Theta(w \cdot y) (w \cdot x) "
        r"(w \cdot y)\right]"
        r" = \frac{1}{\pi} \|x\| \|y\| J_1(\theta), \quad \text{where } J_1(\theta) = \sin\theta + (\pi "
        r"- \theta)\cos\theta",
        r"\Theta=step",
        slip=(r"\sin\theta +", r"\sin\theta -"),
    ),
    String(
        "cho-saul-2",
        r"2\,\mathbb{E}_{w \sim \mathcal N(0, I)}\left[\max(0, w^\top x)^2 \max(0, w^\top y)^2\right]"
        r" = \frac1\pi \|x\|^2 \|y\|^2 J_2(\theta), \text{ where }"
        r" J_2(\theta) = 3\sin\theta\cos\theta + (\pi-\theta)(1 + 2\cos^2\theta)",
        slip=(r"2\cos^2\theta", r"\cos^2\theta"),
    ),
    String(
        "cho-saul-0-angle",
        rf"\mathbb{{E}}_{{w \sim \mathcal N(0, I)}}[\Theta(w \cdot x)\Theta(w \cdot y)] = \frac{{\pi - "
        rf"\theta}}{{2\pi}}, \text{{ where }} {CHO_SAUL}",
        r"\Theta=step",
        slip=(r"\frac{\pi - \theta}", r"\frac{\theta}"),
    ),
    # Brutzkus and Globerson 2017, g(u, v); Safran and Shamir 2018, f(w, v)
    String(
        "brutzkus-globerson",
        rf"\mathbb{{E}}_{{{X}}}[\sigma(u^\top x)\sigma(v^\top x)] = \frac{{1}}{{2\pi}}\|u\|\|v\|"
        r"\left(\sin\theta_{u,v} + (\pi - \theta_{u,v})\cos\theta_{u,v}\right)",
        "relu",
        slip=(r"\frac{1}{2\pi}", r"\frac{1}{\pi}"),
    ),
    String(
        "safran-shamir-f",
        rf"\mathbb{{E}}_{{{X}}}\big[[w^\top x]_+ [v^\top x]_+\big] = \frac{{1}}{{2\pi}} \|w\| \|v\|"
        r"\left(\sin(\theta_{w,v}) + (\pi - \theta_{w,v})\cos(\theta_{w,v})\right), \theta_{w,v} = "
        r"\arccos\left(\frac{w^\top v}{\|w\| \|v\|}\right)",
        slip=(r"(\pi - \theta_{w,v})\cos", r"\theta_{w,v}\cos"),
    ),
    String(
        "safran-shamir-kernel-gradient",
        rf"\nabla_w \mathbb{{E}}_{{{X}}}\left[[w^\top x]_+ [v^\top x]_+\right] = g(w, v), \text{{ where }} {G}",
        slip=(r"(\pi - \theta_{w,v})\, v", r"\pi v"),
    ),
    String(
        "safran-shamir-gradient",
        rf"\nabla_{{w_i}} L(W) = \frac12 w_i + \sum_{{j \neq i}} g(w_i, w_j) - \sum_{{j=1}}^{{k}} g(w_i, v_j), {G}",
        slip=(r"\frac12 w_i", "w_i"),
    ),
    String(
        "safran-shamir-hessian-diagonal",
        rf"\frac{{\partial^2 L}}{{\partial w_i^2}} = \frac12 I + \sum_{{j \ne i}} h_1(w_i, w_j) - "
        rf"\sum_{{j}} h_1(w_i, v_j), {H1}, {N}",
        slip=(r"\frac12 I +", "I +"),
    ),
    String(
        "safran-shamir-hessian-off-diagonal",
        rf"\frac{{\partial^2 L}}{{\partial w_i \partial w_j}} = h_2(w_i, w_j), \text{{ where }} {H2} "
        rf"\text{{ and }} {N}",
        slip=(r"+ \bar n_{v,w} \bar w^\top", r"- \bar n_{v,w} \bar w^\top"),
    ),
    String(
        "other-indices",
        rf"\nabla_{{w_r}} L = \frac{{w_r}}{{2}} + \sum_{{s=1, s \ne r}}^n g(w_r, w_s) - \sum_{{l=1}}^m "
        rf"g(w_r, v_l), {G}",
        slip=("{w_r}{2}", "{w_r}{4}"),
    ),
    String(
        "hessian-by-nabla",
        rf"\nabla^2_{{w_i w_j}} L = h_2(w_i, w_j), {H2}, {N}",
        slip=(r"\frac{1}{2\pi}", r"\frac{1}{4\pi}"),
    ),
    String(
        "hessian-at-parallel-neurons",
        rf"\lim_{{\theta \to 0}} \nabla_w \nabla_v \mathbb{{E}}_{{{X}}}[\sigma(w^\top x)\sigma(v^\top "
        rf"x)] = \tfrac12 I",
        "relu",
        slip=(r"\tfrac12", ""),
    ),
    String(
        "hessian-tends",
        rf"\frac{{\partial^2}}{{\partial w \partial v}} \mathbb{{E}}_{{{X}}}[\sigma(w^\top "
        rf"x)\sigma(v^\top x)] \to \frac12 I"
        r" \text{ as } \theta \to 0^+",
        "relu",
        slip=(r"\to \frac12", r"\to \frac14"),
    ),
    String(
        "kernel-hessian",
        rf"\nabla^2_{{w}} \mathbb{{E}}_{{{X}}}[\phi(w^\top x)\phi(v^\top x)] = \frac{{\|v\|\sin\theta}}{{2\pi\|w\|}}"
        rf"(I - \bar w \bar w^\top + \hat n_{{v,w}} \hat n_{{v,w}}^\top), {N}",
        "relu",
        slip=(r"\|v\|\sin\theta", r"\|v\|\cos\theta"),
    ),
    # Tian 2017: gradient of two neurons against each other; the expectation of a rectifier times its gate
    String(
        "tian-gradient",
        rf"\nabla_w \mathbb{{E}}_{{{X}}}[\sigma(w^\top x)\sigma(v^\top x)] = "
        rf"\frac{{1}}{{2\pi}}\left[(\pi - \theta) v + \|v\| \sin\theta\, \hat w\right]",
        "relu",
        slip=(r"\sin\theta", r"\cos\theta"),
    ),
    String(
        "teacher-star",
        rf"\mathbb{{E}}_{{{X}}}[\sigma(w^\top x)\sigma(w^{{*\top}} x)] = "
        rf"\frac{{\|w\|\|w^*\|}}{{2\pi}}(\sin\theta + (\pi - \theta)\cos\theta)",
        "relu",
        slip=("+ (", "- ("),
    ),
    # Williams 1997 and relatives
    String(
        "williams",
        r"\mathbb{E}_{(u,v) \sim N(0, \Sigma)}[\operatorname{erf}(u)\operatorname{erf}(v)] = \frac{2}{\pi}"
        r"\sin^{-1}\left(\frac{2\Sigma_{12}}{\sqrt{1 + 2\Sigma_{11}}\sqrt{1 + 2\Sigma_{22}}}\right)",
        slip=(r"\frac{2\Sigma", r"\frac{\Sigma"),
    ),
    String(
        "williams-one-root",
        r"\mathbb{E}_{(u,v) \sim N(0, \Sigma)}[\operatorname{erf}(u)\operatorname{erf}(v)] = \frac{2}{\pi}"
        r"\arcsin\frac{2\Sigma_{12}}{\sqrt{(1 + 2\Sigma_{11})(1 + 2\Sigma_{22})}}",
        slip=(r"\frac{2\Sigma", r"\frac{\Sigma"),
        exact=False,
    ),
    String(
        "williams-unit",
        rf"\mathbb{{E}}_{{{UV}}}[\operatorname{{erf}}(u)\operatorname{{erf}}(v)] = "
        rf"\frac{{2}}{{\pi}}\arcsin\frac{{2\rho}}{{3}}",
        slip=(r"{3}", r"{2}"),
        exact=False,
    ),
    String(
        "gelu-mean",
        r"\mathbb{E}_{z \sim \mathcal{N}(0, 1)}[z\Phi(z)] = \frac{1}{2\sqrt{\pi}}",
        slip=(r"2\sqrt{\pi}", r"\sqrt{2\pi}"),
    ),
    String(
        "gelu-mean-by-name",
        r"\mathbb{E}_{z \sim \mathcal{N}(0, s^2)}[\mathrm{GELU}(z)] = \frac{s^2}{\sqrt{2\pi(1 + s^2)}}",
        slip=("1 + s^2", "2 + s^2"),
    ),
    # Hermite polynomials
    String(
        "hermite-3",
        rf"\mathbb{{E}}_{{{UV}}}[He_3(u) He_3(v)] = 3!\, \rho^3",
        slip=("3!", "3"),
    ),
    String(
        "hermite-orthogonal",
        rf"\mathbb{{E}}_{{{UV}}}[\mathrm{{He}}_2(u) \mathrm{{He}}_4(v)] = 0",
        slip=("= 0", r"= \rho"),
    ),
    String(
        "hermite-physicists",
        r"\mathbb{E}_{z \sim N(0, \frac12)}[H_2(z)^2] = 8",
        "H=H",
        slip=("= 8", "= 2"),
    ),
    String(
        "stein",
        rf"\mathbb{{E}}_{{{UV}}}[u\, \sigma(v)] = \frac{{\rho}}{{2}}",
        "relu",
        slip=(r"\frac{\rho}{2}", r"\rho"),
    ),
    # textbook and others
    String(
        "sheppard",
        rf"\Pr_{{{X}}}\left[w^\top x > 0, v^\top x > 0\right] = \frac14 + \frac{{\arcsin\rho}}{{2\pi}}",
        slip=(r"\frac14", r"\frac12"),
    ),
    String(
        "goemans-williamson",
        rf"\Pr_{{{X}}}[w^\top x < 0 < v^\top x] = \frac{{\theta}}{{2\pi}}",
        slip=(r"\frac{\theta}{2\pi}", r"\frac{\theta}{\pi}"),
    ),
    String(
        "grothendieck",
        rf"\mathbb{{E}}_{{{X}}}[\operatorname{{sgn}}(\langle w, x \rangle) \operatorname{{sgn}}(\langle "
        rf"v, x \rangle)] = \frac{{2}}{{\pi}} \arcsin(\rho)",
        slip=(r"\arcsin", r"\arccos"),
    ),
    String(
        "indicators",
        rf"\mathbb{{E}}_{{{X}}}\left[\mathbf{{1}}\{{w^\top x > 0\}}\, \mathbb{{1}}_{{v^\top x \ge "
        rf"0}}\right] = \frac{{\pi - \theta_{{w,v}}}}{{2\pi}}",
        slip=(r"\frac{\pi -", r"\frac{2\pi -"),
    ),
    String(
        "derivative-of-activation",
        rf"\mathbb{{E}}_{{{X}}}[\sigma'(w^\top x) \dot\sigma(v^\top x)] = \frac{{\pi - \theta}}{{2\pi}}",
        "relu",
        slip=(r"{2\pi}", r"{\pi}"),
    ),
    String(
        "half-normal",
        r"\mathbb{E}_{z \sim \mathcal{N}(0, \sigma^2)}\left[|z|\right] = \sigma \sqrt{\frac{2}{\pi}}",
        slip=(r"\frac{2}{\pi}", r"\frac{1}{\pi}"),
    ),
    String(
        "variance-letter",
        r"\mathbb{E}_{z \sim \mathcal{N}(0, q)}[\phi(z)^2] = \frac q2",
        "relu",
        slip=(r"\frac q2", "q"),
    ),
    String(
        "mean-field",
        r"\mathbb{E}_{(u, v) \sim \mathcal{N}(0, \Sigma)}[\phi(u)\phi(v)] = "
        r"\frac{\sqrt{\Sigma_{11}\Sigma_{22}}}{2\pi}"
        r"\left(\sqrt{1 - \rho^2} + \rho(\pi - \arccos \rho)\right)",
        "relu",
        slip=(r"\pi - \arccos", r"\arccos"),
    ),
    String(
        "leaky",
        r"\mathbb{E}_{u \sim \mathcal{N}(0, s^2)}[\sigma(u)] = \frac{(1-a)s}{\sqrt{2\pi}}, \qquad 0 < a < 1",
        r"leaky_relu(z, a)",
        slip=("(1-a)", "(1+a)"),
    ),
    String(
        "leaky-by-max",
        r"\mathbb{E}_{u \sim \mathcal{N}(0, 1)}[\max(0, u) - t\max(0, -u)] = \frac{1 - t}{\sqrt{2\pi}}, "
        r"\text{ for all } t \in (0, 1)",
        slip=("{1 - t}", "{1 + t}"),
    ),
    String(
        "unit-vectors",
        rf"\mathbb{{E}}_{{{X}}}[\sigma(w^\top x)\sigma(v^\top x)] = \frac{{\sin\theta + (\pi - "
        rf"\theta)\cos\theta}}{{2\pi}}, \|w\| = \|v\| = 1",
        "relu",
        slip=(r"\cos\theta}", r"\sin\theta}"),
    ),
    String(
        "orthogonal",
        rf"\mathbb{{E}}_{{{X}}}[\sigma(w^\top x)\sigma(v^\top x)] = \frac{{\|w\|\|v\|}}{{2\pi}}, \theta "
        rf"= \frac{{\pi}}{{2}}",
        "relu",
        slip=(r"{2\pi}", r"{\pi}"),
    ),
    String(
        "independent",
        r"\mathbb{E}_{(u,v) \sim \mathcal{N}(0, I_2)}[\max\{u, 0\}\max\{v, 0\}] = \frac1{2\pi}",
        slip=(r"\frac1{2\pi}", r"\frac14"),
    ),
    String(
        "max-of-two",
        rf"\mathbb{{E}}_{{{UV}}}[\max(u, v)] = \sqrt{{\frac{{1 - \rho}}{{\pi}}}}",
        slip=(r"1 - \rho", r"1 + \rho"),
        exact=False,
    ),
    String(
        "squared-difference",
        rf"\mathbb{{E}}_{{{X}}}[(w^\top x - v^\top x)^2] = \|w - v\|^2, \quad w, v \ne 0",
        slip=(r"\|w - v\|", r"\|w + v\|"),
    ),
    String(
        "population-loss-of-two",
        rf"\frac12 \mathbb{{E}}_{{{X}}}\left[(\sigma(w^\top x) - \sigma(v^\top x))^2\right] = \frac14 \|w - v\|^2"
        r" + \frac{1}{2\pi}\|w\|\|v\|(\theta\cos\theta - \sin\theta)",
        "relu",
        slip=(r"\frac14", r"\frac12"),
    ),
    String(
        "kernel-by-inner-product",
        rf"\mathbb{{E}}_{{{X}}}[[w^\top x]_+[v^\top x]_+] = \frac{{1}}{{2\pi}}\left(\|w\|\|v\|\sin\theta "
        rf"+ (\pi - \theta) w^\top v\right)",
        slip=(r"(\pi - \theta) w^\top v", r"2(\pi - \theta) w^\top v"),
    ),
    String(
        "outer-product",
        r"\nabla_w \nabla_v (w^\top v) = I",
        slip=("= I", "= 2 I"),
    ),
    String(
        "cosine-of-angle",
        r"\bar w^\top \bar v = \cos\theta_{w,v}",
        slip=(r"\cos", r"\sin"),
    ),
    String(
        "angle",
        r"\arccos\frac{\langle w, v \rangle}{\|w\|\|v\|} = \theta_{w,v}",
        slip=(r"= \theta", r"= \pi - \theta"),
    ),
    String(
        "sine-mean",
        r"\mathbb{E}_{z \sim N(0, s^2)}[\cos z] = e^{-s^2/2}",
        slip=("s^2/2}", "s^2}"),
    ),
    String(
        "exponential",
        r"\mathbb{E}_{z \sim N(0, s^2)}[e^{z}] = \exp\left(\frac{s^2}{2}\right)",
        slip=(r"\frac{s^2}{2}", "s^2"),
    ),
    String(
        "fourth-moment",
        r"\mathbb{E}_{z \sim N(0, s^2)}[z^4] = 3s^4",
        slip=("3s^4", "4s^4"),
    ),
    String(
        "probit",
        r"\mathbb{E}_{z \sim N(0, s^2)}[\Phi(z + b)] = \Phi\left(\frac{b}{\sqrt{1 + s^2}}\right), b \in \mathbb{R}",
        slip=("1 + s^2", "1 + 2s^2"),
    ),
    String(
        "bias",
        r"\mathbb{E}_{z \sim N(0, 1)}[\sigma(z + b)] = b\,\Phi(b) + \frac{e^{-b^2/2}}{\sqrt{2\pi}}, b \in \mathbb{R}",
        "relu",
        slip=(r"+ \frac{e", r"- \frac{e"),
        exact=False,
    ),
    String(
        "squared-relu-third",
        rf"\mathbb{{E}}_{{{UV}}}[\sigma(u)^2 \sigma(v)] = \frac{{(1+\rho)^2}}{{2\sqrt{{2\pi}}}}",
        "relu",
        slip=(r"(1+\rho)^2", r"(1+\rho)"),
    ),
    String(
        "abs-kernel",
        rf"\mathbb{{E}}_{{{UV}}}[|u||v|] = \frac{{2}}{{\pi}}\left(\sqrt{{1-\rho^2}} + \rho\arcsin\rho\right)",
        slip=(r"\sqrt{1-\rho^2}", r"\sqrt{1+\rho^2}"),
    ),
    String(
        "definition-of-activation",
        rf"\mathbb{{E}}_{{{X}}}[\sigma(w^\top x)^2] = \tfrac{{1}}{{2}} \lVert w \rVert^2, \text{{ where "
        rf"}} \sigma(z) = \max(0, z)",
        slip=(r"\tfrac{1}{2}", r"\tfrac{1}{4}"),
    ),
    String(
        "correlated-by-number",
        r"\mathbb{E}_{(u,v) \sim \mathcal{N}(0, \begin{bmatrix} 1 & 1/2 \\ 1/2 & 1 \end{bmatrix})}"
        r"[\mathbf 1[u > 0]\, \mathbf 1(v > 0)] = \frac13",
        slip=(r"\frac13", r"\frac14"),
    ),
    String(
        "covariance-letters",
        r"\mathbb{E}_{(u,v) \sim \mathcal{N}(0, \begin{pmatrix} a & c \\ c & b \end{pmatrix})}[uv] = c",
        slip=("= c", "= 2c"),
    ),
    String(
        "declared-outside",
        r"\mathbb{E}\left[\phi(u)\phi(v)\right] = \frac{\|u\|\|v\|}{2\pi}\left(\sin\theta + "
        r"(\pi-\theta)\cos\theta\right)",
        "relu",
        gaussian=("u", "v"),
        slip=(r"{2\pi}", r"{\pi}"),
    ),
    String(
        "two-activations",
        rf"\mathbb{{E}}_{{{UV}}}[\sigma(u)\phi(v)] = \frac{{1 + \rho}}{{2\sqrt{{2\pi}}}}",
        {r"\sigma": "relu", r"\phi": "step"},
        slip=(r"1 + \rho", r"1 - \rho"),
    ),
    String(
        "display-environment",
        "\\begin{equation} \\label{eq:mean}\n  \\mathbb{E}_{x \\sim \\mathcal{N}(0, I)}"
        "\\bigl[\\max(0, w^{\\top} x)\\bigr]\n"
        "  = % the mean\n  \\frac{\\left\\| w \\right\\|}{\\sqrt{2 \\pi}} \\,.\n\\end{equation}",
        slip=("2 \\pi", "\\pi"),
    ),
    String(
        "primed-vector",
        r"\mathbb{E}_{x \sim N(0,I)}[\sigma(w^\top x)\sigma'(w'^\top x)] = \frac{\|w\|(1 + "
        r"\cos\theta_{w,w'})}{2\sqrt{2\pi}}",
        "relu",
        slip=("(1 +", "(2 +"),
    ),
    String(
        "half-angle",
        rf"\Pr_{{{X}}}[w^\top x > 0 > v^\top x] = \frac{{1}}{{2\pi}} "
        rf"\arccos\left(2\cos^2\frac{{\theta}}{{2}} - 1\right)",
        slip=(r"\frac{\theta}{2}", r"\frac{\theta}{3}"),
        exact=False,
    ),
)
NAMES = [s.name for s in STRINGS]
#: The same formula is judged in another notation by default, and these notations are read in test_tex_reading.py.
OTHER_NOTATIONS = {
    "safran-shamir-f",
    "other-indices",
    "hessian-by-nabla",
    "hessian-tends",
    "williams-one-root",
    "mean-field",
    "unit-vectors",
    "declared-outside",
    "half-angle",
}


@pytest.mark.parametrize(
    "string",
    [pytest.param(s, id=s.name, marks=[pytest.mark.slow] if s.name in OTHER_NOTATIONS else []) for s in STRINGS],
)
def test_what_is_true_is_equal_and_the_slip_is_different(string: String) -> None:
    outcome = judge_identity(string.claim(string.tex), 0).outcome
    assert outcome in (Outcome.EQUAL, Outcome.ENCLOSED) if string.exact else outcome is not Outcome.DIFFERENT
    assert judge_identity(string.claim(string.slipped), 0).outcome is Outcome.DIFFERENT


@pytest.mark.parametrize(
    "name",
    [
        "cho-saul-1",
        "tian-gradient",
        "gelu-mean-by-name",
        pytest.param("safran-shamir-hessian-diagonal", marks=pytest.mark.slow),
    ],
)
def test_both_witnesses_agree(name: str) -> None:
    string = STRINGS[NAMES.index(name)]
    assert verify(string.claim(string.tex), power=False).kind is Kind.PROVED
    assert verify(string.claim(string.slipped), power=False).kind is Kind.REFUTED


@pytest.mark.slow
@pytest.mark.parametrize("string", STRINGS, ids=NAMES)
def test_both_witnesses_agree_on_every_string(string: String) -> None:
    kind = verify(string.claim(string.tex), power=False).kind
    assert kind in (Kind.PROVED, Kind.CERTIFIED) if string.exact else kind is not Kind.REFUTED
    assert verify(string.claim(string.slipped), power=False).kind is Kind.REFUTED


def test_there_are_enough_strings() -> None:
    assert len(set(NAMES)) == len(STRINGS) >= 60

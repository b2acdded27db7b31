"""The LaTeX reader on strangers' strings: a reading or a TexError, never anything else, in bounded time."""

from __future__ import annotations

import random
import re
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.formula import Expr, call, name, num
from analytic.grammar import parse
from checks.tex import TexError, TexReading, echo, read_tex
from checks.tex.reading import read_display

VALID = (
    r"\mathbb{E}_{x \sim \mathcal{N}(0, I_d)}[\sigma(w^\top x)\sigma(v^\top x)] = \frac{1}{2\pi}\|w\|\|v\|"
    r"(\sin\theta + (\pi - \theta)\cos\theta), \quad \theta \in (0, \pi)",
    r"\nabla_{w_i} L(W) = \frac12 w_i + \sum_{j \neq i} g(w_i, w_j) - \sum_{j=1}^{k} g(w_i, v_j), \text{ where } "
    r"g(w, v) = \frac{1}{2\pi}(\|v\| \sin\theta_{w,v} \bar w + (\pi - \theta_{w,v}) v)",
    r"\frac{\partial^2 L}{\partial w_i \partial w_j} = \frac{1}{2\pi}((\pi - \theta_{w_i,w_j}) I + "
    r"\bar n_{w_i,w_j} \bar w_j^\top + \bar n_{w_j,w_i} \bar w_i^\top), n_{v,w} = \bar v - \cos\theta_{v,w} \bar w",
    r"\mathbb{E}_{(u,v) \sim \mathcal{N}(0, \begin{pmatrix} 1 & \rho \\ \rho & 1 \end{pmatrix})}"
    r"[He_3(u)He_3(v)] = 3!\rho^3",
    r"\lim_{\theta \to 0} \nabla_w \nabla_v \mathbb{E}_{x \sim N(0, I)}[[w^\top x]_+ [v^\top x]_+] = \tfrac12 I",
    r"\mathbb{E}_{u \sim N(0, \sigma^2)}[\max(0, u) - t\max\{0, -u\}] = \frac{(1-t)\sigma}{\sqrt{2\pi}}, 0 < t < 1",
    r"\begin{pmatrix} 1 & t \\ t & 1 \end{pmatrix} \succeq \frac12 I, t \in [-\frac12, \frac12]",
    r"\lim_{t \to 0^+} \frac{\sin t}{t} = 1",
    r"\sqrt{k^2 + 1} = k + \frac{1}{2k} + O(k^{-3}) \text{ as } k \to \infty",
    r"1 - \cos t \sim \frac{t^2}{2}, \text{ as } t \to 0",
    r"1 - c_l \sim \frac{9\pi^2}{2 l^2}, \text{ where } c_{l+1} = 2\mathbb{E}_{(u,v) \sim "
    r"N(0, \begin{pmatrix} 1 & c_l \\ "
    r"c_l & 1 \end{pmatrix})}[\sigma(u)\sigma(v)], c_0 \in [-1, 1]",
    r"0 \le t &\le 1 \\ &= \rho^{(l)}, \rho^{(l+1)} = \kappa(\rho^{(l)}), \kappa(r) = "
    r"\frac{r}{2}, \rho^{(0)} \in (0, 1)",
    r"\Pr_{x \sim N(0, I)}[w^\top x > 0, \langle v, x \rangle > 0] = \frac14 + \frac{\sin^{-1}\rho}{2\pi}",
)
_WORDS = (
    r"\frac \tfrac \sqrt \bar \hat \dot \left \right \big \, \! \cdot \times / + - = \le \succeq \to \sim \in \ne < > "
    r"( ) [ ] { } \{ \} | \| \lVert \rVert \langle \rangle ^ _ ^\top ^T ^2 ^{-1} _+ _{w,v} _i _{w_i} ' ! , ; . : := & "
    r"\\ \quad \text{where} \text{as} \mathbb{E} \mathbb{R} \mathcal{N} \mathbf{1} \mathbf{w} \mathrm{He}_3 "
    r"\operatorname{relu} \operatorname{erf} \sin \cos \arccos \exp \log \max \min \Phi \sigma \phi \theta \rho \pi "
    r"\Sigma \sum \sum_{j\ne{i}} \lim \lim_{\theta\to0} \nabla \nabla_w \nabla_{w_i} \partial "
    r"\frac{\partial{L}}{\partial{w_i}} \infty \int \prod w v x u t w_i w_j v_j I L E O e i k n h g z 0 1 2 12 0.5 "
    r"100000000 _{x\sim\mathcal{N}(0,I)} _{(u,v)\sim\mathcal{N}(0,\Sigma)} \begin{pmatrix} \end{pmatrix} "
    r"\\ \\[2pt] \le \ge \succ \preceq O(t) o(t^2) \mathcal{O} \text{as} t\to0 k\to\infty "
    r"c_l c_{l+1} c_{l-1} c_0 \rho^{(l)} "
    r"\begin{pmatrix}1&t\\t&1\end{pmatrix} "
    r"\begin{equation} \end{equation} % $ \foo θ ~ # @ \mathbf \text \begin \label \tag{1} sin relu abc for where"
)
WORDS = tuple(_WORDS.split())
ACTIVATIONS = (None, "relu", r"\sigma=relu; \phi=step; H=He; n=perp", "leaky_relu(z, t)")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+|.", re.DOTALL)
#: Seconds that no string may take; typical ones take some milliseconds, and the machine may be busy.
PATIENCE = 5.0


def attempt(text: str, activation: str | None = None) -> TexReading | None:
    """The reading, or None if it was refused properly; anything else is an error of the reader."""
    start = time.perf_counter()
    found: TexReading | TexError
    try:
        found = read_tex(text, activation, {"t": "(0, 1)"}, ("x",))
    except TexError as error:
        found = error
    assert time.perf_counter() - start < PATIENCE
    if isinstance(found, TexReading):
        return found
    assert 1 <= found.line <= text.count("\n") + 1
    assert 1 <= found.column <= len(text) + 1
    assert len(str(found)) < 2000
    assert all(
        isinstance(part, (TexReading, TexError)) for part in read_display(text, activation, {"t": "(0, 1)"}, ("x",))
    )
    return None


def mutated(text: str, source: random.Random) -> str:
    """A string with a few tokens removed, inserted, replaced, exchanged, repeated, or cut off."""
    row = _TOKEN.findall(text)
    for _ in range(source.randint(1, 4)):
        at, other = source.randrange(len(row)), source.randrange(len(row))
        change = source.randrange(6)
        if change == 0 and len(row) > 1:
            del row[at]
        elif change == 1:
            row.insert(at, source.choice(WORDS))
        elif change == 2:
            row[at] = source.choice(WORDS)
        elif change == 3:
            row[at], row[other] = row[other], row[at]
        elif change == 4:
            row[at : at + 1] = row[at : at + 6] * source.randint(2, 3)
        else:
            row = row[: at + 1] if source.random() < 0.5 else row[at:]
    return "".join(row)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(("", " ")), st.sampled_from(ACTIVATIONS))
def test_soups_of_tokens(words: list[str], between: str, activation: str | None) -> None:
    attempt(between.join(words), activation)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(VALID), st.integers(0, 2**32), st.sampled_from(ACTIVATIONS))
def test_mutations_of_what_can_be_read(text: str, seed: int, activation: str | None) -> None:
    attempt(mutated(text, random.Random(seed)), activation)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    attempt(text)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_many_mutations_and_soups(seed: int) -> None:
    source = random.Random(seed)
    for number in range(20_000):
        if number % 3:
            text = mutated(source.choice(VALID), source)
        else:
            text = source.choice(("", " ")).join(source.choices(WORDS, k=source.randint(1, 40)))
        attempt(text, source.choice(ACTIVATIONS))


HOSTILE = {
    "a million letters": "w" * 10**6,
    "a million digits": "1" * 10**6 + "=1",
    "digits to the limit": "1" * 19_000 + "= t",
    "a giant exponent": r"2^{99999999999999999999} = t",
    "a tower": r"9^{9^{9^{9^{9^{9^{9}}}}}} = t",
    "a giant factorial": "999999999! = t",
    "a giant root": r"\sqrt[99999999999]{t} = t",
    "a giant degree": r"\mathbb{E}_{z \sim N(0,1)}[He_{999999999}(z)] = 0",
    "deep brackets": "(" * 9000 + "t" + ")" * 9000 + "= t",
    "deep braces": r"\frac{1}{" * 900 + "t" + "}" * 900 + "= t",
    "deep scripts": "t^{" * 3000 + "t" + "}" * 3000 + "= t",
    "nested functions": r"\sin" * 3000 + "(t) = t",
    "nested roots": r"\sqrt{" * 2000 + "t" + "}" * 2000 + "= t",
    "signs": "-" * 10_000 + "t = t",
    "bars": "|" * 5000 + "t" + "|" * 5000 + "= t",
    "a long sum": "+".join(["t"] * 1900) + "= t",
    "a long product": " t" * 3900 + "= t",
    "a product of sums": "(w+v)^\\top(w+v)" + "".join(rf"+ (w_{i % 9}+v)^\top(w+v)" for i in range(150)) + "= t",
    "a wide inner product": "(" + "+".join(["w"] * 900) + r")^\top(" + "+".join([r"\bar v"] * 900) + ") = t",
    "definitions that double": "a(t) = 1"
    + "".join(rf", {b}(t) = {a}(t){a}(t){a}(t)" for a, b in zip("abcdfg", "bcdfgh", strict=True)),
    "definitions in a circle": "p(t) = t, p(t) = q(t), q(t) = p(t)",
    "many conditions": "t = t" + ", t > 0" * 1500,
    "many matrices": r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}" * 200 + "= t",
    "unclosed": "{" * 5000,
    "only commands": r"\frac" * 4000,
    "zero bytes": "\x00" * 1000,
    "newlines": "\n" * 19_000 + "t",
    "comments": "%\n" * 9_000 + "t = t",
    "division by zero": r"\frac{1}{0} = t",
    "a power of zero": r"0^{-1} = t",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_strings_end_quickly(text: str) -> None:
    reading = attempt(text)
    assert reading is None or len(reading.latex) < 200_000


# ---- what is typeset is read as the same formula ----


def _closed() -> st.SearchStrategy[Expr]:
    """Random closed forms in t, theta, pi and norms."""
    leaves = st.one_of(
        st.fractions(-5, 5, max_denominator=9).map(num),
        st.sampled_from(("t", "theta", "rho", "pi", "euler_gamma")).map(name),
        st.sampled_from(("u", "v")).map(lambda n: Expr("norm", (name(n),))),
    )
    functions = ("sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "abs", "Phi", "erf", "relu", "erfi")

    def larger(part: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.one_of(
            st.tuples(part, part).map(lambda p: p[0] + p[1]),
            st.tuples(part, part).map(lambda p: p[0] - p[1]),
            st.tuples(part, part).map(lambda p: p[0] * p[1]),
            st.tuples(part, st.sampled_from(("t", "pi", "theta"))).map(lambda p: p[0] / name(p[1])),
            st.tuples(part.filter(lambda e: e != num(0)), st.integers(2, 4)).map(lambda p: p[0] ** p[1]),
            st.tuples(st.sampled_from(functions), part).map(lambda p: call(p[0], p[1])),
            st.tuples(part, part, part).map(lambda p: call("Phi2", *p)),
        )

    return st.recursive(leaves, larger, max_leaves=12)


@settings(max_examples=150, deadline=None)
@given(_closed())
def test_the_echo_has_one_reading(expr: Expr) -> None:
    text = rf"\mathbb{{E}}\left[u v\right] = {echo(expr)}"
    reading = read_tex(text, None, {"t": "(0, 1)"}, ("u", "v"))
    assert parse(reading.right) == parse(str(expr)), (text, reading.right)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**30), st.integers(1, 10**30))
def test_numbers_are_exact(above: int, below: int) -> None:
    right = read_tex(rf"t = \frac{{{above}}}{{{below}}}", variables={"t": "(0, 1)"}).right
    assert parse(right) == num(Fraction(above, below))

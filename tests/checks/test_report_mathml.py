"""MathML says what the formula says: it is read back into the language, and gives the same tree."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.formula import Expr, add, call, mul, name, num, power
from analytic.grammar import parse
from checks.report.mathml import mathml, statement_mathml
from checks.report.typeset import MAX_LENGTH, pieces

#: Signs of MathML as signs of the language; invisible ones are those that readers of the page do not see either.
SIGNS = {"\u2062": "*", "·": "*", "\u2061": "", "−": "-", "‖": "|", "≠": "!=", "[": "[", "𝔼": "E"}
LETTERS = {"θ": "theta", "π": "pi", "ρ": "rho", "arccos": "acos", "arctan": "atan", "leaky": "leaky_relu", "Φ": "Phi"}


def read(node: ElementTree.Element) -> str:
    """A MathML element as text of the language, bracketed by structure alone where MathML needs no brackets."""
    parts = [read(child) for child in node]
    if node.tag in ("math", "mrow"):
        return "".join(parts)
    if node.tag == "mfrac":
        return f"(({parts[0]})/({parts[1]}))"
    if node.tag == "msqrt":
        return f"sqrt({''.join(parts)})"
    if node.tag == "msup":
        return f"{parts[0]}^({parts[1]})"
    if node.tag == "msub":
        return f"{parts[0]}_{parts[1]}"
    if node.tag == "mover":
        return f"bar({parts[0]})"
    text = node.text or ""
    return SIGNS.get(text, LETTERS.get(text, text))


def read_back(expr: Expr) -> Expr:
    """The tree of the MathML of a tree; functions without brackets get them first, as a reader would supply them."""
    root = ElementTree.fromstring(mathml(expr))
    for row in root.iter():
        kids = list(row)
        for i, kid in enumerate(kids):
            if kid.tag == "mo" and kid.text == "\u2061" and kids[i + 1].tag != "mrow":
                argument = ElementTree.Element("mrow")
                argument.extend([ElementTree.Element("mo"), kids[i + 1], ElementTree.Element("mo")])
                argument[0].text, argument[2].text = "(", ")"
                row[i + 1] = argument
    return parse(raised_functions(read(root)))


def raised_functions(text: str) -> str:
    """sin^(2)(x) as (sin(x))^(2)."""
    for f in ("sin", "cos"):
        while f"{f}^(" in text:
            begin = text.index(f"{f}^(")
            middle = closing(text, begin + len(f) + 1)
            end = closing(text, middle + 1)
            exponent, argument = text[begin + len(f) + 1 : middle + 1], text[middle + 1 : end + 1]
            text = f"{text[:begin]}({f}{argument})^{exponent}{text[end + 1 :]}"
    return text


def closing(text: str, begin: int) -> int:
    """Where the bracket that opens at begin is closed."""
    depth = 0
    for i in range(begin, len(text)):
        depth += (text[i] in "([") - (text[i] in ")]")
        if depth == 0:
            return i
    raise AssertionError(text)


LEAVES = st.one_of(
    st.sampled_from([name(n) for n in ("u", "theta", "k", "t", "pi")]),
    st.fractions(-3, 3, max_denominator=4).filter(bool).map(num),
    st.just(Expr("norm", (name("u"),))),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: add(*p)),
        st.tuples(inner, inner).map(lambda p: mul(*p)),
        st.tuples(inner, st.sampled_from([2, 3, -1, -2])).map(lambda p: power(p[0], num(p[1]))),
        inner.map(lambda e: -e),
        st.tuples(st.sampled_from(["sin", "cos", "log", "relu", "acos"]), inner).map(lambda p: call(*p)),
        inner.map(lambda e: call("sqrt", e)),
        st.tuples(inner, inner).map(lambda p: call("leaky_relu", *p)),
        inner.map(lambda e: Expr("expect", (e,))),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_a_reader_of_the_page_reads_the_formula(tree: Expr) -> None:
    tree = parse(str(tree))
    assert read_back(tree) == tree


@pytest.mark.parametrize(
    "text",
    [
        "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)",
        "-(a + b)",
        "(-x)^2",
        "(x/2)^3",
        "(x^2)^3",
        "2^k*3^k/4",
        "sin(theta)^2*cos(theta)^3",
        "a - (b - c)",
        "a/(b/c)",
        "bar(w)*theta_uv",
        "E[relu(w.x)]^2".replace("w.x", "u"),
        "(1 - t)^2*log(t)^2",
    ],
)
def test_brackets_stand_where_they_must(text: str) -> None:
    assert read_back(parse(text)) == parse(text)


def test_every_statement_of_the_catalogue_with_formulas_is_typeset() -> None:
    from checks.catalogue.kernels import CLAIMS as KERNELS
    from checks.catalogue.population_loss import CLAIMS as LOSS

    for claim in (*KERNELS, *LOSS):
        shown = statement_mathml(str(claim.statement))
        assert shown is not None, claim.name
        ElementTree.fromstring(shown)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("sum(j != i, g(w_i, w_j))", ("<munder><mo>∑</mo>", "<mo>≠</mo>", "<msub><mi>w</mi><mi>j</mi></msub>")),
        ("grad(E[relu(w.x)], w) = w/2", ("<msub><mo>∇</mo><mi>w</mi></msub>", "<mo>·</mo>", "<mo>=</mo>")),
        ("outer(bar(w), perp(v, w))", ("<mover", "<mi>⊤</mi>", "<mi>n</mi>")),
        ("limit(f(theta), theta, 0)", ("<munder><mi>lim</mi>", "<mo>→</mo>")),
        ("abs(u) <= 1", ('<mo stretchy="false">|</mo>', "<mo>≤</mo>")),
        ("spectrum at global: 1/2 x k*d, 1/4 x 1", ("spectrum at global", "<mo>×</mo>", "<mo>,</mo>")),
        ("|u|/2  (a factor 1/2)", ("<mfrac>", "(a factor 1/2)")),
        ("f(u) = g(u)  where g(u) = u^2", ("where", "<msup>")),
    ],
)
def test_shapes(text: str, shapes: tuple[str, ...]) -> None:
    shown = statement_mathml(text)
    assert shown is not None
    assert all(shape in shown for shape in shapes), shown
    assert "".join(ElementTree.fromstring(shown).itertext()).strip()


def test_sums_beside_a_multiplicity_have_brackets() -> None:
    shown = ElementTree.fromstring(str(statement_mathml("spectrum at global: 1/4 + k x d - k, 1/2 x k*d")))
    text = "".join(shown.itertext()).replace("\u2062", "")
    assert text == "spectrum at global:  (14+k)×(d−k), 12×kd", "14 and 12 are fractions"


def test_formulas_have_their_text_as_alternative() -> None:
    root = ElementTree.fromstring(str(statement_mathml("E[relu(u)*relu(v)] = |u|*|v|*(sin(theta) + theta)/(2*pi)")))
    assert [m.get("alttext") for m in root.iter("math")] == [
        "E[relu(u)*relu(v)]",
        "= |u|*|v|*(sin(theta) + theta)/(2*pi)",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<script>",
        "a < <b>",
        "critical point A, k = 3",
        "1 +",
        "",
        "x" * (MAX_LENGTH + 1),
        "(" * 13 + "x" + ")" * 13,
        "0.123456",
        "x\x00",
        "a = b = ",
    ],
)
def test_what_is_no_formula_is_left_alone(text: str) -> None:
    assert pieces(text) is None
    assert statement_mathml(text) is None


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab<>&\"'=()[]|.,;^*/+-0 1x\x00\x1b\u202e\nθ", max_size=30))
def test_nothing_in_a_text_becomes_markup(text: str) -> None:
    shown = statement_mathml(text)
    if shown is not None:
        tags = {node.tag for node in ElementTree.fromstring(shown).iter()}
        assert tags <= {"span", "math", "mrow", "mi", "mn", "mo", "mfrac", "msup", "msub", "msqrt", "munder", "mover"}

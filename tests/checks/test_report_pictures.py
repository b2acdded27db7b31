"""Pictures: well-formed, legible without colour, and true to the numbers."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.report.pictures import Comparison, Curve, Curves, Eigenvalue, Estimates, Picture, Stems
from checks.report.svg import Scale, number, scale_of

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '"><script>alert(1)</script>\x00\x1b'
FINITE = st.floats(-1e12, 1e12, allow_nan=False)


def drawn(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg())


def comparison(estimate: float, error: float = 0.1, claimed: float = 1.0) -> Comparison:
    return Comparison("u = 1", estimate, error, claimed, abs(estimate - claimed) <= error)


def test_agreement_is_a_circle_and_contradiction_a_cross() -> None:
    root = drawn(Estimates((comparison(1.05), comparison(2.0), comparison(0.5))))
    assert len(root.findall(f".//{SVG}circle")) == 1
    assert len(root.findall(f".//{SVG}path")) == 2
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    assert str(root.get("aria-label")).endswith("1 agree, 2 contradict it")


def test_a_larger_estimate_stands_higher() -> None:
    root = drawn(Estimates((comparison(1.01), comparison(1.05))))
    low, high = (float(str(c.get("cy"))) for c in root.findall(f".//{SVG}circle"))
    assert high < low, "the vertical coordinate grows downwards"


def test_error_bars_reach_from_low_to_high() -> None:
    root = drawn(Estimates((comparison(1.0, 0.25),)))
    mark = root.find(f"{SVG}g")
    assert mark is not None
    bar, circle = mark.find(f"{SVG}line"), mark.find(f"{SVG}circle")
    assert bar is not None
    assert circle is not None
    ends = sorted(float(str(bar.get(end))) for end in ("y1", "y2"))
    assert ends[0] < float(str(circle.get("cy"))) < ends[1]
    assert sum(ends) / 2 == pytest.approx(float(str(circle.get("cy"))), abs=0.02)


def test_each_component_has_its_line_and_each_eigenvalue_its_multiplicity() -> None:
    rows = (Eigenvalue(0.25, 10, "standard:1"), Eigenvalue(0.5, 1, "trivial"), Eigenvalue(-0.1, 3, "trivial"))
    root = drawn(Stems(rows, "A saddle"))
    words = [t.text for t in root.findall(f".//{SVG}text")]
    assert {"standard:1", "trivial", "×10", "×1", "×3"} <= {*words}
    places = [float(str(c.get("cx"))) for c in root.findall(f".//{SVG}circle")]
    assert places[0] > places[1] < places[2], "in each line from the smallest; -0.1 < 0.25 < 0.5"
    titles = [t.text for t in root.findall(f".//{SVG}g/{SVG}title")]
    assert "trivial: -0.1, multiplicity 3" in titles


def test_a_higher_multiplicity_has_a_longer_stem() -> None:
    root = drawn(Stems((Eigenvalue(0.25, 10, "a"), Eigenvalue(0.75, 100, "a")), "t"))
    stems = root.findall(f"{SVG}g/{SVG}line")
    ten, hundred = (float(str(s.get("y1"))) - float(str(s.get("y2"))) for s in stems)
    assert ten < hundred


def test_curves_differ_without_colour() -> None:
    lines = tuple(Curve(f"k^-{i}", ((10.0, 10.0**-i), (1e6, 10.0 ** (-6 * i)))) for i in range(1, 6))
    root = drawn(Curves(lines, "Terms", "k", "size", logarithmic=True))
    found = root.findall(f".//{SVG}polyline")
    assert len({p.get("stroke-dasharray") for p in found}) == 5
    assert len({p.get("stroke") for p in found}) == 5


@pytest.mark.parametrize(
    "picture",
    [
        Estimates(()),
        Estimates((comparison(math.nan),)),
        Estimates((comparison(1.0),) * 3000),
        Stems((), "t"),
        Stems((Eigenvalue(math.inf, 1, "a"),), "t"),
        Stems((Eigenvalue(1.0, 0, "a"),), "t"),
        Curves((), "t", "x", "y"),
        Curves((Curve("a", ((1.0, math.nan),)),), "t", "x", "y"),
    ],
)
def test_what_cannot_be_drawn_is_left_out(picture: Picture) -> None:
    assert picture.svg() == ""


@settings(deadline=None)
@given(st.lists(st.tuples(FINITE, st.floats(0, 1e6), FINITE), min_size=1, max_size=6))
def test_any_numbers_can_be_drawn(points: list[tuple[float, float, float]]) -> None:
    marks = tuple(comparison(*p) for p in points)
    text = Estimates(marks).svg()
    if text or any(all(map(math.isfinite, m.relative())) for m in marks):  # shares of 5e-324 are beyond all numbers
        ElementTree.fromstring(text)
    assert "nan" not in text
    assert "inf" not in text


@settings(deadline=None)
@given(st.lists(st.tuples(FINITE, st.integers(1, 10**9), st.text(max_size=5)), min_size=1, max_size=6))
def test_any_spectrum_can_be_drawn(rows: list[tuple[float, int, str]]) -> None:
    root = drawn(Stems(tuple(Eigenvalue(*r) for r in rows), "t"))
    assert len(root.findall(f".//{SVG}circle")) == len(rows)


def test_nothing_in_a_text_becomes_markup() -> None:
    pictures: list[Picture] = [
        Estimates((Comparison(EVIL, 1.0, 0.1, 1.0, True),)),
        Stems((Eigenvalue(1.0, 2, EVIL),), EVIL),
        Curves((Curve(EVIL, ((1.0, 1.0), (2.0, 3.0))),), EVIL, EVIL, EVIL),
    ]
    for picture in pictures:
        text = picture.svg()
        assert "<script" not in text
        assert not any(outside in text for outside in ("href", "url(", "@import", "style="))
        ElementTree.fromstring(text)


@given(FINITE, FINITE)
def test_ticks_are_few_and_inside(a: float, b: float) -> None:
    scale = scale_of([a, b], 0, 100)
    ticks = scale.ticks()
    assert 1 <= len(ticks) <= 14
    assert all(-1e-6 <= scale.place(t) <= 100 + 1e-6 for t in ticks)


def test_ticks_are_round() -> None:
    assert Scale(0.013, 0.061, 0, 1).ticks() == pytest.approx([0.02, 0.03, 0.04, 0.05, 0.06])
    assert Scale(1, 1e6, 0, 1, True).ticks() == pytest.approx([10.0**n for n in range(7)])
    assert [number(x) for x in (1e-5, 2.5e7, 0.25, -1e-9)] == ["10⁻⁵", "2.5·10⁷", "0.25", "−10⁻⁹"]

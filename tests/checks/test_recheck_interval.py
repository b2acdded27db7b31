"""The checker of interval certificates: true ones pass, false facts do not, whatever is edited or planted."""

from __future__ import annotations

import ast
import json
import random
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flint import arb, arb_poly, ctx

import checks.recheck_interval
from analytic.landscape import intervals_of_k, tubes
from analytic.landscape.intervals_file import to_json, why_not
from analytic.landscape.intervals_of_k import certify_range
from analytic.landscape.real_family import real_family
from analytic.landscape.sizes import SAME, Dimension
from checks.recheck_components import block_of, components_of
from checks.recheck_interval import recheck
from checks.recheck_interval_file import read
from checks.recheck_interval_jets import Window, jet, negatives, over, reach, times
from checks.recheck_interval_network import Network
from checks.recheck_interval_proofs import Part, ball
from checks.recheck_network import Sample
from checks.recheck_reading import Block, Problem, Recheck, RejectedError
from checks.recheck_zero import reduced_system

TRUE = [
    ("II", 6, 7, SAME, "strict local minimum"),
    ("A", 6, 7, SAME, "strict local minimum"),
    ("A", 3, "16/5", Dimension(4), "saddle of index k^2/2 - 3*k/2 + 1"),
    ("I", 7, "15/2", SAME, "strict local minimum"),
    ("I:4", 8, 9, Dimension(3), "saddle of index 3"),
    ("II:2", 7, "15/2", SAME, "saddle of index k - 3"),
    ("II:3", 12, 13, Dimension(20, 0), "strict local minimum"),
]


@cache
def content(name: str, low: Any, high: Any, dimension: Dimension = SAME) -> str:
    """A true certificate."""
    return to_json(certify_range(name, Fraction(low), Fraction(high), dimension=dimension))


@cache
def verified(name: str, low: Any, high: Any, dimension: Dimension = SAME) -> Recheck:
    """What the checker says of it."""
    return recheck(content(name, low, high, dimension))


@pytest.mark.parametrize(
    ("name", "low", "high", "dimension", "kind"),
    [pytest.param(*x, marks=[pytest.mark.slow] if x[0] == "I" else []) for x in TRUE],
)
def test_a_true_certificate_is_accepted(name: str, low: Any, high: Any, dimension: Dimension, kind: str) -> None:
    checked = verified(name, low, high, dimension)
    assert checked.rejection is None
    assert checked.statements[-1] == kind
    assert any("every integer k" in s and "of k neurons" in s for s in checked.statements)


def test_what_is_said_of_the_dimension() -> None:
    assert "every d >= k" in verified("II", 6, 7, SAME).statements[0]
    assert "d = k + 3" in verified("I:4", 8, 9, Dimension(3)).statements[0]
    assert "d = 20" in verified("II:3", 12, 13, Dimension(20, 0)).statements[0]
    blocks = json.loads(content("II:3", 12, 13, Dimension(20, 0)))["claims"]["negative"]
    assert {"extra-columns:trivial", "extra-columns:standard:1", "extra-columns:standard:2"} <= set(blocks)


@pytest.mark.slow
def test_ii_from_6_to_100_is_verified_with_a_bound_near_the_smallest_eigenvalue() -> None:
    checked = recheck(to_json(certify_range("II", 6, 100)))
    assert checked.rejection is None
    (bound,) = [s for s in checked.statements if "exceed" in s]
    assert float(bound.split()[-1]) > 0.0046


# bugs planted in the maker


def test_a_maker_that_counts_no_negative_eigenvalues_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = dict.fromkeys((c.name for c in real_family("II").compiled.components), tubes.Inertia(0, 0.001))
    monkeypatch.setattr(intervals_of_k, "inertia", lambda *_: everywhere)
    found = certify_range("II", 5, Fraction(21, 4))
    assert found.is_minimum
    assert "standard:1 are" in str(recheck(to_json(found)).rejection)


def test_a_maker_that_overrates_eigenvalues_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tubes, "_exceeds", lambda *_: True)
    monkeypatch.setattr(tubes, "SHARES", (1.01,))
    assert "below" in str(recheck(to_json(certify_range("II", 7, Fraction(29, 4)))).rejection)


def test_a_maker_that_does_not_test_tubes_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals_of_k, "image_of_box", lambda _, tube: dict.fromkeys(tube.box, 0.0))
    monkeypatch.setattr(tubes, "DEGREE", 1)
    found = certify_range("II", 7, Fraction(15, 2))
    narrow = found.pieces[0].tube
    narrow.box.update(dict.fromkeys(narrow.box, 2.0**-40))
    assert "Krawczyk" in str(recheck(to_json(found)).rejection)


# formulas


@pytest.mark.parametrize(("name", "k", "low", "high"), [("II", 7, 6, 7), ("II:3", 12, 12, 13), ("I:4", 8, 8, 9)])
def test_at_an_integer_k_the_formulas_are_those_of_the_network(name: str, k: int, low: int, high: int) -> None:
    """Sums with counts that are functions of k agree with the checker of points, whose sizes are integers."""
    claim = read(content(name, low, high, Dimension(3) if name == "I:4" else SAME))
    before, ctx.prec = ctx.prec, 128
    try:
        box = next(b for b in claim.boxes if b.low <= k <= b.high)
        part = Part(claim, box, Fraction(k), Fraction(k))
        problem = claim.at(k)
        values = [p(ball(Fraction(k)) - ball((box.low + box.high) / 2)) for p in box.centre]
        gradient, _ = reduced_system(problem, values, False)
        assert all(bool(x[0].overlaps(y)) for x, y in zip(part.gradient(), gradient, strict=True))
        for component in components_of(problem).values():
            beyond = component.copies[0][1] == len(problem.teachers)
            _, form, _ = part.block(component, part.nothing, beyond)
            assert all(x[0].is_finite() and x[0].rad() < 1e-20 for row in form for x in row)
            _check_images(Sample(problem, values, component.named), part, component, beyond)
    finally:
        ctx.prec = before


LAYOUTS = [
    ((("1", 6), ("2", 1)), (("1", 6), ("2", 1))),
    ((("1", 5), ("2", 2), ("1", 5)), (("1", 5), ("2", 2))),
    ((("1", 7), ("x", 3), ("y", 1)), (("1", 7), ("2", 4))),
    ((("2", 3), ("1", 4)), (("1", 4), ("2", 3), ("3", 1))),
]


@pytest.mark.parametrize(("rows", "teachers"), LAYOUTS)
def test_any_weights_in_any_blocks_have_the_gradient_and_blocks_of_the_network(rows: Any, teachers: Any) -> None:
    """Not at a critical point, another activation, more students than teachers, blocks without columns of their own."""
    draw = random.Random(str(rows))
    students, columns = (tuple(Block(a, n) for a, n in blocks) for blocks in (rows, teachers))
    k = sum(n for _, n in teachers)
    problem = Problem(Fraction(1), Fraction(-1, 3), students, columns, k + 2)
    before = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = 128, 1
    try:
        values = [arb(draw.uniform(0.2, 1) * draw.choice((-1, 1))) for _ in problem.orbits()]
        sizes: dict[str, Any] = {**dict(rows), **dict(teachers), "1": jet([dict(teachers)["1"]])}
        large = replace(problem, rows=_enlarged(students), teachers=_enlarged(columns), d=10**7 + problem.d)
        jets = [jet([x]) for x in values]
        found = Network(large, sizes, jets, {}, True).gradients()
        for place, x in Sample(problem, values, {}).gradients().items():
            assert found[place][0].overlaps(x), place
            assert found[place][0].rad() < 1e-25
        for name, component in components_of(problem).items():
            network = Network(large, sizes, jets, component.named, True)
            images, expected = network.block(component, 0), block_of(problem, values, component)
            inner = [[network.inner(x, y) for y in component.copies] for x in component.copies]
            for r, c in product(range(len(images)), repeat=2):
                form = sum((inner[r][s] * images[s][c] for s in range(len(images))), jet([0]))
                assert form[0].overlaps(expected[r][c]), name
    finally:
        ctx.prec, ctx.cap = before


def _enlarged(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(Block(b.label, 10**7 if b.label == "1" else b.size) for b in blocks)


def _check_images(sample: Sample, part: Part, component: Any, beyond: bool) -> None:
    expected = block_of(sample.problem, sample.values, component)
    _, form, _ = part.block(component, part.nothing, beyond)
    for row, other in zip(form, expected, strict=True):
        assert all(bool(x[0].overlaps(y)) for x, y in zip(row, other, strict=True))


def test_a_window_encloses_what_lies_in_it() -> None:
    claim = read(content("II", 6, 7))
    before, ctx.prec = ctx.prec, 128
    try:
        box = claim.boxes[-1]
        whole = Part(claim, box, box.low, box.high).gradient()
        for share in (Fraction(-1), Fraction(1, 3), Fraction(1)):
            k = (box.low + box.high) / 2 + share * (box.high - box.low) / 2
            alone = Part(claim, box, k, k).gradient()
            assert all(bool(p(ball(share)).overlaps(q[0])) for p, q in zip(whole, alone, strict=True))
            assert all(bool(reach(p).contains(q[0].mid())) for p, q in zip(whole, alone, strict=True))
    finally:
        ctx.prec = before


def test_polynomials_with_balls() -> None:
    p, q = arb_poly([2, 0.5, 0.25]), arb_poly([1, -0.5, 0.125])
    product, inverse = times(p, q, 3), over(p, 3)
    for t in ("-1", "-0.3", "0", "0.7", "1"):
        assert product(arb(t)).overlaps(p(arb(t)) * q(arb(t)))
        assert inverse(arb(t)).overlaps(1 / p(arb(t)))
        assert reach(p).contains(p(arb(t)).mid())
    assert negatives([[arb_poly([1]), p], [p, arb_poly([1])]], 3) == 1
    with pytest.raises(ValueError, match="not enclosed"):
        over(arb_poly([1, 2]), 3)
    with pytest.raises(ValueError, match="open"):
        negatives([[arb_poly([1, 2])]], 3)


def test_a_rejection_inside_a_run_stays_one() -> None:
    def refuse(*_: Any) -> list[Any]:
        raise RejectedError("no")

    with pytest.raises(RejectedError, match="no"):
        Window(arb(1), arb(0), 2).runs(refuse)


def test_why_a_file_cannot_be_written() -> None:
    assert "index" in str(why_not(certify_range("II", Fraction(5585, 1000), Fraction(5586, 1000))))
    assert "more than two" in str(why_not(certify_range("II:2", Fraction(39, 10), Fraction(3901, 1000))))


def test_the_checker_imports_nothing_of_the_maker() -> None:
    folder = Path(checks.recheck_interval.__file__).parent
    files = sorted(folder.glob("recheck_interval*.py"))
    assert len(files) == 5
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                top = str(node.module)
                assert not top.startswith(("analytic", "numeric")), file
                assert not top.startswith("checks") or top.startswith("checks.recheck"), file

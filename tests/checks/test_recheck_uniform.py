"""The checker of certificates for every k: true ones pass; edits and bugs of the maker get no false fact past it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_poly, ctx

from analytic.balls import precision
from analytic.landscape import uniform_file
from analytic.landscape.certificate import digest, dyadic
from analytic.landscape.families import critical_point
from analytic.landscape.programs import Blocks, Programs
from analytic.landscape.reduced import ReducedLoss
from analytic.landscape.uniform import certify_family
from analytic.landscape.uniform_family import uniform_family
from analytic.landscape.uniform_file import to_json
from checks.cli.main import run
from checks.recheck_kinds import recheck_any
from checks.recheck_uniform import recheck
from checks.recheck_uniform_models import Dual, Interval, Number
from checks.recheck_uniform_rows import Family, Orbit, Rows, family

#: Newton's method in floats settles to this relative accuracy on well conditioned systems.
SETTLED = 1e-12
#: The smallest eigenvalue of type II at k = 25 lies below this.
TYPE_TWO_AT_25 = Fraction(602, 10**4)


@cache
def file(name: str, least: str, bound: str | None = None) -> str:
    return to_json(certify_family(name, least, bound))


def document(name: str, least: str, bound: str | None = None) -> Any:
    return json.loads(file(name, least, bound))


def sealed(content: dict[str, Any]) -> str:
    """As a file, with the digest that belongs to it."""
    return json.dumps({**content, "digest": digest(content)})


@pytest.fixture(autouse=True)
def _series_as_long_as_the_checker_has_them() -> Iterator[None]:
    before = ctx.cap
    ctx.cap = 12
    yield
    ctx.cap = before


# true certificates


TRUE = [("II", "6", "0.0047"), ("A", "6", None)]
LONGER = [
    ("II:2", "80", None),
    ("I", "7", None),
    ("II:2", "8", None),
    ("II:3", "10", None),
    ("II:10", "20", None),
    ("II", "5.586", "0"),
    ("I", "6.75", "0"),
]


@pytest.mark.parametrize(
    ("name", "least", "bound"), [*TRUE, *(pytest.param(*x, marks=pytest.mark.slow) for x in LONGER)]
)
def test_true_certificates_are_accepted(name: str, least: str, bound: str | None) -> None:
    found = recheck_any(file(name, least, bound))
    assert found.rejection is None
    assert found.statements[-1] == f"for every integer k >= {Fraction(least)} and every d >= k a strict local minimum"
    assert any("one branch" in s for s in found.statements)
    assert sum("extra-columns" in s for s in found.statements) == 1


def test_the_checker_leaves_the_precision_as_it_was() -> None:
    before = ctx.prec, ctx.cap
    assert recheck(file("A", "40")).accepted
    assert recheck("{}").rejection == "the certificate lacks the key kind"
    assert (ctx.prec, ctx.cap) == before


@pytest.mark.parametrize(("name", "least"), [("A", "40"), pytest.param("II", "5.585", marks=pytest.mark.slow)])
def test_a_negative_bound_is_no_minimum(name: str, least: str) -> None:
    found = recheck(file(name, least, "-0.01"))
    assert found.accepted
    assert not any("minimum" in s for s in found.statements)


def test_the_command_line_writes_and_verifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a.json"
    assert run(["certify", "--at", "A", "--k", "40..inf", "--json", "--out", str(target)]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] is True
    content = json.loads(target.read_text())
    assert content["kind"] == "uniform"
    assert run(["check", str(target)]) == 0
    assert "verified" in capsys.readouterr().out
    target.write_text(sealed({**content, "bound": "1/5"}))
    assert run(["check", str(target)]) == 1
    assert "REJECTED" in capsys.readouterr().out


# false ones


def edited(
    change: Callable[[dict[str, Any]], Any], name: str = "II", least: str = "6", bound: str | None = "0.0047"
) -> str:
    """The reason why an edited file is rejected; the digest is computed again."""
    content = document(name, least, bound)
    change(content)
    return str(recheck(sealed(content)).rejection)


def test_a_changed_file_is_rejected_for_its_digest() -> None:
    content = document("II", "6", "0.0047")
    content["bound"] = "1/1000"
    assert "digest" in str(recheck(json.dumps(content)).rejection)


@pytest.mark.parametrize("bound", ["471/100000", *(pytest.param(b, marks=pytest.mark.slow) for b in ("3/625", "1"))])
def test_a_bound_above_the_smallest_eigenvalue_is_rejected(bound: str) -> None:
    assert "are not proved to exceed" in edited(lambda c: c.update(bound=bound))


def test_a_smaller_bound_is_still_true() -> None:
    assert edited(lambda c: c.update(bound="1/1000")) == "None"


@pytest.mark.slow
def test_below_the_threshold_no_minimum_is_accepted() -> None:
    reason = edited(lambda c: c.update(bound="0"), "II", "5.585", "-0.01")
    assert "k from 5.585 " in reason
    assert "standard:1 are not proved to exceed 0" in reason


def test_a_range_that_the_boxes_do_not_reach_is_rejected() -> None:
    assert "short of 1117/200" in edited(lambda c: c["k"].update({"from": "1117/200"}))
    assert edited(lambda c: c["k"].update({"from": "13/2"})) == "None"
    assert "k > 5" in edited(lambda c: c["k"].update({"from": "5"}))


@pytest.mark.parametrize("name", ["A", "I", "II:2", "II:3", "global", "II:0", 2])
def test_another_family_is_rejected(name: Any) -> None:
    assert edited(lambda c: c.update(family=name)) != "None"


@pytest.mark.slow  # others are told apart in the test before
def test_families_whose_weights_have_the_same_form_are_told_apart() -> None:
    content = document("II:2", "80")
    content["family"] = "II:3"
    assert "no critical point is proved" in str(recheck(sealed(content)).rejection)


def test_gaps_are_rejected() -> None:
    assert "do not meet" in edited(lambda c: c["boxes"].pop(1))
    assert "does not begin at s = 0" in edited(lambda c: c["boxes"].pop(0))
    assert "short of 6" in edited(lambda c: c["boxes"].pop())
    assert "does not begin at s = 0" in edited(lambda c: c["boxes"].reverse())
    assert "do not meet" in edited(lambda c: c["boxes"][1].update(high="1/5"))
    assert "no boxes" in edited(lambda c: c["boxes"].clear())


def test_a_predictor_that_misses_the_critical_point_is_rejected() -> None:
    def moved(content: dict[str, Any]) -> None:
        content["boxes"][2]["centre"][4][0] = "27*2^-2"

    assert "no critical point is proved in the tube" in edited(moved)


@pytest.mark.parametrize("power", [-90, 4])
def test_tubes_that_are_too_narrow_or_too_wide_are_rejected(power: int) -> None:
    def resized(content: dict[str, Any]) -> None:
        content["boxes"][3]["radii"] = [f"1*2^{power}"] * 5

    assert "no critical point is proved" in edited(resized)


@pytest.mark.slow  # a smaller bound is another true edit
def test_a_tube_of_another_width_may_be_true_too() -> None:
    def wider(content: dict[str, Any]) -> None:
        content["boxes"][3]["radii"] = ["1*2^-16"] * 5

    assert edited(wider) == "None"


FORMS: list[Callable[[dict[str, Any]], Any]] = [
    lambda c: c.update(bound="0.001"),
    lambda c: c.update(bound=None),
    lambda c: c.update(bits=8),
    lambda c: c.update(bits=10**6),
    lambda c: c.update(d="d = k"),
    lambda c: c["k"].update(to="1000"),
    lambda c: c.update(more=1),
    lambda c: c.pop("d"),
    lambda c: c.update(kind="interval"),
    lambda c: c["weights"][0].__setitem__(3, -1),
    lambda c: c["weights"][0].__setitem__(3, True),
    lambda c: c["weights"][3].__setitem__(4, 3),
    lambda c: c["weights"].pop(),
    lambda c: c["boxes"][0].update(high="100000000000000000000"),
    lambda c: c["boxes"][0].update(low="-1/4"),
    lambda c: c["boxes"][0]["radii"].__setitem__(0, "0*2^0"),
    lambda c: c["boxes"][0]["radii"].__setitem__(0, "nan"),
    lambda c: c["boxes"][0]["centre"].pop(),
    lambda c: c["boxes"][0]["centre"][0].clear(),
    lambda c: c["boxes"][0]["centre"][0].__setitem__(0, "1*2^99999999"),
    lambda c: c["boxes"][0]["centre"][0].__setitem__(9, "1*2^1000000"),
]


@pytest.mark.parametrize("number", range(len(FORMS)))
def test_what_is_no_certificate_is_rejected(number: int) -> None:
    assert edited(FORMS[number]) != "None"


# another branch


def expansion(about: Family, start: dict[Orbit, float], base: Fraction, width: Fraction) -> list[list[str]]:
    """Polynomials in s - s_0 through zeros of the equations that Newton's method finds from a start."""
    nodes = [base + width * Fraction(i, 4) for i in range(-4, 5)]
    values = [newton(about, start, s) for s in nodes]
    x = np.array([float(s - base) for s in nodes])
    fits = [np.polynomial.polynomial.polyfit(x, [v[o] for v in values], 6) for o in about.orbits]
    return [[text(float(c)) for c in fit] for fit in fits]


def text(x: float) -> str:
    m, e = arb(x).man_exp()
    return f"{m}*2^{e}"


def newton(about: Family, start: dict[Orbit, float], s: Fraction) -> dict[Orbit, float]:
    on, x = Interval(s, s, 1), np.array([start[o] / float(s) ** about.power(o) for o in about.orbits])
    while True:
        numbers = {}
        for j, o in enumerate(about.orbits):
            slopes = [Number(on, about.power(o), arb_poly([1])) if i == j else on.zero for i in range(len(x))]
            numbers[o] = Dual(Number(on, about.power(o), arb_poly([float(x[j])])), slopes)
        equations = Rows(about, on, numbers).equations()
        g = [float(e.value.scaled(v)[0].mid()) for v, e in equations]
        J = [[float(d.scaled(v)[0].mid()) for d in e.slopes] for v, e in equations]
        step = np.linalg.solve(np.array(J), np.array(g))
        x = x - step
        if np.max(np.abs(step) / (1 + np.abs(x))) < SETTLED:
            return dict(zip(about.orbits, (float(v) for v in x), strict=True))


def test_boxes_on_two_branches_are_not_glued() -> None:
    """A short neuron has the same symmetry: its points exist, in boxes that meet those of type II."""
    about = family("II")
    assert about is not None
    start = dict(zip(about.orbits, (0.0387, -0.0014, 0.0414, -0.0055, 0.9939), strict=True))
    content = {**document("II", "25"), "bound": "-100"}
    last = content["boxes"][-1]
    first, joint = Fraction(last["low"]), Fraction(397, 2000)
    base, width = Fraction(199, 1000), Fraction(1, 1000)
    assert first < joint < Fraction(last["high"])
    high = Fraction(last["high"])
    other = {**last, "low": str(joint), "base": str(base), "radii": ["1*2^-20"] * 5}
    content["boxes"] = [*content["boxes"][:-1], {**last, "high": str(joint)}, other]
    assert joint >= base - width
    assert high <= base + width + Fraction(1, 2**50)
    along = {**other, "centre": last["centre"], "base": last["base"], "radii": last["radii"]}
    assert recheck(sealed({**content, "boxes": [*content["boxes"][:-1], along]})).accepted
    content["boxes"][-1]["centre"] = expansion(about, start, base, width)
    assert "not seen to hold the same critical point" in str(recheck(sealed(content)).rejection)


# random edits


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all numbers and texts."""
    if isinstance(value, dict | list):
        for key, x in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(x, (*path, key))
    else:
        yield path


def corrupted(value: Any, draw: random.Random) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return not value
    if isinstance(value, int):
        return value + draw.choice([-1, 1])
    digits = [i for i, c in enumerate(value) if c.isdigit()]
    if not digits:
        return value[:-1]
    at = draw.choice(digits)
    return value[:at] + draw.choice("0123456789") + value[at + 1 :]


def is_true(content: dict[str, Any], least: Fraction, bound: Fraction) -> bool:
    """Whether what a file for type A states agrees with the points that are known otherwise."""
    if Fraction(content["k"]["from"]) < least or Fraction(content["bound"]) > bound or content["family"] != "A":
        return False
    with precision(200):
        for k in (50, 100, 10**4):
            s, values = 1 / arb(k).sqrt(), critical_point("A", k).weights(150)
            box = next(b for b in content["boxes"] if arb_of(b["low"]) < s and bool(s <= arb_of(b["high"])))
            for w, p, r, limit in zip(values.values(), box["centre"], box["radii"], (-1, 0), strict=True):
                x = (w - limit) / (s * s) - arb_poly([dyadic(c) for c in p])(s - arb_of(box["base"]))
                if not abs(x) < dyadic(r):
                    return False
    return True


def arb_of(fraction: str) -> arb:
    x = Fraction(fraction)
    return arb(x.numerator) / x.denominator


@pytest.mark.parametrize("seed", [s if s in (3, 4) else pytest.param(s, marks=pytest.mark.slow) for s in range(5)])
def test_a_random_edit_is_rejected_or_still_true(seed: int) -> None:
    draw, outcomes = random.Random(seed), []
    least, bound = Fraction(40), Fraction(document("A", "40")["bound"])
    smallest = bound / Fraction(127, 128) * Fraction(11, 10)  # the maker's own bound has two digits
    for _ in range(10):
        content = document("A", "40")
        path = draw.choice([p for p in places(content) if p != ("digest",)])
        target = content
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = corrupted(target[path[-1]], draw)
        found = recheck(sealed(content))
        outcomes.append(found.accepted)
        assert not found.accepted or is_true(content, least, smallest), path
    assert not all(outcomes)


# bugs planted in the maker


def _gauss_newton(self: ReducedLoss, X: Any, sign: int = 1) -> Any:
    """The off-diagonal blocks, and half the identity on the diagonal."""
    a, W, c, kind = self.algebra, self.W, self._second, X.kind
    own = a.right(X, W.transposed(), sign)
    across, along = own.transposed(sign), a.diagonal(own)
    toward = a.row_sums(a.hadamard(c["student", "f_pq"], across))
    toward = [s + t for s, t in zip(toward, a.apply(c["student", "f_pr"], along, kind), strict=True)]
    out = a.left(c["student", "f_q"], X) + a.scale_rows([self.phi.second_moment] * len(W.rows), X)
    out = out + a.right(a.hadamard(c["student", "f_qq"], across), W, sign)
    out = out + a.right(a.scale_columns(c["student", "f_qr"], along, kind), W, sign)
    return out + a.scale_rows(toward, W, kind)


def _without(name: str) -> Callable[[Blocks], Blocks]:
    def fewer(found: Blocks) -> Blocks:
        kept = [i for i, c in enumerate(found.components) if c.name != name]
        chosen = [(found.components[i], found.matrices[i], found.norms[i]) for i in kept]
        return Blocks(*zip(*chosen, strict=True))  # three tuples

    return fewer


def patched_blocks(patch: pytest.MonkeyPatch, change: Callable[[Blocks], Blocks], source: Programs) -> None:
    """The maker's blocks come from other programs, or some of them are left out."""
    run = source.run_blocks
    patch.setattr(uniform_family("II").programs, "run_blocks", lambda *a: change(run(*a)), raising=False)


def test_a_hessian_without_its_kink_term_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = uniform_family("II").limit
    assert recheck(file("II", "25")).accepted  # the equations are recorded: the bug strikes the blocks alone
    with monkeypatch.context() as patch:
        patch.setattr(ReducedLoss, "hessian", _gauss_newton)
        wrong = Programs(limit.layout, dict(limit.small), dict(limit.weights))
        assert len(wrong.traced_blocks) > 3
        patched_blocks(patch, lambda b: b, wrong)
        claimed = certify_family("II", 25, "0.07")
    assert claimed.bound > TYPE_TWO_AT_25
    assert "not proved to exceed" in str(recheck(to_json(claimed)).rejection)


def test_a_missing_component_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patched_blocks(patch, _without("standard:1"), uniform_family("II").programs)
        claimed = certify_family("II", 25, "0.07")
    assert "standard:1 are not proved to exceed" in str(recheck(to_json(claimed)).rejection)


def test_a_wrong_sign_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    true = uniform_file._divided
    claimed = certify_family("A", 40)
    monkeypatch.setattr(uniform_file, "_divided", lambda p, base, limit, power: -true(p, base, limit, power))
    assert "no critical point" in str(recheck(to_json(claimed)).rejection)

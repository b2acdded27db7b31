"""Edits of interval certificates: what a checker accepts is true, though every digest is right."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from flint import arb_poly

from analytic.balls import precision
from analytic.landscape.certificate import digest, dyadic
from analytic.landscape.families import critical_point
from analytic.landscape.intervals_file import to_json
from analytic.landscape.intervals_of_k import certify_range
from checks.recheck_interval import recheck
from checks.recheck_interval_proofs import ball


@cache
def content(name: str, low: Any, high: Any) -> str:
    """A true certificate."""
    return to_json(certify_range(name, Fraction(low), Fraction(high)))


def document(name: str = "II", low: Any = 7, high: Any = "15/2") -> dict[str, Any]:
    """It as nested lists and dictionaries, a new one each time."""
    found: dict[str, Any] = json.loads(content(name, low, high))
    return found


def sealed(data: dict[str, Any]) -> str:
    """As a file, with the digest that belongs to it."""
    return json.dumps({**data, "digest": digest(data)})


def edited(change: Callable[[dict[str, Any]], None], name: str = "II", low: Any = 6, high: Any = 7) -> str | None:
    """The reason for rejection after an edit."""
    data = document(name, low, high)
    assert len(data["boxes"]) > 2 or high != 7
    change(data)
    return recheck(sealed(data)).rejection


def _put(*path: Any) -> Callable[[Any], Callable[[dict[str, Any]], None]]:
    def of(value: Any) -> Callable[[dict[str, Any]], None]:
        def change(data: dict[str, Any]) -> None:
            at: Any = data
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value(at[path[-1]]) if callable(value) else value

        return change

    return of


def _moved(by: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        with precision(400):
            m, e = (dyadic(text) + dyadic(by)).man_exp()
        return f"{m}*2^{e}"

    return change


def _raise_bounds(data: dict[str, Any]) -> None:
    """To 0.0048828125, above the smallest eigenvalue at k = 6, 0.0047003547."""
    wrong = "5*2^-10"
    data["claims"]["bound"] = wrong
    for box in data["boxes"]:
        box["bound"] = wrong


def _call_it_a_saddle(data: dict[str, Any]) -> None:
    data["claims"] |= {"negative": {**data["claims"]["negative"], "standard:1": 1}, "bound": None}
    data["claims"]["index"] = ["-2", "1", "0"]
    data["problem"]["d"] = [0, 1]
    data["claims"]["negative"] = {c: n for c, n in data["claims"]["negative"].items() if not c.startswith("extra")}
    for box in data["boxes"]:
        box["bound"] = None


FALSE = {
    "first box removed": lambda data: data["boxes"].pop(0),
    "box removed": lambda data: data["boxes"].pop(1),
    "last box removed": lambda data: data["boxes"].pop(),
    "box twice": lambda data: data["boxes"].insert(1, data["boxes"][1]),
    "boxes exchanged": lambda data: data["boxes"].reverse(),
    "range begins earlier": _put("low")("5"),
    "range ends later": _put("high")("71/10"),
    "box begins earlier": _put("boxes", 0, "low")("5*2^0"),
    "box ends later": _put("boxes", -1, "high")("15*2^-1"),
    "bound of all raised": _put("claims", "bound")("5*2^-10"),
    "bounds raised": _raise_bounds,
    "bound of one box raised": _put("boxes", 0, "bound")("5*2^-10"),
    "bound of one box missing": _put("boxes", 0, "bound")(None),
    "index": _put("claims", "index")(["1", "0", "0"]),
    "a saddle, consistently": _call_it_a_saddle,
    "one negative eigenvalue": _put("claims", "negative", "trivial")(1),
    "a component left out": lambda data: data["claims"]["negative"].pop("specht:1"),
    "extra columns left out": lambda data: data["claims"]["negative"].pop("extra-columns:trivial"),
    "predictor moved": _put("boxes", 1, "centre", 0, 3, 0)(_moved("1*2^-10")),
    "slope moved": _put("boxes", 1, "centre", 2, 3, 1)(_moved("1*2^-8")),
    "polynomial cut": _put("boxes", 1, "centre", 0, 3)(lambda c: c[:1]),
    "radius inflated": _put("boxes", 1, "radii", 0)("1*2^-1"),
    "radius too small": _put("boxes", 1, "radii", 0)("1*2^-90"),
    "no preconditioner": _put("boxes", 0, "preconditioner", 0)(["0*2^0"] * 5),
    "sizes of rows": _put("problem", "rows", 0, 1)([-2, 1]),
    "sizes of teachers": _put("problem", "teachers", 0, 1)([0, 1]),
    "d less than k": _put("problem", "d")([-1, 1]),
    "d that does not grow": _put("problem", "d")([6, 0]),
    "activation": _put("problem", "activation")(["1", "1/5"]),
    "degree": _put("boxes", 0, "centre", 0, 3)(["1*2^0"] * 40),
}


@pytest.mark.parametrize("what", FALSE)
def test_a_false_fact_is_rejected_though_the_digest_is_right(what: str) -> None:
    assert edited(FALSE[what]) is not None


def test_a_changed_file_needs_its_digest() -> None:
    assert "digest" in str(recheck(content("II", 6, 7).replace('"high": "7"', '"high": "6"')).rejection)


def test_other_sizes_with_the_same_orbits_are_rejected() -> None:
    def change(data: dict[str, Any]) -> None:
        for blocks in (data["problem"]["rows"], data["problem"]["teachers"]):
            blocks[0][1], blocks[1][1] = [-3, 1], [3, 0]
        data["claims"]["negative"]["exterior:2"] = 0
        data["claims"]["index"] = ["-4", "1", "0"]

    assert "Krawczyk" in str(edited(change, "II:2", 7, "15/2"))


def test_a_saddle_is_no_minimum_and_its_index_is_a_function_of_k() -> None:
    def minimum(data: dict[str, Any]) -> None:
        data["claims"] |= {"index": ["0", "0", "0"], "negative": dict.fromkeys(data["claims"]["negative"], 0)}

    assert "standard:1 are negative" in str(edited(minimum, "II:2", 7, "15/2"))
    assert "index" in str(edited(_put("claims", "index")(["4", "0", "0"]), "II:2", 7, "15/2"))
    assert "index" in str(edited(_put("claims", "index", 0)("-2"), "II:2", 7, "15/2"))
    assert "lower bound" in str(edited(_put("boxes", 0, "bound")("0*2^0"), "II:2", 7, "15/2"))


def test_boxes_of_two_branches_are_not_glued() -> None:
    """Every box is true: first those of I, written in the blocks of II, then those of II."""
    data, other = document("II", Fraction(57, 8), Fraction(29, 4)), document("I", 7, Fraction(57, 8))
    assert recheck(sealed(data)).accepted
    assert recheck(sealed(other)).accepted
    orbits = [o[:3] for o in other["boxes"][0]["centre"]]
    number = [orbits.index([1 - p, 1 - q, on]) for p, q, on, _ in data["boxes"][0]["centre"]]
    boxes = [_reordered(box, number) for box in other["boxes"]]
    alone = json.loads(json.dumps(data))
    alone |= {"low": "7", "high": "57/8", "boxes": boxes}
    alone["claims"]["bound"] = None
    assert recheck(sealed(alone)).accepted
    both = {**alone, "high": "29/4", "boxes": [*boxes, *data["boxes"]]}
    assert "two branches" in str(recheck(sealed(both)).rejection)


def _reordered(box: dict[str, Any], number: list[int]) -> dict[str, Any]:
    found = {**box, "radii": [box["radii"][i] for i in number], "centre": []}
    for i in number:
        p, q, on, coefficients = box["centre"][i]
        found["centre"].append([1 - p, 1 - q, on, coefficients])
    found["preconditioner"] = [[box["preconditioner"][i][j] for j in number] for i in number]
    return found


# random edits


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all numbers and texts."""
    if not isinstance(value, dict | list):
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [p for key, x in items for p in leaves(x, (*path, key))]


def changed(x: Any, draw: random.Random) -> Any:
    """Another value, near or far."""
    if isinstance(x, bool) or x is None:
        return not x
    if isinstance(x, int):
        return x + draw.choice((-1, 1, 2, x))
    if "*2^" not in x:
        return draw.choice(("", x + "x", "1", "7/2", "100"))
    m, _, e = x.partition("*2^")
    near = f"{int(m) + draw.choice((-1, 1)) * (1 << draw.randrange(0, max(1, abs(int(m)).bit_length())))}*2^{e}"
    return draw.choice((near, near, f"-{m}*2^{e}".replace("--", ""), f"{m}*2^{int(e) + draw.choice((-2, -1, 1, 2))}"))


def is_true(data: dict[str, Any], name: str, d_minus_k: int) -> bool:
    """Whether points solved alone are in the tubes and have what is claimed, at both ends and inside."""
    low, high = Fraction(data["low"]), Fraction(data["high"])
    for k in (low, (2 * low + high) / 3, high):
        point = critical_point(name, k, k + d_minus_k)
        found = point.spectrum(12)
        with precision(200):
            boxes = [b for b in data["boxes"] if dyadic(b["low"]) <= ball(k) and ball(k) <= dyadic(b["high"])]
            weights = [point.weights(150)[o.name] for o in point.layout.orbits]
            for box in boxes:
                t = ball(k) - (dyadic(box["low"]) + dyadic(box["high"])) / 2
                middles = [arb_poly([dyadic(c) for c in o[3]])(t) for o in box["centre"]]
                rows = zip(weights, middles, box["radii"], strict=True)
                inside = all(bool(abs(w - m) < dyadic(r)) for w, m, r in rows)
                bounds = [dyadic(x) for x in (box["bound"], data["claims"]["bound"]) if x is not None]
                if not inside or any(not bool(r.value.arb > b) for r in found.rows for b in bounds):
                    return False
            index = sum(Fraction(c) * k**i for i, c in enumerate(data["claims"]["index"]))
            negative = sum(Fraction(r.multiplicity) for r in found.rows if r.value.arb < 0)
        if not boxes or index != negative:
            return False
    return True


def _random_edits(name: str, low: Any, high: Any, count: int, seed: int) -> int:
    draw, rejected = random.Random(seed), 0
    data = document(name, low, high)
    extra = 2 if data["problem"]["d"] is None else 0
    assert is_true(data, name, extra)
    places = [p for p in leaves(data) if p[0] not in ("digest", "schema", "kind", "bits")]
    for path in draw.sample(places, min(count, len(places))):
        edit = json.loads(json.dumps(data))
        _put(*path)(lambda x: changed(x, draw))(edit)
        if edit == data:
            continue
        if recheck(sealed(edit)).rejection is None:
            assert path[0] in ("low", "high", "boxes", "claims"), path
            assert is_true(edit, name, extra), path
        else:
            rejected += 1
    return rejected


@pytest.mark.parametrize(("name", "low", "high"), [("II", 7, "15/2"), ("A", 4, "17/4")])
def test_an_edited_certificate_is_rejected_or_true(name: str, low: Any, high: Any) -> None:
    assert _random_edits(name, low, high, 10, 20250611) > 3


@pytest.mark.slow
@pytest.mark.parametrize(("name", "low", "high"), [("II", 6, 7), ("A", 4, 5), ("II:2", 7, "15/2")])
def test_many_edits_are_rejected_or_true(name: str, low: Any, high: Any) -> None:
    assert _random_edits(name, low, high, 80, 7) > 25


MALFORMED = ["", "[]", "null", "{}", '{"kind": "interval", "kind": 1}', '{"kind": 1e5}', "[" * 100_000]


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_certificate_is_rejected_in_one_line(text: str) -> None:
    rejection = recheck(text).rejection
    assert rejection
    assert "\n" not in rejection


def test_no_malformed_content_raises_anything() -> None:
    draw, data = random.Random(3), document("A", 4, "17/4")
    values: list[Any] = [
        None,
        True,
        -1,
        0,
        7,
        10**30,
        "",
        "1*2^0",
        "-1*2^0",
        "1*2^1000000",
        "1*2^-1000000",
        "\ud800",
        [],
        [[]],
        {},
    ]
    places = [*leaves(data), *{p[:-1] for p in leaves(data) if len(p) > 1}]
    for path in draw.choices(places, k=60):
        edit = json.loads(json.dumps(data))
        _put(*path)(draw.choice(values))(edit)
        rejection = recheck(sealed(edit)).rejection
        assert rejection is not None or is_true(edit, "A", 0), path
        assert "\n" not in (rejection or "")

"""The checker of certificates: true ones pass; edits and bugs of the maker do not get a false fact past it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

import pytest
from flint import arb

from analytic.balls import precision
from analytic.landscape import certificate as maker
from analytic.landscape.certificate import Certificate, certify, digest, dyadic, from_json, text_of, to_json
from analytic.landscape.certificate_dense import certify_dense
from analytic.landscape.certificate_weights import certify_weights
from analytic.landscape.equivariant import Algebra
from analytic.landscape.named import find_point
from analytic.landscape.pair import ABSOLUTE, Homogeneous, activation
from analytic.landscape.point import CriticalPoint
from analytic.landscape.programs import programs
from analytic.landscape.reduced import ReducedLoss
from checks.recheck import recheck

POINTS = [
    ("global", 4, 6, "strict local minimum"),
    ("global", 1, 1, "strict local minimum"),
    ("diagonal", 5, None, "degenerate: 4 eigenvalues cannot be told from 0, 16 are negative"),
    ("A", 3, None, "saddle of index 1"),
    ("A", 8, 11, "strict local minimum"),
    ("I", 8, None, "strict local minimum"),
    ("II", 7, None, "strict local minimum"),
    ("II:2", 9, 12, "strict local minimum"),
    ("I:4", 9, None, "saddle of index 3"),
    ("6,1,12#1", None, None, "strict local minimum"),
    ("4,1+1#1", None, None, "saddle of index 3"),
    ("II:3", 10**6, 10**6 + 5, "strict local minimum"),
]


@pytest.mark.parametrize(
    ("name", "k", "d", "kind"),
    [pytest.param(*p, marks=[pytest.mark.slow] if p[0] == "6,1,12#1" else []) for p in POINTS],
)
def test_a_true_certificate_is_accepted(name: str, k: int | None, d: int | None, kind: str) -> None:
    certificate = certify(find_point(name, k, d), 10)
    checked = recheck(to_json(certificate))
    assert checked.rejection is None
    assert checked.statements[-1] == kind == certificate.facts.kind
    assert from_json(to_json(certificate)) == certificate


@pytest.mark.parametrize("phi", ["abs", "leaky_relu(1/5)"])
@pytest.mark.parametrize("name", ["global", "diagonal"])
def test_other_activations(phi: str, name: str) -> None:
    point = find_point(name, 5, 6, activation(phi))
    assert recheck(to_json(certify(point, 8))).rejection is None


def test_many_digits() -> None:
    certificate = certify(find_point("II", 7), 200)
    assert recheck(to_json(certificate)).accepted
    low, high = (dyadic(x) for x in certificate.facts.loss)
    with precision(900):
        assert high - low < arb(10) ** -200


def test_weights_without_symmetry_and_general_teachers() -> None:
    V = [["1", "1/4", "0"], ["0", "1", "0"], ["1/2", "0", "1"]]
    certificate = certify_dense([[0.9, 0.1, 0.05], [0.1, 0.3, 0.9]], V, polish=True)
    assert recheck(to_json(certificate)).accepted
    low, high = (dyadic(x) for x in certificate.facts.loss)
    from analytic.landscape.model import StudentTeacher

    W = [[float(dyadic(certificate.centre[3 * i + a])) for a in range(3)] for i in range(2)]
    loss = StudentTeacher([[1, 0.25, 0], [0, 1, 0], [0.5, 0, 1]]).loss(W)
    assert abs(loss - float((low + high) / 2)) < 1e-14


def test_split_neurons_are_degenerate_never_strict() -> None:
    for W, k in (([[0.3, 0], [0.7, 0], [0, 1]], 2), ([[0.5, 0], [0.5, 0], [0, 1]], 2)):
        certificate = certify_weights(W, k=k)
        assert certificate.facts.kind.startswith("degenerate")
        assert recheck(to_json(certificate)).accepted
        changed = document(certificate)
        changed["facts"]["kind"], changed["facts"]["index"] = "strict local minimum", 0
        assert not recheck(sealed(changed)).accepted


# edits


def document(certificate: Certificate) -> dict[str, Any]:
    """The certificate as nested lists and dictionaries."""
    found: dict[str, Any] = json.loads(to_json(certificate))
    return found


def sealed(content: dict[str, Any]) -> str:
    """As a file, with the digest that belongs to it."""
    return json.dumps({**content, "digest": digest(content)})


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all numbers and texts."""
    if isinstance(value, dict | list):
        for key, x in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(x, (*path, key))
    else:
        yield path


def put(content: dict[str, Any], path: tuple[Any, ...], change: Callable[[Any], Any]) -> dict[str, Any]:
    """A copy with one leaf changed."""
    copy: Any = json.loads(json.dumps(content))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = change(at[path[-1]])
    return dict(copy)


def changed(x: Any, draw: random.Random) -> Any:
    """Another value, near or far."""
    if isinstance(x, bool) or x is None:
        return not x
    if isinstance(x, int):
        return x + draw.choice((-1, 1, 2, x))
    if "*2^" not in x:
        return draw.choice(("", x + "x", "trivial", "1", "strict local minimum", "standard:1", "Delta(S_2)", "1/2"))
    m, _, e = x.partition("*2^")
    near = f"{int(m) + draw.choice((-1, 1)) * (1 << draw.randrange(0, max(1, abs(int(m)).bit_length())))}*2^{e}"
    return draw.choice((near, near, f"-{m}*2^{e}".replace("--", ""), f"{m}*2^{int(e) + draw.choice((-2, -1, 1, 2))}"))


def is_true(content: dict[str, Any], name: str, k: int, d: int) -> bool:
    """Whether the box holds the point and the facts hold, judged by the point itself at higher precision."""
    point = reference(name, k, d)
    found, facts = point.spectrum(40), content["facts"]
    with precision(400):
        radius = dyadic(content["radius"])
        weights = [point.weights(300)[o.name] for o in point.layout.orbits]
        inside = all(abs(dyadic(c[3]) - x) < radius for c, x in zip(content["centre"], weights, strict=True))
        low, high = map(dyadic, facts["loss"])
        true = inside and low <= point.loss.arb and point.loss.arb <= high
        rows = list(found.rows)
        for e in facts["eigenvalues"]:
            held = [
                r
                for r in rows
                if r.component == e["component"]
                and dyadic(e["low"]) <= r.value.arb
                and r.value.arb <= dyadic(e["high"])
            ]
            true = true and sum(r.multiplicity for r in held) == e["multiplicity"]
            rows = [r for r in rows if r not in held]
        open_ends = any(dyadic(e["low"]) <= 0 <= dyadic(e["high"]) for e in facts["eigenvalues"])
        right = facts["kind"].startswith("degenerate") if open_ends else facts["kind"] == found.kind
        index = facts["index"] is None if open_ends else facts["index"] == found.index
        return bool(true and not rows and right and index)


@cache
def reference(name: str, k: int, d: int) -> CriticalPoint:
    """The point, kept for its caches."""
    return find_point(name, k, d)


@pytest.mark.parametrize(
    ("name", "k", "d", "times"), [("A", 5, 6, 3), pytest.param("II", 6, 6, 2, marks=pytest.mark.slow)]
)
def test_an_edited_certificate_is_rejected_or_true(name: str, k: int, d: int, times: int) -> None:
    draw = random.Random(20240607)
    content = document(certify(find_point(name, k, d), 8))
    assert is_true(content, name, k, d)
    about, rejected = {"schema", "digest"}, 0
    for path in leaves(content):
        if path[0] in about:
            continue
        for _ in range(times):
            edit = put(content, path, lambda x: changed(x, draw))
            if edit == content or recheck(sealed(edit)).rejection is not None:
                rejected += edit != content
                continue
            assert path[0] != "problem" or path[1] in ("rows", "teachers", "activation"), path
            assert is_true(edit, name, k, d), path
            assert path[-1] not in ("multiplicity", "component", "index", "kind", "isotropy"), path
    assert rejected > 100


FALSE_FACTS = [
    (("facts", "index"), lambda x: x + 1),
    (("facts", "index"), lambda _: None),
    (("facts", "kind"), lambda _: "strict local minimum"),
    (("facts", "isotropy"), lambda _: "Delta(S_4 x S_1)"),
    (("facts", "isotropy"), lambda _: "Delta(S_6)"),
    (("facts", "eigenvalues", 0, "multiplicity"), lambda x: 2 * x),
    (("facts", "eigenvalues", 0, "component"), lambda _: "trivial"),
    (("facts", "loss", 1), lambda _: "0*2^0"),
    (("problem", "d"), lambda x: x + 1),
    (("problem", "rows", 0, 1), lambda x: x + 1),
    (("problem", "activation", 1), lambda _: "1/5"),
    (("centre", 0, 3), lambda _: "1*2^0"),
    (("radius",), lambda _: "0*2^0"),
    (("radius",), lambda _: "1*2^-400"),
    (("radius",), lambda _: "1*2^0"),
]


@pytest.mark.parametrize(("path", "change"), FALSE_FACTS)
def test_a_false_fact_is_rejected_though_the_digest_is_right(
    path: tuple[Any, ...], change: Callable[[Any], Any]
) -> None:
    content = document(certify(find_point("A", 5), 8))
    assert recheck(sealed(put(content, path, change))).rejection is not None


def test_consistent_lies_are_rejected() -> None:
    """A saddle is dressed up as a minimum, and eigenvalues of two components exchanged, with all sums right."""
    content = document(certify(find_point("A", 5), 8))
    saddle = json.loads(json.dumps(content))
    for e in saddle["facts"]["eigenvalues"]:
        if e["high"].startswith("-"):
            e["low"], e["high"] = e["high"][1:], e["low"][1:]
    saddle["facts"]["index"], saddle["facts"]["kind"] = 0, "strict local minimum"
    assert "enclosure" in str(recheck(sealed(saddle)).rejection)
    lost = json.loads(json.dumps(content))
    lost["facts"]["isotropy"] = "contains Delta(S_5)"
    assert recheck(sealed(lost)).accepted  # weaker, and true


MALFORMED = [
    "",
    "[]",
    "null",
    "{}",
    '{"schema": "closedform/certificate/1", "schema": 1}',
    '{"schema": 1e5}',
    '{"schema": NaN}',
    "[" * 100_000,
    '{"schema": ' + "9" * 5000 + "}",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_certificate_is_rejected_in_one_line(text: str) -> None:
    rejection = recheck(text).rejection
    assert rejection
    assert "\n" not in rejection


def test_no_malformed_content_raises_anything() -> None:
    """Leaves and branches replaced by values of other types; digests are right."""
    draw = random.Random(7)
    content = document(certify(find_point("II", 7), 4))
    values: list[Any] = [
        None,
        True,
        -1,
        0,
        1,
        7,
        10**30,
        "",
        "1*2^0",
        "-1*2^0",
        "1*2^99999999",
        "1/0",
        "\ud800",
        [],
        [[]],
        {},
        {"a": 1},
    ]
    places = [*leaves(content), *{p[:-1] for p in leaves(content) if len(p) > 1}]
    for path in draw.choices(places, k=300):
        value = draw.choice(values)
        edit = put(content, path, partial(_instead, value))
        rejection = recheck(sealed(edit)).rejection
        number = isinstance(value, str) and value.endswith("*2^0")  # may be true: a wider interval
        assert number or path == ("digest",) or json.dumps(edit) == json.dumps(content) or rejection, (path, value)
        assert "\n" not in (rejection or "")


def _instead(value: Any, _: Any) -> Any:
    return value


def test_a_changed_file_needs_its_digest() -> None:
    text = to_json(certify(find_point("A", 5), 8))
    assert "digest" in str(recheck(text.replace('"index": 6', '"index": 5')).rejection)


# bugs planted in the maker

Patch = Callable[[pytest.MonkeyPatch], None]


def _pair(change: Callable[..., Any]) -> Patch:
    """A bug in the derivatives of the pairwise expectation."""
    true = Homogeneous.at

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Homogeneous, "at", lambda *arguments: change(true, *arguments))

    return plant


def _opposite_f_qq(true: Any, *arguments: Any) -> Any:
    found = true(*arguments)
    return replace(found, f_qq=-found.f_qq)


def _half_gap(true: Any, phi: Any, p: Any, q: Any, r: Any, gap: Any, *rest: Any) -> Any:
    return true(phi, p, q, r, gap / 4, *rest)


def _supplement(true: Any, phi: Any, p: Any, q: Any, r: Any, gap: Any, pi: Any, sqrt: Any, atan2: Any) -> Any:
    return true(phi, p, q, r, gap, pi, sqrt, lambda y, x: pi - atan2(y, x))


def _no_kink(patch: pytest.MonkeyPatch) -> None:
    """The Gauss-Newton matrix: what differentiating a sample's loss twice gives."""
    patch.setattr(ReducedLoss, "hessian", _gauss_newton)


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


def _wrong_multiplicity(patch: pytest.MonkeyPatch) -> None:
    true = CriticalPoint.multiplicity
    swapped = {"exterior:1": 1, "specht:1": -1}
    patch.setattr(CriticalPoint, "multiplicity", lambda self, c: true(self, c) + swapped.get(c.name, 0))


def _float_centre(patch: pytest.MonkeyPatch) -> None:
    true = maker.text_of
    narrow = arb(2) ** -60

    def rounded(x: arb) -> str:
        return true(arb(float(x.mid()))) if abs(x) > narrow else true(x)

    patch.setattr(maker, "text_of", rounded)


def _wrong_count(patch: pytest.MonkeyPatch) -> None:
    true = Algebra._ones_left
    patch.setattr(Algebra, "_ones_left", lambda self, out, at, f, x, n: true(self, out, at, f, x, n - 1))


def _no_teacher(patch: pytest.MonkeyPatch) -> None:
    true = ReducedLoss.coefficients

    def coefficients(self: Any, kind: str, name: str, factor: Any = 1) -> Any:
        return true(self, kind, name, 0 if (kind, name) == ("teacher", "f_pq") else factor)

    patch.setattr(ReducedLoss, "coefficients", coefficients)


def _wrong_label(patch: pytest.MonkeyPatch) -> None:
    true = CriticalPoint._rows
    other = {"trivial": "standard:1", "standard:1": "trivial"}

    def rows(self: Any, bits: int) -> Any:
        return [(x, m, other.get(c, c) if m == 1 else c) for x, m, c in true(self, bits)]

    patch.setattr(CriticalPoint, "_rows", rows)


def _wrong_index(patch: pytest.MonkeyPatch) -> None:
    true = maker.facts_of

    def facts(*arguments: Any) -> Any:
        found = true(*arguments)
        return replace(found, index=(found.index or 0) + 1, kind=f"saddle of index {(found.index or 0) + 1}")

    patch.setattr(maker, "facts_of", facts)


BUGS: dict[str, Patch] = {
    "sign of f_qq": _pair(_opposite_f_qq),
    "kink term dropped": _no_kink,
    "wrong multiplicity": _wrong_multiplicity,
    "centre rounded to float64": _float_centre,
    "wrong G": _pair(_half_gap),
    "count off by one": _wrong_count,
    "missing teacher term": _no_teacher,
    "theta for pi - theta": _pair(_supplement),
    "wrong component": _wrong_label,
    "index off by one": _wrong_index,
}


@pytest.fixture(autouse=True)
def _fresh_programs() -> Iterator[None]:
    yield
    programs.cache_clear()


@pytest.mark.parametrize("bug", BUGS)
@pytest.mark.parametrize(("name", "k"), [("II", 7), pytest.param("I:4", 9, marks=pytest.mark.slow)])
def test_a_bug_in_the_maker_is_caught(bug: str, name: str, k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    point = find_point(name, k)
    assert recheck(to_json(certify(point, 8))).accepted  # the weights are cached: the bug strikes after the solution
    point.__dict__.pop("programs"), point.__dict__.pop("loss", None)
    programs.cache_clear()
    BUGS[bug](monkeypatch)
    wrong = to_json(certify(point, 8))
    monkeypatch.undo()
    assert recheck(wrong).rejection is not None


def test_the_planted_gauss_newton_matrix_is_the_one_that_misleads(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the three-neuron type A point its smallest eigenvalue is +0.0879: the saddle passes for a minimum."""
    point = find_point("A", 3)
    assert certify(point, 8).facts.kind == "saddle of index 1"
    point.__dict__.pop("programs")
    programs.cache_clear()
    _no_kink(monkeypatch)
    wrong = certify(point, 8)
    monkeypatch.undo()
    assert wrong.facts.kind == "strict local minimum"
    assert abs(float(dyadic(wrong.facts.eigenvalues[0].low)) - 0.0879) < 1e-4
    assert "enclosure" in str(recheck(to_json(wrong)).rejection)


def test_a_bug_in_the_gradient_is_caught() -> None:
    """The critical point of another loss, with everything in order there, is none of this one."""
    certificate = certify(find_point("diagonal", 5, phi=ABSOLUTE), 8)
    content = document(certificate)
    content["problem"]["activation"] = ["1", "0"]
    assert recheck(sealed(content)).rejection is not None


def test_a_centre_next_to_the_point_is_rejected() -> None:
    content = document(certify(find_point("II", 7), 8))
    content["centre"][0][3] = text_of(arb(float(dyadic(content["centre"][0][3]))))
    assert "Krawczyk" in str(recheck(sealed(content)).rejection)

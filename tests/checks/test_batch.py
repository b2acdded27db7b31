"""Certificates of many points at once: published minima, resumption, failures, ranges of k."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from analytic import find_point
from analytic.errors import FormulaError
from analytic.landscape.sizes import Dimension, certified_sizes
from checks.batch import BatchResult, certify_batch, certify_point, lines_on_stderr, read_results
from checks.batch_points import USUAL, BatchPoint, Request, read_points
from checks.batch_sizes import certify_sizes, parse_dimension, parse_sizes, ranges
from checks.errors import ClaimError

DATA = Path(__file__).parents[1] / "data" / "published_minima.json"
POINTS: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["points"]


def test_published_points_are_certified() -> None:
    report = certify_batch(POINTS[::15], jobs=1)
    assert len(report.results) == 30
    assert report.all_minima
    assert all(r.difference is not None and r.difference < 1e-8 for r in report.results)
    assert all(r.moved is not None and r.moved < 1e-8 for r in report.results)


@pytest.mark.slow
def test_all_published_points_are_certified_in_half_a_minute() -> None:
    report = certify_batch(DATA, jobs=2)
    assert len(report.results) == 448
    assert report.all_minima
    assert report.seconds < 30


def test_a_wrong_published_eigenvalue_is_not_met() -> None:
    wrong = {**POINTS[0], "min_eigenvalue": POINTS[0]["min_eigenvalue"] + 2e-8}
    report = certify_batch([wrong], jobs=1)
    assert report.results[0].is_minimum
    assert not report.results[0].agrees
    assert not report.all_minima
    assert "1 not met" in str(report)


def test_every_form_of_a_point() -> None:
    W = find_point("II", 7).matrix()
    listed = [("II", 7), ("II:3", 12, 15), "19,1#1", {"at": "A", "k": 8}, W, {"weights": W.tolist(), "k": 7}, POINTS[0]]
    report = certify_batch(listed, jobs=1)
    assert [r.verdict for r in report.results] == ["strict local minimum"] * 7
    leasts = [float(r.least[0]) for r in report.results if r.least is not None]
    assert leasts[0] == pytest.approx(leasts[4], rel=1e-11)
    assert leasts[0] == pytest.approx(leasts[6], rel=1e-11)
    assert report.results[0].label == "II, k = 7"


def test_saddles_and_failures_are_results_too() -> None:
    bent = {**POINTS[0], "blocks": [1, 1]}
    report = certify_batch([("II", 5), ("I:16", 500), "5,1", bent, ("II", 7)], jobs=1)
    assert [r.verdict for r in report.results] == [
        "saddle of index 3",
        "failed",
        "failed",
        "failed",
        "strict local minimum",
    ]
    assert not report.all_minima
    assert "no such point found" in report.results[1].reason
    assert "1 strict local minima, 1 saddles, 0 degenerate, 3 failed" in str(report)


def test_an_interrupted_run_is_resumed(tmp_path: Path) -> None:
    file, seen = tmp_path / "results.jsonl", list[BatchResult]()

    def stop(result: BatchResult) -> None:
        seen.append(result)
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        certify_batch(POINTS[:12], jobs=1, progress=stop, results=file)
    assert len(read_results(file)) == 5
    with file.open("a") as stream:
        stream.write('{"key": "cut of')  # killed while it wrote
    again: list[str] = []
    report = certify_batch(POINTS[:12], jobs=1, progress=lambda r: again.append(r.key), results=file)
    assert report.reused == 5
    assert len(again) == 7
    assert not {r.key for r in seen} & set(again)
    assert report.all_minima
    assert len(read_results(file)) == 12
    assert [r.label for r in report.results] == [BatchPoint.of(p).label for p in POINTS[:12]]
    assert certify_batch(POINTS[:12], jobs=1, results=file).results == report.results


def test_a_changed_point_is_done_again(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    certify_batch([POINTS[0]], jobs=1, results=file)
    changed = {**POINTS[0], "min_eigenvalue": 0.5}
    report = certify_batch([changed], jobs=1, results=file)
    assert report.reused == 0
    assert not report.all_minima


def test_a_changed_request_is_done_again(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    first = certify_batch([("A", 6)], jobs=1, results=file)
    for request in (Request(digits=30), Request(activation="abs"), Request(digits=30, activation="abs")):
        assert certify_batch([("A", 6)], jobs=1, results=file, request=request).reused == 0
        assert certify_batch([("A", 6)], jobs=1, results=file, request=request).reused == 1
    assert certify_batch([("A", 6)], jobs=1, results=file).results == first.results
    keys = {BatchPoint.of(("A", 6), r).key for r in (USUAL, Request(12), Request(13), Request(12, "abs"))}
    assert len(keys) == 3


def test_digits_and_teachers_are_those_asked_for() -> None:
    (found,) = certify_batch([("II", 7)], jobs=1, request=Request(digits=40)).results
    assert found.least is not None
    assert float(found.least[1]) < 1e-40
    W, V = [[0.9, 0.1, 0.05], [0.1, 0.3, 0.9]], ((1.0, 0.25, 0.0), (0.0, 1.0, 0.0), (0.5, 0.0, 1.0))
    report = certify_batch([W, ("II", 7)], jobs=1, request=Request(teacher=V))
    assert report.results[0].index is not None
    assert report.results[0].loss is not None
    assert report.results[1].verdict == "failed"
    assert "V = [I_k 0]" in report.results[1].reason
    assert BatchPoint.of(W).key != BatchPoint.of(W, Request(teacher=V)).key


def test_failures_are_tried_again_if_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "results.jsonl"

    def fails(_: BatchPoint) -> None:
        raise ValueError("out of luck")

    with monkeypatch.context() as patch:
        patch.setattr(BatchPoint, "solve", fails)
        assert certify_batch([("II", 7)], jobs=1, results=file).results[0].verdict == "failed"
    again = certify_batch([("II", 7)], jobs=1, results=file)
    assert (again.reused, again.kept) == (1, 1)
    assert "1 of them failed there and were not tried again" in str(again)
    mended = certify_batch([("II", 7)], jobs=1, results=file, retry=True)
    assert (mended.reused, mended.kept) == (0, 0)
    assert mended.all_minima
    assert certify_batch([("II", 7)], jobs=1, results=file).all_minima


def test_processes_agree_with_one_process() -> None:
    listed = [("II", k) for k in range(7, 15)]
    one, two = (certify_batch(listed, jobs=j) for j in (1, 2))
    assert [(r.key, r.least, r.loss) for r in one.results] == [(r.key, r.least, r.loss) for r in two.results]


def test_lines_on_standard_error() -> None:
    stream = io.StringIO()
    certify_batch(POINTS[:2], jobs=1, progress=lines_on_stderr(2, stream))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("[1/2] [1, ")
    assert "strict local minimum, smallest eigenvalue 0.0" in lines[0]


def test_files_of_points(tmp_path: Path) -> None:
    (tmp_path / "points.jsonl").write_text("\n".join(json.dumps(p) for p in POINTS[:3]) + "\n")
    (tmp_path / "points.json").write_text(json.dumps([{"at": "II", "k": 7}, [[1, 0], [0, 1]]]))
    assert read_points(tmp_path / "points.jsonl") == [BatchPoint.of(p) for p in POINTS[:3]]
    assert len(read_points(tmp_path / "points.json")) == 2
    assert len(read_points(DATA)) == 448


@pytest.mark.parametrize("bad", [17, "II", {"k": 7}, {"at": "II", "blocks": [1]}, {"blocks": [1, 6]}, [[float("nan")]]])
def test_what_is_no_point_is_refused(bad: object) -> None:
    with pytest.raises(ClaimError, match="expected"):
        BatchPoint.of(bad)


def test_bad_files_and_jobs(tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text("{")
    with pytest.raises(ClaimError, match=r"bad\.json"):
        read_points(file)
    file.write_text('{"a": 1}')
    with pytest.raises(ClaimError, match="list of points"):
        read_points(file)
    with pytest.raises(ClaimError, match="jobs"):
        certify_batch([("II", 7)], jobs=0)
    with pytest.raises(ClaimError, match="no points"):
        certify_batch([], jobs=1)
    results = tmp_path / "results.jsonl"
    results.write_text("nothing\n{}\n")
    with pytest.raises(ClaimError, match="line 1"):
        certify_batch([("II", 7)], jobs=1, results=results)
    assert results.read_text() == "nothing\n{}\n"


# ranges of k


@pytest.mark.parametrize(("name", "first", "last"), [("II", 5, 40), ("I", 5, 30), ("A", 5, 30), ("II:3", 8, 25)])
def test_sizes_agree_with_points_solved_alone(name: str, first: int, last: int) -> None:
    report = certify_sizes(name, range(first, last + 1), jobs=1)
    assert [c.k for c in report.certificates] == list(range(first, last + 1))
    for c in report.certificates[::5]:
        alone = certify_point(BatchPoint.of((name, c.k)))
        assert c.least is not None
        assert alone.least is not None
        assert alone.loss is not None
        assert c.loss is not None
        assert c.index == alone.index
        assert c.least.arb.overlaps(find_point(name, c.k).spectrum(12).rows[0].value.arb)
        assert float(c.loss.arb) == pytest.approx(float(alone.loss[0]), rel=1e-13)


@pytest.mark.parametrize(("name", "k", "d"), [("II", 7, 9), ("A", 4, 5), ("I:4", 9, 12)])
def test_extra_columns_in_a_range(name: str, k: int, d: int) -> None:
    (found,) = [c for c in certify_sizes(name, [k, k + 1], jobs=1, dimension=Dimension(d - k)).certificates if c.k == k]
    spectrum = find_point(name, k, d).spectrum(12)
    assert found.index == spectrum.index
    assert found.least is not None
    assert found.least.arb.overlaps(spectrum.rows[0].value.arb)
    assert found.d == d


def test_dimensions_are_read() -> None:
    assert parse_dimension("k") == Dimension()
    assert parse_dimension("k + 2") == Dimension(2)
    assert parse_dimension("12") == Dimension(12, 0)
    for bad in ("", "0", "k-1", "2k", "k+x", "-3", "٣"):
        with pytest.raises(ClaimError, match="--d"):
            parse_dimension(bad)
    with pytest.raises(ClaimError, match="d >= k"):
        certify_sizes("II", [7, 8], jobs=1, dimension=Dimension(7, 0))


def test_neighbours_do_not_change_a_certificate() -> None:
    (alone,) = certified_sizes("II", [60])
    among = next(c for c in certified_sizes("II", range(50, 62)) if c.k == 60)
    assert alone.index == among.index == 0
    for (n, x), (m, y) in zip(alone.weights, among.weights, strict=True):
        assert n == m
        assert x.arb.overlaps(y.arb)


def test_a_family_that_ends_or_loses_stability() -> None:
    report = certify_sizes("I:16", [15, 18, *range(55, 61)], jobs=1)
    assert [c.verdict.split(" of ")[0] for c in report.certificates] == [
        "failed",
        *["strict local minimum"] * 4,
        *["saddle"] * 3,
    ]
    assert not report.all_minima
    assert "strict local minimum at 18, 55..57, no minimum at 58..60, failed at 15" in str(report)


@pytest.mark.slow
def test_a_hundred_certificates_a_second() -> None:
    report = certify_sizes("II", range(6, 1001), jobs=2)
    assert report.all_minima
    assert len(report.certificates) / report.seconds > 100


def test_sizes_are_read() -> None:
    assert parse_sizes("6..8") == [6, 7, 8]
    assert ranges([]) == "none"
    for bad in ("", "a", "0..3", "8..6", "6-8", "3..x"):
        with pytest.raises(ClaimError, match="--k"):
            parse_sizes(bad)
    with pytest.raises(ClaimError, match="no sizes"):
        certify_sizes("II", [], jobs=1)
    with pytest.raises(FormulaError, match="got the family"):
        certify_sizes("III", [7], jobs=1)


@pytest.mark.parametrize("value", [{"weights": []}, {"weights": [[]]}, {"weights": 3}, {"at": 5, "k": 6}, []])
def test_values_of_the_wrong_kind_are_refused(value: Any) -> None:
    with pytest.raises(ClaimError, match="got the point"):
        BatchPoint.of(value)


@pytest.mark.parametrize("line", ["[1]", '"a"', "null"])
def test_results_that_are_none_are_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text(line + "\n")
    with pytest.raises(ClaimError, match="expected a result"):
        certify_batch([("II", 6)], jobs=1, results=tmp_path / "results.jsonl")


def test_points_as_they_are_published() -> None:
    inner = {"diagonal": [-0.63, 1.0], "off_diagonal": [[None, 0.19], [0.26, -0.035]]}
    assert BatchPoint.of({"k": 7, "blocks": [1, 6], "weights": inner}).label == "[1, 6], k = 7"
    assert BatchPoint.of({"k": 7, "blocks": [7], "weights": None}).label == "global, k = 7"

"""``closedform certify`` and ``closedform check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytic.landscape.certificate import certify, dyadic, from_json, to_json
from analytic.landscape.certificate_weights import certify_weights
from analytic.landscape.model import StudentTeacher
from analytic.landscape.named import find_point
from analytic.landscape.newton import NoCriticalPointError
from checks.cli.main import run
from checks.recheck import recheck


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON on standard output."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(("name", "k"), [("II", 37), ("II:6", 20), ("global", 4)])
def test_a_name_becomes_a_file_that_is_checked(
    name: str, k: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "certificate.json"
    assert run(["certify", "--at", name, "--k", str(k), "--digits", "8", "--out", str(file)]) == 0
    assert "strict local minimum" in capsys.readouterr().out
    assert run(["check", str(file), "--format", "json"]) == 0
    assert report(capsys)["accepted"] is True
    file.write_text(file.read_text().replace('"index": 0', '"index": 1'))
    assert run(["check", str(file)]) == 1
    assert "REJECTED" in capsys.readouterr().out


def test_a_shuffled_matrix_is_recognised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    W = find_point("II", 7).matrix()
    draw = np.random.default_rng(4)
    columns = draw.permutation(7)
    np.save(tmp_path / "w.npy", W[draw.permutation(7)][:, columns])
    assert run(["certify", str(tmp_path / "w.npy"), "--format", "json"]) == 0
    found = report(capsys)
    assert found["isotropy"] == "Delta(S_6 x S_1)"
    assert found["index"] == 0


@pytest.mark.parametrize("V", [[[0, 1, 0], [0, 0, -1], [1, 0, 0]], [[0.6, 0.8, 0], [-0.8, 0.6, 0], [0, 0, 1]]])
def test_a_teacher_of_ones_own(V: list[list[float]], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same point in another basis: rotated to the identity if the basis is exact, else without symmetry."""
    np.save(tmp_path / "w.npy", find_point("A", 3).matrix() @ np.array(V))
    np.savetxt(tmp_path / "v.csv", V, delimiter=",")
    assert run(["certify", str(tmp_path / "w.npy"), "--teacher", str(tmp_path / "v.csv"), "--format", "json"]) == 0
    found = report(capsys)
    assert found["index"] == 1
    assert found["accepted"] is True


def test_weights_in_another_basis_are_said_to_be_rotated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    basis = np.eye(6)[[2, 0, 1, 3, 5, 4]]
    for name, V in (("basis", basis), ("identity", np.eye(6))):
        np.save(tmp_path / "W.npy", find_point("II", 6).matrix() @ V)
        np.save(tmp_path / "V.npy", V)
        assert run(["certify", str(tmp_path / "W.npy"), "--teacher", str(tmp_path / "V.npy")]) == 0
        assert ("in the basis of the teachers" in capsys.readouterr().out) == (name == "basis")


def test_the_eigenvalues_are_those_of_the_whole_hessian() -> None:
    """Without symmetry, against float64."""
    V = [[1.0, 0.25, 0.0], [0.0, 1.0, 0.0], [0.5, 0.0, 1.0]]
    certificate = certify_weights([[0.9, 0.1, 0.05], [0.1, 0.3, 0.9]], V, polish=True)
    W = np.array([float(dyadic(x)) for x in certificate.centre]).reshape(2, 3)
    model = StudentTeacher(V)
    assert float(np.abs(model.gradient(W)).max()) < 1e-15
    low, high = (
        np.array([float(dyadic(x)) for x in ends])
        for ends in zip(*((e.low, e.high) for e in certificate.facts.eigenvalues), strict=True)
    )
    assert np.allclose((low + high) / 2, np.linalg.eigvalsh(model.hessian(W)), rtol=0, atol=1e-13)


def test_no_symmetry_with_orthonormal_teachers() -> None:
    W = np.random.default_rng(1).normal(size=(2, 3))
    certificate = certify_weights(W, k=3, polish=True)
    assert certificate.problem.teacher_matrix is None
    assert recheck(to_json(certificate)).accepted


def test_split_neurons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    W = find_point("II", 7).matrix()
    for shares in ((0.3, 0.7), (0.5, 0.5)):
        for row in (0, 6):
            split = np.vstack([np.outer(shares, W[row]), np.delete(W, row, 0)])
            np.save(tmp_path / "w.npy", split)
            assert run(["certify", str(tmp_path / "w.npy"), "--k", "7", "--digits", "8", "--format", "json"]) == 0
            assert report(capsys)["kind"].startswith("degenerate")


def test_weights_that_are_no_critical_point_are_refused() -> None:
    W = find_point("II", 6).matrix() + 0.01 * np.eye(6)
    with pytest.raises(NoCriticalPointError, match="polish"):
        certify_weights(W)
    assert certify_weights(W, polish=True).facts.kind == certify(find_point("II", 6), 15).facts.kind
    with pytest.raises(NoCriticalPointError, match="polish"):
        certify_weights([[0.9, 0.1, 0.05], [0.1, 0.3, 0.9]], [[1, 1, 0], [0, 1, 0], [1, 0, 1]])


WRONG = [
    ["certify"],
    ["certify", "w.npy", "--at", "II", "--k", "7"],
    ["certify", "--at", "II"],
    ["certify", "--at", "II", "--k", "7", "--teacher", "v.npy"],
    ["certify", "missing.npy"],
    ["check", "missing.json"],
]


@pytest.mark.parametrize("command", WRONG)
def test_bad_input_is_one_line(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("form", ["csv", "latex", "html"])
def test_reports_in_every_format(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report"
    assert run(["certify", "--at", "A", "--k", "5", "--digits", "6", "--format", form, "--out", str(file)]) == 0
    assert "exterior" in file.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


def test_a_certificate_reads_back() -> None:
    certificate = certify(find_point("II:2", 9, 12), 8)
    assert from_json(to_json(certificate)) == certificate

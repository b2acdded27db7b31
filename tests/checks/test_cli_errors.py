"""Bad input: exit code 2 and one line on standard error that says what was got and what was expected."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from checks.cli.main import run

BAD = """
verify nope
verify ''
verify ' '
verify =
verify 'E[relu(u)] ='
verify '= 1'
verify a=b=c
verify 'E[relu(u)] == 1'
verify 'E[relu(u)] = |u|' nope
verify 'E[relu(u] = 1'
verify 'E[relu(u)] = 1/0'
verify 'E[relu(u)] = t'
verify 'E[relu(u)*relu(v)*relu(w)] = 1'
verify 'E[relu(u)] = |u|' --variable t
verify 'E[relu(u)] = |u|' --variable t=
verify 'E[relu(u)] = |u|' --variable '|w|=(0, 1)'
verify 'E[relu(u)] = |u|' --variable '|u|=wide'
verify 'E[relu(u)] = |u|' --variable '|u|=(2, 1)'
verify 'E[relu(u)] = |u|' --variable '|u|={1}' --variable '|u|={2}'
verify 'E[relu(u)] = |u|' --assume u
verify 'E[relu(u)] = |u|' --assume '|u| = 1'
verify 'E[relu(u)] = |u|' --assume 'q > 1'
verify kernels/step --variable 't=(0, 1)'
verify kernels/step --assume 'theta < 1'
verify claims.toml
verify kernels/step --alpha 0
verify kernels/step --json --csv
certify --at A --k 6..8 --bound 5
certify --at A --k 6 --bound 5
certify --at A --k 6 --activation "leaky_relu(1e400)"
spectrum --at II --k 6 --json a.json --csv b.csv
verify kernels/step --alpha 1
verify kernels/step --alpha -1
verify kernels/step --alpha nan
verify kernels/step --alpha inf
verify kernels/step --alpha small
verify kernels/step --jobs 0
verify kernels/step --jobs many
verify kernels/step --seed -1
verify kernels/step --seed 1.5
verify kernels/step --format yaml
verify kernels/step --format
verify kernels/step --frobnicate
verify --list nope
expect
expect ''
expect ' '
expect 'relu(u'
expect 'relu(u))'
expect 'relu(u) relu(v)'
expect 'relu(u) = 1'
expect '1/u'
expect 'u^u'
expect 'exp(u^3)'
expect 'relu(u)^1000'
expect 'relu(u*v)'
expect 'tan(u)'
expect 'E[relu(u)]'
expect theta
expect 'leaky_relu(u)'
expect "__import__('os').system('true')"
expect 'relu(u)' extra
expect 'relu(u)' --frobnicate
expect 'relu(u)' --digits 0
expect 'relu(u)' --digits -3
expect 'relu(u)' --digits 10001
expect 'relu(u)' --digits ten
expect 'relu(u)' --norm u
expect 'relu(u)' --norm u=
expect 'relu(u)' --norm u=-1
expect 'relu(u)' --norm u=-1
expect 'relu(u)' --norm u=nan
expect 'relu(u)' --norm u=inf
expect 'relu(u)' --norm u=1/0
expect 'relu(u)' --norm 'u=sqrt(-1)'
expect 'relu(u)' --norm u=1 --norm u=2
expect 'relu(u)*relu(v)' --norm u=1
expect 'relu(u)*relu(v)' --theta 4
expect 'relu(u)*relu(v)' --theta -1
expect 'relu(u)*relu(v)' --theta nan
expect 'relu(u)*relu(v)' --theta wide
expect 'relu(u)*relu(v)' --theta 'pi + 1/10^100'
expect 'relu(u)*relu(v)' --rho 2
expect 'relu(u)*relu(v)' --rho -3/2
expect 'relu(u)*relu(v)' --rho nan
expect 'relu(u)*relu(v)' --rho 1/2 --theta pi/3
expect 'leaky_relu(u, t)' --param t=nan
spectrum --k 0
spectrum --k -1
spectrum --k 1.5
spectrum --k many
spectrum --k 3 --d 2
spectrum --k 3 --d 0
spectrum --d 3
spectrum --k 3 --digits 0
spectrum 3
spectrum --format yaml
frobnicate
--frobnicate
""".strip().splitlines()


@pytest.mark.parametrize("line", BAD)
def test_bad_input_is_answered_in_one_line(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shlex.split(line)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("closedform: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert "internal error" not in err


@pytest.mark.parametrize("command", ["expect 'relu(u)'", "spectrum --k 3", "verify kernels/step --no-slips --jobs 1"])
@pytest.mark.parametrize("place", ["missing/result.json", ".", "file/result.json"])
def test_a_place_that_cannot_be_written_to(
    command: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("old")
    assert run([*shlex.split(command), "--out", place]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith(f"closedform: cannot write '{place}'")
    assert [f.name for f in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"


def test_long_input_is_cut_in_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("relu(u) " * 2000, "(" * 5000, "-" * 5000 + "u", "u*" * 15000 + "u"):
        assert run(["expect", "--", text]) == 2
        assert len(capsys.readouterr().err) < 1000


def test_without_a_command_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Usage: closedform" in capsys.readouterr().err


def test_an_error_of_ours_is_called_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.delenv("CLOSEDFORM_DEBUG", raising=False)
    monkeypatch.setattr("analytic.expectation.expect", broken)
    assert run(["expect", "relu(u)"]) == 70
    assert "please report it" in capsys.readouterr().err
    monkeypatch.setenv("CLOSEDFORM_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["expect", "relu(u)"])

"""The environment block: enough to replay, and always writable."""

import json
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.metadata import version

import pytest

from checks.report import environment
from checks.report.environment import PACKAGES, summary

KEYS = ["closedform", "python", "platform", "processor", "cores", "packages", "date", "argv", "seed", "precision"]


def test_it_has_always_the_same_keys_and_then_the_extra_ones() -> None:
    assert list(environment()) == KEYS
    assert list(environment(seed=1, precision=128, alpha=0.01)) == [*KEYS, "alpha"]


def test_it_says_what_runs() -> None:
    block = environment(seed=7, precision=128)
    assert (block["seed"], block["precision"]) == (7, 128)
    assert block["packages"] == {name: version(name) for name in PACKAGES}
    assert str(block["python"]) == sys.version.split()[0]
    assert block["processor"]


def test_the_date_is_now_in_utc() -> None:
    date = datetime.fromisoformat(str(environment()["date"]))
    assert date.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - date) < timedelta(minutes=1)


def test_the_command_line_has_no_folder_and_is_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["some/where/closedform", "verify", "a b", "caf\udce9"])
    block = environment()
    assert block["argv"] == ["closedform", "verify", "a b", r"caf\udce9"]
    assert summary(block)["argv"] == r"closedform verify 'a b' 'caf\udce9'"
    monkeypatch.setattr(sys, "argv", [])
    assert environment()["argv"] == []


def test_a_missing_package_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("checks.report.environment")  # the function of this name hides it
    monkeypatch.setattr(module, "PACKAGES", ("no-such-package-as-this",))
    assert environment()["packages"] == {"no-such-package-as-this": "unknown (not installed)"}


def test_extra_keys_overwrite_nothing() -> None:
    with pytest.raises(ValueError, match=r"got extra keys \['cores', 'python'\]"):
        environment(python="2", cores=1)


def test_it_is_json() -> None:
    block = environment(seed=1, limits={"seconds": 2.5})
    assert json.loads(json.dumps(block)) == block


def test_the_summary_leaves_out_what_has_no_value() -> None:
    assert "seed" not in summary(environment())
    assert summary(environment(seed=0))["seed"] == "0"

"""The package says one version everywhere, why it needs what it needs, and under which licence."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points, metadata, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads(TEXT)["project"]
REQUIREMENTS = [*PROJECT["dependencies"], *(r for extra in PROJECT["optional-dependencies"].values() for r in extra)]


def test_the_installed_version_is_the_one_in_pyproject() -> None:
    assert version("closedform") == PROJECT["version"]


def test_the_changelog_tells_of_the_version() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert PROJECT["version"] in headings


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_dependency_says_why_it_is_there(requirement: str) -> None:
    (line,) = (x for x in TEXT.splitlines() if x.strip().startswith(f'"{requirement}"'))
    assert line.partition("#")[2].strip()


def test_the_licence_is_mit_everywhere() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert PROJECT["license"] == "MIT"
    assert metadata("closedform")["License-Expression"] == "MIT"


def test_the_extras_are_the_promised_ones() -> None:
    assert set(PROJECT["optional-dependencies"]) == {"test", "distributed", "parquet", "docs"}


def test_the_command_leads_to_the_command_line() -> None:
    (script,) = entry_points(group="console_scripts", name="closedform")
    assert script.value == PROJECT["scripts"]["closedform"] == "checks.cli:main"


def test_every_package_ships_its_types() -> None:
    packages = tomllib.loads(TEXT)["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages == ["analytic", "numeric", "checks"]
    assert [p for p in packages if not (ROOT / p / "py.typed").is_file()] == []

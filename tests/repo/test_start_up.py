"""Asking for help or the version loads no mathematics."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sympy", "numpy", "scipy", "flint", "lark", "joblib", "rich", "jinja2", "mpmath")
CODE = """
import sys
from checks.cli.main import run
code = run(sys.argv[1:])
loaded = sorted({m.partition(".")[0] for m in sys.modules})
print(code, *loaded, file=sys.stderr)
"""


def loaded_after(*arguments: str) -> tuple[str, set[str]]:
    """The exit code and the top-level modules that a run of the command line loads."""
    done = subprocess.run([sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, check=True)
    code, *modules = done.stderr.split()
    return code, set(modules)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["expect", "--help"], ["verify", "--help"]])
def test_help_is_light(arguments: list[str]) -> None:
    code, modules = loaded_after(*arguments)
    assert code == "0"
    assert modules & set(HEAVY) == set()


def test_a_command_does_load_the_mathematics() -> None:
    code, modules = loaded_after("expect", "relu(u)")
    assert code == "0"
    assert {"flint", "lark"} <= modules
    assert modules & {"numpy", "scipy"} == set(), "the exact witness needs no empirical one"


@pytest.mark.parametrize("package", ["analytic", "checks", "numeric"])
def test_importing_a_package_is_light(package: str) -> None:
    code = f"import sys, {package}; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {m.partition(".")[0] for m in answer.stdout.split()} & set(HEAVY) == set()

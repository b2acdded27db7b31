"""The package lists its names, loads them when asked, and stays light until then."""

from __future__ import annotations

import subprocess
import sys

import pytest

import numeric


def test_every_public_name_loads() -> None:
    assert all(getattr(numeric, name) is not None for name in numeric.__all__)
    assert set(numeric.__all__) == set(dir(numeric))


def test_names_are_not_shadowed_by_modules() -> None:
    assert callable(numeric.population_hessian)
    assert not set(numeric.__all__) & set(numeric._HOMES)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="__all__"):
        _ = numeric.__getattr__("arc_cosine")


def test_import_is_light() -> None:
    code = "import sys, numeric; print(any(m.split('.')[0] in ('numpy', 'scipy') for m in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"

"""Every public name exists, says what it is, shows an example, and is the same for Python and for type checkers."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Callable
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("analytic", "numeric", "checks")
NAMES = [(p, n) for p in PACKAGES for n in import_module(p).__all__]


def public(package: str, name: str) -> Any:
    """The object of that name."""
    return getattr(import_module(f"{package}.{import_module(package)._HOME[name]}"), name)


def functions() -> list[tuple[str, str]]:
    """The public functions."""
    return [(p, n) for p, n in NAMES if inspect.isroutine(public(p, n)) or hasattr(public(p, n), "cache_info")]


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_the_name_explains_itself_by_an_example(package: str, name: str) -> None:
    thing = public(package, name)
    text = inspect.getdoc(thing) or ""
    assert text.strip().splitlines()[0].endswith((".", "$.", ",", ";", ":")), "the first line says what it is"
    by_itself = isinstance(thing, type) and issubclass(thing, (Exception, Enum))
    assert by_itself or ("Example:" in text and ">>>" in text)


@pytest.mark.parametrize(("package", "name"), functions())
def test_a_function_documents_arguments_and_result(package: str, name: str) -> None:
    function: Callable[..., Any] = inspect.unwrap(public(package, name))
    text, parameters = inspect.getdoc(function) or "", inspect.signature(function).parameters
    if parameters:
        assert "Args:" in text
        assert "Returns:" in text
        assert all(f"{p}:" in text or f"{p}, " in text for p in parameters)
    assert set(function.__annotations__) == {*parameters, "return"}


@pytest.mark.parametrize(("package", "name"), [(p, n) for p, n in NAMES if isinstance(public(p, n), type)])
def test_the_public_methods_of_a_class_are_annotated(package: str, name: str) -> None:
    for method_name, method in vars(public(package, name)).items():
        if inspect.isfunction(method) and not method_name.startswith("_"):
            parameters = set(inspect.signature(method).parameters) - {"self", "cls"}
            assert set(method.__annotations__) == parameters | {"return"}, method_name
            assert inspect.getdoc(method), method_name


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_see_the_names_that_python_loads(package: str) -> None:
    module = import_module(package)
    seen = for_type_checkers(Path(str(module.__file__)))
    assert seen == {name: f"{package}.{home}" for name, home in module._HOME.items()}
    assert set(module.__all__) == set(module._HOME)
    assert list(module.__all__) == sorted(module.__all__)


def for_type_checkers(file: Path) -> dict[str, str]:
    """Name to module of the imports under TYPE_CHECKING."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    guarded = [n for n in tree.body if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    found = [n for g in guarded for n in g.body if isinstance(n, ast.ImportFrom)]
    return {alias.asname or alias.name: str(n.module) for n in found for alias in n.names}


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_from_import_gives_the_thing_and_not_a_module(package: str, name: str) -> None:
    """Once a submodule of the same name is loaded it takes the place of a name that is loaded lazily."""
    import_module(f"{package}.{import_module(package)._HOME[name]}")
    assert not isinstance(getattr(import_module(package), name), ModuleType)


def test_the_first_import_of_the_catalogue_gives_the_function() -> None:
    code = "from checks import all_claims; print(len(all_claims()) > 0)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (answer.stdout.strip(), answer.stderr) == ("True", "")


@pytest.mark.parametrize("package", PACKAGES)
def test_an_unknown_name_is_refused_with_the_known_ones(package: str) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        import_module(package).__getattr__("nothing")

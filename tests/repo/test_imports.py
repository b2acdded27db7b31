"""The rules of the house: who may import whom, and which shortcuts nobody may take. Every file is walked by ``ast``."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ("analytic", "numeric", "checks")


@dataclass(frozen=True)
class Rule:
    """What a package, or a file of it, may import besides the standard library and itself."""

    anywhere: frozenset[str]
    deferred: frozenset[str] = frozenset()


#: Of the checker of certificates of points.
POINT_PARTS = ("", "_reading", "_network", "_zero", "_components")
#: Of the checker of interval certificates.
PARTS = ("", "_file", "_jets", "_network", "_proofs")
#: Of the checker of certificates for every k.
UNIFORM_PARTS = ("", "_blocks", "_file", "_models", "_proofs", "_rows")
#: The longest matching path counts. ``deferred``: only inside functions or under TYPE_CHECKING.
RULES = {
    # scipy and mpmath serve float64 functions for users, matplotlib draws; nothing of it is evidence
    "analytic": Rule(frozenset({"sympy", "flint", "lark"}), frozenset({"numpy", "scipy", "mpmath", "matplotlib"})),
    "numeric": Rule(frozenset({"numpy", "scipy"})),
    "checks": Rule(
        frozenset({"analytic", "numeric", "click", "rich", "jinja2", "numpy", "flint"}),
        frozenset({"joblib", "dask", "distributed", "scipy", "pyarrow", "threadpoolctl"}),
    ),
    "checks/pytest_plugin.py": Rule(frozenset({"pytest"}), frozenset({"checks"})),  # light until a file is collected
    "checks/strategies.py": Rule(frozenset({"checks", "analytic", "numeric", "numpy", "hypothesis"})),
    "checks/tex": Rule(frozenset({"checks", "analytic", "lark"})),  # a grammar of our own
    # of checks these import each other alone
    **{f"checks/recheck{part}.py": Rule(frozenset({"flint", "checks.recheck"})) for part in POINT_PARTS},
    **{f"checks/recheck_interval{part}.py": Rule(frozenset({"flint", "checks.recheck"})) for part in PARTS},
    **{f"checks/recheck_uniform{part}.py": Rule(frozenset({"flint", "checks.recheck"})) for part in UNIFORM_PARTS},
}
#: Never: input is data, not code; and nothing that guesses may decide.
FORBIDDEN_NAMES = frozenset({"eval", "exec", "compile", "__import__", "sympify", "parse_expr", "simplify", "nsimplify"})
FORBIDDEN_ATTRIBUTES = FORBIDDEN_NAMES - {"compile"} | {"equals"}
FORBIDDEN_MODULES = (
    "pickle",
    "dill",
    "cloudpickle",
    "marshal",
    "shelve",
    "mpmath.iv",
    "mpmath.ctx_iv",
    "sympy.parsing",
)


#: Where the words of an expression stand.
WORDS: dict[type[ast.AST], tuple[str]] = {ast.Name: ("id",), ast.Attribute: ("attr",), ast.Constant: ("value",)}
#: Have no children that matter here, and are most of all nodes.
LEAVES = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.Constant)


def walked(tree: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether it waits for a call or is for type checkers only."""
    nodes = [(tree, False)]
    while nodes:
        node, deferred = nodes.pop()
        yield node, deferred
        if not isinstance(node, ast.Name):
            waits = deferred or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            waits = waits or (isinstance(node, ast.If) and mentions(node.test, "TYPE_CHECKING"))
            nodes += [(child, waits) for child in ast.iter_child_nodes(node) if not isinstance(child, LEAVES)]


def mentions(node: ast.AST, word: str) -> bool:
    """Whether a name, an attribute or a text in an expression holds the word."""
    return any(word in str(getattr(n, a, "")) for n in ast.walk(node) for a in WORDS.get(type(n), ()))


def imported(node: ast.AST, deferred: bool) -> Iterator[tuple[str, bool]]:
    """The modules that a node imports, and whether that waits."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, deferred) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide where a name comes from"
        yield from ((f"{node.module}.{alias.name}", deferred) for alias in node.names)
    elif isinstance(node, ast.Call) and mentions(node.func, "import_module"):
        yield ast.unparse(node.args[0]).lstrip("f").strip("'\""), True


def shortcut(node: ast.AST) -> Iterator[str]:
    """The forbidden name or attribute that a node is."""
    if isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
        yield node.id
    elif isinstance(node, ast.Attribute):
        if node.attr in FORBIDDEN_ATTRIBUTES or (node.attr == "iv" and ast.unparse(node) == "mpmath.iv"):
            yield f".{node.attr}"
    elif isinstance(node, ast.alias) and node.name in FORBIDDEN_NAMES:
        yield node.name


def found_in(file: Path) -> tuple[list[tuple[str, bool]], list[str]]:
    """The imports of a file, and the forbidden names, attributes and modules in it, from one walk."""
    modules, names = list[tuple[str, bool]](), list[str]()
    for node, deferred in walked(ast.parse(file.read_text(encoding="utf-8"))):
        modules += imported(node, deferred)
        names += shortcut(node)
    return modules, names + [m for name, _ in modules for m in FORBIDDEN_MODULES if f"{name}.".startswith(f"{m}.")]


def rule_of(path: str) -> Rule:
    """The rule of a file, given by its path below the root."""
    return RULES[max((p for p in RULES if path == p or path.startswith(f"{p}/")), key=len)]


def breaches(root: Path) -> list[str]:
    """All breaches of the rules below a root, as ``file: what``."""
    found = []
    for file in sorted(f for package in HOUSE for f in (root / package).rglob("*.py")):
        path = file.relative_to(root).as_posix()
        rule, home = rule_of(path), path.partition("/")[0]
        modules, shortcuts = found_in(file)
        own = {home} if path not in RULES else set()
        for module, deferred in modules:
            top = module.partition(".")[0]
            allowed = rule.anywhere | own | (rule.deferred if deferred else frozenset())
            named = any("." in a and module.startswith(a) for a in allowed)
            if top not in allowed and not named and top not in sys.stdlib_module_names:
                found.append(f"{path}: imports {module}" + (" when it is loaded" if top in rule.deferred else ""))
        found += [f"{path}: uses {s}" for s in shortcuts]
    return found


def test_the_house_keeps_its_rules() -> None:
    assert breaches(ROOT) == []


@pytest.mark.parametrize(
    "package", ["analytic", "analytic/rules", "analytic/landscape", "numeric", "checks", "checks/cli"]
)
def test_the_walk_reaches_every_package(package: str) -> None:
    files = [f for p in HOUSE for f in (ROOT / p).rglob("*.py") if f.parent == ROOT / package]
    assert any(found_in(f)[0] for f in files)


PLANTED = [
    ("analytic/a.py", "import numeric", "imports numeric"),
    ("analytic/a.py", "from checks.claim import Claim", "imports checks.claim.Claim"),
    ("analytic/a.py", "def f():\n    from numeric import relu", "imports numeric.relu"),
    ("analytic/a.py", "from importlib import import_module\nimport_module('numeric.polar')", "imports numeric.polar"),
    ("analytic/a.py", "getattr(importlib, 'import_module')('numeric.polar')", "imports numeric.polar"),
    ("analytic/a.py", "import numpy as np", "imports numpy when it is loaded"),
    ("analytic/deep/a.py", "import scipy", "imports scipy when it is loaded"),
    ("numeric/a.py", "from analytic.angle import Angle", "imports analytic.angle.Angle"),
    ("numeric/a.py", "if True:\n    import checks", "imports checks"),
    ("numeric/a.py", "import sympy", "imports sympy"),
    ("checks/a.py", "import requests", "imports requests"),
    ("checks/a.py", "import joblib", "imports joblib when it is loaded"),
    ("checks/recheck.py", "from analytic import Ball", "imports analytic.Ball"),
    ("checks/recheck.py", "import checks.claim", "imports checks.claim"),
    ("checks/recheck_uniform.py", "from checks.claim import Claim", "imports checks.claim.Claim"),
    ("analytic/a.py", "eval('1')", "uses eval"),
    ("analytic/a.py", "x.equals(y)", "uses .equals"),
    ("analytic/a.py", "import sympy\nsympy.simplify(x)", "uses .simplify"),
    ("analytic/a.py", "from sympy import sympify as s", "uses sympify"),
    ("analytic/a.py", "from sympy.parsing.sympy_parser import parse_expr", "uses parse_expr"),
    ("checks/a.py", "import pickle", "uses pickle"),
    ("checks/a.py", "exec('pass')", "uses exec"),
    ("analytic/a.py", "import mpmath\nx = mpmath.iv.mpf(1)", "uses .iv"),
    ("analytic/a.py", "from mpmath import iv", "uses mpmath.iv"),
]


@pytest.mark.parametrize(("file", "code", "breach"), PLANTED)
def test_a_planted_breach_is_caught(tmp_path: Path, file: str, code: str, breach: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(code)
    assert f"{file}: {breach}" in breaches(tmp_path)


PERMITTED = [
    ("analytic/a.py", "def f():\n    import numpy as np\n    return np.pi"),
    ("analytic/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy"),
    ("analytic/a.py", "import analytic.ring\nfrom flint import arb\nimport math"),
    ("numeric/a.py", "import numpy\nfrom scipy import special"),
    ("checks/a.py", "import analytic\nimport numeric\ndef f():\n    import joblib"),
    ("checks/recheck.py", "import json\nfrom flint import arb\nfrom checks.recheck_reading import Block"),
]


@pytest.mark.parametrize(("file", "code"), PERMITTED)
def test_what_is_allowed_is_not_complained_about(tmp_path: Path, file: str, code: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(code)
    assert breaches(tmp_path) == []

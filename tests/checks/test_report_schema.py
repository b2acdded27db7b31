"""What the documentation says of JSON reports is what the commands write: its tables are read here."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from checks.cli.main import run

PAGE = Path(__file__).parents[2] / "docs" / "reports.md"
TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null", list: "list"}
COMMANDS = [
    "expect relu(u) --norm u=2 --steps --judge",
    "expect tanh(u)*tanh(v) --rho 1/2",
    "spectrum --k 1",
    "spectrum",
    "spectrum --at A --k 3",
    "blocks --at A --component exterior:1",
    "family A --from 5 --to 7",
    "expand A --order 1",
    "certify --at A --k 3",
    "check {certificate}",
    "certify --batch {batch} --jobs 1",
    "certify --at A --k 6..7 --jobs 1",
    "certify --at A --k 6..13/2 --real",
    "certify --at A --k 6..inf",
    "train --k 2 --runs 2 --jobs 1",
    "verify {claims} --jobs 1",
    "verify --list kernels",
]
CLAIMS = """
[[claim]]
statement = "E[step(u)] = 1/2"
[[claim]]
statement = "E[relu(u)*step(v)] = |u|*(1 + cos(theta))/sqrt(2*pi)"
[[claim]]
statement = "E[relu(u] = 1"
"""
Table = dict[str, str]


def documented() -> dict[str, Table]:
    """Type by field, by kind; the fields of every report come with each kind."""
    found: dict[str, Table] = {}
    for part in PAGE.read_text(encoding="utf-8").split("\n### ")[1:]:
        name = part.partition("\n")[0]
        found[name] = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", part, re.MULTILINE))
    common = found.pop("every report")
    return {kind: common | table for kind, table in found.items()}


def complaints(value: Any, path: str, table: Table) -> list[str]:
    """Where a value is not what the table says."""
    says = table.get(path, "object" if not path or path.endswith("[]") else "")
    allowed = set(re.split(r",? or |, ", says.removeprefix("optional ")))
    if "any" in allowed:
        return []
    kind = TYPES.get(type(value), "object")
    if kind == "object" and (maps := [a for a in allowed if a.startswith("map of ")]):
        inner = maps[0].removeprefix("map of ")
        return [c for key, item in value.items() for c in complaints(item, f"{path}.{key}", {f"{path}.{key}": inner})]
    if kind == "object" and "ball" in allowed:
        return [] if {k: type(v) for k, v in value.items()} == {"midpoint": str, "radius": str} else [f"{path}: ball"]
    if kind not in allowed and not (kind == "integer" and "number" in allowed):
        return [f"{path or 'report'}: {kind} {str(value)[:40]!r}, documented: {says or 'nothing'}"]
    if isinstance(value, list):
        return [c for item in value for c in complaints(item, f"{path}[]", table)]
    if not isinstance(value, dict):
        return []
    start = f"{path}." if path else ""
    below = {p for p in table if p.startswith(start) and re.fullmatch(r"\w+", p.removeprefix(start))}
    missing = [p for p in below if not table[p].startswith("optional") and p.removeprefix(start) not in value]
    found = [f"{p}: documented, but absent" for p in sorted(missing)]
    return found + [c for key, item in value.items() for c in complaints(item, f"{start}{key}", table)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reports")
    names = {"certificate": "c.json", "batch": "b.jsonl", "claims": "c.toml"}
    paths = {key: str(folder / name) for key, name in names.items()}
    Path(paths["claims"]).write_text(CLAIMS, encoding="utf-8")
    Path(paths["batch"]).write_text('{"at": "A", "k": 6}\n', encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        run(["certify", "--at", "A", "--k", "3", "--out", paths["certificate"]])
    return paths


@pytest.mark.parametrize("command", COMMANDS)
def test_a_report_is_what_the_page_says(command: str, files: dict[str, str]) -> None:
    words = [*command.format(**files).split(), "--format", "json"]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
        run(words)
    report = json.loads(out.getvalue())
    assert complaints(report, "", documented()[report["schema"]]) == []


def test_every_documented_kind_is_compared() -> None:
    kinds = {"expectation", "spectrum", "critical-point", "blocks", "thresholds", "expansion", "certification"}
    kinds |= {"certificate-check", "batch", "sizes", "range-of-k", "all-k", "campaign", "verdicts", "claims"}
    assert documented().keys() == {f"closedform/{kind}/1" for kind in kinds}


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"k": "1", "ball": {"midpoint": "1", "radius": "0"}}, "k: string '1', documented: integer"),
        ({"k": 1}, "ball: documented, but absent"),
        ({"k": 1, "ball": {"midpoint": "1"}}, "ball: ball"),
        ({"k": 1, "ball": None, "more": 2}, "more: integer '2', documented: nothing"),
        ({"k": 1, "ball": None, "names": {"a": 1}}, "names.a: integer '1', documented: string"),
    ],
)
def test_a_difference_is_noticed(value: Any, complaint: str) -> None:
    table = {"k": "integer", "ball": "ball or null", "names": "optional map of string"}
    assert complaints(value, "", table) == [complaint]

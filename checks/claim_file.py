"""Claim files: TOML, Markdown with claim blocks, JSON, LaTeX with marked displays; errors with line and column.

A report of verdicts in JSON is a claim file too: its claims can be judged again.

Files come from strangers: they are data. Nothing in them is evaluated, and size and number of claims are limited.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.claim import Claim
from checks.claim_table import Shared, read_claim
from checks.errors import ClaimError
from checks.verdict import Kind

SUFFIXES = (".toml", ".md", ".json", ".tex")
#: The schema of reports whose claims can be judged again.
REPORT = "closedform/verdicts/1"
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)\s*(claims?)\s*$")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*claim[ \t]*\]\]", re.MULTILINE)
_EXPECTED = {
    "": "[[claim]] tables or blocks that begin with ```claim",
    ".tex": "lines '% closedform: ...' before displayed formulas",
}
#: Keys of more parts take the reader of TOML time that grows with their square.
DOTS = 50
_DOTTED = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){{{DOTS}}}")
_AT_POSITION = re.compile(r"at position (\d+)")


@dataclass(frozen=True)
class Limits:
    """What is read at most of a stranger's file.

    Args:
        size: bytes of a file.
        claims: claims of a file.
    """

    size: int = 20_000_000
    claims: int = 100_000


@dataclass(frozen=True)
class Unreadable:
    """A claim that cannot be read; the others of its file are judged all the same.

    Args:
        name: of the claim.
        place: file, line and, where it is known, column.
        reason: what was got and what was expected.

    Example:
        >>> print(Unreadable("a/1", "a.toml, line 3", "got the key 'statment'"))
        a.toml, line 3: got the key 'statment'
    """

    name: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(frozen=True)
class _Document:
    """A table of a file with the text it came from, for line numbers."""

    table: Mapping[str, Any]
    source: str
    line: int


def read_claims(name: str, limits: Limits | None = None) -> list[Claim | Unreadable]:
    """The claims of a file, in order.

    Args:
        name: path of a .toml, .md, .json or .tex file.
        limits: see ``Limits``.

    Returns:
        For each claim the claim, or why it cannot be read.

    Raises:
        ClaimError: the file cannot be read at all, has no claims, or is beyond the limits.

    Example:
        >>> read_claims("nowhere.toml")
        Traceback (most recent call last):
            ...
        checks.errors.ClaimError: got the claim file 'nowhere.toml', which cannot be read (No such file or directory)
    """
    limits = limits or Limits()
    path = Path(name)
    try:
        if path.stat().st_size > limits.size:
            raise ClaimError(
                f"got the claim file {name!r} of {path.stat().st_size} bytes, expected at most {limits.size}: split "
                f"it, or raise --max-bytes"
            )
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ClaimError(f"got the claim file {name!r}, expected text in UTF-8 (byte {error.start})") from None
    except OSError as error:
        raise ClaimError(f"got the claim file {name!r}, which cannot be read ({error.strerror})") from None
    return parse_claims(content, path.name, limits)


def parse_claims(content: str, name: str, limits: Limits | None = None) -> list[Claim | Unreadable]:
    """The claims of a text, see ``read_claims``.

    Args:
        content: the text.
        name: what to call it in messages; claims without a name are called after its stem. Its suffix names the
            syntax; without one it is Markdown if there is a claim block, JSON if it begins with {, else TOML.
        limits: see ``Limits``.

    Example:
        >>> parse_claims('[[claim]]\\nstatement = "E[relu(u)^2] = |u|^2/2"', "steps.toml")[0].name
        'steps/1'
    """
    limits, suffix, content = limits or Limits(), Path(name).suffix.lower(), content.removeprefix("\ufeff")
    if suffix not in SUFFIXES:
        blocks = any(_FENCE.match(line) for line in content.splitlines())
        suffix = ".md" if blocks else ".json" if content.lstrip().startswith("{") else ".toml"
    found: list[Claim | Unreadable] = []
    documents: Iterable[_Document] = ()
    if suffix == ".tex":
        from checks.tex.source import claims_of_source  # loads the reader of LaTeX

        found += claims_of_source(content, name, limits.claims)
    else:
        documents = _READERS[suffix](content, name)
    shared, stem = Shared(), Path(name).stem
    for document in documents:
        shared = _shared(shared, document, name)
        for table, line, source in _tables(document, name):
            if len(found) == limits.claims:
                raise ClaimError(f"got more than {limits.claims} claims in {name}: split it, or raise --max-claims")
            found.append(_claim(table, shared, f"{stem}/{len(found) + 1}", (name, line, source)))
    if not found:
        raise ClaimError(f"got {name} without claims, expected {_EXPECTED.get(suffix, _EXPECTED[''])}")
    return _with_distinct_names(found)


def _shared(shared: Shared, document: _Document, name: str) -> Shared:
    try:
        return shared.updated(document.table)
    except ClaimError as error:
        raise ClaimError(f"{name}, line {document.line}: {error}") from None


def _tables(document: _Document, name: str) -> Iterator[tuple[Mapping[str, Any], int, str]]:
    """Each claim's table with the number of its first line and its own text."""
    claims = document.table.get("claim", [])
    if not isinstance(claims, list) or not all(isinstance(c, Mapping) for c in claims):
        raise ClaimError(f"{name}, line {document.line}: got claim = ..., expected tables: [[claim]]")
    starts = [m.start() for m in _HEADER.finditer(document.source)]
    if len(starts) != len(claims):  # written in another way, such as claim = [{...}], or JSON
        starts = [0] * len(claims)
    ends = [*starts[1:], len(document.source)] if starts else []
    line, counted = document.line, 0
    for table, start, end in zip(claims, starts, ends, strict=True):
        line += document.source.count("\n", counted, start)  # from where the last count ended: the whole is linear
        counted = start
        yield table, line, document.source[start : max(end, start)]


def _claim(table: Mapping[str, Any], shared: Shared, name: str, place: tuple[str, int, str]) -> Claim | Unreadable:
    try:
        return read_claim(table, shared, name)
    except (ClaimError, RecursionError) as error:
        given = table.get("name")
        reason = str(error) if isinstance(error, ClaimError) else "nested too deep; expected less: split the formula"
        return Unreadable(given if isinstance(given, str) else name, _place(place, table, reason), reason)


def _place(place: tuple[str, int, str], table: Mapping[str, Any], reason: str) -> str:
    """File, line and, for an error inside a formula that stands on one line as it was read, column."""
    name, line, source = place
    position = _AT_POSITION.search(reason)
    for key in ("statement", "left", "right"):
        value = table.get(key)
        if (
            not isinstance(value, str)
            or (written := re.search(rf"^\s*{key}\s*=\s*[\"']", source, re.MULTILINE)) is None
        ):
            continue
        shown = re.search(r"cannot read '(.*?)'", reason)
        at = source.find(shown[1], written.end()) if shown else -1
        if position is None or at < 0:
            continue
        line += source.count("\n", 0, at)
        return f"{name}, line {line}, column {at - source.rfind(chr(10), 0, at) + int(position[1]) - 1}"
    return f"{name}, line {line}"


def _with_distinct_names(found: list[Claim | Unreadable]) -> list[Claim | Unreadable]:
    seen: dict[str, int] = {}
    for position, entry in enumerate(found):
        if entry.name in seen and isinstance(entry, Claim):
            reason = f"got the name {entry.name!r} twice, expected a name for each claim: verdicts are told apart by it"
            found[position] = Unreadable(entry.name, f"claim {position + 1}", reason)
        seen.setdefault(entry.name, position)
    return found


def _toml(content: str, name: str) -> list[_Document]:
    return [_Document(_loaded(content, name, 1), content, 1)]


def _loaded(content: str, name: str, line: int) -> dict[str, Any]:
    if (dotted := _DOTTED.search(content)) is not None:
        number = line + content.count("\n", 0, dotted.start())
        raise ClaimError(f"{name}, line {number}: got a key of more than {DOTS} parts, expected less")
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        last = line + content.count("\n")
        at = f", line {line + int(where[1]) - 1}, column {where[2]}" if where else f", line {last}, at the end"
        what = re.sub(r" *\(at .*\)", "", str(error))
        raise ClaimError(f"{name}{at}: this is no TOML: {what}; quote formulas, such as left = 'E[relu(u)]'") from None
    except (ValueError, RecursionError) as error:
        raise ClaimError(f"{name}, line {line}: this cannot be read as TOML: {error}") from None


def _json(content: str, name: str) -> list[_Document]:
    try:
        table = json.loads(content)
    except json.JSONDecodeError as error:
        raise ClaimError(f"{name}, line {error.lineno}, column {error.colno}: this is no JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise ClaimError(f"{name}: this cannot be read as JSON: {error}") from None
    if not isinstance(table, dict):
        raise ClaimError(f"got {name}, expected an object with a list called claim")
    if table.get("schema") == REPORT:
        table = {"claim": _of_report(table, name)}
    return [_Document(table, "", 1)]


def _of_report(report: Mapping[str, Any], name: str) -> list[Any]:
    """What the verdicts of a report were on."""
    verdicts = report.get("verdicts")
    rows = [v for v in verdicts if isinstance(v, dict)] if isinstance(verdicts, list) else []
    stated = [v.get("stated") for v in rows if v.get("stated") or v.get("kind") != Kind.INVALID]
    if not all(isinstance(table, dict) for table in stated):
        raise ClaimError(
            f"got the report {name}, some verdicts of which do not say what was claimed: expected 'stated'"
        )
    return stated


def _markdown(content: str, name: str) -> Iterator[_Document]:
    """Blocks ```claim hold one claim, blocks ```claims a whole TOML document with what later blocks share."""
    lines, number = content.splitlines(), 0
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        number += 1
        if opening is None:
            continue
        first, body = number, list[str]()
        while number < len(lines) and not lines[number].strip().startswith(opening[1]):
            body.append(lines[number])
            number += 1
        if number == len(lines):
            raise ClaimError(f"{name}, line {first}: got a block without an end, expected {opening[1]} after it")
        source = "\n".join(body)
        table = _loaded(source, name, first + 1)
        yield _Document({"claim": [table]} if opening[2] == "claim" else table, source, first + 1)


_READERS: dict[str, Callable[[str, str], Iterable[_Document]]] = {".toml": _toml, ".md": _markdown, ".json": _json}

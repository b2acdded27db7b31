"""The page of pairs is what its generator writes, and no cell of the table is missing."""

from __future__ import annotations

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from random import Random
from typing import Any

import pytest

from analytic.expectation import expect
from checks.catalogue.pairs import closed_forms, integrand, parameters

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "pairs.md").read_text(encoding="utf-8")


def _generator() -> Any:
    spec = spec_from_file_location("make_pairs", DOCS / "make_pairs.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["make_pairs"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


TABLE = _generator()
#: The lines of the matrix without number and function.
ROWS = [line.split() for line in re.findall(r"^ ?\d+ \S.*?((?:  [*0s~]){27})$", PAGE, re.MULTILINE)]
PAIRS: tuple[str, ...] = TABLE.pairs()
SAMPLE = Random(0).sample(PAIRS, 40)


def _sections() -> dict[str, str]:
    """What the page says under each function, by the function's name."""
    parts = re.split(r"^\(pairs-(\w+)\)=\n", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("pair", SAMPLE)
def test_a_cell_is_up_to_date(pair: str) -> None:
    assert TABLE.entry(pair) in _sections()[pair.partition("-")[0]]


def test_every_function_has_its_section_and_every_pair_its_entry() -> None:
    sections = _sections()
    assert list(sections) == list(TABLE.FUNCTIONS)
    for first, text in sections.items():
        heads = re.findall(r"^- `(.+?)`:\s+(?:\S|```)", text, re.MULTILINE)
        partners = [p.partition("-")[2] for p in PAIRS if p.startswith(f"{first}-")]
        assert heads == [TABLE.FUNCTIONS[g].of("v") for g in partners]


def test_no_cell_of_the_matrix_is_blank() -> None:
    marks = ROWS
    kinds = {TABLE.CLOSED, TABLE.ZERO, TABLE.SYMMETRY, TABLE.OPEN}
    assert len(marks) == len(TABLE.FUNCTIONS)
    assert all(len(row) == len(marks) and set(row) <= kinds for row in marks)
    assert all(marks[i][j] == marks[j][i] for i in range(len(marks)) for j in range(i))


def test_the_marks_are_those_of_the_cells() -> None:
    names = list(TABLE.FUNCTIONS)
    for pair in SAMPLE:
        first, second = pair.split("-")
        assert ROWS[names.index(first)][names.index(second)] == TABLE.cell(pair).mark, pair


def test_the_claims_are_what_is_derived() -> None:
    assert {p: closed_forms().get(p, "") for p in SAMPLE} == {p: TABLE.cell(p).right for p in SAMPLE}


KNOWN = [p for p in PAIRS if TABLE.by_symmetry(p) is not None and not expect(integrand(p), parameters(p)).closed]


@pytest.mark.parametrize("pair", KNOWN)
def test_what_symmetry_says_is_what_is_certified(pair: str) -> None:
    """The closed form and certified quadrature, two balls for one number at norms 3/4 and 5/4."""
    point = {"u": "3/4", "v": "5/4", "rho": "-2/5", **TABLE.POINT}
    point = {n: x for n, x in point.items() if n not in TABLE.POINT or n in parameters(pair)}
    ball = expect(integrand(pair), parameters(pair)).at(point, digits=12)
    known = TABLE.by_symmetry(pair)
    if known == "0":
        assert ball.arb.contains(0)
        assert ball.arb.rad() < 1e-12
        return
    used = {n: x for n, x in point.items() if n in parameters(pair) or re.search(rf"\b{n}\b", known)}
    single = not {"u", "v"} <= set(used)
    other = expect(known, parameters(pair)).at({**used, **({} if single else {"rho": "-2/5"})}, digits=20)
    assert ball.arb.overlaps(other.arb)
    assert ball.arb.rad() < 1e-10


def test_symmetry_is_used_where_nothing_is_derived() -> None:
    assert len(KNOWN) == sum(TABLE.cell(p).mark == TABLE.SYMMETRY for p in PAIRS if TABLE.by_symmetry(p) is not None)
    assert all(TABLE.cell(p).mark == TABLE.SYMMETRY for p in KNOWN)

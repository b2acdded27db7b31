"""The symbolic blocks: formulas that give the numbers of the programs, at random points and sizes."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra
from analytic.formula import Expr
from analytic.landscape.layout import Layout, partition_layout
from analytic.landscape.symbols import Symbols
from analytic.landscape.tape import FLOAT


def value(expr: Expr, at: dict[str, arb]) -> arb:
    return evaluate(expr, BallAlgebra({}, None, at))


@pytest.mark.parametrize(
    "layout", [partition_layout([False]), partition_layout([False, True]), partition_layout([False], [False])]
)
def test_formulas_agree_with_the_programs(layout: Layout) -> None:
    rng = np.random.default_rng(4)
    numbers = {
        **{n: float(rng.uniform(4, 9)) for n in layout.sizes},
        **{o.name: float(rng.uniform(-1, 1)) for o in layout.orbits},
    }
    symbols = Symbols(layout)
    blocks = symbols.programs.run_blocks(FLOAT, numbers)
    for component, matrix in zip(blocks.components, blocks.matrices, strict=True):
        found = symbols.block(component.name)
        at = {n: arb(x) for n, x in numbers.items()}
        for name, definition in found.definitions:
            at[name] = value(definition, at)
        for row, expected in zip(found.entries, matrix, strict=True):
            for entry, number in zip(row, expected, strict=True):
                assert abs(float(value(entry, at)) - number) < 1e-10 * max(1, abs(number)), (component.name, str(entry))


def test_text_and_latex_say_where_the_names_come_from() -> None:
    block = Symbols(partition_layout([False])).block("exterior:1")
    assert "G_1o = sqrt(p_1 - d_1^2)" in repr(block)
    assert r"\theta_{11}" in block._repr_latex_()

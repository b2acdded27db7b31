"""The formulas of dense models: read back, evaluated class by class, and compared with the balls."""

from __future__ import annotations

import pytest
from flint import arb

from analytic.balls import precision
from analytic.dense import compile_blocks, densify, evaluate_classes, evaluate_pair, pair_interpreter
from analytic.formula import Expr
from analytic.grammar import parse
from analytic.landscape.model import StudentTeacher
from analytic.neurons import PAIR, SELF, STUDENTS, TEACHERS, VECTORS, read_blocks, split_by_class

W = [[1, 2, 0], [-1, 1, 1], [2, 0, 1]]
V = [[1, 0, 0], [0, 1, -1]]
HOMOGENEOUS = ("relu", "abs", "leaky_relu(1/5)", "leaky_relu(-2)")
CLASSES = (SELF, STUDENTS, TEACHERS)


@pytest.mark.parametrize("phi", HOMOGENEOUS)
def test_formulas_have_the_values_of_the_balls(phi: str) -> None:
    model = StudentTeacher(V, phi=phi)
    formulas = model.symbolic()
    slope, H = model.gradient_ball(W).entries, model.hessian_ball(W).entries
    gradient, diagonal = (compile_blocks(read_blocks(e, CLASSES)) for e in (formulas.gradient, formulas.diagonal))
    pair = compile_blocks(read_blocks(formulas.off_diagonal, (PAIR,)))[PAIR]
    with precision(128):
        for i, w in enumerate(W):
            assert all(a[0].overlaps(b) for a, b in zip(evaluate_classes(gradient, i, W, V), slope[i], strict=True))
            assert overlap(evaluate_classes(diagonal, i, W, V), H, i, i)
            for j in set(range(3)) - {i}:
                assert overlap(evaluate_pair(pair, VECTORS[PAIR], w, W[j]), H, i, j)


def overlap(found: list[list[arb]], H: object, i: int, j: int) -> bool:
    return all(found[a][b].overlaps(H[3 * i + a][3 * j + b]) for a in range(3) for b in range(3))  # type: ignore[index]


@pytest.mark.parametrize("phi", ["erf", "gelu", "z^2"])
def test_formulas_by_the_chain_rule_have_the_values_of_the_balls(phi: str) -> None:
    """Class by class in balls: these closed forms are outside the canonical ring."""
    model = StudentTeacher(V, phi=phi)
    formulas, H = model.symbolic(), model.hessian_ball(W).entries

    def value(expr: Expr, names: tuple[str, str], w: list[int], v: list[int]) -> list[list[arb]]:
        return densify(pair_interpreter(names, w, v).tensor(expr), w, v)

    with precision(128):
        assert overlap(value(formulas.off_diagonal, VECTORS[PAIR], W[0], W[1]), H, 0, 1)
        summands = split_by_class(formulas.diagonal, CLASSES)
        parts = [value(summands[SELF], VECTORS[SELF], W[0], W[1])]
        parts += [value(summands[STUDENTS], VECTORS[STUDENTS], W[0], W[j]) for j in (1, 2)]
        parts += [value(summands[TEACHERS], VECTORS[TEACHERS], W[0], v) for v in V]
        total = [[sum((p[a][b] for p in parts), arb(0)) for b in range(3)] for a in range(3)]
        assert overlap(total, H, 0, 0)


@pytest.mark.parametrize("phi", [*HOMOGENEOUS, "erf", "gelu"])
def test_formulas_are_text_and_latex(phi: str) -> None:
    formulas = StudentTeacher(V, alpha=[1, 2, 3], beta=[2, 1], phi=phi).symbolic()
    for expr in (formulas.loss, formulas.gradient, formulas.diagonal, formulas.off_diagonal):
        assert parse(str(expr)) == expr
    assert "alpha_i*alpha_j" in str(formulas.off_diagonal)
    assert "beta_j" in str(formulas.gradient)
    assert set(formulas.latex()) == {"loss", "gradient", "diagonal", "off_diagonal"}
    assert all(r"\sum_{j \ne i}" in t for n, t in formulas.latex().items() if n != "off_diagonal")


def test_relu_off_the_diagonal_is_the_published_block() -> None:
    """Safran and Shamir (2018), Section 4, with perp the unit vector that they call n."""
    found = StudentTeacher(V).symbolic().off_diagonal
    published = parse(
        "((pi - theta)*I + outer(perp(w_i, w_j), bar(w_i)) *0 + outer(bar(w_i), perp(w_j, w_i))"
        " + outer(bar(w_j), perp(w_i, w_j)))/(2*pi)"
    )
    ours, theirs = (read_blocks(e, (PAIR,))[PAIR] for e in (found, published))
    zero = ours.tensor.combine(theirs.tensor, lambda a, b: a - b)
    assert all(ours.ring.is_zero(x) for x in zero.coordinates.values())

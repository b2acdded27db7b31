"""What a superscript means: a power of a number, or the transposition of a vector."""

from __future__ import annotations

from analytic.errors import AnalyticError
from analytic.formula import power
from checks.tex.kinds import is_transposed
from checks.tex.nodes import Node, bare, shown
from checks.tex.scope import INPUT, MATRIX, ROW, SCALAR, VECTOR, Scope, Value


def attach(value: Value, sup: Node | None, scope: Scope) -> Value:
    """A value with a superscript: a power, or a transposition."""
    if sup is None:
        return value
    single = bare(sup)
    letter = single is not None and single.kind == "name" and single.text == "T" and single.plain
    if is_transposed(sup) or (letter and value.kind in (VECTOR, INPUT, MATRIX)):
        if value.kind not in (VECTOR, INPUT):
            raise scope.refuse(f"got a transposed {value.kind}, expected a transposed vector", sup)
        return Value(ROW, value.expr, value.at)
    if value.kind != SCALAR:
        raise scope.refuse(
            f"got a power of a {value.kind}, expected a power of a number",
            sup,
            r"the square of its norm: \|w\|^2",
            r"w w^\top",
        )
    if sup.kind in ("mark", "double"):
        raise scope.refuse(f"got the superscript {shown(sup)}, which has no meaning here", sup)
    try:
        return Value(SCALAR, power(value.expr, scope.scalar(sup)), value.at)
    except AnalyticError as error:
        raise scope.refuse(str(error), sup) from None

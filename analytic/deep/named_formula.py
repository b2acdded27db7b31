"""A formula with named parts, as papers write long ones: the value, and below it what its names stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytic.formula import PI, Expr, call, name, num, substitute
from analytic.grammar import formula

if TYPE_CHECKING:
    from analytic.balls import Ball


@dataclass(frozen=True)
class NamedFormula:
    r"""A value in which names stand for formulas.

    Args:
        value: the formula with the names.
        definitions: names with their formulas, in which earlier names occur; empty where none is needed.

    Example:
        >>> from analytic.grammar import parse
        >>> nested = NamedFormula(parse("cos(theta_1)"), (("theta_1", parse("theta/2")),))
        >>> print(nested)
        cos(theta_1)
        theta_1 = theta/2
        >>> print(nested.expanded)
        cos(theta/2)
    """

    value: Expr
    definitions: tuple[tuple[str, Expr], ...] = ()

    @property
    def expanded(self) -> Expr:
        """The value in one formula, without names; it may be many times as long."""
        known: dict[str, Expr] = {}
        for identifier, meaning in self.definitions:
            known[identifier] = substitute(meaning, known)
        return substitute(self.value, known)

    def __str__(self) -> str:
        return "\n".join([str(self.value), *(f"{n} = {e}" for n, e in self.definitions)])

    def __repr__(self) -> str:
        return str(self)

    def latex(self) -> str:
        """The formula and its definitions as LaTeX, without dollar signs."""
        from analytic.printing import to_latex

        if not self.definitions:
            return to_latex(self.value)
        lines = [f"&{to_latex(self.value)}", *(f"&{to_latex(name(n))} = {to_latex(e)}" for n, e in self.definitions)]
        return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def at(self, point: Mapping[str, Any] | None = None, *, digits: int = 15, **values: Any) -> Ball:
        """The value at a point as a rigorous ball, name by name.

        Args:
            point: ``theta`` or ``rho``, norms by variable (default 1), parameters; numbers or formulas of constants.
            digits: significant digits.
            values: the same as keywords.

        Returns:
            The ball.

        Raises:
            FormulaError: a value is missing, or theta and rho are both given.
            DomainError: the formula has a pole there.
        """
        from analytic.errors import FormulaError
        from analytic.point import evaluate_at

        given = {**(point or {}), **values}
        if "rho" in given:
            if "theta" in given:
                raise FormulaError("got both theta and rho, expected one of them: rho is cos(theta)")
            rho = formula(given.pop("rho"))
            parallel = {num(1): num(0), num(-1): PI}
            given["theta"] = parallel.get(rho) or call("acos", rho)
        return evaluate_at(self.value, ("u", "v"), given, digits, self.definitions)

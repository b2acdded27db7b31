"""Expectations without a closed form: certified values and Hermite series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from analytic.derivation import Steps
from analytic.errors import DomainError, FormulaError, LawError, NoClosedFormError, OutsideRingError
from analytic.expectation import Expectation, derive
from analytic.formula import CONSTANTS, Expr, add, bare_names, mul, name, names, num, substitute
from analytic.writing import written

if TYPE_CHECKING:
    from analytic.balls import Ball
    from analytic.series.hermite import HermiteSeries
    from analytic.series.kibble import KibbleSeries

#: Orders of a series, by the number of variables.
TERMS, FEW_TERMS = {2: 40, 3: 30, 4: 16}, 10


@dataclass(frozen=True)
class OpenExpectation(Expectation):
    """An expectation that has no closed form: what can be said of it is rigorous all the same.

    Args:
        reason: why there is no closed form.

    Example:
        >>> from analytic.expectation import expect
        >>> result = expect("tanh(u)*relu(v)")
        >>> result.closed
        False
        >>> result.at(rho="1/2", digits=10).rounded(10)
        '0.1514263774'
    """

    reason: str = ""

    @property
    def closed(self) -> bool:
        """False."""
        return False

    @property
    def value(self) -> Expr:
        """There is none.

        Raises:
            NoClosedFormError: always, with the reason.
        """
        raise NoClosedFormError(f"{self.reason}; .at(...) certifies values, .series(...) gives the Hermite series")

    @property
    def steps(self) -> Steps:
        """None: nothing was derived."""
        return Steps()

    def __str__(self) -> str:
        return f"no closed form: {self.reason}"

    def __repr__(self) -> str:
        return f"E[{self.integrand}]: {self}"

    def latex(self) -> str:
        """The expectation itself as LaTeX."""
        from analytic.printing import to_latex

        return rf"\mathbb{{E}}\left[{to_latex(self.integrand)}\right]"

    def at(self, point: Mapping[str, Any] | None = None, *, digits: int = 15, **values: Any) -> Ball:
        """The value at a point, certified by quadrature in balls; see ``Expectation.at``."""
        from analytic.point import point_values
        from analytic.series.enclosure import certified_mean

        exact = point_values(self, {**(point or {}), **values})
        closed = self._closed_at(exact)
        if closed is not None:
            return closed.at(digits=digits)
        law = self.law.fixed({(f"|{n}|" if n in self.law.norms else n): e for n, e in exact.items()})
        field = law.field()
        mean, matrix = law.moments(field)
        rows = [[written(c) for c in row] for row in matrix]
        missing = sorted({n for row in rows for c in row for n in names(c)} - {"pi", "euler_gamma"})
        if missing:
            raise FormulaError(f"the value depends on {missing[0]}, which is missing: give it, such as {missing[0]}=1")
        integrand = substitute(self.integrand, {n: e for n, e in exact.items() if n in self.constants})
        variables, inner = _distinct(integrand, law.names)
        return certified_mean(inner, variables, [written(m) for m in mean], rows, digits)

    def _closed_at(self, exact: Mapping[str, Expr]) -> Expectation | None:
        """What has no closed form for every law, or too long a one, may have one for the law at a point."""
        from analytic.series.exact import elementary

        law = self.law.fixed({(f"|{n}|" if n in self.law.norms else n): e for n, e in exact.items()})
        integrand = elementary(substitute(self.integrand, {n: e for n, e in exact.items() if n in self.constants}))
        constants = tuple(n for n in self.constants if n not in exact)
        try:
            return derive(integrand, law, constants)
        except OutsideRingError:
            return None

    def series(self, terms: int | None = None, **deviations: Any) -> HermiteSeries | KibbleSeries:
        r"""The Hermite series in the correlations of a product f(u) g(v) ...; means belong to the functions.

        $$E[f(u) g(v)] = \sum_n a_n b_n \rho^n, \qquad
        \Bigl|\sum_{n > N}\Bigr| \le |\rho|^{N+1} \sqrt{E f^2 - \sum a_n^2} \sqrt{E g^2 - \sum b_n^2}$$
        for two variables; for more see ``analytic.series.kibble``.

        Args:
            terms: how many orders in the correlations; 40 for two variables, fewer for more if left out.
            deviations: standard deviations by name, where the law does not fix them; 1 where they are not given.

        Returns:
            The series; ``.partial_sum(rho)``, ``.tail(rho)`` and ``.at(rho)`` are rigorous balls. For more than two
            variables they take the correlations by name, ``{"rho_uv": "1/4", ...}``, where the law leaves them free.

        Raises:
            FormulaError: the integrand is no product of functions of one variable each.
            LawError: there is one variable only, or means or variances are parameters.
            DomainError: the number of terms is out of range, or a mean is too many deviations from 0.

        Source: Mehler (1866), Kibble (1945); the tail by Parseval and Cauchy-Schwarz.

        Example:
            >>> from analytic.expectation import expect
            >>> series = expect("tanh(u)*relu(v)").series(20)
            >>> series.at("1/2").str(6, radius=False)
            '0.151426'
            >>> series = expect("tanh(u)*relu(v)*sigmoid(w)").series(20)
            >>> series.at({"rho_uv": "1/5", "rho_uw": "1/5", "rho_vw": "1/10"}).str(6, radius=False)
            '0.0411534'
        """
        from analytic.series.exact import constant_of, without_empty_powers
        from analytic.series.hermite import MAX_COEFFICIENTS, HermiteSeries, hermite_expansion
        from analytic.series.kibble import KibbleSeries

        if len(self.variables) < 2:
            raise LawError(
                f"got {len(self.variables)} variable ({', '.join(self.variables)}), expected two or more: a series is "
                f"in correlations; .at(...) certifies the value"
            )
        if any(bare_names(m) - CONSTANTS for m in self.law.mean):
            shown = ", ".join(map(str, self.law.mean))
            raise LawError(f"got the means {shown}, expected numbers for a series")
        sides = self._sides()
        shifted = {n: add(name(n), m) for n, m in zip(self.variables, self.law.mean, strict=True) if m != num(0)}
        wanted = terms if terms is not None else TERMS.get(len(self.variables), FEW_TERMS)
        if not 1 <= wanted <= MAX_COEFFICIENTS:
            raise DomainError(f"got {wanted} terms of a series, expected 1 to {MAX_COEFFICIENTS}")
        found = []
        for n in self.variables:
            f = without_empty_powers(substitute(mul(*sides[n]), shifted))
            found.append(hermite_expansion(f, n, constant_of(self._deviation(n, deviations)), wanted - 1))
        if len(found) == 2:
            return HermiteSeries(*found)
        return KibbleSeries(self.variables, tuple(found), self._correlations())

    def _correlations(self) -> dict[str, Expr]:
        """Those that the law fixes, by name."""
        field = self.law.field()
        matrix = self.law.moments(field)[1]
        found = {}
        for i, j in combinations(range(len(self.variables)), 2):
            try:
                deviations = field.square_root(matrix[i][i]) * field.square_root(matrix[j][j])
                value = written(matrix[i][j] / deviations)
            except OutsideRingError:
                continue
            if not names(value) - CONSTANTS:
                found[f"rho_{self.variables[i]}{self.variables[j]}"] = value
        return found

    def _sides(self) -> dict[str, list[Expr]]:
        """The factors of the integrand by the variable that they depend on; powers of products are opened."""
        sides: dict[str, list[Expr]] = {n: [] for n in self.variables}
        for factor in _factors(self.integrand):
            used = [n for n in self.variables if n in names(factor)]
            if len(used) > 1:
                raise FormulaError(
                    f"got {self.integrand}, expected a product of a function of each variable for a series; .at(...) "
                    f"certifies the value"
                )
            sides[used[0] if used else self.variables[0]].append(factor)
        return sides

    def _deviation(self, variable: str, given: Mapping[str, Any]) -> Any:
        """The standard deviation of a variable: from the law, or as it is given where the law leaves it free."""
        if variable in self.law.norms:
            return given.get(variable, 1)
        field, index = self.law.field(), self.variables.index(variable)
        deviation = written(field.square_root(self.law.moments(field)[1][index][index]))
        if variable in given or bare_names(deviation) - CONSTANTS:
            raise LawError(
                f"got the variance {self.law.covariance[index][index]} of {variable} in the law, expected a number "
                f"there for a series (or a law by norms, whose deviations can be given)"
            )
        return deviation


def _factors(expr: Expr) -> list[Expr]:
    """The factors of a product; a power of a product is the product of the powers."""
    if expr.head == "mul":
        return [f for child in expr.children for f in _factors(child)]
    if expr.head == "pow" and expr.children[0].head == "mul":
        return [f ** expr.children[1] for f in expr.children[0].children]
    return [expr]


def _distinct(integrand: Expr, variables: tuple[str, ...]) -> tuple[tuple[str, ...], Expr]:
    """Inner products w.x written as names, which the enclosure knows."""
    from analytic.formula import rewrite

    def rule(node: Expr) -> Expr | None:
        return name(node.children[0].identifier) if node.head == "dot" else None

    return variables, rewrite(integrand, rule)

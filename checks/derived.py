"""Expectations in balls at a point: from closed forms where there are any, else by certified quadrature."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flint import arb

from analytic.algebra import VectorAlgebra
from analytic.errors import AnalyticError, DomainError, FormulaError, NoClosedFormError, OutsideRingError
from analytic.expectation import Expectation, derive, expect
from analytic.field_interpret import FieldInterpreter
from analytic.formula import Expr, names, walk
from analytic.frame import Tensor, scalar
from analytic.gaussian_law import GaussianLaw
from analytic.interpret import Interpreter
from analytic.opening import gaussian_names
from analytic.readable import readable
from analytic.ring import Ring
from analytic.writing import written
from checks.claim import OPERATORS
from checks.points import Point

#: Digits of certified quadrature.
CERTIFIED_DIGITS = 20


class DerivingInterpreter(Interpreter[arb]):
    """Balls, with expectations and derivatives taken from what the canonical ring derives.

    Args:
        algebra: balls at a point.
        ring: the ring in which expectations are derived, every variable free.
        point: the exact point, at which expectations without a closed form are enclosed by certified quadrature.
    """

    def __init__(self, algebra: VectorAlgebra[arb], ring: Ring, point: Point) -> None:
        super().__init__(algebra)
        self.ring, self.point = ring, point

    def tensor(self, expr: Expr) -> Tensor[arb]:
        """The value of a formula; expectations and derivatives in it are derived first."""
        if expr.head == "expect":
            try:
                return super().tensor(self._closed_form(expr.children[0]))
            except NoClosedFormError:
                return scalar(enclosed_at(expr.children[0], self.ring, self.point))
        if any(expr.is_call(o) for o in OPERATORS):
            return self._derivative(expr)
        return super().tensor(expr)

    def _derivative(self, expr: Expr) -> Tensor[arb]:
        """A derivative from the canonical ring or, where that has no value, from the field of closed forms."""
        value = super().tensor
        try:
            derived = Interpreter(self.ring).tensor(expr)
        except (OutsideRingError, NoClosedFormError):
            formulas, conditions = derived_in_field(expr, self.ring.norms, self.ring.parameters)
            self._exists(expr, conditions)
            return formulas.map(lambda x: value(x).scalar)
        return derived.map(lambda x: value(readable(x, self.ring)).scalar)

    def _exists(self, expr: Expr, conditions: Iterable[Expr]) -> None:
        """Refuses a point at which an expectation does not exist.

        Raises:
            DomainError: an exponential grows too fast there.
        """
        for condition in conditions:
            if not super().tensor(condition).scalar > 0:
                raise DomainError(f"{expr} does not exist there: it needs {condition} > 0")

    def _closed_form(self, integrand: Expr) -> Expr:
        """The closed form of an expectation that exists at the point.

        Raises:
            DomainError: it does not exist there, because an exponential grows too fast.
        """
        result = derived_form(integrand, self.ring.norms, self.ring.parameters)
        self._exists(Expr("expect", (integrand,)), map(written, result.field.conditions))
        return result.value


def enclosed_at(integrand: Expr, ring: Ring, point: Point) -> arb:
    """An expectation without a closed form at an exact point, by certified quadrature.

    Raises:
        OutsideRingError: nothing certifies it there.
    """
    exact: dict[str, Any] = {n.strip("|"): v for n, v in point.values.items()} | dict(point.constants)
    if point.tangent is not None:
        exact["rho"] = (1 - point.tangent**2) / (1 + point.tangent**2)
    elif point.angle is not None:
        exact["theta"] = point.angle
    found = gaussian_names(integrand, ring.parameters)
    law = GaussianLaw.angles(tuple(n for n in ring.norms if n in found))
    known = {*law.names, *(n for n in ring.parameters if n in names(integrand))}
    known |= {"rho", "theta"} if len(law.names) > 1 else set()
    try:
        result = expect(integrand, tuple(p for p in ring.parameters if p in names(integrand)))
        return result.at({n: v for n, v in exact.items() if n in known}, digits=CERTIFIED_DIGITS).arb
    except (AnalyticError, ValueError) as error:
        raise OutsideRingError(f"E[{integrand}] is not enclosed at {point}: {error}") from None


def has_vectors(expr: Expr) -> bool:
    """Whether a formula has vectors, matrices or derivatives, which only the moving frame evaluates."""
    return any(n.is_call(o) for n in walk(expr) for o in (*OPERATORS, "bar", "perp", "outer"))


@lru_cache(maxsize=256)
def derived_in_field(
    expr: Expr, norms: tuple[str, ...], parameters: tuple[str, ...]
) -> tuple[Tensor[Expr], tuple[Expr, ...]]:
    """A formula with derivatives as closed forms of its coordinates, and what must be positive for it to exist.

    Raises:
        AnalyticError: it has no closed form there.
    """
    inside = FieldInterpreter(norms, parameters)
    return inside.tensor(expr).map(written), tuple(inside.conditions)


def derived_form(integrand: Expr, norms: tuple[str, ...], parameters: tuple[str, ...]) -> Expectation:
    """The expectation with every norm, angle and parameter free.

    Raises:
        AnalyticError: see ``analytic.expectation.expect``.
    """
    found = gaussian_names(integrand, parameters)
    variables = tuple(n for n in norms if n in found)
    if len(variables) < len(found):
        raise FormulaError(f"got the Gaussian variables {', '.join(found)}, expected some of {', '.join(norms)}")
    law = GaussianLaw.angles(variables) if variables else GaussianLaw((), (), ())
    return derive(integrand, law, parameters)

"""Recursions c_{l+1} = kappa(c_l): where they tend, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from analytic.formula import Expr, call, name, names, num, power, rewrite, walk
from analytic.opening import gaussian_names
from checks.derived import derived_form
from checks.domain import Domain, read_domain
from checks.errors import ClaimError
from checks.statements.asymptotics import read_exponent, read_formula
from checks.statements.base import Stated
from checks.statements.problem import filled


@dataclass(frozen=True)
class Recursion(Stated):
    """From every start in a domain c_l tends to the limit, at the speed that is claimed.

    Args:
        map: kappa(c), a formula in c; or one with expectations of u and v of variance 1 and correlation c, such as
            ``2*E[relu(u)*relu(v)]``.
        limit: a formula of constants and declared parameters: a fixed point; or ``oo``.
        start: the domain of c_0, which holds the limit or ends there.
        factor: the limit of (c_{l+1} - limit)/(c_l - limit), a formula of constants.
        power: of a decay |c_l - limit| ~ constant * l^(-power), a rational number.
        constant: of that decay, a formula of constants.
        lower: a formula in l with lower <= c_l for every l >= 0, from every start.
        upper: the same from above.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(Recursion("2*E[relu(u)*relu(v)]", "1", "[-1, 1]", power="2", constant="9*pi^2/2"))
        c -> 2*E[relu(u)*relu(v)] tends to 1 from every c_0 in [-1, 1]; |c_l - 1| ~ 9*pi^2/2 * l^(-2)
    """

    map: str
    limit: str
    start: str = "[-1, 1]"
    factor: str | None = None
    power: str | None = None
    constant: str | None = None
    lower: str | None = None
    upper: str | None = None

    def __post_init__(self) -> None:
        read_formula(self.map, "map")
        for text in (self.limit, self.factor, self.constant):
            if text is not None and text != "oo" and "c" in names(read_formula(text, "constant")):
                raise ClaimError(f"got {text!r}, expected a formula of numbers, pi and parameters")
        for text in (self.lower, self.upper):
            if text is not None and "c" in names(read_formula(text, "bound")):
                raise ClaimError(f"got the bound {text!r}, expected a formula in l")
        if self.infinite and (self.factor or self.power):
            raise ClaimError("got a speed of something that tends to infinity, expected none")
        if (self.power is None) != (self.constant is None):
            raise ClaimError("got one of power and constant, expected both: |c_l - limit| ~ constant * l^(-power)")
        if self.power is not None and read_exponent(self.power) <= 0:
            raise ClaimError(f"got the power {self.power}, expected a positive number")
        read_domain(self.start)

    @property
    def infinite(self) -> bool:
        """Whether the limit is infinity."""
        return self.limit.strip() == "oo"

    @property
    def fixed(self) -> Expr:
        """The limit."""
        return read_formula(self.limit, "limit")

    @property
    def domain(self) -> Domain:
        """Of the starts."""
        return read_domain(self.start)

    def kappa(self) -> Expr:
        """The map as a closed formula in c and parameters.

        Raises:
            ClaimError: it has more than two Gaussian variables.
            AnalyticError: an expectation has no closed form.
        """
        parsed = read_formula(self.map, "map")
        integrands = [n.children[0] for n in walk(parsed) if n.head == "expect"]
        vectors = tuple(dict.fromkeys(v for e in integrands for v in gaussian_names(e, ())))
        if len(vectors) > 2:
            raise ClaimError(f"got the variables {', '.join(vectors)}, expected two of correlation c")

        def derived(node: Expr) -> Expr | None:
            return derived_form(node.children[0], vectors, ()).value if node.head == "expect" else None

        formula = _in_correlation(rewrite(parsed, derived)) if vectors else parsed
        return filled(formula, {f"|{v}|": num(1) for v in vectors})

    def __str__(self) -> str:
        text = f"c -> {self.map} tends to {self.limit} from every c_0 in {self.start}"
        text += f"; factor {self.factor}" if self.factor is not None else ""
        decay = (
            f"; |c_l - {self.limit}| ~ {self.constant} * l^({-Fraction(read_exponent(self.power))})"
            if self.power
            else ""
        )
        bounds = "".join(f"; c_l {r} {b}" for r, b in ((">=", self.lower), ("<=", self.upper)) if b is not None)
        return text + decay + bounds

    def table(self) -> dict[str, Any]:
        """The keys of a claim file."""
        return {"recursion": {n: v for n, v in vars(self).items() if v is not None}}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> Recursion:
        """Reads the key ``recursion`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or is no text.
        """
        from checks.claim_table import inner, text

        found = inner(table, "recursion", ("map", "limit", "start", "factor", "power", "constant", "lower", "upper"))
        if "map" not in found or "limit" not in found:
            raise ClaimError("got recursion without map or limit, expected both")
        return replace(cls(text(found, "map"), text(found, "limit")), **{n: text(found, n) for n in found})


def _in_correlation(formula: Expr) -> Expr:
    """With c in place of cos(theta)."""
    c, theta = name("c"), name("theta")

    def rule(node: Expr) -> Expr | None:
        if node == call("cos", theta) or node == name("rho"):
            return c
        if node == call("sin", theta):
            return call("sqrt", num(1) - power(c, num(2)))
        if node == theta or node.is_call("theta"):
            return call("acos", c)
        return None

    return rewrite(formula, rule)

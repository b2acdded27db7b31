"""Rational values of constant formulas, found without floating point."""

from __future__ import annotations

from fractions import Fraction

from analytic.errors import FormulaError
from analytic.formula import Expr, names, num, rewrite

#: Powers of rational numbers with more binary digits are not written out.
MAX_BITS = 1 << 14


def rational_value(expr: Expr) -> Fraction | None:
    """The value of a formula of rational numbers, sums, products and integer powers of moderate size; else None.

    Example:
        >>> from analytic.grammar import parse
        >>> rational_value(parse("(1 + 1/2)^2")), rational_value(parse("pi"))
        (Fraction(9, 4), None)
    """
    if expr.head == "num":
        return expr.fraction
    values = [rational_value(c) for c in expr.children]
    if expr.head not in ("add", "mul", "pow") or any(v is None for v in values):
        return None
    found = [v for v in values if v is not None]
    if expr.head == "add":
        return sum(found, Fraction(0))
    if expr.head == "mul":
        product = Fraction(1)
        for v in found:
            product *= v
        return product
    base, exponent = found
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent.denominator != 1 or abs(exponent) * size > MAX_BITS or (base == 0 and exponent < 0):
        return None
    return Fraction(base ** int(exponent))


def written_out(expr: Expr) -> Expr:
    """The formula with numbers in place of powers of rational numbers, whatever the exponents.

    Example:
        >>> from analytic.grammar import parse
        >>> print(written_out(parse("b + 10^3")))
        b + 1000
    """

    def rule(node: Expr) -> Expr | None:
        value = rational_value(node) if node.head == "pow" else None
        return None if value is None else num(value)

    return rewrite(expr, rule)


def multiple_of_pi(expr: Expr) -> Fraction | None:
    """The rational q with ``expr`` = q pi, if the formula is visibly of that form; else None.

    Example:
        >>> from analytic.grammar import parse
        >>> multiple_of_pi(parse("2*pi/3 + pi/6"))
        Fraction(5, 6)
    """
    if not names(expr) <= {"pi"}:
        return None
    if expr.head == "add":
        parts = [multiple_of_pi(c) for c in expr.children]
        return None if any(p is None for p in parts) else sum((p for p in parts if p is not None), Fraction(0))
    if expr.head == "name":
        return Fraction(1)
    if expr.head == "mul":
        with_pi = [c for c in expr.children if names(c)]
        if len(with_pi) != 1:
            return None
        inner = multiple_of_pi(with_pi[0])
        factors = [rational_value(c) for c in expr.children if not names(c)]
        if inner is None or any(f is None for f in factors):
            return None
        for f in factors:
            inner *= f if f is not None else 1
        return inner
    value = rational_value(expr)
    return Fraction(0) if value == 0 else None


def require_rational(expr: Expr, what: str) -> Fraction:
    """The rational value of ``expr``.

    Raises:
        FormulaError: it is not visibly rational.
    """
    value = rational_value(expr)
    if value is None:
        raise FormulaError(f"got {expr} for {what}, expected a rational number such as 3/2")
    return value

"""Exact constants (rational, or of roots and pi) and the polynomials that they are coefficients of."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product

from flint import arb, ctx

from analytic.algebra import FUNCTIONS, evaluate
from analytic.balls import BallAlgebra, precision
from analytic.constants import rational_value
from analytic.errors import DomainError, OutsideRingError
from analytic.formula import ONE, ZERO, Expr, add, call, mul, names, neg, num, rewrite, walk
from analytic.series.errors import UnsupportedIntegrandError

#: Exponents of the variables -> coefficient, a constant.
Polynomial = dict[tuple[int, ...], Expr]
_NOWHERE = BallAlgebra({}, None, {})


def is_constant(expr: Expr) -> bool:
    """Whether the formula is a number built of rationals, pi, roots and elementary functions.

    Example:
        >>> from analytic.grammar import parse
        >>> is_constant(parse("sqrt(2)*pi")), is_constant(parse("2*u"))
        (True, False)
    """
    calls = {n.children[0].identifier for n in walk(expr) if n.head == "call"}
    heads = {n.head for n in walk(expr)}
    return names(expr) <= {"pi"} and calls <= set(FUNCTIONS) and heads <= {"num", "name", "add", "mul", "pow", "call"}


def tidy(expr: Expr) -> Expr:
    """A constant as one number if it is visibly rational, else as it stands."""
    value = rational_value(expr)
    return expr if value is None else num(value)


def ball_of(constant: Expr) -> arb:
    """The ball of a constant at the current precision.

    Example:
        >>> from analytic.grammar import parse
        >>> ball_of(parse("sqrt(2)")).overlaps(arb(2).sqrt())
        True
    """
    return evaluate(constant, _NOWHERE)


def tight_ball(constant: Expr) -> arb:
    """The ball of a constant, at a raised precision where digits cancel.

    Example:
        >>> from analytic.grammar import parse
        >>> with precision(64):
        ...     small = parse("1 - cos(1/10^9)")
        ...     ball_of(small).rel_accuracy_bits() < 10, tight_ball(small).rel_accuracy_bits() > 60
        (True, True)
    """
    bits = ctx.prec
    for factor in (1, 2, 4, 8):
        with precision(factor * bits):
            ball = ball_of(constant)
            if ball.rel_accuracy_bits() >= bits:
                break
    return ball


def sign_of(constant: Expr) -> int:
    """The sign -1, 0 or 1 of a constant: exact for rationals, else by balls, and 0 only if the ring proves it.

    Raises:
        DomainError: the sign cannot be decided.

    Example:
        >>> from analytic.grammar import parse
        >>> sign_of(parse("sqrt(2) - 3/2")), sign_of(parse("sqrt(2)*sqrt(3) - sqrt(6)"))
        (-1, 0)
    """
    value = rational_value(constant)
    if value is not None:
        return (value > 0) - (value < 0)
    for bits in (64, 512):
        with precision(bits):
            ball = ball_of(constant)
            if ball > 0 or ball < 0:
                return 1 if ball > 0 else -1
    if _proved_zero(constant):
        return 0
    raise DomainError(f"cannot decide the sign of {constant}: expected a constant that is clearly not 0; use rationals")


def _proved_zero(constant: Expr) -> bool:
    from analytic.ring import canonical_ring

    ring = canonical_ring(())
    try:
        return bool(ring.is_zero(evaluate(constant, ring)))
    except (OutsideRingError, DomainError):
        return False


def constant_of(value: Expr | Fraction | int) -> Expr:
    """A mean, a variance or a correlation as an exact constant.

    Raises:
        UnsupportedIntegrandError: it contains a variable.
    """
    expr = value if isinstance(value, Expr) else num(value)
    if not is_constant(expr):
        raise UnsupportedIntegrandError(
            f"got {expr}, expected an exact constant such as 1/2 or sqrt(2): give the parameters values first"
        )
    return tidy(expr)


def polynomial(expr: Expr, variables: tuple[str, ...], degree: int = 2) -> Polynomial | None:
    """The coefficients of a formula that is a polynomial of at most that degree in the variables, else None.

    Example:
        >>> from analytic.grammar import parse
        >>> {k: str(c) for k, c in polynomial(parse("(u + 1)^2 - v/2"), ("u", "v")).items()}
        {(2, 0): '1', (1, 0): '2', (0, 0): '1', (0, 1): '-1/2'}
    """
    found = _polynomial(expr, variables, degree)
    return None if found is None else {k: c for k, c in found.items() if c != ZERO}


def _polynomial(expr: Expr, variables: tuple[str, ...], degree: int) -> Polynomial | None:
    if is_constant(expr):
        return {(0,) * len(variables): tidy(expr)}
    if expr.head == "name" and expr.identifier in variables:
        return {tuple(int(v == expr.identifier) for v in variables): ONE}
    if expr.head == "pow" and expr.children[1].head == "num":
        n = expr.children[1].fraction
        if n.denominator != 1 or not 0 < n <= degree:
            return None
        return _combined([_polynomial(expr.children[0], variables, degree)] * int(n), degree)
    if expr.head not in ("add", "mul"):
        return None
    parts = [_polynomial(c, variables, degree) for c in expr.children]
    return _sum(parts) if expr.head == "add" else _combined(parts, degree)


def _sum(parts: list[Polynomial | None]) -> Polynomial | None:
    total: Polynomial = {}
    for part in parts:
        if part is None:
            return None
        for k, c in part.items():
            total[k] = tidy(add(total.get(k, ZERO), c))
    return total


def _combined(parts: list[Polynomial | None], degree: int) -> Polynomial | None:
    total = parts[0]
    for part in parts[1:]:
        if total is None or part is None:
            return None
        terms = [
            {tuple(i + j for i, j in zip(k, m, strict=True)): mul(c, d)}
            for (k, c), (m, d) in product(total.items(), part.items())
        ]
        total = _sum([{k: tidy(c) for k, c in t.items()} for t in terms])
    if total is None or any(sum(k) > degree and c != ZERO for k, c in total.items()):
        return None
    return total


def without_empty_powers(expr: Expr) -> Expr:
    """The formula with 1 in place of every power with exponent 0, as in a closed form.

    Example:
        >>> from analytic.grammar import parse
        >>> print(without_empty_powers(parse("tanh(u)^0*relu(u)")))
        relu(u)
    """

    def rule(node: Expr) -> Expr | None:
        return ONE if node.head == "pow" and rational_value(node.children[1]) == 0 else None

    return rewrite(expr, rule)


def elementary(expr: Expr) -> Expr:
    """The formula with opaque activations of constants written as elementary functions: such numbers have balls.

    Example:
        >>> from analytic.grammar import parse
        >>> print(elementary(parse("sigmoid(1)*tanh(u)")))
        tanh(u)/(1 + exp(-1))
    """

    def rule(node: Expr) -> Expr | None:
        if node.head != "call" or node.children[0].identifier not in _ELEMENTARY or len(node.children) != 2:
            return None
        z = elementary(node.children[1])
        return _ELEMENTARY[node.children[0].identifier](z) if is_constant(z) else None

    return rewrite(expr, rule)


_ELEMENTARY: dict[str, Callable[[Expr], Expr]] = {
    "tanh": lambda z: 1 - 2 / (1 + call("exp", 2 * z)),
    "sigmoid": lambda z: 1 / (1 + call("exp", neg(z))),
    "silu": lambda z: z / (1 + call("exp", neg(z))),
    "softplus": lambda z: call("log", 1 + call("exp", z)),
    "gelu": lambda z: z * call("Phi", z),
    "bump": lambda z: call("exp", neg(z**2) / 2),
}


def affine(expr: Expr, variable: str) -> tuple[Expr, Expr] | None:
    """Slope and intercept of a formula affine in the variable, else None.

    Example:
        >>> from analytic.grammar import parse
        >>> [str(c) for c in affine(parse("2*(u - 1/3)"), "u")]
        ['2', '-2/3']
    """
    found = polynomial(expr, (variable,), 1)
    return None if found is None else (found.get((1,), ZERO), found.get((0,), ZERO))


def rational_near(constant: Expr) -> Fraction:
    """The constant itself if it is visibly rational, else a fraction that equals it to some 500 bits.

    Example:
        >>> from analytic.grammar import parse
        >>> rational_near(parse("3/7")), round(float(rational_near(parse("pi"))), 12)
        (Fraction(3, 7), 3.14159265359)
    """
    exact = rational_value(constant)
    if exact is not None:
        return exact
    with precision(512):
        man, exp = ball_of(constant).mid().man_exp()
    return Fraction(int(man)) * Fraction(2) ** int(exp)


def short_above(bound: arb) -> Fraction:
    """A fraction with few digits, not below a positive bound and at most 1% above it.

    Raises:
        DomainError: the bound is not finite.

    Example:
        >>> short_above(arb("1e-9")) < Fraction(102, 10**11)
        True
    """
    if not bound.is_finite():
        raise DomainError(f"got the bound {bound}, expected a finite one: the integrand may be unbounded")
    with precision(64):
        man, exp = (bound * arb("1.001")).upper().man_exp()
    shift = max(int(man).bit_length() - 10, 0)
    return Fraction((int(man) >> shift) + 1) * Fraction(2) ** (int(exp) + shift)


def dyadic_above(bound: arb) -> Fraction:
    """A short dyadic rational not below the bound and close to it."""
    with precision(max(ctx.prec, 64)):
        return Fraction(ceiling(bound * 16), 16)


def ceiling(bound: arb) -> int:
    """An integer not below the bound and close to it.

    Raises:
        DomainError: the bound is not finite.

    Example:
        >>> ceiling(arb.pi())
        4
    """
    found = bound.upper().ceil().unique_fmpz() if bound.is_finite() else None
    if found is None:
        raise DomainError(f"got the bound {bound}, expected a finite one: the integrand may be unbounded")
    return int(found)

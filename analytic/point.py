"""Closed forms at a point given by its names: |u| = 2, theta = pi/3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from analytic.algebra import evaluate
from analytic.angle import Angle
from analytic.balls import Ball, BallAlgebra, precision, rational, to_digits
from analytic.constants import multiple_of_pi, require_rational
from analytic.errors import DomainError, FormulaError
from analytic.formula import Expr, names
from analytic.grammar import formula


def exact_number(value: str | float | Fraction | Expr, what: str) -> Expr:
    """A number as a formula; a float is taken as the binary fraction that it is.

    Raises:
        FormulaError: it is not finite or not a formula of constants.
    """
    if isinstance(value, float):
        try:
            value = Fraction(value)
        except (ValueError, OverflowError):
            raise DomainError(f"got {what} = {value}, expected a finite number") from None
    return formula(value)


def angle_at(theta: Expr) -> Angle:
    """The angle of a constant formula such as 2*pi/3 or 1/2 (radians).

    Raises:
        DomainError: it is not in [0, pi].
    """
    q = multiple_of_pi(theta)
    if q is not None:
        if not 0 <= q <= 1:
            raise DomainError(f"got theta = {theta}, expected an angle in [0, pi]")
        return Angle(
            arb.cos_pi(rational(q)),
            arb.sin_pi(rational(q)),
            arb.pi() * rational(q),
            {0: 1, 1: -1}.get(int(q) if q in (0, 1) else 2, 0),
        )
    value = _within_half_turn(theta)
    return Angle(value.cos(), value.sin(), value, 0)


def _within_half_turn(theta: Expr) -> arb:
    """The ball of an angle at the current precision, certainly in [0, pi]: decided at a higher one if need be."""
    for bits in (ctx.prec, 4 * ctx.prec, 16 * ctx.prec, 64 * ctx.prec):
        with precision(bits):
            value = evaluate(theta, BallAlgebra({}, None, {}))
            if value >= 0 and value <= arb.pi():
                break
    else:
        raise DomainError(f"got theta = {theta}, which is not certainly in [0, pi], expected an angle there")
    return evaluate(theta, BallAlgebra({}, None, {}))


def evaluate_at(
    value: Expr,
    variables: Sequence[str],
    point: Mapping[str, Any],
    digits: int = 15,
    parameters: Sequence[str] = (),
) -> Ball:
    r"""The value of a closed form at a point, enclosed in a ball of the digits asked for.

    Args:
        value: the closed form.
        variables: the names of its Gaussian variables; norms not given are 1.
        point: ``theta`` (radians, or a formula such as "pi/3") or ``rho`` (its cosine), norms by name (``u=2``), and
            parameters by name; numbers, Fractions or formulas of constants.
        digits: significant digits.
        parameters: names of parameters, which may be given although they have cancelled.

    Returns:
        The ball.

    Raises:
        FormulaError: a name is unknown, or theta is needed and missing.
        DomainError: a norm is not positive, or theta not in [0, pi].

    Example:
        >>> from analytic.grammar import parse
        >>> evaluate_at(parse("|u|*cos(theta)"), ("u", "v"), {"u": 4, "theta": "pi/3"}).rounded(15)
        '2.00000000000000'
    """
    known = {*variables, *names(value) - {"pi", "theta"}, *(("theta", "rho") if len(variables) > 1 else ())}
    unknown = sorted(set(point) - known - set(parameters))
    if unknown:
        raise FormulaError(
            f"got a value for {', '.join(unknown)}, expected values for {', '.join(sorted(known)) or 'nothing'}"
        )
    exact = {n: exact_number(v, n) for n, v in point.items()}
    if "theta" in exact and "rho" in exact:
        raise FormulaError("got both theta and rho, expected one of them: rho is cos(theta)")

    def compute() -> arb:
        norms = {n: _positive(n, exact.get(n)) for n in variables}
        constants = {
            n: evaluate(e, BallAlgebra({}, None, {})) for n, e in exact.items() if n not in (*variables, "theta", "rho")
        }
        pair = (variables[0], variables[1]) if len(variables) > 1 else None
        return evaluate(value, BallAlgebra(norms, _angle(exact), constants, pair))

    return to_digits(compute, digits)


def _angle(exact: Mapping[str, Expr]) -> Angle | None:
    if "theta" in exact:
        return angle_at(exact["theta"])
    if "rho" not in exact:
        return None
    rho = require_rational(exact["rho"], "rho")
    if not -1 <= rho <= 1:
        raise DomainError(f"got rho = {rho}, expected a correlation in [-1, 1]")
    cosine, sine = rational(rho), rational(1 - rho * rho).sqrt()
    return Angle(cosine, sine, arb.atan2(sine, cosine), {1: 1, -1: -1}.get(int(rho) if rho in (1, -1) else 0, 0))


def _positive(name: str, value: Expr | None) -> arb:
    ball = arb(1) if value is None else evaluate(value, BallAlgebra({}, None, {}))
    if not ball > 0:
        raise DomainError(
            f"got |{name}| = {value}, expected a positive number: the closed form holds for positive norms"
        )
    return ball

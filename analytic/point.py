"""Closed forms at a point given by its names: |u| = 2, theta = pi/3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from analytic.algebra import evaluate
from analytic.angle import Angle
from analytic.balls import Ball, BallAlgebra, disjoint, finite, precision, rational, to_digits
from analytic.closed_forms import ClosedForms
from analytic.constants import multiple_of_pi, rational_value
from analytic.errors import DomainError, FormulaError, NotIntegrableError, OutsideRingError
from analytic.expectation import Expectation, derive
from analytic.formula import CONSTANTS, PI, Expr, call, name, names, num, rewrite, substitute
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import formula
from analytic.writing import written


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


def expectation_at(result: Expectation, point: Mapping[str, Any], digits: int = 15) -> Ball:
    r"""The value of an expectation at a point, enclosed in a ball of the digits asked for.

    At a singular covariance (parallel or antiparallel variables, a variance 0) the expectation is derived anew from
    the singular law, because its closed form may divide by 0 there. A step of a variable that vanishes has a limit that
    depends on the angle: there the closed form itself is evaluated, if it has a value, and else the step counts 1/2.

    Args:
        result: the expectation.
        point: ``theta`` (radians, or a formula such as "pi/3") or ``rho`` (its cosine), norms by name (``u=2``, 1
            where they are not given), and parameters by name; numbers, Fractions or formulas of constants.
        digits: significant digits.

    Returns:
        The ball.

    Raises:
        FormulaError: a name is unknown, or theta is needed and missing.
        DomainError: a norm is negative, or theta not in [0, pi].
        LawError: the covariance matrix is not positive semidefinite there.
        NotIntegrableError: the expectation does not exist there.

    Example:
        >>> from analytic.expectation import expect
        >>> expectation_at(expect("relu(u)*relu(v)"), {"u": 4, "theta": 0}).rounded(15)
        '2.00000000000000'
    """
    law = result.law
    exact = point_values(result, point)
    by_key = {(f"|{n}|" if n in law.norms else n): e for n, e in exact.items()}
    needed = {n for n, _ in law.angle_names} | set(law.correlation_names) | set(law.parameters)
    if needed <= set(by_key) and by_key and not _clearly_regular(law, by_key):
        fixed = law.fixed(by_key)
        constants = tuple(n for n in result.constants if n not in by_key)
        if _singular(fixed, constants):
            inner = substitute(result.integrand, {n: e for n, e in exact.items() if n in result.constants})
            anew = derive(inner, fixed, constants)
            if not _contradicts(result, exact, anew):
                return _at_regular(anew, {}, digits)
    try:
        return _at_regular(result, exact, digits)
    except FormulaError:  # a value is missing: at these values the expectation may not depend on it
        if needed <= set(by_key) or not by_key:
            raise
        inner = substitute(result.integrand, {n: e for n, e in exact.items() if n in result.constants})
        anew = derive(inner, law.fixed(by_key), tuple(n for n in result.constants if n not in by_key))
        if names(anew.value) - CONSTANTS:
            raise
        return _at_regular(anew, {}, digits)


def point_values(result: Expectation, point: Mapping[str, Any]) -> dict[str, Expr]:
    """The values as formulas; norms that are not given are 1."""
    law = result.law
    point = {(n.strip("|") if n.startswith("|") else n): v for n, v in point.items()}
    angles = {n for n, _ in law.angle_names}
    cosines = {n.replace("theta", "rho"): n for n in angles}
    known = {*law.norms, *angles, *cosines, *result.parameters}
    unknown = sorted(set(point) - known)
    if unknown:
        raise FormulaError(
            f"got a value for {', '.join(unknown)}, expected values for {', '.join(sorted(known)) or 'nothing'}"
        )
    exact = {n: num(1) for n in law.norms} | {n: exact_number(v, n) for n, v in point.items()}
    for cosine, angle in cosines.items():
        if cosine in exact and angle in exact:
            raise FormulaError(f"got both {angle} and {cosine}, expected one of them: {cosine} is cos({angle})")
        if cosine in exact:
            given = exact.pop(cosine)
            rho = rational_value(given)
            ball = evaluate(given, BallAlgebra({}, None, {}))
            if not (-1 <= rho <= 1 if rho is not None else abs(ball) < 1):
                raise DomainError(f"got {cosine} = {given}, expected a correlation in [-1, 1]")
            exact[angle] = call("acos", given) if rho not in (1, -1) else (num(0) if rho == 1 else PI)
        elif angle in exact:
            angle_at(exact[angle])
    for n in law.norms:
        if evaluate(exact[n], BallAlgebra({}, None, {})) < 0:
            raise DomainError(f"got |{n}| = {exact[n]}, expected a number that is not negative: norms are not")
    return exact


def _clearly_regular(law: GaussianLaw, exact: Mapping[str, Expr]) -> bool:
    """Whether two variables given by norms and angle have positive norms and an angle in (0, pi): the common case."""
    if len(law.norms) != 2 or len(law.angle_names) != 1 or law.correlation_names or len(law.names) != 2:
        return False
    constants: BallAlgebra = BallAlgebra({}, None, {})
    (angle, _), *_ = law.angle_names
    theta = evaluate(exact[angle], constants)
    norms = [evaluate(exact[f"|{n}|"], constants) for n in law.norms]
    return bool(theta > 0 and theta < arb.pi() and all(n > 0 for n in norms))


def _singular(law: GaussianLaw, constants: Sequence[str]) -> bool:
    """Whether the covariance matrix is exactly singular."""
    try:
        return law.singular(law.field(constants))
    except OutsideRingError:
        return False


def _contradicts(result: Expectation, exact: Mapping[str, Expr], anew: Expectation) -> bool:
    """Whether the closed form has a finite value at the point that differs from that of the singular law."""
    with precision(128):
        limit = evaluate(result.value, _algebra(result.law, exact))
        return disjoint(limit, evaluate(anew.value, _algebra(anew.law, {})))


def _at_regular(result: Expectation, exact: Mapping[str, Expr], digits: int) -> Ball:
    conditions = [written(c) for c in result.field.conditions]

    def compute() -> arb:
        algebra = _algebra(result.law, exact)
        for shown in conditions:
            if evaluate(shown, algebra) <= 0:
                raise NotIntegrableError(f"the expectation does not exist there: it needs {shown} > 0")
        return evaluate(result.value, algebra)

    return to_digits(compute, digits)


def evaluate_at(
    value: Expr,
    variables: Sequence[str],
    point: Mapping[str, Any],
    digits: int = 15,
    definitions: Sequence[tuple[str, Expr]] = (),
) -> Ball:
    """A closed form in norms and theta at a point, as it stands.

    Args:
        value: the closed form.
        variables: the names of its Gaussian variables; norms not given are 1.
        point: ``theta``, norms by name, and parameters by name; numbers or formulas of constants.
        digits: significant digits.
        definitions: further names in the closed form, and what they stand for, earlier names first.

    Returns:
        The ball.

    Raises:
        DomainError: theta is not in [0, pi], or the closed form has a pole there.

    Example:
        >>> from analytic.grammar import parse
        >>> evaluate_at(parse("|u|*cos(theta)"), ("u", "v"), {"u": 4, "theta": "pi/3"}).rounded(15)
        '2.00000000000000'
    """
    exact = {n: num(1) for n in variables} | {n: exact_number(v, n) for n, v in point.items()}
    law = GaussianLaw.angles(variables)

    def compute() -> arb:
        algebra = _algebra(law, exact)
        for n, meaning in definitions:
            algebra.parameters = {**algebra.parameters, n: evaluate(meaning, algebra)}
        return evaluate(value, algebra)

    if definitions and multiple_of_pi(exact.get("theta", name("theta"))) in (0, 1):
        with precision(128):
            known = finite(compute())
        found = None if known else _for_parallel(value, definitions, exact)
        if found is not None:
            return to_digits(lambda: evaluate(found, BallAlgebra({}, None, {})), digits)
    return to_digits(compute, digits)


def _for_parallel(value: Expr, definitions: Sequence[tuple[str, Expr]], exact: Mapping[str, Expr]) -> Expr | None:
    """The value for parallel inputs, exact; None where it is not in the field of closed forms.

    There an arccosine is taken of exactly 1, or a root of exactly 0: a ball around them would leave the domain.
    """
    field, known = ClosedForms(()), dict(exact)

    def number(node: Expr) -> Expr | None:
        if node.head == "norm":
            return exact.get(node.children[0].identifier)
        return known.get(node.identifier) if node.head == "name" else None

    try:
        for n, meaning in definitions:
            known[n] = written(evaluate(rewrite(meaning, number), field))
        return written(evaluate(rewrite(value, number), field))
    except (OutsideRingError, DomainError, FormulaError):
        return None


def _algebra(law: GaussianLaw, exact: Mapping[str, Expr]) -> BallAlgebra:
    constant = BallAlgebra({}, None, {})
    norms = {n: evaluate(exact[n], constant) for n in law.norms}
    others = {n: evaluate(e, constant) for n, e in exact.items() if n not in law.norms and n != "theta"}
    pair = dict(law.angle_names).get("theta")
    return BallAlgebra(norms, _angle(exact) if pair else None, others, pair)


def _angle(exact: Mapping[str, Expr]) -> Angle | None:
    if "theta" not in exact:
        return None
    theta = exact["theta"]
    if theta.is_call("acos"):  # cosine and sine are algebraic: more digits than from the angle
        cosine = evaluate(theta.children[1], BallAlgebra({}, None, {}))
        sine = (1 - cosine * cosine).sqrt()
        return Angle(cosine, sine, arb.atan2(sine, cosine), 0)
    return angle_at(theta)

"""Formulas evaluated in rigorous balls (Arb): an enclosure of the true value, or a ball that says it knows nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb, ctx, fmpq

from analytic.angle import Angle
from analytic.errors import AccuracyError, DomainError, FormulaError
from analytic.ring import MAX_POWER

MAX_DIGITS = 10_000
_LIMITED: ContextVar[bool] = ContextVar("limited", default=False)
#: Functions that balls have as methods of the same name; the others are in analytic.special.
_METHODS = frozenset(("sqrt", "sin", "cos", "tan", "acos", "asin", "atan", "atanh", "exp", "log", "abs", "erf", "erfi"))


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Sets the working precision in bits and restores the caller's afterwards.

    Example:
        >>> with precision(200):
        ...     arb.pi().rad() < 1e-55
        True
    """
    previous = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = previous


def rational(value: Fraction) -> arb:
    """The rational number as a ball at the current precision."""
    return arb(fmpq(value.numerator, value.denominator))


@dataclass(frozen=True)
class Ball:
    """A real number known to lie within ``radius`` of ``midpoint``, as text that any process can read.

    Args:
        midpoint: decimal digits of the centre.
        radius: upper bound of the distance, decimal.
        bits: working precision of the computation.

    Example:
        >>> Ball.of(arb(2).sqrt()).midpoint[:6]
        '1.4142'
    """

    midpoint: str
    radius: str
    bits: int = field(default_factory=lambda: int(ctx.prec))

    @classmethod
    def of(cls, value: arb) -> Ball:
        """The ball of an ``arb`` (which cannot be pickled), with enough digits to lose nothing that matters."""
        if not value.is_finite():
            return cls("nan", "inf")
        digits = max(15, int(ctx.prec * 0.302))
        text = value.mid().str(digits, radius=False)
        # The decimal midpoint differs from the binary one; the stated radius covers that difference too.
        return cls(text, _upward((value - arb(text)).abs_upper()))

    def __str__(self) -> str:
        return f"{self.midpoint} +/- {self.radius}"

    def enclosure(self, digits: int) -> str:
        """The ball to that many digits, ``[0.3333 +/- 3.4e-5]``: rounding the midpoint enlarges the radius."""
        with precision(self.bits):
            return str(self.arb.str(digits)).replace("[+/-", "[0 +/-")  # Arb leaves out a midpoint without any digit

    def rounded(self, digits: int) -> str:
        """The midpoint to that many digits; only digits that the ball guarantees, up to one unit in the last."""
        with precision(self.bits):
            return str(self.arb.str(digits, radius=False))

    @property
    def arb(self) -> arb:
        """The ball back as an ``arb``."""
        return arb(self.midpoint, self.radius)


def _upward(bound: arb) -> str:
    """A decimal number not smaller than the bound, three digits long."""
    for text in (bound.str(3, radius=False), (bound * arb("1.02")).str(3, radius=False)):
        if arb(text) >= bound:
            return text
    return (bound * 2).str(3, radius=False)


class BallAlgebra:
    """Arithmetic in balls at one point; an ``Algebra`` for ``evaluate``.

    Args:
        norms: the norm of each vector, by name.
        angle: the angle of the pair, or None.
        parameters: the value of each parameter, by name.
        pair: the names of the two vectors of the angle.

    Example:
        >>> from analytic.algebra import evaluate
        >>> from analytic.grammar import parse
        >>> point = BallAlgebra({"u": arb(1)}, None, {})
        >>> evaluate(parse("|u|/sqrt(2*pi)"), point).overlaps(arb("0.39894228040143267794"))
        True
    """

    def __init__(
        self,
        norms: Mapping[str, arb],
        angle: Angle | None,
        parameters: Mapping[str, arb],
        pair: tuple[str, str] | None = None,
    ) -> None:
        self.norms, self.angle, self.parameters, self.pair = norms, angle, parameters, pair

    def number(self, value: Fraction) -> arb:
        """The rational number as a ball."""
        return rational(value)

    def pi(self) -> arb:
        """A ball around pi."""
        return arb.pi()

    def theta(self) -> arb:
        """The ball of the pair's angle.

        Raises:
            FormulaError: the point has no angle.
        """
        if self.angle is None and self.pair is not None:
            raise FormulaError(
                "the value depends on theta, which is missing: give theta (or rho), such as theta = pi/3"
            )
        if self.angle is None:
            raise FormulaError("theta needs two vectors, this formula has fewer: name two, as in relu(u)*relu(v)")
        return self.angle.theta

    def norm(self, vector: str) -> arb:
        """The ball of a norm.

        Raises:
            FormulaError: no vector has that name.
        """
        if vector not in self.norms:
            raise FormulaError(f"unknown norm |{vector}|; expected one of {', '.join(self.norms) or 'none'}")
        return self.norms[vector]

    def parameter(self, identifier: str) -> arb:
        """The ball of a parameter.

        Raises:
            FormulaError: no parameter has that name.
        """
        if identifier not in self.parameters:
            raise FormulaError(
                f"unknown name {identifier!r}; expected pi, theta or one of {', '.join(self.parameters) or 'none'}"
            )
        return self.parameters[identifier]

    def add(self, x: arb, y: arb) -> arb:
        """The sum."""
        return x + y

    def mul(self, x: arb, y: arb) -> arb:
        """The product."""
        return x * y

    def power(self, x: arb, exponent: Fraction) -> arb:
        """The power; a ball that contains a pole or a negative radicand gives a ball that knows nothing."""
        if exponent == 0 and x.contains(0):  # 0^0 has no value, as in the ring
            return arb.nan()
        if exponent.denominator == 1 and abs(exponent) <= MAX_POWER:
            return x ** int(exponent)
        if exponent.denominator == 2 and abs(exponent) <= MAX_POWER:
            return x.sqrt() ** int(2 * exponent)
        return x ** rational(exponent)

    def function(self, function: str, *arguments: arb) -> arb:
        """The value of a function; theta's own sine and cosine are taken as they are."""
        if len(arguments) != 1 or function not in _METHODS:
            from analytic.special.table import ball_value

            return ball_value(function, *arguments)
        (x,) = arguments
        if function in ("sin", "cos") and self.angle is not None and x is self.angle.theta:
            return self.angle.sin if function == "sin" else self.angle.cos
        if function in ("acos", "asin") and self.angle is not None and x is self.angle.cos:
            return self.angle.theta if function == "acos" else arb.pi() / 2 - self.angle.theta
        if function == "abs":
            return abs(x)
        value: arb = getattr(x, function)()
        return value


def limited() -> None:
    """Says that a function's ball is as small as its method affords, so that ``to_digits`` gives up.

    Example:
        >>> def rough():
        ...     limited()
        ...     return arb(1, "1e-6")
        >>> to_digits(rough, 15)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        analytic.errors.AccuracyError: got 15 digits, expected at most 4: ...
    """
    _LIMITED.set(True)


def to_digits(compute: Callable[[], arb], digits: int) -> Ball:
    """Computes a ball at growing precision until it has the digits asked for.

    Args:
        compute: called at the working precision; the value may not depend on it otherwise.
        digits: significant decimal digits; for a value indistinguishable from 0, decimal places.

    Returns:
        The ball.

    Raises:
        AccuracyError: a function says that a higher precision does not help; the ``enclosure`` is what is known.
        DomainError: the digits are out of range, or the ball is still not finite at the last precision.

    Example:
        >>> to_digits(lambda: 10**40 * (arb(10)**-40 + 1 - 1), 15).rounded(15)   # 40 digits cancel
        '1.00000000000000'
    """
    if not 1 <= digits <= MAX_DIGITS:
        raise DomainError(f"got {digits} digits, expected 1 to {MAX_DIGITS}")
    wanted = int(3.33 * digits) + 4
    bits = wanted + 20
    for _ in range(12):
        _LIMITED.set(False)
        with precision(bits):
            value = compute()
            # a value is called 0 only when it cannot be told from 0 at a precision far beyond the digits asked for
            vanishes = bits > 512 + 8 * wanted and bool(value.abs_upper() < arb(10) ** (-digits - 1))
            good = value.rel_accuracy_bits() >= wanted or vanishes
            if finite(value) and good:
                return Ball.of(value)
            if finite(value) and _LIMITED.get():
                raise _too_wide(value, digits)
        bits *= 2
    with precision(bits):
        raise DomainError(f"got the ball {value} at {bits} bits, expected a finite one: the point may lie on a pole")


def _too_wide(value: arb, digits: int) -> AccuracyError:
    ball, known = Ball.of(value), int((value.rel_accuracy_bits() - 4) / 3.33)
    advice = f"try digits={known}, or" if known > 0 else "try"
    return AccuracyError(
        f"got {digits} digits, expected at most {max(known, 0)}: the methods at hand enclose the value in "
        f"{ball.enclosure(15)} only; {advice} the attribute enclosure of this error",
        ball,
    )


def finite(value: arb) -> bool:
    """Whether the ball is finite and not NaN: only such a ball may prove or refute anything."""
    return bool(value.is_finite())


def disjoint(x: arb, y: arb) -> bool:
    """Whether two finite balls have no point in common: the only way in which balls refute an equality.

    Example:
        >>> disjoint(arb(1), arb(2)), disjoint(arb(1), arb("nan"))
        (True, False)
    """
    return finite(x) and finite(y) and not x.overlaps(y)

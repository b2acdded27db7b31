r"""Formulas recorded once and run in any arithmetic: floats, balls, mpmath, truncated series, symbols.

The landscape's formulas are written with ordinary operators on ``Traced`` elements. A tape remembers every operation
once (no subexpression twice, zeros and ones folded away); the program cut from it runs the same lines on whatever
numbers it is given.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

Operand = "Traced | int | Fraction"


class Arithmetic(Protocol):
    """What a program needs beyond the four operations of its numbers."""

    def number(self, value: Fraction) -> Any:
        """The rational number."""

    def pi(self) -> Any:
        """The constant pi."""

    def sqrt(self, x: Any) -> Any:
        """The positive square root."""

    def atan2(self, y: Any, x: Any) -> Any:
        """The angle of the point (x, y), y > 0, in (0, pi)."""


@dataclass(frozen=True, eq=False)
class Traced:
    """An element of a tape: the result of one recorded operation."""

    tape: Tape
    index: int

    @property
    def constant(self) -> Fraction | None:
        """Its value, if it is a rational constant."""
        operation, *arguments = self.tape.nodes[self.index]
        return arguments[0] if operation == "number" else None

    def __add__(self, other: Any) -> Traced:
        return self.tape.add(self, self.tape.element(other))

    def __sub__(self, other: Any) -> Traced:
        return self.tape.subtract(self, self.tape.element(other))

    def __mul__(self, other: Any) -> Traced:
        return self.tape.multiply(self, self.tape.element(other))

    def __truediv__(self, other: Any) -> Traced:
        return self.tape.divide(self, self.tape.element(other))

    def __neg__(self) -> Traced:
        return self.tape.subtract(self.tape.element(0), self)

    def __radd__(self, other: Any) -> Traced:
        return self.tape.element(other) + self

    def __rsub__(self, other: Any) -> Traced:
        return self.tape.element(other) - self

    def __rmul__(self, other: Any) -> Traced:
        return self.tape.element(other) * self

    def __rtruediv__(self, other: Any) -> Traced:
        return self.tape.element(other) / self

    def sqrt(self) -> Traced:
        """The positive square root."""
        c = self.constant
        return self if c in (0, 1) else self.tape.record("sqrt", self)

    def atan2(self, x: Traced) -> Traced:
        """The angle of the point (x, self) with self > 0."""
        if x.constant == 0:
            return self.tape.pi() / 2
        return self.tape.record("atan2", self, x)


class Tape:
    """Records operations.

    Example:
        >>> tape = Tape()
        >>> x = tape.input("x")
        >>> (x * 0 + x - x).constant
        Fraction(0, 1)
        >>> tape.program([(x + 1) * (x + 1)]).run(FLOAT, {"x": 2.0})
        [9.0]
    """

    def __init__(self) -> None:
        self.nodes: list[tuple[Any, ...]] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def element(self, value: Any) -> Traced:
        """A rational constant, or the element itself."""
        if isinstance(value, Traced):
            return value
        return self._node(("number", Fraction(value)))

    def input(self, name: str) -> Traced:
        """A named input."""
        return self._node(("input", name))

    def pi(self) -> Traced:
        """The constant pi."""
        return self._node(("pi",))

    def record(self, operation: str, *arguments: Traced) -> Traced:
        """An operation on earlier elements."""
        return self._node((operation, *(a.index for a in arguments)))

    def _node(self, key: tuple[Any, ...]) -> Traced:
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(key)
        return Traced(self, self._known[key])

    def add(self, x: Traced, y: Traced) -> Traced:
        """The sum."""
        a, b = x.constant, y.constant
        if a is not None and b is not None:
            return self.element(a + b)
        if a == 0 or b == 0:
            return y if a == 0 else x
        return self.record("add", *sorted((x, y), key=lambda t: t.index))

    def subtract(self, x: Traced, y: Traced) -> Traced:
        """The difference."""
        a, b = x.constant, y.constant
        if a is not None and b is not None:
            return self.element(a - b)
        if x.index == y.index:
            return self.element(0)
        return x if b == 0 else self.record("neg", y) if a == 0 else self.record("sub", x, y)

    def multiply(self, x: Traced, y: Traced) -> Traced:
        """The product."""
        a, b = x.constant, y.constant
        if a is not None and b is not None:
            return self.element(a * b)
        if a == 0 or b == 0:
            return self.element(0)
        if a == 1 or b == 1:
            return y if a == 1 else x
        return self.record("mul", *sorted((x, y), key=lambda t: t.index))

    def divide(self, x: Traced, y: Traced) -> Traced:
        """The quotient."""
        a, b = x.constant, y.constant
        if b is not None:
            return self.multiply(x, self.element(1 / b))
        if x.index == y.index:
            return self.element(1)
        return self.element(0) if a == 0 else self.record("div", x, y)

    def program(self, outputs: Sequence[Traced]) -> Program:
        """The operations that the outputs need, in order."""
        needed: set[int] = set()
        waiting = [o.index for o in outputs]
        while waiting:
            i = waiting.pop()
            if i not in needed:
                needed.add(i)
                waiting += _arguments(self.nodes[i])
        order = sorted(needed)
        place = {i: position for position, i in enumerate(order)}
        lines = tuple(_moved(self.nodes[i], place) for i in order)
        return Program(lines, tuple(place[o.index] for o in outputs))


def _arguments(node: tuple[Any, ...]) -> tuple[int, ...]:
    return () if node[0] in ("number", "input", "pi") else node[1:]


def _moved(node: tuple[Any, ...], place: Mapping[int, int]) -> tuple[Any, ...]:
    return node if node[0] in ("number", "input", "pi") else (node[0], *(place[i] for i in node[1:]))


_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
}


@dataclass(frozen=True)
class Program:
    """Operations one after another, for any arithmetic.

    Args:
        lines: operation and arguments (indices of earlier lines, a constant, or the name of an input).
        outputs: the lines whose values are asked for.
    """

    lines: tuple[tuple[Any, ...], ...]
    outputs: tuple[int, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names that the program reads."""
        return tuple(line[1] for line in self.lines if line[0] == "input")

    def run(self, arithmetic: Arithmetic, values: Mapping[str, Any]) -> list[Any]:
        """The outputs at the given inputs."""
        found: list[Any] = []
        put, binary = found.append, _BINARY
        for line in self.lines:
            operation = line[0]
            if operation in binary:
                put(binary[operation](found[line[1]], found[line[2]]))
            elif operation == "neg":
                put(-found[line[1]])
            elif operation == "input":
                put(values[line[1]])
            elif operation == "number":
                put(arithmetic.number(line[1]))
            elif operation == "sqrt":
                put(arithmetic.sqrt(found[line[1]]))
            elif operation == "atan2":
                put(arithmetic.atan2(found[line[1]], found[line[2]]))
            else:
                put(arithmetic.pi())
        return [found[i] for i in self.outputs]


class FloatArithmetic:
    """Python floats (float64)."""

    def number(self, value: Fraction) -> float:
        """The nearest float64."""
        return float(value)

    def pi(self) -> float:
        """Pi in float64."""
        from math import pi

        return pi

    def sqrt(self, x: float) -> float:
        """The square root."""
        from math import sqrt

        return sqrt(x)

    def atan2(self, y: float, x: float) -> float:
        """The angle of (x, y)."""
        from math import atan2

        return atan2(y, x)


class BallArithmetic:
    """Balls (python-flint's ``arb``) at the current precision."""

    def number(self, value: Fraction) -> Any:
        """The rational number as a ball."""
        from flint import arb, fmpq

        return arb(fmpq(value.numerator, value.denominator))

    def pi(self) -> Any:
        """A ball around pi."""
        from flint import arb

        return arb.pi()

    def sqrt(self, x: Any) -> Any:
        """The square root; a ball that reaches below 0 gives a ball that knows nothing."""
        return x.sqrt()

    def atan2(self, y: Any, x: Any) -> Any:
        """The angle of (x, y)."""
        from flint import arb

        return arb.atan2(y, x)


class MpmathArithmetic:
    """mpmath numbers at the current precision (``mpmath.mp.dps``).

    Example:
        >>> import mpmath
        >>> from analytic.landscape.layout import partition_layout
        >>> from analytic.landscape.programs import programs
        >>> with mpmath.workdps(30):
        ...     at = {"k_1": mpmath.mpf(3), "d_1": mpmath.mpf("-0.3"), "a_11": mpmath.mpf("0.7")}
        ...     print(mpmath.nstr(programs(partition_layout([False])).loss.run(MpmathArithmetic(), at)[0], 25))
        0.03052466497840591024200084
    """

    def number(self, value: Fraction) -> Any:
        """The rational number, rounded."""
        from mpmath import mpf

        return mpf(value.numerator) / value.denominator

    def pi(self) -> Any:
        """Pi."""
        from mpmath import mp

        return +mp.pi

    def sqrt(self, x: Any) -> Any:
        """The square root."""
        from mpmath import sqrt

        return sqrt(x)

    def atan2(self, y: Any, x: Any) -> Any:
        """The angle of (x, y)."""
        from mpmath import atan2

        return atan2(y, x)


FLOAT = FloatArithmetic()
BALL = BallArithmetic()

"""An integrand cut at its kinks into pieces on which it is one analytic formula."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key
from itertools import pairwise

from analytic.formula import ONE, ZERO, Expr, add, call, mul, neg, num, rebuild, walk
from analytic.series.errors import DivergenceError, UnsupportedIntegrandError
from analytic.series.exact import affine, is_constant, rational_near, sign_of, tidy

#: Functions that are analytic but at 0.
KINKED = frozenset(("relu", "step", "sign", "abs", "leaky_relu", "abrelu", "elu"))


@dataclass(frozen=True)
class Piece:
    """An analytic formula on an interval.

    Args:
        lower: left end, a constant; None for minus infinity.
        upper: right end; None for infinity.
        function: the integrand there, without kinked functions.
    """

    lower: Expr | None
    upper: Expr | None
    function: Expr


def pieces(f: Expr, variable: str) -> list[Piece]:
    """The pieces of an integrand, from left to right; those on which it is 0 are left out.

    Raises:
        UnsupportedIntegrandError: a kinked function of an argument that is not affine.

    Example:
        >>> from analytic.grammar import parse
        >>> [(str(p.lower), str(p.function)) for p in pieces(parse("relu(u - 1) + abs(u)"), "u")]
        [('None', '-u'), ('0', 'u'), ('1', 'u - 1 + u')]
    """
    cuts: list[Expr | None] = [None, *kinks(f, variable), None]
    found = [Piece(a, b, continued(f, variable, _between(a, b))) for a, b in pairwise(cuts)]
    return [p for p in found if p.function != ZERO]


def kinks(f: Expr, variable: str) -> list[Expr]:
    """The points, in increasing order, at which a part of the integrand is not analytic.

    Example:
        >>> from analytic.grammar import parse
        >>> [str(c) for c in kinks(parse("relu(2*u - 1)*log(abs(u)) + sign(u)"), "u")]
        ['0', '1/2']
    """
    found: list[Expr] = []
    for node in walk(f):
        if node.head == "call" and node.children[0].identifier in KINKED and not is_constant(node):
            slope, intercept = _argument(node, variable)
            where = tidy(neg(intercept) / slope) if sign_of(slope) else None
            if where is not None and all(sign_of(add(where, neg(c))) for c in found):
                found.append(where)
    return sorted(found, key=cmp_to_key(_compared))


def _compared(a: Expr, b: Expr) -> int:
    return sign_of(tidy(add(a, neg(b))))


def _argument(node: Expr, variable: str) -> tuple[Expr, Expr]:
    form = affine(node.children[1], variable)
    if form is None:
        raise UnsupportedIntegrandError(
            f"got {node}, expected an argument affine in {variable}: its kinks must be known exactly"
        )
    return form


def _between(a: Expr | None, b: Expr | None) -> Expr:
    """A rational point strictly inside the interval."""
    if a is None and b is None:
        return ZERO
    if a is None or b is None:
        end, step = (b, -1) if a is None else (a, 1)
        assert end is not None
        return num(rational_near(end) + step)
    return num((rational_near(a) + rational_near(b)) / 2)


def continued(f: Expr, variable: str, point: Expr) -> Expr:
    """The formula without kinked functions that agrees with the integrand near the point (at it, if it is a kink).

    Example:
        >>> from analytic.grammar import parse
        >>> print(continued(parse("elu(u, 2)*log(abs(u))"), "u", parse("-1")))
        2*(exp(u) - 1)*log(-u)
    """
    if is_constant(f) or not f.children:
        return f
    if f.head == "call":
        function, *arguments = f.children
        inner = tuple(continued(a, variable, point) for a in arguments)
        if f.is_call("log"):
            return _logarithm(f, variable, point)
        if function.identifier in KINKED:
            slope, intercept = _argument(f, variable)
            side = sign_of(tidy(add(mul(slope, point), intercept)))
            return _branch(f, function.identifier, inner, side)
        return Expr("call", (function, *inner))
    children = tuple(continued(c, variable, point) for c in f.children)
    if f.head == "mul" and ZERO in children:  # also where another factor is a logarithm, finite on the piece
        return ZERO
    return rebuild(f.head, children)


def _logarithm(f: Expr, variable: str, point: Expr) -> Expr:
    inner = f.children[1]
    if not inner.is_call("abs"):
        raise UnsupportedIntegrandError(f"got {f}, expected log(abs(z)) (or softplus(z) for log(1 + exp(z)))")
    slope, intercept = _argument(inner, variable)
    side = sign_of(tidy(add(mul(slope, point), intercept)))
    if side == 0:
        raise DivergenceError(f"got {f} at {variable} = {point}, where it is minus infinity")
    return call("log", inner.children[1] if side > 0 else neg(inner.children[1]))


def _branch(f: Expr, function: str, arguments: tuple[Expr, ...], side: int) -> Expr:
    z, parameters = arguments[0], arguments[1:]
    expected = {"leaky_relu": (1,), "abrelu": (2,), "elu": (0, 1)}.get(function, (0,))
    if len(parameters) not in expected:
        raise UnsupportedIntegrandError(f"got {f} with {len(parameters)} parameters, expected {expected[-1]}")
    for p in parameters:
        if not is_constant(p):
            raise UnsupportedIntegrandError(f"got the parameter {p} in {f}, expected a constant")
    if function in ("step", "sign"):
        return num(side if function == "sign" else max(side, 0))
    if side == 0:
        return ZERO
    if function == "elu":
        return z if side > 0 else mul(parameters[0] if parameters else ONE, add(call("exp", z), num(-1)))
    left = {"relu": ZERO, "abs": num(-1)}.get(function) or parameters[0]
    right = parameters[1] if function == "abrelu" else ONE
    return mul(right if side > 0 else left, z)


def vanishes_at(argument: Expr, variable: str, point: Expr) -> bool:
    """Whether an affine argument is 0 at the point, decided exactly."""
    form = affine(argument, variable)
    return form is not None and sign_of(tidy(add(mul(form[0], point), form[1]))) == 0

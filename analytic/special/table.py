"""The special functions of the language by name, in balls."""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb

from analytic.errors import FormulaError
from analytic.special.bivariate_normal import bivariate_cdf_ball
from analytic.special.dilogarithm import dilogarithm_ball
from analytic.special.normal_cdf import complex_cdf_ball, phi_cdf_ball
from analytic.special.orthant import orthant_probability_ball
from analytic.special.owens_t import owens_t_ball


def ball_value(function: str, *arguments: arb) -> arb:
    """The value of a function of closed forms as a ball.

    Args:
        function: its name in the language.
        arguments: balls.

    Returns:
        A ball that contains the value; one that knows nothing where the function is not defined.

    Raises:
        FormulaError: there is no such function.

    Example:
        >>> ball_value("step", arb(3))
        1.00000000000000
    """
    if function not in _TABLE:
        raise FormulaError(f"got the function {function}, expected one of {', '.join(sorted(_TABLE))}")
    return _TABLE[function](*arguments)


def _step(x: arb) -> arb:
    if x.is_zero():
        return arb(1) / 2
    return arb(1) if x > 0 else arb(0) if x < 0 else arb(0.5, 0.5) if x.is_finite() else arb("nan")


def _minimum(x: arb, y: arb) -> arb:
    return (x + y - abs(x - y)) / 2


def _orthant(*correlations: arb) -> arb:
    """From the correlations above the diagonal, row by row."""
    n = next(n for n in range(2, 50) if n * (n - 1) // 2 >= len(correlations))
    matrix = [[arb(1)] * n for _ in range(n)]
    given = iter(correlations)
    for i in range(n):
        for j in range(i + 1, n):
            matrix[i][j] = matrix[j][i] = next(given)
    return orthant_probability_ball(matrix)


_TABLE: dict[str, Callable[..., arb]] = {
    "Phi": phi_cdf_ball,
    "owens_t": owens_t_ball,
    "Phi2": bivariate_cdf_ball,
    "re_Phi": lambda x, y: complex_cdf_ball(acb(x, y)).real,
    "im_Phi": lambda x, y: complex_cdf_ball(acb(x, y)).imag,
    "Li2": dilogarithm_ball,
    "dawson": lambda x: arb.pi().sqrt() / 2 * (-x * x).exp() * x.erfi(),
    "step": _step,
    "sign": lambda x: 2 * _step(x) - 1,
    "relu": lambda x: (x + abs(x)) / 2,
    "min": _minimum,
    "max": lambda x, y: -_minimum(-x, -y),
    "orthant": _orthant,
    "euler_gamma": arb.const_euler,
}

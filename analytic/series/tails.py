r"""What lies outside a large box, for a product of functions: by Hölder's inequality.

$E\bigl[\bigl|\prod_{k=1}^m f_k\bigr| 1_{out}\bigr] \le \prod_k (E f_k^{4m})^{1/(4m)}\, P(out)^{3/4}$, and the box is a
number of deviations wide, whatever the functions are.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from analytic.balls import precision
from analytic.formula import Expr
from analytic.series.charts import Law
from analytic.series.line_integral import line_mean

#: The exponent of Hölder's inequality that the product of the functions has.
EXPONENT = 4
#: Bits for bounds, of which the first digits matter.
COARSE = 64


@dataclass(frozen=True)
class Box:
    """A box around the mean.

    Args:
        reach: half its width, in standard deviations.
        outside: bound of the expectation of the modulus of the product outside of it.
    """

    reach: arb
    outside: arb


def box(functions: list[tuple[Expr, str, Law]], dimension: int, bits: int) -> Box:
    r"""A box outside of which the expectation of the modulus is about $2^{-bits}$.

    Args:
        functions: the factors, each with its variable and law.
        dimension: how many independent coordinates, or variables, the box bounds.
        bits: see above.

    Returns:
        The box.

    Raises:
        DivergenceError: a power of a function has no expectation.

    Example:
        >>> from analytic.grammar import parse
        >>> from analytic.series.charts import STANDARD
        >>> found = box([(parse("relu(u)"), "u", STANDARD)], 1, 50)
        >>> bool(found.outside < arb(2) ** -45), bool(found.reach < 10)
        (True, True)
    """
    order = EXPONENT * max(len(functions), 1)
    with precision(COARSE):
        norm = arb(1)
        for f, variable, law in functions:
            norm *= line_mean(f**order, variable, law).abs_upper() ** (arb(1) / order)
        share = arb(EXPONENT - 1) / EXPONENT
        wanted = bits + max(float(norm.log().mid()) / 0.6931, 0.0)
        reach = (2 * arb.const_log2() * wanted / share).sqrt().upper()
        left_out = dimension * (reach / arb(2).sqrt()).erfc()
        return Box(reach, (norm * left_out**share).abs_upper())

"""Dual activations from the derivation engine: any activation of the language with closed forms for two variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from analytic.errors import FormulaError
from analytic.formula import Expr, mul, name, names, substitute
from analytic.grammar import formula

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analytic.compiled import CompiledExpectation


@dataclass(frozen=True)
class DerivedActivation:
    r"""An activation given by a formula in z and one for its derivative almost everywhere; a `DualActivation`.

    Closed forms are derived once and compiled to float64.

    Args:
        value: the activation, such as "elu(z)".
        slope: its derivative, such as "step(z) + exp(z)*step(-z)"; the activation must be continuous.
        recompute: whether elements whose running error bound exceeds 1e-13 of the scale are computed again in balls:
            as slow as 0.1 s an element where the closed form cancels, as that of elu does.

    Raises:
        FormulaError: a formula has another variable than z.

    Example:
        >>> import numpy as np
        >>> squared = DerivedActivation("relu(z)^2", "2*relu(z)")
        >>> float(squared.second_moment(np.array(1.0)))
        1.5
    """

    value: str
    slope: str
    recompute: bool = False

    def __post_init__(self) -> None:
        for text in (self.value, self.slope):
            others = sorted(names(formula(text)) - {"z", "pi"})
            if others:
                raise FormulaError(f"got {text} with the variable {others[0]}, expected a formula in z alone")

    def second_moment(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u)^2]."""
        return _at_variance(self.value, q, self.recompute)

    def kernel(self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u) phi(v)]."""
        return _evaluated(self.value, q1, q2, c, self.recompute)

    def derivative(
        self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """E[phi'(u) phi'(v)]."""
        return _evaluated(self.slope, q1, q2, c, self.recompute)


def _at_variance(text: str, q: NDArray[np.float64], recompute: bool) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(_compiled_square(text)(a=q, recompute="failing" if recompute else "never"))


def _evaluated(
    text: str, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64], recompute: bool
) -> NDArray[np.float64]:
    import numpy as np

    q1, q2, c = np.broadcast_arrays(q1, q2, c)
    bound = np.sqrt(q1) * np.sqrt(q2)  # rounding may put a covariance beyond Cauchy and Schwarz
    same = (q1 == q2) & (c == q1)  # one variable: its closed form is shorter and keeps its digits
    value = np.empty(q1.shape)
    value[same] = _at_variance(text, q1[same], recompute)
    other = ~same
    limited = np.clip(c, -bound, bound)[other]
    value[other] = _compiled(text)(a=q1[other], b=q2[other], c=limited, recompute="failing" if recompute else "never")
    return value


@lru_cache(maxsize=64)
def _compiled(text: str) -> CompiledExpectation:
    from analytic.expectation import expect
    from analytic.gaussian_law import GaussianLaw

    shape: Expr = formula(text)
    law = GaussianLaw.matrix("u v", [["a", "c"], ["c", "b"]])
    product = mul(*(substitute(shape, {"z": name(variable)}) for variable in "uv"))
    return expect(product, law=law).compile()


@lru_cache(maxsize=64)
def _compiled_square(text: str) -> CompiledExpectation:
    from analytic.expectation import expect
    from analytic.gaussian_law import GaussianLaw

    shape = substitute(formula(text), {"z": name("u")})
    return expect(shape**2, law=GaussianLaw.matrix("u", [["a"]])).compile()

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

    Closed forms are derived once and compiled to float64; elements whose running error bound exceeds
    $10^{-13}\sqrt{E\phi(u)^2 E\phi(v)^2}$ are recomputed in balls, which is slow where it happens often.

    Args:
        value: the activation, such as "elu(z)".
        slope: its derivative, such as "step(z) + exp(z)*step(-z)"; the activation must be continuous.

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

    def __post_init__(self) -> None:
        for text in (self.value, self.slope):
            others = sorted(names(formula(text)) - {"z", "pi"})
            if others:
                raise FormulaError(f"got {text} with the variable {others[0]}, expected a formula in z alone")

    def second_moment(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u)^2]."""
        return self.kernel(q, q, q)

    def kernel(self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u) phi(v)]."""
        return _evaluated(_compiled(self.value), q1, q2, c)

    def derivative(
        self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """E[phi'(u) phi'(v)]."""
        return _evaluated(_compiled(self.slope), q1, q2, c)


def _evaluated(
    compiled: CompiledExpectation, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
) -> NDArray[np.float64]:
    import numpy as np

    bound = np.sqrt(q1) * np.sqrt(q2)  # rounding may put a covariance beyond Cauchy and Schwarz
    return np.asarray(compiled(a=q1, b=q2, c=np.clip(c, -bound, bound), recompute="failing"))


@lru_cache(maxsize=64)
def _compiled(text: str) -> CompiledExpectation:
    from analytic.expectation import expect
    from analytic.gaussian_law import GaussianLaw

    shape: Expr = formula(text)
    law = GaussianLaw.matrix("u v", [["a", "c"], ["c", "b"]])
    product = mul(*(substitute(shape, {"z": name(variable)}) for variable in "uv"))
    return expect(product, law=law).compile()

"""A teacher network as it is given: checked once, kept exact, and prepared for float64 and for balls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analytic.errors import DimensionError, FormulaError
from analytic.landscape.dense_derived import DerivedPair
from analytic.landscape.dense_input import Rows, check_length, float_array, float_matrix, rows_of, vector_of
from analytic.landscape.pair import Homogeneous, activation

if TYPE_CHECKING:
    from analytic.landscape.dense_ball import BallModel
    from analytic.landscape.dense_float import FloatModel


@dataclass(frozen=True)
class Teacher:
    """What ``StudentTeacher`` is given, see there.

    Example:
        >>> Teacher([[1, 0], [0, 1]]).beta
        (1, 1)
    """

    V: Any
    alpha: Any = None
    beta: Any = None
    sigma: Any = None
    phi: str = "relu"

    def __post_init__(self) -> None:
        def settle(field: str, value: Any) -> None:
            object.__setattr__(self, field, value)

        settle("V", rows_of("V", self.V))
        k, d = len(self.V), len(self.V[0])
        settle("beta", vector_of("beta", (1,) * k if self.beta is None else self.beta))
        check_length("beta", len(self.beta), k, "one weight for each row of V")
        if self.alpha is not None:
            settle("alpha", vector_of("alpha", self.alpha))
            float_array("alpha", self.alpha)
        if self.sigma is not None:
            settle("sigma", rows_of("sigma", self.sigma))
            if (len(self.sigma), len(self.sigma[0])) != (d, d):
                raise DimensionError(
                    f"got sigma of shape {len(self.sigma)} x {len(self.sigma[0])}, expected {d} x {d}: the covariance "
                    f"of the inputs, which have as many entries as the rows of V"
                )
        _ = self._float

    @cached_property
    def pair(self) -> Homogeneous | DerivedPair:
        """The pairwise expectations of the activation."""
        text = self.phi.replace(" ", "").replace("leaky_relu(z,", "leaky_relu(")
        try:
            return activation(text.removesuffix("(z)") if text in ("relu(z)", "abs(z)") else text)
        except FormulaError:
            if text.startswith("leaky_relu"):
                raise
            return DerivedPair(self.phi)

    @cached_property
    def _float(self) -> FloatModel:
        from analytic.landscape.dense_float import FloatModel

        V = float_matrix("V", self.V, len(self.V[0]))
        sigma = None if self.sigma is None else float_array("sigma", self.sigma)
        return FloatModel(V, float_array("beta", self.beta), sigma, self.pair)

    @cached_property
    def _ball(self) -> BallModel:
        from analytic.landscape.dense_ball import BallModel

        return BallModel(self.V, self.beta, self.sigma, self.pair)

    def _second_layer(self, n: int, alpha: Any) -> Sequence[Any]:
        chosen = self.alpha if alpha is None else vector_of("alpha", alpha)
        if chosen is None:
            return (1,) * n
        check_length("alpha", len(chosen), n, "one weight for each row of W")
        return chosen

    def _exact_rows(self, W: Any) -> Rows:
        rows = rows_of("W", W)
        if len(rows[0]) != len(self.V[0]):
            raise DimensionError(
                f"got W with rows of length {len(rows[0])}, expected {len(self.V[0])}: as many columns as V"
            )
        return rows

"""Identities between the activations, and their values at 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import NonFiniteError, absolute, leaky_relu, relu, sign, step
from numeric.arguments import FloatArray

numbers = st.floats(-1e300, 1e300)


@given(z=numbers, slope=st.floats(-2.0, 2.0))
def test_everything_is_made_of_relu(z: float, slope: float) -> None:
    assert absolute(z) == relu(z) + relu(-z)
    assert leaky_relu(z, slope) == relu(z) - slope * relu(-z)
    assert step(z) * z == relu(z)
    assert sign(z) == step(z) - step(-z)


@pytest.mark.parametrize("f", [relu, step, sign, absolute])
def test_zero_goes_to_zero_and_nan_nowhere(f: Callable[[float], FloatArray]) -> None:
    assert f(0.0) == 0.0
    with pytest.raises(NonFiniteError):
        f(np.nan)

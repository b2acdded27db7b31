"""The value object refuses what means nothing, and widens as its kind says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from numeric import Estimate, NonFiniteError, NumericError, ShapeError
from numeric.estimate import Kind


@pytest.mark.parametrize(
    ("value", "error"), [(np.nan, 0.0), (0.0, np.nan), (np.inf, 0.0), (0.0, np.inf), ([0.0, np.nan], [0.0, 0.0])]
)
def test_nan_and_infinity_are_refused(value: float, error: float) -> None:
    with pytest.raises(NonFiniteError, match="NaN or infinite"):
        Estimate(value, error, "scheme", None, "by hand", 1)


def test_negative_errors_are_refused() -> None:
    with pytest.raises(NumericError, match="negative"):
        Estimate(0.0, -1e-9, "scheme", None, "by hand", 1)


def test_every_entry_needs_its_error() -> None:
    with pytest.raises(ShapeError, match="its own error"):
        Estimate(np.zeros(3), 0.0, "scheme", None, "by hand", 1)


@pytest.mark.parametrize(("kind", "level"), [("bound", None), ("scheme", 0.1), ("standard_error", 0.1), ("bound", 2.0)])
def test_level_belongs_to_bounds(kind: Kind, level: float | None) -> None:
    with pytest.raises(NumericError, match=r"level"):
        Estimate(0.0, 0.0, kind, level, "by hand", 1)


def test_arrays_are_copied_and_frozen() -> None:
    source = np.zeros(2)
    estimate = Estimate(source, np.ones(2), "scheme", None, "by hand", 1)
    source[0] = 7.0
    assert np.array_equal(estimate.value, [0.0, 0.0])
    assert not np.asarray(estimate.value).flags.writeable


def test_bound_holds_at_laxer_levels_only() -> None:
    bound = Estimate(0.0, 0.5, "bound", 1e-3, "by hand", 1, 0)
    assert bound.half_width(1e-2) == 0.5
    with pytest.raises(NumericError, match="sample again"):
        bound.half_width(1e-4)


def test_standard_errors_share_alpha_over_the_entries() -> None:
    estimate = Estimate(np.zeros(4), np.full(4, 2.0), "standard_error", None, "by hand", 1, 0)
    expected = 2.0 * norm.isf(0.01 / 8.0)  # SciPy's tail quantile, another routine than ndtri
    assert np.allclose(estimate.half_width(0.01), expected, rtol=1e-12, atol=0.0)


def test_scheme_errors_ignore_alpha() -> None:
    estimate = Estimate(np.zeros(2), np.full(2, 0.25), "scheme", None, "by hand", 1)
    assert np.array_equal(estimate.half_width(1e-9), [0.25, 0.25])


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.1591549, 1.2e-4, "0.15915 +/- 1.2e-04 (scheme, by hand, n = 9)"),
        (123456.0, 100.0, "1.2346e+05 +/- 1.0e+02 (scheme, by hand, n = 9)"),
        (0.0, 1.0, "0 +/- 1.0e+00 (scheme, by hand, n = 9)"),
        (0.1, 5.0, "0.1 +/- 5.0e+00 (scheme, by hand, n = 9)"),
    ],
)
def test_text_has_the_digits_that_the_error_supports(value: float, error: float, text: str) -> None:
    assert str(Estimate(value, error, "scheme", None, "by hand", 9)) == text


def test_text_of_an_array_gives_its_largest_error() -> None:
    assert str(Estimate(np.zeros((2, 3)), np.full((2, 3), 0.5), "scheme", None, "m", 9)).startswith(
        "array (2, 3) +/- 5.0e-01"
    )

"""Kinks that carry the whole of a degenerate law: the function counts as the mean of its two sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TypeAlias

import numpy as np

from numeric.arguments import EPS, FloatArray
from numeric.errors import DomainError
from numeric.forms import Form, is_constant
from numeric.law import RANK_TOLERANCE, GaussianLaw

Function: TypeAlias = Callable[[FloatArray], FloatArray]

LEAST_SIDE = 1e-150
"""Distance from a kink at the origin; far below everything, and its square does not underflow."""


def _is_zero(law: GaussianLaw, form: Form) -> bool:
    """Whether the form is 0 almost surely, up to the round-off of mean and covariance."""
    normal, offset = form
    size = float(np.abs(normal) @ (8.0 * EPS * np.abs(law.centre) + RANK_TOLERANCE * len(normal) * law.deviations))
    return is_constant(law, normal) and abs(law.whitened(normal, offset)[1]) <= size + 8.0 * EPS * abs(offset)


def refuse_infinite(law: GaussianLaw, poles: Sequence[Form]) -> None:
    """Refuses singular forms that are 0 almost surely.

    Args:
        law: the law of x.
        poles: the singular forms.

    Raises:
        DomainError: if there is such a form.

    Example:
        >>> from numeric.law import gaussian_law
        >>> refuse_infinite(gaussian_law([1.0], [[0.0]]), [(np.array([1.0]), 0.0)])
    """
    for normal, offset in poles:
        if _is_zero(law, (normal, offset)):
            raise DomainError(
                f"the singular form {normal.tolist()} x + {offset:g} is 0 almost surely; expected one that varies or "
                f"is not 0, because the logarithm of 0 has no value; look for a variable of zero variance"
            )


def two_sided(f: Function, law: GaussianLaw, forms: Sequence[Form], distance: float = 1.0) -> Function:
    """The mean of f over both sides of every hyperplane that carries the whole law.

    Args:
        f: of points of shape (m, n), returning (m,).
        law: the law of x.
        forms: the kinks of f.
        distance: from the hyperplanes to both sides, in multiples of the round-off of the forms, >= 1.

    Returns:
        f itself if no kink is 0 almost surely.

    Raises:
        DomainError: if such kinks depend linearly on each other.

    Example:
        >>> from numeric.law import gaussian_law
        >>> f = two_sided(lambda x: np.sign(x[:, 0]) + 1.0, gaussian_law([0.0], [[0.0]]), [(np.array([1.0]), 0.0)])
        >>> f(np.zeros((1, 1)))
        array([1.])
    """
    zero = [form for form in forms if _is_zero(law, form)]
    rows = {_key(normal): (normal, offset) for normal, offset in zero}
    if not rows:
        return f
    A, b = np.array([normal for normal, _ in rows.values()]), np.array([offset for _, offset in rows.values()])
    if np.linalg.matrix_rank(A) < len(A):
        raise DomainError(
            f"{len(A)} kinks that are 0 almost surely depend linearly on each other; expected independent ones, "
            f"because which sides they take together is not determined; merge kinks that are one and the same"
        )
    back, sides = np.linalg.pinv(A), np.array(list(product((-1.0, 1.0), repeat=len(A))))

    def both(x: FloatArray) -> FloatArray:
        x = x - (x @ A.T + b) @ back.T  # onto the hyperplanes, which round-off leaves
        least = distance * 8.0 * EPS * (np.abs(x) @ np.abs(A).T + np.abs(b)) + LEAST_SIDE
        return np.asarray(np.mean([f(x + (least * side) @ back.T) for side in sides], axis=0), dtype=np.float64)

    return both


def _key(normal: FloatArray) -> tuple[float, ...]:
    """The same for parallel normal vectors, up to round-off."""
    unit = normal / normal[np.abs(normal).argmax()]
    return tuple(np.round(unit, 12) + 0.0)

r"""Critical points, their losses and eigenvalues in powers of $k^{-1/2}$, with exact coefficients where there are any.

With $s = k^{-1/2}$ the programs of the landscape run in the field of Laurent series over Q(pi) (with roots such as
$\sqrt p$); Newton's iteration there gives the weights from the family's limit alone. For ``I:p`` with p fixed and for
shares of k the leading coefficients solve a nonlinear system: there coefficients are enclosures
(``expansion_numeric``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from analytic.errors import DomainError
from analytic.landscape.expansion_branch import Branch, is_numeric
from analytic.landscape.expansion_numeric import NumericBranch
from analytic.landscape.expansion_value import Expansion
from analytic.landscape.limits import limit

__all__ = ["Branch", "Expansion", "NumericBranch", "expansion"]

#: The largest order, in powers of k^(-1/2).
MAX_ORDER = 40
WHATS = ("weights", "loss", "eigenvalues")


def expansion(name: str, order: int, what: str = "weights", extra_columns: bool = False) -> Any:
    """The expansion of a family's weights, loss or eigenvalues.

    Args:
        name: global, diagonal, A, I, II, I:p or II:p with p fixed (II:3) or a share of k (II:k/2).
        order: all terms up to k^(-order/2).
        what: weights, loss or eigenvalues.
        extra_columns: whether those eigenvalues are listed too that appear for d > k, once for each further column;
            the other quantities do not depend on d.

    Returns:
        For the loss one ``Expansion``; for weights a dictionary of them by orbit; for eigenvalues a list, the largest
        first, with multiplicities.

    Raises:
        FormulaError: the name is none of these.
        DomainError: impossible order or quantity.
        NoExpansionError: no expansion in powers of k^(-1/2) was found, as for branches that end at a finite k.

    Example:
        >>> expansion("A", 2)["a_11"]
        a_11(A) = 2/k + O(k^(-3/2))
        >>> expansion("I:4", 2)["d_1"]
        d_1(I:4) = 1 + 0.416941438951644/k + O(k^(-3/2))   (certified numbers)
    """
    if what not in WHATS:
        raise DomainError(f"got {what!r}, expected one of {', '.join(WHATS)}")
    if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order <= MAX_ORDER:
        raise DomainError(f"got the order {order!r}, expected an integer from 0 to {MAX_ORDER}")
    branch = _branch(limit(name).name)
    if what == "eigenvalues":
        return branch.eigenvalues(order, extra_columns)
    return {"weights": branch.weights, "loss": branch.loss}[what](order)


@lru_cache(maxsize=32)
def _branch(name: str) -> Branch:
    found = limit(name)
    return NumericBranch(found) if is_numeric(found) else Branch(found)

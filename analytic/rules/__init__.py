"""The rules by which expectations are derived, one a file; the order is the order in which they are tried."""

from __future__ import annotations

from analytic.rules.conditioning import Conditioning
from analytic.rules.half_line import HalfLine
from analytic.rules.marginal import Marginal
from analytic.rules.moment import Rule
from analytic.rules.orthant import Orthant
from analytic.rules.product_rule import ProductRule
from analytic.rules.sifting import Sifting
from analytic.rules.stein import Stein

RULES: tuple[Rule, ...] = (ProductRule(), Sifting(), Conditioning(), Marginal(), HalfLine(), Orthant(), Stein())

__all__ = ["RULES", "Rule"]

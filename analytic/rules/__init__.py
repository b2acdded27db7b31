"""The rules by which expectations are derived, one a file; the order is the order in which they are tried."""

from __future__ import annotations

from analytic.rules.auxiliary import Auxiliary
from analytic.rules.coincidence import Coincidence
from analytic.rules.conditioning import Conditioning
from analytic.rules.constant import Constant
from analytic.rules.half_line import HalfLine
from analytic.rules.inclusion_exclusion import InclusionExclusion
from analytic.rules.independence import Independence
from analytic.rules.linear_dependence import LinearDependence
from analytic.rules.logarithm import Logarithm
from analytic.rules.many_orthant import ManyOrthant
from analytic.rules.marginal import Marginal
from analytic.rules.moment import Rule
from analytic.rules.orthant import Orthant
from analytic.rules.parity import Parity
from analytic.rules.product_rule import ProductRule
from analytic.rules.proportional import Proportional
from analytic.rules.reciprocal import Reciprocal
from analytic.rules.reflection_group import ReflectionGroup
from analytic.rules.sifting import Sifting
from analytic.rules.stein import Stein
from analytic.rules.tilting import Tilting

RULES: tuple[Rule, ...] = (
    Coincidence(),
    Tilting(),
    Parity(),
    Auxiliary(),
    ProductRule(),
    Sifting(),
    Constant(),
    Conditioning(),
    Marginal(),
    HalfLine(),
    Proportional(),
    Logarithm(),
    LinearDependence(),
    Independence(),
    Orthant(),
    ReflectionGroup(),
    InclusionExclusion(),
    ManyOrthant(),
    Reciprocal(),
    Stein(),
)

__all__ = ["RULES", "Rule"]

"""The keys of claim files that state the further kinds, and what reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from checks.errors import ClaimError
from checks.statements.asymptotics import Expansion, Limit, Order
from checks.statements.base import Stated
from checks.statements.descent import GradientDescent
from checks.statements.eigenvalue_bound import EigenvalueBound
from checks.statements.family_facts import DescentDirections, FamilyRange, Threshold
from checks.statements.inequality import Inequality
from checks.statements.ordering import MatrixOrder
from checks.statements.recursion import Recursion
from checks.statements.simulation import Simulation
from checks.statements.spectrum_growth import SpectraAgree, SpectrumGrowth
from checks.statements.split_neuron import SplitNeuron
from checks.trained import OnlineHovers, TrainedPoint

Reader = Callable[[Mapping[str, Any], Mapping[str, str]], Stated]


def _of_texts(key: str, kind: Callable[..., Stated], fields: tuple[str, ...]) -> Reader:
    """Reads a table all of whose values are texts."""

    def read(table: Mapping[str, Any], _: Mapping[str, str]) -> Stated:
        from checks.claim_table import inner, text

        found = inner(table, key, fields)
        missing = [f for f in fields if f not in found]
        if missing:
            raise ClaimError(f"got {key} without {', '.join(missing)}, expected a table with {', '.join(fields)}")
        return kind(**{f: text(found, f) for f in fields})

    return read


_APPROACH = ("expression", "variable", "point")
#: By key, as in ``checks.claim_table.STATEMENTS``.
READERS: dict[tuple[str, ...], Reader] = {
    ("inequality",): Inequality.from_table,
    ("limit",): _of_texts("limit", Limit, (*_APPROACH, "value")),
    ("expansion",): _of_texts("expansion", Expansion, (*_APPROACH, "terms", "order")),
    ("order",): _of_texts("order", Order, (*_APPROACH, "order", "constant")),
    ("gradient_descent",): GradientDescent.from_table,
    ("recursion",): Recursion.from_table,
    ("eigenvalue_bound",): EigenvalueBound.from_table,
    ("matrix_order",): MatrixOrder.from_table,
    ("trained",): TrainedPoint.from_table,
    ("online",): OnlineHovers.from_table,
    ("simulation",): Simulation.from_table,
    ("spectrum_growth",): SpectrumGrowth.from_table,
    ("spectra_agree",): SpectraAgree.from_table,
    ("split_neuron",): SplitNeuron.from_table,
    ("threshold",): Threshold.from_table,
    ("family_range",): FamilyRange.from_table,
    ("descent_directions",): DescentDirections.from_table,
}

r"""A family of critical points as a function of $s = k^{-1/2}$: its equations as models on an interval of s.

The weights are enclosed as $w_j(s) = P_j(s - s_0) + s^{m_j}\delta_j$, $|\delta_j| \le \rho_j$. On an interval that
begins at s = 0 the first coefficients of P are the exact ones of the expansion at k = infinity, and $s^{m_j}$ is the
power up to which they determine the weight; elsewhere $m_j = 0$. All intervals run the same recorded programs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from flint import arb, arb_poly

from analytic.balls import rational
from analytic.errors import FormulaError
from analytic.landscape.expansion import Branch
from analytic.landscape.laurent import Series, SeriesRing
from analytic.landscape.limits import Limit, limit
from analytic.landscape.programs import Programs, programs
from analytic.landscape.uniform_companion import Companion
from analytic.landscape.uniform_model import ModelRing, TaylorModel

Models = dict[str, TaylorModel]
Polynomials = Mapping[str, arb_poly]
#: Coefficients up to this power of s are exact, and how many more terms the exact series carry through the programs.
EXACT_ORDER, MARGIN = 4, 8


@dataclass(frozen=True)
class Tube:
    """Polynomials with a neighbourhood in which a solution lies.

    Args:
        base: s_0.
        centre: P_j, by weight.
        places: m_j.
        radii: rho_j.
    """

    base: arb
    centre: Polynomials
    places: Mapping[str, int]
    radii: Mapping[str, arb]

    def at(self, s: arb) -> dict[str, arb]:
        """The weights at one s, as balls."""
        return {n: p(s - self.base) + s ** self.places[n] * arb(0, self.radii[n]) for n, p in self.centre.items()}


@dataclass(frozen=True)
class UniformFamily:
    """A family with its programs and the exact beginning of its expansion.

    Args:
        limit: where the family is at k = infinity.
    """

    limit: Limit

    @cached_property
    def programs(self) -> Programs:
        """The programs of the layout, extra columns included; only copies that exist at the sizes that stay."""
        return programs(self.limit.layout, tuple(self.limit.small.items()), self.limit.weights, extra_columns=True)

    @property
    def names(self) -> list[str]:
        """The weights."""
        return [o.name for o in self.limit.layout.orbits]

    @cached_property
    def companion(self) -> Companion:
        """The exact series that go along with models next to s = 0; one for all domains."""
        return Companion(SeriesRing(self._branch.field, EXACT_ORDER + MARGIN))

    @cached_property
    def _branch(self) -> Branch:
        return Branch(self.limit)

    @cached_property
    def expansion(self) -> dict[str, Series]:
        """The weights up to s^EXACT_ORDER, exact."""
        found = self._branch.critical.begun(EXACT_ORDER)
        return {n: self.companion.ring.moved(w.truncated(EXACT_ORDER + 1)) for n, w in found.items()}

    @cached_property
    def _truncated(self) -> dict[tuple[str, int], Series]:
        return {}

    def begin(self) -> dict[str, arb_poly]:
        """The exact expansion, as polynomials in s with balls."""
        orders = range(EXACT_ORDER + 1)
        return {n: arb_poly([w.coefficient(i).ball() for i in orders]) for n, w in self.expansion.items()}

    def ring(self, terms: int, low: arb, high: arb, centre: arb, pole: bool) -> ModelRing:
        """Models on the domain; with exact companions where it begins at the pole s = 0."""
        return ModelRing(terms, low, high, centre, self.companion if pole else None)

    def sizes(self, ring: ModelRing) -> Models:
        """The sizes of blocks."""
        found: Any = self.limit.sizes(ring)  # type: ignore[arg-type]
        return dict(found)

    def sizes_at(self, s: arb) -> dict[str, arb]:
        """The sizes of blocks at one s, in balls."""
        k = 1 / (s * s)
        p = rational(self.limit.ratio) * k + self.limit.flipped
        blocks = self.limit.layout.rows
        values = (k,) if len(blocks) == 1 else (k - p, p)
        return {b.size: n for b, n in zip(blocks, values, strict=True) if not b.single}

    def weights(self, ring: ModelRing, tube: Tube, spread: bool) -> Models:
        """The weights of a tube as models: its centre, or with ``spread`` any constants delta."""
        offset = arb_poly([ring.centre - tube.base, 1])
        found = {}
        for n, p in tube.centre.items():
            value = p(offset)
            if spread:
                value = value + arb_poly([ring.centre, 1]) ** tube.places[n] * arb(0, tube.radii[n])
            known = tube.places[n] if spread else EXACT_ORDER + 1
            found[n] = ring.model(value, self._companion_of(n, known) if ring.exact else None)
        return found

    def _companion_of(self, name: str, order: int) -> Series:
        """The exact series below s^order; the same object each time, so that companions are computed once."""
        if (name, order) not in self._truncated:
            self._truncated[name, order] = self.expansion[name].truncated(order)
        return self._truncated[name, order]

    def newton(self, ring: ModelRing, weights: Models) -> tuple[list[TaylorModel], list[list[TaylorModel]]]:
        """Gradient and Jacobian as models."""
        gradient, jacobian = self.programs.run_newton(ring, {**self.sizes(ring), **weights})
        return gradient, jacobian


@lru_cache(maxsize=32)
def uniform_family(name: str) -> UniformFamily:
    """The family of that name; kept, with its expansion.

    Raises:
        FormulaError: the name is none of a family's, or its points are known in closed form.
    """
    found = limit(name)
    if found.kind not in ("I", "II"):
        raise FormulaError(f"got the family {name!r}, expected A, I, II or II:p: {found.kind} is known in closed form")
    return UniformFamily(found)


def inner(row: Sequence[TaylorModel], column: Sequence[TaylorModel]) -> TaylorModel:
    """The inner product."""
    total = row[0] * column[0]
    for x, y in zip(row[1:], column[1:], strict=True):
        total = total + x * y
    return total

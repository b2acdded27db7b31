"""The programs of a layout, recorded once and kept: gradient with Jacobian, loss, and every block of the Hessian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from analytic.landscape.isotypic import TRIVIAL, Component, components, coordinate, spanning, squared_norm
from analytic.landscape.layout import Layout, Orbit
from analytic.landscape.pair import RELU, Homogeneous
from analytic.landscape.reduced import ReducedLoss
from analytic.landscape.tape import Arithmetic, Program, Traced

Square = list[list[Any]]


@dataclass(frozen=True)
class Blocks:
    """The Hessian on each isotypic component at a point.

    Args:
        components: in the order of the blocks.
        matrices: one square matrix a component, in the basis of its copies.
        norms: the squared norms of the basis, so that D^(1/2) B D^(-1/2) is symmetric.
    """

    components: tuple[Component, ...]
    matrices: tuple[Square, ...]
    norms: tuple[list[Any], ...]


class Programs:
    """What can be computed at a symmetric point, for one layout.

    Args:
        layout: blocks of rows and teachers.
        small: sizes of labels that are numbers below 4, where copies vanish.
        weights: for orbits that are not free a constant, or the orbit to which they are equal.
        phi: the activation.
        extra_columns: whether d > k.
    """

    def __init__(
        self,
        layout: Layout,
        small: Mapping[str, int] | None = None,
        weights: Mapping[Orbit, Any] | None = None,
        phi: Homogeneous = RELU,
        extra_columns: bool = True,
    ) -> None:
        self.layout, self.loss_of = layout, ReducedLoss(layout, weights, phi)
        self.components = tuple(components(layout, small, extra_columns))
        tied = weights or {}
        self.free = tuple(o for o in layout.orbits if o not in tied)

    def _block(self, component: Component, within: int | None = None) -> list[list[Traced]]:
        """Column c holds the coordinates of the Hessian applied to copy c."""
        reduced, copies = self.loss_of, component.copies[:within]
        rows, columns, size = reduced.students, reduced.columns, reduced.size
        images = [reduced.hessian(spanning(c, component, rows, columns, size), component.sign) for c in copies]
        return [[reduced.tape.element(coordinate(image, c, size)) for image in images] for c in copies]

    @cached_property
    def traced_blocks(self) -> dict[str, list[list[Traced]]]:
        """Every block, as elements of the tape."""
        return {c.name: self._block(c) for c in self.components}

    @cached_property
    def _gradient(self) -> list[Traced]:
        """The gradient's entries on the orbits, in their order."""
        G = self.loss_of.gradient()
        element = self.loss_of.tape.element
        return [
            element(G.get(o.row, o.column, "c") + (G.get(o.row, o.column, "d") if o.diagonal else 0))
            for o in self.layout.orbits
        ]

    @cached_property
    def newton(self) -> Program:
        """Gradient on the orbits, then its Jacobian row by row: the trivial block without extra columns."""
        trivial = next(c for c in self.components if c.name == TRIVIAL)
        jacobian = self._block(trivial)
        return self.loss_of.tape.program([*self._gradient, *(x for row in jacobian for x in row)])

    @cached_property
    def gradient(self) -> Program:
        """The gradient on the orbits."""
        return self.loss_of.tape.program(self._gradient)

    @cached_property
    def loss(self) -> Program:
        """The loss."""
        return self.loss_of.tape.program([self.loss_of.loss()])

    @cached_property
    def blocks(self) -> Program:
        """Every block of the Hessian, with the squared norms of its basis, one after another."""
        reduced = self.loss_of
        outputs = []
        for component in self.components:
            outputs += [x for row in self.traced_blocks[component.name] for x in row]
            outputs += [
                reduced.tape.element(squared_norm(c, reduced.students, reduced.columns, reduced.size))
                for c in component.copies
            ]
        return reduced.tape.program(outputs)

    def run_blocks(self, arithmetic: Arithmetic, values: Mapping[str, Any]) -> Blocks:
        """The blocks at a point."""
        found, matrices, norms = iter(self.blocks.run(arithmetic, values)), [], []
        for component in self.components:
            m = len(component.copies)
            matrices.append([[next(found) for _ in range(m)] for _ in range(m)])
            norms.append([next(found) for _ in range(m)])
        return Blocks(self.components, tuple(matrices), tuple(norms))

    def run_newton(self, arithmetic: Arithmetic, values: Mapping[str, Any]) -> tuple[list[Any], Square]:
        """Gradient and Jacobian at a point."""
        found = self.newton.run(arithmetic, values)
        m = len(self.layout.orbits)
        return found[:m], [found[m + i * m : m + (i + 1) * m] for i in range(m)]


@lru_cache(maxsize=256)
def programs(
    layout: Layout,
    small: tuple[tuple[str, int], ...] = (),
    weights: tuple[tuple[Orbit, Any], ...] = (),
    phi: Homogeneous = RELU,
    extra_columns: bool = True,
) -> Programs:
    """The programs of a layout; recorded on the first call, kept afterwards."""
    return Programs(layout, dict(small), dict(weights), phi, extra_columns)

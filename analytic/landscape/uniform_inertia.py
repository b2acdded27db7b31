r"""All eigenvalues of the Hessian above a bound, for every s of an interval: pivots of its blocks as models.

A block B is self-adjoint in a basis with squared norms D, so its eigenvalues exceed b if and only if the symmetric
matrix $D(B - b)$ is positive definite. Blocks of all isotypic components are taken, those on columns beyond the k-th
(d > k) included.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from analytic.landscape.eigenvalues import UnresolvedError, eigenvalue_balls
from analytic.landscape.tape import BALL
from analytic.landscape.uniform_box import UniformBox, domain
from analytic.landscape.uniform_companion import WideBoxError
from analytic.landscape.uniform_family import Tube, UniformFamily
from analytic.landscape.uniform_linear import is_positive_definite

#: How often an interval is halved before the bound is given up.
HALVINGS = 7


def unproved(
    family: UniformFamily, box: UniformBox, bound: Fraction, terms: int
) -> tuple[int, tuple[Fraction, Fraction, str] | None]:
    """Proves the bound on a box.

    Returns:
        The number of intervals it took, and the first interval where it is not proved, with the component.
    """
    tube, count = box.tube(family, False), 0
    waiting = [(box.low, box.high, HALVINGS)]
    while waiting:
        low, high, deeper = waiting.pop()
        component = _open_component(family, tube, low, high, bound, terms)
        if component is None:
            count += 1
        elif deeper == 0:
            return count, (low, high, component)
        else:
            middle = (low + high) / 2
            waiting += [(low, middle, deeper - 1), (middle, high, deeper - 1)]
    return count, None


def _open_component(
    family: UniformFamily, tube: Tube, low: Fraction, high: Fraction, bound: Fraction, terms: int
) -> str | None:
    """The first component whose block is not proved to exceed the bound on the interval."""
    ring = domain(family, low, high, terms)
    name = "any"
    try:
        blocks = family.programs.run_blocks(ring, {**family.sizes(ring), **family.weights(ring, tube, True)})
        least = ring.number(bound)
        for component, matrix, norms in zip(blocks.components, blocks.matrices, blocks.norms, strict=True):
            name = component.name
            if not all(n.is_positive() for n in norms):
                return name
            shifted = [[x - least if i == j else x for j, x in enumerate(row)] for i, row in enumerate(matrix)]
            if not is_positive_definite([[n * x for x in row] for n, row in zip(norms, shifted, strict=True)]):
                return name
    except WideBoxError:
        return name
    return None


def smallest_eigenvalue(family: UniformFamily, weights: Mapping[str, arb], s: arb) -> tuple[arb, str] | None:
    """The smallest eigenvalue of all blocks at one s, as a ball, and its component; None if they are not separated."""
    blocks = family.programs.run_blocks(BALL, {**family.sizes_at(s), **weights})
    try:
        found = [
            (eigenvalue_balls(m, n)[0], c.name)
            for c, m, n in zip(blocks.components, blocks.matrices, blocks.norms, strict=True)
        ]
    except UnresolvedError:
        return None
    return min(found, key=lambda pair: float(pair[0].mid()))

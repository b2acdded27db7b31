r"""Families of symmetric critical points by name, for any number of neurons k: solved, and proved to exist.

``global``: W = V. ``diagonal``: W = x J. ``II:p``: the weights of p neurons tend to -e_i, of the others to e_i, with
corrections of order 1/k in all columns. ``I:p``: p flipped neurons near -I_p + (2/p) J_p, nearly decoupled from the
rest; ``I`` = ``I:k-1`` and ``A`` = ``I:k``. A point is reached by Newton's method from these limits; where that leads
elsewhere, by continuation in k from sizes where it does not, so that a name means one branch.

Source: the families are those of Arjevani and Field (2021), "Analytic study of families of spurious minima in two-layer
ReLU neural networks"; II:p and I:p as found by gradient descent in Safran, Yehudai and Shamir (2021).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flint import arb

from analytic.balls import precision
from analytic.errors import DimensionError, FormulaError
from analytic.landscape.continuation import Path, follow
from analytic.landscape.eigenvalues import UnresolvedError, eigenvalue_balls
from analytic.landscape.isotypic import TRIVIAL
from analytic.landscape.layout import Block, Layout, partition_layout
from analytic.landscape.newton import NoCriticalPointError, Weights, newton
from analytic.landscape.pair import RELU, Homogeneous
from analytic.landscape.point import CriticalPoint
from analytic.landscape.programs import programs
from analytic.landscape.symmetric_pattern import more_symmetric
from analytic.landscape.tape import BALL

#: Accuracy of the first solution, in bits; certificates refine it.
BITS = 80
#: Branches II:p begin at k / p between 1.2 and 2 wherever they were followed; a fifth of this number is beyond.
SAFE = 12
NAME = re.compile(r"(global|diagonal|A|II|I)(?::([0-9]+))?")


@dataclass(frozen=True)
class Family:
    """A family of critical points with one block of neurons near the identity and one flipped.

    Args:
        kind: "I" or "II".
        flipped: p, the number of flipped neurons.
        k: the number of neurons, possibly real.
    """

    kind: str
    flipped: Any
    k: Any

    def start(self, k: arb) -> dict[str, arb]:
        """The limit with corrections of the right order; names of orbits as in a layout of two larger blocks."""
        p = _ball(self.flipped)
        if self.kind == "II":
            small = 3 / (2 * k)
            return {"d_1": arb(1), "a_11": -p / k**2, "a_12": small, "a_21": small, "d_2": small - 1, "a_22": small}
        near = arb(0) if p == k else 1 / (20 * k)
        return {"d_1": arb(1), "a_11": near, "a_12": near, "a_21": near, "d_2": 2 / p - 1, "a_22": 2 / p}

    def is_near(self, weights: Weights, k: arb) -> bool:
        """Whether a point is near enough to the limit to be on its branch without following it there."""
        p = _ball(self.flipped)
        flipped, crossing = weights["d_2"], (weights["a_12"], weights["a_21"])
        if self.kind == "II":
            corrections = [k * x for x in (*crossing, weights["a_22"])]
            return bool(flipped < 0) and all(bool(x > arb(0.5)) and bool(x < arb(3)) for x in corrections)
        tied = bool(abs(weights["a_22"] * p - 2) < 1)
        return bool(flipped < 0) and tied and all(bool(abs(x * k) < 2) for x in crossing)

    def path(self, k: arb) -> dict[str, arb]:
        """The sizes when k moves and p stays."""
        return {"k_1": k - _ball(self.flipped), "k_2": _ball(self.flipped)}


def critical_point(name: str, k: Any, d: Any = None, phi: Homogeneous = RELU) -> CriticalPoint:
    """The critical point of a family.

    Args:
        name: global, diagonal, A, I, II, I:p or II:p.
        k: number of teachers and students; an integer, or a real number (Fraction, ball) between.
        d: dimension of the input, at least k; default k.
        phi: the activation.

    Returns:
        The point; its weights are proved to exist when they are first asked for.

    Raises:
        FormulaError: the name is none of these.
        DimensionError: impossible sizes.
        NoCriticalPointError: the family has no such point, as far as its branch can be followed.

    Example:
        >>> point = critical_point("II", 20)
        >>> point.loss.rounded(10)
        '0.01127558195'
    """
    match = NAME.fullmatch(name.replace(" ", ""))
    if match is None:
        raise FormulaError(
            f"got the point {name!r}, expected global, diagonal, A, I, II, I:p or II:p (such as II:3), or a partition "
            f"such as 15,5"
        )
    family, number = match[1], match[2]
    check_sizes(k, d)
    d = k if d is None else d
    if number is not None and family not in ("I", "II"):
        raise FormulaError(
            f"got the point {name!r}: only I and II take a number of flipped neurons, such as II:{number}"
        )
    if family == "global":
        return global_point(k, d, phi)
    if family == "diagonal":
        return _diagonal(k, d, phi)
    if family == "A":
        if not bool(k > 2):
            raise DimensionError(f"got A at k = {k}, expected k >= 3: -I + (2/k) J only permutes the neurons for k < 3")
        return _solved(Family("I", k, k), "A", d, phi)
    flipped = int(number) if number is not None else (1 if family == "II" else k - 1)
    _check_flipped(family, name, flipped, k)
    return _solved(Family(family, flipped, k), name, d, phi)


def check_sizes(k: Any, d: Any) -> None:
    """Raises a DimensionError for impossible k and d."""
    for what, value in (("k", k), ("d", d)):
        if value is not None and (isinstance(value, (bool, float, str)) or not bool(value >= 1)):
            raise DimensionError(f"got {what} = {value!r}, expected an integer of at least 1 (or a Fraction or ball)")
    if d is not None and not bool(d >= k):
        raise DimensionError(f"got d = {d} < k = {k}, expected d >= k: k orthonormal teachers need k dimensions")


def _check_flipped(family: str, name: str, flipped: Any, k: Any) -> None:
    least = 1 if family == "II" else 3
    if bool(flipped < least) or not bool(k - flipped >= 1):
        most = k - 1
        possible = f"{family}:{least} to {family}:{most}" if bool(most >= least) else f"none at k = {k}"
        why = "one neuron at least stays unflipped"
        why += "" if family == "II" else " (A has none), and -I + (2/p) J only permutes the neurons for p < 3"
        raise DimensionError(f"got {name} at k = {k}, expected {possible}: {why}")


def global_point(k: Any, d: Any, phi: Homogeneous) -> CriticalPoint:
    """The global minimum W = V = [I_k 0]."""
    layout = partition_layout([_is_one(k)])
    tied = tuple((o, int(o.diagonal or layout.rows[0].single)) for o in layout.orbits)
    values = {o.name: value for o, value in tied}
    sizes = {"1": k}
    return CriticalPoint("global", layout, sizes, d, {}, phi, lambda: {n: arb(v) for n, v in values.items()}, tied)


def _is_one(k: Any) -> bool:
    return bool(k == 1)


def _diagonal(k: Any, d: Any, phi: Homogeneous) -> CriticalPoint:
    """All neurons equal: the gradient is affine in x, so x solves one linear equation."""
    if _is_one(k):
        raise DimensionError("got the point diagonal at k = 1, expected k >= 2: one neuron alone is the global minimum")
    layout = Layout((Block("x1"),), (Block("1"),))
    orbit = layout.orbits[0].name

    def exact() -> Weights:
        compiled = programs(layout, (), (), phi)
        sizes = {"k_x1": _ball(k), "k_1": _ball(k)}
        at = [compiled.gradient.run(BALL, {**sizes, orbit: arb(x)})[0] for x in (1, 2)]
        return {orbit: 1 + at[0] / (at[0] - at[1])}

    return CriticalPoint("diagonal", layout, {"x1": k, "1": k}, d, {}, phi, exact)


def _ball(k: Any) -> arb:
    return k if isinstance(k, arb) else arb(k.numerator) / k.denominator


def _solved(family: Family, name: str, d: Any, phi: Homogeneous) -> CriticalPoint:
    layout, sizes = _layout(family)
    bits = _accuracy(family.k)
    with precision(bits + 64):
        k = _ball(family.k)
        inputs = {f"k_{label}": _ball(n) for label, n in sizes.items()}
        start = _restricted(layout, family.start(k))
        found = newton(programs(layout, phi=phi), inputs, start, bits)
        if found is None or not _on_branch(family, layout, found, phi):
            found = _continued(family, name, layout, phi, bits)
        _check_distinct(found, layout, sizes, f"{name} at k = {family.k}")
        text = {n: x.str(bits // 3, radius=False) for n, x in found.items()}
    return CriticalPoint(name, layout, sizes, d, text, phi)


def _on_branch(family: Family, layout: Layout, weights: Weights, phi: Homogeneous) -> bool:
    """Whether a point that Newton's method reached from the limit is on the branch, without following it there.

    It is near the limit, far from the sizes at which branches of type II end, and a minimum among symmetric weights: on
    the other sheet of a fold the reduced Hessian has a negative eigenvalue.
    """
    k, p = _ball(family.k), _ball(family.flipped)
    if not family.is_near(_extended(family, layout, weights), k) or (family.kind == "II" and bool(5 * k < SAFE * p)):
        return False
    compiled = programs(layout, phi=phi)
    blocks = compiled.run_blocks(BALL, {**_sizes(layout, family.path(k) | {"k_1": k - p if p != k else k}), **weights})
    trivial = next(i for i, c in enumerate(blocks.components) if c.name == TRIVIAL)
    try:
        return all(bool(x > 0) for x in eigenvalue_balls(blocks.matrices[trivial], blocks.norms[trivial]))
    except UnresolvedError:
        return False


def _check_distinct(weights: Weights, layout: Layout, sizes: Mapping[str, Any], what: str) -> None:
    """Raises NoCriticalPointError where the isotropy is larger: the branch has met another family, up to an order."""
    large = {label: bool(n > 2) for label, n in sizes.items()}
    # A's own weights off the diagonal are near 2/k; where they vanish W is a multiple of the identity
    alike = len(layout.rows) == 1 and not layout.rows[0].single and bool(abs(weights["a_11"] * _ball(sizes["1"])) < 0.5)
    if alike or more_symmetric(layout, weights, large):
        raise NoCriticalPointError(
            f"no such point found: {what}; its branch has met a point of larger symmetry there (another family, with "
            f"the neurons in another order)"
        )


def _layout(family: Family) -> tuple[Layout, dict[str, Any]]:
    if family.kind == "I" and family.flipped == family.k:
        return partition_layout([_is_one(family.k)]), {"1": family.k}
    sizes = (family.k - family.flipped, family.flipped)
    return partition_layout([_is_one(n) for n in sizes]), {str(i + 1): n for i, n in enumerate(sizes)}


def _restricted(layout: Layout, whole: Mapping[str, arb]) -> dict[str, arb]:
    """Weights of two larger blocks, for a layout in which a block may be single or the first one missing."""
    if len(layout.rows) == 1:
        return {"d_1": whole["d_2"], "a_11": whole["a_22"]}
    found = {o.name: whole[o.name] for o in layout.orbits}
    for i, block in enumerate(layout.rows, 1):
        if block.single:  # its only entry is a diagonal one
            found[f"a_{i}{i}"] = whole[f"d_{i}"]
    return found


def _extended(family: Family, layout: Layout, weights: Weights) -> Weights:
    if len(layout.rows) == 1:
        return {"d_2": weights["d_1"], "a_22": weights["a_11"], "a_12": arb(0), "a_21": arb(0)}
    found = dict(weights)
    limit = family.start(_ball(family.k))
    for i, block in enumerate(layout.rows, 1):
        if block.single:
            found[f"d_{i}"], found[f"a_{i}{i}"] = weights[f"a_{i}{i}"], limit[f"a_{i}{i}"]
    return found


def _accuracy(k: Any) -> int:
    """Bits of the first solution: the smallest weights are of order 1/k^2."""
    return BITS + 4 * max(1, int(float(_ball(k))).bit_length())


def _continued(family: Family, name: str, layout: Layout, phi: Homogeneous, bits: int) -> Weights:
    """The point by continuation with p fixed: II from large k downwards, I from k = p + 2 upwards."""
    if len(layout.rows) == 1:
        raise NoCriticalPointError(f"no such point found: {name} at k = {family.k} (Newton's method from its limit)")
    one = _is_one(family.flipped)
    general = partition_layout([False, one])
    p, target = _ball(family.flipped), _ball(family.k)
    anchor = 1000 * p * p + 1000 if family.kind == "II" else p + 2
    shown = anchor.str(6, radius=False)
    compiled = programs(general, phi=phi)
    begin_at = _restricted(general, family.start(anchor))
    far = _accuracy(anchor)
    begin = newton(compiled, _sizes(general, family.path(anchor)), begin_at, far)
    if begin is None:
        raise NoCriticalPointError(f"no such point found: {name} at k = {family.k}; not at k = {shown} either")
    path: Path = lambda s: _sizes(general, family.path(s.exp()))  # noqa: E731
    with precision(far + 64):  # the anchor may be far larger than k
        reached = follow(compiled, path, begin, anchor.log().mid(), target.log().mid(), far)
    if not reached.arrived:
        last = reached.position.exp().str(6, radius=False)
        raise NoCriticalPointError(
            f"no such point found: {name} at k = {family.k}; its branch, followed from k = {shown}, ends near k = "
            f"{last}"
        )
    found = reached.weights if layout == general else _restricted(layout, _extended(family, general, reached.weights))
    polished = newton(programs(layout, phi=phi), _sizes(layout, family.path(target)), found, bits)
    if polished is None:
        raise NoCriticalPointError(f"no such point found: {name} at k = {family.k}")
    return polished


def _sizes(layout: Layout, sizes: Mapping[str, arb]) -> dict[str, arb]:
    return {b.size: sizes[b.size] for b in layout.rows if not b.single}

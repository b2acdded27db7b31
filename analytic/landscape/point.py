r"""A symmetric critical point: enclosures of the exact weights, loss, blocks of the Hessian and the whole spectrum."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flint import arb

from analytic.balls import Ball, precision
from analytic.errors import DimensionError, DomainError
from analytic.landscape.eigenvalues import UnresolvedError, eigenvalue_balls
from analytic.landscape.isotypic import Component
from analytic.landscape.layout import Layout, Orbit
from analytic.landscape.newton import NoCriticalPointError, Weights, krawczyk, newton
from analytic.landscape.pair import RELU, Homogeneous
from analytic.landscape.programs import Programs, programs
from analytic.landscape.tape import BALL, FLOAT

#: Entries of a matrix that is written out.
LARGEST_MATRIX = 10**8

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Sizes by label of the block: numbers of neurons, or real numbers where a formula is continued between integers.
Sizes = Mapping[str, Any]
#: Working precision beyond the digits asked for, and how often it is doubled.
GUARD, DOUBLINGS = 40, 8


@dataclass(frozen=True)
class SpectrumRow:
    """An eigenvalue of the Hessian.

    Args:
        value: enclosure.
        multiplicity: the dimension of its component (times the number of extra columns).
        component: name of the isotypic component.
    """

    value: Ball
    multiplicity: Any
    component: str


@dataclass(frozen=True)
class PointSpectrum:
    """The whole spectrum of the Hessian at a critical point, ascending.

    Args:
        rows: eigenvalues with multiplicities that sum to n d.
        n: number of students.
        d: dimension of the input.
    """

    rows: tuple[SpectrumRow, ...]
    n: Any
    d: Any

    @property
    def dimension(self) -> Any:
        """The sum of the multiplicities, n d."""
        return sum(r.multiplicity for r in self.rows)

    def __repr__(self) -> str:
        lines = [f"Spectrum of the Hessian, n = {self.n}, d = {self.d}: {self.kind}"]
        lines += [f"  {_text(r.value):>24}   x {r.multiplicity}   {r.component}" for r in self.rows]
        return "\n".join(lines)

    def latex(self) -> str:
        """The table as a LaTeX array, without dollar signs."""
        lines = [rf"{_text(r.value)} & {r.multiplicity} & \text{{{r.component}}}" for r in self.rows]
        head = r"\lambda & \text{multiplicity} & \text{component} \\ \hline "
        return r"\begin{array}{rrl} " + head + r" \\ ".join(lines) + r" \end{array}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    @property
    def kind(self) -> str:
        """strict local minimum, saddle of index m, or degenerate."""
        if self.index is None:
            zero = sum(r.multiplicity for r in self.rows if r.value.arb.contains(0))
            negative = sum(r.multiplicity for r in self.rows if r.value.arb < 0)
            return f"degenerate: {zero} eigenvalues cannot be told from 0, {negative} are negative"
        return "strict local minimum" if self.index == 0 else f"saddle of index {self.index}"

    def _signs(self) -> list[int | None]:
        found = []
        for row in self.rows:
            x = row.value.arb
            found.append(1 if x > 0 else -1 if x < 0 else None)
        return found

    @property
    def index(self) -> int | None:
        """The number of negative eigenvalues; None if an enclosure contains 0."""
        signs = self._signs()
        if None in signs:
            return None
        negative: int = sum(r.multiplicity for r, s in zip(self.rows, signs, strict=True) if s == -1)
        return negative

    @property
    def trace(self) -> Ball:
        """The sum of the eigenvalues."""
        with precision(max(r.value.bits for r in self.rows)):
            return Ball.of(sum((r.value.arb * _arb(r.multiplicity) for r in self.rows), arb(0)))

    @property
    def log_determinant(self) -> tuple[int, Ball] | None:
        """Sign and logarithm of the absolute value of the determinant; None if an enclosure contains 0."""
        signs = self._signs()
        if None in signs:
            return None
        odd = sum(r.multiplicity for r, s in zip(self.rows, signs, strict=True) if s == -1) % 2
        with precision(max(r.value.bits for r in self.rows)):
            total = sum((abs(r.value.arb).log() * _arb(r.multiplicity) for r in self.rows), arb(0))
            return -1 if odd else 1, Ball.of(total)

    @property
    def condition_number(self) -> Ball | None:
        """Largest by smallest absolute value; None if an enclosure contains 0."""
        if None in self._signs():
            return None
        with precision(max(r.value.bits for r in self.rows)):
            sizes = [abs(r.value.arb) for r in self.rows]
            top, bottom = sizes[0], sizes[0]
            for s in sizes[1:]:
                top, bottom = arb.max(top, s), arb.min(bottom, s)
            return Ball.of(top / bottom)

    def eigenvalues(self) -> NDArray[np.float64]:
        """All n d eigenvalues as float64, ascending."""
        import numpy as np

        return np.sort(np.repeat([float(r.value.arb) for r in self.rows], [int(r.multiplicity) for r in self.rows]))


@dataclass(frozen=True)
class CriticalPoint:
    r"""A critical point of the student-teacher loss that is fixed by a group of diagonal permutations.

    Args:
        name: of its family, or of its partition.
        layout: blocks of rows and teachers.
        sizes: of the labels.
        d: dimension of the input, at least k.
        start: midpoints of the weights by orbit, from which any precision is reached.
        phi: the activation.
        exact: for points in closed form: the weights at the current precision.
        tied: weights that are constants (see ``ReducedLoss``), so that exactly parallel neurons are recognised.

    Returns:
        The point; its weights are proved to exist when they are first asked for.

    Raises:
        NoCriticalPointError: there is no critical point next to the starting weights.

    Source: principle of symmetric criticality (Palais 1979); Krawczyk (1969).

    Example:
        >>> from analytic import find_point
        >>> find_point("II", 7).spectrum(5).kind
        'strict local minimum'
    """

    name: str
    layout: Layout
    sizes: Sizes
    d: Any
    start: Mapping[str, str]
    phi: Homogeneous = RELU
    exact: Callable[[], Weights] | None = None
    tied: tuple[tuple[Orbit, Any], ...] = ()
    _cache: dict[int, Weights] = field(default_factory=dict, compare=False, repr=False)

    def __repr__(self) -> str:
        weights = ", ".join(f"{n} = {float(x):.12g}" for n, x in self.weights().items())
        sizes = ", ".join(f"k_{a} = {n}" for a, n in self.sizes.items())
        lines = [f"Critical point {self.name}: k = {self.k}, n = {self.n}, d = {self.d}, loss {self.loss.rounded(12)}"]
        return "\n".join([*lines, f"  {weights}" + (f"; {sizes}" if sizes else "")])

    @cached_property
    def programs(self) -> Programs:
        """The programs of the layout at these sizes: copies that vanish there are left out."""
        small = tuple((a, n) for a, n in self.sizes.items() if isinstance(n, int) and n < 4)
        return programs(self.layout, small, self.tied, self.phi, True)

    @cached_property
    def solver(self) -> Programs:
        """The programs that find the weights; they do not depend on how small a block is."""
        return programs(self.layout, (), self.tied, self.phi)

    @property
    def n(self) -> Any:
        """Number of students."""
        return sum(self.size(b.label, b.single) for b in self.layout.rows)

    @property
    def k(self) -> Any:
        """Number of teachers."""
        return sum(self.size(b.label, b.single) for b in self.layout.teachers)

    def size(self, label: str, single: bool) -> Any:
        """The size of a block."""
        return 1 if single else self.sizes[label]

    def _size_inputs(self) -> dict[str, Any]:
        return {f"k_{a}": _arb(n) for a, n in self.sizes.items()}

    def weights(self, bits: int = 64) -> Weights:
        """Enclosures of the exact weights, by orbit: a box in which the Krawczyk operator proves exactly one zero.

        Args:
            bits: accuracy of the enclosures, absolute.

        Raises:
            NoCriticalPointError: the test fails at every precision tried.
        """
        if self.exact is not None:
            with precision(bits + GUARD):
                return self.exact()
        if bits not in self._cache:
            self._cache[bits] = self._certified(bits)
        return self._cache[bits]

    def _certified(self, bits: int) -> Weights:
        inputs = self._size_inputs()
        for doubling in range(4):
            accuracy = bits + 16 + 64 * (2**doubling - 1)
            with precision(accuracy + GUARD):
                centre = newton(self.solver, inputs, {n: arb(w) for n, w in self.start.items()}, accuracy)
                box = None if centre is None else krawczyk(self.solver, inputs, centre)
            if box is not None:
                return box
        raise NoCriticalPointError(
            f"got the point {self.name} at which the Krawczyk test fails up to {accuracy} bits; the critical point "
            f"may be degenerate"
        )

    def gradient_size(self) -> float:
        """The largest entry of the gradient at the starting weights: 0 up to rounding at a critical point."""
        with precision(128):
            values = {**self._size_inputs(), **{n: arb(w) for n, w in self.start.items()}}
            found = [abs(x) for x in self.solver.gradient.run(BALL, values)]
            return max(float(x.mid()) if x.is_finite() else float("inf") for x in found)

    @cached_property
    def loss(self) -> Ball:
        """L at the point."""
        if self.name == "global":  # the network is the teacher: an enclosure could not say so
            return Ball.of(arb(0))
        return self._to_bits(lambda values: self.programs.loss.run(BALL, values)[0])

    def _to_bits(self, compute: Callable[[Mapping[str, Any]], arb], bits: int = 53) -> Ball:
        accuracy = bits + GUARD + 2 * _magnitude(self.n)
        for _ in range(DOUBLINGS):
            with precision(accuracy + GUARD):
                value = compute({**self._size_inputs(), **self.weights(accuracy)})
                if value.is_finite() and (value.rel_accuracy_bits() >= bits or value == 0):
                    return Ball.of(value)
            accuracy *= 2
        with precision(accuracy):
            return Ball.of(value)

    def matrix(self) -> NDArray[np.float64]:
        """The weights as an n x d array of float64."""
        import numpy as np

        if not all(isinstance(x, int) for x in (*self.sizes.values(), self.d)):
            raise DimensionError(f"got the sizes {dict(self.sizes)}, expected integers: only then is there a matrix")
        if self.n * self.d > LARGEST_MATRIX:
            raise DimensionError(
                f"a matrix of {self.n} x {self.d} weights was asked for, expected at most {LARGEST_MATRIX}"
            )
        values = {n: float(x) for n, x in self.weights().items()}
        W = np.zeros((self.n, self.d))
        for o, rows, columns in _placed(self):
            block = W[rows, columns]
            if o.diagonal:
                np.fill_diagonal(block, values[o.name])
            else:
                block[:] = values[o.name]
        return W

    def spectrum(self, digits: int = 15) -> PointSpectrum:
        """All eigenvalues of the Hessian with multiplicities and isotypic components.

        Args:
            digits: correct digits of each eigenvalue; decimal places for those that cannot be told from 0.

        Raises:
            DomainError: the digits are out of range.
        """
        if not 1 <= digits <= 10_000:
            raise DomainError(f"got {digits} digits, expected 1 to 10000")
        wanted = int(3.33 * digits) + 4
        accuracy = wanted + GUARD + 2 * _magnitude(self.n)
        for attempt in range(DOUBLINGS):
            with precision(accuracy + GUARD):
                try:
                    rows = self._rows(accuracy)
                except UnresolvedError:
                    rows = None
                last = attempt == DOUBLINGS - 1 or accuracy > 8 * wanted + 4096
                if rows is not None and (last or all(_good(x, wanted) for x, _, _ in rows)):
                    found = [SpectrumRow(Ball.of(x), m, c) for x, m, c in rows]
                    return PointSpectrum(tuple(sorted(found, key=lambda r: float(r.value.arb))), self.n, self.d)
            accuracy *= 2
        raise DomainError(f"the eigenvalues at {self.name} are not separated at {accuracy} bits")

    def _rows(self, bits: int) -> list[tuple[arb, Any, str]]:
        blocks = self.programs.run_blocks(BALL, {**self._size_inputs(), **self.weights(bits)})
        found = []
        for component, matrix, norms in zip(blocks.components, blocks.matrices, blocks.norms, strict=True):
            times = self.multiplicity(component)
            if times == 0:
                continue
            found += [(x, times, component.name) for x in eigenvalue_balls(matrix, norms)]
        return found

    def multiplicity(self, component: Component) -> Any:
        """The multiplicity of each eigenvalue of a component's block."""
        labels = {b.label: self.size(b.label, b.single) for b in (*self.layout.rows, *self.layout.teachers)}
        times = component.dimension(labels)
        return times * (self.d - self.k) if component.on_extra_columns else times

    def spectrum_float(self) -> list[tuple[float, Any, str]]:
        """The spectrum in float64 at the float64 weights: quick, without enclosures.

        Returns:
            Eigenvalue, multiplicity and component; the eigenvalues of one component ascending.
        """
        values = {**{f"k_{a}": float(n) for a, n in self.sizes.items()}, **self._floats}
        return float_spectrum(self.programs, values, self.multiplicity)

    @cached_property
    def _floats(self) -> dict[str, float]:
        return {n: float(x) for n, x in self.weights().items()}


def float_spectrum(
    compiled: Programs, values: Mapping[str, float], multiplicity: Callable[[Component], Any]
) -> list[tuple[float, Any, str]]:
    """The eigenvalues of all blocks in float64, with multiplicities that are not 0."""
    import numpy as np

    blocks = compiled.run_blocks(FLOAT, values)
    found = []
    for component, matrix, norms in zip(blocks.components, blocks.matrices, blocks.norms, strict=True):
        times = multiplicity(component)
        if times == 0:
            continue
        if len(norms) == 1:
            found.append((matrix[0][0], times, component.name))
            continue
        roots = np.sqrt(norms)
        symmetric = np.array(matrix) * (roots[:, None] / roots)
        found += [(x, times, component.name) for x in np.linalg.eigvalsh(symmetric).tolist()]
    return found


def _text(value: Ball) -> str:
    return f"0 +/- {value.radius}" if value.arb.contains(0) and value.arb != 0 else value.rounded(15)


def _placed(point: CriticalPoint) -> list[tuple[Orbit, slice, slice]]:
    def slices(blocks: Sequence[Any]) -> list[slice]:
        found, begin = [], 0
        for b in blocks:
            size = point.size(b.label, b.single)
            found.append(slice(begin, begin + size))
            begin += size
        return found

    rows, columns = slices(point.layout.rows), slices(point.layout.teachers)
    ordered = sorted(point.layout.orbits, key=lambda o: o.diagonal)  # constants first, diagonals over them
    return [(o, rows[o.row], columns[o.column]) for o in ordered]


def _good(x: arb, wanted: int) -> bool:
    return bool(x.is_finite()) and (x.rel_accuracy_bits() >= wanted or bool(abs(x) < arb(2) ** (-4 * wanted - 64)))


def _magnitude(n: Any) -> int:
    return max(1, int(float(n)).bit_length())


def _arb(value: Any) -> arb:
    if isinstance(value, Fraction):
        return arb(value.numerator) / value.denominator
    return arb(value)

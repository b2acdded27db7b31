r"""The complete spectrum of the Hessian at the global minimum W = V = [I_k 0], exact, for any d >= k >= 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key, lru_cache, partial
from typing import Any, cast

from analytic.algebra import evaluate
from analytic.balls import Ball, BallAlgebra, precision, to_digits
from analytic.errors import AnalyticError, DimensionError
from analytic.formula import Expr, num
from analytic.landscape.components import Component, components
from analytic.landscape.orbit_sums import NAMED, TARGETS, Matrix, applied
from analytic.ring import Element
from analytic.sizes import (
    SizeAlgebra,
    Surd,
    generator,
    polynomial_expr,
    rational_expr,
    rational_surd,
    size_field,
    square_root,
    surd_expr,
)


@dataclass(frozen=True)
class SpectrumRow:
    """An eigenvalue with its multiplicity.

    Args:
        eigenvalue: closed form in pi (and k, where k is symbolic).
        multiplicity: a number, or a formula in k and d.
        components: the isotypic components it belongs to, with the multiplicity in each.
        surd: the eigenvalue in Q(pi, k, d) with one square root.
    """

    eigenvalue: Expr
    multiplicity: Expr
    components: tuple[tuple[str, Expr], ...]
    surd: Surd

    def ball(self, digits: int = 15) -> Ball:
        """The eigenvalue as a rigorous ball, for a numeric k.

        Raises:
            FormulaError: k is symbolic.
        """
        return to_digits(lambda: evaluate(self.eigenvalue, BallAlgebra({}, None, {})), digits)


@dataclass(frozen=True)
class Spectrum:
    """All eigenvalues of a Hessian with exact multiplicities.

    Args:
        k: the number of neurons, None if symbolic.
        d: the dimension of the input, None if symbolic.
        rows: one row a distinct eigenvalue; ascending where k is a number.

    Example:
        >>> spectrum(2).trace.fraction
        Fraction(2, 1)
    """

    k: int | None
    d: int | None
    rows: tuple[SpectrumRow, ...]

    @property
    def dimension(self) -> Expr:
        """The sum of the multiplicities, k d."""
        total = rational_surd(size_field().zero)
        for row in self.rows:
            total = total + evaluate(row.multiplicity, SizeAlgebra())
        return rational_expr(total.a)

    @property
    def trace(self) -> Expr:
        """The sum of the eigenvalues with their multiplicities."""
        total: Surd | None = None
        rational = size_field().zero
        irrational: list[Surd] = []
        for row in self.rows:
            term = row.surd * evaluate(row.multiplicity, SizeAlgebra())
            rational += term.a
            irrational.append(Surd(size_field().zero, term.b, term.radicand))
        for radicand in {t.radicand for t in irrational if t.b != 0}:
            b = sum((t.b for t in irrational if t.radicand == radicand), size_field().zero)
            part = Surd(size_field().zero, b, radicand)
            total = part if b != 0 else total
        if total is not None:
            raise AnalyticError(f"the irrational parts of the trace do not cancel: {surd_expr(total)} is left")
        return rational_expr(rational)

    def __repr__(self) -> str:
        size = ", ".join(f"{n} = {v}" for n, v in (("k", self.k), ("d", self.d)) if v is not None) or "any d >= k >= 4"
        lines = [f"Spectrum of the Hessian at W = V = [I_k 0], {size}"]
        for row in self.rows:
            shown = " + ".join(f"{n} ({m})" for n, m in row.components)
            lines.append(f"  {row.eigenvalue}   x {row.multiplicity}   {shown}")
        return "\n".join(lines)

    def latex(self) -> str:
        """The table as a LaTeX array, without dollar signs."""
        from analytic.printing import to_latex

        body = r" \\ ".join(f"{to_latex(r.eigenvalue)} & {to_latex(r.multiplicity)}" for r in self.rows)
        return rf"\begin{{array}}{{ll}} \lambda & \text{{multiplicity}} \\ \hline {body} \end{{array}}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def eigenvalues(self) -> Any:
        """All k d eigenvalues as float64, ascending, for numeric k and d.

        Raises:
            DimensionError: k or d is symbolic.
        """
        import numpy as np

        if self.k is None or self.d is None:
            raise DimensionError("got a symbolic spectrum, expected numbers: call spectrum(k, d)")
        values = [float(r.ball().arb) for r in self.rows]
        return np.sort(np.repeat(values, [int(r.multiplicity.fraction) for r in self.rows]))


def spectrum(k: int | None = None, d: int | None = None) -> Spectrum:
    r"""The spectrum of $\nabla^2 L$ at W = V = [I_k 0].

    The Hessian is derived from the expectations by differentiation, restricted to each isotypic component by orbit
    sums, and the resulting blocks are solved exactly.

    Args:
        k: the number of neurons (students and teachers), at least 1; None for a formula valid for all k >= 4.
        d: the dimension of the input, at least k; with k = None it must be None too. Default k.

    Returns:
        Distinct eigenvalues with multiplicities that sum to k d.

    Raises:
        DimensionError: impossible sizes.

    Source: derived here; the setting is that of Arjevani and Field (2020), "Analytic characterization of the Hessian
    in shallow ReLU models".

    Example:
        >>> spectrum(4, 5).dimension
        Expr(head='num', args=(Fraction(20, 1),))
        >>> print(spectrum(1, 1).rows[0].eigenvalue)
        1/2
    """
    _check_sizes(k, d)
    size = generator("k") if k is None else size_field().one * k
    columns = None if k is None else (k if d is None else d)
    found: list[tuple[Surd, str, Element]] = []
    for component in components(k):
        values = {n: v for n, v in (("k", k), ("d", columns)) if v is not None}
        multiplicity = evaluate(component.dimension, SizeAlgebra(values)).a
        found += [(v, component.name, multiplicity) for v in block_eigenvalues(component, size, k) if multiplicity != 0]
    return Spectrum(k, columns, _merged(found, numeric=k is not None))


def _check_sizes(k: int | None, d: int | None) -> None:
    for what, value in (("k", k), ("d", d)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise DimensionError(f"got {what} = {value!r}, expected an integer of at least 1")
    if k is None and d is not None:
        raise DimensionError(f"got d = {d} without k, expected both or neither: the symbolic spectrum has a symbolic d")
    if k is not None and d is not None and d < k:
        raise DimensionError(f"got d = {d} < k = {k}, expected d >= k: k orthonormal teachers need k dimensions")


def component_block(component: Component, size: Element, k: int | None) -> list[list[Element]]:
    """The Hessian on the copies of a component: column c holds the coordinates of H applied to basis matrix c.

    Raises:
        AnalyticError: the image has an entry that the basis does not account for; the component is not invariant.
    """
    named = len(NAMED) if k is None else min(k, len(NAMED))
    images: list[Callable[[int, int], Element]] = [partial(_image, X, size, named) for X in component.basis]
    block = [[image(*target) for image in images] for target in component.targets]
    indices = [*range(1, named + 1), *(TARGETS if k is None or k > len(NAMED) + 1 else TARGETS[: (k or 0) - named])]
    columns = [*indices, *({t[1] for t in component.targets if t[1] < 0})]
    for c, image in enumerate(images):
        for i in indices:
            for m in columns:
                expected = sum((block[r][c] * X(i, m) for r, X in enumerate(component.basis)), size_field().zero)
                if image(i, m) != expected:
                    raise AnalyticError(f"the component {component.name} is not invariant: entry {i, m} of its image")
    return block


@lru_cache(maxsize=1)
def _symbolic_blocks() -> dict[str, list[list[Element]]]:
    return {c.name: component_block(c, generator("k"), None) for c in components()}


def block_at(component: Component, size: Element, k: int | None) -> list[list[Element]]:
    """The block of a component: for k >= 4 the symbolic one with k put in, below computed for that k."""
    if k is not None and k < len(NAMED):
        return component_block(component, size, k)
    symbolic = _symbolic_blocks()[component.name]
    return symbolic if k is None else [[_with_size(x, k) for x in row] for row in symbolic]


def _with_size(x: Element, k: int) -> Element:
    field, symbol = size_field(), generator("k").numer
    return field(x.numer.compose(symbol, k)) / field(x.denom.compose(symbol, k))


def _image(X: Matrix, size: Element, named: int, i: int, m: int) -> Element:
    return applied(X, i, m, size, named)


def block_eigenvalues(component: Component, size: Element, k: int | None) -> list[Surd]:
    """The eigenvalues of the block of a component, by exact factorisation of its characteristic polynomial."""
    return [root for factor, m in characteristic_factors(block_at(component, size, k)) for root in _roots(factor) * m]


def characteristic_factors(block: Sequence[Sequence[Element]]) -> list[tuple[list[Element], int]]:
    """The characteristic polynomial of a small matrix over Q(pi, k), factored.

    Returns:
        Coefficients of each irreducible monic factor, highest first, with its multiplicity.
    """
    from sympy import Poly, Symbol
    from sympy.polys.matrices import DomainMatrix

    field: Any = size_field()
    domain, matrix_type, polynomial_type = field.to_domain(), cast(Any, DomainMatrix), cast(Any, Poly)
    n = len(block)
    matrix = matrix_type([[field.one * x for x in row] for row in block], (n, n), domain)
    polynomial = polynomial_type.from_list(matrix.charpoly(), Symbol("lambda"), domain=domain)
    _, factors = polynomial.factor_list()
    return [([domain.convert(c) / domain.convert(f.rep.LC()) for c in f.rep.to_list()], m) for f, m in factors]


def _roots(factor: list[Element]) -> list[Surd]:
    if len(factor) == 2:
        return [rational_surd(-factor[1])]
    if len(factor) != 3:
        raise AnalyticError(f"got an irreducible factor of degree {len(factor) - 1}, expected degree 1 or 2")
    _, b, c = factor
    root = square_root(b**2 - 4 * c, either_sign=True)
    half = rational_surd(size_field().one / 2)
    centre = rational_surd(-b / 2)
    return [centre + root * half, centre + root * rational_surd(-size_field().one / 2)]


def _merged(found: list[tuple[Surd, str, Element]], numeric: bool) -> tuple[SpectrumRow, ...]:
    """Equal eigenvalues in one row; equality of surds is decided exactly."""
    groups: dict[Surd, list[tuple[str, Element]]] = {}
    for value, name, multiplicity in found:
        groups.setdefault(value, []).append((name, multiplicity))
    rows = []
    for value, parts in groups.items():
        total = sum((m for _, m in parts), size_field().zero)
        named: dict[str, Element] = {}
        for name, m in parts:
            named[name] = named.get(name, 0) + m
        shown = tuple((name, _multiplicity(m)) for name, m in named.items())
        rows.append(SpectrumRow(surd_expr(value), _multiplicity(total), shown, value))
    return tuple(sorted(rows, key=cmp_to_key(_compared))) if numeric else tuple(rows)


def _compared(x: SpectrumRow, y: SpectrumRow) -> int:
    """-1 or 1 as x is less or more than y: they are known to differ, so balls separate them at some precision."""
    bits = 64
    while x is not y:
        with precision(bits):
            left, right = (evaluate(r.eigenvalue, BallAlgebra({}, None, {})) for r in (x, y))
            if left < right:
                return -1
            if left > right:
                return 1
        bits *= 2
    return 0


def _multiplicity(value: Element) -> Expr:
    """A multiplicity in factored form: k*(k - 1)/2."""
    value = size_field().one * value
    content, factors = value.numer.factor_list()
    total, coefficient = num(1), size_field().one * content / value.denom.LC
    for factor, m in factors:
        sign = 1 if factor(3, 5, 11) > 0 else -1  # written so that it is positive for d > k
        total = total * polynomial_expr(factor * sign) ** m
        coefficient *= sign**m
    return rational_expr(coefficient) * total

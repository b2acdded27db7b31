r"""Blocks of the Hessian, gradient and loss as formulas in the orbit parameters and in the sizes as symbols.

Named quantities keep the formulas short: for students of blocks i and j the squared norm p_i, the inner product q_ij,
G_ij = |w_i| |w_j| sin(theta_ij) and the angle theta_ij; for a student of block i and a teacher of block j the same with
an m (q_imj); for a student and its own teacher, the one of the same index, with an o (q_io). In these names every entry
is a polynomial with denominators pi, p, G and sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from analytic.formula import Expr, add, as_expr, call, mul, name, names, num, power
from analytic.landscape.layout import Layout, Orbit
from analytic.landscape.pair import RELU, Homogeneous
from analytic.landscape.programs import Programs, programs
from analytic.landscape.reduced import Geometry
from analytic.landscape.tape import Traced


@dataclass(frozen=True)
class SymbolicBlock:
    """The Hessian on one isotypic component, as formulas.

    Args:
        component: its name.
        entries: rows of formulas.
        copies: what the rows and columns stand for.
        definitions: the named quantities that occur, in orbit parameters and sizes.
    """

    component: str
    entries: tuple[tuple[Expr, ...], ...]
    copies: tuple[str, ...]
    definitions: tuple[tuple[str, Expr], ...]

    def __repr__(self) -> str:
        lines = [f"{self.component}: Hessian on {len(self.copies)} copies ({'; '.join(self.copies)})"]
        for i, row in enumerate(self.entries, 1):
            lines += [f"  H[{i},{j}] = {x}" for j, x in enumerate(row, 1)]
        lines += ["where", *(f"  {n} = {x}" for n, x in self.definitions)] if self.definitions else []
        return "\n".join(lines)

    def latex(self) -> str:
        """The block as a matrix with the definitions below, without dollar signs."""
        from analytic.printing import to_latex

        body = r" \\ ".join(" & ".join(to_latex(x) for x in row) for row in self.entries)
        lines = [rf"H = \begin{{pmatrix}} {body} \end{{pmatrix}}"]
        lines += [f"{to_latex(name(n))} = {to_latex(x)}" for n, x in self.definitions]
        return r"\begin{gathered} " + r" \\ ".join(lines) + r" \end{gathered}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


class Symbols:
    """Formulas for everything that the programs of a layout compute.

    Args:
        layout: blocks of rows and teachers.
        phi: the activation.
        weights: orbits whose weights are constants, such as those of W = V.

    Example:
        >>> from analytic.landscape.layout import partition_layout
        >>> Symbols(partition_layout([False])).block("exterior:1").copies
        ('Z at (1, 1)',)
    """

    def __init__(self, layout: Layout, phi: Homogeneous = RELU, weights: tuple[tuple[Orbit, int], ...] = ()) -> None:
        self.programs: Programs = programs(layout, (), weights, phi)
        self.reduced = self.programs.loss_of

    def block(self, component: str) -> SymbolicBlock:
        """The block of a component.

        Raises:
            KeyError: the layout has no such component.
        """
        traced = self.programs.traced_blocks[component]
        found = next(c for c in self.programs.components if c.name == component)
        columns = [*(str(i + 1) for i in range(len(self.reduced.teachers))), "extra"]
        copies = tuple(f"{_SHAPES[c.shape]} at ({c.row + 1}, {columns[c.column]})" for c in found.copies)
        entries = tuple(tuple(self.formula(x) for x in row) for row in traced)
        return SymbolicBlock(component, entries, copies, self.definitions([x for row in entries for x in row]))

    def multiplicity(self, component: str) -> Expr:
        """The multiplicity of each eigenvalue of a component: a polynomial in the sizes (and d - k)."""
        found = next(c for c in self.programs.components if c.name == component)
        sizes = {b.label: num(1) if b.single else name(b.size) for b in (*self.reduced.students, *self.reduced.columns)}
        times = as_expr(found.dimension(sizes))
        return mul(times, name("d") - name("k")) if found.on_extra_columns else times

    def formula(self, traced: Traced) -> Expr:
        """An element of the tape as a formula in the named quantities."""
        return _written(self._field.value(traced))

    @cached_property
    def loss(self) -> Expr:
        """The loss."""
        return self.formula(self.reduced.loss())

    @cached_property
    def _field(self) -> _Polynomials:
        self.programs.blocks  # noqa: B018  every geometry that a block needs is recorded by now
        return _Polynomials(self.reduced.tape.nodes, dict(self._named()))

    def _named(self) -> Iterator[tuple[int, str]]:
        """Indices of the tape that have a name."""
        for key, g in self._geometries():
            suffix = _suffix(key)
            kind, i, j, same = key
            if kind == "student" and i == j and same:
                if g.p.constant is None:
                    yield g.p.index, f"p_{i + 1}"
                continue
            for part, node in (("q", g.q), ("gap", g.gap)):
                if node.constant is None and not _is_input(node):
                    yield node.index, f"{part}_{suffix}"

    def _geometries(self) -> list[tuple[tuple[Any, ...], Geometry]]:
        known = self.reduced._geometries  # the reduced loss and its formulas are one thing
        for i in range(len(self.reduced.students)):
            self.reduced.norm(i)
        return sorted(known.items(), key=lambda item: (item[0][0], item[0][1] != item[0][2], item[0]))

    def definitions(self, formulas: list[Traced] | list[Expr]) -> tuple[tuple[str, Expr], ...]:
        """What the names in the formulas stand for: squared norms first, then pairs."""
        written = [self.formula(f) if isinstance(f, Traced) else f for f in formulas]
        used = set().union(*(names(f) for f in written)) if written else set()
        norms: dict[str, Expr] = {}
        pairs: dict[str, Expr] = {}
        for (kind, i, j, same), g in self._geometries():
            if kind == "student" and i == j and same:
                if g.p.constant is None:
                    norms[f"p_{i + 1}"] = self._plain(g.p)
                continue
            suffix = _suffix((kind, i, j, same))
            named = not _is_input(g.q) and g.q.constant is None
            q = name(f"q_{suffix}") if named else self._plain(g.q)
            angle, determinant = f"theta_{suffix}" in used, f"G_{suffix}" in used
            if named and (angle or determinant or q.identifier in used):
                pairs[q.identifier] = self._plain(g.q)
            first, second = self._norm(i), self._norm(j) if kind == "student" else num(1)
            both = first**2 if second == first else mul(first, second)
            if determinant:
                pairs[f"G_{suffix}"] = call("sqrt", add(both, -(q**2)))
            if angle:
                length = first if second == first else call("sqrt", both)
                pairs[f"theta_{suffix}"] = call("acos", mul(q, power(length, num(-1))))
        used |= set().union(*(names(x) for x in pairs.values())) if pairs else set()
        return (*((n, x) for n, x in norms.items() if n in used), *pairs.items())

    def _norm(self, i: int) -> Expr:
        constant = self.reduced.norm(i).constant
        return name(f"p_{i + 1}") if constant is None else num(constant)

    def _plain(self, node: Traced) -> Expr:
        return _written(_Polynomials(self.reduced.tape.nodes, {}).value(node))


_SHAPES = {
    "diagonal": "I",
    "off-diagonal": "J - I",
    "ones": "J",
    "centred": "diag(xi) - (xi 1^T + 1 xi^T)/k",
    "rows": "xi 1^T",
    "columns": "1 xi^T",
    "z": "Z",
}


def _suffix(key: tuple[Any, ...]) -> str:
    kind, i, j, same = key
    if kind == "student":
        return f"{i + 1}{j + 1}" + ("s" if same else "")
    return f"{i + 1}o" if same else f"{i + 1}m{j + 1}"


def _is_input(node: Traced) -> bool:
    return bool(node.tape.nodes[node.index][0] == "input")


class _Polynomials:
    """Elements of a tape as polynomials in names, where a denominator is a monomial (Laurent polynomials).

    Args:
        nodes: of the tape.
        named: names of some of its indices; ``gap_x`` stands for the square of ``G_x``.
    """

    def __init__(self, nodes: list[tuple[Any, ...]], named: Mapping[int, str]) -> None:
        self.nodes, self.named = nodes, named
        self._known: dict[int, Laurent] = {}

    def value(self, x: Traced) -> Laurent:
        """The element, computed along the tape without recursion."""
        waiting = [x.index]
        while waiting:
            i = waiting[-1]
            if i in self._known:
                waiting.pop()
                continue
            missing = [a for a in self._needs(i) if a not in self._known]
            if missing:
                waiting += missing
            else:
                self._known[i] = self._computed(i)
                waiting.pop()
        return self._known[x.index]

    def _needs(self, i: int) -> tuple[int, ...]:
        operation, *arguments = self.nodes[i]
        if i in self.named or operation in ("number", "input", "pi"):
            return ()
        return (arguments[0],) if operation in ("sqrt", "atan2") else tuple(arguments)

    def _computed(self, i: int) -> Laurent:
        if i in self.named:
            n = self.named[i]
            return Laurent.generator(f"G_{n[4:]}", 2) if n.startswith("gap_") else Laurent.generator(n)
        operation, *arguments = self.nodes[i]
        if operation == "number":
            return Laurent.constant(arguments[0])
        if operation in ("input", "pi"):
            return Laurent.generator(arguments[0] if arguments else "pi")
        x = self._known[arguments[0]]
        if operation == "neg":
            return x.scaled(Fraction(-1))
        if operation == "sqrt":
            return x.root()
        if operation == "atan2":
            ((monomial, _),) = x.terms.items()
            return Laurent.generator(f"theta_{monomial[0][0][2:]}")
        y = self._known[arguments[1]]
        if operation == "add":
            return x + y
        if operation == "sub":
            return x + y.scaled(Fraction(-1))
        return x * (y if operation == "mul" else y.inverse())


Monomial = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Laurent:
    """A polynomial in names and their inverses.

    Args:
        terms: coefficient by monomial, a sorted tuple of (name, exponent).
    """

    terms: Mapping[Monomial, Fraction]

    @classmethod
    def constant(cls, value: Fraction) -> Laurent:
        """A number."""
        return cls({(): Fraction(value)} if value else {})

    @classmethod
    def generator(cls, identifier: str, exponent: int = 1) -> Laurent:
        """A power of a name."""
        return cls({((identifier, exponent),): Fraction(1)})

    def scaled(self, factor: Fraction) -> Laurent:
        """A multiple."""
        return Laurent({m: c * factor for m, c in self.terms.items()})

    def __add__(self, other: Laurent) -> Laurent:
        found = dict(self.terms)
        for m, c in other.terms.items():
            found[m] = found.get(m, Fraction(0)) + c
        return Laurent({m: c for m, c in found.items() if c})

    def __mul__(self, other: Laurent) -> Laurent:
        found: dict[Monomial, Fraction] = {}
        for m, c in self.terms.items():
            for o, e in other.terms.items():
                product = _product(m, o)
                found[product] = found.get(product, Fraction(0)) + c * e
        return Laurent({m: c for m, c in found.items() if c})

    def inverse(self) -> Laurent:
        """One over a single term."""
        if len(self.terms) != 1:
            return Laurent.generator(f"({_written(self)})", -1)
        ((monomial, c),) = self.terms.items()
        return Laurent({tuple((n, -e) for n, e in monomial): 1 / c})

    def root(self) -> Laurent:
        """The square root of an even power."""
        ((monomial, c),) = self.terms.items()
        return Laurent({tuple((n, e // 2) for n, e in monomial): c})


def _product(x: Monomial, y: Monomial) -> Monomial:
    exponents = dict(x)
    for n, e in y:
        exponents[n] = exponents.get(n, 0) + e
    return tuple(sorted((n, e) for n, e in exponents.items() if e))


def _written(value: Laurent) -> Expr:
    """The formula, grouped by pi, angles, norms and determinants; what is polynomial stands factored in brackets."""
    groups: dict[Monomial, dict[Monomial, Fraction]] = {}
    for monomial, c in value.terms.items():
        outside = tuple((n, e) for n, e in monomial if n.startswith(("G_", "theta_", "p_", "pi")) or e < 0)
        inside = tuple(pair for pair in monomial if pair not in outside)
        groups.setdefault(outside, {})[inside] = c
    parts = [mul(_monomial(outside), _factored(inside)) for outside, inside in sorted(groups.items())]
    return add(*parts) if parts else num(0)


def _factored(terms: Mapping[Monomial, Fraction]) -> Expr:
    """A polynomial in factored form."""
    if len(terms) == 1:
        ((monomial, c),) = terms.items()
        return mul(num(c), _monomial(monomial))
    from flint import Ordering, fmpq, fmpq_mpoly_ctx

    variables = sorted({n for m in terms for n, _ in m})
    context = fmpq_mpoly_ctx.get(variables, Ordering.lex)
    powers = [(dict(m), fmpq(c.numerator, c.denominator)) for m, c in terms.items()]
    exponents = {tuple(m.get(v, 0) for v in variables): c for m, c in powers}
    content, factors = context.from_dict(exponents).factor()
    total = num(Fraction(int(content.p), int(content.q)))
    for factor, multiplicity in factors:
        total = mul(total, power(_expanded(factor.to_dict(), variables), num(multiplicity)))
    return total


def _expanded(terms: Mapping[tuple[int, ...], Any], variables: list[str]) -> Expr:
    found = []
    for exponents, c in terms.items():
        monomial = tuple((v, int(e)) for v, e in zip(variables, exponents, strict=True) if e)
        found.append(mul(num(Fraction(int(c.p), int(c.q))), _monomial(monomial)))
    return add(*found)


def _monomial(monomial: Monomial) -> Expr:
    return mul(*(power(name(n), num(e)) for n, e in monomial)) if monomial else num(1)

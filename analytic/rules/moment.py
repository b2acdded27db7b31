"""What the rules of derivation speak about: Gaussian laws, monomials in forms, their expectations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from analytic.closed_forms import ClosedForms
from analytic.field import Element
from analytic.formula import Expr, add, mul, name


@dataclass(frozen=True)
class Factor:
    """One variable's part of a monomial: ``z^power * 1{z > 0} * log|z|^log * (1/z) * delta(z)``, or its derivative.

    Args:
        power: exponent of z, at least 0.
        step: whether the indicator of z > 0 is present.
        dirac: whether the Dirac mass at z = 0 is present.
        derivative: whether the derivative d/dz of all this is meant (Stein's lemma leaves it to the product rule).
        log: exponent of log|z|.
        reciprocal: whether 1/z is present, as a principal value.
        cdf: exponent of Phi(z), the standard normal distribution function.
    """

    power: int = 0
    step: bool = False
    dirac: bool = False
    derivative: bool = False
    log: int = 0
    reciprocal: bool = False
    cdf: int = 0

    def text(self, z: str) -> str:
        """The factor as text, for instance ``u^2*1{u > 0}``."""
        short = z if z.isidentifier() else f"({z})"
        parts = [f"{short}^{self.power}" if self.power > 1 else short] * (self.power > 0)
        parts += [f"1{{{z} > 0}}"] * self.step + [f"log|{z}|"] * self.log + [f"pv(1/{short})"] * self.reciprocal
        parts += [f"Phi({z})" + (f"^{self.cdf}" if self.cdf > 1 else "")] * (self.cdf > 0)
        parts += [f"delta({z})"] * self.dirac
        inner = "*".join(parts) or "1"
        return f"d/d{short}({inner})" if self.derivative else inner

    def latex(self, z: str) -> str:
        """The factor as LaTeX."""
        short = rf"\left({z}\right)" if " " in z else z
        parts = [f"{short}^{{{self.power}}}" if self.power > 1 else short] * (self.power > 0)
        parts += [rf"\mathbf{{1}}_{{{z}>0}}"] * self.step + [rf"\log\left|{z}\right|"] * self.log
        parts += [rf"\operatorname{{pv}}\frac{{1}}{{{z}}}"] * self.reciprocal + [
            rf"\delta\left({z}\right)"
        ] * self.dirac
        parts += [rf"\Phi\left({z}\right)" + (f"^{{{self.cdf}}}" if self.cdf > 1 else "")] * (self.cdf > 0)
        inner = r"\,".join(parts) or "1"
        return rf"\partial_{{{z}}}\left({inner}\right)" if self.derivative else inner


TRIVIAL = Factor()
Monomial = tuple[Factor, ...]
#: see ``Moment``
Exponent = tuple[tuple[tuple[int, ...], Element], ...]
Matrix = tuple[tuple[Element, ...], ...]


@dataclass(frozen=True)
class Law:
    """Jointly Gaussian variables, affine forms of the user's variables (and of auxiliary ones).

    Args:
        names: the variables as text.
        means: their means, elements of the field; complex under an oscillating tilt.
        covariance: their covariance matrix, possibly singular.
        given: the variables that were conditioned to be 0, for display.
        label: the index of the measure in formulas, once an exponential factor has changed it; "" for the first one.
    """

    names: tuple[str, ...]
    means: tuple[Element, ...]
    covariance: Matrix
    given: tuple[str, ...] = ()
    label: str = ""
    latex_names: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def _hash(self) -> int:
        return hash((self.names, self.means, self.covariance, self.given))

    def __hash__(self) -> int:
        return self._hash

    def variance(self, i: int) -> Element:
        """The variance of a variable."""
        return self.covariance[i][i]

    def deviation(self, i: int) -> Element:
        """The standard deviation of a variable."""
        return forms(self.covariance[i][i]).square_root(self.covariance[i][i])

    def correlation(self, i: int, j: int) -> Element:
        """The correlation of two variables."""
        return self.covariance[i][j] / (self.deviation(i) * self.deviation(j))

    def shown(self, i: int) -> str:
        """A variable as LaTeX."""
        return self.latex_names[i] if self.latex_names else self.names[i]

    def without(self, index: int) -> Law:
        """The marginal law of the other variables."""
        return self.restricted([i for i in range(len(self.names)) if i != index])

    def restricted(self, keep: list[int]) -> Law:
        """The marginal law of some of the variables."""
        return replace(
            self,
            names=tuple(self.names[i] for i in keep),
            means=tuple(self.means[i] for i in keep),
            covariance=tuple(tuple(self.covariance[i][j] for j in keep) for i in keep),
            latex_names=tuple(self.latex_names[i] for i in keep) if self.latex_names else (),
        )

    def conditioned(self, index: int) -> Law:
        """The law of the others given that a variable is 0: the Schur complement."""
        rest = [j for j in range(len(self.names)) if j != index]
        slopes = {j: self.covariance[index][j] / self.variance(index) for j in rest}
        means = tuple(self.means[j] - slopes[j] * self.means[index] for j in rest)
        covariance = tuple(
            tuple(self.covariance[i][j] - slopes[i] * self.covariance[index][j] for j in rest) for i in rest
        )
        marginal = self.without(index)
        return replace(marginal, means=means, covariance=covariance, given=(*self.given, self.names[index]))

    def centred(self) -> bool:
        """Whether all means are 0."""
        return not any(self.means)

    def text(self) -> str:
        """The law as text, to say once what a label means."""
        mean = ", ".join(map(str, self.means))
        rows = "), (".join(", ".join(map(str, row)) for row in self.covariance)
        if len(self.names) == 1:
            return f"{self.names[0]} ~ N({mean}, {rows}) under E_{self.label}"
        return f"({', '.join(self.names)}) ~ N(({mean}), (({rows}))) under E_{self.label}"

    def latex(self) -> str:
        """The same as LaTeX."""
        from analytic.printing import to_latex
        from analytic.writing import written

        shown = [self.shown(i) for i in range(len(self.names))]
        mean = r"\\".join(to_latex(written(m)) for m in self.means)
        rows = r"\\".join("&".join(to_latex(written(c)) for c in row) for row in self.covariance)
        under = rf"\text{{ under }}\mathbb{{E}}_{{{self.label}}}"
        if len(shown) == 1:
            return rf"{shown[0]} \sim \mathcal{{N}}\left({mean}, {rows}\right){under}"
        bracketed = [rf"\begin{{pmatrix}}{x}\end{{pmatrix}}" for x in (r"\\".join(shown), mean, rows)]
        return rf"{bracketed[0]} \sim \mathcal{{N}}\left({bracketed[1]}, {bracketed[2]}\right){under}"


@dataclass(frozen=True)
class Moment:
    """The expectation of a monomial, times the exponential of a quadratic form, under a law.

    Args:
        monomial: one factor for each variable.
        law: the law of the variables.
        exponent: ((i,), b) for a term b z_i, ((i, j), a) for a term a z_i z_j of the exponent.
    """

    monomial: Monomial
    law: Law
    exponent: Exponent = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.monomial, self.law, self.exponent))

    def __hash__(self) -> int:
        return self._hash

    def replaced(self, index: int, factor: Factor) -> Moment:
        """The moment with the factor of one variable replaced."""
        changed = (*self.monomial[:index], factor, *self.monomial[index + 1 :])
        return replace(self, monomial=changed)

    def without(self, index: int, law: Law | None = None) -> Moment:
        """The moment with one variable dropped, under its marginal law unless another is given."""
        return Moment((*self.monomial[:index], *self.monomial[index + 1 :]), law or self.law.without(index))

    def bare_steps(self) -> bool:
        """Whether every factor is an indicator and nothing else."""
        return all(f == STEP for f in self.monomial)

    def text(self) -> str:
        """For instance ``E[v*1{v > 0} | u = 0]``."""
        pairs = zip(self.monomial, self.law.names, strict=True)
        parts = [f.text(n) for f, n in pairs if f != TRIVIAL]
        inner = "*".join(parts + [f"exp({self.shown_exponent()})"] * bool(self.exponent)) or "1"
        condition = " | " + ", ".join(f"{n} = 0" for n in self.law.given) if self.law.given else ""
        index = f"_{self.law.label}" if self.law.label else ""
        return f"E{index}[{inner}{condition}]"

    def latex(self) -> str:
        """The moment as LaTeX."""
        from analytic.printing import to_latex

        shown = [self.law.shown(i) for i in range(len(self.law.names))]
        parts = [f.latex(n) for f, n in zip(self.monomial, shown, strict=True) if f != TRIVIAL]
        if self.exponent:
            parts.append(rf"\exp\left({to_latex(self.shown_exponent())}\right)")
        inner = r"\,".join(parts) or "1"
        condition = r" \mid " + ", ".join(f"{n} = 0" for n in self.law.given) if self.law.given else ""
        index = f"_{{{self.law.label}}}" if self.law.label else ""
        return rf"\mathbb{{E}}{index}\left[{inner}{condition}\right]"

    def shown_exponent(self) -> Expr:
        """The exponent as a formula in the variables."""
        from analytic.writing import written

        shown = [mul(written(c), *(name(self.law.names[i]) for i in indices)) for indices, c in self.exponent]
        return add(*shown)


STEP = Factor(step=True)


@dataclass(frozen=True)
class Equation:
    """What a rule says of a moment: it equals ``constant`` plus the sum of coefficient times moment."""

    rule: str
    moment: Moment
    constant: Element
    terms: tuple[tuple[Element, Moment], ...] = ()


class Rule(Protocol):
    """A rule of derivation: one file each in this folder."""

    name: str
    statement: str

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """The equation that the rule gives for the moment, or None where it does not apply."""


def forms(x: Element) -> ClosedForms:
    """The field of an element, which in derivations knows the functions of closed forms."""
    owner = x.owner
    assert isinstance(owner, ClosedForms)
    return owner

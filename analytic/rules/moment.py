"""What the rules of derivation speak about: laws of centred Gaussian variables, monomials, their expectations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from analytic.ring import Element, Ring


@dataclass(frozen=True)
class Factor:
    """One variable's part of a monomial: ``z^power * 1{z > 0} * delta(z)``, or the derivative of that.

    Args:
        power: exponent of z, at least 0.
        step: whether the indicator of z > 0 is present.
        dirac: whether the Dirac mass at z = 0 is present.
        derivative: whether the derivative d/dz of all this is meant (Stein's lemma leaves it to the product rule).
    """

    power: int = 0
    step: bool = False
    dirac: bool = False
    derivative: bool = False

    def text(self, z: str) -> str:
        """The factor as text, for instance ``u^2*1{u > 0}``."""
        parts = [f"{z}^{self.power}" if self.power > 1 else z] * (self.power > 0)
        parts += [f"1{{{z} > 0}}"] * self.step + [f"delta({z})"] * self.dirac
        inner = "*".join(parts) or "1"
        return f"d/d{z}({inner})" if self.derivative else inner

    def latex(self, z: str) -> str:
        """The factor as LaTeX."""
        parts = [f"{z}^{{{self.power}}}" if self.power > 1 else z] * (self.power > 0)
        parts += [rf"\mathbf{{1}}_{{{z}>0}}"] * self.step + [rf"\delta({z})"] * self.dirac
        inner = r"\,".join(parts) or "1"
        return rf"\partial_{{{z}}}\left({inner}\right)" if self.derivative else inner


TRIVIAL = Factor()
Monomial = tuple[Factor, ...]


@dataclass(frozen=True)
class Law:
    """Centred jointly Gaussian variables: none, one or two.

    Args:
        names: their names.
        deviations: their standard deviations, elements of the ring.
        given: the variables that were conditioned to be 0, for display.
    """

    names: tuple[str, ...]
    deviations: tuple[Element, ...]
    given: tuple[str, ...] = ()

    def without(self, index: int) -> Law:
        """The marginal law of the other variables."""
        keep = [i for i in range(len(self.names)) if i != index]
        return replace(
            self, names=tuple(self.names[i] for i in keep), deviations=tuple(self.deviations[i] for i in keep)
        )


@dataclass(frozen=True)
class Moment:
    """The expectation of a monomial under a law."""

    monomial: Monomial
    law: Law

    def replaced(self, index: int, factor: Factor) -> Moment:
        """The moment with the factor of one variable replaced."""
        changed = (*self.monomial[:index], factor, *self.monomial[index + 1 :])
        return Moment(changed, self.law)

    def without(self, index: int, law: Law | None = None) -> Moment:
        """The moment with one variable dropped, under its marginal law unless another is given."""
        return Moment((*self.monomial[:index], *self.monomial[index + 1 :]), law or self.law.without(index))

    def text(self) -> str:
        """For instance ``E[v*1{v > 0} | u = 0]``."""
        pairs = zip(self.monomial, self.law.names, strict=True)
        inner = "*".join(f.text(n) for f, n in pairs if f != TRIVIAL) or "1"
        condition = " | " + ", ".join(f"{n} = 0" for n in self.law.given) if self.law.given else ""
        return f"E[{inner}{condition}]"

    def latex(self) -> str:
        """The moment as LaTeX."""
        from analytic.printing import latex_name

        pairs = zip(self.monomial, self.law.names, strict=True)
        inner = r"\,".join(f.latex(latex_name(n)) for f, n in pairs if f != TRIVIAL) or "1"
        condition = r" \mid " + ", ".join(f"{latex_name(n)} = 0" for n in self.law.given) if self.law.given else ""
        return rf"\mathbb{{E}}\left[{inner}{condition}\right]"


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

    def apply(self, moment: Moment, ring: Ring) -> Equation | None:
        """The equation that the rule gives for the moment, or None where it does not apply."""


def gaussian_density_at_zero(deviation: Element, ring: Ring) -> Element:
    """The density 1/(sigma sqrt(2 pi)) of N(0, sigma^2) at 0."""
    return 1 / (deviation * ring.generator["sqrt(2)"] * ring.root_pi)

"""The engine: applies the rules until nothing is open, and keeps the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytic.errors import DerivationError
from analytic.readable import readable
from analytic.ring import Element, Ring
from analytic.rules import RULES, Rule
from analytic.rules.moment import Equation, Moment


@dataclass(frozen=True)
class Step:
    """One equation of a derivation, with the name of the rule that gives it.

    Args:
        rule: the rule's name.
        left: left side, as text.
        right: right side, as text.
        latex: the equation as LaTeX.
    """

    rule: str
    left: str
    right: str
    latex: str

    def __str__(self) -> str:
        return f"{self.left} = {self.right}   [{self.rule}]"


@dataclass(frozen=True)
class Combination:
    """A linear combination of moments, as text and as LaTeX."""

    text: str
    latex: str


def _summed(terms: Sequence[str]) -> str:
    return "".join(t if i == 0 else f" - {t[1:]}" if t.startswith("-") else f" + {t}" for i, t in enumerate(terms))


class Derivation:
    """Derives moments by rules, each moment once.

    Args:
        ring: the ring of the coefficients.
        rules: the rules that may be used, tried in order.

    Example:
        >>> from analytic.rules.moment import Factor, Law
        >>> ring = Ring(("u",))
        >>> law = Law(("u",), (ring.norm("u"),))
        >>> Derivation(ring).solve(Moment((Factor(2, step=True),), law))
        |u|**2/2
    """

    def __init__(self, ring: Ring, rules: Sequence[Rule] = RULES) -> None:
        self.ring, self.rules = ring, tuple(rules)
        self.equations: dict[Moment, Equation] = {}
        self._solved: dict[Moment, Element] = {}

    def solve(self, moment: Moment) -> Element:
        """The moment as an element of the ring.

        Raises:
            DerivationError: no rule applies to a moment that is still open.
        """
        if moment not in self._solved:
            equation = self._equation(moment)
            total = equation.constant
            for coefficient, other in equation.terms:
                if not self.ring.is_zero(coefficient):
                    total += coefficient * self.solve(other)
            self._solved[moment] = self.ring.reduce(total)
            self.equations[moment] = equation
        return self._solved[moment]

    def _equation(self, moment: Moment) -> Equation:
        for rule in self.rules:
            found = rule.apply(moment, self.ring)
            if found is not None:
                return found
        raise DerivationError(
            f"no rule applies to {moment.text()}; rules in use: {', '.join(r.name for r in self.rules)}"
        )

    def steps(self) -> tuple[Step, ...]:
        """The equations used, those that need no other first."""
        return tuple(self._step(e) for e in self.equations.values())

    def _step(self, equation: Equation) -> Step:
        left, right = equation.moment, self.combination(equation.terms, equation.constant)
        return Step(equation.rule, left.text(), right.text, f"{left.latex()} = {right.latex}")

    def combination(self, terms: Sequence[tuple[Element, Moment]], constant: Element = 0) -> Combination:
        """A sum of coefficient times moment, as text and as LaTeX."""
        from analytic.printing import to_latex

        text, latex = [], []
        for coefficient, moment in terms:
            shown = readable(coefficient, self.ring)
            sign = {"1": "", "-1": "-"}.get(str(shown))
            text.append(f"{_bracketed(str(shown))}*{moment.text()}" if sign is None else sign + moment.text())
            bracketed = rf"{_bracketed(to_latex(shown))}\,{moment.latex()}"
            latex.append(bracketed if sign is None else sign + moment.latex())
        if not text or constant != 0:
            shown = readable(self.ring.field.one * constant, self.ring)
            text, latex = [*text, str(shown)], [*latex, to_latex(shown)]
        return Combination(_summed(text), _summed(latex))


def _bracketed(text: str) -> str:
    return (
        f"({text})"
        if " " in text.strip("{}") and (" + " in text or " - " in text) and not text.startswith("\\frac")
        else text
    )

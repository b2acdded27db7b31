"""The engine: applies the rules until nothing is open, and keeps the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analytic.closed_forms import ClosedForms
from analytic.errors import DerivationError, NoClosedFormError
from analytic.field import Element
from analytic.formula import Expr, num
from analytic.rules import RULES, Rule
from analytic.rules.coincidence import Coincidence
from analytic.rules.moment import Equation, Moment
from analytic.rules.tilting import Tilting
from analytic.writing import written

#: The rules that see the exponential of a moment or leave it as it is; the others wait until it is gone.
_BESIDE_EXPONENTIALS = (Tilting.name, Coincidence.name)


@dataclass(frozen=True)
class Step:
    """One equation of a derivation, with the name of the rule that gives it.

    Args:
        rule: the rule's name.
        left: left side, as text.
        right: right side, as text.
        latex: the equation as LaTeX.
        equation: both sides as values, from which the step can be judged; None for the first and the last step.
    """

    rule: str
    left: str
    right: str
    latex: str
    equation: Equation | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.left} = {self.right}   [{self.rule}]"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex} \qquad \text{{[{self.rule}]}}$"


class Steps(tuple[Step, ...]):
    """The equations of a derivation in order, numbered where they are shown.

    Example:
        >>> from analytic.expectation import expect
        >>> print(expect("step(u)").steps)
        1. E[1{u > 0}] = 1/2   [half line]
        2. E[step(u)] = E[1{u > 0}]   [definition of the activation, linearity]
        3. E[step(u)] = 1/2   [substitution of the moments]
    """

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(f"{n}. {step}" for n, step in enumerate(self, start=1))

    def _repr_latex_(self) -> str:
        rows = (rf"{n}.\quad & {s.latex} && \text{{{s.rule}}}" for n, s in enumerate(self, start=1))
        return "$$\\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}$$"


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
        field: the field of the coefficients.
        rules: the rules that may be used, tried in order.

    Example:
        >>> from analytic.rules.moment import Factor, Law
        >>> K = ClosedForms(("u",))
        >>> law = Law(("u",), (K.zero,), ((K.norm("u") ** 2,),))
        >>> Derivation(K).solve(Moment((Factor(2, step=True),), law))
        |u|^2/2
    """

    def __init__(self, field: ClosedForms, rules: Sequence[Rule] = RULES) -> None:
        self.field, self.rules = field, tuple(rules)
        self.equations: dict[Moment, Equation] = {}
        self._solved: dict[Moment, Element] = {}

    def solve(self, moment: Moment) -> Element:
        """The moment as an element of the field.

        Raises:
            DerivationError: no rule applies to a moment that is still open.
            NoClosedFormError: a probability that is left has no closed form.
            NotIntegrableError: the expectation does not exist.
        """
        if moment not in self._solved:
            equation = self._equation(moment)
            total = equation.constant
            for coefficient, other in equation.terms:
                if coefficient:
                    total = total + coefficient * self.solve(other)
            self._solved[moment] = total
            self.equations[moment] = equation
        return self._solved[moment]

    def _equation(self, moment: Moment) -> Equation:
        for rule in self.rules:
            if moment.exponent and rule.name not in _BESIDE_EXPONENTIALS:
                continue
            found = rule.apply(moment, self.field)
            if found is not None:
                return found
        if self.rules == RULES and any(f.log or f.reciprocal for f in moment.monomial):
            raise NoClosedFormError(f"{moment.text()} is a logarithmic moment for which no closed form is known here")
        raise DerivationError(
            f"no rule applies to {moment.text()}; rules in use: {', '.join(r.name for r in self.rules)}"
        )

    def steps(self) -> tuple[Step, ...]:
        """The equations used, those that need no other first."""
        steps = (self._step(e) for e in self.equations.values())
        # a variable that is integrated out under the same measure changes the law, but not what is written
        return tuple(s for s in steps if s.left != s.right)

    def _step(self, equation: Equation) -> Step:
        left, right = equation.moment, combination(equation.terms, equation.constant)
        text, latex = right.text, f"{left.latex()} = {right.latex}"
        if equation.rule == Tilting.name:  # a new measure is said once
            law = equation.terms[0][1].law
            text, latex = f"{text}, where {law.text()}", rf"{latex}, \quad {law.latex()}"
        return Step(equation.rule, left.text(), text, latex, equation)


def combination(terms: Sequence[tuple[Element, Moment]], constant: Element | None = None) -> Combination:
    """A sum of coefficient times moment, as text and as LaTeX."""
    from analytic.printing import to_latex

    text, latex = [], []
    for coefficient, moment in terms:
        shown = written(coefficient)
        sign = {"1": "", "-1": "-"}.get(str(shown))
        text.append(f"{_bracketed(shown)}*{moment.text()}" if sign is None else sign + moment.text())
        bracketed = rf"\left({to_latex(shown)}\right)" if shown.head == "add" else to_latex(shown)
        latex.append(rf"{bracketed}\,{moment.latex()}" if sign is None else sign + moment.latex())
    if not text or constant:
        shown = written(constant) if constant else num(0)
        text, latex = [*text, str(shown)], [*latex, to_latex(shown)]
    return Combination(_summed(text), _summed(latex))


def _bracketed(shown: Expr) -> str:
    return f"({shown})" if shown.head == "add" else str(shown)

r"""Expectations $E[f(u, v)]$ of piecewise polynomials of centred jointly Gaussian variables, derived by rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from analytic.algebra import evaluate
from analytic.derivation import Derivation, Step
from analytic.errors import FormulaError
from analytic.formula import Expr, bare_names, names, walk
from analytic.grammar import formula
from analytic.integrand import DEFINITION, IDEMPOTENCE, Expander
from analytic.readable import readable
from analytic.ring import Element, Ring, canonical_ring
from analytic.rules import RULES
from analytic.rules.moment import Law, Moment

if TYPE_CHECKING:
    from analytic.balls import Ball

RESERVED = frozenset(("pi", "theta", "rho", "E", "I", "L"))


@dataclass(frozen=True)
class Expectation:
    """The closed form of an expectation, with its derivation.

    Args:
        integrand: what the expectation is taken of.
        variables: the names of the Gaussian variables; ``|u|`` is the standard deviation of u, ``theta`` the angle
            whose cosine is the correlation of the two.
        element: the value in the canonical ring.
        ring: that ring.
        rules: the names of the rules that were used.
        derivation: the engine with the equations it used.
        expansion: the integrand as a sum of coefficient times moment.

    Example:
        >>> result = expect("relu(u)*step(v)")
        >>> print(result.value)
        |u|*(1 + cos(theta))/(2*sqrt(2*pi))
        >>> print(result.steps[-1])
        E[relu(u)*step(v)] = |u|*(1 + cos(theta))/(2*sqrt(2*pi))   [substitution of the moments]
    """

    integrand: Expr
    variables: tuple[str, ...]
    element: Element
    ring: Ring
    rules: tuple[str, ...]
    derivation: Derivation
    expansion: tuple[tuple[Element, Moment], ...]

    @cached_property
    def value(self) -> Expr:
        """The closed form."""
        return readable(self.element, self.ring)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The derivation, equation by equation, those that need no other first."""
        return (*self.derivation.steps(), *self._closing())

    def _closing(self) -> tuple[Step, ...]:
        """The integrand as a sum of monomials, and the closed form once their moments are put in."""
        from analytic.printing import to_latex

        left, latex = f"E[{self.integrand}]", rf"\mathbb{{E}}\left[{to_latex(self.integrand)}\right]"
        expansion = self.derivation.combination(self.expansion)
        opened = Step("definition of the activation, linearity", left, expansion.text, f"{latex} = {expansion.latex}")
        return opened, Step("substitution of the moments", left, str(self.value), self.latex())

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"E[{self.integrand}] = {self.value}"

    def latex(self) -> str:
        """The equation as LaTeX, without dollar signs."""
        from analytic.printing import to_latex

        return rf"\mathbb{{E}}\left[{to_latex(self.integrand)}\right] = {to_latex(self.value)}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    @property
    def domain(self) -> str:
        """Where the closed form holds."""
        norms = [f"|{n}| > 0" for n in self.variables]
        return ", ".join([*norms, "theta in [0, pi]"] if len(norms) == 2 else norms) or "no variables"

    @property
    def sympy(self) -> Any:
        """The closed form as a SymPy expression in the symbols ``|u|``, ``|v|`` (positive), ``theta``."""
        from analytic.symbolic import to_sympy

        return to_sympy(self.value)

    def at(self, point: Mapping[str, Any] | None = None, *, digits: int = 15, **values: Any) -> Ball:
        """The value at a point as a rigorous ball.

        Args:
            point: ``theta`` or ``rho``, norms by variable (default 1), parameters; numbers or formulas of constants.
            digits: significant digits.
            values: the same as keywords.

        Returns:
            The ball.

        Raises:
            FormulaError: a name is unknown, or theta is needed and missing.
            DomainError: a norm is not positive, or theta not in [0, pi].

        Example:
            >>> expect("relu(u)*relu(v)").at(rho=0).rounded(10)
            '0.1591549431'
        """
        from analytic.point import evaluate_at

        return evaluate_at(self.value, self.variables, {**(point or {}), **values}, digits, self.ring.parameters)


def expect(
    integrand: str | Expr,
    parameters: Iterable[str] = (),
    *,
    disabled: Iterable[str] = (),
    angle: Fraction | None = None,
    values: Mapping[str, Fraction] | None = None,
) -> Expectation:
    r"""Derives $E[f(u, v)]$ for centred jointly Gaussian $u, v$.

    The standard deviations are $|u|, |v| > 0$ and the correlation is $\cos\theta$: for inner products of two vectors
    with $x \sim N(0, I_d)$ these are the norms of the vectors and the angle between them.

    Args:
        integrand: a polynomial in the variables and in relu, step, sign, abs, leaky_relu of rational multiples of
            them, as a formula or as text; every name in it that is not a parameter is a Gaussian variable (at most
            two). ``w.x`` is the Gaussian variable of the weight vector w.
        parameters: names that stand for real constants.
        disabled: names of derivation rules that may not be used.
        angle: fixes theta at this rational multiple of pi.
        values: fixes norms (key ``"|u|"``) and parameters at rational numbers.

    Returns:
        The closed form with its derivation.

    Raises:
        FormulaError: the integrand is not of this form, or no rule has the name that is disabled.
        DerivationError: a rule that is needed is disabled.

    Source: the only two-variable fact used is the orthant probability (Sheppard 1899); the results for relu and step
    are the arc-cosine kernels of Cho and Saul (2009), here plain expectations.

    Example:
        >>> expect("relu(u)*relu(v)")
        E[relu(u)*relu(v)] = |u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)
        >>> expect("relu(u)").sympy
        sqrt(2)*|u|/(2*sqrt(pi))
    """
    expr, fixed = formula(integrand), tuple(parameters)
    unknown = sorted(set(disabled := tuple(disabled)) - {DEFINITION, IDEMPOTENCE, *(r.name for r in RULES)})
    if unknown:
        raise FormulaError(
            f"got the rules {', '.join(unknown)} to disable, expected {', '.join(r.name for r in RULES)}"
        )
    unused = sorted(set(fixed) - names(expr))
    if unused:
        raise FormulaError(f"got the parameter {unused[0]}, which does not occur in {expr}; expected names that do")
    variables = gaussian_names(expr, fixed)
    pairs = tuple(sorted((values or {}).items()))
    ring = canonical_ring(variables, fixed, angle if len(variables) == 2 else None, pairs)
    return derive(expr, ring, frozenset(disabled))


@lru_cache(maxsize=512)
def derive(integrand: Expr, ring: Ring, disabled: frozenset[str] = frozenset()) -> Expectation:
    """``expect`` in a ring that is given: its norms must cover the Gaussian variables of the integrand.

    Raises:
        FormulaError: the integrand has variables of which the ring knows no norm or no angle.
        DerivationError: a rule that is needed is disabled.
    """
    if ring.angle is not None or ring.values:  # at theta = 0 or pi the rules themselves would divide by sin(theta)
        return _specialised(derive(integrand, canonical_ring(ring.norms, ring.parameters), disabled), ring)
    found = gaussian_names(integrand, ring.parameters)
    variables = tuple(n for n in ring.norms if n in found)
    if len(variables) < len(found) or (len(found) == 2 and ring.pair != variables):
        known = ", ".join(ring.norms) or "none"
        raise FormulaError(f"got the Gaussian variables {', '.join(found)}, expected two of one pair (known: {known})")
    expander = Expander(variables, ring, disabled)
    law = Law(variables, tuple(ring.norm(n) for n in variables))
    derivation = Derivation(ring, [r for r in RULES if r.name not in disabled])
    expansion = tuple((c, Moment(monomial, law)) for monomial, c in expander.expand(integrand).items())
    total = ring.field.zero
    for coefficient, moment in expansion:
        total += coefficient * derivation.solve(moment)
    element = ring.reduce(total)
    used = (*expander.used, *dict.fromkeys(e.rule for e in derivation.equations.values()))
    return Expectation(integrand, variables, element, ring, used, derivation, expansion)


def _specialised(free: Expectation, ring: Ring) -> Expectation:
    """A result with some variables fixed; by continuity also at theta = 0 and pi."""
    return replace(free, element=ring.reduce(evaluate(free.value, ring)), ring=ring)


def gaussian_names(expr: Expr, parameters: Sequence[str] = ()) -> tuple[str, ...]:
    """The Gaussian variables of an integrand in order of appearance.

    Raises:
        FormulaError: there are more than two, or one has a reserved name.

    Example:
        >>> from analytic.grammar import parse
        >>> gaussian_names(parse("relu(w.x)*step(v.x)"))
        ('w', 'v')
    """
    found: dict[str, None] = {}
    inputs = {node.children[1].identifier for node in walk(expr) if node.head == "dot"}
    if len(inputs) > 1:
        raise FormulaError(
            f"got the inputs {', '.join(sorted(inputs))}, expected one: all variables share one x ~ N(0, I)"
        )
    functions = {node.children[0].identifier for node in walk(expr) if node.head == "call"}
    weights = {node.children[0].identifier for node in walk(expr) if node.head == "dot"}
    for node in walk(expr):
        if node.head == "name" and node.identifier not in {*parameters, *inputs, *functions, "pi"}:
            found[node.identifier] = None
    mixed = sorted(weights & bare_names(expr))
    if mixed:
        raise FormulaError(
            f"got both {mixed[0]} and {mixed[0]}.x, expected one of them: a vector is no Gaussian variable"
        )
    bad = sorted(RESERVED & set(found))
    if bad:
        raise FormulaError(
            f"got {', '.join(bad)} under an expectation, where only Gaussian variables and constants may stand"
        )
    if len(found) > 2:
        raise FormulaError(
            f"got the {len(found)} Gaussian variables {', '.join(found)}, expected at most two: "
            f"expectations of three and more variables are not derived by this version"
        )
    return tuple(found)

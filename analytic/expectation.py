r"""Expectations $E[f(u_1, \dots, u_n)]$ of jointly Gaussian variables, derived by rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from analytic.algebra import evaluate
from analytic.closed_forms import IMAGINARY, ClosedForms
from analytic.derivation import Derivation, Step, Steps, combination
from analytic.errors import FormulaError, OutsideRingError
from analytic.field import Element
from analytic.formula import CONSTANTS, Expr, bare_names, name, names
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import formula
from analytic.integrand import DEFINITION, EULER_RULE, IDEMPOTENCE, Expander, check_arguments
from analytic.opening import RESERVED, Opening, gaussian_names
from analytic.ring import Element as RingElement
from analytic.ring import Ring, canonical_ring
from analytic.rules import RULES
from analytic.rules.moment import Moment
from analytic.writing import written

if TYPE_CHECKING:
    from analytic.balls import Ball
    from analytic.compiled import CompiledExpectation


@dataclass(frozen=True)
class Expectation:
    """The closed form of an expectation, with its derivation.

    Args:
        integrand: what the expectation is taken of.
        law: the law of the Gaussian variables.
        element: the value in the field of closed forms.
        rules: the names of the rules that were used.
        derivation: the engine with the equations it used.
        expansion: the integrand as a sum of coefficient times moment.
        constants: names of further parameters in the integrand.

    Example:
        >>> result = expect("relu(u)*step(v)")
        >>> print(result.value)
        |u|*(1 + cos(theta))/(2*sqrt(2*pi))
        >>> print(result.steps[-1])
        E[relu(u)*step(v)] = |u|*(1 + cos(theta))/(2*sqrt(2*pi))   [substitution of the moments]
    """

    integrand: Expr
    law: GaussianLaw
    element: Element
    rules: tuple[str, ...]
    derivation: Derivation
    expansion: tuple[tuple[Element, Moment], ...]
    constants: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether there is a closed form."""
        return True

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the Gaussian variables."""
        return self.law.names

    @property
    def field(self) -> ClosedForms:
        """The field of closed forms in which the value lies."""
        return self.derivation.field

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, those of the law included."""
        return tuple(dict.fromkeys((*self.constants, *self.law.parameters, *self.law.correlation_names)))

    @property
    def ring(self) -> Ring:
        """The canonical ring of the law's norms and the constants, in which equality is decidable."""
        return canonical_ring(self.law.norms, self.constants)

    @cached_property
    def in_ring(self) -> RingElement:
        """The value in the canonical ring.

        Raises:
            OutsideRingError: it is not in the ring.
        """
        return self.ring.reduce(evaluate(self.value, self.ring))

    @cached_property
    def value(self) -> Expr:
        """The closed form."""
        return written(self.element)

    @property
    def steps(self) -> Steps:
        """The derivation, equation by equation, those that need no other first."""
        return Steps((*self.derivation.steps(), *self._closing()))

    def _closing(self) -> tuple[Step, ...]:
        """The integrand as a sum of monomials, and the closed form once their moments are put in."""
        from analytic.printing import to_latex

        left, latex = f"E[{self.integrand}]", rf"\mathbb{{E}}\left[{to_latex(self.integrand)}\right]"
        expansion = combination(self.expansion)
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
        existence = [f"{written(c)} > 0" for c in self.field.conditions]
        return ", ".join([*self.law.describe(), *dict.fromkeys(existence)]) or "no variables"

    def compile(self) -> CompiledExpectation:
        """The closed form as a vectorised float64 function with a running error bound.

        Returns:
            The function; see ``analytic.compiled``.

        Example:
            >>> kernel = expect("relu(u)*relu(v)").compile()
            >>> float(kernel(rho=1.0)), round(float(kernel(rho=0.0)), 12)
            (0.5, 0.159154943092)
        """
        from analytic.compiled import compile_expectation

        return compile_expectation(self)

    def derivative(self, variable: str) -> Expr:
        r"""The partial derivative of the closed form.

        By a covariance it is the expectation of the mixed derivative (Price 1958):
        $\partial E[f(u) g(v)]/\partial\operatorname{Cov}(u, v) = E[f'(u) g'(v)]$.

        Args:
            variable: a norm such as ``|u|``, ``theta``, or a parameter of the law or of the integrand.

        Returns:
            The derivative as a formula.

        Raises:
            FormulaError: the closed form has no such variable.

        Example:
            >>> law = GaussianLaw.correlations("u v", unit=True)
            >>> print(expect("relu(u)*relu(v)", law=law).derivative("rho"))
            1/4 + asin(rho)/(2*pi)
        """
        from analytic.calculus import derivative

        return written(derivative(self.element, variable, self.field))

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
            DomainError: a norm is negative, or theta not in [0, pi].

        Example:
            >>> expect("relu(u)*relu(v)").at(rho=0).rounded(10)
            '0.1591549431'
        """
        from analytic.point import expectation_at

        return expectation_at(self, {**(point or {}), **values}, digits)


def expect(
    integrand: str | Expr,
    parameters: Iterable[str] = (),
    *,
    law: GaussianLaw | None = None,
    mean: Mapping[str, Any] | None = None,
    in_terms_of: str = "theta",
    disabled: Iterable[str] = (),
    angle: Fraction | None = None,
    values: Mapping[str, Fraction] | None = None,
) -> Expectation:
    r"""Derives $E[f(u_1, \dots, u_n)]$ for jointly Gaussian variables.

    Without a law the variables are centred, with standard deviations $|u|, |v| > 0$ and correlations $\cos\theta$: for
    inner products of vectors with $x \sim N(0, I_d)$ these are the norms of the vectors and the angle between them.

    Args:
        integrand: a formula or text: sums, products and integer powers of the variables and of functions of affine
            forms of them: relu, step, sign, abs, leaky_relu(z, a), abrelu(z, a, b) = a min(z, 0) + b max(z, 0), erf,
            Phi, gelu, elu(z, alpha), exp (also of quadratic polynomials), bump(z) = exp(-z^2/2), sin, cos, He(n, z),
            H(n, z), log(abs(z)), and, without a closed form in general, tanh, sigmoid, softplus, silu. ``w.x`` is the
            Gaussian variable of the weight vector w.
        parameters: names that stand for real constants; every other name is a Gaussian variable unless a law is given,
            which names the variables itself.
        law: the law of the variables, see ``GaussianLaw``.
        mean: means by name, numbers or formulas, where no law is given.
        in_terms_of: "theta" for angles or "rho" for correlations, where no law is given.
        disabled: names of derivation rules that may not be used.
        angle: fixes theta at this rational multiple of pi.
        values: fixes norms (key ``"|u|"``) and parameters at rational numbers.

    Returns:
        The closed form with its derivation; an ``OpenExpectation``, which says why and certifies values, where there
        is no closed form.

    Raises:
        FormulaError: the integrand is no formula of the language, or no rule has the name that is disabled.
        LawError: the covariance matrix is not positive semidefinite, or has the wrong shape.
        NotIntegrableError: the expectation does not exist.
        DerivationError: a rule that is needed is disabled.

    Source: Stein (1972), Price (1958), Sheppard (1899) for the orthant probability, Owen (1956) for T; the results
    for relu and step are the arc-cosine kernels of Cho and Saul (2009), here plain expectations.

    Example:
        >>> expect("relu(u)*relu(v)")
        E[relu(u)*relu(v)] = |u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)
        >>> expect("relu(u)").sympy
        sqrt(2)*|u|/(2*sqrt(pi))
        >>> expect("erf(u)*erf(v)", in_terms_of="rho", values={"|u|": 1, "|v|": 1})
        E[erf(u)*erf(v)] = 2*asin(2*rho/3)/pi
    """
    expr, chosen, constants, off = _problem(integrand, parameters, law, mean, in_terms_of, disabled, angle, values)
    try:
        return derive(expr, chosen, constants, off)
    except OutsideRingError as error:  # no closed form, or one that is too long
        from analytic.open_expectation import OpenExpectation

        if off:
            raise
        field = chosen.field(constants)
        return OpenExpectation(expr, chosen, field.zero, (), Derivation(field), (), constants, str(error))


def _problem(
    integrand: str | Expr,
    parameters: Iterable[str],
    law: GaussianLaw | None,
    mean: Mapping[str, Any] | None,
    in_terms_of: str,
    disabled: Iterable[str],
    angle: Fraction | None,
    values: Mapping[str, Fraction] | None,
) -> tuple[Expr, GaussianLaw, tuple[str, ...], frozenset[str]]:
    """The integrand, the law, the names of constants and the rules that are switched off, checked."""
    expr, fixed, off = formula(integrand), tuple(parameters), frozenset(disabled)
    unknown = sorted(off - {DEFINITION, IDEMPOTENCE, EULER_RULE, *(r.name for r in RULES)})
    if unknown:
        raise FormulaError(
            f"got the rules {', '.join(unknown)} to disable, expected {', '.join(r.name for r in RULES)}"
        )
    taken = [p for n, p in enumerate(fixed) if p in RESERVED or p in fixed[:n]]
    if taken:
        raise FormulaError(f"got the parameter {taken[0]}, a name that is taken, expected different names of your own")
    unused = sorted(set(fixed) - names(expr) - names_of(law) - {n for m in (mean or {}).values() for n in _names(m)})
    if unused:
        raise FormulaError(f"got the parameter {unused[0]}, which does not occur in {expr}; expected names that do")
    chosen = _law(expr, fixed, law, mean, in_terms_of)
    if angle is not None and len(chosen.names) == 2:
        values = {**(values or {}), "theta": angle * name("pi")}  # type: ignore[dict-item]
    exact = {n: formula(v) for n, v in (values or {}).items()}
    if exact:
        from analytic.formula import substitute

        chosen = chosen.fixed(exact)
        expr = substitute(expr, {n: v for n, v in exact.items() if n in fixed})
        fixed = tuple(n for n in fixed if n not in exact)
    if law is not None:
        others = names(expr) - set(chosen.names) - set(chosen.parameters) - CONSTANTS
        fixed = (*fixed, *sorted(others - set(fixed)))
    check_arguments(expr, chosen, fixed)
    return expr, chosen, fixed, off


def names_of(law: GaussianLaw | None) -> frozenset[str]:
    """The parameters of a law, if there is one."""
    return frozenset(law.parameters) if law is not None else frozenset()


def _names(value: Any) -> frozenset[str]:
    return names(formula(value))


def _law(
    expr: Expr, fixed: tuple[str, ...], law: GaussianLaw | None, mean: Mapping[str, Any] | None, in_terms_of: str
) -> GaussianLaw:
    if in_terms_of not in ("theta", "rho"):
        raise FormulaError(f"got in_terms_of={in_terms_of!r}, expected 'theta' or 'rho'")
    if law is None:
        make = GaussianLaw.angles if in_terms_of == "theta" else GaussianLaw.correlations
        means = {n: formula(m) for n, m in (mean or {}).items()}
        further = {n for m in means.values() for n in names(m)} - CONSTANTS
        found = gaussian_names(expr, (*fixed, *further))
        return make(found, means) if found else GaussianLaw((), (), ())
    if mean is not None:
        raise FormulaError("got both a law and means, expected the means inside the law")
    used = set(bare_names(expr)) & set(law.names)
    if not used:
        raise FormulaError(f"got {expr}, in which none of the variables {', '.join(law.names)} of the law occurs")
    return law


@lru_cache(maxsize=512)
def derive(
    integrand: Expr,
    law: GaussianLaw,
    constants: tuple[str, ...] = (),
    disabled: frozenset[str] = frozenset(),
    step_at_zero: Fraction = Fraction(1, 2),
) -> Expectation:
    """``expect`` for a law that is complete; ``step_at_zero`` is what a step of the constant 0 counts.

    Raises:
        NoClosedFormError, NotIntegrableError, DerivationError, FormulaError, LawError: see ``expect``.
    """
    field = law.field(constants)
    field.step_at_zero = step_at_zero
    expander = Expander(law.names, field, disabled)
    mean, matrix = law.moments(field)
    derivation = Derivation(field, [r for r in RULES if r.name not in disabled])
    opened = Opening(law.names, mean, matrix, expander)
    products = opened.products(integrand)
    expansion = tuple((c, opened.moment(p)) for p, c in products.items())
    total = field.zero
    for coefficient, moment in expansion:
        total = total + coefficient * derivation.solve(moment)
    element = field.split(total, IMAGINARY)[0]  # the expectation of a real function is real
    used = (*expander.used, *dict.fromkeys(e.rule for e in derivation.equations.values()))
    return Expectation(integrand, law, element, used, derivation, expansion, constants)


@lru_cache(maxsize=512)
def derive_in_ring(integrand: Expr, ring: Ring) -> RingElement:
    """The expectation in a canonical ring that is given: its norms must cover the Gaussian variables.

    Raises:
        FormulaError: the integrand has variables of which the ring knows no norm or no angle.
        OutsideRingError: the value is not in the ring.
    """
    found = gaussian_names(integrand, ring.parameters)
    variables = tuple(n for n in ring.norms if n in found)
    if len(variables) < len(found) or (len(found) == 2 and ring.pair != variables):
        known = ", ".join(ring.norms) or "none"
        raise FormulaError(f"got the Gaussian variables {', '.join(found)}, expected two of one pair (known: {known})")
    law = GaussianLaw.angles(variables) if variables else GaussianLaw((), (), ())
    free = canonical_ring(ring.norms, ring.parameters)
    value = derive(integrand, law, ring.parameters).value
    if ring.angle is None and not ring.values:
        return ring.reduce(evaluate(value, ring))
    from analytic.readable import readable

    # by continuity also at theta = 0 and pi
    return ring.reduce(evaluate(readable(evaluate(value, free), free), ring))

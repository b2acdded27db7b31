r"""Pairwise expectations of any activation whose closed form ``expect`` derives: erf, gelu, sin, polynomials, ...

$F(p, q, r) = E[\phi(u)\phi(v)]$ for Var u = p, Cov(u, v) = q, Var v = r is derived once, in covariance symbols;
its first and second derivatives are taken in the field of closed forms and compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytic.algebra import evaluate
from analytic.errors import DomainError, FormulaError, NoClosedFormError, NotIntegrableError
from analytic.formula import Expr, mul, name, names, substitute
from analytic.grammar import formula
from analytic.landscape.pair import PairDerivatives

if TYPE_CHECKING:
    from analytic.expectation import Expectation

#: The derivatives by name, as sequences of the variables of the law.
ORDERS = {x.name: tuple(x.name[2:]) for x in fields(PairDerivatives)}

#: Errors of float64 values relative to their scale beyond which balls are taken.
ACCURACY = 1e-10
#: Bits of these balls, one after another.
PRECISIONS = (128, 256, 512)
#: Variances count as this at least, so that scales stay finite.
SMALLEST = 1e-75


@dataclass(frozen=True)
class DerivedPair:
    r"""F and its derivatives for an activation given by a formula.

    Args:
        phi: the activation, the name of a function such as "erf" or a formula in z such as "z*Phi(z)".

    Raises:
        FormulaError: it is no formula in z alone.
        NoClosedFormError: its pairwise expectation has no closed form.

    Example:
        >>> print(DerivedPair("erf").formulas["f"])
        2*asin(2*q/sqrt((1 + 2*r)*(1 + 2*p)))/pi
        >>> print(DerivedPair("z^2").formulas["f_qq"])
        4
    """

    phi: str

    def __post_init__(self) -> None:
        others = sorted(names(self.shape) - {"z", "pi"})
        if others:
            raise FormulaError(f"got the activation {self.phi} with the variable {others[0]}, expected a formula in z")
        _ = self.formulas

    @property
    def shape(self) -> Expr:
        """The activation as a formula in z."""
        text = self.phi.strip()
        return formula(f"{text}(z)" if text.isidentifier() and text != "z" else text)

    @property
    def formulas(self) -> Mapping[str, Expr]:
        """F and its derivatives as formulas in p, q, r, by the names of ``PairDerivatives``."""
        return _derived(self.shape, True)[1]

    @property
    def single(self) -> Mapping[str, Expr]:
        """S(p) = E[phi(u)^2] and two derivatives: f, f_p, f_pp."""
        return _derived(self.shape, False)[1]

    def at(self, p: Any, q: Any, r: Any) -> PairDerivatives:
        """F and its derivatives in float64, to 1e-10 of their scale; pairs where the closed form cancels go by balls.

        Args:
            p: variances of u, an array; q and r of the same shape. Covariances beyond Cauchy and Schwarz are cut off.

        Raises:
            DomainError: a derivative does not exist at one of the pairs, or overflows.
            NotIntegrableError: the expectation does not exist.
        """
        import numpy as np

        bound = np.sqrt(p) * np.sqrt(r)
        return PairDerivatives(**self._values(True, {"p": p, "q": np.clip(q, -bound, bound), "r": r}))

    def single_at(self, p: Any) -> dict[str, Any]:
        """S and its derivatives in float64, at an array of variances."""
        return self._values(False, {"p": p})

    def _values(self, two: bool, given: Mapping[str, Any]) -> dict[str, Any]:
        import numpy as np

        from analytic.arguments import Points
        from analytic.compiled import compile_expectation
        from analytic.straight_line import compile_formula

        result, formulas = _derived(self.shape, two)
        shape = given["p"].shape
        points = Points(result.law, {n: np.asarray(x, dtype=np.float64).reshape(-1) for n, x in given.items()}, shape)
        with np.errstate(all="ignore"):
            for shown, program in compile_expectation(result).conditions:
                if (np.asarray(program.values(points)) <= 0.0).any():
                    raise NotIntegrableError(f"the expectation does not exist at a pair: it needs {shown} > 0 there")
            pairs = {n: compile_formula(e, result.law).values_and_errors(points) for n, e in formulas.items()}
            found = {n: np.array(np.broadcast_to(v, (points.size,)), dtype=np.float64) for n, (v, _) in pairs.items()}
            allowed = self._allowed(found["f"], points.given)
            doubtful = np.zeros(points.size, dtype=bool)
            for n, (value, error) in pairs.items():
                doubtful |= ~((error <= allowed[n]) & np.isfinite(value))
        for i in np.flatnonzero(doubtful):
            exact = self._recomputed(two, points.point(int(i)), {n: float(a[i]) for n, a in allowed.items()})
            for n, x in exact.items():
                found[n][i] = x
        return {n: x.reshape(shape) for n, x in found.items()}

    def _allowed(self, f: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Errors that are allowed: 1e-10 of |F| over the scale of the variables, where |F| <= sqrt(S(p) S(r))."""
        import numpy as np

        p = given["p"]
        scale = {"p": p, "r": given.get("r", p), "q": np.sqrt(p * given.get("r", p))}
        size = np.abs(f) if "r" not in given else np.sqrt(self._moments(p) * self._moments(given["r"]))
        return {
            n: ACCURACY * size / np.prod([np.maximum(scale[v], SMALLEST) for v in variables], axis=0)
            for n, variables in ORDERS.items()
        }

    def _moments(self, p: Any) -> Any:
        """S at variances, each distinct one computed once."""
        import numpy as np

        distinct, where = np.unique(p, return_inverse=True)
        return np.maximum(self.single_at(distinct)["f"], 0.0)[where]

    def _recomputed(self, two: bool, point: Mapping[str, float], allowed: Mapping[str, float]) -> dict[str, float]:
        """One pair in balls, at growing precision until it is accurate enough."""
        from flint import fmpq

        from analytic.balls import precision

        exact = {n: fmpq(*x.as_integer_ratio()) for n, x in point.items()}
        for bits in PRECISIONS:
            with precision(bits):
                balls = self._balls(two, exact, last=bits == PRECISIONS[-1])
                if all(x.rad() <= max(allowed[n], abs(float(x)) * ACCURACY) for n, x in balls.items()):
                    return {n: float(x) for n, x in balls.items()}
        raise DomainError(
            f"got derivatives without a certain value at {dict(point)} for the activation {self.phi}, expected finite "
            f"ones: the closed form cancels too much; take other weights or another activation"
        )

    def ball_pair(self, p: Any, q: Any, r: Any) -> PairDerivatives:
        """F and its derivatives in balls, at the current precision; see ``at``."""
        return PairDerivatives(**self._balls(True, {"p": p, "q": q, "r": r}))

    def ball_single(self, p: Any) -> dict[str, Any]:
        """S and its derivatives in balls."""
        return self._balls(False, {"p": p})

    def _balls(self, two: bool, given: Mapping[str, Any], last: bool = True) -> dict[str, Any]:
        from flint import arb

        from analytic.balls import BallAlgebra, finite
        from analytic.writing import written

        result, formulas = _derived(self.shape, two)
        algebra = BallAlgebra({}, None, {n: arb(x) for n, x in given.items()})
        for condition in result.field.conditions:
            if not evaluate(written(condition), algebra) > 0:
                raise NotIntegrableError(f"the expectation does not exist at a pair: it needs {written(condition)} > 0")
        found = {n: evaluate(expr, algebra) for n, expr in formulas.items()}
        for n, value in found.items():
            if last and not finite(value):
                where = ", ".join(f"{v} = {x}" for v, x in given.items())
                raise DomainError(
                    f"got {n} without a value at {where} for the activation {self.phi}, expected finite derivatives: "
                    f"vectors may be parallel or zero at a kink of the activation; move them apart or use more bits"
                )
        return found


@lru_cache(maxsize=64)
def _derived(shape: Expr, two: bool) -> tuple[Expectation, dict[str, Expr]]:
    """The expectation for two variables, or of the square of one, and the formulas of its derivatives."""
    from analytic.calculus import derivative
    from analytic.expectation import expect
    from analytic.gaussian_law import GaussianLaw
    from analytic.writing import written

    if two:
        law = GaussianLaw.matrix("u v", [["p", "q"], ["q", "r"]])
        result = expect(mul(*(substitute(shape, {"z": name(n)}) for n in "uv")), law=law)
    else:
        result = expect(substitute(shape, {"z": name("u")}) ** 2, law=GaussianLaw.matrix("u", [["p"]]))
    if not result.closed:
        raise NoClosedFormError(
            f"got the activation {shape}, expected one whose pairwise expectation has a closed form ({result}); "
            f"take erf, gelu, sin, elu or a polynomial"
        )
    found = {}
    for n, variables in ORDERS.items():
        if two or set(variables) <= {"p"}:
            element = result.element
            for variable in variables:
                element = derivative(element, variable, result.field)
            found[n] = written(element)
    return result, found

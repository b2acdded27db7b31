"""Formulas with vectors in the field of closed forms: gradients where erf, Phi, exp or steps stand under E."""

from __future__ import annotations

from analytic.algebra import evaluate
from analytic.closed_forms import ClosedForms
from analytic.differentiate import gradient, jacobian
from analytic.errors import FormulaError, OutsideRingError
from analytic.expectation import derive
from analytic.field import Element
from analytic.formula import Expr
from analytic.frame import Tensor, scalar
from analytic.gaussian_law import GaussianLaw
from analytic.interpret import Interpreter
from analytic.opening import gaussian_names
from analytic.writing import written


class FieldInterpreter(Interpreter[Element]):
    """Evaluates a formula in the field of closed forms; expectations, gradients and Hessians are derived there.

    The canonical ring decides more and faster, but knows no function besides the angle; this field knows them all.
    Every norm, parameter and angle is free, the angle in (0, pi).

    Args:
        norms: the vectors or Gaussian variables, two at most; two have the angle ``theta``.
        parameters: the names of real parameters.
        positive: those of them that are positive.

    Example:
        >>> from analytic.grammar import parse
        >>> inside = FieldInterpreter(("w",), ())
        >>> [str(x) for x in inside.tensor(parse("grad(E[exp(w.x)], w)")).coordinates.values()]
        ['|w|*exp(|w|^2/2)', '0']
    """

    def __init__(self, norms: tuple[str, ...], parameters: tuple[str, ...], positive: tuple[str, ...] = ()) -> None:
        pair = {"theta": (norms[0], norms[1])} if len(norms) > 1 else {}
        self.field = ClosedForms(norms, pair, (), positive, parameters)
        for n in norms:
            self.field.norm(n)  # a variable that does not occur in a formula can be differentiated by as well
        super().__init__(self.field)
        self.parameters = parameters
        #: What must be positive for the expectations to exist.
        self.conditions: dict[Expr, None] = {}

    def _expectation(self, expr: Expr) -> Tensor[Element]:
        found = gaussian_names(expr.children[0], self.parameters)
        variables = tuple(n for n in self.field.norms if n in found)
        if len(variables) < len(found):
            known = ", ".join(self.field.norms) or "none"
            raise FormulaError(f"got the Gaussian variables {', '.join(found)}, expected some of {known}")
        law = GaussianLaw.angles(variables) if variables else GaussianLaw((), (), ())
        result = derive(expr.children[0], law, self.parameters)
        self.conditions.update(dict.fromkeys(written(c) for c in result.field.conditions))
        return scalar(evaluate(result.value, self.field))

    def _gradient(self, arguments: list[Expr]) -> Tensor[Element]:
        return gradient(self.tensor(arguments[0]).scalar, self.field, self._which(arguments[1]))

    def _hessian(self, arguments: list[Expr]) -> Tensor[Element]:
        slope = gradient(self.tensor(arguments[0]).scalar, self.field, self._which(arguments[1]))
        return jacobian(slope, self.field, self._which(arguments[2]))

    def _limit(self, arguments: list[Expr]) -> Tensor[Element]:
        raise OutsideRingError(f"got a limit of {arguments[0]}, expected none: limits are taken in the canonical ring")

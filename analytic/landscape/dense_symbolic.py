r"""The population loss and its derivatives as formulas of the language, for any number of neurons.

Positively homogeneous activations: derived from ``E[phi(w_i.x)*phi(w_j.x)]`` by the derivation engine, in norms and the
angle ``theta`` between the two vectors of a summand. Other activations: the chain rule over the derivatives of
F(p, q, r), with $p = |w|^2$, $q = w\cdot v$, $r = |v|^2$.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from analytic.errors import FormulaError
from analytic.formula import Expr, add, call, mul, name, num, substitute
from analytic.frame import Tensor
from analytic.grammar import formula, parse
from analytic.interpret import Interpreter, tensor_formula
from analytic.landscape.dense_derived import DerivedPair
from analytic.landscape.pair import Homogeneous
from analytic.neurons import PAIR, SELF, STUDENTS, TEACHERS, VECTORS
from analytic.printing import to_latex
from analytic.ring import canonical_ring

#: The derivatives of the loss by name: operator and arguments.
DERIVATIVES = {"gradient": ("grad", "w_i"), "diagonal": ("hess", "w_i, w_i"), "off_diagonal": ("hess", "w_i, w_j")}


@dataclass(frozen=True)
class LossFormulas:
    r"""Formulas of a model, for all n, k and d: what depends on student i.

    ``sum(j != i, ...)`` runs over the other students, ``sum(j, ...)`` over the teachers; ``theta`` is the angle of the
    two vectors of the summand, ``bar(w)`` the unit vector, ``perp(v, w)`` the unit vector orthogonal to w towards v.
    With a covariance Sigma of the inputs the vectors stand for $\Sigma^{1/2} w$.

    Args:
        loss: the part of the loss that depends on student i.
        gradient: its gradient by w_i.
        diagonal: the diagonal block of the Hessian.
        off_diagonal: the block of students i and j.

    Example:
        >>> from analytic.landscape.pair import RELU
        >>> print(loss_formulas(RELU).off_diagonal.children[0])
        (pi - theta)*I/(2*pi)
    """

    loss: Expr
    gradient: Expr
    diagonal: Expr
    off_diagonal: Expr

    def latex(self) -> dict[str, str]:
        """Every formula as an equation in LaTeX, without dollar signs."""
        left = {
            "loss": r"L(w_i)",
            "gradient": r"\nabla_{w_i} L",
            "diagonal": r"\nabla^2_{w_i} L",
            "off_diagonal": r"\nabla_{w_i}\nabla_{w_j} L",
        }
        return {n: f"{shown} = {to_latex(getattr(self, n))}" for n, shown in left.items()}


@lru_cache(maxsize=32)
def loss_formulas(phi: Homogeneous | DerivedPair, alpha: bool = False, beta: bool = False) -> LossFormulas:
    """The formulas of an activation.

    Args:
        phi: the activation.
        alpha: whether to write the students' weights alpha_i, alpha_j; else they are 1.
        beta: whether to write the teachers' weights beta_j.

    Returns:
        The formulas.
    """
    summands = _homogeneous(phi) if isinstance(phi, Homogeneous) else _chain_rule(phi)
    own, students, teachers = _second_layer(alpha, beta)
    by_class = {SELF: own, STUDENTS: students, TEACHERS: teachers}
    formulas = {n: _summed(summands, n, by_class) for n in ("loss", "gradient", "diagonal")}
    return LossFormulas(**formulas, off_diagonal=mul(students, summands["off_diagonal", PAIR]))


def _second_layer(alpha: bool, beta: bool) -> tuple[Expr, Expr, Expr]:
    """Coefficients of the square of student i, of products with other students, and with teachers."""
    i, j = (name("alpha_i"), name("alpha_j")) if alpha else (num(1), num(1))
    return i**2, mul(i, j), mul(num(-1), i, name("beta_j") if beta else num(1))


def _summed(summands: dict[tuple[str, str], Expr], what: str, weights: dict[str, Expr]) -> Expr:
    others = call("unequal", name("j"), name("i"))
    students = call("sum", others, mul(weights[STUDENTS], summands[what, STUDENTS]))
    teachers = call("sum", name("j"), mul(weights[TEACHERS], summands[what, TEACHERS]))
    return add(mul(weights[SELF], summands[what, SELF]), students, teachers)


def activation_text(phi: Homogeneous, argument: str) -> str:
    """A positively homogeneous activation of an argument, in the language.

    Example:
        >>> from analytic.landscape.pair import LEAKY
        >>> activation_text(LEAKY(1), "w_i.x"), activation_text(LEAKY(0), "z")
        ('relu(w_i.x) - 1*relu(-w_i.x)', 'relu(z)')
    """
    terms = [f"{c}*relu({sign}{argument})" for c, sign in ((phi.positive, ""), (phi.negative, "-")) if c]
    return " + ".join(terms).removeprefix("1*").replace("+ -", "- ")


def _homogeneous(phi: Homogeneous) -> dict[tuple[str, str], Expr]:
    """Each derivative class by class, from the engine; a product is bilinear in the activation's two halves."""
    found = {}
    for kind, factor in ((SELF, "1/2*"), (STUDENTS, ""), (TEACHERS, "")):
        second = VECTORS[kind][0 if kind == SELF else 1]
        first = VECTORS[kind][0]
        for what, (operator, by) in {"loss": ("", ""), **DERIVATIVES}.items():
            if what == "off_diagonal" and kind != STUDENTS:
                continue
            expectation = f"{factor}E[({activation_text(phi, first + '.x')})*({activation_text(phi, second + '.x')})]"
            text = f"{operator}({expectation}, {by})" if operator else expectation
            ring = canonical_ring(VECTORS[kind])
            found[what, PAIR if what == "off_diagonal" else kind] = tensor_formula(_tensor(text, kind), ring)
    return found


def _tensor(text: str, kind: str) -> Tensor:  # type: ignore[type-arg]
    return Interpreter(canonical_ring(VECTORS[kind])).tensor(parse(text))


def _chain_rule(phi: DerivedPair) -> dict[tuple[str, str], Expr]:
    found = {("loss", SELF): mul(formula("1/2"), phi.single["f"])}
    found["gradient", SELF] = mul(phi.single["f_p"], name("w_i"))
    found["diagonal", SELF] = _sum(phi.single, {"f_p": (1, "I"), "f_pp": (2, "outer(w, w)")})
    mixed = {"f_q": (1, "I"), "f_pq": (2, "outer(w, w)"), "f_pr": (4, "outer(w, v)")}
    mixed |= {"f_qq": (1, "outer(v, w)"), "f_qr": (2, "outer(v, v)")}
    second = {"f_p": (2, "I"), "f_pp": (4, "outer(w, w)"), "f_pq": (2, "(outer(w, v) + outer(v, w))")}
    second |= {"f_qq": (1, "outer(v, v)")}
    for kind in (STUDENTS, TEACHERS):
        found["loss", kind] = phi.formulas["f"]
        found["gradient", kind] = _sum(phi.formulas, {"f_p": (2, "w"), "f_q": (1, "v")})
        found["diagonal", kind] = _sum(phi.formulas, second)
    found["off_diagonal", PAIR] = _sum(phi.formulas, mixed)
    return {(what, kind): _named(e, kind) for (what, kind), e in found.items()}


def _sum(derivatives: object, terms: dict[str, tuple[int, str]]) -> Expr:
    table: dict[str, Expr] = dict(derivatives)  # type: ignore[call-overload]
    return add(*(mul(num(c), table[n], formula(tensor)) for n, (c, tensor) in terms.items() if table[n] != num(0)))


def _named(expr: Expr, kind: str) -> Expr:
    """The names p, q, r and w, v of the chain rule in terms of the vectors of a class."""
    w, v = VECTORS[kind]
    vectors = {"w": name(w), "v": name(v)}
    products = {"p": formula(f"|{w}|^2"), "q": formula(f"{w}.{v}"), "r": formula(f"|{v}|^2")}
    try:
        return substitute(expr, {**vectors, **products})
    except KeyError as error:
        raise FormulaError(f"got {expr} with the name {error}, expected p, q, r, w and v") from None

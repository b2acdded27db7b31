"""Kernels of networks of small depth as formulas: relu by the recursion of angles, the others by derivation."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from analytic.errors import DomainError
from analytic.expectation import expect
from analytic.formula import PI, Expr, add, call, mul, name, num, power, substitute
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import formula

#: The formulas double with each layer.
MAX_DEPTH = 6
#: They grow faster where they are not nested angles.
MAX_DERIVED_DEPTH = 2


Operand = str | int | Fraction | Expr


def symbolic_nngp(
    depth: int,
    weight_variance: Operand = 2,
    activation: str = "relu",
    bias_variance: Operand = 0,
) -> Expr:
    r"""$K^{L+1} = \sigma_b^2 + \sigma_w^2 E[\phi(u)\phi(v)]$ in $\theta$ and the norms of the inputs under $K^1$.

    Args:
        depth: L, in 0..6 for relu without bias and in 0..2 otherwise: the formulas double with each layer.
        weight_variance: $\sigma_w^2$, a number or a formula of positive parameters.
        activation: a name such as "erf", or a formula in z such as "gelu(z)"; with a closed form for two variables.
        bias_variance: $\sigma_b^2$.

    Returns:
        The formula with $|u|^2 = K^1(x, x)$; for relu without bias
        $|u||v| (\sigma_w^2/2)^L \kappa(\dots\kappa(\cos\theta))$.

    Raises:
        DomainError: the depth is out of range.
        NoClosedFormError: the activation has no closed form.

    Source: Cho and Saul (2009), section 2.3; Lee et al. (2018), equation 5.

    Example:
        >>> print(symbolic_nngp(1))
        |u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/pi
        >>> print(symbolic_nngp(1, 1, "erf"))
        2*asin(2*|u|*|v|*cos(theta)/sqrt((1 + 2*|v|^2)*(1 + 2*|u|^2)))/pi
    """
    if not _is_plain_relu(activation, weight_variance, bias_variance):
        return _derived(depth, activation, formula(weight_variance), formula(bias_variance))[0]
    return mul(_scale(depth, Fraction(weight_variance)), _layers(depth)[-1][0])  # type: ignore[arg-type]


def symbolic_ntk(
    depth: int,
    weight_variance: Operand = 2,
    activation: str = "relu",
    bias_variance: Operand = 0,
) -> Expr:
    r"""$\Theta^{L+1} = K^{L+1} + \sigma_w^2 \Theta^L E[\phi'(u)\phi'(v)]$, as `symbolic_nngp`.

    The expectation of the derivatives is the derivative of $E[\phi(u)\phi(v)]$ by the covariance (Price 1958), so no
    derivative of the activation is needed.

    Args:
        depth: see `symbolic_nngp`.
        weight_variance: $\sigma_w^2$.
        activation: see `symbolic_nngp`.
        bias_variance: $\sigma_b^2$.

    Returns:
        The formula.

    Raises:
        DomainError: the depth is out of range.
        NoClosedFormError: the activation has no closed form.

    Source: Jacot, Gabriel and Hongler (2018), theorem 1.

    Example:
        >>> print(symbolic_ntk(0))
        |u|*|v|*cos(theta)
    """
    if not _is_plain_relu(activation, weight_variance, bias_variance):
        return _derived(depth, activation, formula(weight_variance), formula(bias_variance))[1]
    layers = _layers(depth)
    total = layers[0][0]
    for (_, angle), (cosine, _) in pairwise(layers):
        total = add(cosine, mul(total, add(PI, mul(num(-1), angle)), power(PI, num(-1))))
    return mul(_scale(depth, Fraction(weight_variance)), total)  # type: ignore[arg-type]


def _is_plain_relu(activation: str, weight_variance: Operand, bias_variance: Operand) -> bool:
    return activation == "relu" and bias_variance == 0 and isinstance(weight_variance, int | Fraction)


def _derived(depth: int, activation: str, weight: Expr, bias: Expr) -> tuple[Expr, Expr]:
    """NNGP and NTK by derivation, layer by layer."""
    if not 0 <= depth <= MAX_DERIVED_DEPTH:
        raise DomainError(
            f"got the depth {depth}, expected 0 to {MAX_DERIVED_DEPTH} for {activation} with these variances"
        )
    u, v = (Expr("norm", (name(n),)) for n in "uv")
    first, second, mixed = u**2, v**2, mul(u, v, call("cos", name("theta")))
    tangent = mixed
    for layer in range(depth):
        slope = substitute(_closed(activation)[1], {"a": first, "b": second, "c": mixed})
        first, second, mixed = (
            add(bias, mul(weight, _second_moment(activation, first, second, mixed, pair, layer == 0)))
            for pair in (("u", "u"), ("v", "v"), ("u", "v"))
        )
        tangent = add(mixed, mul(weight, tangent, slope))
    return mixed, tangent


def _applied(activation: str, variable: str) -> Expr:
    """The activation of a variable, from its name or a formula in z."""
    shape = formula(activation if "z" in activation.replace("(", " ").replace(")", " ").split() else f"{activation}(z)")
    return substitute(shape, {"z": name(variable)})


def _second_moment(
    activation: str, first: Expr, second: Expr, mixed: Expr, pair: tuple[str, str], directly: bool
) -> Expr:
    """E[phi phi] for entries of the covariance matrix: derived from them if they are simple, else substituted."""
    if directly:
        matrix, theta = ((first, mixed), (mixed, second)), (("theta", ("u", "v")),)
        law = GaussianLaw(("u", "v"), (num(0), num(0)), matrix, ("u", "v"), theta)
        return expect(mul(*(_applied(activation, n) for n in pair)), law=law).value
    same = pair[0] == pair[1]
    own = first if pair[0] == "u" else second
    entries = {"a": own} if same else {"a": first, "b": second, "c": mixed}
    return substitute(_closed(activation)[2 if same else 0], entries)


@lru_cache(maxsize=64)
def _closed(activation: str) -> tuple[Expr, Expr, Expr]:
    """E[phi(u) phi(v)], its derivative by the covariance and E[phi(u)^2] for the covariance matrix ((a, c), (c, b))."""
    law = GaussianLaw.matrix("u v", [["a", "c"], ["c", "b"]])
    product = expect(mul(_applied(activation, "u"), _applied(activation, "v")), law=law)
    square = expect(_applied(activation, "u") ** 2, law=GaussianLaw.matrix("u", [["a"]]))
    return product.value, product.derivative("c"), square.value


def _layers(depth: int) -> list[tuple[Expr, Expr]]:
    """Cosine and angle in every layer."""
    theta = name("theta")
    found = [(call("cos", theta), theta)]
    sine = call("sin", theta)
    for _ in range(depth):
        cosine, angle = found[-1]
        inner = add(sine, mul(add(PI, mul(num(-1), angle)), cosine))
        cosine = mul(inner, power(PI, num(-1)))
        sine = call("sqrt", add(num(1), mul(num(-1), power(cosine, num(2)))))
        found.append((cosine, call("acos", cosine)))
    return found


def _scale(depth: int, weight_variance: Fraction | int) -> Expr:
    if not 0 <= depth <= MAX_DEPTH:
        raise DomainError(f"got the depth {depth}, expected 0 to {MAX_DEPTH}: nobody can read longer formulas")
    norms = (Expr("norm", (name("u"),)), Expr("norm", (name("v"),)))
    return mul(num((Fraction(weight_variance) / 2) ** depth), *norms)

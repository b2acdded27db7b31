"""Kernels of networks as formulas with named parts: relu by the recursion of angles, the others by derivation.

Without names the formulas would double with each layer; with them every layer adds its own.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from analytic.algebra import evaluate
from analytic.deep.named_formula import NamedFormula
from analytic.errors import DomainError
from analytic.expectation import expect
from analytic.formula import PI, Expr, add, call, mul, name, num, power, substitute
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import formula
from analytic.writing import written

#: Beyond this nobody writes down layers.
MAX_DEPTH = 20

Operand = str | int | Fraction | Expr


def symbolic_nngp(
    depth: int,
    weight_variance: Operand = 2,
    activation: str = "relu",
    bias_variance: Operand = 0,
) -> NamedFormula:
    r"""$K^{L+1} = \sigma_b^2 + \sigma_w^2 E[\phi(u)\phi(v)]$ in $\theta$ and the norms of the inputs under $K^1$.

    Args:
        depth: L, in 0..20.
        weight_variance: $\sigma_w^2$, a number or a formula of positive parameters.
        activation: a name such as "erf", or a formula in z such as "gelu(z)"; with a closed form for two variables.
        bias_variance: $\sigma_b^2$.

    Returns:
        The formula with $|u|^2 = K^1(x, x)$ and names for the layers before the last. For relu without bias these are
        the angles $\theta_l = \arccos\kappa(\cos\theta_{l-1})$, otherwise the entries $a_l = K^{l+1}(x, x)$,
        $b_l = K^{l+1}(x', x')$, $c_l = K^{l+1}(x, x')$; in the tangent kernel t_l is $\Theta^{l+1}$.

    Raises:
        DomainError: the depth is out of range.
        NoClosedFormError: the activation has no closed form.

    Source: Cho and Saul (2009), section 2.3; Lee et al. (2018), equation 5.

    Example:
        >>> print(symbolic_nngp(1))
        |u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/pi
        >>> print(symbolic_nngp(1, 1, "erf"))
        2*asin(2*|u|*|v|*cos(theta)/sqrt((1 + 2*|v|^2)*(1 + 2*|u|^2)))/pi
        >>> print(symbolic_nngp(2))
        |u|*|v|*(sin(theta_1) + (pi - theta_1)*cos(theta_1))/pi
        theta_1 = acos((sin(theta) + (pi - theta)*cos(theta))/pi)
    """
    if not _is_plain_relu(activation, weight_variance, bias_variance):
        return _derived(depth, activation, formula(weight_variance), formula(bias_variance), False)
    scale, angles = _scale(depth, Fraction(weight_variance)), _angles(depth)  # type: ignore[arg-type]
    return NamedFormula(mul(scale, _cosine(depth)), angles)


def symbolic_ntk(
    depth: int,
    weight_variance: Operand = 2,
    activation: str = "relu",
    bias_variance: Operand = 0,
) -> NamedFormula:
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
        return _derived(depth, activation, formula(weight_variance), formula(bias_variance), True)
    scale, angles = _scale(depth, Fraction(weight_variance)), _angles(depth)  # type: ignore[arg-type]
    if depth == 0:
        return NamedFormula(mul(scale, _cosine(0)))
    rest: Expr = num(0)  # Theta^l - K^l of the layer before the last, relative to the norms
    for layer in range(depth - 1):
        rest = mul(add(call("cos", _angle(layer)), rest), _supplement(layer), power(PI, num(-1)))
    last = _angle(depth - 1)
    total = add(call("sin", last), mul(_supplement(depth - 1), add(mul(num(2), call("cos", last)), rest)))
    total = mul(total, power(PI, num(-1)))
    return NamedFormula(mul(scale, total), angles)


def _is_plain_relu(activation: str, weight_variance: Operand, bias_variance: Operand) -> bool:
    return activation == "relu" and bias_variance == 0 and isinstance(weight_variance, int | Fraction)


def _derived(depth: int, activation: str, weight: Expr, bias: Expr, tangent: bool) -> NamedFormula:
    """NNGP or NTK by derivation, layer by layer."""
    _check(depth)
    u, v = (Expr("norm", (name(n),)) for n in "uv")
    entries = (u**2, v**2, mul(u, v, call("cos", name("theta"))))
    total, definitions = entries[2], list[tuple[str, Expr]]()
    for layer in range(1, depth + 1):
        slope = _slope(activation, entries, layer == 1) if tangent else num(0)
        values = [
            add(bias, mul(weight, _second_moment(activation, *entries, pair, layer == 1)))
            for pair in (("u", "u"), ("v", "v"), ("u", "v"))
        ]
        if layer == depth:
            mixed = values[2]
            return NamedFormula(add(mixed, mul(weight, total, slope)) if tangent else mixed, tuple(definitions))
        definitions += [(f"{n}_{layer}", value) for n, value in zip("abc", values, strict=True)]
        entries = (name(f"a_{layer}"), name(f"b_{layer}"), name(f"c_{layer}"))
        if tangent:
            definitions.append((f"t_{layer}", add(entries[2], mul(weight, total, slope))))
            total = name(f"t_{layer}")
    return NamedFormula(total)


def _slope(activation: str, entries: tuple[Expr, Expr, Expr], directly: bool) -> Expr:
    """E[phi' phi'], in the first layer simplified in the field of norms and the angle."""
    found = substitute(_closed(activation)[1], dict(zip("abc", entries, strict=True)))
    return written(evaluate(found, GaussianLaw.angles("u v").field())) if directly else found


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


def _angle(layer: int) -> Expr:
    return name(f"theta_{layer}" if layer else "theta")


def _supplement(layer: int) -> Expr:
    return add(PI, mul(num(-1), _angle(layer)))


def _cosine(layer: int) -> Expr:
    """The cosine in a layer, by the angle in the one before."""
    if layer == 0:
        return call("cos", name("theta"))
    before = _angle(layer - 1)
    return mul(add(call("sin", before), mul(_supplement(layer - 1), call("cos", before))), power(PI, num(-1)))


def _angles(depth: int) -> tuple[tuple[str, Expr], ...]:
    return tuple((f"theta_{n}", call("acos", _cosine(n))) for n in range(1, depth))


def _check(depth: int) -> None:
    if isinstance(depth, bool) or not isinstance(depth, int) or not 0 <= depth <= MAX_DEPTH:
        raise DomainError(f"got the depth {depth}, expected an integer from 0 to {MAX_DEPTH}; for more use nngp_gram")


def _scale(depth: int, weight_variance: Fraction | int) -> Expr:
    _check(depth)
    norms = (Expr("norm", (name("u"),)), Expr("norm", (name("v"),)))
    return mul(num((Fraction(weight_variance) / 2) ** depth), *norms)

"""Derivatives of closed forms: every function of the language by its derivative rule, stated once, here."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from analytic.closed_forms import ClosedForms
from analytic.errors import FormulaError, OutsideRingError
from analytic.field import Element

#: The partial derivatives of a function at its arguments.
_Partials = Callable[..., tuple[Element, ...]]


def derivative(x: Element, variable: str, field: ClosedForms) -> Element:
    r"""The partial derivative of a closed form.

    Args:
        x: an element of the field.
        variable: a norm such as ``|u|``, an angle such as ``theta`` (through its sine and cosine too), or a parameter.
        field: the field.

    Returns:
        The derivative, an element of the field.

    Raises:
        FormulaError: the field has no variable of that name.
        OutsideRingError: a function has no derivative in the field (orthant probabilities of four variables, min).

    Example:
        >>> from analytic.formula import name
        >>> K = ClosedForms(parameters=("x",))
        >>> derivative(K.normal_cdf(K.parameter("x")), "x", K)
        exp(-x^2/2)/sqrt(2*pi)
    """
    if field.known(variable) is None:
        known = ", ".join(str(g.key) for g in field.generators if isinstance(g.key, str))
        raise FormulaError(f"got the variable {variable!r}, expected one of {known}")
    return _by_chain(x, _derivatives(field, variable), field)


@lru_cache(maxsize=64)
def _derivatives(field: ClosedForms, variable: str) -> dict[int, Element]:
    """The derivatives of generators found so far; filled as they are needed."""
    return {field.slot(variable): field.one}


def _by_chain(x: Element, found: dict[int, Element], field: ClosedForms) -> Element:
    total = field.zero
    for slot in field.used(x):
        if slot not in found:
            found[slot] = _of_generator(slot, found, field)
        if found[slot]:
            total = total + _partial(x, slot, field) * found[slot]
    return total


def _partial(x: Element, slot: int, field: ClosedForms) -> Element:
    """The derivative by one generator, the others held fixed."""
    top, bottom = x.num.derivative(slot), x.den.derivative(slot)
    return field.make(top * x.den - x.num * bottom, x.den * x.den)


def _of_generator(slot: int, found: dict[int, Element], field: ClosedForms) -> Element:
    generator = field.generators[slot]
    if generator.kind in ("sin", "cos") and not generator.function and isinstance(generator.key, tuple):
        identifier = str(generator.key[1])
        turn = found.get(field.slot(identifier), field.zero)
        return field.cosine_of(identifier) * turn if generator.kind == "sin" else -field.sine_of(identifier) * turn
    if not generator.arguments:
        return field.zero
    inner = [_by_chain(a, found, field) for a in generator.arguments]
    if not any(inner):
        return field.zero
    if generator.function not in _RULES:
        raise OutsideRingError(f"{generator.function} has no derivative among closed forms")
    partials = _RULES[generator.function](field, *generator.arguments)
    return sum((p * d for p, d in zip(partials, inner, strict=True) if d), field.zero)


def _owens_t(f: ClosedForms, h: Element, a: Element) -> tuple[Element, ...]:
    by_slope = f.exp(-(h**2) * (1 + a**2) / 2) / (2 * f.pi() * (1 + a**2))
    return -f.density(h) * (f.normal_cdf(a * h) - f.one / 2), by_slope


def _bivariate(f: ClosedForms, h: Element, k: Element, r: Element) -> tuple[Element, ...]:
    root = f.square_root(1 - r**2)
    by_correlation = f.exp(-(h**2 - 2 * r * h * k + k**2) / (2 * (1 - r**2))) / (2 * f.pi() * root)
    by_first = f.density(h) * f.normal_cdf((k - r * h) / root)
    return by_first, f.density(k) * f.normal_cdf((h - r * k) / root), by_correlation


def _complex_density(f: ClosedForms, x: Element, y: Element) -> tuple[Element, Element]:
    """Real and imaginary part of the normal density at x + iy."""
    size = f.exp((y**2 - x**2) / 2) / (f.root(2) * f.root_pi)
    return size * f.cos(x * y), -size * f.sin(x * y)


def _re_phi(f: ClosedForms, x: Element, y: Element) -> tuple[Element, ...]:
    real, imaginary = _complex_density(f, x, y)
    return real, -imaginary


def _im_phi(f: ClosedForms, x: Element, y: Element) -> tuple[Element, ...]:
    real, imaginary = _complex_density(f, x, y)
    return imaginary, real


_RULES: dict[str, _Partials] = {
    "sqrt": lambda f, x: (1 / (2 * f.square_root(x)),),
    "exp": lambda f, x: (f.exp(x),),
    "log": lambda f, x: (f.one / x,),
    "sin": lambda f, x: (f.cos(x),),
    "cos": lambda f, x: (-f.sin(x),),
    "asin": lambda f, x: (1 / f.square_root(1 - x**2),),
    "Phi": lambda f, x: (f.density(x),),
    "erfi": lambda f, x: (2 * f.exp(x**2) / f.root_pi,),
    "Li2": lambda f, x: (-f.log(1 - x) / x,),
    "owens_t": _owens_t,
    "Phi2": _bivariate,
    "re_Phi": _re_phi,
    "im_Phi": _im_phi,
}

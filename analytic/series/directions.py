"""Products of functions of Gaussian variables, split by the linear form that each factor depends on."""

from __future__ import annotations

from itertools import product

from analytic.formula import ONE, ZERO, Expr, add, mul, name, names, num, rewrite, walk
from analytic.series.ball_functions import exponent
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import is_constant, polynomial, sign_of, tidy
from analytic.series.tilt import exponent_polynomial

#: Coefficients of the variables, the first that is not 0 being 1.
Direction = tuple[Expr, ...]
#: A product of sums may expand to this many terms.
MAX_TERMS = 2000


def terms(expr: Expr, variables: tuple[str, ...], split: bool = False) -> list[list[Expr]]:
    """The integrand as a sum of products of factors; sums of functions of one linear form stay together.

    Args:
        expr: the integrand.
        variables: its variables.
        split: split linear forms, too, into their variables.

    Returns:
        The factors of each term.

    Raises:
        UnsupportedIntegrandError: there are too many terms.

    Example:
        >>> from analytic.grammar import parse
        >>> [[str(f) for f in t] for t in terms(parse("(tanh(u) + u)*(v - u)"), ("u", "v"))]
        [['tanh(u) + u', 'v - u']]
    """
    if is_constant(expr) or (_of_one_form(expr, variables) and not (split and _is_mixed(expr, variables))):
        return [[expr]]
    if expr.head == "add":
        found = [t for c in expr.children for t in terms(c, variables, split)]
    elif expr.head in ("mul", "pow"):
        factors = expr.children if expr.head == "mul" else (expr.children[0],) * exponent(expr)
        found = [[]]
        for f in factors:
            found = [[*x, *y] for x, y in product(found, terms(f, variables, split))]
            if len(found) > MAX_TERMS:
                break
    else:
        found = [[expr]]
    if len(found) > MAX_TERMS:
        raise UnsupportedIntegrandError(f"the integrand expands to more than {MAX_TERMS} terms: expected fewer")
    return found


def _of_one_form(expr: Expr, variables: tuple[str, ...]) -> bool:
    return len(directions(expr, variables)) <= 1 and not _has_quadratic(expr, variables)


def _is_mixed(expr: Expr, variables: tuple[str, ...]) -> bool:
    return is_polynomial(expr, variables) and len(names(expr) & set(variables)) > 1


def _has_quadratic(expr: Expr, variables: tuple[str, ...]) -> bool:
    found = [exponent_polynomial(n, variables) for n in walk(expr) if n.head == "call"]
    return any(sum(k) == 2 for q in found if q is not None for k in q)


def directions(expr: Expr, variables: tuple[str, ...]) -> set[Direction]:
    """The directions of the linear forms that the formula depends on.

    Raises:
        UnsupportedIntegrandError: a function of several variables that is not one of a linear form.

    Example:
        >>> from analytic.grammar import parse
        >>> sorted(str(d[1]) for d in directions(parse("relu(u + 2*v)*tanh(2*u + 4*v) + u"), ("u", "v")))
        ['0', '2']
    """
    form = polynomial(expr, variables, 1)
    if form is not None:
        return _of_form(form, len(variables))
    if expr.head == "call":
        if (q := exponent_polynomial(expr, variables)) is not None:
            return _of_exponent(q, len(variables))
        found: set[Direction] = set().union(*(directions(a, variables) for a in expr.children[1:]))
        if len(found) > 1:
            raise UnsupportedIntegrandError(
                f"got {expr}, expected a function of one linear form such as 2*u - v + 1: other functions of several "
                f"variables are not supported"
            )
        return found
    if expr.head == "name":
        raise UnsupportedIntegrandError(f"unknown name {expr}, expected one of {', '.join(variables)}")
    return set().union(*(directions(c, variables) for c in expr.children))


def _of_form(form: dict[tuple[int, ...], Expr], size: int) -> set[Direction]:
    units = [tuple(int(i == j) for j in range(size)) for i in range(size)]
    slopes = [form.get(k, ZERO) for k in units]
    leading = next((s for s in slopes if sign_of(s)), None)
    return set() if leading is None else {tuple(tidy(s / leading) for s in slopes)}


def _of_exponent(q: dict[tuple[int, ...], Expr], size: int) -> set[Direction]:
    if all(sum(k) <= 1 for k in q):
        return _of_form(q, size)
    used = {i for k in q for i, n in enumerate(k) if n}
    return {tuple(num(int(i == j)) for j in range(size)) for i in used}


def is_polynomial(factor: Expr, variables: tuple[str, ...]) -> bool:
    """Whether the factor is a polynomial in the variables."""
    return not any(n.head == "call" and names(n) & set(variables) for n in walk(factor))


def in_coordinates(expr: Expr, variables: tuple[str, ...], basis: list[Direction], new: tuple[str, ...]) -> Expr:
    """The factor with every linear form along a basis direction written in the new coordinate of that direction.

    Args:
        expr: a factor with directions in the basis only.
        variables: its variables.
        basis: directions.
        new: the names of the coordinates.

    Example:
        >>> from analytic.grammar import parse
        >>> str(in_coordinates(parse("tanh(2*u + 4*v + 1)"), ("u", "v"), [(num(1), num(2))], ("p",)))
        'tanh(2*p + 1)'
    """

    def rule(node: Expr) -> Expr | None:
        if node.head == "call":  # the name of the function is a child, too, but no variable
            function, *arguments = node.children
            return Expr("call", (function, *(rewrite(a, rule) for a in arguments)))
        if is_constant(node):
            return None
        form = polynomial(node, variables, 1)
        if form is None:
            return None
        (along,) = _of_form(form, len(variables)) or {basis[0]}
        lead = next(i for i, s in enumerate(along) if sign_of(s))
        slope = form.get(tuple(int(i == lead) for i in range(len(variables))), ZERO)
        return add(mul(slope, name(new[basis.index(along)])), form.get((0,) * len(variables), ZERO))

    return rewrite(expr, rule)


def product_of(factors: list[Expr]) -> Expr:
    """The product of the factors."""
    return mul(*factors) if factors else ONE

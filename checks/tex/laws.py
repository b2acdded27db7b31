r"""Laws of random variables: x \sim \mathcal{N}(0, I), u \sim N(0, \sigma^2), (u, v) \sim \mathcal{N}(0, \Sigma)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.constants import rational_value
from analytic.formula import ONE, ZERO, Expr, call, mul, name, names, num, power
from checks.tex.nodes import Node, bare, factors, shown, walk
from checks.tex.scope import CONSTANT, GAUSSIAN, INPUT, Scope, identify

#: Of the balls that tell the sign of a variance or a determinant.
_BITS = 256
_COSINE = call("cos", name("theta"))


def declare_laws(nodes: Iterable[Node], scope: Scope) -> None:
    """Declares the random names of every law in the string: in subscripts of expectations and among the conditions.

    Raises:
        TexError: another law than a centred Gaussian one, or two laws of one name.
    """
    for root in nodes:
        for node in walk(root):
            if node.kind == "word" and node.text in ("expect", "probability") and node.sub is not None:
                _check_list(node.sub, scope)
            if node.kind == "relation" and "sim" in node.text.split():
                _declare(node, scope)


def _check_list(sub: Node, scope: Scope) -> None:
    """Refuses u, v \\sim N(0, 1): nothing says how u and v depend on each other."""
    inner = bare(sub)
    members = inner.children if inner is not None and inner.kind == "items" else ()
    if len(members) > 1 and any(m.text == "sim" for m in members) and any(not m.text for m in members):
        raise scope.refuse(
            "got several variables with one law",
            sub,
            r"independent: (u, v) \sim \mathcal{N}(0, I_2)",
            r"correlated: (u, v) \sim \mathcal{N}(0, \begin{pmatrix} 1 & \rho \\ \rho & 1 \end{pmatrix})",
        )


def _declare(node: Node, scope: Scope) -> None:
    if node.text != "sim":
        raise scope.refuse("got several relations in a law, expected one", node)
    variables = _variables(node.children[0], scope)
    law = factors(node.children[1])
    is_normal = (
        len(law) == 2 and law[1].kind == "group" and law[1].plain and (law[0].text in ("normal", "N")) and law[0].plain
    )
    arguments = law[1].children[0].children if is_normal else ()
    if len(arguments) != 2 or not variables or len(variables) > 2:
        raise scope.refuse(r"got a law, expected \mathcal{N}(0, ...) of one or two variables", node)
    mean = bare(arguments[0])
    if mean is None or mean.kind != "number" or mean.text != "0" or not mean.plain:
        raise scope.refuse(
            "got a law with a mean, expected mean 0: write the mean into the formula, as in u + b", arguments[0]
        )
    for v in variables:
        if v in scope.kinds and scope.kinds[v] not in (GAUSSIAN, INPUT):
            raise scope.refuse(f"got a law of {v}, which is declared as a {scope.kinds[v]}", node)
    scope.joint.append(frozenset(variables))
    before = {v: (scope.kinds.get(v), scope.domains.get(f"|{v}|")) for v in variables}
    _covariance(variables, arguments[1], scope)
    for v in variables:
        if before[v][0] is not None and before[v] != (scope.kinds[v], scope.domains.get(f"|{v}|")):
            raise scope.refuse(f"got two laws of {v}, expected one", node)


def _variables(node: Node, scope: Scope) -> list[str]:
    row = factors(node)
    if len(row) == 1 and row[0].kind == "group":
        row = factors(row[0].children[0])
    found = [identify(f, scope) if f.kind == "name" else None for f in row]
    if any(f is None or f[1] is not None or f[2] is not None for f in found):
        return []
    return [f[0] for f in found if f is not None]


def _covariance(variables: list[str], node: Node, scope: Scope) -> None:
    single = bare(node)
    identity = (
        single is not None and single.kind == "name" and replace(single, sub=None) == Node("name", single.at, "I")
    )
    if len(variables) == 1 and identity:
        scope.kinds[variables[0]] = INPUT
        scope.notes[f"{variables[0]} is a vector of independent standard Gaussian variables"] = None
        return
    for v in variables:
        scope.kinds[v] = GAUSSIAN
    if len(variables) == 1:
        _variance(variables[0], node, scope)
    elif identity:
        scope.domains.update({f"|{v}|": "{1}" for v in variables} | {"theta": "{pi/2}"})
    elif single is not None and single.kind == "matrix" and single.plain:
        _matrix(variables, single, scope)
    elif single is not None and single.kind == "name" and single.plain:
        first, second = (Expr("norm", (name(n),)) for n in variables)
        base = single.text
        if f"{base}_11" in scope.aliases and scope.aliases[f"{base}_11"] != power(first, num(2)):
            raise scope.refuse(f"got {base} as the covariance of two pairs, expected one for each", node)
        scope.aliases.update({f"{base}_11": power(first, num(2)), f"{base}_22": power(second, num(2))})
        scope.aliases.update(dict.fromkeys((f"{base}_12", f"{base}_21"), mul(first, second, _COSINE)))
        pair = ", ".join(variables)
        scope.notes[
            f"{pair} are jointly Gaussian and centred with any standard deviations and correlation rho = cos(theta)"
        ] = None
    else:
        raise scope.refuse(r"got a covariance, expected \Sigma, I or a matrix with two rows", node)


def _variance(variable: str, node: Node, scope: Scope) -> Expr:
    r"""The variance: a number fixes |u|; \sigma^2 or q, not declared otherwise, stands for |u|^2."""
    norm = Expr("norm", (name(variable),))
    single = bare(node)
    if single is not None and single.kind == "name" and single.text not in ("pi", "theta", "rho"):
        identifier, sup, sub = identify(single, scope)
        square = sup is not None and shown(sup).strip("{}") == "2"
        if sub is None and (square or sup is None) and scope.kinds.get(identifier) is None:
            meaning = norm if square else power(norm, num(2))
            if scope.aliases.setdefault(identifier, meaning) != meaning:
                raise scope.refuse(f"got {identifier} for two variances, expected one for each", node)
            scope.notes[f"{identifier} is {meaning}, the standard deviation of {variable} being |{variable}|"] = None
            return power(norm, num(2))
    value = scope.scalar(node)
    if names(value) - {"pi"}:
        raise scope.refuse(r"got a variance, expected a number, a letter or its square such as \sigma^2", node)
    if sign_of(value) in (0, -1):
        raise scope.refuse(f"got the variance {value}, expected a positive number", node)
    root = ONE if value == ONE else call("sqrt", value)
    scope.domains[f"|{variable}|"] = f"{{{root}}}"
    return value


def _matrix(variables: list[str], node: Node, scope: Scope) -> None:
    """A 2 x 2 covariance: variances as of one variable, and rho, a number, or a letter as covariance."""
    rows = [row.children for row in node.children]
    if [len(r) for r in rows] != [2, 2]:
        raise scope.refuse("got a covariance matrix, expected two rows of two", node)
    shape = [[shown(e) for e in row] for row in rows]
    if shape[0][1] != shape[1][0]:
        raise scope.refuse("got a covariance matrix that is not symmetric", node)
    first, second = (_variance(v, rows[i][i], scope) for i, v in enumerate(variables))
    u, v = (Expr("norm", (name(n),)) for n in variables)
    single = bare(rows[0][1])
    letter = single is not None and single.kind == "name" and single.plain and single.text not in ("rho", "theta", "pi")
    if single is not None and letter and scope.kinds.get(single.text) is None and single.text not in scope.aliases:
        scope.aliases[single.text] = mul(u, v, _COSINE)
        scope.notes[f"{single.text} is {scope.aliases[single.text]}, the covariance of {' and '.join(variables)}"] = (
            None
        )
        return
    value = scope.scalar(rows[0][1])
    unit = first == ONE and second == ONE
    correlations = (
        [name("rho"), _COSINE] if unit else [mul(name("rho"), u, v), mul(u, v, name("rho")), mul(u, name("rho"), v)]
    )
    if value in correlations:
        return
    if (names(value) | names(first) | names(second)) - {"pi"}:
        raise scope.refuse(
            r"got a covariance, expected \rho (at variances 1), \rho\sigma_1\sigma_2, a number or a letter", rows[0][1]
        )
    if sign_of(first * second - value * value) == -1:
        raise scope.refuse(
            f"got the covariance {value} at variances {first} and {second}, expected a positive semidefinite matrix: "
            f"the square of the covariance is at most the product of the variances",
            node,
        )
    cosine = value if unit else mul(value, power(call("sqrt", mul(first, second)), num(-1)))
    scope.domains["theta"] = "{pi/2}" if value == ZERO else f"{{acos({cosine})}}"


def sign_of(value: Expr) -> int | None:
    """The sign of a formula of constants: exact of a rational, else where a ball tells it.

    Example:
        >>> sign_of(num(1) - num(2) * num(2)), sign_of(num(1) - num(1))
        (-1, 0)
    """
    exact = rational_value(value)
    if exact is not None:
        return (exact > 0) - (exact < 0)
    with precision(_BITS):
        ball = evaluate(value, BallAlgebra({}, None, {}))
    return 1 if ball > 0 else -1 if ball < 0 else None


def declare_constant(identifier: str, domain: str, scope: Scope) -> None:
    """A constant with its domain."""
    scope.kinds[identifier] = CONSTANT
    scope.domains[identifier] = domain

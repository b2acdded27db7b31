r"""Gradients, Hessians, limits, sums over neurons: \nabla_{w_i} L, \frac{\partial f}{\partial w}, \sum_{j \ne i}."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from analytic.formula import Expr, call, name, names
from checks.tex.nodes import Node, bare, factors, shown, walk
from checks.tex.scope import MATRIX, SCALAR, VECTOR, Scope, Value, identify, members, names_of

Product = Callable[[tuple[Node, ...], Scope], Value]


def is_derivative(node: Node) -> bool:
    r"""Whether a fraction is \frac{\partial ...}{\partial ...}."""
    above = factors(node.children[0])
    return bool(above) and above[0].kind == "word" and above[0].text == "partial"


def loss_indices(nodes: Iterable[Node]) -> list[Node]:
    """The students by which the population loss L is differentiated, in order."""
    found: list[Node] = []
    for root in nodes:
        for node in walk(root):
            if node.kind == "frac" and is_derivative(node) and _is_loss(factors(node.children[0])[1:]):
                found += _below(node)
            if node.kind == "term":
                found += [n for first, rest in _operators(node.children) if _is_loss(rest) for n in factors(first.sub)]
    return found


def _operators(row: tuple[Node, ...]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Each nabla, and each bare derivative, of a product with what comes after all of them."""
    for i, node in enumerate(row):
        if node.kind == "word" and node.text == "nabla":
            end = i
            while end < len(row) and row[end].kind == "word" and row[end].text == "nabla":
                end += 1
            yield node, row[end:]


def _is_loss(row: tuple[Node, ...]) -> bool:
    return bool(row) and row[0].kind == "name" and row[0].text == "L" and row[0].plain


def nabla(row: tuple[Node, ...], position: int, scope: Scope, product: Product) -> tuple[Value, int]:
    r"""\nabla_w f, \nabla_w \nabla_v f, \nabla_w^2 f, \nabla^2_{w, v} f."""
    first, by, end = row[position], list[str](), position
    while end < len(row) and row[end].kind == "word" and row[end].text == "nabla":
        by += _by(row[end], scope)
        end += 1
    return _derivative(row, end, by, first, scope, product)


def _by(node: Node, scope: Scope) -> list[str]:
    listed = names_of(node.sub, scope)
    if not listed:
        raise scope.refuse(
            r"got \nabla, expected the vectors by which to differentiate: \nabla_w, \nabla^2_{w_i, w_j}", node
        )
    power = bare(node.sup)
    twice = power is not None and power.kind == "number" and power.text == "2" and power.plain
    if (node.sup is not None and not twice) or len(listed) > 1 + twice:
        raise scope.refuse(f"got {shown(node)[:40]}, expected \\nabla_w, \\nabla_w^2 or \\nabla^2_{{w, v}}", node)
    return listed * 2 if twice and len(listed) == 1 else listed


def partial(row: tuple[Node, ...], position: int, scope: Scope, product: Product) -> tuple[Value, int]:
    r"""\frac{\partial f}{\partial w}, \frac{\partial^2 f}{\partial w \partial v}, \frac{\partial}{\partial w} f."""
    node = row[position]
    if not node.plain:
        raise scope.refuse("got a derivative with scripts, expected brackets around it", node)
    above = factors(node.children[0])
    by = [identify(n, scope)[0] for n in _below(node)]
    order = bare(above[0].sup)
    if (
        above[0].sub is not None
        or len(by) != (1 if order is None else 2)
        or (order is not None and (order.text != "2" or order.kind != "number"))
    ):
        raise scope.refuse(
            r"got a derivative, expected \frac{\partial f}{\partial w} or \frac{\partial^2 f}{\partial w \partial v}",
            node,
        )
    if len(above) == 1:
        return _derivative(row, position + 1, by, node, scope, product)
    value, end = _derivative(above, 1, by, node, scope, product)
    if end < len(above):
        raise scope.refuse("got a product in a derivative, expected one function of which it is taken", above[end])
    return value, position + 1


def _below(node: Node) -> list[Node]:
    """The names in the denominator of a derivative, w twice in \\partial w^2."""
    row, found = factors(node.children[1]), list[Node]()
    for i, factor in enumerate(row):
        is_sign = factor.kind == "word" and factor.text == "partial"
        if is_sign != (i % 2 == 0) or (is_sign and not factor.plain) or (not is_sign and factor.kind != "name"):
            return []
        if not is_sign:
            twice = factor.sup is not None and factor.sup.kind == "number" and factor.sup.text == "2"
            found += [replace(factor, sup=None)] * 2 if twice else [factor]
    return found


def _derivative(
    row: tuple[Node, ...], position: int, by: list[str], at: Node, scope: Scope, product: Product
) -> tuple[Value, int]:
    if position == len(row) or not 1 <= len(by) <= 2:
        raise scope.refuse("got a derivative without its function, or of third order; expected one or two vectors", at)
    for n in by:
        if scope.kinds.get(n) != VECTOR:
            raise scope.refuse(f"got a derivative by {n}, expected one by a vector", at)
    if _is_loss(row[position:]):
        expr, end = _loss(row, position, scope)
    else:
        end = position + 1 + _takes_brackets(row, position)
        value = product(row[position:end], scope)
        if value.kind != SCALAR:
            raise scope.refuse(f"got a derivative of a {value.kind}, expected that of a number", row[position])
        expr = value.expr
    if end < len(row) and row[end].kind != "op":
        raise scope.refuse(
            "got more factors after a derivative",
            row[end],
            "a derivative of the first alone: put it into brackets",
            "a derivative of the whole product: put the product into brackets",
        )
    vectors = [name(n) for n in by]
    if len(by) == 1:
        return Value(VECTOR, call("grad", expr, *vectors), at.at), end
    scope.notes[f"second derivatives: rows belong to {by[0]}, columns to {by[1]}"] = None
    return Value(MATRIX, call("hess", expr, *vectors), at.at), end


def _takes_brackets(row: tuple[Node, ...], position: int) -> bool:
    """Whether the function is written with brackets after it: E[...], f(w, v)."""
    following = row[position + 1] if position + 1 < len(row) else None
    return row[position].kind in ("word", "name", "function") and following is not None and following.kind == "group"


def _loss(row: tuple[Node, ...], position: int, scope: Scope) -> tuple[Expr, int]:
    following = row[position + 1] if position + 1 < len(row) else None
    called = following is not None and following.kind == "group" and following.text in ("(", "[")
    if (
        called
        and following is not None
        and (shown(following.children[0]) not in ("W", "W, V", "w") or not following.plain)
    ):
        raise scope.refuse("got L of something, expected L or L(W): a derivative at every W", following)
    scope.notes[
        "L is the population loss 1/2 E[(sum_i relu(w_i.x) - sum_j relu(v_j.x))^2], x ~ N(0, I), students w, teachers v"
    ] = None
    return name("L"), position + 1 + called


def limit(row: tuple[Node, ...], position: int, scope: Scope, product: Product) -> tuple[Value, int]:
    r"""\lim_{\theta \to 0} f: all that is multiplied after it."""
    node, rest = row[position], row[position + 1 :]
    if node.sub is None or node.sup is not None or not rest:
        raise scope.refuse(r"got \lim, expected \lim_{\theta \to 0} and a formula after it", node)
    angle, point = limit_point(next(members(node.sub)), scope)
    value = product(rest, scope)
    return Value(value.kind, call("limit", value.expr, angle, point), node.at), len(row)


def limit_point(member: Node, scope: Scope) -> tuple[Expr, Expr]:
    r"""The angle and the point of \theta \to 0, \theta_{w,v} \to \pi^-."""
    if member.kind != "relation" or member.text != "to":
        raise scope.refuse(r"got a limit, expected \theta \to 0 or \theta \to \pi", member)
    angle = scope.scalar(member.children[0])
    point = bare(member.children[1])
    if (
        point is not None and point.sup is not None and point.sup.kind == "mark" and point.sup.text in "+-"
    ):  # from one side: there is no other
        point = replace(point, sup=None)
    value = None if point is None else scope.scalar(point)
    if not (angle == name("theta") or angle.is_call("theta")) or str(value) not in ("0", "pi") or value is None:
        raise scope.refuse(r"got a limit, expected \theta \to 0 or \theta \to \pi: others cannot be judged", member)
    return angle, value


def sum_over_neurons(row: tuple[Node, ...], position: int, scope: Scope, product: Product) -> tuple[Value, int]:
    r"""\sum_{j \ne i} and \sum_{j=1}^k of all that is multiplied after it."""
    node, rest = row[position], row[position + 1 :]
    index, others = _index(node, scope)
    if not rest or (node.sup is not None and bare(node.sup) is None):
        raise scope.refuse("got a sum of nothing, expected a formula after it", node)
    if "i" not in scope.rename.values():
        raise scope.refuse("got a sum, expected one in a claim about a derivative of L: others cannot be judged", node)
    if index in scope.rename:
        raise scope.refuse(f"got a sum over {index}, which already names another neuron", node)
    upper = bare(node.sup)
    if upper is not None and not (upper.kind == "name" and upper.plain):
        raise scope.refuse(f"got a sum up to {shown(upper)[:20]}, expected all neurons: up to one letter", upper)
    inner = scope.deeper(node, rename={**scope.rename, index: "j"}, kinds={**scope.kinds, "w_j": VECTOR, "v_j": VECTOR})
    value = product(rest, inner)
    used = names(value.expr)
    wanted, wrong = ("w_j", "v_j") if others else ("v_j", "w_j")
    if wanted not in used or wrong in used:
        raise scope.refuse(
            "got a sum over neurons, expected students w_j under \\sum_{j \\ne i}, teachers v_j under \\sum_j", node
        )
    scope.notes["sums run over all other students, or over all teachers"] = None
    bound = call("unequal", name("j"), name("i")) if others else name("j")
    return Value(value.kind, call("sum", bound, value.expr), node.at), len(row)


def _index(node: Node, scope: Scope) -> tuple[str, bool]:
    """The index of a sum, and whether it leaves out the own neuron."""
    index, others = "", False
    for member in members(node.sub):
        if member.kind != "relation":  # \\sum_j without braces
            member = Node("relation", member.at, "", (member,))
        single = bare(member.children[0])
        found = single.text if single is not None and single.kind == "name" and single.plain else ""
        if not found or (index and found != index) or (member.text not in ("", "=", "!=", "neq", "ne")):
            raise scope.refuse(f"got {shown(node)[:40]}, expected \\sum_{{j \\ne i}}, \\sum_{{j=1}}^k or \\sum_j", node)
        index = found
        other = bare(member.children[1]) if member.text else None
        if member.text == "!=":
            others = other is not None and other.kind == "name" and scope.rename.get(other.text) == "i"
            if not others:
                raise scope.refuse("got a sum over unequal indices, expected j \\ne i with the i of w_i", node)
        elif member.text and (other is None or other.text != "1" or other.kind != "number"):
            raise scope.refuse("got a sum that does not begin at 1, expected all neurons", node)
    return index, others

r"""What is declared outside the string: activations by symbol, Gaussian variables; and the indices of neurons in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analytic.formula import names, walk
from analytic.grammar import formula
from checks.tex.calculus import loss_indices
from checks.tex.errors import TexError
from checks.tex.kinds import find_inputs
from checks.tex.nodes import Node, bare
from checks.tex.nodes import walk as nodes_of
from checks.tex.scope import GAUSSIAN, INPUT, Scope
from checks.tex.symbols import FUNCTIONS

#: Functions of our language that an author's symbol may stand for.
DECLARABLE = frozenset(
    (*FUNCTIONS.values(), "H", "perp", "owens_t", "re_Phi", "im_Phi", "erfi", "min", "max", "sqrt", "gamma")
)


def declared_functions(activation: str | Mapping[str, str] | None, text: str) -> dict[str, str]:
    r"""Symbols and what they stand for; a lone activation is that of \sigma, \phi and \varphi."""
    if activation is None:
        return {}
    if isinstance(activation, str):
        parts = [p.strip() for p in activation.split(";") if p.strip()]
        if len(parts) == 1 and "=" not in parts[0]:
            return dict.fromkeys(("sigma", "phi", "varphi"), _checked(parts[0], text))
        pairs = [p.partition("=")[::2] for p in parts]
    else:
        pairs = list(activation.items())
    found: dict[str, str] = {}
    for symbol, body in pairs:
        key = symbol.strip().removeprefix("\\")
        if not key.isalpha() or key in found or key in ("pi", "theta", "rho"):
            raise TexError(
                f"got the activation of {symbol.strip()[:40]!r}, expected '\\sigma=relu', each symbol once", text, 0
            )
        found[key] = _checked(body.strip(), text)
    return found


def _checked(body: str, text: str) -> str:
    expr = formula(body)
    calls = [n.children[0].identifier for n in walk(expr) if n.head == "call"]
    known = expr.head == "name" and expr.identifier in DECLARABLE
    if not known and (expr.head == "name" or "z" not in names(expr) or not set(calls) <= DECLARABLE):
        raise TexError(
            f"got the activation {body[:40]!r}, expected a function such as relu, or a formula in z such as "
            f"leaky_relu(z, 1/10)",
            text,
            0,
        )
    return expr.identifier if known else body


def check_activations(scope: Scope, nodes: Sequence[Node]) -> None:
    """One activation for two symbols says nothing about which is which."""
    used = {n.text: n for root in nodes for n in nodes_of(root) if n.kind == "name" and n.text in scope.functions}
    greek = [s for s in ("sigma", "phi", "varphi") if s in used]
    if len(greek) > 1 and set(scope.functions) == {"sigma", "phi", "varphi"}:
        raise scope.refuse(
            f"got one activation for {' and '.join(greek)}",
            used[greek[1]],
            *(rf"activation = '\{s}=...'" for s in greek),
        )


def declare_gaussian(gaussian: Sequence[str], nodes: Sequence[Node], scope: Scope) -> None:
    for n in gaussian:
        if not re.fullmatch(r"[A-Za-z]\w*", n):
            raise TexError(f"got the Gaussian variable {n[:30]!r}, expected a name", scope.text, 0)
    scope.kinds.update(dict.fromkeys(gaussian, GAUSSIAN))
    scope.kinds.update(dict.fromkeys(find_inputs(nodes, scope), INPUT))
    if gaussian:
        scope.joint.append(frozenset(gaussian))


def rename_neurons(nodes: Sequence[Node], scope: Scope) -> None:
    """The indices of the students by which L is differentiated, to i and j."""
    derivatives = loss_indices(nodes)
    for node in derivatives:
        if node.text != "w" or node.sub is None or node.sup is not None or node.primes:
            raise scope.refuse("got a derivative of L, expected one by a student w_i; students are w, teachers v", node)
        index = bare(node.sub)
        if index is None or index.kind != "name" or not index.plain:
            raise scope.refuse("got a derivative of L, expected one by a student w_i with a letter as index", node)
        if index.text not in scope.rename:
            if len(scope.rename) == 2:
                raise scope.refuse("got derivatives of L by three students, expected at most two", node)
            scope.rename[index.text] = "ij"[len(scope.rename)]
    if derivatives:
        _check_indices(nodes, scope)


def _check_indices(nodes: Sequence[Node], scope: Scope) -> None:
    """Every index of a neuron is that of a derivative, or bound by a sum: otherwise it could be taken for another."""
    every = [n for root in nodes for n in nodes_of(root)]
    bound = {f.text for n in every if n.kind == "word" and n.text == "sum" for f in nodes_of(n.sub or n)}
    for node in every:
        index = bare(node.sub) if node.kind == "name" and node.text in ("w", "v") and node.sub is not None else None
        if index is not None and index.kind == "name" and index.text not in (*scope.rename, *bound):
            raise scope.refuse(
                f"got the index {index.text}, expected that of the derivative or one bound by a sum", index
            )

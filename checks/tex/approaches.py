r"""(t \to 0) in round brackets after a statement: the approach of its limit, no factor and no list."""

from __future__ import annotations

from dataclasses import replace

from checks.tex.nodes import Node, bare


def unbracketed(node: Node) -> Node:
    r"""The approach in a condition (t \to 0); any other condition as it is."""
    group = bare(node)
    inner = bare(group.children[0]) if group is not None and _is_approach(group) else None
    return node if inner is None else inner


def split_approach(main: Node) -> tuple[Node, Node | None]:
    r"""The statement and the approach (t \to 0) at its end, which is no factor."""
    whole = main.children[-1]
    row = whole.children[-1].children
    if len(row) < 2 or not _is_approach(row[-1]):
        return main, None
    last = replace(whole.children[-1], children=row[:-1])
    side = replace(whole, children=(*whole.children[:-1], last))
    return replace(main, children=(*main.children[:-1], side)), bare(row[-1].children[0])


def _is_approach(group: Node) -> bool:
    inner = bare(group.children[0]) if group.kind == "group" and group.text == "(" and group.plain else None
    return inner is not None and inner.kind == "relation" and inner.text == "to"

r"""Claims stated in LaTeX: the key ``tex`` of a claim file and ``closedform verify --tex``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.claim import Claim, TwoSided
from checks.claim_file import Unreadable
from checks.claim_table import table_of
from checks.errors import ClaimError
from checks.statements.asymptotics import Asymptotic
from checks.tex.errors import TexError
from checks.tex.reading import TexReading, read_display, read_tex

#: The keys of a claim file that belong to ``tex``.
KEYS = ("tex", "activation", "gaussian")


def table_in_tex(table: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    r"""The table of a claim file with ``tex`` replaced by what was understood: left, right, variables, assume, define.

    Args:
        table: with the key ``tex``, and perhaps ``activation`` and ``gaussian``.
        variables: domains that hold for the whole file.

    Raises:
        ClaimError: the string cannot be read, or the table states something else too.

    Example:
        >>> found = table_in_tex({"tex": r"\mathbb{E}_{u \sim N(0, 1)}[\sigma(u)^2] = 1/2", "activation": "relu"}, {})
        >>> found["left"], found["right"], found["variables"]
        ('E[relu(u)^2]', '1/2', {'|u|': '{1}'})
    """
    for key in KEYS:
        if key in table and not isinstance(table[key], str):
            raise ClaimError(f"got {key} = {str(table[key])[:60]!r}, expected text")
    others = sorted({"statement", "left", "right", "define"} & set(table))
    if others:
        raise ClaimError(f"got tex and {', '.join(others)}, expected tex alone: definitions belong into the string")
    own = table.get("variables", {})
    declared = {**variables, **own} if isinstance(own, Mapping) else dict(variables)
    found = read_tex(table["tex"], table.get("activation"), declared, table.get("gaussian", "").split())
    assumed = table.get("assume", ())
    rest = {k: v for k, v in table.items() if k not in (*KEYS, "assume")}
    stated = {k: v for k, v in table_of(found.claim()).items() if k not in ("name", "title", "variables", "assume")}
    rest |= stated | {"assume": [*([assumed] if isinstance(assumed, str) else assumed), *found.assumptions]}
    if isinstance(found.statement, TwoSided):
        rest |= {"variables": {**(own if isinstance(own, Mapping) else {}), **found.variables}}
    elif isinstance(own, Mapping):
        _check_used(own, stated)
        rest["variables"] = dict(found.variables) if isinstance(found.statement, Asymptotic) else {}
    return {"title": found.title, **rest}


def _check_used(own: Mapping[str, str], stated: Mapping[str, Any]) -> None:
    """A limit, an order of matrices or a recursion has taken the domains of its variables already."""
    for variable in own:
        if not re.search(rf"(?<!\w){re.escape(variable.strip(chr(124)))}(?!\w)", str(stated)):
            raise ClaimError(f"got a domain for {variable!r}, which does not occur in the string")


def claims_in_tex(
    strings: Sequence[str],
    activations: Sequence[str] = (),
    gaussian: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    assumptions: Sequence[str] = (),
) -> Iterator[tuple[Claim | Unreadable, TexReading | None]]:
    """The claims that strings state, named tex/1, tex/2/1 (of a chain), ..., each with its reading; or why not.

    Args:
        strings: LaTeX.
        activations: ``relu``, or ``\\sigma=relu`` for each symbol.
        gaussian: names of random variables.
        variables: domains; each string takes those of the names that occur in it.
        assumptions: inequalities for all of them.

    Example:
        >>> [(claim, found)] = claims_in_tex([r"\\mathbb{E}_{u \\sim N(0, 1)}[|u|] = \\sqrt{2/\\pi}"])
        >>> claim.name, found.right
        ('tex/1', 'sqrt(2/pi)')
    """
    activation = "; ".join(activations) or None
    for number, text in enumerate(strings, start=1):
        name = f"tex/{number}"
        readings = read_display(text, activation, variables, gaussian)
        for part, found in enumerate(readings, start=1):
            own = name if len(readings) == 1 else f"{name}/{part}"
            try:
                if isinstance(found, TexError):
                    raise found
                yield found.claim(own, assumptions), found
            except ClaimError as error:
                yield Unreadable(own, f"--tex {number}", str(error)), None

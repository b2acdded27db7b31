"""The papers of the field's reading list, one module a paper, each with its claims as data.

A module of this package named ``author_year_topic`` states one ``Paper`` as ``PAPER``: a new file
is all that a new paper needs.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from checks.catalogue.papers.paper import GROUP, ON_REQUEST_GROUP, Paper
from checks.claim import Claim
from checks.errors import UnknownClaimError

_MODULE = re.compile(r"[a-z_]+_\d{4}_[a-z_]+")


@lru_cache(maxsize=1)
def papers() -> tuple[Paper, ...]:
    """All papers, by letter, then by year.

    Example:
        >>> papers()[0].letter
        'A'
    """
    modules = [m.name for m in iter_modules(__path__) if _MODULE.fullmatch(m.name)]
    found: list[Paper] = [import_module(f"checks.catalogue.papers.{name}").PAPER for name in modules]
    return tuple(sorted(found, key=lambda p: (p.letter, p.key[-4:], p.key)))


def find_papers(name: str) -> tuple[Paper, ...]:
    """The papers of that letter, or whose key begins so.

    Args:
        name: a letter such as ``B``, a key such as ``safran-shamir-2018``, or its beginning.

    Raises:
        UnknownClaimError: there is none.

    Example:
        >>> [p.key for p in find_papers("safran-shamir")]
        ['safran-shamir-2018']
    """
    wanted = name.strip().lower().replace("_", "-")
    found = tuple(p for p in papers() if (p.letter.lower() == wanted if len(wanted) < 2 else p.key.startswith(wanted)))
    if not found:
        keys = [p.key for p in papers()]
        near = get_close_matches(wanted, keys, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else f"a letter or a key, such as {keys[0]}"
        raise UnknownClaimError(f"got the paper {name!r}, expected {hint}; closedform catalogue shows all")
    return found


def claims_of_papers(slow: bool = False) -> dict[str, Claim]:
    """The claims of all papers by name; slow: those on request instead.

    Example:
        >>> next(iter(claims_of_papers())).partition("/")[0]
        'papers'
    """
    return {c.name: c for p in papers() for c in (p.slow if slow else p.claims)}


__all__ = ["GROUP", "ON_REQUEST_GROUP", "Paper", "claims_of_papers", "find_papers", "papers"]

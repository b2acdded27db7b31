"""The built-in claims, one module a topic."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

from checks.claim import Claim
from checks.errors import UnknownClaimError

#: Groups that are judged only when they are named: they take minutes, the others together seconds.
ON_REQUEST = ("pairs", "landscape-dense", "training-full", "papers-on-request")


@lru_cache(maxsize=1)
def topic_claims() -> dict[str, Claim]:
    """The built-in claims by topic: `all_claims` without those of the papers.

    Example:
        >>> "kernels/relu" in topic_claims()
        True
    """
    from checks.catalogue import kernels, kinds, landscape, population_loss, spectra, training

    groups = (kernels, population_loss, spectra, landscape, kinds, training)
    claims = [claim for group in groups for claim in group.CLAIMS]
    return {c.name: c for c in claims}


@lru_cache(maxsize=1)
def all_claims() -> dict[str, Claim]:
    """All built-in claims by name, in order, but those of the groups that have to be asked for.

    Example:
        >>> {"kernels/relu", "papers/safran-shamir-2018/kernel"} <= all_claims().keys()
        True
    """
    from checks.catalogue.papers import claims_of_papers

    return topic_claims() | claims_of_papers()


def _known(names: tuple[str, ...]) -> dict[str, Claim]:
    """The claims among which names are looked up, with those on request if one is meant."""
    groups = {n.partition("/")[0] for n in names}
    claims = all_claims() if not groups or groups - {c.partition("/")[0] for c in topic_claims()} else topic_claims()
    if not groups & set(ON_REQUEST):
        return claims
    from checks.catalogue import landscape, pairs, training
    from checks.catalogue.papers import claims_of_papers

    asked = [*(pairs.claims() if "pairs" in groups else ()), *(landscape.DENSE if "landscape-dense" in groups else ())]
    asked += training.FULL if "training-full" in groups else ()
    asked += claims_of_papers(slow=True).values() if "papers-on-request" in groups else ()
    return claims | {c.name: c for c in asked}


def find_claims(names: tuple[str, ...]) -> list[Claim]:
    """The claims of those names; without names, all but those of the groups in ``ON_REQUEST``.

    Args:
        names: names of claims, or of groups such as ``kernels`` and, on request only, ``pairs``,
            ``landscape-dense``, ``training-full`` and ``papers-on-request``.

    Returns:
        The claims in the order of the names, each once.

    Raises:
        UnknownClaimError: no claim or group has that name.

    Example:
        >>> [c.name for c in find_claims(("spectra",))]
        ['spectra/global-minimum']
    """
    known = _known(names)
    found: dict[str, Claim] = {}
    for name in names:
        matching = {n: c for n, c in known.items() if n == name or n.startswith(name.rstrip("/") + "/")}
        if not matching:
            groups = {*ON_REQUEST, *(n.partition("/")[0] for n in known)}
            near = get_close_matches(name, [*known, *groups], n=3, cutoff=0.4)
            hint = f"did you mean {', '.join(near)}?" if near else "a name or group of the catalogue"
            raise UnknownClaimError(f"got the claim {name!r}, expected {hint}; closedform verify --list shows all")
        found |= matching
    return list((found if names else known).values())

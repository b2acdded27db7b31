"""The built-in claims, one module a topic."""

from __future__ import annotations

from functools import lru_cache

from checks.claim import Claim
from checks.errors import UnknownClaimError


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Claim]:
    """All built-in claims by name, in order.

    Example:
        >>> "kernels/relu" in catalogue()
        True
    """
    from checks.catalogue import kernels, population_loss, spectra

    claims = [*kernels.CLAIMS, *population_loss.CLAIMS, *spectra.CLAIMS]
    return {c.name: c for c in claims}


def find_claims(names: tuple[str, ...]) -> list[Claim]:
    """The claims of those names; a name may also be a group such as ``kernels``. Without names, all.

    Raises:
        UnknownClaimError: no claim or group has that name.

    Example:
        >>> [c.name for c in find_claims(("spectra",))]
        ['spectra/global-minimum']
    """
    known = catalogue()
    found: dict[str, Claim] = {}
    for name in names:
        matching = {n: c for n, c in known.items() if n == name or n.startswith(name.rstrip("/") + "/")}
        if not matching:
            raise UnknownClaimError(
                f"got the claim {name!r}, expected one of: {', '.join(known)}; or a group such as kernels"
            )
        found |= matching
    return list((found if names else known).values())

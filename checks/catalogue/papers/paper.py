"""What the catalogue knows of a paper: where it was published, its claims, and what of it is not judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.claim import Claim
from checks.claim_table import Statement

#: The group of the claims that take seconds, and of those that take more than three of them each.
GROUP, ON_REQUEST_GROUP = "papers", "papers-on-request"


@dataclass(frozen=True)
class Paper:
    """A paper of the field's reading list.

    Args:
        letter: its place on the list, A to K; several papers may share one.
        key: first authors and year, as in the names of its claims.
        citation: authors, year, title, where.
        claims: its claims that are judged in at most three seconds each.
        slow: its other claims, judged on request.
        open: what of it is not judged, each with the reason.
        findings: what the judge found that the paper does not say, or says otherwise.

    Example:
        >>> Paper("B", "safran-shamir-2018", "Safran and Shamir 2018").all
        ()
    """

    letter: str
    key: str
    citation: str
    claims: tuple[Claim, ...] = ()
    slow: tuple[Claim, ...] = ()
    open: tuple[tuple[str, str], ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Claim, ...]:
        """All its claims, the slow ones last."""
        return (*self.claims, *self.slow)


@dataclass(frozen=True)
class Entries:
    """Makes the claims of one paper: their names begin with its key.

    Args:
        key: as in ``Paper``.

    Example:
        >>> from checks.claim import Identity
        >>> Entries("a-2020").claim("mean", Identity("E[relu(u)]", "|u|/sqrt(2*pi)"), "Mean", "derived").name
        'papers/a-2020/mean'
    """

    key: str
    group: str = field(default=GROUP)

    def claim(
        self,
        name: str,
        statement: Statement,
        title: str,
        source: str,
        *,
        expect: str = "PROVED",
        variables: Mapping[str, str] | None = None,
        assumptions: tuple[str, ...] = (),
        limits: str = "",
    ) -> Claim:
        """One claim, with the one verdict that counts as a pass."""
        full = f"{self.group}/{self.key}/{name}"
        return Claim(full, statement, title, variables or {}, assumptions, source, limits, (expect,))

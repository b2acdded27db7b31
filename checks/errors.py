"""The exceptions of the judge."""


class ClaimError(ValueError):
    """A claim is not well formed: what was got, what was expected, why, and what to try."""


class UnknownClaimError(ClaimError):
    """No claim of the catalogue has that name."""


class VacuousClaimError(ClaimError):
    """No test point satisfied the assumptions of a claim: the fault is the claim's, and it does not count as a pass."""

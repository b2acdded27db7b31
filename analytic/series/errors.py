"""What the certified quadrature refuses, and why."""

from __future__ import annotations

from analytic.errors import DerivationError, DomainError


class UnsupportedIntegrandError(DerivationError):
    """An integrand that the certified quadrature cannot read: the message names the part that it cannot."""


class DivergenceError(DomainError):
    """An integrand that grows too fast to have a Gaussian expectation, or is not proven to have one."""

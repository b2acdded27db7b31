"""The judge: the only place where the exact and the empirical witness meet."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.catalogue import all_claims, find_claims
    from checks.claim import Claim, Identity, SpectrumTable
    from checks.claim_file import Unreadable, read_claims
    from checks.errors import ClaimError, UnknownClaimError, VacuousClaimError
    from checks.judge import verify
    from checks.point_facts import PointFacts
    from checks.statements.asymptotics import Expansion, Limit, Order
    from checks.statements.descent import GradientDescent
    from checks.statements.eigenvalue_bound import EigenvalueBound
    from checks.statements.inequality import Inequality
    from checks.statements.ordering import MatrixOrder
    from checks.statements.recursion import Recursion
    from checks.tex.errors import TexError
    from checks.tex.reading import TexReading, read_tex
    from checks.verdict import Kind, Verdict

_HOME = {
    "all_claims": "catalogue",
    "find_claims": "catalogue",
    "Claim": "claim",
    "Identity": "claim",
    "SpectrumTable": "claim",
    "Unreadable": "claim_file",
    "read_claims": "claim_file",
    "ClaimError": "errors",
    "UnknownClaimError": "errors",
    "VacuousClaimError": "errors",
    "verify": "judge",
    "PointFacts": "point_facts",
    "TexError": "tex.errors",
    "TexReading": "tex.reading",
    "read_tex": "tex.reading",
    "Inequality": "statements.inequality",
    "MatrixOrder": "statements.ordering",
    "Limit": "statements.asymptotics",
    "Expansion": "statements.asymptotics",
    "Order": "statements.asymptotics",
    "Recursion": "statements.recursion",
    "GradientDescent": "statements.descent",
    "EigenvalueBound": "statements.eigenvalue_bound",
    "Kind": "verdict",
    "Verdict": "verdict",
}

__all__ = [
    "Claim",
    "ClaimError",
    "EigenvalueBound",
    "Expansion",
    "GradientDescent",
    "Identity",
    "Inequality",
    "Kind",
    "Limit",
    "MatrixOrder",
    "Order",
    "PointFacts",
    "Recursion",
    "SpectrumTable",
    "TexError",
    "TexReading",
    "UnknownClaimError",
    "Unreadable",
    "VacuousClaimError",
    "Verdict",
    "all_claims",
    "find_claims",
    "read_claims",
    "read_tex",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'checks' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"checks.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

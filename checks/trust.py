"""What must be trusted to believe a verdict: rules, procedures and libraries with their versions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.verdict import Verdict

_DERIVATION = "closedform {closedform}: its reading of the statement and its rules of derivation"
_RING = "the ring of the normal form: independence of its generators; polynomials of SymPy {sympy}"
_FIELD = "the field of closed forms, where a zero normal form proves; polynomials of SymPy {sympy}"
_BALLS = "balls of Arb (python-flint {python-flint})"
_BOUND = "the empirical Bernstein bound, NumPy {numpy} and its generator PCG64, float64"
_SCHEME = "an error from comparing rules or steps, without a proof; NumPy {numpy}, SciPy {scipy}, float64"


def trusted(verdict: Verdict) -> tuple[str, ...]:
    """Lines for a report; empty where nothing is concluded.

    Example:
        >>> from checks import verify
        >>> [line.partition(" ")[0] for line in trusted(verify("E[relu(u)]", "|u|/sqrt(2*pi)", power=False))]
        ['closedform', 'the', 'balls']
    """
    if verdict.kind.value not in ("PROVED", "CERTIFIED", "CONSISTENT", "REFUTED"):
        return ()
    return tuple(line.format_map(_versions()) for line in _lines(verdict))


def _lines(v: Verdict) -> Iterator[str]:
    yield _DERIVATION
    kind, exact = v.kind.value, v.exact
    statistical = kind == "CONSISTENT" or v.reason.startswith("statistically")
    if exact is not None and not statistical:
        if kind == "PROVED" and "field of closed forms" in exact.engine:
            yield _FIELD
        elif kind == "PROVED":
            yield _RING
        if kind != "PROVED" or exact.second_engine or "ball" in exact.engine:
            yield _BALLS
    if statistical:
        yield _BOUND
        if any(e.kind == "scheme" for e in v.empirical):
            yield _SCHEME


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    found = {}
    for name in ("closedform", "sympy", "python-flint", "numpy", "scipy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "(not installed)"
    return found

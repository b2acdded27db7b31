"""Engines by name: what a user may ask for, and which of them each kind of statement is judged by."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from checks.errors import ClaimError

EXACT, BALLS, QUADRATURE, SAMPLING, SIMULATION = "exact", "balls", "quadrature", "sampling", "simulation"
ENGINES = (EXACT, BALLS, QUADRATURE, SAMPLING, SIMULATION)
#: Of kinds of statements whose engines rest on each other, all of them; those of an identity are asked one by one.
_TOGETHER = {
    "SpectrumTable": (EXACT, SAMPLING),
    "PointFacts": (BALLS, QUADRATURE, SAMPLING),
    "GradientDescent": (BALLS, QUADRATURE),
    "EigenvalueBound": (BALLS, QUADRATURE),
    "TrainedPoint": (BALLS, QUADRATURE, SAMPLING, SIMULATION),
    "OnlineHovers": (BALLS, SAMPLING, SIMULATION),
    "Simulation": (SIMULATION,),
}
_OTHERS = (EXACT, BALLS, QUADRATURE)
IDENTITY = (EXACT, BALLS, QUADRATURE, SAMPLING)


def chosen(names: Sequence[str] | None) -> frozenset[str]:
    """The engines that were asked for; all of them if none was.

    Raises:
        ClaimError: there is no such engine.

    Example:
        >>> sorted(chosen(("balls", "exact")))
        ['balls', 'exact']
        >>> chosen(("ball",))
        Traceback (most recent call last):
            ...
        checks.errors.ClaimError: got the engine 'ball', expected some of exact, balls, quadrature, sampling, simulation
    """
    if isinstance(names, str):
        names = (names,)
    unknown = [n for n in names or () if n not in ENGINES]
    if unknown or (names is not None and not names):
        got = f"the engine {unknown[0]!r}" if unknown else "no engine"
        raise ClaimError(f"got {got}, expected some of {', '.join(ENGINES)}")
    return frozenset(ENGINES if names is None else names)


def engines_of(statement: object) -> tuple[str, ...]:
    """The engines by which a statement is judged.

    Args:
        statement: of a claim.

    Example:
        >>> from checks.claim import Identity
        >>> engines_of(Identity("E[relu(u)]", "1"))
        ('exact', 'balls', 'quadrature', 'sampling')
    """
    kind = type(statement).__name__
    return IDENTITY if kind == "Identity" else _TOGETHER.get(kind, _OTHERS)


def refusal(statement: object, wanted: Collection[str]) -> str:
    """Why a statement cannot be judged by the engines that were asked for; empty if it can."""
    engines = engines_of(statement)
    if engines == IDENTITY:
        return "" if set(engines) & set(wanted) else f"an identity is judged by {' or '.join(engines)}"
    missing = [e for e in engines if e not in wanted]
    together = f"{', '.join(engines[:-1])} and {engines[-1]} together" if len(engines) > 1 else engines[0]
    return f"this kind of statement is judged by {together}: ask for {' and '.join(missing)} too" if missing else ""

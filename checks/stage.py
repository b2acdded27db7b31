"""What the judging of a claim is at: which engine runs, and what was found so far, told to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from checks.verdict import Verdict

Listener: TypeAlias = "Callable[[str | Verdict], None]"

_listeners: list[Listener] = []


def listen(listener: Listener | None) -> None:
    """Sets who is told; a worker process tells its parent, which may have to stop it without asking.

    Example:
        >>> heard = []
        >>> listen(heard.append)
        >>> entered("balls")
        >>> listen(None)
        >>> entered("sampling")
        >>> heard
        ['balls']
    """
    _listeners[:] = [] if listener is None else [listener]


def entered(engine: str) -> None:
    """An engine begins."""
    for listener in _listeners:
        listener(engine)


def settled(verdict: Verdict) -> None:
    """The verdict stands; what follows, slips and repairs, can only add to it."""
    for listener in _listeners:
        listener(verdict)

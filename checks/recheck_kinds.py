"""Kinds of certificates, and the checker of each; a checker is imported only when a file of its kind is read."""

from __future__ import annotations

import json
from collections.abc import Callable

from checks.recheck import recheck as recheck_point
from checks.recheck_reading import Recheck


def _uniform(text: str) -> Recheck:
    from checks.recheck_uniform import recheck

    return recheck(text)


def _interval(text: str) -> Recheck:
    from checks.recheck_interval import recheck

    return recheck(text)


#: What verifies files of a kind; a file without a kind is a point's.
KINDS: dict[str, Callable[[str], Recheck]] = {"uniform": _uniform, "interval": _interval}


def kind_of(text: str) -> str | None:
    """The kind that a file states, or None.

    Args:
        text: JSON, or anything else.

    Example:
        >>> kind_of('{"kind": "uniform"}')
        'uniform'
        >>> kind_of("no certificate") is None
        True
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = data.get("kind") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def recheck_any(text: str) -> Recheck:
    """Verifies a certificate of any kind with the checker of its kind.

    Args:
        text: the JSON file.

    Returns:
        The verified statements, or the first reason for rejection.

    Example:
        >>> recheck_any("{}").rejection
        'the certificate lacks the key schema'
    """
    return KINDS.get(kind_of(text) or "", recheck_point)(text)

"""What every further kind of statement has: text for people, and the table of a claim file that states it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Stated(ABC):
    """A statement that says itself how a claim file states it; ``str`` is the statement as text."""

    @abstractmethod
    def table(self) -> dict[str, Any]:
        """Texts, integers, lists and tables under the key of the kind: reading it gives the same statement."""

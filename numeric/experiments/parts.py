"""Progress of a repetition that consists of several equal parts."""

from __future__ import annotations

from numeric.experiments.experiment import Progress


def part(progress: Progress, index: int, parts: int) -> Progress:
    """Tells the progress of one part as progress of the whole.

    Args:
        progress: of the whole.
        index: of the part, from 0.
        parts: how many there are.

    Returns:
        To be called with the share done of the part.

    Example:
        >>> part(print, 1, 4)(0.5)
        0.375
    """

    def tell(share: float) -> None:
        progress((index + share) / parts)

    return tell

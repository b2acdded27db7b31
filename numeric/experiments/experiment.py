"""A paper's observable consequence as an experiment: one repetition at given sizes measures a few numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from numeric.errors import NonFiniteError, NumericError

#: Called now and then with the share done of one repetition, from 0 to 1; may raise to stop it.
Progress = Callable[[float], None]
Run = Callable[[Mapping[str, float], np.random.Generator, Progress], dict[str, float]]


class ExperimentError(NumericError):
    """An experiment that is not known, sizes that it does not have, or measures other than it states."""


def _sensible(value: float, stated: float) -> bool:
    """Whether a size can replace another; whole numbers written without a point count things."""
    return math.isfinite(value) and (value >= 0 or stated < 0) and (value >= 1 or not isinstance(stated, int))


@dataclass(frozen=True)
class Experiment:
    """What is simulated, at which sizes, and which numbers one repetition measures.

    It knows no criterion: what the numbers must satisfy is the business of the claim.

    Args:
        name: key of the paper and name, as ``zou-long-gu-2020/resnets``.
        question: one line: what is observed.
        run: one repetition at these sizes, from this generator alone: measured numbers by name, all finite.
        quick: sizes that take about a second.
        full: the paper's sizes; the same names.
        measures: name of each measured number, and what it is, in a line.

    Raises:
        ExperimentError: the sizes of quick and full have different names, or a name is no identifier.

    Example:
        >>> def toss(sizes, rng, progress):
        ...     return {"heads": float(rng.binomial(int(sizes["n"]), 0.5))}
        >>> coins = Experiment("a-2020/coins", "heads", toss, {"n": 10}, {"n": 1000}, {"heads": "number of heads"})
        >>> coins.sizes({"n": 4}, full=False)
        {'n': 4}
    """

    name: str
    question: str
    run: Run
    quick: Mapping[str, float]
    full: Mapping[str, float]
    measures: Mapping[str, str]

    def __post_init__(self) -> None:
        if set(self.quick) != set(self.full):
            different = sorted(set(self.quick) ^ set(self.full))
            raise ExperimentError(f"got {different} in quick or full alone, expected the same sizes in both")
        wrong = [n for n in (*self.quick, *self.measures) if not n.isidentifier()]
        if wrong or not self.measures:
            raise ExperimentError(f"got the names {wrong}, expected identifiers, and at least one measure")

    def sizes(self, overrides: Mapping[str, float], full: bool) -> dict[str, float]:
        """The sizes of a run.

        Args:
            overrides: sizes that replace those stated.
            full: the paper's sizes instead of the quick ones.

        Raises:
            ExperimentError: an override that the experiment does not have, is not finite, negative where the stated one
                is not, or no number of things.
        """
        stated = self.full if full else self.quick
        wrong = {n: v for n, v in overrides.items() if n not in stated or not _sensible(v, stated[n])}
        if wrong:
            raise ExperimentError(
                f"got the sizes {wrong} of {self.name}, expected some of {', '.join(stated)}, finite, not negative, "
                f"numbers of things at least 1"
            )
        return {n: overrides.get(n, v) for n, v in stated.items()}

    def measured(self, sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
        """One repetition, with floating-point warnings off and its numbers checked.

        Raises:
            ExperimentError: measures other than stated.
            NonFiniteError: a measured number is NaN or infinite: the repetition diverged.
        """
        with np.errstate(all="ignore"):  # a divergence shows in the numbers, which are checked
            found = self.run(sizes, rng, progress)
        if set(found) != set(self.measures):
            raise ExperimentError(f"got the measures {sorted(found)} of {self.name}, expected {sorted(self.measures)}")
        diverged = [n for n in self.measures if not math.isfinite(found[n])]
        if diverged:
            raise NonFiniteError(f"got {', '.join(f'{n} = {found[n]}' for n in diverged)}, expected finite numbers")
        return {n: float(found[n]) for n in self.measures}

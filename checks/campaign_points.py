"""What a campaign converged to: distinct points, how often each was hit, what both witnesses say of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.campaign_names import ExactPoint, exact_point
from numeric.frequency import clopper_pearson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from checks.campaign import Campaign
    from checks.campaign_store import Run
    from numeric.classification import PointKind
    from numeric.merging import Merged

#: Probability with which the interval of one frequency may miss it, unless another is asked for.
ALPHA = 0.05
#: End points further apart than this, entry by entry, are distinct.
TOLERANCE = 1e-6
#: With more weights than this the smallest eigenvalue is found without the dense Hessian.
MOST_DENSE = 2500


@dataclass(frozen=True)
class DistinctPoint:
    """End points of runs that are one up to permutations.

    Args:
        number: from 1; the most frequent one first.
        runs: numbers of the runs that ended there.
        interval: for the probability of ending there.
        weights: of the first of these runs, split neurons merged, in canonical order.
        split: how many neurons were merged into others.
        spread: the largest difference of an entry between two of them and the first, once aligned.
        kind: what the empirical witness says; None where it is undefined or too large.
        exact: what the exact witness says; None if it was not asked.
        trouble: why the empirical witness says nothing; empty otherwise.
    """

    number: int
    runs: tuple[int, ...]
    interval: tuple[float, float]
    weights: NDArray[np.float64]
    split: int
    spread: float
    kind: PointKind | None
    exact: ExactPoint | None
    trouble: str = ""

    @property
    def hits(self) -> int:
        """How many runs ended there."""
        return len(self.runs)

    @property
    def partition(self) -> str:
        """Sizes of the classes of teachers by the empirical witness, and of equal neurons."""
        if self.kind is None:
            return "-"
        more = "".join(f" ({len(c)} equal)" for c in self.kind.partition.copies)
        return ",".join(map(str, self.kind.partition.sizes)) + more + (f" ({self.split} split)" if self.split else "")

    @property
    def name(self) -> str:
        """Its family by the exact witness, or empty."""
        return "" if self.exact is None else self.exact.name

    @property
    def verdict(self) -> str:
        """What the exact witness says; a split neuron makes a continuum of minima, never a strict one."""
        proved = "not asked" if self.exact is None else self.exact.verdict
        return f"degenerate; merged: {proved}" if self.split else proved

    @property
    def disagreements(self) -> tuple[str, ...]:
        """Where the witnesses contradict each other beyond their errors."""
        if self.kind is None or self.exact is None or self.exact.smallest is None or self.exact.loss is None:
            return ()
        found = []
        for what, mine, theirs in (
            ("smallest eigenvalue", self.kind.spectrum.smallest, self.exact.smallest),
            ("loss", self.kind.loss, self.exact.loss),
        ):
            value, error = float(mine.value), float(mine.error)
            if abs(value - float(theirs[0])) > error + float(theirs[1]) + 2e-16 * abs(value):
                found.append(f"{what} {value:.15g} +/- {error:.1g}, exactly {theirs[0]}")
        mine_index, their_index = self.kind.spectrum.index, self.exact.index
        if mine_index is not None and their_index is not None and mine_index != their_index:
            found.append(f"index {mine_index}, exactly {their_index}")
        if self.exact.partition and self.kind.partition.sizes != self.exact.partition:
            found.append(f"partition {self.kind.partition.sizes}, exactly {self.exact.partition}")
        return tuple(found)


@dataclass(frozen=True)
class CampaignResult:
    """All runs of a campaign, sorted.

    Args:
        campaign: the campaign.
        points: at which converged runs ended, the most frequent one first.
        others: how many runs ended otherwise, by status.
        alpha: of the intervals.
        apart: the least distance of two points of as many neurons, entry by entry after any permutations, that is
            proved; infinite if there are no two.
    """

    campaign: Campaign
    points: tuple[DistinctPoint, ...]
    others: dict[str, int]
    alpha: float
    apart: float

    @property
    def total(self) -> int:
        """Number of runs."""
        return sum(p.hits for p in self.points) + sum(self.others.values())

    @property
    def agree(self) -> bool:
        """Whether the witnesses contradict each other at no point."""
        return not any(p.disagreements for p in self.points)


def campaign_points(
    campaign: Campaign,
    runs: Sequence[Run],
    alpha: float = ALPHA,
    exact: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> CampaignResult:
    """Sorts the end points of converged runs into distinct points, and asks both witnesses about each.

    Split neurons are merged before: what is left is compared, and asked about.

    Args:
        campaign: the campaign.
        runs: its finished runs.
        alpha: the interval of one frequency misses it with at most this probability.
        exact: whether the exact witness is asked.
        progress: called with the number of points done and of all points.

    Raises:
        ValueError: alpha is not inside (0, 1).

    Example:
        >>> from checks.campaign import Campaign, run_batch
        >>> from checks.campaign_store import open_store
        >>> campaign = Campaign(2, 6, seed=0)
        >>> with open_store(campaign) as store:
        ...     store.add(run_batch(campaign, 0))
        ...     [(p.name, p.hits) for p in campaign_points(campaign, list(store.runs())).points]
        [('global', 6)]
    """
    import numpy as np

    from numeric.classification import signature

    clopper_pearson(0, 1, alpha)  # refuses alpha before hours of work
    arrived = {run.number: _merged(campaign, run.weights) for run in runs if run.status == "converged"}
    found = []
    classes = sorted(_classes(campaign, arrived), key=lambda c: (-len(c[0]), c[0][0]))
    for number, (members, spread) in enumerate(classes, 1):
        interval = clopper_pearson(len(members), len(runs), alpha)
        found.append(_distinct(campaign, number, members, interval, arrived[members[0]], spread, exact))
        if progress is not None:
            progress(number, len(classes))
    signatures = [signature(p.weights, campaign.k) for p in found]
    pairs = [(a, b) for i, a in enumerate(signatures) for b in signatures[:i] if a.shape == b.shape]
    gaps = [float(np.abs(a - b).max()) for a, b in pairs]
    others = Counter(run.status for run in runs if run.status != "converged")
    apart = min(gaps, default=float("inf")) / max(1, campaign.d - campaign.k) ** 0.5
    return CampaignResult(campaign, tuple(found), dict(sorted(others.items())), alpha, apart)


def _merged(campaign: Campaign, weights: NDArray[np.float64]) -> Merged:
    """Without split neurons, or for erf without pairs that cancel; Phi is never merged: its pairs add a constant."""
    from numeric.merging import Merged, merged_neurons
    from numeric.training.smooth_kind import cancelled_neurons

    if not campaign.smooth:
        return merged_neurons(weights, campaign.slope)
    if campaign.activation == "erf":
        return cancelled_neurons(weights, TOLERANCE)
    return Merged(weights, tuple((i,) for i in range(len(weights))))


def _classes(campaign: Campaign, arrived: Mapping[int, Merged]) -> list[tuple[tuple[int, ...], float]]:
    """Numbers of runs that ended at one point, ascending, and how far apart they are."""
    from numeric.classification import equivalent_points

    found = []
    for count in sorted({len(m.weights) for m in arrived.values()}):
        numbers = [number for number, m in arrived.items() if len(m.weights) == count]
        for one in equivalent_points([arrived[i].weights for i in numbers], campaign.k, TOLERANCE):
            found.append((tuple(numbers[i] for i in one.members), one.spread))
    return found


def _distinct(
    campaign: Campaign,
    number: int,
    runs: tuple[int, ...],
    interval: tuple[float, float],
    first: Merged,
    spread: float,
    exact: bool,
) -> DistinctPoint:
    from numeric.canonical import canonical_form
    from numeric.errors import NumericError

    kind, weights, trouble = None, first.weights, ""
    try:
        weights = canonical_form(first.weights, campaign.k, TOLERANCE / 2.0)
        kind, trouble = _kind(campaign, weights)
    except NumericError as error:  # a zero neuron, entries too dense for the tolerance
        trouble = str(error)
    proved = (
        exact_point(weights, campaign.k, campaign.activation if campaign.smooth else campaign.phi) if exact else None
    )
    return DistinctPoint(number, runs, interval, weights, first.split, spread, kind, proved, trouble)


def _kind(campaign: Campaign, weights: NDArray[np.float64]) -> tuple[PointKind | None, str]:
    """What the empirical witness says of a point, and what it cannot say."""
    from numeric.classification import large_point_kind, point_kind
    from numeric.training.smooth_kind import smooth_point_kind

    k, noise = campaign.k, TOLERANCE / 2.0
    if not campaign.smooth:
        if weights.size > MOST_DENSE:
            return large_point_kind(weights, k, campaign.slope, noise), ""
        return point_kind(weights, k, campaign.slope, noise), ""
    if weights.size > MOST_DENSE:
        return None, f"{weights.size} weights, more than {MOST_DENSE}: no dense Hessian of {campaign.activation}"
    return smooth_point_kind(weights, k, campaign.activation, noise), ""


def point_rows(found: CampaignResult) -> tuple[list[tuple[Any, ...]], list[tuple[int, int]]]:
    """The points as rows of a store, and which run ended at which.

    Args:
        found: the points of a campaign.
    """
    rows = []
    for p in found.points:
        loss = None if p.kind is None else float(p.kind.loss.value)
        least = None if p.kind is None else p.kind.spectrum.smallest
        smallest, error = (None, None) if least is None else (float(least.value), float(least.error))
        blob = p.weights.astype("<f8").tobytes()
        rows.append((p.number, p.name, p.partition, p.hits, loss, smallest, error, p.verdict, blob))
    return rows, [(run, p.number) for p in found.points for run in p.runs]

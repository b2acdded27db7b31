"""What is claimed of a paper's experiment: measured numbers satisfy criteria that were fixed before the first run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from checks.errors import ClaimError
from checks.point_facts import Decimal
from checks.statements.base import Stated
from numeric import NumericError
from numeric.experiments import Experiment, find_experiment

_CRITERION = re.compile(r"\s*([A-Za-z_]\w*)\s*(<=|>=|<|>)\s*(\S+)\s*")
_HOLDS = {
    "<": lambda x, b: x < b,
    "<=": lambda x, b: x <= b,
    ">": lambda x, b: x > b,
    ">=": lambda x, b: x >= b,
}
_REVERSED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
#: Repetitions at most.
MOST = 10_000


@dataclass(frozen=True)
class Criterion:
    """One measured number, a relation, a decimal number.

    Args:
        measure: name of the number.
        relation: <, <=, > or >=.
        bound: the decimal number, exact.

    Example:
        >>> late = Criterion.read("late_loss < 0.001")
        >>> late.holds(0.0005), str(late.reversed)
        (True, 'late_loss >= 0.001')
    """

    measure: str
    relation: str
    bound: Decimal

    @classmethod
    def read(cls, text: str) -> Criterion:
        """Reads ``NAME < NUMBER``.

        Raises:
            ClaimError: it is something else.
        """
        match = _CRITERION.fullmatch(text) if isinstance(text, str) and len(text) <= 200 else None
        if match is None:
            raise ClaimError(f"got the criterion {str(text)[:60]!r}, expected such as 'late_loss < 0.001'")
        return cls(match[1], match[2], Decimal(match[3]))

    def holds(self, value: float) -> bool:
        """Whether a measured number satisfies it, compared exactly."""
        return bool(_HOLDS[self.relation](Fraction(value), self.bound.value))

    @property
    def reversed(self) -> Criterion:
        """The criterion that holds exactly where this one does not."""
        return Criterion(self.measure, _REVERSED[self.relation], self.bound)

    def __str__(self) -> str:
        return f"{self.measure} {self.relation} {self.bound}"


@dataclass(frozen=True)
class Simulation(Stated):
    r"""Each criterion holds in a repetition of an experiment with probability at least share.

    Repetition r = 0, 1, ... draws from the stream (seed, r) alone. Sizes, criteria, seed and number of repetitions are
    part of the statement: they are fixed before the first run. A repetition that diverges satisfies no criterion.

    Args:
        experiment: name of an experiment of `numeric.experiments`.
        criteria: such as ``("late_loss < 0.001", "ratio >= 3")``: a measured number, a relation, a decimal number.
        repetitions: how many, at most 10,000.
        seed: of the repetitions.
        share: the probability, a decimal number in (0, 1).
        sizes: sizes that replace those of the experiment.
        full_criteria: at the paper's sizes; the same if empty.
        full_repetitions: at the paper's sizes; the same if None.
        full_sizes: sizes that replace those of the paper, beside ``sizes``.
        full: whether this is the statement at the paper's sizes.

    Raises:
        ClaimError: a part cannot be read, or the experiment does not know it; the message says which and why.

    Example:
        >>> claim = Simulation("razborov-2022/both-layers", ("ratio < 0.01",), 7, 0, sizes={"steps": 10})
        >>> str(claim).partition(" quick sizes")[0]
        'simulation razborov-2022/both-layers: ratio < 0.01 in a repetition with probability >= 0.9; 7 of seed 0 at'
        >>> claim.at_full_sizes().all_sizes["n"]
        200
    """

    experiment: str
    criteria: tuple[str, ...]
    repetitions: int
    seed: int
    share: str = "0.9"
    sizes: Mapping[str, float] = field(default_factory=dict)
    full_criteria: tuple[str, ...] = ()
    full_repetitions: int | None = None
    full_sizes: Mapping[str, float] = field(default_factory=dict)
    full: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.full, bool):
            raise ClaimError(f"got full = {self.full!r}, expected true or false")
        least = {"repetitions": 1, "full_repetitions": 1, "seed": 0}
        for name, low in least.items():
            value = getattr(self, name)
            if value is None and name == "full_repetitions":
                continue
            high = MOST if low else 2**63
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ClaimError(f"got {name} = {value!r}, expected an integer from {low} to {high}")
        if not 0 < Decimal(self.share).value < 1:
            raise ClaimError(f"got share = {self.share!r}, expected a probability strictly between 0 and 1")
        if not self.criteria:
            raise ClaimError(f"got no criteria for {self.experiment}, expected such as 'late_loss < 0.001'")
        for text in (*self.criteria, *self.full_criteria):
            self._check(Criterion.read(text))
        try:
            known = self.source
            self._sizes(known, False), self._sizes(known, True)
        except NumericError as error:
            raise ClaimError(str(error)) from None

    def _check(self, criterion: Criterion) -> None:
        measures = self.source.measures
        if criterion.measure not in measures:
            known = ", ".join(measures)
            raise ClaimError(f"got the measure {criterion.measure!r} of {self.experiment}, expected one of {known}")

    @property
    def source(self) -> Experiment:
        """The experiment.

        Raises:
            ClaimError: there is none of that name.
        """
        try:
            return find_experiment(self.experiment)
        except NumericError as error:
            raise ClaimError(str(error)) from None

    @property
    def read(self) -> tuple[Criterion, ...]:
        """The criteria."""
        return tuple(Criterion.read(text) for text in self.criteria)

    @property
    def all_sizes(self) -> dict[str, float]:
        """All sizes of a repetition."""
        return self._sizes(self.source, self.full)

    def _sizes(self, source: Experiment, full: bool) -> dict[str, float]:
        return source.sizes({**self.sizes, **(self.full_sizes if full else {})}, full)

    def at_full_sizes(self) -> Simulation:
        """The statement at the paper's sizes."""
        if self.full:
            return self
        criteria, repetitions = self.full_criteria or self.criteria, self.full_repetitions or self.repetitions
        return replace(
            self, criteria=criteria, repetitions=repetitions, full_criteria=(), full_repetitions=None, full=True
        )

    @property
    def where(self) -> str:
        """The sizes as text."""
        return ", ".join(f"{name} = {value:.12g}" for name, value in self.all_sizes.items())

    def __str__(self) -> str:
        which = "the paper's sizes" if self.full else "quick sizes"
        return (
            f"simulation {self.experiment}: {' and '.join(map(str, self.read))} in a repetition with probability >= "
            f"{self.share}; {self.repetitions} of seed {self.seed} at {which} {self.where}"
        )

    def table(self) -> dict[str, Any]:
        """The key ``simulation`` of a claim file."""
        inner: dict[str, Any] = {"experiment": self.experiment, "criteria": list(self.criteria)}
        inner |= {"repetitions": self.repetitions, "seed": self.seed, "share": self.share}
        inner |= {name: _texts(getattr(self, name)) for name in _SIZES if getattr(self, name)}
        inner |= {"full_criteria": list(self.full_criteria)} if self.full_criteria else {}
        inner |= {"full_repetitions": self.full_repetitions} if self.full_repetitions else {}
        inner |= {"full": True} if self.full else {}
        return {"simulation": inner}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> Simulation:
        """Reads the key ``simulation`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or a value of the wrong kind.
        """
        from checks.claim_table import inner, listed, text, texts

        given = dict(inner(table, "simulation", _FIELDS))
        missing = [n for n in _NEEDED if n not in given]
        if missing:
            raise ClaimError(f"got simulation without {', '.join(missing)}, expected {', '.join(_NEEDED)}")
        for name in ("experiment", "share"):
            if name in given:
                given[name] = text(given, name)
        for name in ("criteria", "full_criteria"):
            given[name] = listed(given, name)
        for name in _SIZES:
            given[name] = {n: float(Decimal(v).value) for n, v in texts(given, name).items()}
        return cls(**given)


_SIZES = ("sizes", "full_sizes")
_NEEDED = ("experiment", "criteria", "repetitions", "seed")
_FIELDS = (*_NEEDED, "share", *_SIZES, "full_criteria", "full_repetitions", "full")


def _texts(sizes: Mapping[str, float]) -> dict[str, str]:
    return {name: repr(value) for name, value in sizes.items()}

"""What is claimed of training: descents reach a critical point, and online descent hovers about a minimum."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from checks.errors import ClaimError
from checks.point_facts import Decimal, PointFacts
from checks.statements.base import Stated

#: Names of the facts of a point that a claim about training may state as well.
FACTS = ("loss", "index", "smallest", "eigenvalues", "isotropy")


class _AtPoint(Stated):
    """What both kinds of claims about training have in common: a point, and facts of it."""

    point: str
    k: int
    d: int | None
    eigenvalues: tuple[tuple[str, int], ...]

    @cached_property
    def facts(self) -> PointFacts:
        """The claim about the point alone, which the exact witness settles."""
        given = {name: getattr(self, name) for name in FACTS if hasattr(self, name)}
        return PointFacts(self.point, self.k, self.d, **given)

    def _table(self, key: str, defaults: Mapping[str, object]) -> dict[str, Any]:
        """The keys that differ from their defaults; fields only, in their order."""
        named = {name: getattr(self, name) for name in defaults}
        inner: dict[str, Any] = {"point": self.point, "k": self.k}
        inner |= {name: value for name, value in named.items() if value != defaults[name]}
        if self.eigenvalues:
            inner["eigenvalues"] = [list(row) for row in self.eigenvalues]
        return {key: inner}


@dataclass(frozen=True)
class TrainedPoint(_AtPoint):
    r"""Gradient descent on the population loss from random weights reaches a critical point; and facts of that point.

    Run r starts from Xavier weights of the stream (seed, r) and is trained until $|\nabla L| \le 10^{-12}$. The
    criterion is fixed before the first run: one of the runs 0, 1, ..., runs - 1 ends, up to permutations of neurons and
    of coordinates, within $2g/\min|\lambda|$ of the exact point, where g is that tolerance and the round-off of a
    gradient, and $\lambda$ are the exact eigenvalues there. If every run reaches the point with probability at least
    p = share, all miss it with probability at most $(1-p)^{runs}$.

    Args:
        point: as in `PointFacts`.
        k: number of teachers.
        d: dimension of the input, at least k; k if None.
        runs: most runs that are made; they end with the first hit.
        seed: of the initial weights.
        share: p, a decimal number in (0, 1).
        loss: L at the point; this and what follows hold up to one unit of the last digit.
        index: number of negative eigenvalues.
        smallest: the smallest eigenvalue.
        eigenvalues: the whole spectrum as (eigenvalue, multiplicity).
        isotropy: the group that fixes the weights.

    Raises:
        ClaimError: a part cannot be read; the message says which and why.

    Example:
        >>> print(TrainedPoint("II", 10, loss="0.0187021946"))
        training reaches II, k = 10, d = 10: one of 400 runs of seed 0, share 0.05; loss 0.0187021946
    """

    point: str
    k: int
    d: int | None = None
    runs: int = 400
    seed: int = 0
    share: str = "0.05"
    loss: str | None = None
    index: int | None = None
    smallest: str | None = None
    eigenvalues: tuple[tuple[str, int], ...] = ()
    isotropy: str | None = None

    def __post_init__(self) -> None:
        _check_integers(self, {"runs": 1, "seed": 0})
        if not 0 < Decimal(self.share).value < 1:
            raise ClaimError(f"got share = {self.share!r}, expected a probability strictly between 0 and 1")
        str(self.facts)  # refuses what cannot be read

    @property
    def miss(self) -> float:
        """The probability that all runs miss a point that each reaches with probability share."""
        return math.exp(self.runs * math.log1p(-float(Decimal(self.share).value)))

    def __str__(self) -> str:
        facts = str(self.facts).partition(": ")[2]
        text = f"training reaches {self.facts.where}: one of {self.runs} runs of seed {self.seed}, share {self.share}"
        return text + (f"; {facts}" if facts else "")

    def table(self) -> dict[str, Any]:
        """The key ``trained`` of a claim file."""
        return self._table("trained", _TRAINED)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> TrainedPoint:
        """Reads the key ``trained`` of a claim file.

        Raises:
            ClaimError: a key is unknown, or a value of the wrong kind.
        """
        return cls(**_fields(table, "trained", _TRAINED))


@dataclass(frozen=True)
class OnlineHovers(_AtPoint):
    r"""Online gradient descent hovers about a strict minimum, with the mean and covariance that its curvature predicts.

    Each step takes a fresh batch of Gaussian inputs, $w_{t+1} = w_t - h g_t$. Near a minimum with Hessian H and
    covariance C of the gradient of one input, deviations are stationary with covariance
    $H\Sigma + \Sigma H - hH\Sigma H = (h/b)C$. On an isotypic component C and $\Sigma$ are multiples of the identity
    (Schur's lemma), so that a coordinate in the eigenspace of $\lambda$ has variance $hc/(b\lambda(2 - h\lambda))$.

    Args:
        point: as in `PointFacts`; a strict local minimum where the loss is not 0.
        k: number of teachers.
        step: h > 0, a decimal number.
        batch: b, inputs a step.
        steps: number of steps, the first of them not counted (eight relaxation times).
        d: dimension of the input, at least k; k if None.
        seed: of the inputs.
        smallest: the smallest eigenvalue, up to one unit of its last digit.
        eigenvalues: the predicted curvature: the whole spectrum as (eigenvalue, multiplicity).

    Raises:
        ClaimError: a part cannot be read; the message says which and why.

    Source: Mandt, Hoffman and Blei 2017, Stochastic gradient descent as approximate Bayesian inference, equation 12;
        the term $hH\Sigma H$, exact for a quadratic loss, is that of a first-order autoregressive process.

    Example:
        >>> print(OnlineHovers("II", 10, "0.3", 200, 10_000))
        online descent hovers about II, k = 10, d = 10: 10000 steps of 0.3, batches of 200, seed 0
    """

    point: str
    k: int
    step: str
    batch: int
    steps: int
    d: int | None = None
    seed: int = 0
    smallest: str | None = None
    eigenvalues: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        _check_integers(self, {"batch": 1, "steps": 1, "seed": 0})
        if not Decimal(self.step).value > 0:
            raise ClaimError(f"got step = {self.step!r}, expected a decimal number > 0, such as '0.3'")
        str(self.facts)

    index = 0  # online descent leaves every saddle

    @property
    def rate(self) -> Fraction:
        """The step h."""
        return Decimal(self.step).value

    def __str__(self) -> str:
        facts = str(self.facts).partition(": ")[2].removeprefix("index 0").removeprefix("; ")
        how = f"{self.steps} steps of {self.step}, batches of {self.batch}, seed {self.seed}"
        return f"online descent hovers about {self.facts.where}: {how}" + (f"; {facts}" if facts else "")

    def table(self) -> dict[str, Any]:
        """The key ``online`` of a claim file."""
        return self._table("online", _ONLINE)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> OnlineHovers:
        """Reads the key ``online`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or a value of the wrong kind.
        """
        found = _fields(table, "online", _ONLINE)
        missing = [name for name in ("step", "batch", "steps") if name not in found]
        if missing:
            raise ClaimError(f"got online without {', '.join(missing)}, expected step = '0.3', batch = 200, steps")
        return cls(**found)


#: Optional fields of both tables with their defaults; None where there is none. Eigenvalues are read apart.
_TRAINED: dict[str, object] = {
    "d": None,
    "runs": 400,
    "seed": 0,
    "share": "0.05",
    **dict.fromkeys(("loss", "index", "smallest", "isotropy")),
}
_ONLINE: dict[str, object] = {**dict.fromkeys(("step", "batch", "steps", "d")), "seed": 0, "smallest": None}
_TEXTS = ("point", "share", "step", "loss", "smallest", "isotropy")


def _check_integers(statement: object, least: Mapping[str, int]) -> None:
    for name, smallest in least.items():
        value = getattr(statement, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < smallest:
            raise ClaimError(f"got {name} = {value!r}, expected an integer of at least {smallest}")


def _fields(table: Mapping[str, Any], key: str, optional: Mapping[str, object]) -> dict[str, Any]:
    """The fields under a key, texts and rows checked; the statement checks the numbers."""
    from checks.claim_table import inner, text

    given = inner(table, key, ("point", "k", *optional, "eigenvalues"))
    if "point" not in given or "k" not in given:
        raise ClaimError(f"got {key} without point or k, expected both, such as point = 'II', k = 10")
    found = {name: text(given, name) if name in _TEXTS else value for name, value in given.items()}
    if "eigenvalues" in found:
        found["eigenvalues"] = tuple(_row(row) for row in _rows(found["eigenvalues"]))
    return found


def _rows(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ClaimError(f"got the rows {str(value)[:60]!r}, expected a list of pairs [eigenvalue, multiplicity]")
    return value


def _row(row: object) -> tuple[str, int]:
    if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], str):
        raise ClaimError(f"got the row {str(row)[:60]!r}, expected a pair ['eigenvalue', multiplicity]")
    return row[0], row[1]

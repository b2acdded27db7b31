r"""The judge of simulations: a binomial test with both error rates, fixed before the first run.

Under the claim a repetition fails with probability at most $q = 1 - \mathrm{share}$ for each criterion. A number of
failures c refutes if $P(\mathrm{Bin}(R, q) \ge c) \le \sqrt\alpha$, twice, the second time on a fresh seed. At most a
failures are consistent: the least a < c with $P(\mathrm{Bin}(R, q) > a) \le 1/100$, or a smaller one until
$P(\mathrm{Bin}(R, 1/2) \le a) \le 1/100$. Between them nothing is concluded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from checks.claim import Claim
from checks.empirical import Settings
from checks.point_facts import Decimal
from checks.statements.simulation import Criterion, Simulation
from checks.statements.simulation_runs import Repetition, repetitions
from checks.verdict import EmpiricalEvidence, Kind, Power, Verdict

#: Added to the seed for repetitions that the first set did not see.
FRESH = 1_000_003
#: A failure share of DELTA is taken for the claim with probability at most BETA.
DELTA, BETA = 0.5, 0.01


@dataclass(frozen=True)
class FailureTest:
    """Which numbers of failures are consistent, and which refute; known before the first run.

    Args:
        repetitions: R.
        share: of repetitions that satisfy a criterion, at least.
        alpha: of a false refutation, both sets of repetitions together.

    Example:
        >>> test = FailureTest(7, 0.9, 1e-6)
        >>> test.consistent, test.refuting, round(test.delta, 2)
        (0, 5, 0.48)
        >>> FailureTest(3, 0.9, 1e-6).consistent
        -1
    """

    repetitions: int
    share: float
    alpha: float

    @property
    def refuting(self) -> int:
        """Least number of failures that refutes; more than there are repetitions if none does."""
        level = math.sqrt(self.alpha)
        return next(c for c in range(1, self.repetitions + 2) if self.tail(c) <= level)

    @property
    def consistent(self) -> int:
        """Greatest number of failures that is consistent; -1 if there are too few repetitions to tell."""
        from scipy.special import bdtr

        R = self.repetitions
        powerful = max((a for a in range(R) if float(bdtr(a, R, DELTA)) <= BETA), default=-1)
        fair = next(a for a in range(R + 1) if self.tail(a + 1) <= BETA)
        return min(powerful, fair, self.refuting - 1)

    @property
    def delta(self) -> float:
        """The failure share that is caught with probability 1 - BETA."""
        from scipy.special import bdtri

        return 1.0 if self.consistent < 0 else float(bdtri(self.consistent, self.repetitions, BETA))

    def tail(self, failures: int) -> float:
        """The probability of so many failures or more, if each has probability 1 - share."""
        from scipy.special import bdtrc

        if failures < 1 or failures > self.repetitions:
            return 1.0 if failures < 1 else 0.0
        return float(bdtrc(failures - 1, self.repetitions, 1.0 - self.share))

    @property
    def needed(self) -> int:
        """The least number of repetitions at which the test could go either way."""
        tests = (FailureTest(R, self.share, self.alpha) for R in range(1, 100_000))
        return next(t.repetitions for t in tests if t.consistent >= 0 and t.refuting <= t.repetitions)


def judge_simulation(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a claim about a simulation.

    Args:
        claim: about a `Simulation`.
        settings: alpha; the seed of the repetitions is part of the claim.
        power: whether reversed criteria are tried on the same repetitions.

    Example:
        >>> few = Simulation("razborov-2022/both-layers", ("ratio < 0.9",), 2, 0, sizes={"steps": 20})
        >>> judge_simulation(Claim("my/few", few), Settings(1e-6, 0), False).kind.value
        'INCONCLUSIVE'
    """
    statement = claim.statement
    assert isinstance(statement, Simulation)
    # each criterion has its share of alpha: any of them may refute
    test = FailureTest(
        statement.repetitions, float(Decimal(statement.share).value), settings.alpha / len(statement.criteria)
    )
    runs = list(repetitions(statement, statement.seed))
    kind, reason = _decision(statement, test, runs)
    diverged = [r for r in runs if r.diverged]
    seen = statement.read if len(diverged) < len(runs) else ()
    evidence = tuple(_evidence(statement, c, runs, test) for c in seen)
    if diverged:
        reason += f"; {len(diverged)} diverged and count as failures, the first by {diverged[0].diverged}"
    found = _power(statement, test, runs) if power and kind is Kind.CONSISTENT else None
    repair = _repair(statement, test, runs) if power and kind is Kind.REFUTED else None
    text = str(statement)
    return Verdict(claim.name, text, kind, reason, claim.expect, None, evidence, repair=repair, power=found)


def _failures(criterion: Criterion, runs: Sequence[Repetition]) -> int:
    return sum(not _satisfied(criterion, run) for run in runs)


def _satisfied(criterion: Criterion, run: Repetition) -> bool:
    return not run.diverged and criterion.holds(run.measures[criterion.measure])


def _decision(statement: Simulation, test: FailureTest, runs: Sequence[Repetition]) -> tuple[Kind, str]:
    counted = {c: _failures(c, runs) for c in statement.read}
    worst = max(counted, key=lambda c: counted[c])
    most, R = counted[worst], test.repetitions
    what = f"{worst} failed in {most} of {R} repetitions" if most else f"all criteria held in all {R} repetitions"
    if most >= test.refuting:
        return _confirmed(statement, worst, test, what)
    share = math.ceil(100 * test.delta) / 100
    if most <= test.consistent:
        return Kind.CONSISTENT, (
            f"{what}; at most {test.consistent} failures of a criterion are consistent, a failure share of {share:.2f} "
            f"would have been caught (beta = {BETA}), {test.refuting} failures, confirmed on a fresh seed, would have "
            f"refuted (alpha = {test.alpha:.1e})"
        )
    if test.consistent < 0 or test.refuting > R:
        return Kind.INCONCLUSIVE, f"{what}: too few to tell, expected at least {test.needed} repetitions"
    limits = f"{test.consistent} at most are consistent, {test.refuting} and more refute"
    return Kind.INCONCLUSIVE, f"{what}: {limits} (alpha = {test.alpha:.1e}, beta = {BETA}); make more repetitions"


def _confirmed(statement: Simulation, criterion: Criterion, test: FailureTest, what: str) -> tuple[Kind, str]:
    """Whether as many failures come on a fresh seed; stops where that is settled."""
    failed = held = 0
    for run in repetitions(statement, statement.seed + FRESH):
        failed, held = (failed, held + 1) if _satisfied(criterion, run) else (failed + 1, held)
        if failed == test.refuting or test.repetitions - held < test.refuting:
            break
    fresh = f"{failed} of {failed + held} on the fresh seed {statement.seed + FRESH}"
    if failed < test.refuting:
        return Kind.INCONCLUSIVE, f"{what}, not confirmed by {fresh}"
    return Kind.REFUTED, (
        f"{what}, and in {fresh}: if it held with probability {statement.share} or more, that had probability at most "
        f"alpha = {test.tail(test.refuting) ** 2:.1e}"
    )


def _evidence(
    statement: Simulation, criterion: Criterion, runs: Sequence[Repetition], test: FailureTest
) -> EmpiricalEvidence:
    """Median and range of one measured number, over the repetitions that did not diverge."""
    values = [r.measures[criterion.measure] for r in runs if not r.diverged]
    held = len(runs) - _failures(criterion, runs)
    shown = f"from {min(values):.4g} to {max(values):.4g}"
    return EmpiricalEvidence(
        point=statement.where,
        method=f"{criterion} held {held} times of {len(runs)}, {shown}; median and half of the range",
        kind="range",
        estimate=median(values),
        error=(max(values) - min(values)) / 2,
        claimed=float(criterion.bound.value),
        agrees=len(runs) - held < test.refuting,
        agrees_with_derived=None,
        alpha=test.alpha,
        delta=test.delta,
        beta=BETA,
        work=len(runs),
        seed=statement.seed,
    )


def _power(statement: Simulation, test: FailureTest, runs: Sequence[Repetition]) -> Power:
    """Criteria with the relation reversed, on the same repetitions."""
    slips = [c.reversed for c in statement.read]
    survivors = tuple(str(s) for s in slips if _failures(s, runs) < test.refuting)
    return Power(len(slips) - len(survivors), len(slips), survivors)


def _repair(statement: Simulation, test: FailureTest, runs: Sequence[Repetition]) -> str | None:
    """The criteria with the relation of those reversed that then are consistent."""

    def fits(c: Criterion) -> bool:
        return _failures(c, runs) <= test.consistent

    repaired = [c if fits(c) else c.reversed for c in statement.read]
    return f"{' and '.join(map(str, repaired))}  (relation reversed)" if all(map(fits, repaired)) else None

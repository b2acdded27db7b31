"""Verdicts and the evidence they carry: plain data that any process can read, print and store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a verdict says; each member explains what to do next."""

    PROVED = "PROVED"
    CERTIFIED = "CERTIFIED"
    CONSISTENT = "CONSISTENT"
    REFUTED = "REFUTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    VACUOUS = "VACUOUS"
    INVALID = "INVALID"

    @property
    def advice(self) -> str:
        """What the reader may rely on, or should try.

        Example:
            >>> Kind.VACUOUS.advice
            'the assumptions exclude every test point: correct them; this counts as a failure'
        """
        return _ADVICE[self]


_ADVICE = {
    Kind.PROVED: "true under the side conditions shown; trust the ring's zero test and the rules listed",
    Kind.CERTIFIED: "true to within the eps shown at the point shown; trust the ball arithmetic",
    Kind.CONSISTENT: "not contradicted by a test that would have caught the discrepancy shown; not a proof",
    Kind.REFUTED: "false at the point shown; compare both values and the repair, if one was found",
    Kind.INCONCLUSIVE: "nothing may be concluded; see what is missing",
    Kind.VACUOUS: "the assumptions exclude every test point: correct them; this counts as a failure",
    Kind.INVALID: "nothing was judged: it cannot be read or has no meaning; correct it; this counts as a failure",
}


class Outcome(StrEnum):
    """What the exact witness found."""

    EQUAL = "equal"
    ENCLOSED = "equal to within eps"
    DIFFERENT = "different"
    UNLIKE = "no point found that settles it"
    UNDECIDED = "undecided"
    TRUE = "true"
    TRUE_IN_BALLS = "true in balls"
    FALSE = "false"


@dataclass(frozen=True)
class Counterexample:
    """A point where the two sides differ: two disjoint finite balls, or two different exact values.

    Args:
        point: the simplest point found, as text that can be typed in again.
        left: value of the left side.
        right: value of the right side.
        ratio: left divided by right, where that is defined.
        gap: how far apart they are, in units of the error bars of both values together.
    """

    point: str
    left: str
    right: str
    ratio: str | None = None
    gap: str | None = None


@dataclass(frozen=True)
class ExactEvidence:
    """What the exact witness has to say.

    Args:
        outcome: what it found.
        engine: the decision procedure.
        derived: the derived left side.
        conditions: side conditions under which it holds.
        detail: the normal form, the radius, or what was missing.
        counterexample: where the sides differ.
        second_engine: what a second procedure found.
    """

    outcome: Outcome
    engine: str
    derived: str = ""
    conditions: tuple[str, ...] = ()
    detail: str = ""
    counterexample: Counterexample | None = None
    second_engine: str = ""


@dataclass(frozen=True)
class TracePoint:
    """An estimate from some of the samples.

    Args:
        work: samples or evaluations.
        estimate: from these.
        error: half-width of its bound.
    """

    work: int
    estimate: float
    error: float


@dataclass(frozen=True)
class EmpiricalEvidence:
    """What the empirical witness found at one point.

    Args:
        point: where it looked.
        method: how.
        kind: bound, standard_error or scheme: what the error means.
        estimate: the estimated left side (the entry with the largest discrepancy).
        error: half-width of the estimate.
        claimed: the right side there.
        agrees: whether the claimed right side is compatible with the estimate.
        agrees_with_derived: the same for the exact witness's left side; None if there is none.
        alpha: probability of a false alarm; None for deterministic schemes, which have none.
        delta: the discrepancy that would have been caught.
        beta: probability of missing a discrepancy of delta.
        work: number of samples or integrand evaluations.
        seed: seed of the random draws.
        trace: the estimate against the number of samples, where it was sampled; each bound holds at alpha by itself.
    """

    point: str
    method: str
    kind: str
    estimate: float
    error: float
    claimed: float
    agrees: bool
    agrees_with_derived: bool | None
    alpha: float | None
    delta: float
    beta: float | None
    work: int
    seed: int | None
    trace: tuple[TracePoint, ...] = ()

    def __str__(self) -> str:
        relation = "agrees with" if self.agrees else "CONTRADICTS"
        return f"{self.method} at {self.point}: {self.estimate:.8g} +/- {self.error:.2g} {relation} {self.claimed:.8g}"


@dataclass(frozen=True)
class Power:
    """Which realistic slips of the same formula the evidence would have refuted.

    Args:
        refuted: how many.
        total: of how many (those proved equal to the claim are no slips and not counted).
        survivors: those that were not refuted.
    """

    refuted: int
    total: int
    survivors: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"refutes {self.refuted} of {self.total} slips" if self.total else "the formula has no slips to try"
        return text + (f"; survivors: {'; '.join(self.survivors)}" if self.survivors else "")


@dataclass(frozen=True)
class Verdict:
    """The judge's word on a claim, with the evidence of both witnesses.

    Args:
        claim: the claim's name.
        statement: the claim as text.
        kind: the verdict.
        reason: one sentence.
        expected: the kinds that the claim's author expects; empty: anything but REFUTED.
        exact: the exact witness's evidence.
        empirical: the empirical witness's evidence, point by point.
        repair: the nearest slip that would make a refuted claim true.
        power: which slips the evidence would have refuted.
        witnesses_disagree: whether the two witnesses contradict each other.
        seconds: wall time.
        stated: the claim as a table of a claim file, from which it can be judged again.
        left_out: engines by which such a statement is judged, but which the user did not ask for.
        digits: to which a certificate of equality had to hold, where that was asked for.

    Example:
        >>> Verdict("my/claim", "1 = 2", Kind.REFUTED, "the sides differ").as_expected()
        False
    """

    claim: str
    statement: str
    kind: Kind
    reason: str
    expected: tuple[str, ...] = ()
    exact: ExactEvidence | None = None
    empirical: tuple[EmpiricalEvidence, ...] = ()
    repair: str | None = None
    power: Power | None = None
    witnesses_disagree: bool = False
    seconds: float = 0.0
    stated: Mapping[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    digits: int | None = None

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that have something to say, by name: exact, balls, quadrature, sampling.

        Example:
            >>> from checks import verify
            >>> verify("E[relu(u)]", "|u|/sqrt(2*pi)", power=False).engines
            ('exact', 'balls', 'quadrature', 'sampling')
        """
        found = set()
        if self.exact is not None and self.exact.engine != "none":
            by_balls = self.exact.engine.startswith("balls")
            found |= {"balls"} if by_balls else {"exact"}
            found |= {"balls"} if self.exact.second_engine or self.exact.counterexample else set()
        found |= {"sampling" if e.kind == "bound" else "quadrature" for e in self.empirical}
        return tuple(name for name in ("exact", "balls", "quadrature", "sampling") if name in found)

    @property
    def trust(self) -> tuple[str, ...]:
        """What must be trusted to believe it: rules, procedures, libraries with their versions."""
        from checks.trust import trusted

        return trusted(self)

    def as_expected(self, strict: bool = False) -> bool:
        """Whether the verdict counts as a pass.

        Args:
            strict: count INCONCLUSIVE as a failure unless it is what the author expects.
        """
        if self.witnesses_disagree or self.kind in (Kind.VACUOUS, Kind.INVALID):
            return False
        if self.expected:
            return self.kind.value in self.expected
        return self.kind is not Kind.REFUTED and not (strict and self.kind is Kind.INCONCLUSIVE)

    def __str__(self) -> str:
        lines = [f"{self.kind.value}  {self.claim}: {self.statement}", f"  {self.reason}"]
        if self.exact is not None:
            lines.append(f"  exact witness: {self.exact.outcome.value} by {self.exact.engine}")
            found = self.exact.counterexample
            if found is not None:
                ratio = f", ratio {found.ratio}" if found.ratio else ""
                gap = f"; the gap: {found.gap}" if found.gap else ""
                lines.append(f"  at {found.point}: left {found.left}, right {found.right}{ratio}{gap}")
        lines += [f"  empirical witness: {e}" for e in self.empirical]
        lines += [f"  did you mean: {self.repair}"] if self.repair else []
        lines += [f"  power: {self.power}"] if self.power else []
        lines += [f"  left out: {', '.join(self.left_out)}"] if self.left_out else []
        lines += [f"  trusts {line}" for line in self.trust]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def as_dict(self, strict: bool = False) -> dict[str, Any]:
        """The verdict as JSON-ready data.

        Args:
            strict: see ``as_expected``.
        """
        data: dict[str, Any] = asdict(self)
        data["kind"] = self.kind.value
        data["as_expected"] = self.as_expected(strict)
        data["engines"], data["trust"] = list(self.engines), list(self.trust)
        if self.exact is not None:
            data["exact"]["outcome"] = self.exact.outcome.value
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        """The verdict that ``as_dict`` wrote, read back from JSON.

        Raises:
            KeyError, TypeError, ValueError: it is none.

        Example:
            >>> from checks import verify
            >>> verdict = verify("E[relu(u)]", "|u|/sqrt(2*pi)", power=False)
            >>> Verdict.from_dict(verdict.as_dict()) == verdict
            True
        """
        own = {f.name: data[f.name] for f in fields(cls)}
        exact, power = own["exact"], own["power"]
        if exact is not None:
            found = exact["counterexample"]
            point = None if found is None else Counterexample(**found)
            outcome, conditions = Outcome(exact["outcome"]), tuple(exact["conditions"])
            own["exact"] = ExactEvidence(
                **{**exact, "outcome": outcome, "conditions": conditions, "counterexample": point}
            )
        own["empirical"] = tuple(
            EmpiricalEvidence(**{**e, "trace": tuple(TracePoint(**t) for t in e["trace"])}) for e in own["empirical"]
        )
        own["power"] = None if power is None else Power(**{**power, "survivors": tuple(power["survivors"])})
        own |= {"kind": Kind(own["kind"]), "expected": tuple(own["expected"]), "left_out": tuple(own["left_out"])}
        return cls(**own)

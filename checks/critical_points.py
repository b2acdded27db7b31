"""The exact witness on a critical point: a Krawczyk test, balls of the eigenvalues, and what they say of each fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from flint import arb

from analytic.balls import disjoint, precision, rational
from analytic.errors import AnalyticError, DimensionError, FormulaError
from analytic.landscape.named import find_point
from analytic.landscape.point import CriticalPoint, PointSpectrum
from checks.errors import ClaimError
from checks.gauss_newton_balls import smallest_gauss_newton
from checks.point_facts import Decimal, Group, PointFacts
from checks.point_isotropy import isotropy_group
from checks.verdict import Counterexample, ExactEvidence, Outcome

ENGINE = "Krawczyk test of the weights, balls of the eigenvalues of the isotypic blocks"
#: Correct digits of an eigenvalue beyond those that are claimed.
MORE_DIGITS = 8
#: Working precision of comparisons, in bits, beyond what an eigenvalue of so many digits needs.
BITS = 256


@dataclass(frozen=True)
class Certificate:
    """A critical point that was proved to exist, with its spectrum.

    Args:
        point: the point.
        spectrum: enclosures of the eigenvalues.
        group: its isotropy; None if the enclosures do not settle it.
    """

    point: CriticalPoint
    spectrum: PointSpectrum
    group: Group | None

    @property
    def smallest(self) -> arb:
        """The smallest eigenvalue."""
        found: arb = self.spectrum.rows[0].value.arb
        for row in self.spectrum.rows[1:]:
            found = arb.min(found, row.value.arb)
        return found

    @cached_property
    def gauss_newton(self) -> arb:
        """The smallest eigenvalue of the Gauss-Newton matrix."""
        return smallest_gauss_newton(self.point)


@dataclass(frozen=True)
class Finding:
    """What a certificate says of one fact.

    Args:
        holds: whether the fact is true; None if the balls do not tell.
        reason: one line if it is not known to be true.
        derived: the derived value.
        claimed: the claimed value.
        repair: the fact as it should read.
    """

    holds: bool | None
    reason: str = ""
    derived: str = ""
    claimed: str = ""
    repair: str = ""


def certificate(facts: PointFacts) -> Certificate:
    """The critical point that a claim is about; kept, because its slips are about the same one.

    Raises:
        ClaimError: impossible sizes, or no family of that name.
        AnalyticError: no critical point was found or proved, or its eigenvalues are not separated.
    """
    numbers = (facts.smallest, *(value for value, _ in facts.eigenvalues))
    digits = max(len(text) for text in ("0." + 7 * "0", *(n for n in numbers if n is not None)))
    return _certificate(facts.point, facts.k, facts.dimension, digits + MORE_DIGITS)


@lru_cache(maxsize=32)
def _certificate(at: str, k: int, d: int, digits: int) -> Certificate:
    try:
        point = find_point(at, k, d)
    except (DimensionError, FormulaError) as error:
        raise ClaimError(str(error)) from None
    return Certificate(point, point.spectrum(digits), isotropy_group(point))


def judge_facts(facts: PointFacts) -> tuple[ExactEvidence, str]:
    """What the exact witness says of a critical point, and how false facts should read.

    Args:
        facts: the claim.

    Returns:
        ENCLOSED if the point exists and every fact is proved, DIFFERENT if a fact is provably false.

    Raises:
        ClaimError: impossible sizes.

    Example:
        >>> evidence, repair = judge_facts(PointFacts("A", 3, index=0))
        >>> evidence.detail, repair
        ('the index is 1, not 0', 'index 1')
    """
    try:
        proved = certificate(facts)
        with precision(BITS):
            found = list(_findings(facts, proved))
    except AnalyticError as error:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, detail=str(error)), ""
    shown, conditions = derived_text(proved), (facts.where, _existence(proved.point))
    wrong = [f for f in found if f.holds is False]
    if wrong:
        derived, claimed, reason, repair = (
            "; ".join(texts) for texts in zip(*((f.derived, f.claimed, f.reason, f.repair) for f in wrong), strict=True)
        )
        counterexample = Counterexample(facts.where, derived, claimed)
        return ExactEvidence(Outcome.DIFFERENT, ENGINE, shown, conditions, reason, counterexample), repair
    open_facts = [f.reason for f in found if f.holds is None]
    if open_facts:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, shown, conditions, "; ".join(open_facts)), ""
    return ExactEvidence(Outcome.ENCLOSED, ENGINE, shown, conditions, _detail(proved, len(found))), ""


def _existence(point: CriticalPoint) -> str:
    if point.exact is not None:
        return "the point is in closed form"
    return "a box around the weights holds exactly one critical point of this isotropy (Krawczyk)"


def _detail(proved: Certificate, facts: int) -> str:
    radius = max(float(arb(r.value.radius).abs_upper()) for r in proved.spectrum.rows)
    weights = max(float(x.rad()) for x in proved.point.weights().values())
    count = f"{facts} fact{'s' * (facts != 1)} proved; " if facts else ""
    return f"{count}weights enclosed to {weights:.1e}, eigenvalues to {radius:.1e}"


def derived_text(proved: Certificate) -> str:
    """The point in one line: loss, index, smallest eigenvalue, isotropy."""
    index = "not known" if proved.spectrum.index is None else proved.spectrum.index
    return (
        f"loss {proved.point.loss.rounded(10)}; index {index}; smallest eigenvalue {_shown(proved.smallest)}; "
        f"isotropy {proved.group or 'not known'}; {len(proved.spectrum.rows)} eigenvalues of blocks"
    )


def _findings(facts: PointFacts, proved: Certificate) -> Iterator[Finding]:
    """One finding a fact, cheap ones first."""
    numbers: tuple[tuple[str, str | None, Callable[[], arb]], ...] = (
        ("loss", facts.loss, lambda: proved.point.loss.arb),
        ("smallest eigenvalue", facts.smallest, lambda: proved.smallest),
        ("Gauss-Newton's smallest eigenvalue", facts.gauss_newton, lambda: proved.gauss_newton),
    )
    if facts.index is not None:
        yield _index(facts.index, proved.spectrum)
    if facts.isotropy is not None:
        yield _isotropy(Group.read(facts.isotropy), proved.group)
    for what, text, value in numbers:
        if text is not None:
            yield _number(what, Decimal(text), value())
    if facts.eigenvalues:
        yield _spectrum(facts.eigenvalues, proved.spectrum)


def _number(what: str, claimed: Decimal, value: arb) -> Finding:
    shown, holds = _shown(value), claimed.holds(value)
    if holds is None:
        return Finding(None, f"the {what} is {value.str(20)}: too wide a ball for {claimed}")
    reason = "" if holds else f"the {what} is {shown}, not {claimed}{_factor(claimed, value)}"
    return Finding(holds, reason, shown, str(claimed), f"{what} {shown}")


def _factor(claimed: Decimal, value: arb) -> str:
    """Says so if a factor of 2 or a sign is the difference."""
    for text, factor in (("twice", Fraction(1, 2)), ("half", Fraction(2)), ("minus", Fraction(-1))):
        if claimed.value and abs(rational(claimed.value * factor) - value) <= rational(claimed.unit * abs(factor)):
            return f" ({text} the value)"
    return ""


def _index(claimed: int, spectrum: PointSpectrum) -> Finding:
    negative = sum(r.multiplicity for r in spectrum.rows if r.value.arb < 0)
    positive = sum(r.multiplicity for r in spectrum.rows if r.value.arb > 0)
    if spectrum.index is None and negative <= claimed <= spectrum.dimension - positive:
        zeros = spectrum.dimension - positive - negative
        return Finding(None, f"{zeros} eigenvalues cannot be told from 0, {negative} are negative")
    shown = f"{negative}" if spectrum.index is not None else f"{negative} to {spectrum.dimension - positive}"
    holds = spectrum.index == claimed
    return Finding(
        holds, "" if holds else f"the index is {shown}, not {claimed}", shown, str(claimed), f"index {shown}"
    )


def _isotropy(claimed: Group, derived: Group | None) -> Finding:
    if derived is None:
        return Finding(None, "the enclosures of the weights do not settle the isotropy")
    holds = claimed == derived
    reason = "" if holds else f"the isotropy is {derived}, not {claimed}"
    return Finding(holds, reason, str(derived), str(claimed), f"isotropy {derived}")


def _spectrum(claimed: Sequence[tuple[str, int]], spectrum: PointSpectrum) -> Finding:
    """A claimed table against the balls: in each interval as many eigenvalues as claimed, and none elsewhere."""
    total = sum(times for _, times in claimed)
    if total != spectrum.dimension:
        reason = f"the multiplicities add up to {total}, not to n d = {spectrum.dimension}"
        return Finding(False, reason, f"{spectrum.dimension} eigenvalues", f"{total}", _table(spectrum, claimed))
    unsettled = ""
    for low, high, text, times in intervals(claimed):
        inside, near = 0, 0
        for row in spectrum.rows:
            x = row.value.arb
            if x >= rational(low) and x <= rational(high):
                inside += row.multiplicity
            elif not (x < rational(low) or x > rational(high)):
                near += row.multiplicity
        if near and inside <= times <= inside + near:
            unsettled = unsettled or f"{near} eigenvalues are too close to an end of {text} to be counted"
        elif inside != times:
            nearest = min(spectrum.rows, key=lambda r: abs(float(r.value.arb) - float((low + high) / 2)))
            shown = f"{_shown(nearest.value.arb)} x {_total(nearest.value.arb, spectrum)}"
            what = f"has multiplicity {inside}, not {times}" if inside else f"is none: the nearest is {shown}"
            return Finding(
                False, f"the eigenvalue {text} {what}", shown, f"{text} x {times}", _table(spectrum, claimed)
            )
    return Finding(None, unsettled) if unsettled else Finding(True)


def intervals(claimed: Sequence[tuple[str, int]]) -> list[tuple[Fraction, Fraction, str, int]]:
    """Claimed eigenvalues as disjoint intervals one unit to both sides; rows that overlap are added up.

    Example:
        >>> [(text, times) for _, _, text, times in intervals([("0.5", 1), ("0.25", 2), ("0.5", 3)])]
        [('0.25', 2), ('0.5', 4)]
    """
    found: list[tuple[Fraction, Fraction, str, int]] = []
    for text, times in sorted(claimed, key=lambda row: Decimal(row[0]).value):
        number = Decimal(text)
        low, high = number.value - number.unit, number.value + number.unit
        if found and low <= found[-1][1]:
            before = found.pop()
            found.append((min(low, before[0]), max(high, before[1]), before[2], before[3] + times))
        else:
            found.append((low, high, text, times))
    return found


def _total(x: arb, spectrum: PointSpectrum) -> int:
    """The multiplicity of everything that a ball does not exclude."""
    return sum(int(r.multiplicity) for r in spectrum.rows if not disjoint(x, r.value.arb))


def _table(spectrum: PointSpectrum, claimed: Sequence[tuple[str, int]]) -> str:
    """The spectrum to as many decimals as the claim has."""
    places = max(len(text.partition(".")[2]) for text, _ in claimed)
    counted: dict[str, int] = {}
    for row in spectrum.rows:
        text = f"{float(row.value.arb):.{min(places, 12)}f}"
        counted[text] = counted.get(text, 0) + int(row.multiplicity)
    return "spectrum " + ", ".join(f"{value} x {times}" for value, times in counted.items())


def _shown(x: arb) -> str:
    """Ten digits, or a bound for a ball around 0."""
    if x == 0:
        return "0"
    return f"0 +/- {float(x.abs_upper()):.1e}" if x.contains(0) else str(x.str(10, radius=False))

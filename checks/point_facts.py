"""What is claimed of a symmetric critical point: loss, index, eigenvalues with multiplicities, isotropy."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from analytic.balls import rational
from analytic.errors import AnalyticError
from analytic.landscape.families import NAME
from analytic.landscape.search import parse_partition
from checks.errors import ClaimError

_DECIMAL = re.compile(r"([+-]?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?")
#: Digits of a number, and size of its exponent, at most.
MOST_DIGITS = 1_000
_GROUP = re.compile(r"Delta\(S_(\d+(?: x S_\d+)*)\)((?: x S_\d+)*)")


@dataclass(frozen=True)
class Decimal:
    """A number as it is printed: true up to one unit of its last digit, exact if it is an integer without a point.

    Args:
        text: for instance ``0.0445``, ``-1.5e-3`` or ``0``.

    Raises:
        ClaimError: the text is no decimal number.

    Example:
        >>> Decimal("0.0445").unit
        Fraction(1, 10000)
    """

    text: str

    def __post_init__(self) -> None:
        match = _DECIMAL.fullmatch(self.text) if isinstance(self.text, str) else None
        if match is None:
            shown = str(self.text)[:60]
            raise ClaimError(f"got the number {shown!r}, expected a decimal number as text, such as '0.0445'")
        if len(self.text) > MOST_DIGITS or abs(int(match[3] or 0)) > MOST_DIGITS:
            raise ClaimError(f"got a number of {len(self.text)} characters, expected at most {MOST_DIGITS} digits")

    @property
    def value(self) -> Fraction:
        """The number itself."""
        return Fraction(self.text)

    @property
    def unit(self) -> Fraction:
        """One unit of the last digit, 0 for an integer."""
        match = _DECIMAL.fullmatch(self.text)
        assert match is not None
        if match[2] is None and match[3] is None:
            return Fraction(0)
        return Fraction(10) ** (int(match[3] or 0) - len(match[2] or ""))

    def holds(self, x: arb) -> bool | None:
        """Whether a number known as a ball is this one; None if the ball is too wide to tell."""
        gap, unit = abs(x - rational(self.value)), rational(self.unit)
        return True if gap <= unit else False if gap > unit else None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Group:
    """The isotropy of weights: a product of symmetric groups on neurons and coordinates, times permutations of copies.

    Args:
        blocks: sizes of the blocks of coordinates, descending; neurons follow.
        copies: numbers of equal neurons, descending, only of two and more.

    Example:
        >>> print(Group.read("Delta(S_1 x S_5)"), Group.read("Delta(S_4) x S_4"))
        Delta(S_5 x S_1) Delta(S_4) x S_4
    """

    blocks: tuple[int, ...]
    copies: tuple[int, ...] = ()

    @classmethod
    def read(cls, text: str) -> Group:
        """Reads ``Delta(S_5 x S_1)``, with ``x S_2`` behind it for two equal neurons.

        Raises:
            ClaimError: the text is no such group.
        """
        match = _GROUP.fullmatch(text.strip())
        if match is None:
            raise ClaimError(
                f"got the isotropy {text!r}, expected a group such as Delta(S_5 x S_1) or Delta(S_4) x S_4"
            )
        return cls.of(_numbers(match[1]), _numbers(match[2]))

    @classmethod
    def of(cls, blocks: list[int], copies: list[int]) -> Group:
        """The group of blocks and copies in any order."""
        return cls(tuple(sorted(blocks, reverse=True)), tuple(sorted((n for n in copies if n > 1), reverse=True)))

    @property
    def log_order(self) -> float:
        """The logarithm of the number of its elements."""
        return math.fsum(math.lgamma(n + 1.0) for n in (*self.blocks, *self.copies))

    def __str__(self) -> str:
        diagonal = "Delta(" + " x ".join(f"S_{n}" for n in self.blocks) + ")"
        return " x ".join([diagonal, *(f"S_{n}" for n in self.copies)])


def _numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", text)]


@dataclass(frozen=True)
class PointFacts:
    """A critical point exists, and what is true of it; numbers hold up to one unit of their last digit.

    Args:
        point: global, diagonal, A, I, II, I:p, II:p, or a partition such as ``5,1`` or ``4,1+1#1``.
        k: number of teachers.
        d: dimension of the input, at least k; k if None.
        loss: L.
        index: number of negative eigenvalues of the Hessian, none being 0.
        smallest: its smallest eigenvalue.
        eigenvalues: the whole spectrum as (eigenvalue, multiplicity); multiplicities add up to n d.
        isotropy: the group that fixes the weights, such as ``Delta(S_5 x S_1)``.
        gauss_newton: smallest eigenvalue of the Gauss-Newton matrix, the Hessian without the part from the kink.

    Raises:
        ClaimError: a part cannot be read; the message says which and why.

    Example:
        >>> print(PointFacts("II", 6, d=7, loss="0.02508058", index=0))
        critical point II, k = 6, d = 7: loss 0.02508058; index 0
    """

    point: str
    k: int
    d: int | None = None
    loss: str | None = None
    index: int | None = None
    smallest: str | None = None
    eigenvalues: tuple[tuple[str, int], ...] = ()
    isotropy: str | None = None
    gauss_newton: str | None = None

    def __post_init__(self) -> None:
        self._check_sizes()
        for text in (self.loss, self.smallest, self.gauss_newton, *(value for value, _ in self.eigenvalues)):
            if text is not None:
                Decimal(text)
        if self.index is not None and not _is_count(self.index, 0):
            raise ClaimError(f"got the index {self.index!r}, expected a number of eigenvalues: an integer >= 0")
        for value, times in self.eigenvalues:
            if not _is_count(times, 1):
                raise ClaimError(f"got the multiplicity {times!r} of {value}, expected an integer >= 1")
        if self.isotropy is not None:
            Group.read(self.isotropy)

    def _check_sizes(self) -> None:
        if not _is_count(self.k, 1) or (self.d is not None and not _is_count(self.d, self.k)):
            raise ClaimError(f"got k = {self.k!r} and d = {self.d!r}, expected integers with d >= k >= 1")
        if NAME.fullmatch(self.point.replace(" ", "")) is not None:
            return
        try:
            blocks = parse_partition(self.point).blocks
        except AnalyticError as error:
            raise ClaimError(f"{error}; or a family: global, diagonal, A, I, II, I:p, II:p") from None
        if sum(blocks) != self.k:
            raise ClaimError(
                f"got the partition {self.point} at k = {self.k}, expected blocks whose sizes add up to k: these add "
                f"up to {sum(blocks)}"
            )

    @property
    def dimension(self) -> int:
        """The dimension d of the input."""
        return self.k if self.d is None else self.d

    @property
    def where(self) -> str:
        """The point as text."""
        return f"{self.point}, k = {self.k}, d = {self.dimension}"

    def __str__(self) -> str:
        parts = [f"loss {self.loss}"] if self.loss is not None else []
        parts += [f"index {self.index}"] if self.index is not None else []
        parts += [f"smallest eigenvalue {self.smallest}"] if self.smallest is not None else []
        parts += [f"Gauss-Newton's {self.gauss_newton}"] if self.gauss_newton is not None else []
        parts += [f"isotropy {self.isotropy}"] if self.isotropy is not None else []
        rows = ", ".join(f"{value} x {times}" for value, times in self.eigenvalues)
        parts += [f"spectrum {rows}"] if rows else []
        return f"critical point {self.where}" + (": " + "; ".join(parts) if parts else "")


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least

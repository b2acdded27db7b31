"""Certificates of a family for a range of k, on all cores."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from checks.errors import ClaimError
from checks.parallel import chunks, in_parallel

if TYPE_CHECKING:
    from analytic.landscape.sizes import Dimension, SizeCertificate

#: Parts of the range a process; neighbouring k stay together.
PARTS = 4
_DIMENSION = re.compile(r"(k)(?:\+([0-9]{1,6}))?|([0-9]{1,12})", re.ASCII)


@dataclass(frozen=True)
class SizesReport:
    """A family at many k.

    Args:
        name: of the family.
        certificates: ascending in k.
        seconds: wall-clock time.
        dimension: d as a function of k.
    """

    name: str
    certificates: tuple[SizeCertificate, ...]
    seconds: float
    dimension: str = "k"

    @property
    def all_minima(self) -> bool:
        """Whether every k is certified as a strict local minimum."""
        return bool(self.certificates) and all(c.index == 0 for c in self.certificates)

    def __str__(self) -> str:
        total, minima = len(self.certificates), [c.k for c in self.certificates if c.index == 0]
        failed = [c.k for c in self.certificates if c.verdict == "failed"]
        others = [c.k for c in self.certificates if c.index != 0 and c.verdict != "failed"]
        parts = [f"{self.name}: {total} sizes", f"strict local minimum at {ranges(minima)}"]
        parts += [f"no minimum at {ranges(others)}"] if others else []
        parts += [f"failed at {ranges(failed)}"] if failed else []
        return ", ".join(parts) + f"; {self.seconds:.1f} s, {total / max(self.seconds, 1e-9):.0f} a second"


def ranges(numbers: Iterable[int]) -> str:
    """Ascending integers as ranges.

    Example:
        >>> ranges([6, 7, 8, 11])
        '6..8, 11'
    """
    found: list[list[int]] = []
    for n in numbers:
        if found and found[-1][1] == n - 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}..{b}" for a, b in found) or "none"


def parse_sizes(text: str) -> list[int]:
    """Reads 6..1000, or 6,8,10..12.

    Raises:
        ClaimError: no numbers of neurons.

    Example:
        >>> parse_sizes("6,8,10..12")
        [6, 8, 10, 11, 12]
    """
    found: set[int] = set()
    for part in text.replace(" ", "").split(","):
        first, dots, last = part.partition("..")
        if not first.isdecimal() or (dots and not last.isdecimal()) or int(first) < 1:
            raise ClaimError(f"got --k {text}, expected numbers of neurons such as 20, 6..1000 or 6,8,10..12")
        found |= set(range(int(first), int(last or first) + 1))
    if not found:
        raise ClaimError(f"got --k {text}, an empty range; expected the smaller number first, such as 6..1000")
    return sorted(found)


def parse_dimension(text: str) -> Dimension:
    """Reads 12, or k, or k+2.

    Raises:
        ClaimError: no dimension of the input.

    Example:
        >>> str(parse_dimension("k+2")), str(parse_dimension("12"))
        ('k + 2', '12')
    """
    from analytic.landscape.sizes import Dimension

    found = _DIMENSION.fullmatch(text.replace(" ", ""))
    if found is None or (found[1] is None and not int(found[3] or 0)):
        raise ClaimError(f"got --d {text}, expected a dimension such as 25, or one that goes with k such as k+2")
    return Dimension(int(found[2] or 0)) if found[1] else Dimension(int(found[3]), 0)


def certify_sizes(
    name: str,
    sizes: Iterable[int],
    jobs: int | None = None,
    progress: Callable[[SizeCertificate], None] | None = None,
    dimension: Dimension | None = None,
) -> SizesReport:
    """Certifies a family at each of many numbers of neurons.

    Args:
        name: A, I, II, I:p or II:p.
        sizes: integers k.
        jobs: processes; default all cores.
        progress: called with every certificate.
        dimension: d as a function of k; default d = k.

    Returns:
        Certificates ascending in k; a k without a provable point has the verdict failed, with the reason.

    Raises:
        ClaimError: no sizes, fewer than one job, or d < k somewhere.
        FormulaError: another name.

    Example:
        >>> str(certify_sizes("II", [5, 6, 7], jobs=1)).split(";")[0]
        'II: 3 sizes, strict local minimum at 6..7, no minimum at 5'
    """
    from analytic.landscape.real_family import real_family
    from analytic.landscape.sizes import SAME, certified_sizes

    begin, wanted = time.monotonic(), sorted(set(sizes))
    if not wanted:
        raise ClaimError("got no sizes, expected at least one number of neurons, such as 6..1000")
    width = SAME if dimension is None else dimension
    short = next((k for k in wanted if width.at(k) < k), None)
    if short is not None:
        raise ClaimError(f"got d = {width} at k = {short}, expected d >= k: k orthonormal teachers need k dimensions")
    kind = real_family(name).name  # refuses another name before any process starts
    count = jobs if jobs is not None else os.cpu_count() or 1
    length = -(-len(wanted) // max(1, count * PARTS))
    found = []
    for part in in_parallel(partial(certified_sizes, kind, dimension=width), chunks(wanted, length), jobs):
        found += part
        if progress is not None:
            for certificate in part:
                progress(certificate)
    return SizesReport(kind, tuple(sorted(found, key=lambda c: c.k)), time.monotonic() - begin, str(width))

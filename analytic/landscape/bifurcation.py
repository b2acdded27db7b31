r"""The bifurcation picture of a family: loss, eigenvalues and index of its critical points against real k.

At real k the dimensions of components are formal: $\dim$ is a polynomial in the sizes, and the index is the sum over
components of dimension times number of negative eigenvalues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytic.errors import DomainError
from analytic.landscape.real_family import bounds, real_family
from analytic.landscape.thresholds import Thresholds, located
from analytic.landscape.tracing import Branch, traced

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

#: Kinds of files that the picture can be written to.
SUFFIXES = (".png", ".svg", ".pdf")
#: Thresholds nearer to one another than this share of the axis are labelled at different heights.
CROWDED = 0.03
MAX_STEPS = 10_000
#: The default range of a picture spans this ratio of k.
WIDE = 30
#: Axes that span a smaller ratio of k show plain numbers; eigenvalues are shown linearly up to LINEAR.
FEW_DECADES, LINEAR = 100, 0.1


@dataclass(frozen=True)
class Bifurcation:
    """A family over a range of real k.

    Args:
        name: of the family.
        k: number of neurons, ascending; shape (N,). A fold at an end of the branch is the first or last entry.
        loss: shape (N,).
        eigenvalues: by component, ascending in each row; shape (N, copies).
        index: formal index, real at real k; shape (N,).
        thresholds: the events within the range.
    """

    name: str
    k: NDArray[np.float64]
    loss: NDArray[np.float64]
    eigenvalues: Mapping[str, NDArray[np.float64]]
    index: NDArray[np.float64]
    thresholds: Thresholds

    def csv(self) -> str:
        """A table with a header: k, loss, index, then every eigenvalue as component[copy]."""
        names = [f"{c}[{i}]" for c, x in self.eigenvalues.items() for i in range(x.shape[1])]
        rows = [",".join(["k", "loss", "index", *names])]
        for i in range(len(self.k)):
            found = [x for block in self.eigenvalues.values() for x in block[i]]
            rows.append(",".join(repr(float(x)) for x in (self.k[i], self.loss[i], self.index[i], *found)))
        return "\n".join(rows) + "\n"

    def plot(self, path: str | Path) -> None:
        """Writes the picture, by the suffix of the path: png, svg or pdf.

        Raises:
            DomainError: another suffix.
        """
        target = Path(path)
        if target.suffix.lower() not in SUFFIXES:
            raise DomainError(f"got the file {target.name!r}, expected one of the suffixes {', '.join(SUFFIXES)}")
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 10), layout="constrained")
        FigureCanvasAgg(figure)  # no window, no global state
        self._draw(figure)
        figure.savefig(target, dpi=150)

    def _draw(self, figure: Figure) -> None:
        beside = max(1.0, 0.15 * len(self.thresholds.events))  # room for the list of events
        top, middle, bottom = figure.subplots(3, 1, sharex=True, height_ratios=(beside, 2, 1))
        figure.suptitle(f"{self.name}: loss, eigenvalues and index against k")
        top.plot(self.k, self.loss, color="black")
        top.set_ylabel("loss")
        self._draw_eigenvalues(middle)
        for part in self._between_events():
            alone = "." if part.stop == part.start + 1 else ""
            bottom.plot(self.k[part], self.index[part], color="black", marker=alone)
        top_of_index = max(1.0, float(self.index.max()))
        bottom.set_ylim(-0.05 * top_of_index, 1.05 * top_of_index)
        bottom.set_ylabel("index (formal at real k)")
        bottom.set_xlabel("number of neurons k")
        self._scale(bottom)
        for axes in (top, middle, bottom):
            axes.grid(visible=True, alpha=0.25)
            for event in self.thresholds:
                axes.axvline(float(event.k.arb), color="0.35", linestyle=_STYLES.get(event.kind, ":"), linewidth=1)
        self._label_events(top)

    def _between_events(self) -> list[slice]:
        """The parts of the arrays between events: the index jumps there, and a line would hide it."""
        import numpy as np

        cuts = np.searchsorted(self.k, [float(event.k.arb) for event in self.thresholds if event.kind in _INNER])
        ends = [0, *(int(c) for c in cuts), len(self.k)]
        return [slice(a, b) for a, b in pairwise(ends) if b > a]

    def _scale(self, axes: Axes) -> None:
        """A logarithmic axis; with plain numbers at round steps where it spans little more than one decade."""
        from matplotlib.ticker import FormatStrFormatter, LogLocator, MaxNLocator, NullFormatter

        axes.set_xscale("log")
        low, high = float(self.k[0]), float(self.k[-1])
        axes.set_xlim(low / (high / low) ** 0.02, high * (high / low) ** 0.02)
        if high / low < FEW_DECADES:
            subs = (1, 1.5, 2, 3, 4, 5, 7) if high < 12 * low else (1, 2, 3, 5)
            axes.xaxis.set_major_locator(LogLocator(subs=subs) if high > 3 * low else MaxNLocator(8))
            axes.xaxis.set_major_formatter(FormatStrFormatter("%g"))
            axes.xaxis.set_minor_formatter(NullFormatter())

    def _draw_eigenvalues(self, axes: Axes) -> None:
        for i, (component, block) in enumerate(self.eigenvalues.items()):
            for j in range(block.shape[1]):
                axes.plot(self.k, block[:, j], color=f"C{i}", linewidth=1.3, label=component if j == 0 else None)
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set_yscale("symlog", linthresh=LINEAR, linscale=2)
        least = min(float(block.min()) for block in self.eigenvalues.values())
        axes.set_ylim(bottom=1.3 * min(least, 0) - 0.1 * LINEAR)
        axes.set_ylabel("eigenvalues of the Hessian")
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), title="component", frameon=False)

    def _label_events(self, axes: Axes) -> None:
        """Numbers above the lines of events, crowded ones one above the other, and a list at the side."""
        from math import log

        span, last, lines = log(float(self.k[-1]) / float(self.k[0])), list[float](), []
        for i, event in enumerate(self.thresholds, 1):
            k = float(event.k.arb)
            free = (h for h, x in enumerate(last) if log(k) - x > CROWDED * span)
            height = next(free, len(last))
            last[height : height + 1] = [log(k)]
            axes.annotate(
                str(i),
                (k, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 3 + 9 * height),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
            lines.append(f"{i}: k = {event.k.rounded(6)}\n    {event.kind} ({event.component})")
        text = "\n".join(lines) or "no events"
        axes.annotate(text, (1.02, 1), xycoords="axes fraction", va="top", fontsize=8)


_INNER = ("saddle to minimum", "minimum to saddle", "index changes")
_STYLES = {"born": "-", "ends": "-", "saddle to minimum": "--", "minimum to saddle": "--"}


def bifurcation(name: str, k_range: tuple[Any, Any], steps: int = 200) -> Bifurcation:
    """Follows a family over real k.

    Args:
        name: A, I, II, I:p or II:p.
        k_range: smallest and largest k. Where the moving size is below 2 blocks of the Hessian may have complex
            eigenvalues; the real parts stand for them.
        steps: number of values of k, equally spaced in log k; stations that the continuation adds are kept too.

    Returns:
        Loss, eigenvalues and index over k, with the events in the range.

    Raises:
        FormulaError: no such family with real k.
        DomainError: the range or the number of steps is out of bounds, or the family is nowhere in the range.

    Example:
        >>> picture = bifurcation("A", (4, 25), 3)
        >>> [round(float(x)) for x in (picture.k[0], picture.index[0], picture.k[-1], picture.index[-1])]
        [4, 3, 25, 0]
    """
    import numpy as np

    if not 2 <= steps <= MAX_STEPS:
        raise DomainError(f"got {steps} steps, expected 2 to {MAX_STEPS}")
    family = real_family(name)
    low, high = bounds(family, k_range)
    grid = tuple(float(k) for k in np.geomspace(low, high, steps)[1:-1])
    return of_branch(traced(family.name, low, high, grid))


def picture_range(name: str, first: Any = None, last: Any = None) -> tuple[float, float]:
    """The range of a picture: WIDE times its smallest k, unless the ends are given.

    Raises:
        FormulaError: no such family with real k.
        DomainError: the range is out of bounds.
    """
    family = real_family(name)
    low, _ = bounds(family, (first, None))
    return bounds(family, (low, WIDE * max(low, 1.0) if last is None else last))


def of_branch(branch: Branch) -> Bifurcation:
    """The picture of a branch that has been followed already."""
    import numpy as np

    family, stations = branch.family, branch.stations
    values = [s.eigenvalues for s in stations]
    return Bifurcation(
        name=family.name,
        k=np.array([s.k for s in stations]),
        loss=np.array([s.loss for s in stations]),
        eigenvalues={c.name: np.array([x[c.name] for x in values]) for c in family.components},
        index=np.array([family.formal_index(s.negative, s.k) for s in stations]),
        thresholds=located(branch),
    )

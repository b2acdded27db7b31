"""A few shapes of Scalable Vector Graphics, and axes with round numbers: enough for the pictures of a report."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite, log10

from checks.report.visible import visible

#: Okabe and Ito 2008, Color Universal Design: told apart by every kind of colour vision, and in print.
BLUE, VERMILLION, GREEN, PURPLE, ORANGE = "#0072b2", "#d55e00", "#009e73", "#aa4499", "#b37700"
WIDTH = 720.0
#: Most ticks of an axis.
TICKS = 6


def element(tag: str, *children: str, **attributes: str | float) -> str:
    """An element; attribute values are escaped, children are markup.

    Example:
        >>> element("circle", cx=1, cy=2.50, stroke_width="2")
        '<circle cx="1" cy="2.5" stroke-width="2"/>'
    """
    written = "".join(f' {name.replace("_", "-")}="{_value(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>{''.join(children)}</{tag}>" if children else f"<{tag}{written}/>"


def label(x: float, y: float, text: str, anchor: str = "middle", size: float = 12, **attributes: str | float) -> str:
    """A line of text; everything in it is escaped.

    Example:
        >>> label(0, 0, "<k>")
        '<text x="0" y="0" text-anchor="middle" font-size="12">&lt;k&gt;</text>'
    """
    return element("text", escape(visible(text)), x=x, y=y, text_anchor=anchor, font_size=size, **attributes)


def hint(text: str) -> str:
    """What a pointer shows above a shape, and what is read aloud."""
    return f"<title>{escape(visible(text))}</title>"


def picture(height: float, title: str, *children: str) -> str:
    """A whole picture, as wide as there is room, with its title for those who do not see it.

    Args:
        height: in units of which the width has ``WIDTH``.
        title: what the picture says.
        *children: markup.

    Returns:
        One ``svg`` element that refers to nothing outside.

    Example:
        >>> picture(10, "A line").startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 10" role="img"')
        True
    """
    return element(
        "svg",
        hint(title),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_value(WIDTH)} {_value(height)}",
        role="img",
        aria_label=visible(title),
        font_family="system-ui, sans-serif",
        fill="currentColor",
    )


def _value(value: str | float) -> str:
    return escape(visible(value)) if isinstance(value, str) else f"{round(value, 2):g}"


@dataclass(frozen=True)
class Scale:
    """Numbers on a line of the picture.

    Args:
        low: the smallest number.
        high: the largest one, above low.
        begin: where low is.
        end: where high is.
        logarithmic: equal ratios are equally long; then low > 0.

    Example:
        >>> scale = Scale(0, 10, 100, 200)
        >>> scale.place(5), scale.ticks()
        (150.0, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0])
    """

    low: float
    high: float
    begin: float
    end: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where a number is."""
        low, high = self._inner(self.low), self._inner(self.high)
        share = (self._inner(value) - low) / (high - low)
        return self.begin + share * (self.end - self.begin)

    def _inner(self, value: float) -> float:
        return log10(value) if self.logarithmic else value

    def ticks(self) -> list[float]:
        """Round numbers between the ends."""
        if self.logarithmic:
            first, last = ceil(log10(self.low) - 1e-9), floor(log10(self.high) + 1e-9)
            if 1 <= last - first < 4:
                steps = [m * 10.0**n for n in range(first - 1, last + 1) for m in (1, 2, 5)]
                return [t for t in steps if self.low <= t <= self.high]
            if last - first >= 4:
                return [10.0**n for n in range(first, last + 1, max(1, -(-(last - first) // TICKS)))]
        step = _round_step((self.high - self.low) / TICKS)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [n * step for n in range(first, last + 1)]


def _round_step(least: float) -> float:
    """The next number of the form 1, 2, 5 times a power of 10."""
    power = 10.0 ** floor(log10(least))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= least * (1 - 1e-9))


def scale_of(values: list[float], begin: float, end: float, logarithmic: bool | None = None) -> Scale:
    """A scale with a margin around the numbers.

    Args:
        values: finite numbers.
        begin: where the scale begins.
        end: where it ends.
        logarithmic: None: if all are positive and the largest is beyond 200 times the smallest.

    Returns:
        A scale that has a length even if all numbers are one.

    Example:
        >>> scale_of([1.0, 1e6], 0, 1).logarithmic, scale_of([0.0, 1.0], 0, 1).low
        (True, -0.05)
    """
    low, high = min(values), max(values)
    if logarithmic is None:
        logarithmic = 1e-200 < low < high / 200
    if logarithmic:
        factor = max((high / low) ** 0.05, 1.1)
        return Scale(low / factor, high * factor, begin, end, True)
    margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return Scale(low - margin, high + margin, begin, end)


def number(value: float) -> str:
    """A number beside a tick.

    Example:
        >>> number(0.30000000000000004), number(1e6), number(-2.0), number(0.0)
        ('0.3', '10⁶', '−2', '0')
    """
    text = f"{value:.4g}"
    mantissa, e, exponent = text.partition("e")
    if not e and value and isfinite(value) and (abs(value) >= 1e5 or abs(value) < 1e-3):
        mantissa, e, exponent = f"{value:.3e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
    if not e:
        return text.replace("-", "−")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    sign, digits = "−" * mantissa.startswith("-"), mantissa.removeprefix("-")
    return f"{sign}10{raised}" if digits == "1" else f"{sign}{digits}·10{raised}"


def horizontal_axis(scale: Scale, y: float, top: float, title: str, ticks: list[float] | None = None) -> str:
    """The axis at the bottom, with faint lines up to the top.

    Args:
        scale: of the axis.
        y: where it lies.
        top: where the lines end.
        title: below the numbers.
        ticks: numbers to write; None for round ones.
    """
    parts = [element("line", x1=scale.begin, x2=scale.end, y1=y, y2=y, stroke="currentColor")]
    for tick in scale.ticks() if ticks is None else ticks:
        x = scale.place(tick)
        parts.append(element("line", x1=x, x2=x, y1=y, y2=top, stroke="currentColor", stroke_opacity=0.15))
        parts.append(label(x, y + 16, number(tick)))
    return "".join([*parts, label((scale.begin + scale.end) / 2, y + 36, title)])


def vertical_axis(scale: Scale, x: float, right: float, title: str, ticks: list[float] | None = None) -> str:
    """The axis on the left, with faint lines to the right; its title stands above it.

    Args:
        scale: of the axis, from the bottom to the top.
        x: where it lies.
        right: where the lines end.
        title: above the axis.
        ticks: numbers to write; None for round ones.
    """
    parts = [element("line", x1=x, x2=x, y1=scale.begin, y2=scale.end, stroke="currentColor")]
    for tick in scale.ticks() if ticks is None else ticks:
        y = scale.place(tick)
        parts.append(element("line", x1=x, x2=right, y1=y, y2=y, stroke="currentColor", stroke_opacity=0.15))
        parts.append(label(x - 6, y + 4, number(tick), "end"))
    return "".join([*parts, label(8, scale.end - 12, title, "start")])

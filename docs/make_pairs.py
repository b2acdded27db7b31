"""Writes the table of pairs, docs/pairs.md, and the right sides of the claims in checks/catalogue/pairs.py.

``python docs/make_pairs.py`` derives every cell anew; nothing on the page is typed by hand but its introduction.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analytic.expectation import Expectation, expect
from analytic.formula import Expr
from analytic.open_expectation import OpenExpectation
from analytic.printing import to_latex
from checks.catalogue.pairs import FUNCTIONS, Function, integrand, pairs, parameters

PAGE = Path(__file__).with_name("pairs.md")
CATALOGUE = Path(__file__).resolve().parents[1] / "checks" / "catalogue" / "pairs.py"
CLOSED, ZERO, SYMMETRY, OPEN = "*", "0", "s", "~"
#: What parameters are where a value is certified; norms are 1 and theta = pi/3 there.
POINT = {"t": "1/4", "a": "-1/2", "b": "2", "p": "1"}
DIGITS, TERMS, SHOWN_TERMS = 15, 12, 4
#: Formulas longer than this are shown as code.
LONG, WIDTH = 110, 112
#: Functions without closed form: the constant c with f - c odd, or None where f(z) - z/2 is even.
PLAIN = {"tanh": 0, "sigmoid": "1/2", "softplus": None, "silu": None}
#: By decomposition into odd and even parts; polynomials have finite Hermite series.
CONSTANT_PLUS_ODD = frozenset(("tanh", "sigmoid"))
LINEAR_PLUS_EVEN = frozenset(("u", "relu", "leaky", "abrelu", "gelu", "softplus", "silu"))
POLYNOMIALS = frozenset(("u", "u2", "u3", "he3", "h3"))

INTRODUCTION = f"""\
# Pairs of activations

$E[f(u)\\,g(v)]$ for centred jointly Gaussian u and v with standard deviations $|u|, |v| > 0$ and correlation
$\\rho = \\cos\\theta$, for every pair of {len(FUNCTIONS)} functions. The page is written by `docs/make_pairs.py`, which
derives each cell; the claims of the group `pairs` state the closed forms and are judged by `closedform verify pairs`.
Where both functions have the same parameter, it has the same value in both. $\\Phi$ is the standard normal distribution
function, `Phi2(h, k, r)` the bivariate one with correlation r, $\\mathrm{{erfi}}(z) = -i\\,\\mathrm{{erf}}(iz)$, and
$\\gamma$ Euler's constant.

```python
>>> from analytic.expectation import expect
>>> expect("relu(u)*erf(v)")
E[relu(u)*erf(v)] = |u|*|v|*cos(theta)/(sqrt(1 + 2*|v|^2)*sqrt(pi))

```

## All {len(FUNCTIONS) * (len(FUNCTIONS) + 1) // 2} pairs

| mark | meaning |
|---|---|
| `{CLOSED}` | closed form |
| `{ZERO}` | zero, derived |
| `{SYMMETRY}` | the rules find no closed form, but it is known by symmetry |
| `{OPEN}` | open: a certified value, and the Hermite series in $\\rho$ |
"""

REASONS = f"""\
**Why a cell is open.** tanh, sigmoid, softplus and silu are no combinations of polynomials, exponentials and $\\Phi$:
their derivatives lead to integrals of $1/\\cosh^2$ against a Gaussian, for which no closed form is known. $\\log|u|$
times an exponential (exp, sin, cos, elu) is, after tilting, the logarithm of a Gaussian with a mean that is not 0; its
expectation involves a hypergeometric function ${{}}_2F_2$, which is not among the functions used here. For these
`expect` returns an expectation whose `.closed` is false: `.at` certifies values and `.series` expands in the
correlation. Values below are at $|u| = |v| = 1$, $\\theta = \\pi/3$ and
{", ".join(f"{k} = {v}" for k, v in POINT.items())}, to a unit in the last digit shown; series are for $|u| = |v| = 1$
and the same parameters. A series without dots is complete, since one function is a polynomial, or by symmetry.

**Known by symmetry.** tanh(z) and sigmoid(z) - 1/2 are odd, softplus(z) - z/2 and silu(z) - z/2 are even, and the
expectation of an odd function of u times an even one of v is 0, since (u, v) and (-u, -v) have the same law.
"""


@dataclass(frozen=True)
class Cell:
    """One pair of the table.

    Args:
        mark: its kind.
        body: what the page says of it, Markdown.
        right: the closed form as text; empty if the rules find none.
    """

    mark: str
    body: str
    right: str = ""


@lru_cache(maxsize=1024)
def cell(pair: str) -> Cell:
    """Derives a pair.

    Example:
        >>> cell("relu-bump").mark
        '*'
        >>> cell("abs-sigmoid").mark, cell("abs-tanh").mark
        ('*', '0')
    """
    result = expect(integrand(pair), parameters(pair))
    if result.closed:
        right = str(result.value)
        return Cell(ZERO if right == "0" else CLOSED, formula_text(result), right)
    known = by_symmetry(pair)
    if known is not None:
        text = formula_text(expect(known, parameters(pair))) if known != "0" else "$0$"
        return Cell(SYMMETRY, f"{text} (symmetry)" if "\n" not in text else text)
    return Cell(OPEN, certified(pair))


def formula_text(result: Expectation) -> str:
    """The closed form: typeset, or as code if it is long."""
    text = str(result.value)
    if len(text) <= LONG:
        return f"${typeset(result.value)}$"
    lines = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n\n  ```text\n" + "".join(f"  {line}\n" for line in lines) + "  ```"


def typeset(value: Expr) -> str:
    """LaTeX with the usual signs for the normal distribution function and Euler's constant, deviations in bars."""
    return to_latex(value).replace(r"\lVert ", "|").replace(r"\rVert", "|")


def by_symmetry(pair: str) -> str | None:
    """An integrand with a closed form and the same expectation, from the parities of both; None if there is none.

    Example:
        >>> by_symmetry("abs-sigmoid"), by_symmetry("sign-silu"), by_symmetry("relu-tanh")
        ('abs(u)*1/2', 'sign(u)*v/2', None)
    """
    f, g = (FUNCTIONS[n] for n in pair.split("-"))
    if f.parity * g.parity == -1:
        return "0"
    for (x, z), (y, w) in (((f, "u"), (g, "v")), ((g, "v"), (f, "u"))):
        if y.name not in PLAIN or x.name in PLAIN:
            continue
        constant = PLAIN[y.name]
        if constant is not None and x.parity == 1:
            return f"{x.of(z)}*{constant}"
        if constant is None and x.parity == -1:
            return f"{x.of(z)}*{w}/2"
    return None


def certified(pair: str) -> str:
    """A certified value and the first terms of the Hermite series."""
    text = integrand(pair)
    f, g = (_at_point(FUNCTIONS[n]) for n in pair.split("-"))
    result = expect(f"{f.of('u')}*{g.of('v')}")
    assert isinstance(result, OpenExpectation), text
    value = result.at(theta="pi/3", digits=DIGITS).rounded(DIGITS)
    terms = [(n, c) for n, c in enumerate(result.series(TERMS).coefficients) if c != 0][:SHOWN_TERMS]
    series = " + ".join(_term(c.str(6, radius=False), n) for n, c in terms).replace("+ -", "- ")
    dots = "" if is_finite(pair) else r" + \dots"
    return f"{value}; ${series}{dots}$"


def is_finite(pair: str) -> bool:
    """Whether the series ends: a polynomial has finitely many coefficients, and c + odd times c z + even is linear.

    Example:
        >>> is_finite("u3-tanh"), is_finite("relu-tanh"), is_finite("step-tanh")
        (True, True, False)
    """
    first, second = pair.split("-")
    linear = any(x in CONSTANT_PLUS_ODD and y in LINEAR_PLUS_EVEN for x, y in ((first, second), (second, first)))
    return linear or bool({first, second} & POLYNOMIALS)


def _term(coefficient: str, n: int) -> str:
    mantissa, _, exponent = coefficient.partition("e")
    scale = rf" \cdot 10^{{{int(exponent)}}}" if exponent else ""
    return mantissa + scale + ("" if n == 0 else r"\,\rho" if n == 1 else rf"\,\rho^{{{n}}}")


def _at_point(f: Function) -> Function:
    """The function with its parameters replaced by numbers."""
    template = f.template
    for name in f.parameters:
        template = template.replace(f", {name}", f", {POINT[name]}").replace(f"+ {name}", f"+ {POINT[name]}")
    return Function(f.name, template, f.title, f.parity)


def entry(pair: str) -> str:
    """What the page says of a pair, one item of a list."""
    return f"- `{FUNCTIONS[pair.split('-')[1]].of('v')}`: {cell(pair).body}\n".replace(": \n\n", ":\n\n")


def matrix() -> str:
    """The marks of all pairs, a line for each function."""
    names = list(FUNCTIONS)
    place = {n: i for i, n in enumerate(names)}
    width = max(len(f.of("z")) for f in FUNCTIONS.values())
    lines = [" " * (width + 3) + "".join(f"{i:3}" for i in range(1, len(names) + 1))]
    for f in names:
        pairs_of_row = ("-".join(sorted((f, g), key=place.__getitem__)) for g in names)
        marks = "".join(f"{cell(p).mark:>3}" for p in pairs_of_row)
        lines.append(f"{place[f] + 1:2} {FUNCTIONS[f].of('z'):{width}}{marks}")
    return "```text\n" + "\n".join(lines) + "\n```"


def section(f: Function) -> str:
    """The pairs of a function with itself and all later ones."""
    chosen = [p for p in pairs() if p.startswith(f"{f.name}-")]
    return f"(pairs-{f.name})=\n## `{f.of('u')}`\n\n" + "".join(entry(p) for p in chosen)


def page() -> str:
    """The whole page."""
    place = "Each pair stands once below, under the earlier of its two functions; exchange u and v for the other order."
    parts = [INTRODUCTION, matrix() + "\n", place + "\n", REASONS, *(section(f) for f in FUNCTIONS.values())]
    return "\n".join(parts)


def catalogue() -> str:
    """The source of the catalogue's module with fresh closed forms."""
    head, mark, _ = CATALOGUE.read_text(encoding="utf-8").partition('CLOSED_FORMS = """\\\n')
    lines = []
    for pair in pairs():
        if cell(pair).right:
            text = f"{pair} = {cell(pair).right}"
            lines += textwrap.wrap(text, 120, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return head + mark + "\n".join(lines) + '\n"""\n'


def main() -> None:
    """Writes both files."""
    PAGE.write_text(page(), encoding="utf-8")
    CATALOGUE.write_text(catalogue(), encoding="utf-8")


if __name__ == "__main__":
    main()

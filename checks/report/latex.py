r"""Reports for papers: a booktabs table, over several pages if it is long."""

from __future__ import annotations

import re
import unicodedata

from checks.report.details import Grid
from checks.report.environment import summary
from checks.report.latex_math import statement_latex
from checks.report.model import Cell, Column, Report

_NAMES = """
α alpha  β beta  γ gamma  δ delta  ε varepsilon  ζ zeta  η eta  θ theta  ι iota  κ kappa  λ lambda  μ mu  ν nu  ξ xi
π pi  ρ rho  σ sigma  τ tau  υ upsilon  φ varphi  χ chi  ψ psi  ω omega  ϵ epsilon  ϑ vartheta  ϕ phi  ℓ ell  µ mu
Γ Gamma  Δ Delta  Θ Theta  Λ Lambda  Ξ Xi  Π Pi  Σ Sigma  Φ Phi  Ψ Psi  Ω Omega
≤ le  ≥ ge  ≠ ne  ≈ approx  ≡ equiv  ∼ sim  ± pm  × times  · cdot  ⋅ cdot  ∘ circ  √ surd  ∞ infty  ∂ partial  ∇ nabla
∫ int  ∑ sum  ∏ prod  ∈ in  ∉ notin  ⊂ subset  ∪ cup  ∩ cap  ∅ emptyset  → to  ↦ mapsto  ⇒ Rightarrow  ∀ forall
⇔ Leftrightarrow  ∃ exists  ⟨ langle  ⟩ rangle  ‖ |  ⊥ perp  ⊗ otimes  ⊕ oplus  … ldots
"""
_TEXT = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "[": "{[}",  # after the \\ that ends a row, [ and * would be read as its options
    "*": "{*}",
}
_ESCAPES = str.maketrans(
    {sign: f"\\{sign}" for sign in "{}$&#%_"}
    | {letter: f"$\\{name}$" for letter, name in re.findall(r"(\S) (\S+)", _NAMES)}
    | {sign: f"$^{{{plain}}}$" for sign, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ", "0123456789+-T", strict=True)}
    | {sign: f"$_{{{plain}}}$" for sign, plain in zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼ", "0123456789+-ij", strict=True)}
    | {"−": "$-$", "½": r"$\tfrac12$"}
    | _TEXT
    | {chr(code): " " for code in (*range(32), *range(127, 160))}
)


_ACCENTS = dict(zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030b\u030c\u0327", "`'^~=u.\"Hvc", strict=True))
_LETTERS = {"ß": r"\ss{}", "ø": r"\o{}", "Ø": r"\O{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}"}
_LETTERS |= {"å": r"\aa{}", "Å": r"\AA{}", "ł": r"\l{}", "Ł": r"\L{}", "–": "--", "—": "---", "\u00a0": "~"}
_LETTERS |= {"‘": "`", "’": "'", "“": "``", "”": "''", "§": r"\S{}", "©": r"\copyright{}", "°": r"$^{\circ}$"}
_AIRY = r"\renewcommand{\arraystretch}{1.4}"  # or fractions in neighbouring rows would touch
#: More rows than this go over several pages.
LONG_TABLE = 20


def escape(text: str) -> str:
    r"""The text as LaTeX that prints it.

    Args:
        text: any text; Greek letters and the usual signs of mathematics become formulas, runs of white space one space.

    Returns:
        LaTeX for text mode, on one line.

    >>> print(escape("50% of λ_1 & {π}"))
    50\% of $\lambda$\_1 \& \{$\pi$\}
    >>> print(escape("verify --strict"))
    verify -{}-strict
    """
    line = "".join(_ESCAPES.get(ord(sign)) or _foreign(sign) for sign in " ".join(text.split()))
    return re.sub(r"([-,])(?=\1)", r"\1{}", line)  # or TeX would join two hyphens or commas into one sign


def _foreign(sign: str) -> str:
    """A letter with an accent as TeX composes it; what pdfTeX has no letter for by its number."""
    if sign.isascii():
        return sign
    if sign in _LETTERS:
        return _LETTERS[sign]
    composed = unicodedata.normalize("NFD", sign)
    base, marks = composed[0], composed[1:]
    if base.isascii() and base.isalpha() and len(marks) == 1 and marks in _ACCENTS:
        letter = f"\\{base}" if base in "ij" and marks != "\u0327" else base
        return f"\\{_ACCENTS[marks]}{{{letter}}}"
    return f"U+{ord(sign):04X}"


def latex_table(report: Report) -> str:
    r"""The report as a table for a paper.

    Args:
        report: any report.

    Returns:
        A table environment with the packages it needs and the environment in comments above it.

    >>> from checks.report.model import Column
    >>> columns = (Column("claim", "claim"), Column("error", "error", "right"))
    >>> print(latex_table(Report("verdicts", "Claims", columns, ((Cell("a_1"), Cell("1/π", latex=r"1/\pi")),))))
    % needs \usepackage{booktabs,amsmath,amssymb}
    \begin{table}
      \centering
      \caption{Claims}
      \begin{tabular}{lr}
        \toprule
        claim & error \\
        \midrule
        a\_1 & $1/\pi$ \\
        \bottomrule
      \end{tabular}
    \end{table}
    <BLANKLINE>
    """
    grid = report.paper
    inside = report.rows[: len(report.rows) - report.displayed]
    if grid is None:
        grid = Grid(report.title, report.columns, inside, (), report.notes)
    wide = any(column.share for column in grid.columns)
    long = len(grid.rows) > LONG_TABLE
    packages = ["array"] * wide + ["booktabs"] + ["longtable"] * long + ["amsmath", "amssymb"]
    lines = [
        rf"% needs \usepackage{{{','.join(packages)}}}",
        *(f"% {name}: {' '.join(value.split())}" for name, value in summary(report.environment).items()),
        *(_longtable(grid) if long else _table(grid)),
        *_displayed(report.rows[len(inside) :]),
    ]
    return "\n".join(lines) + "\n"


def _table(grid: Grid) -> list[str]:
    """On one page, in a table environment."""
    rows, notes = _body(grid)
    return [
        r"\begin{table}",
        r"  \centering",
        *([rf"  \footnotesize{_AIRY}"] if any(column.share for column in grid.columns) else []),
        rf"  \caption{{{escape(grid.caption)}}}",
        rf"  \begin{{tabular}}{{{_columns(grid.columns)}}}",
        r"    \toprule",
        _row([escape(column.name) for column in grid.columns]),
        r"    \midrule",
        *rows,
        r"    \bottomrule",
        r"  \end{tabular}",
        *(rf"  \par\smallskip{{\footnotesize {note}\par}}" for note in notes),
        r"\end{table}",
    ]


def _longtable(grid: Grid) -> list[str]:
    """Over as many pages as it takes, its head on each of them."""
    rows, notes = _body(grid)
    head = [r"    \toprule", _row([escape(column.name) for column in grid.columns]), r"    \midrule"]
    return [
        rf"\begingroup\footnotesize{_AIRY}",
        rf"\begin{{longtable}}{{{_columns(grid.columns)}}}",
        rf"    \caption{{{escape(grid.caption)}}} \\",
        *head,
        r"    \endfirsthead",
        *head,
        r"    \endhead",
        r"    \bottomrule",
        r"    \endfoot",
        *rows,
        r"\end{longtable}",
        *(rf"\noindent {note}\par" for note in notes),
        r"\endgroup",
    ]


def _body(grid: Grid) -> tuple[list[str], list[str]]:
    """The rows, their first cells with the numbers of the footnotes, and the lines below the table."""
    numbers: dict[str, int] = {}
    rows = []
    for cells, note in zip(grid.rows, grid.footnotes or ("",) * len(grid.rows), strict=True):
        entries = [_wrapped(_cell(c)) if col.share else _cell(c) for c, col in zip(cells, grid.columns, strict=True)]
        if note:
            entries[0] += rf"\textsuperscript{{{numbers.setdefault(note, len(numbers) + 1)}}}"
        rows.append(_row(entries))
    notes = [rf"\textsuperscript{{{number}}}{_wrapped(escape(note))}" for note, number in numbers.items()]
    return rows, notes + [_wrapped(escape(note)) for note in grid.notes]


def _columns(columns: tuple[Column, ...]) -> str:
    paragraph = r">{{\raggedright\arraybackslash}}p{{{:g}\linewidth}}"
    return "".join(paragraph.format(column.share) if column.share else column.align[0] for column in columns)


def _wrapped(text: str) -> str:
    """With places in long names where a line may end."""
    return text if "$" in text or len(text) < 12 else re.sub(r"(?<=\w)([/.-])(?=[A-Za-z])", r"\1\\allowbreak ", text)


def _displayed(rows: tuple[tuple[Cell, ...], ...]) -> list[str]:
    """Equations as a list, in which TeX may break lines, with what comes before as their names."""
    if not rows:
        return []
    items = (rf"  \item {escape(row[0].text)}: {' '.join(_cell(cell) for cell in row[1:])}" for row in rows)
    return [r"\begin{itemize}\sloppy", *items, r"\end{itemize}"]


def _row(entries: list[str]) -> str:
    return f"    {' & '.join(entries)} \\\\"


def _cell(cell: Cell) -> str:
    if cell.latex is not None:
        return f"${cell.latex}$"
    typeset = statement_latex(cell.text) if cell.form == "formula" else None
    return escape(cell.text) if typeset is None else typeset

r"""Reports for papers: a booktabs table inside a table environment."""

import re

from checks.report.environment import summary
from checks.report.model import Cell, Report

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
    line = " ".join(text.split()).translate(_ESCAPES)
    return re.sub(r"([-,])(?=\1)", r"\1{}", line)  # or TeX would join two hyphens or commas into one sign


def latex_table(report: Report) -> str:
    r"""The report as a table for a paper.

    Args:
        report: any report.

    Returns:
        A table environment that needs booktabs and amsmath, the environment in comments above it.

    >>> from checks.report.model import Column
    >>> columns = (Column("claim", "claim"), Column("error", "error", "right"))
    >>> print(latex_table(Report("verdicts", "Claims", columns, ((Cell("a_1"), Cell("1/π", latex=r"1/\pi")),))))
    % needs \usepackage{booktabs,amsmath}
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
    inside = report.rows[: len(report.rows) - report.displayed]
    lines = [
        r"% needs \usepackage{booktabs,amsmath}",
        *(f"% {name}: {' '.join(value.split())}" for name, value in summary(report.environment).items()),
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{escape(report.title)}}}",
        rf"  \begin{{tabular}}{{{''.join(column.align[0] for column in report.columns)}}}",
        r"    \toprule",
        _row([escape(column.name) for column in report.columns]),
        r"    \midrule",
        *(_row([_cell(cell) for cell in row]) for row in inside),
        r"    \bottomrule",
        r"  \end{tabular}",
        *(rf"  \par\smallskip{{\footnotesize {escape(note)}\par}}" for note in report.notes),
        r"\end{table}",
        *_displayed(report.rows[len(inside) :]),
    ]
    return "\n".join(lines) + "\n"


def _displayed(rows: tuple[tuple[Cell, ...], ...]) -> list[str]:
    """Equations as a list, in which TeX may break lines, with what comes before as their names."""
    if not rows:
        return []
    items = (rf"  \item {escape(row[0].text)}: {' '.join(_cell(cell) for cell in row[1:])}" for row in rows)
    return [r"\begin{itemize}\sloppy", *items, r"\end{itemize}"]


def _row(entries: list[str]) -> str:
    return f"    {' & '.join(entries)} \\\\"


def _cell(cell: Cell) -> str:
    return escape(cell.text) if cell.latex is None else f"${cell.latex}$"

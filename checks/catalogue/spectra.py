"""Spectra of the Hessian at critical points."""

from __future__ import annotations

from checks.claim import Claim, SpectrumTable

_TRIVIAL = "(2*pi + 2*k + pi*k {} sqrt((pi*k - 2*k)^2 + 16*(pi - 1)*(k - 1)))/(8*pi)"
_STANDARD = "(pi*(k + 2) {} sqrt(pi^2*k^2 - 16*pi + 16))/(8*pi)"

CLAIMS = (
    Claim(
        "spectra/global-minimum",
        SpectrumTable(
            "global",
            (
                ("1/4 - 1/(2*pi)", "k*(k - 1)/2"),
                ("1/4 + 1/(2*pi)", "k*(k - 3)/2"),
                (_STANDARD.format("-"), "k - 1"),
                (_STANDARD.format("+"), "k - 1"),
                (_TRIVIAL.format("-"), "1"),
                (_TRIVIAL.format("+"), "1"),
                ("1/4", "(k - 1)*(d - k)"),
                ("(k + 1)/4", "d - k"),
            ),
        ),
        title="Complete spectrum of the Hessian at W = V = [I_k 0], for every d >= k >= 1",
        source="derived; setting of Arjevani and Field 2020",
        limits="at k = 1, 2 a formal multiplicity of -1 cancels an equal eigenvalue of another row",
        expect=("PROVED",),
    ),
)

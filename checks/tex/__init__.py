r"""Claims in the field's LaTeX: ``read_tex`` gives what was understood, as formulas, typeset and as Python.

The sublanguage is small and closed: what it does not have, what is ambiguous and what cannot be judged is refused with
its line and column; nothing is guessed, nothing is executed. See docs/latex.md.
"""

from __future__ import annotations

from checks.tex.echo import echo
from checks.tex.errors import TexError
from checks.tex.reading import TexReading, read_display, read_tex

__all__ = ["TexError", "TexReading", "echo", "read_display", "read_tex"]

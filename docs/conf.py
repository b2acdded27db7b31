"""Sphinx configuration: Markdown pages, docstrings, formulas as MathML. No page needs the network."""

from __future__ import annotations

import re
from importlib.metadata import version as installed
from typing import Any

project = "closedform"
copyright = "the closedform authors, MIT licence"
version = release = installed("closedform")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {
    "description": "Verifies the mathematics of shallow neural networks",
    "page_width": "1180px",
    "sidebar_width": "200px",
    "body_max_width": "none",
}
html_math_renderer = "mathml"
html_copy_source = html_show_sourcelink = False
html_static_path: list[str] = []
pygments_style = "default"
autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Source", "notes_style")]

_LITERAL = re.compile(r"``.+?``|:[\w:]+:`[^`]+`|`[^`]+`|\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)

#: The bars of a norm, which would be spaced like relations.
_BAR = re.compile(r"<mo([^>]*)>\|</mo>")


def setup(app: Any) -> None:
    """Registers the MathML renderer and the reader of our docstrings."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_block_math, None))
    app.connect("autodoc-process-docstring", _read_docstring, priority=400)  # before napoleon


def _inline_math(translator: Any, node: Any) -> None:
    _write_math(translator, node, as_block=False)


def _block_math(translator: Any, node: Any) -> None:
    _write_math(translator, node, as_block=True)


def _write_math(translator: Any, node: Any, as_block: bool) -> None:
    from docutils.nodes import SkipNode
    from docutils.utils.math import MathError
    from docutils.utils.math.latex2mathml import tex2mathml
    from sphinx.util.logging import getLogger

    formula = node.astext().replace(r"\dots", r"\ldots")
    try:
        shown = _BAR.sub(r'<mo\1 lspace="0" rspace="0">|</mo>', tex2mathml(formula, as_block=as_block))
        translator.body.append(f'<div style="margin: 0.8em 0">{shown}</div>' if as_block else shown)
    except MathError as error:
        getLogger(__name__).warning("cannot typeset %r: %s", formula, error, location=node)
    raise SkipNode


def _read_docstring(_app: Any, _what: str, _name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    """Our docstrings have $formulas$ and plain |w|; Sphinx reads reStructuredText."""
    paragraphs = re.split(r"(\n\s*\n)", "\n".join(lines))
    read = (p if p.lstrip().startswith((">>>", "Example:")) else _read_paragraph(p) for p in paragraphs)
    lines[:] = "".join(read).split("\n")


def _read_paragraph(text: str) -> str:
    pieces, end = [], 0
    for found in _LITERAL.finditer(text):
        pieces += [_plain(text[end : found.start()]), _literal(found.group(), text, found.start())]
        end = found.end()
    return "".join([*pieces, _plain(text[end:])])


def _plain(text: str) -> str:
    return re.sub(r"(?<!\*)\*(?![*\s])", r"\\*", text).replace("|", r"\|")


def _literal(found: str, text: str, start: int) -> str:
    if found.startswith("$$"):
        line = text[text.rfind("\n", 0, start) + 1 : start]
        indent = " " * (len(line) - len(line.lstrip()))
        formula = " ".join(found.strip("$").split())
        return f"\n\n{indent}.. math::\n\n{indent}   {formula}\n\n{indent}"
    if found.startswith("$"):
        formula = " ".join(found.strip("$").split())
        return f":math:`{formula}`"
    return f"`{found}`" if found[0] == "`" and found[1] != "`" else found

r"""Fonts and forms of a letter: \mathbf w beside w, \varepsilon beside \epsilon may be two symbols."""

from __future__ import annotations

from collections.abc import Iterable

from checks.tex.bars import Lexeme
from checks.tex.errors import TexError

#: Forms of a letter that are read as the plain one, if that does not occur too.
VARIANTS = {"varrho": "rho", "varepsilon": "epsilon"}
#: What a font says of a letter.
STYLES = {
    **dict.fromkeys(("boldsymbol", "bm", "mathbf", "bf"), "bold"),
    **dict.fromkeys(("mathscr", "mathcal"), "script"),
    "mathsf": "sans",
    "mathtt": "typewriter",
}


def check_fonts(found: Iterable[Lexeme], text: str) -> None:
    r"""Refuses one name in two fonts or forms, such as \epsilon and \varepsilon: the same symbol or not.

    Raises:
        TexError: at the second form.
    """
    fonts: dict[str, str] = {}
    for token in found:
        if token.type == "NAME" and fonts.setdefault(token.text, token.font) != token.font:
            what = "forms" if {"variant", "word"} & {token.font, fonts[token.text]} else "fonts"
            raise TexError(
                f"got {token.text} in two {what}, expected one: it may be two different things",
                text,
                token.at,
                ("the same symbol: write it in one way", "two symbols: call one by another letter"),
            )

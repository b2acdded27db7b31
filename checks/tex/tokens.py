r"""LaTeX to tokens: spacing and sizes dropped, fonts resolved, single digits after \frac."""

from __future__ import annotations

import re

from checks.tex.bars import CLOSE, OPEN, Lexeme, tell_bars_apart
from checks.tex.errors import TexError
from checks.tex.fonts import STYLES, VARIANTS, check_fonts
from checks.tex.points import EXPECT, one_sided, underset
from checks.tex.rows import rows
from checks.tex.symbols import (
    ACCENTS,
    DISPLAYS,
    FONTS,
    FRACTIONS,
    FUNCTIONS,
    GREEK,
    RELATIONS,
    SPACES,
    TIMES,
    WORDS,
)

MAX_LENGTH, MAX_TOKENS, MAX_NESTING = 20_000, 4_000, 30
_LEXEME = re.compile(
    r"(?P<space>(?:\s|~|%[^\n]*(?:\n|$))+)|(?P<command>\\[A-Za-z]+\*?)|(?P<control>\\[^A-Za-z])|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<letters>[A-Za-z]+)|(?P<define>:=)|(?P<other>.)",
    re.DOTALL,
)
#: The space that a row may ask for after it: \\\\[2pt].
_ROW_SPACING = re.compile(r"\*?(?:\s*\[\s*-?[\d.]*\s*(?:\\[a-z]+|pt|em|ex|cm|mm)\s*\])?")
_ENDING = re.compile(r"\s|\$|\\[\])]|\\(?:end|label|tag)\{[^{}]*\}|\\(?:nonumber|notag)|%[^\n]*")
_SINGLE = {
    "+": "PLUS",
    "-": "MINUS",
    "−": "MINUS",
    "*": "STAR",
    "·": "TIMES",
    "/": "SLASH",
    "^": "SUP",
    "_": "SUB",
    "(": "LPAR",
    ")": "RPAR",
    "[": "LBRACK",
    "]": "RBRACK",
    "{": "LBRACE",
    "}": "RBRACE",
    ",": "COMMA",
    ";": "COMMA",
    "'": "PRIME",
    "!": "BANG",
    "&": "AMP",
    "=": "REL",
    "<": "REL",
    ">": "REL",
    "|": "BAR",
}
_BRACKETS = {
    "lVert": "NORMOPEN",
    "rVert": "NORMCLOSE",
    "lvert": "BAROPEN",
    "rvert": "BARCLOSE",
    "langle": "LANGLE",
    "rangle": "RANGLE",
    "Vert": "NORM",
    "vert": "BAR",
    "lbrack": "LBRACK",
    "rbrack": "RBRACK",
    "lbrace": "SETOPEN",
    "rbrace": "SETCLOSE",
}
_WORDS = {
    "sum": "sum",
    "lim": "lim",
    "nabla": "nabla",
    "partial": "partial",
    "infty": "infinity",
    "Pr": "probability",
    "angle": "angle",
    "int": "integral",
    "prod": "product",
    "mid": "given",
}
_BLACKBOARD = {"E": "expect", "P": "probability", "R": "reals", "N": "naturals", "1": "indicator", "I": "indicator"}


def tokens(text: str) -> list[Lexeme]:
    r"""The tokens of a string.

    Raises:
        TexError: a character or command that is not of the sublanguage, too long, or nested too deep.

    Example:
        >>> [t.type for t in tokens(r"\frac12 \bar w")]
        ['FRAC', 'NUMBER', 'NUMBER', 'ACCENT', 'NAME']
    """
    if len(text) > MAX_LENGTH:
        raise TexError(f"got {len(text)} characters, expected at most {MAX_LENGTH}: split the claim", text, MAX_LENGTH)
    found = list(rows(tell_bars_apart(_Tokeniser(text).tokens(), text), text))
    depth = 0
    for token in found:
        depth += (token.type in OPEN) - (token.type in CLOSE)
        if depth > MAX_NESTING:
            raise TexError(f"got brackets nested more than {MAX_NESTING} deep, expected less", text, token.at)
        if depth == 0 and token.type == "COMMA" and re.search(r"\d(\{,\}|,)$", text[: token.at + 1]):
            rest = re.match(r",(\d+)", text[token.at :])
            if rest is not None:
                raise TexError(
                    "got a comma between digits", text, token.at, (f"a decimal comma: write .{rest[1][:20]}", "a list")
                )
    if not found:
        raise TexError(r"got an empty string, expected a claim such as \mathbb{E}[...] = ...", text, 0)
    found = one_sided(found)
    check_fonts(found, text)
    return found


class _Tokeniser:
    """Walks over the text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.found: list[Lexeme] = []
        self.matrices = 0
        self.skips: dict[int, int] = {}

    def refuse(self, message: str, at: int, *readings: str) -> TexError:
        return TexError(message, self.text, at, readings)

    def tokens(self) -> list[Lexeme]:
        while (match := self._next()) is not None:
            kind, at = str(match.lastgroup), match.start()
            if kind != "space":
                getattr(self, f"_{kind}")(match[0], at)
            if len(self.found) > MAX_TOKENS:
                raise self.refuse(f"got more than {MAX_TOKENS} symbols, expected less: split the claim", at)
        return self.found

    def _next(self) -> re.Match[str] | None:
        match = _LEXEME.match(self.text, self.skips.get(self.position, self.position))
        if match is not None:
            self.position = match.end()
        return match

    def _emit(self, kind: str, text: str, at: int, font: str = "") -> None:
        self.found.append(Lexeme(kind, text, at, font))

    def _wants(self) -> int:
        r"""How many single digits the next number is cut into: arguments of \frac or \sqrt that are still missing."""
        last = [t.type for t in self.found[-2:]]
        if last[-1:] == ["FRAC"]:
            return 2
        return 1 if last[-1:] == ["SQRT"] or (last[:1] == ["FRAC"] and last[-1:] in (["NUMBER"], ["NAME"])) else 0

    def _number(self, number: str, at: int) -> None:
        wanted, last = self._wants(), self.found[-1].type if self.found else ""
        if last in ("SUP", "SUB") and len(number) > 1:
            mark = "^" if last == "SUP" else "_"
            raise self.refuse(
                f"got {mark}{number[:20]}, of which TeX takes the first digit only",
                at,
                f"{mark}{{{number[:20]}}}",
                f"{mark}{number[0]} times {number[1:20]}",
            )
        if last == "SQRT" and len(number) > 1:
            raise self.refuse(r"got \sqrt before several digits, of which TeX takes the first only; use braces", at)
        if wanted and len(number) > wanted:
            raise self.refuse(rf"got \frac before {number[:20]}, of which TeX takes single digits; use braces", at)
        for offset, part in enumerate(number if wanted else [number]):
            self._emit("NUMBER", part, at + offset)

    def _letters(self, letters: str, at: int) -> None:
        if letters in WORDS and len(letters) > 2:  # nobody writes the product f o r
            self._emit("TEXT", letters, at)
            return
        follows = self.text[self.position : self.position + 1]
        if letters == "He" and follows == "_":
            self._emit("FUNC", "He", at)
            return
        if letters in FUNCTIONS or letters in ("leaky_relu", "arcsin", "grad", "hess"):
            raise self.refuse(
                f"got the letters {letters}, which LaTeX sets as a product; write \\operatorname{{{letters}}}", at
            )
        if len(letters) > 3:
            raise self.refuse(f"got the word {letters[:30]!r}, expected symbols; words stand in \\text{{...}}", at)
        if self.found and self.found[-1].type in ("SUP", "SUB") and len(letters) > 1:  # w_ij: TeX takes the i only
            raise self.refuse(f"got the script {letters!r}, of which TeX takes one letter; use braces", at)
        for offset, letter in enumerate(letters):
            self._letter(letter, at + offset, follows if offset == len(letters) - 1 else "")

    def _letter(self, letter: str, at: int, follows: str) -> None:
        rest = self.text[self.position :].lstrip()
        if letter == "E" and (follows == "_" or rest.startswith(("[", r"\left[", r"\Big", r"\big"))):
            self._emit("WORD", "expect", at)
        else:
            self._emit("NAME", letter, at)

    def _define(self, _: str, at: int) -> None:
        self._emit("REL", ":=", at)

    def _other(self, character: str, at: int) -> None:
        if character == "$" or (character == "&" and not self.matrices):
            return
        if character == "." and not _ENDING.sub("", self.text[at + 1 :]):  # the end of a sentence
            return
        if character not in _SINGLE:
            raise self.refuse(f"got the character {character!r}, which is not of this language", at)
        self._emit(_SINGLE[character], character, at)

    def _control(self, command: str, at: int) -> None:
        character = command[1]
        if character in ",;:! \n\t()[]":  # spaces, and the delimiters of mathematics
            return
        if character == "\\":
            self._emit("ROWSEP" if self.matrices else "ROWEND", command, at)
            spacing = _ROW_SPACING.match(self.text, self.position)
            self.position = spacing.end() if spacing is not None else self.position
            return
        kinds = {"{": "SETOPEN", "}": "SETCLOSE", "|": "NORM"}
        if character not in kinds:
            raise self.refuse(f"got the command {command!r}, which is not of this language", at)
        self._emit(kinds[character], command, at)

    def _command(self, command: str, at: int) -> None:
        name = command[1:].rstrip("*")
        if name in SPACES:
            if self.text[self.position :].lstrip().startswith(".") and name in ("left", "right"):
                raise self.refuse(f"got \\{name}. without a bracket, expected two brackets that match", at)
        elif name in ("quad", "qquad"):
            self._emit("QUAD", "", at)
        elif name in ("operatorname", "mathop") and (operator := EXPECT.match(self.text, self.position)):
            self.position = operator.end()
            self._emit("WORD", "expect", at)
        elif name == "underset" and (span := underset(self.text, self.position)):
            self.skips[span[0]] = span[1]
            self._emit("WORD", "expect", at)
            self._emit("SUB", "_", at)
        elif name in FONTS:
            self._font(name, at)
        elif name in ("label", "tag"):
            self._argument(at)
        elif name in ("begin", "end"):
            self._environment(name, at)
        elif name == "forall":
            self._emit("TEXT", "for", at)
        else:
            self._emit(*self._symbol(name, at), at, "variant" if name in VARIANTS else "")

    def _symbol(self, name: str, at: int) -> tuple[str, str]:
        tables = (
            ("REL", RELATIONS),
            ("WORD", _WORDS),
            ("ACCENT", ACCENTS),
            ("FUNC", {k: k for k in FUNCTIONS if k not in ("He", "Li")}),
        )
        for kind, table in tables:
            if name in table:
                return kind, table[name]
        if name in _BRACKETS:
            return _BRACKETS[name], name
        sets = (
            ("FRAC", FRACTIONS),
            ("TIMES", TIMES),
            ("TRANSPOSE", ("top", "intercal", "transpose")),
            ("SQRT", ("sqrt",)),
        )
        for kind, known in sets:
            if name in known:
                return kind, name
        if name == "prime":
            return "MARK", "prime"
        if name in ("ast", "star"):
            return "STAR", "*"
        if name in GREEK:
            return "NAME", VARIANTS.get(name, name)
        raise self.refuse(f"got the command \\{name[:40]}, which is not of this language", at)

    def _environment(self, name: str, at: int) -> None:
        what = self._argument(at).rstrip("*")
        if what in ("pmatrix", "bmatrix", "smallmatrix", "psmallmatrix"):
            self.matrices += 1 if name == "begin" else -1
            self._emit(name.upper(), what, at)
        elif what not in DISPLAYS:
            raise self.refuse(f"got the environment {what[:30]!r}, expected an equation or a pmatrix", at)

    def _argument(self, at: int) -> str:
        """The text of a group in braces, or the next letter, digit or command."""
        match = re.compile(r"\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|[A-Za-z0-9]))").match(self.text, self.position)
        if match is None:
            raise self.refuse("got a command without its argument, expected braces after it", at)
        self.position = match.end()
        return (match[1] if match[1] is not None else match[2]).strip()

    def _font(self, font: str, at: int) -> None:
        what = self._argument(at)
        if font in ("text", "textrm", "mbox", "textit", "textbf") and not (what in FUNCTIONS or what == "T"):
            self._prose(what, at)
        elif font in ("mathbb", "mathds") or (font in ("mathbf", "mathrm", "operatorname") and what in ("E", "1")):
            if what not in _BLACKBOARD:
                raise self.refuse(f"got \\{font}{{{what[:20]}}}, expected E, P, R, N or 1", at)
            self._emit("WORD", _BLACKBOARD[what], at)
        elif what == "T" and font in ("mathsf", "mathrm", "text", "textrm", "mathtt"):
            self._emit("TRANSPOSE", what, at)
        elif what in ("N", r"\mathcal{N}") and font in ("mathcal", "mathscr"):
            self._emit("WORD", "normal", at)
        elif what in FUNCTIONS:
            self._emit("FUNC", what, at)
        elif what in ("Re", "Im") and (part := re.compile(r"\s*\\Phi\b").match(self.text, self.position)):
            self.position = part.end()
            self._emit("FUNC", f"{what.lower()}_Phi", at)
        elif what.startswith("\\") and what[1:] in GREEK:
            bold = "bold" if font in ("boldsymbol", "bm", "mathbf") else ""
            variant = "variant" if what[1:] in VARIANTS else ""
            self._emit("NAME", VARIANTS.get(what[1:], what[1:]), at, f"{bold} {variant}".strip())
        elif re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", what) and (len(what) == 1 or font in ("mathrm", "operatorname")):
            style = "word" if what in GREEK else STYLES.get(font, "")
            self._emit("NAME", what, at, "" if what in ("I", "L", "O") else style)
        else:
            raise self.refuse(f"got \\{font}{{{what[:30]}}}, expected one letter or the name of a function", at)

    def _prose(self, words: str, at: int) -> None:
        found = re.findall(r"[A-Za-z]+", words)
        for word in found:
            if word.lower() not in WORDS:
                raise self.refuse(
                    f"got the word {word[:30]!r}, expected conditions as formulas between "
                    f"{', '.join(sorted(WORDS))}: prose is not understood",
                    at,
                )
        self._emit("TEXT", " ".join(w.lower() for w in found), at)

r"""LaTeX sources as claim files: a line ``% closedform: ...`` before a displayed formula makes claims of it."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from checks.claim import Claim
from checks.claim_file import Unreadable
from checks.claim_table import KEYS, check_keys, listed, text, texts
from checks.errors import ClaimError
from checks.tex.errors import TexError
from checks.tex.macros import Macro, expanded, macros_of
from checks.tex.reading import read_display
from checks.tex.symbols import DISPLAYS

#: What a marker may say of the claims of its display, and once for all that follow.
OPTIONS = (*(k for k in KEYS if k != "define"), "activation", "gaussian", "where")
DEFAULTS = tuple(k for k in OPTIONS if k not in ("name", "title"))
#: Characters of a display, as in a string.
MAX_DISPLAY = 20_000
_MARKER = re.compile(r"^[ \t]*%+[ \t]*closedform(?P<defaults>[ \t]+defaults)?[ \t]*:(?P<options>[^\n]*)$", re.MULTILINE)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_OPENING = re.compile(r"\s*(?:\\begin\{(?P<name>[A-Za-z]+\*?)\}|(?P<bracket>\\\[)|(?P<dollars>\$\$))")
_LABEL = re.compile(r"\\label\{([^{}]*)\}")
_OPTION = re.compile(
    r"\s*(?P<key>[a-z]+)\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|\{[^{}]*\}|\[[^\[\]]*\]|[^\s,\"'{}\[\]]+)\s*(?:,|$)"
)


@dataclass(frozen=True)
class Source:
    """A LaTeX source.

    Args:
        content: the text.
        masked: the same with spaces for comments.
        name: of the file.
        macros: that it defines.
        lines: offsets at which lines begin.
    """

    content: str
    masked: str
    name: str
    macros: Mapping[str, Macro]
    lines: list[int] = field(default_factory=list)

    def place(self, at: int) -> str:
        """File, line and column of an offset."""
        line = bisect_right(self.lines, at)
        return f"{self.name}, line {line}, column {at - self.lines[line - 1] + 1}"


def claims_of_source(content: str, name: str, limit: int) -> list[Claim | Unreadable]:
    r"""The claims of a LaTeX source, in order; why a display cannot be read, with its line and column.

    Args:
        content: the text.
        name: of the file; claims without name or label are called after its stem.
        limit: more claims are refused.

    Raises:
        ClaimError: more claims than that, or defaults that cannot be read.

    Example:
        >>> content = "% closedform: activation = relu\n\\[ E_{u \\sim N(0,1)}[\\sigma(u)^2] = 1/2 \\]"
        >>> [str(c.statement) for c in claims_of_source(content, "paper.tex", 10)]
        ['E[relu(u)^2] = 1/2']
    """
    content = content.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    content = content.partition(r"\end{document}")[0]
    masked = _COMMENT.sub(lambda m: m[1] + " " * (len(m[0]) - len(m[1])), content)
    starts = [0, *(m.end() for m in re.finditer("\n", content))]
    source = Source(content, masked, name, macros_of(masked), starts)
    found: list[Claim | Unreadable] = []
    shared: dict[str, Any] = {}
    for at, end, is_default, options in _markers(source):
        number = f"{name.removesuffix('.tex')}/{len(found) + 1}"
        try:
            table = read_options(options)
            check_keys(table, DEFAULTS if is_default else OPTIONS, "a marker")
        except ClaimError as error:
            if is_default:
                raise ClaimError(f"{source.place(at)}: {error}") from None
            found.append(Unreadable(number, source.place(at), str(error)))
            continue
        if is_default:
            shared = _merged(shared, table)
            continue
        found += _display(source, at, end, _merged(shared, table), number)
        if len(found) > limit:
            raise ClaimError(f"got more than {limit} claims in {name}: split it, or raise --max-claims")
    return found


def _merged(shared: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    both = {**shared, **table}
    if isinstance(shared.get("variables"), Mapping) and isinstance(table.get("variables"), Mapping):
        both["variables"] = {**shared["variables"], **table["variables"]}
    return both


def _markers(source: Source) -> Iterator[tuple[int, int, bool, str]]:
    """Each marker with the lines that go on with it: its offset, where it ends, whether it is for all, its options."""
    pending: tuple[int, int, bool, str] | None = None
    for match in _MARKER.finditer(source.content):
        is_default = match["defaults"] is not None
        if pending is not None and pending[2] == is_default and not source.content[pending[1] : match.start()].strip():
            joined = (
                f"{pending[3].rstrip().rstrip(',')}, {match['options']}" if pending[3].strip() else match["options"]
            )
            pending = (pending[0], match.end(), is_default, joined)
            continue
        if pending is not None:
            yield pending
        pending = (match.start(), match.end(), is_default, match["options"])
    if pending is not None:
        yield pending


def read_options(written: str) -> dict[str, Any]:
    r"""The options of a marker: key = value, ..., where the value is a word, a text in quotes, a table or list.

    Raises:
        ClaimError: another syntax.

    Example:
        >>> read_options("name = kernel, activation = relu, variables = { t = '(0, 1)' }")
        {'name': 'kernel', 'activation': 'relu', 'variables': {'t': '(0, 1)'}}
    """
    found: dict[str, Any] = {}
    at = 0
    while at < len(written.rstrip()):
        match = _OPTION.match(written, at)
        if match is None or match["key"] in found:
            got = written[at:].strip()[:60]
            raise ClaimError(f"got {got!r} in a marker, expected key = value, ..., each key once, texts in quotes")
        value = match["value"]
        if value[0] in "\"'{[":
            try:
                found[match["key"]] = tomllib.loads(f"x = {value}")["x"]
            except tomllib.TOMLDecodeError:
                raise ClaimError(
                    f"got {value[:60]!r} in a marker, expected a table such as {{ t = '(0, 1)' }}"
                ) from None
        else:
            found[match["key"]] = value
        at = match.end()
    return found


def _display(source: Source, at: int, end: int, table: dict[str, Any], name: str) -> Iterator[Claim | Unreadable]:
    """The claims of the display that begins after a marker."""
    span = _span(source, end)
    if isinstance(span, str):
        yield Unreadable(str(table.get("name", name)), source.place(at), span)
        return
    written = source.masked[slice(*span)]
    label = _LABEL.search(written)
    name = str(table.get("name") or (label[1].strip() if label is not None else "") or name)
    try:
        yield from _claims(source, at, span[0], written, table, name)
    except TexError as error:  # of macros
        yield Unreadable(name, source.place(span[0] + error.at), _reason(error))
    except (ClaimError, RecursionError) as error:
        yield Unreadable(name, source.place(at), str(error))


def _span(source: Source, end: int) -> tuple[int, int] | str:
    """The formula after a marker: where it begins and ends, or why there is none."""
    match = _OPENING.match(source.masked, end)
    if match is None or (match["name"] and match["name"].rstrip("*") not in DISPLAYS):
        return r"got a marker without a display after it, expected \begin{equation}, \begin{align}, \[ or $$ next"
    closing = rf"\end{{{match['name']}}}" if match["name"] else r"\]" if match["bracket"] else "$$"
    stop = source.masked.find(closing, match.end(), match.end() + MAX_DISPLAY + len(closing))
    if stop < 0:
        return f"got a display without its end, expected {closing} within {MAX_DISPLAY} characters"
    return match.end(), stop


def _claims(
    source: Source, at: int, start: int, written: str, table: Mapping[str, Any], name: str
) -> Iterator[Claim | Unreadable]:
    whole, origins = expanded(written, source.macros)
    where, _ = expanded(text(table, "where"), source.macros)
    gaussian = text(table, "gaussian").replace(",", " ").split()
    readings = read_display(whole, text(table, "activation") or None, texts(table, "variables"), gaussian, where)
    for part, reading in enumerate(readings, start=1):
        own = name if len(readings) == 1 else f"{name}/{part}"
        offset = reading.at
        place = start + origins[offset] if offset < len(origins) else at
        if isinstance(reading, TexError):
            yield Unreadable(own, source.place(place), _reason(reading))
            continue
        try:
            yield _told(reading.claim(own, listed(table, "assume")), table, source, place)
        except ClaimError as error:
            yield Unreadable(own, source.place(place), str(error))


def _told(claim: Claim, table: Mapping[str, Any], source: Source, place: int) -> Claim:
    where = source.place(place).rpartition(",")[0]
    return replace(
        claim,
        title=text(table, "title") or claim.title,
        source=text(table, "source") or where,
        limits=text(table, "limits"),
        expect=listed(table, "expect"),
    )


def _reason(error: TexError) -> str:
    return f"near {error.near}: {error.reason}" if error.near else error.reason

"""What all commands share: output options, with ``--json [FILE]`` and its like as shorthands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
SHORTHANDS = ("json", "latex", "html", "csv")
#: Commands that have an option of that name themselves, and what takes the file of the other shorthands there.
_OWN = {"train": ("csv", "--report")}
_SUFFIXES = {"json": (".json",), "latex": (".tex", ".latex"), "html": (".html", ".htm"), "csv": (".csv",)}


def expand_shorthands(arguments: Sequence[str]) -> list[str]:
    """Rewrites ``--json`` to ``--format json`` and ``--json FILE`` to ``--format json --out FILE``.

    The next word is the file if it has the format's suffix; ``--json=FILE`` takes any name.

    Example:
        >>> expand_shorthands(["verify", "--json", "out.json", "kernels/relu"])
        ['verify', '--format', 'json', '--out', 'out.json', 'kernels/relu']
        >>> expand_shorthands(["verify", "--json", "kernels/relu"])
        ['verify', '--format', 'json', 'kernels/relu']
        >>> expand_shorthands(["train", "--csv", "runs.csv", "--json", "out.json"])
        ['train', '--csv', 'runs.csv', '--format', 'json', '--report', 'out.json']

    Raises:
        click.UsageError: two shorthands ask for different formats.
    """
    rest, result, formats = list(arguments), list[str](), set[str]()
    own, out = _OWN.get(rest[0] if rest else "", ("", "--out"))
    while rest:
        word = rest.pop(0)
        if word == "--":
            return [*result, word, *rest]
        name, equals, file = word.removeprefix("--").partition("=")
        if not word.startswith("--") or name not in SHORTHANDS or name == own:
            result.append(word)
            continue
        formats.add(name)
        if len(formats) > 1:  # the last one would win, and the first file be missing without a word
            raise click.UsageError(f"got the formats {' and '.join(sorted(formats))}, expected one: run once for each")
        result += ["--format", name]
        if equals:
            result += [out, file]
        elif rest and rest[0].endswith(_SUFFIXES[name]):
            result += [out, _no_claims(rest.pop(0), name)]
    return result


def _no_claims(file: str, name: str) -> str:
    """The file, unless it holds an author's claims, which nobody means to lose.

    Raises:
        click.UsageError: it does.
    """
    try:
        with open(file, encoding="utf-8") as opened:
            found = opened.read(2**20)
    except (OSError, ValueError):
        return file
    if "% closedform" in found or (name == "json" and '"claims"' in found and '"schema"' not in found):
        raise click.UsageError(
            f"got --{name} {file}, which would write over a file of claims; expected another name, or the claims first "
            f"and --{name} last; --{name}={file} writes over it"
        )
    return file


def output_options(command: F) -> F:
    """Adds --format and --out to a command."""
    formats = click.Choice(["table", "json", "csv", "latex", "html"])
    help_format = "How to print the result; --json [FILE], --csv [FILE], --latex [FILE], --html [FILE] are shorthands."
    command = click.option("--out", metavar="FILE", help="Write to FILE (all or nothing) instead of standard output.")(
        command
    )
    return click.option("--format", "form", type=formats, default="table", show_default=True, help=help_format)(command)


def assignments(_: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Reads repeated NAME=VALUE options.

    Raises:
        click.BadParameter: one of them has no =, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in values:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value or name in found:
            raise click.BadParameter(f"got {text!r}, expected NAME=VALUE, each name once", param=parameter)
        found[name] = value
    return found

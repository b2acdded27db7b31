"""Where reports go: a file that is complete or untouched, or standard output."""

import os
import stat
import sys
from contextlib import suppress
from secrets import token_hex
from typing import TextIO

from checks.report.model import Report
from checks.report.render import render
from checks.report.table import print_table

_ADVICE: dict[type[OSError], str] = {
    FileNotFoundError: "its folder does not exist; create the folder or name another file",
    NotADirectoryError: "its folder is a file; name another file",
    IsADirectoryError: "it is a folder, expected a file; add a file name to it",
    PermissionError: "permission denied; name a file in a folder of yours",
}


class OutputError(ValueError):
    """A report could not be written; the message is one line for the user.

    >>> raise OutputError("cannot write 'a/b.json': its folder does not exist")
    Traceback (most recent call last):
    ...
    checks.report.output.OutputError: cannot write 'a/b.json': its folder does not exist
    """


def write_atomically(path: str | os.PathLike[str], text: str) -> None:
    """Writes a file so that it holds the whole text or, whatever happens on the way, what it held before.

    Args:
        path: the file. A link is followed, permissions of an existing file are kept; a pipe or a device is written to.
        text: its content, written as UTF-8 with line ends as they are.

    Raises:
        OutputError: if the folder is missing, the path is a folder, or permission is denied.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_atomically(f"{folder}/report.csv", "claim,verdict")
    ...     Path(folder, "report.csv").read_text(encoding="utf-8")
    'claim,verdict'
    """
    try:
        _write(os.fspath(path), text.encode("utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot write {os.fspath(path)!r}: {_reason(error)}") from error


def ensure_writable(path: str | os.PathLike[str]) -> None:
    """Tries the folder of a file that is to be written later, so that hours of work do not end in an error.

    Args:
        path: the file.

    Raises:
        OutputError: as `write_atomically` would.

    Example:
        >>> ensure_writable("report.json")
    """
    try:
        target = os.path.realpath(path)
        if not os.path.basename(path) or os.path.isdir(target):
            raise IsADirectoryError
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise PermissionError
        folder = os.path.dirname(target)
        if not os.path.exists(folder):
            raise FileNotFoundError
        if not os.path.exists(target) and not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot write {os.fspath(path)!r}: {_reason(error)}") from error


def emit(report: Report, format: str, out: str | None = None) -> None:
    """Sends a report to a file or to standard output.

    Args:
        report: any report.
        format: one of `checks.report.FORMATS`.
        out: the file; None or "-" for standard output.

    Raises:
        OutputError: if it cannot be written. A reader that has seen enough, as `head` has, is no error.
        ValueError: as for `render`.

    >>> from checks.report.model import Cell, Column
    >>> emit(Report("verdicts", "Claims", (Column("claim", "claim"),), ((Cell("kernels/relu"),),)), "csv")
    claim
    kernels/relu
    """
    if out is None or out == "-":
        _print(report, format, sys.stdout)
    else:
        write_atomically(out, render(report, format))


def _write(path: str, content: bytes) -> None:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    if not os.path.basename(path) or (mode is not None and stat.S_ISDIR(mode)):
        raise IsADirectoryError
    if mode is None or stat.S_ISREG(mode):
        _replace(os.path.realpath(path), content, mode)
    else:  # a device or a pipe, as /dev/stdout can be, must not be replaced by a file
        with open(path, "wb") as file:
            file.write(content)


def _replace(target: str, content: bytes, mode: int | None) -> None:
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError  # the folder may allow to replace a file that was made read-only: its owner did not
    temporary = os.path.join(os.path.dirname(target), f".closedform-{token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:  # follows the umask, as the 0600 of tempfile does not
            if mode is not None:
                os.chmod(temporary, stat.S_IMODE(mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        with suppress(OSError):  # after the replacement there is none
            os.unlink(temporary)


def _print(report: Report, format: str, stdout: TextIO | None) -> None:
    if stdout is None:
        raise OutputError("cannot write to standard output: it is closed; use --out FILE")
    on_terminal = format == "table" and stdout.isatty()
    text = "" if on_terminal else render(report, format)
    try:
        if on_terminal:
            print_table(report, stdout)
        else:
            _send(text, stdout)
    except BrokenPipeError:
        _discard(stdout)
    except (OSError, UnicodeEncodeError) as error:
        _discard(stdout)
        raise OutputError(f"cannot write to standard output: {_reason(error)}") from error


def _send(text: str, stdout: TextIO) -> None:
    """As UTF-8 and with line ends as they are, whatever the locale: what is piped is the same as what is in a file."""
    buffer = getattr(stdout, "buffer", None)  # a notebook has none
    if buffer is None:
        stdout.write(text)
    else:
        stdout.flush()
        rest = memoryview(text.encode("utf-8"))
        while rest:  # when Python runs unbuffered, one write may take only a part, without an error
            rest = rest[buffer.write(rest) :]
        buffer.flush()


def _discard(stdout: TextIO) -> None:
    """Lets what is still in the buffer go nowhere, or Python would complain once more when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stdout.fileno())
        os.close(nowhere)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeEncodeError):
        sign = error.object[error.start]
        return f"{error.encoding} has no {sign!a}; remove it from the report, or set PYTHONIOENCODING=utf-8"
    known = next((advice for kind, advice in _ADVICE.items() if isinstance(error, kind)), None)
    return known or getattr(error, "strerror", None) or str(error)

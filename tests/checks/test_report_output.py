"""Files are whole or untouched, whatever happens."""

import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

import checks.report
from checks.report import Cell, Column, OutputError, Report, emit, write_atomically

REPORT = Report("verdicts", "Claims", (Column("claim", "claim"),), ((Cell("θ\r\n1"),),))
CSV = b'claim\r\n"\xce\xb8\r\n1"\r\n'


@pytest.fixture
def umask_027() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod"])
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, MemoryError])
def test_an_interrupted_write_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, interruption: type[BaseException]
) -> None:
    def interrupt(*_: object) -> None:
        raise interruption

    target = tmp_path / "report.json"
    target.write_text("old")
    monkeypatch.setattr(os, step, interrupt)
    with pytest.raises(interruption):
        write_atomically(target, "new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"cannot write '.*new.csv': No space left on device"):
        write_atomically(tmp_path / "new.csv", "new")
    assert os.listdir(tmp_path) == []


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", "θ\r\n1\n")
    assert (tmp_path / "a").read_bytes() == b"\xce\xb8\r\n1\n"


@pytest.mark.usefixtures("umask_027")
def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", "new")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_an_existing_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "a"
    target.touch()
    target.chmod(mode)
    write_atomically(target, "new")
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("new", mode)


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to("folder/real")
    for text in ("created", "replaced"):
        write_atomically(link, text)
        assert (link.is_symlink(), (tmp_path / "folder" / "real").read_text()) == (True, text)


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, "new")
    assert (os.read(reader, 10), pipe.is_fifo()) == (b"new", True)
    os.close(reader)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing/a.json", "folder does not exist; create the folder"),
        (".", "is a folder, expected a file"),
        ("new/", "is a folder, expected a file"),
        ("", "is a folder, expected a file"),
        ("file/a.json", "its folder is a file"),
        ("loop", "symbolic link"),
        ("a\0b", "null"),
    ],
)
def test_a_bad_path_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, reason: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("loop").symlink_to("loop")
    with pytest.raises(OutputError, match=reason) as caught:
        write_atomically(path, "new")
    assert str(caught.value).startswith(f"cannot write {path!r}: ")
    assert "\n" not in str(caught.value)
    assert sorted(os.listdir()) == ["file", "loop"]


def test_a_read_only_file_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # chmod would not stop an administrator
    with pytest.raises(OutputError, match="permission denied"):
        write_atomically(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "old"


def test_text_that_is_no_unicode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"utf-8 has no '\\ud800'"):
        write_atomically(tmp_path / "a", "\ud800")
    assert os.listdir(tmp_path) == []


def test_emit_writes_the_same_to_a_file_and_to_standard_output(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    emit(REPORT, "csv", str(tmp_path / "a.csv"))
    emit(REPORT, "csv")
    emit(REPORT, "csv", "-")
    assert (tmp_path / "a.csv").read_bytes() == CSV
    assert capfdbinary.readouterr().out == CSV * 2


def test_emit_needs_no_real_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", notebook := io.StringIO())
    emit(REPORT, "table")
    assert "Claims" in notebook.getvalue()
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="it is closed; use --out FILE"):
        emit(REPORT, "csv")


#: Half a second each: every pair of the three options is met by default, every triple in the slow tier.
BY_DEFAULT = {("table", "", 1), ("table", "1", 5000), ("json", "", 5000), ("json", "1", 1)}


@pytest.mark.parametrize(
    ("format", "unbuffered", "rows"),
    [
        pytest.param(*x, marks=[] if x in BY_DEFAULT else [pytest.mark.slow])
        for x in product(("table", "json"), ("", "1"), (1, 5000))
    ],
)
def test_a_reader_that_stops_early_is_no_error(format: str, unbuffered: str, rows: int) -> None:
    code = (
        f"from checks.report import *; import sys; rows = ((Cell('x' * 100),),) * {rows};"
        f"emit(Report('verdicts', 'Claims', (Column('a', 'a'),), rows), '{format}'); sys.stderr.write('went on')"
    )
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(checks.report.__file__).parents[2],
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (process.stderr, process.returncode) == (b"went on", 0)


def standard_output(write: Callable[[bytes], int]) -> SimpleNamespace:
    buffer = SimpleNamespace(write=write, flush=lambda: None)
    return SimpleNamespace(buffer=buffer, flush=lambda: None, fileno=io.BytesIO().fileno)


def test_a_write_that_takes_a_part_is_continued(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", standard_output(lambda content: taken.write(content[:3])))
    emit(REPORT, "csv")
    assert taken.getvalue() == CSV


def test_a_full_device_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", standard_output(full))
    with pytest.raises(OutputError, match="cannot write to standard output: No space left on device"):
        emit(REPORT, "csv")


def test_a_terminal_that_lacks_a_letter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal(io.BytesIO(), encoding="ascii"))
    with pytest.raises(OutputError, match=r"ascii has no '\\u03b8'.*PYTHONIOENCODING=utf-8"):
        emit(REPORT, "table")

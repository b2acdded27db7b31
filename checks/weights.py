"""Matrices of weights from files: numbers only, never pickles."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from checks.errors import ClaimError

SUFFIXES = (".npy", ".npz", ".csv", ".mat")


class WeightsError(ClaimError):
    """A file of weights cannot be read as one matrix of numbers."""


def read_weights(path: str) -> NDArray[np.float64]:
    """The one matrix in a file.

    Args:
        path: .npy, .npz or .mat with one matrix (or one called W), or .csv with one row a line.

    Returns:
        The matrix as float64.

    Raises:
        WeightsError: no such file, another suffix, no single matrix of numbers.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     _ = Path(folder, "w.csv").write_text("1,0\\n0,1\\n")
        ...     read_weights(f"{folder}/w.csv").tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    file = Path(path)
    if file.suffix.lower() not in SUFFIXES:
        raise WeightsError(f"got the file {path!r}, expected one of {', '.join(SUFFIXES)}")
    if not file.is_file():
        what = "is a folder or no regular file" if file.exists() else "does not exist"
        raise WeightsError(f"got the file {path!r}, which {what}; check the path")
    try:
        found = _read(file)
    except (ValueError, OSError, KeyError, EOFError, NotImplementedError, TypeError, MemoryError, BadZipFile) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if "pickle" in reason:
            reason = "it holds Python objects, which are never loaded"
        raise WeightsError(f"got the file {path!r}, expected a matrix of numbers ({reason})") from None
    array = np.asarray(found)
    if array.dtype.kind not in "biuf":
        raise WeightsError(f"got the file {path!r} with entries of type {array.dtype}, expected real numbers")
    return array.astype(np.float64)


def _read(file: Path) -> Any:
    suffix = file.suffix.lower()
    if suffix == ".npy":
        return np.load(file, allow_pickle=False)
    if suffix == ".npz":
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return _only({n: archive[n] for n in archive.files})
    if suffix == ".mat":
        from scipy.io import loadmat

        return _only({n: x for n, x in loadmat(file).items() if not n.startswith("__")})
    text = file.read_text(encoding="utf-8-sig")
    if not text.strip():
        raise ValueError("it is empty")
    return np.loadtxt(text.splitlines(), delimiter=",", ndmin=2)


def _only(arrays: dict[str, Any]) -> Any:
    if "W" in arrays:
        return arrays["W"]
    if len(arrays) != 1:
        raise ValueError(
            f"it holds {len(arrays)} arrays ({', '.join(arrays) or 'none'}); expected one, or one called W"
        )
    return next(iter(arrays.values()))

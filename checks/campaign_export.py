"""Finished runs of a campaign as CSV or Parquet, one a row, and its distinct points as files of weights."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.campaign_points import CampaignResult
from checks.campaign_store import CampaignStore
from checks.errors import ClaimError
from checks.report import OutputError, write_atomically

#: Columns besides the weights.
COLUMNS = ("run", "batch", "status", "steps", "loss", "gradient_norm", "point", "name", "partition")


def write_csv(store: CampaignStore, file: str) -> None:
    """Writes all finished runs, one a row; weights as w_1_1, ..., w_n_d with all their digits.

    Args:
        store: open.
        file: replaced as a whole, or left as it was.

    Raises:
        OutputError: it cannot be written.
    """
    n, d = store.campaign.n, store.campaign.d
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"w_{i}_{j}" for i in range(1, n + 1) for j in range(1, d + 1))])
    for row, weights in _rows(store):
        writer.writerow([*("" if x is None else x for x in row), *map(repr, weights)])
    write_atomically(file, stream.getvalue())


def write_parquet(store: CampaignStore, file: str) -> None:
    """Writes all finished runs, one a row; weights as one list of n d numbers, row by row.

    Args:
        store: open.
        file: replaced as a whole, or left as it was.

    Raises:
        ClaimError: pyarrow is missing.
        OutputError: it cannot be written.
    """
    arrow, parquet = _pyarrow(file)
    whole = store.campaign.n * store.campaign.d
    texts, whole_numbers = arrow.string(), arrow.int64()
    kinds = [whole_numbers, whole_numbers, texts, whole_numbers, arrow.float64(), arrow.float64(), whole_numbers]
    schema = arrow.schema(
        [*zip(COLUMNS, [*kinds, texts, texts], strict=True), ("weights", arrow.list_(arrow.float64(), whole))]
    )
    rows = [dict(zip((*COLUMNS, "weights"), (*row, weights), strict=True)) for row, weights in _rows(store)]
    table = arrow.Table.from_pylist(rows, schema=schema)
    temporary = f"{file}.{os.getpid()}.tmp"
    try:
        parquet.write_table(table, temporary)
        os.replace(temporary, file)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise OutputError(f"cannot write {file!r}: {error.strerror or error}") from None


def check_parquet(file: str) -> None:
    """Whether Parquet can be written at all, to be asked before hours of work.

    Raises:
        ClaimError: pyarrow is missing.
    """
    _pyarrow(file)


def save_points(found: CampaignResult, folder: str) -> dict[int, str]:
    """Writes the weights of each distinct point, in canonical order, as point-NUMBER.npy.

    Args:
        found: the points.
        folder: made if it does not exist.

    Returns:
        The file of each point.

    Raises:
        OutputError: a file cannot be written.
    """
    import numpy as np

    make_folder(folder)
    files = {p.number: os.path.join(folder, f"point-{p.number}.npy") for p in found.points}
    for point in found.points:
        stream = io.BytesIO()  # NumPy does not say so when the disk is full
        np.save(stream, point.weights, allow_pickle=False)
        _write_bytes(files[point.number], stream.getvalue())
    return files


def _write_bytes(file: str, data: bytes) -> None:
    """Replaces a file as a whole, or leaves it as it was."""
    temporary = Path(f"{file}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"cannot write {file!r}: {error.strerror or error}") from None


def make_folder(folder: str) -> None:
    """Makes a folder, with those above it.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder!r}: {error.strerror or error}; name another one") from None


def _rows(store: CampaignStore) -> Iterator[tuple[tuple[Any, ...], list[float]]]:
    points = store.points_of_runs()
    for run in store.runs():
        row = (run.number, run.batch, run.status, run.steps, run.loss, run.gradient_norm)
        yield (*row, *points.get(run.number, (None, None, None))), run.weights.ravel().tolist()


def _pyarrow(file: str) -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ClaimError(f"got --parquet {file}, but pyarrow is missing: pip install 'closedform[parquet]'") from None
    return pyarrow, parquet

"""Reports for machines: JSON and CSV."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from math import isfinite

from checks.report.model import JSON, Report


def to_json(report: Report) -> str:
    """The report as a JSON document with the schema `closedform/<kind>/1`.

    Args:
        report: any report.

    Returns:
        An indented document: schema, title, rows, notes, the payload, environment, in this order.

    Raises:
        ValueError: if a value is NaN, infinite, or nothing that JSON has a name for.

    >>> from checks.report.model import Cell, Column
    >>> print(to_json(Report("spectrum", "At zero", (Column("λ", "eigenvalue"),), ((Cell("1/4", value=0.25),),))))
    {
      "schema": "closedform/spectrum/1",
      "title": "At zero",
      "rows": [
        {
          "eigenvalue": 0.25
        }
      ],
      "notes": [],
      "environment": {}
    }
    <BLANKLINE>
    """
    keys = [column.key for column in report.columns]
    document: dict[str, JSON] = {
        "schema": f"closedform/{report.kind}/1",
        "title": report.title,
        "rows": [{key: cell.machine for key, cell in zip(keys, row, strict=True)} for row in report.rows],
        "notes": report.notes,
        **report.payload,
        "environment": report.environment,
    }
    return json.dumps(_plain(document, "report"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(report: Report) -> str:
    """The rows of the report as comma-separated values (RFC 4180).

    Args:
        report: any report; its title, notes, payload and environment have no place in this format.

    Returns:
        A header of column keys, then a line for each row. A value that is no text is written as in JSON.

    Raises:
        ValueError: as for `to_json`.

    >>> from checks.report.model import Cell, Column
    >>> to_csv(Report("spectrum", "At zero", (Column("λ", "eigenvalue"),), ((Cell("1/4", value=0.25),),)))
    'eigenvalue\\r\\n0.25\\r\\n'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # ends lines with \r\n: with \n, a lone \r in a cell is left unquoted before Python 3.13
    writer.writerow([column.key for column in report.columns])
    for number, row in enumerate(report.rows):
        writer.writerow([_field(cell.machine, f"rows[{number}]") for cell in row])
    return text.getvalue()


def _field(value: JSON, where: str) -> str:
    return value if isinstance(value, str) else json.dumps(_plain(value, where), ensure_ascii=False)


def _plain(value: JSON, where: str) -> JSON:
    """The value in the dictionaries and lists that json knows, every number finite."""
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, float):
        raise ValueError(f"got {value} at {where}, expected a finite number; JSON has no other: say it in words")
    if isinstance(value, Mapping):
        return {key: _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_plain(item, f"{where}[{number}]") for number, item in enumerate(value)]
    raise ValueError(f"got {type(value).__name__} at {where}, expected a JSON value; convert it to a number or a text")

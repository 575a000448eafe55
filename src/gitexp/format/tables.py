"""Tables that a run logged, read from CSV."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.model.values import Scalar


_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,299})")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)?\.[0-9]+|(?:0|[1-9][0-9]*)\.?)(?:[eE][-+]?[0-9]+)?|nan|NaN|[-+]?inf")


class LoggedTable(NamedTuple):
    """A table. ``total`` counts the rows that there are; ``rows`` may be the first of them alone."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    total: int


def parse_table(data: bytes, most: int) -> LoggedTable:
    """Reads CSV, at most ``most`` rows of it, each filled or cut to as many cells as there are columns.

    Numbers, true and false are read as such, an empty cell as null. Raises ValueError for what is no CSV.
    """
    try:
        reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", "replace", newline=""))
        columns = tuple(next(reader, ()))
        if not columns:
            raise ValueError("it has no columns")
        rows = tuple(
            tuple(parse_cell(row[place]) if place < len(row) else None for place in range(len(columns)))
            for row in islice(reader, most)
        )
        return LoggedTable(columns, rows, len(rows) + sum(1 for _ in reader))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def parse_cell(text: str) -> Scalar:
    """The value of a cell. What is no number as programs write one, such as ``007`` or ``1_000``, stays a text."""
    if not text:
        return None
    if text in ("True", "true", "False", "false"):
        return text in ("True", "true")
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text

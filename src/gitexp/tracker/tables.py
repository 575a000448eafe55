"""Tables of whatever kind a script has, as CSV."""

from __future__ import annotations

import csv
import io
from _collections_abc import Mapping, Sequence

from gitexp.tracker.notices import Refusal
from gitexp.tracker.numbers import clean_name, describe_kind
from gitexp.tracker.scalars import to_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def format_table(table: Any, columns: Sequence[str] | None) -> bytes:
    """A table as CSV: RFC 4180, UTF-8, lines that end in LF; missing values are empty.

    Takes rows with ``columns`` named beside them, a list of dicts, a dict of columns, a DataFrame of pandas (its index
    where it has one of its own) or of polars, an Arrow table. Raises Refusal.
    """
    if columns is not None:
        return _format_rows(list(columns), _list(table))
    if callable(getattr(table, "write_csv", None)):  # polars
        return clean_name(table.write_csv()).encode()
    if callable(getattr(table, "to_csv", None)):  # pandas
        named = getattr(table.index, "name", None) is not None or type(table.index).__name__ != "RangeIndex"
        return clean_name(table.to_csv(index=named, lineterminator="\n")).encode()
    if callable(getattr(table, "to_pydict", None)):  # Arrow
        table = table.to_pydict()
    if isinstance(table, Mapping):
        return _format_columns({clean_name(name): _list(column) for name, column in table.items()})
    rows = _list(table)
    if not all(isinstance(row, Mapping) for row in rows):
        raise Refusal(f"{describe_kind(table)} is left out: rows that are no dicts need columns=[…] beside them")
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _format_rows(names, [[row.get(name) for name in names] for row in rows])


def _list(values: Any) -> list[Any]:
    if callable(getattr(values, "detach", None)):
        values = values.detach().cpu()
    if callable(getattr(values, "tolist", None)):
        values = values.tolist()
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise Refusal(f"{describe_kind(values)} is left out: it is no table, nor a column or row of one")
    return list(values)


def _format_columns(columns: dict[str, list[Any]]) -> bytes:
    longest = max(map(len, columns.values()), default=0)
    rows = ([column[row] if row < len(column) else None for column in columns.values()] for row in range(longest))
    return _format_rows(list(columns), rows)


def _format_rows(names: Sequence[object], rows: Iterable[Any]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([clean_name(name) for name in names])
    for row in rows:
        writer.writerow([to_plain(value) for value in _list(row)])
    return text.getvalue().encode()

"""Sheets of runs, and their points, as Parquet with typed columns."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from gitexp.errors import MissingPackage
from gitexp.format.sheet_text import POINT_KEYS
from gitexp.model.sheet import to_float

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.format.sheet_text import RunPoint
    from gitexp.model.sheet import Sheet, TypedColumn

_FORMAT = b"1"
"""Of what is in such a file: its columns and their meaning."""
_GROUP_ROWS = 131_072


def load_pyarrow() -> tuple[Any, Any]:
    """pyarrow and its Parquet. Raises MissingPackage."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingPackage("pyarrow", "Parquet", "parquet") from error
    return pyarrow, pyarrow.parquet


def write_sheet(file: BinaryIO, sheet: Sheet) -> None:
    """A row for each run. Times are of microseconds in UTC; mixed values are text. Raises MissingPackage."""
    arrow, parquet = load_pyarrow()
    arrays = [_make_array(arrow, column) for column in sheet.columns]
    fields = [arrow.field(column.key, array.type) for column, array in zip(sheet.columns, arrays, strict=True)]
    table = arrow.Table.from_arrays(arrays, schema=arrow.schema(fields, metadata=_describe(b"runs")))
    parquet.write_table(table, file, row_group_size=_GROUP_ROWS, compression="zstd")


def write_points(file: BinaryIO, points: Iterable[RunPoint], *, float_steps: bool) -> None:
    """A row for each point, in groups of 131,072 rows; ids and metrics dictionary-encoded. Raises MissingPackage."""
    arrow, parquet = load_pyarrow()
    types = (
        arrow.string(),
        arrow.string(),
        arrow.float64() if float_steps else arrow.int64(),
        arrow.float64(),
        arrow.float64(),
    )
    schema = arrow.schema(list(zip(POINT_KEYS, types, strict=True)), metadata=_describe(b"points"))
    with parquet.ParquetWriter(file, schema, use_dictionary=["run", "metric"], compression="zstd") as writer:
        waiting = iter(points)
        while group := list(islice(waiting, _GROUP_ROWS)):
            runs, metrics, steps, times, values = zip(*group, strict=True)
            if float_steps:
                steps = tuple(None if step is None else to_float(step) for step in steps)
            columns = (runs, metrics, steps, times, tuple(map(to_float, values)))
            arrays = [arrow.array(column, kind) for column, kind in zip(columns, types, strict=True)]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))


def _make_array(arrow: Any, column: TypedColumn) -> Any:
    if column.type == "int":
        return arrow.array(column.values, arrow.int64())
    if column.type == "bool":
        return arrow.array(column.values, arrow.bool_())
    if column.type == "float":
        return arrow.array(column.values, arrow.float64())
    if column.type == "time":
        return arrow.array(column.values, arrow.timestamp("us", "UTC"))
    return arrow.array(column.texts(), arrow.string())


def _describe(rows: bytes) -> dict[bytes, bytes]:
    return {b"gitexp.format": _FORMAT, b"gitexp.rows": rows}

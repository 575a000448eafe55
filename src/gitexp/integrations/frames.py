"""Typed columns as the frames of pandas and polars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gitexp.errors import MissingPackage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas
    import polars

    from gitexp.model.sheet import TypedColumn


def to_pandas(columns: Sequence[TypedColumn]) -> pandas.DataFrame:
    """A frame: NumPy's types where no value is missing, else ``Int64``, ``boolean``, and ``float64`` with NaN.

    A column of floats in which some values are NaN and others are missing is ``Float64``, which tells them apart.
    Mixed values are objects, as they were recorded. Raises MissingPackage.
    """
    try:
        import pandas
    except ImportError as error:
        raise MissingPackage("pandas", "to_pandas()", "analysis") from error
    return pandas.DataFrame({column.key: _pandas_series(pandas, column) for column in columns})


def _pandas_series(pandas: Any, column: TypedColumn) -> Any:
    values, is_whole = list(column.values), None not in column.values
    if column.type == "int":
        return pandas.Series(values, dtype="int64" if is_whole else "Int64")
    if column.type == "bool":
        return pandas.Series(values, dtype="bool" if is_whole else "boolean")
    if column.type == "float":
        if is_whole or not any(value is not None and math.isnan(value) for value in values):
            return pandas.Series(values, dtype="float64")
        numbers = pandas.Series(values, dtype="float64").to_numpy(copy=True)
        absent = pandas.Series([value is None for value in values]).to_numpy()
        return pandas.Series(pandas.arrays.FloatingArray(numbers, absent))
    if column.type == "time":
        return pandas.Series(values, dtype="datetime64[us, UTC]")
    if column.type == "mixed":
        return pandas.Series(values, dtype="object")
    return pandas.Series(values, dtype=None if any(value is not None for value in values) else "object")


def to_polars(columns: Sequence[TypedColumn]) -> polars.DataFrame:
    """A frame: null where a value is missing, NaN where it is one; mixed values are text. Raises MissingPackage."""
    try:
        import polars
    except ImportError as error:
        raise MissingPackage("polars", "to_polars()", "analysis") from error
    types: dict[str, Any] = {
        "int": polars.Int64,
        "bool": polars.Boolean,
        "float": polars.Float64,
        "time": polars.Datetime("us", "UTC"),
    }
    return polars.DataFrame(
        [
            polars.Series(column.key, column.values, dtype=types[column.type])
            if column.type in types
            else polars.Series(column.key, column.texts(), dtype=polars.String)
            for column in columns
        ]
    )

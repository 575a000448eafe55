"""Runs as a sheet with typed columns, for programs that compute: data frames, CSV, JSON, Parquet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gitexp.model.columns import field_column, metric_column
from gitexp.model.comparison import cell_of_candidate, detail_columns
from gitexp.model.free_columns import find_columns, free_columns
from gitexp.model.texts import replace_surrogates, replace_surrogates_in
from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.model.columns import Column
    from gitexp.model.comparison import Candidate

ColumnType = Literal["bool", "int", "float", "text", "time", "mixed"]
FIELDS = ("id", "name", "experiment", "status", "started", "ended", "seconds", "user", "command", "commit")
_SOMETIMES = ("parts", "hidden")
_AGGREGATES = ("min", "max", "step")
_LEAST, _GREATEST = -(2**63), 2**63 - 1


class TypedColumn(NamedTuple):
    """A column of values of one type, None where there is none.

    ``mixed`` are values of several types, lists, mappings, and ints of more than 64 bits: each is as it was recorded.
    ``nulls`` are the places where a null was recorded. ``rounded`` counts ints that no float is equal to, in a column
    that has floats too.
    """

    key: str
    type: ColumnType
    values: tuple[Any, ...]
    nulls: frozenset[int] = frozenset()
    rounded: int = 0

    def texts(self) -> list[str | None]:
        """The values as text: what a library gets that has one type for a column."""
        return [None if value is None else format_value(value) for value in self.values]


class Sheet(NamedTuple):
    """Columns of equal length, each under a key of its own."""

    columns: tuple[TypedColumn, ...]
    length: int

    def rows(self) -> list[dict[str, Any]]:
        """A mapping for each row: a key that is not there was not recorded, null is None."""
        rows: list[dict[str, Any]] = [{} for _ in range(self.length)]
        for column in self.columns:
            for place, value in enumerate(column.values):
                if value is not None or place in column.nulls:
                    rows[place][column.key] = value
        return rows


def choose_columns(candidates: Sequence[Candidate], keys: Sequence[str], *, everything: bool) -> list[Column]:
    """The columns that keys or globs name; without any the fields, params, metrics and tags of the runs.

    ``everything``: other summaries of the metrics too, and what the manifests say. Raises UsageError for a key that no
    run has.
    """
    heads = [candidate.head for candidate in candidates]
    more = detail_columns(candidates)
    if keys:
        steps = {f"metrics.{metric}.step": metric_column(metric, "step") for head in heads for metric in head.metrics}
        found = [
            column
            for key in keys
            for column in ([steps[key]] if key in steps else find_columns(key, heads, what="columns", more=more))
        ]
        return list({(column.kind, column.name, column.aggregate): column for column in found}.values())
    some = [
        column
        for column in map(field_column, _SOMETIMES)
        if any(cell_of_candidate(column, candidate).present for candidate in candidates)
    ]
    columns = [*map(field_column, FIELDS), *some, *free_columns(heads)]
    if not everything:
        return columns
    # A metric may be called loss.min: the names of what was logged go before those of summaries.
    summaries = [
        metric_column(column.name, aggregate)
        for column in columns
        if column.kind == "metric"
        for aggregate in _AGGREGATES
    ]
    return [*columns, *summaries, *more]


def make_sheet(candidates: Sequence[Candidate], columns: Iterable[Column]) -> Sheet:
    """What the runs have in the columns, in their order."""
    made: dict[str, TypedColumn] = {}
    for column in columns:
        cells = [cell_of_candidate(column, candidate) for candidate in candidates]
        key, number = replace_surrogates(column.key), 1
        while key in made:
            number += 1
            key = f"{replace_surrogates(column.key)}#{number}"
        nulls = frozenset(place for place, cell in enumerate(cells) if cell.present and cell.value is None)
        values = [cell.value if cell.time is None else cell.time for cell in cells]
        made[key] = type_column(key, values, is_number=column.kind == "metric")._replace(nulls=nulls)
    return Sheet(tuple(made.values()), len(candidates))


def type_column(key: str, values: Iterable[Any], *, is_number: bool = False) -> TypedColumn:
    """Finds the type that all values have. ``is_number``: they are numbers, and the column is to be one of numbers."""
    known: tuple[Any, ...] = tuple(
        replace_surrogates_in(value) if isinstance(value, (str, list, dict)) else value for value in values
    )
    types = {type(value) for value in known if value is not None}
    if types <= {str}:
        return TypedColumn(key, "float" if is_number else "text", known)
    if types == {bool}:
        return TypedColumn(key, "bool", known)
    if types == {int} and all(value is None or _LEAST <= value <= _GREATEST for value in known):
        return TypedColumn(key, "int", known)
    if types <= {datetime}:
        return TypedColumn(key, "time", known)
    if types <= {int, float} and (float in types or is_number):
        floats, rounded = _to_floats(known)
        if is_number or not rounded:
            return TypedColumn(key, "float", floats, rounded=rounded)
    return TypedColumn(key, "mixed", known)


def _to_floats(values: Iterable[Any]) -> tuple[tuple[float | None, ...], int]:
    floats: list[float | None] = []
    rounded = 0
    for value in values:
        number = None if value is None else to_float(value)
        rounded += number is not None and number == number and number != value
        floats.append(number)
    return tuple(floats), rounded


def to_float(value: float) -> float:
    """The float nearest to a number; an infinity for an int beyond 1.8e308."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")

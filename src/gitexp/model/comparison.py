"""Many runs held against each other: a row for each key, a column for each run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.model.columns import ABSENT, Cell, cell_of, field_column
from gitexp.model.details import SEED, detail_column
from gitexp.model.free_columns import find_columns, free_columns
from gitexp.model.listing import unique_length
from gitexp.model.ordering import natural_key, sort_present_first
from gitexp.model.values import equal_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.model.columns import Column
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Direction
    from gitexp.model.values import Value

RowPart: TypeAlias = Literal["run", "params", "metrics", "online", "tags", "code", "data", "environment"]
ROW_PARTS: tuple[RowPart, ...] = ("run", "params", "metrics", "online", "tags", "code", "data", "environment")

_FIELDS = ("status", "parts", "started", "seconds", "experiment", "user", "command")
_KINDS: dict[str, RowPart] = {"param": "params", "metric": "metrics", "tag": "tags"}


class Candidate(NamedTuple):
    """A run to compare: what its commit says of it, and of its manifest what no commit says."""

    head: RunHead
    details: Mapping[str, Value]
    tree: str | None = None
    """That of its snapshot, where it was read: equal code has one tree, and maybe several commits."""


class Change(NamedTuple):
    """How far a value lies from the baseline's; ``percent`` of that one's size, None where it is 0."""

    difference: float
    percent: float | None


class Row(NamedTuple):
    """One key of all runs. ``best`` are the places of its best values, none where no direction is known.

    ``changes`` of a metric are those from the first run, None where one has no finite number; () without a baseline.
    """

    column: Column
    part: RowPart
    cells: tuple[Cell, ...]
    is_same: bool
    best: frozenset[int]
    changes: tuple[Change | None, ...] = ()


class RunMatrix(NamedTuple):
    """Runs in columns, ``heads`` and the cells of every row in the same order.

    ``undirected`` are the metrics that differ while nothing says which way is better. So many characters as
    ``id_length`` of each id name that run and no other.
    """

    heads: tuple[RunHead, ...]
    rows: tuple[Row, ...]
    undirected: tuple[str, ...]
    id_length: int
    has_baseline: bool = False
    """Whether the others are held against the first run."""

    def rows_of(self, part: RowPart) -> list[Row]:
        """The rows of one part."""
        return [row for row in self.rows if row.part == part]


def compare_many(
    candidates: Sequence[Candidate],
    directions: Mapping[str, Direction],
    *,
    keys: Sequence[str] = (),
    others: Iterable[RunId] = (),
    has_baseline: bool = False,
) -> RunMatrix:
    """Holds runs against each other.

    ``keys`` are keys or globs of rows, which then come in that order; without any every row that says something comes,
    but for a seed that is among the params. ``others`` are the ids of further runs, from which a short id must be told
    as well. With ``has_baseline`` the metrics of all are held against those of the first. Raises UsageError for a key
    that none of the runs has.
    """
    heads = [candidate.head for candidate in candidates]
    columns = _find_asked(candidates, heads, keys) if keys else _all_columns(candidates, heads)
    rows = [_make_row(column, candidates, directions) for column in columns]
    if not keys:
        rows = [row for row in rows if any(cell.present for cell in row.cells) and not _is_told_again(row, rows)]
    if has_baseline:
        rows = [row._replace(changes=_find_changes(row)) if row.column.kind == "metric" else row for row in rows]
    undirected = [
        row.column.name
        for row in rows
        if row.column.kind == "metric" and row.column.name not in directions and _has_choice(row)
    ]
    return RunMatrix(
        heads=tuple(heads),
        rows=tuple(rows),
        undirected=tuple(dict.fromkeys(undirected)),
        id_length=unique_length([head.id for head in heads], {*others, *(head.id for head in heads)}),
        has_baseline=has_baseline,
    )


def detail_columns(candidates: Iterable[Candidate]) -> list[Column]:
    """The columns of all details that any of the runs has, data in natural order."""
    keys = dict.fromkeys(key for candidate in candidates for key in candidate.details)
    data = sorted((key for key in keys if key.startswith("data.")), key=natural_key)
    others = [key for key in keys if not key.startswith("data.")]
    return [detail_column(key) for key in (*others, *data)]


def _all_columns(candidates: Sequence[Candidate], heads: Sequence[RunHead]) -> list[Column]:
    names = {head.name for head in heads}
    fields = _FIELDS if len(names) == len(heads) else ("name", *_FIELDS)
    columns = [*map(field_column, fields), *free_columns(heads), *detail_columns(candidates)]
    return sorted(columns, key=lambda column: ROW_PARTS.index(_part_of(column)))


def _find_asked(candidates: Sequence[Candidate], heads: Sequence[RunHead], keys: Sequence[str]) -> list[Column]:
    more = detail_columns(candidates)
    found = [column for key in keys for column in find_columns(key, heads, what="--rows", more=more)]
    return list({column.key: column for column in found}.values())


def _make_row(column: Column, candidates: Sequence[Candidate], directions: Mapping[str, Direction]) -> Row:
    cells = tuple(cell_of_candidate(column, candidate) for candidate in candidates)
    is_same = len(cells) > 1 and all(
        cell.present and cells[0].present and equal_values(cell.value, cells[0].value) for cell in cells
    )
    best: frozenset[int] = frozenset()
    if column.kind == "metric" and not is_same and column.name in directions:
        best = _find_best(cells, directions[column.name])
    return Row(column, _part_of(column), cells, is_same, best)


def cell_of_candidate(column: Column, candidate: Candidate) -> Cell:
    """What a run has in a column, be it of its manifest."""
    if column.kind != "detail":
        return cell_of(column, candidate.head)
    if column.key not in candidate.details:
        return ABSENT
    return Cell(candidate.details[column.key], present=True)


def _find_best(cells: Sequence[Cell], direction: Direction) -> frozenset[int]:
    """The places of the best value, where there are at least two to choose from; NaN is none."""
    valued = [place for place, cell in enumerate(cells) if cell.present and cell.value == cell.value]
    if len(valued) < 2:
        return frozenset()
    ordered = sort_present_first(valued, lambda place: cells[place].value, reverse=direction == "maximize")
    best = frozenset(place for place in valued if cells[place].value == cells[ordered[0]].value)
    return best if len(best) < len(valued) else frozenset()


def _find_changes(row: Row) -> tuple[Change | None, ...]:
    return (None, *(_find_change(row.cells[0].value, cell.value) for cell in row.cells[1:]))


def _find_change(first: Value, value: Value) -> Change | None:
    if isinstance(first, bool) or isinstance(value, bool):
        return None
    if not isinstance(first, (int, float)) or not isinstance(value, (int, float)):
        return None
    try:
        difference = float(value - first)
        percent = difference / abs(first) * 100 if first else None
    except OverflowError:
        return None
    if not math.isfinite(difference):
        return None
    return Change(difference, percent if percent is not None and math.isfinite(percent) else None)


def _has_choice(row: Row) -> bool:
    return not row.is_same and sum(cell.present for cell in row.cells) > 1


def _is_told_again(row: Row, rows: Sequence[Row]) -> bool:
    """Whether it is the seed, and a param says the same of every run."""
    return row.column.key == SEED and any(
        other.part == "params" and "seed" in other.column.name.rpartition(".")[2] and _is_equal(other, row)
        for other in rows
    )


def _is_equal(one: Row, other: Row) -> bool:
    pairs = zip(one.cells, other.cells, strict=True)
    return all(a.present == b.present and equal_values(a.value, b.value) for a, b in pairs)


def _part_of(column: Column) -> RowPart:
    if column.kind in _KINDS:
        return _KINDS[column.kind]
    if column.kind == "detail":
        for part in ("online", "code", "data", "environment"):
            if column.key.startswith(f"{part}."):
                return part
    return "run"

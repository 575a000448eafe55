"""A table of runs: which rows, which columns, and what is the same in all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.model.columns import ABSENT, Cell, Column, cell_of, field_column
from gitexp.model.details import detail_column
from gitexp.model.free_columns import find_columns, free_columns
from gitexp.model.ids import SHORTEST_PREFIX
from gitexp.model.ordering import sort_present_first
from gitexp.model.run import Status
from gitexp.model.values import equal_values
from gitexp.model.weights import weigh_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Direction
    from gitexp.model.values import Value

Choice: TypeAlias = Literal["differing", "all"]

_NOTHING: dict[str, dict[str, Value]] = {}
_ALWAYS = ("id", "name", "status", "started", "seconds")


class RunTable(NamedTuple):
    """Rows of runs with their cells; ``heads``, ``cells`` and rows of the screen are in the same order."""

    columns: tuple[Column, ...]
    heads: tuple[RunHead, ...]
    cells: tuple[tuple[Cell, ...], ...]
    constant: tuple[tuple[Column, Cell], ...]
    """Columns left out because every row has the same value in them."""
    total: int
    """How many runs there were before the listing was cut to its length."""
    best: Mapping[str, Cell]
    """By column key, the best value among the rows, for metrics whose direction is known."""
    id_length: int
    """So many characters of each row's id name that run and no other."""

    @property
    def left_over(self) -> int:
        """How many runs are not among the rows."""
        return self.total - len(self.heads)


class ListingRequest(NamedTuple):
    """What a listing shall show. ``columns`` are keys or globs of keys, and take the place of ``choice``."""

    sort: str | None = None
    columns: tuple[str, ...] = ()
    choice: Choice = "differing"
    limit: int | None = None
    show_experiment: bool = False
    show_hidden: bool = False
    show_parts: bool = False


def list_runs(
    heads: Sequence[RunHead],
    request: ListingRequest,
    directions: Mapping[str, Direction],
    others: Iterable[RunId] = (),
    details: Mapping[str, Mapping[str, Value]] = _NOTHING,
) -> RunTable:
    """Makes a table: runs that are going first, then the newest, unless ``sort`` names another order.

    Params, metrics and tags with the same value on every row become ``constant`` where there are two rows or more.
    ``others`` are the ids of runs outside the listing, from which a short id must be told as well, ``details`` what
    manifests say, by ref. Raises UsageError for a column that no run has.
    """
    ordered = sort_heads(heads, request.sort)
    return make_table(ordered, request, directions, others, details)


def make_table(
    heads: Sequence[RunHead],
    request: ListingRequest,
    directions: Mapping[str, Direction],
    others: Iterable[RunId] = (),
    details: Mapping[str, Mapping[str, Value]] = _NOTHING,
) -> RunTable:
    """What ``list_runs`` makes, of runs that are in order already."""
    rows = heads[: request.limit or None]
    if request.columns:
        more = [detail_column(key) for key in dict.fromkeys(key for one in details.values() for key in one)]
        columns = [column for key in request.columns for column in find_columns(key, heads, more=more)]
        columns = list({column.key: column for column in columns}.values())
        constant: list[tuple[Column, Cell]] = []
    else:
        free, constant = _split_constant(free_columns(rows), rows, keep=request.choice == "all")
        if request.choice == "differing":
            free, constant = _join_tags(free, constant)
        columns = _fixed_columns(rows, request) + free
    return RunTable(
        columns=tuple(weigh_columns(columns, rows, directions, asked=bool(request.columns))),
        heads=tuple(rows),
        cells=tuple(tuple(_cell(column, head, details) for column in columns) for head in rows),
        constant=tuple(constant),
        total=len(heads),
        best=_best_cells(columns, rows, directions),
        id_length=unique_length([head.id for head in rows], {*others, *(head.id for head in heads)}),
    )


def _cell(column: Column, head: RunHead, details: Mapping[str, Mapping[str, Value]]) -> Cell:
    if column.kind != "detail":
        return cell_of(column, head)
    known = details.get(head.ref, {})
    return Cell(known[column.key], present=True) if column.key in known else ABSENT


def unique_length(shown: Sequence[RunId], ids: Collection[RunId]) -> int:
    """The least number of characters, at least four, by which every shown id differs from all others."""
    for length in range(SHORTEST_PREFIX, len(max(ids, key=len, default=""))):
        counts = Counter(one[:length] for one in ids)
        if all(counts[one[:length]] == 1 for one in shown):
            return length
    return max(map(len, ids), default=SHORTEST_PREFIX)


def sort_heads(heads: Sequence[RunHead], sort: str | None = None) -> list[RunHead]:
    """The runs in order: by a column's key, '-' before it for the reverse; a run without the value comes last."""
    newest = sorted(heads, key=lambda head: (head.started_at, head.id), reverse=True)
    if sort is None:
        return sorted(newest, key=lambda head: head.status is not Status.RUNNING)
    key, reverse = (sort[1:], True) if sort.startswith("-") else (sort, False)
    columns = find_columns(key, heads, what="--sort")
    if not columns:
        return newest
    return sort_present_first(newest, lambda head: cell_of(columns[0], head).sortable, reverse=reverse)


def _fixed_columns(rows: Sequence[RunHead], request: ListingRequest) -> list[Column]:
    keys = list(_ALWAYS)
    if request.choice == "all":
        keys[2:2] = ["experiment"]
        keys += ["ended", "user", "command"]
    else:
        if request.show_experiment:
            keys[2:2] = ["experiment"]
        if len({head.user.email for head in rows}) > 1:
            keys.append("user")
    if request.show_parts:
        keys.insert(2, "parts")
    if request.show_hidden:
        keys.insert(2, "hidden")
    return [field_column(key) for key in keys]


def _split_constant(
    columns: Sequence[Column], rows: Sequence[RunHead], *, keep: bool
) -> tuple[list[Column], list[tuple[Column, Cell]]]:
    if keep or len(rows) < 2:
        return list(columns), []
    differing: list[Column] = []
    constant: list[tuple[Column, Cell]] = []
    for column in columns:
        first, *others = (cell_of(column, head) for head in rows)
        if all(first.present and other.present and equal_values(first.value, other.value) for other in others):
            constant.append((column, first))
        else:
            differing.append(column)
    return differing, constant


def _join_tags(
    free: list[Column], constant: list[tuple[Column, Cell]]
) -> tuple[list[Column], list[tuple[Column, Cell]]]:
    """One column for all tags, where any of them differs."""
    others = [column for column in free if column.kind != "tag"]
    if len(others) == len(free):
        return free, constant
    return [*others, field_column("tags")], [pair for pair in constant if pair[0].kind != "tag"]


def _best_cells(
    columns: Sequence[Column], rows: Sequence[RunHead], directions: Mapping[str, Direction]
) -> dict[str, Cell]:
    best: dict[str, Cell] = {}
    for column in columns:
        direction = directions.get(column.name) if column.kind == "metric" else None
        if direction is None or len(rows) < 2:
            continue
        cells = [cell_of(column, head) for head in rows]
        ordered = sort_present_first(cells, lambda cell: cell.sortable, reverse=direction == "maximize")
        if ordered[0].present and ordered[0].value == ordered[0].value:
            best[column.key] = ordered[0]
    return best

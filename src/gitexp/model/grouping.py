"""Runs put into groups: those with the same params, say, whatever their seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.columns import field_column
from gitexp.model.comparison import cell_of_candidate, detail_columns
from gitexp.model.details import is_hash
from gitexp.model.listing import find_columns, free_columns
from gitexp.model.seed import is_seed
from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.columns import Cell, Column
    from gitexp.model.comparison import Candidate
    from gitexp.model.head import RunHead

AUTO = "auto"
"""Everything but the seed: runs of one group are repetitions of each other."""
_SHORT_HASH = 7


class Group(NamedTuple):
    """Runs that have the same cells in all columns of a grouping. ``label`` names what tells it from other groups."""

    cells: tuple[Cell, ...]
    candidates: tuple[Candidate, ...]
    label: str

    @property
    def heads(self) -> tuple[RunHead, ...]:
        """The runs' heads."""
        return tuple(candidate.head for candidate in self.candidates)


class Grouping(NamedTuple):
    """Groups in order of the first run of each; the cells of each are in the order of ``columns``."""

    columns: tuple[Column, ...]
    groups: tuple[Group, ...]


def group_runs(candidates: Sequence[Candidate], by: Sequence[str]) -> Grouping:
    """Puts runs into groups by the keys or globs of columns, or by ``auto``. Raises UsageError for a key no run has.

    ``auto`` takes every param but the seed, the experiment, the code (the snapshot's commit) and the data, as far as
    the candidates have them. A run without a value is in a group of its kind.
    """
    columns = _auto_columns(candidates) if tuple(by) == (AUTO,) else _find_asked(candidates, by)
    found: dict[tuple[object, ...], list[tuple[tuple[Cell, ...], Candidate]]] = {}
    for candidate in candidates:
        cells = tuple(cell_of_candidate(column, candidate) for column in columns)
        found.setdefault(tuple(_identity(cell) for cell in cells), []).append((cells, candidate))
    telling = [
        place
        for place in range(len(columns))
        if len({_identity(members[0][0][place]) for members in found.values()}) > 1
    ] or list(range(len(columns)))
    groups = [
        Group(
            members[0][0],
            tuple(candidate for _, candidate in members),
            _label([columns[place] for place in telling], [members[0][0][place] for place in telling]),
        )
        for members in found.values()
    ]
    return Grouping(tuple(columns), tuple(groups))


def _auto_columns(candidates: Sequence[Candidate]) -> list[Column]:
    free = [
        column
        for column in free_columns([candidate.head for candidate in candidates])
        if column.kind == "param" and not is_seed(column.name)
    ]
    known = [column for column in detail_columns(candidates) if column.key.startswith("data.")]
    return [field_column("experiment"), *free, field_column("snapshot"), *known]


def _find_asked(candidates: Sequence[Candidate], by: Sequence[str]) -> list[Column]:
    more = detail_columns(candidates)
    heads = [candidate.head for candidate in candidates]
    found = [column for key in by for column in find_columns(key, heads, what="--group-by", more=more)]
    return list({column.key: column for column in found}.values())


def _identity(cell: Cell) -> object:
    """What two cells share when they are equal: True is not 1, NaN is NaN."""
    if not cell.present:
        return None
    return type(cell.value).__name__, format_value(cell.value)


def _label(columns: Sequence[Column], cells: Sequence[Cell]) -> str:
    return " ".join(_pair(column, cell) for column, cell in zip(columns, cells, strict=True))


def _pair(column: Column, cell: Cell) -> str:
    if not cell.present:
        return f"{column.title}=–"
    text = format_value(cell.value)
    return f"{column.title}={text[:_SHORT_HASH] if column.key == 'snapshot' or is_hash(column.key) else text}"

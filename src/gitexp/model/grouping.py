"""Runs put into groups: those with the same params, say, whatever their seed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.columns import Cell, field_column
from gitexp.model.comparison import cell_of_candidate, detail_columns
from gitexp.model.details import SEED, is_hash
from gitexp.model.free_columns import find_columns, free_columns
from gitexp.model.seed import find_seed, is_seed, mask_seed
from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.columns import Column
    from gitexp.model.comparison import Candidate
    from gitexp.model.head import RunHead

AUTO = "auto"
"""Everything but the seed: runs of one group are repetitions of each other."""
_SHORT_HASH = 7
_PLACES = re.compile(
    r"(run|exp|experiment|job|trial|wandb)_?(name|id)|"
    r"(out|output|outputs|log|logs|logging|save|result|results|work|run|ckpt|checkpoint|checkpoints|tensorboard|tb)"
    r"_?(dir|directory|path|folder|file)|out|output|logdir|workdir|outdir|rundir|savedir",
)
"""Params that say where results go, or what the run is called: no result follows from them."""


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
    splitting: tuple[Column, ...] = ()
    """Those of the columns that differ between groups."""
    passed_over: tuple[str, ...] = ()
    """Params that differ among the runs and that ``auto`` did not look at, or in which it did not look at the seed."""


def group_runs(candidates: Sequence[Candidate], by: Sequence[str]) -> Grouping:
    """Puts runs into groups by the keys or globs of columns, or by ``auto``. Raises UsageError for a key no run has.

    ``auto`` takes every param but the seed and the names of runs and of places for results, a seed in a text aside
    (``lr0.1-seed3``); the experiment; the code (the tree of the snapshot, where it is known, else its commit); and the
    data, as far as the candidates have them. A run without a value is in a group of its kind.
    """
    is_auto = tuple(by) == (AUTO,)
    columns = _auto_columns(candidates) if is_auto else _find_asked(candidates, by)
    seeds = [seed_of(candidate) if is_auto else None for candidate in candidates]
    found: dict[tuple[object, ...], list[tuple[tuple[Cell, ...], Candidate]]] = {}
    masked: set[str] = set()
    for candidate, seed in zip(candidates, seeds, strict=True):
        cells = tuple(_code_or_cell(column, candidate) for column in columns)
        if is_auto:
            without = tuple(_without_seed(cell, seed) for cell in cells)
            masked |= {column.key for column, a, b in zip(columns, cells, without, strict=True) if a is not b}
            cells = without
        found.setdefault(tuple(_identity(cell) for cell in cells), []).append((cells, candidate))
    telling = [
        place
        for place in range(len(columns))
        if len({_identity(members[0][0][place]) for members in found.values()}) > 1
    ]
    splitting = tuple(columns[place] for place in telling)
    telling = telling or list(range(len(columns)))
    groups = [
        Group(
            members[0][0],
            tuple(candidate for _, candidate in members),
            _label([columns[place] for place in telling], [members[0][0][place] for place in telling]),
        )
        for members in found.values()
    ]
    passed_over = _find_passed_over(candidates, masked) if is_auto else ()
    return Grouping(tuple(columns), tuple(groups), splitting, passed_over)


def seed_of(candidate: Candidate) -> int | None:
    """The seed of a run: that of its params, or of its manifest."""
    said = find_seed(candidate.head.params)
    known = candidate.details.get(SEED)
    if said is not None or isinstance(known, bool) or not isinstance(known, int):
        return said
    return known


def is_place(key: str) -> bool:
    """Whether a param is called as the place of results or the name of a run is, however deep it stands."""
    return _PLACES.fullmatch(key.lower().replace("-", "_").rpartition(".")[2]) is not None


def _code_or_cell(column: Column, candidate: Candidate) -> Cell:
    if column.key == "snapshot" and candidate.tree is not None:
        return Cell(candidate.tree, present=True)
    return cell_of_candidate(column, candidate)


def _without_seed(cell: Cell, seed: int | None) -> Cell:
    if not isinstance(cell.value, str):
        return cell
    text = mask_seed(cell.value, seed)
    return cell if text == cell.value else cell._replace(value=text)


def _find_passed_over(candidates: Sequence[Candidate], masked: set[str]) -> tuple[str, ...]:
    columns = free_columns([candidate.head for candidate in candidates])
    return tuple(
        column.key
        for column in columns
        if column.kind == "param"
        and (column.key in masked or is_place(column.name))
        and len({_identity(cell_of_candidate(column, candidate)) for candidate in candidates}) > 1
    )


def _auto_columns(candidates: Sequence[Candidate]) -> list[Column]:
    free = [
        column
        for column in free_columns([candidate.head for candidate in candidates])
        if column.kind == "param" and not is_seed(column.name) and not is_place(column.name)
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

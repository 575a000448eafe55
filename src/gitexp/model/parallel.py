"""Runs as lines over parallel axes: the params that differ, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gitexp.errors import NothingToPlot
from gitexp.model.comparison import cell_of_candidate
from gitexp.model.free_columns import free_columns
from gitexp.model.plot_axes import PlotAxis, find_column, name_some, read_axis
from gitexp.model.plots import ParallelAxis, ParallelPlot
from gitexp.model.plotted_runs import name_runs
from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.columns import Column
    from gitexp.model.comparison import Candidate
    from gitexp.model.grouping import Grouping
    from gitexp.model.metrics import Direction

MOST_CATEGORIES = 24
MOST_AXES = 24
_KINDS: dict[str, Literal["param", "metric", "cost"]] = {"param": "param", "metric": "metric"}


def make_parallel(
    candidates: Sequence[Candidate],
    keys: Sequence[str] = (),
    directions: Mapping[str, Direction] | None = None,
    *,
    grouping: Grouping | None = None,
) -> ParallelPlot:
    """An axis for each param that differs, then one for each of the ``keys``.

    The last of these gives the colour and the order of the runs: the best come first, the greatest where no direction
    is known. Without keys the metrics that all runs share are taken, or all there are. Params that never differ, and
    those with a text of its own for each of many runs, are left out and named. Raises UsageError for a key that no run
    has, NothingToPlot where there would be no axis.
    """
    free = free_columns([candidate.head for candidate in candidates])
    params = [read_axis(candidates, column) for column in free if column.kind == "param"]
    chosen = [find_column(key, candidates, what="--parallel") for key in keys] or _find_metrics(candidates, free)
    chosen = chosen if keys else sorted(chosen, key=lambda column: column.name in (directions or {}))
    wanted = {column.key for column in chosen}
    same = [_describe_same(axis, candidates) for axis in params if not axis.varies and axis.column.key not in wanted]
    differing = [axis for axis in params if axis.varies and axis.column.key not in wanted]
    wordy = [axis.title for axis in differing if len(axis.categories) > MOST_CATEGORIES]
    differing = [axis for axis in differing if len(axis.categories) <= MOST_CATEGORIES]
    ends = [axis for axis in (read_axis(candidates, column) for column in chosen) if not axis.is_empty]
    room = max(MOST_AXES - min(len(ends), MOST_AXES // 2), 0)
    beyond = [axis.title for axis in (*differing[room:], *ends[MOST_AXES // 2 :])]
    axes = [*differing[:room], *ends[: MOST_AXES // 2]]
    if not axes:
        raise NothingToPlot("no param differs and no run has a metric", hint="exp ls --columns 'params.*'")
    reasons = (
        (same, "the same in all"),
        (wordy, f"with more than {MOST_CATEGORIES} different texts"),
        (beyond, f"beyond {MOST_AXES} axes"),
    )
    left_out = tuple(f"{name_some(names)} ({why})" for names, why in reasons if names)
    odd = tuple(_tell_odd(axis) for axis in axes if axis.odd)
    coloured_by = axes[-1].column if ends else None
    ranks = axes[-1].places if ends else ()
    is_less = coloured_by is not None and (directions or {}).get(coloured_by.name) == "minimize"
    order = _order(len(candidates), ranks, reverse=not is_less)
    runs = name_runs(candidates, grouping)
    return ParallelPlot(
        tuple(runs[place] for place in order),
        tuple(_make_axis(axis, order) for axis in axes),
        None if coloured_by is None else coloured_by.key,
        (*left_out, *odd),
    )


def _order(count: int, ranks: Sequence[float | None], *, reverse: bool) -> list[int]:
    """The numbers of runs by their ranks; those without one come last."""
    if not ranks:
        return list(range(count))
    ranked = [(rank, place) for place, rank in enumerate(ranks) if rank is not None]
    ordered = sorted(ranked, key=lambda pair: -pair[0] if reverse else pair[0])
    return [place for _, place in ordered] + [place for place, rank in enumerate(ranks) if rank is None]


def _tell_odd(axis: PlotAxis) -> str:
    count = len(axis.odd)
    return (
        f"1 value of {axis.title} is no finite number"
        if count == 1
        else (f"{count} values of {axis.title} are no finite numbers")
    )


def _make_axis(axis: PlotAxis, order: Sequence[int]) -> ParallelAxis:
    kind = _KINDS.get(axis.column.kind, "cost")
    return ParallelAxis(
        axis.column.key, axis.title, kind, tuple(axis.places[place] for place in order), axis.categories, axis.log
    )


def _describe_same(axis: PlotAxis, candidates: Sequence[Candidate]) -> str:
    cells = (cell_of_candidate(axis.column, candidate) for candidate in candidates)
    return f"{axis.title}={format_value(next((cell.value for cell in cells if cell.present), None))}"


def _find_metrics(candidates: Sequence[Candidate], free: Sequence[Column]) -> list[Column]:
    metrics = [column for column in free if column.kind == "metric"]
    shared = [column for column in metrics if all(column.name in candidate.head.metrics for candidate in candidates)]
    return shared or metrics

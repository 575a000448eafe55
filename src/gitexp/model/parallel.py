"""Runs as lines over parallel axes: the params that differ, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gitexp.errors import NothingToPlot
from gitexp.model.comparison import cell_of_candidate
from gitexp.model.listing import free_columns
from gitexp.model.plot_axes import PlotAxis, find_column, name_some, read_axis
from gitexp.model.plots import ParallelAxis, ParallelPlot
from gitexp.model.plotted_runs import name_runs
from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.columns import Column
    from gitexp.model.comparison import Candidate
    from gitexp.model.grouping import Grouping

MOST_CATEGORIES = 24
MOST_AXES = 24
_KINDS: dict[str, Literal["param", "metric", "cost"]] = {"param": "param", "metric": "metric"}


def make_parallel(
    candidates: Sequence[Candidate], keys: Sequence[str] = (), *, grouping: Grouping | None = None
) -> ParallelPlot:
    """An axis for each param that differs, then one for each of the ``keys``; the last of these gives the colour.

    Without keys the metrics that all runs share are taken, or all there are. Params that are the same in all runs, and
    those with a text of its own for each of many runs, are left out and named. Raises UsageError for a key that no run
    has, NothingToPlot where there would be no axis.
    """
    free = free_columns([candidate.head for candidate in candidates])
    params = [read_axis(candidates, column) for column in free if column.kind == "param"]
    chosen = [find_column(key, candidates, what="--parallel") for key in keys] or _find_metrics(candidates, free)
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
    left_out = tuple(f"{name_some(names)}: {why}" for names, why in reasons if names)
    odd = tuple(f"{len(axis.odd)} values of {axis.title} are no finite numbers" for axis in axes if axis.odd)
    coloured_by = axes[-1].column.key if ends else None
    return ParallelPlot(name_runs(candidates, grouping), tuple(map(_make_axis, axes)), coloured_by, (*left_out, *odd))


def _make_axis(axis: PlotAxis) -> ParallelAxis:
    kind = _KINDS.get(axis.column.kind, "cost")
    return ParallelAxis(axis.column.key, axis.title, kind, axis.places, axis.categories, axis.log)


def _describe_same(axis: PlotAxis, candidates: Sequence[Candidate]) -> str:
    cells = (cell_of_candidate(axis.column, candidate) for candidate in candidates)
    return f"{axis.title}={format_value(next((cell.value for cell in cells if cell.present), None))}"


def _find_metrics(candidates: Sequence[Candidate], free: Sequence[Column]) -> list[Column]:
    metrics = [column for column in free if column.kind == "metric"]
    shared = [column for column in metrics if all(column.name in candidate.head.metrics for candidate in candidates)]
    return shared or metrics

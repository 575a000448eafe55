"""One value of runs or groups, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import NothingToPlot, UsageError
from gitexp.model.plot_axes import describe_left_out, find_column, read_axis
from gitexp.model.plots import Bar, BarsPlot
from gitexp.model.plotted_runs import name_runs
from gitexp.model.statistics import describe, mean_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.comparison import Candidate
    from gitexp.model.grouping import Grouping
    from gitexp.model.metrics import Direction

_LEVEL = 0.95


def make_bars(
    candidates: Sequence[Candidate],
    key: str,
    directions: Mapping[str, Direction],
    *,
    grouping: Grouping | None = None,
) -> BarsPlot:
    """A bar for each run that has a value, or for each group the mean with its 95 % confidence interval.

    The best comes first where the direction is known, else they are in the order of the runs. Raises UsageError for a
    key that no run has or that has texts, NothingToPlot where there is no value.
    """
    column = find_column(key, candidates, what="--bars")
    axis = read_axis(candidates, column)
    if axis.categories:
        raise UsageError(f"--bars {key}: it is no number", hint=f"exp ls --columns name,{key}")
    if axis.is_empty:
        raise NothingToPlot(f"no run has a finite {key}", hint=f"exp ls --columns name,{key}")
    runs = name_runs(candidates, grouping)
    if grouping is None:
        pairs = zip(runs, axis.places, strict=True)
        bars = [Bar(run.name, value, run=run) for run, value in pairs if value is not None]
    else:
        bars = _make_means(grouping, [run.group for run in runs], axis.places)
    direction = directions.get(column.name) if column.kind == "metric" else None
    if direction is not None:
        bars.sort(key=lambda bar: bar.value, reverse=direction == "maximize")
    title = axis.title if grouping is None else f"{axis.title}, mean with 95 % confidence interval"
    return BarsPlot(title, tuple(bars), describe_left_out(candidates, [axis]))


def _make_means(grouping: Grouping, numbers: Sequence[int], places: Sequence[float | None]) -> list[Bar]:
    bars: list[Bar] = []
    for number, group in enumerate(grouping.groups):
        pairs = zip(numbers, places, strict=True)
        values = [value for own, value in pairs if own == number and value is not None]
        if values:
            sample = describe(values)
            interval = mean_interval(sample, _LEVEL)
            low, high = interval or (None, None)
            bars.append(Bar(group.label or "all", sample.mean, low, high, runs=sample.n))
    return bars

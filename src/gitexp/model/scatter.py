"""One value of runs against another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import NothingToPlot, UsageError
from gitexp.model.plot_axes import describe_left_out, find_column, read_axis
from gitexp.model.plots import ScatterPlot, ScatterPoint
from gitexp.model.plotted_runs import label_groups, name_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.comparison import Candidate
    from gitexp.model.grouping import Grouping


def make_scatter(
    candidates: Sequence[Candidate], x: str, y: str, *, grouping: Grouping | None = None, log: bool = False
) -> ScatterPlot:
    """Runs by two of their columns, named as ``exp ls`` names them; ``log``: both axes, if their numbers allow it.

    Raises UsageError for a key that no run has, and where ``y`` has texts; NothingToPlot where no run has both.
    """
    across = read_axis(candidates, find_column(x, candidates, what="--scatter"))
    up = read_axis(candidates, find_column(y, candidates, what="--scatter"))
    if up.categories:
        raise UsageError(f"--scatter {x},{y}: {y} is no number", hint=f"--scatter {y},{x}")
    runs = name_runs(candidates, grouping)
    points = tuple(
        ScatterPoint(run, at, value)
        for run, at, value in zip(runs, across.places, up.places, strict=True)
        if at is not None and value is not None
    )
    if not points:
        raise NothingToPlot(f"no run has both {x} and {y}", hint=f"exp ls --columns {x},{y}")
    return ScatterPlot(
        across.title,
        up.title,
        points,
        across.categories,
        log_x=across.log or (log and not across.categories and all(point.x > 0 for point in points)),
        log_y=up.log or (log and all(point.y > 0 for point in points)),
        left_out=describe_left_out(candidates, [across, up]),
        groups=label_groups(grouping),
    )

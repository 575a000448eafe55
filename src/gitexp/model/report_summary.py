"""What a report in a few lines says of runs, as values: for a comment on a pull request."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.columns import Column
    from gitexp.model.cost import CostSum
    from gitexp.model.group_comparison import GroupComparison
    from gitexp.model.head import RunHead
    from gitexp.model.listing import RunTable
    from gitexp.model.metrics import Direction, Number
    from gitexp.model.run_curves import RunCurve
    from gitexp.model.values import Value


class BestRun(NamedTuple):
    """The finished run with the best last value of a metric, and how many have a value of it; the newest of several."""

    column: Column
    direction: Direction
    head: RunHead
    value: Number
    among: int


class ReportSummary(NamedTuple):
    """Runs in a table, and what they come to. ``details`` are by ref; ``order`` says in words how the rows stand.

    ``curves`` are those of a few metrics of the first rows. ``left_out`` says in sentences what there is beside all
    this, and what could not be read.
    """

    title: str
    table: RunTable
    order: str
    details: Mapping[str, Mapping[str, Value]]
    directions: Mapping[str, Direction]
    best: tuple[BestRun, ...]
    seconds: float | None
    cost: CostSum
    comparison: GroupComparison | None = None
    curves: tuple[RunCurve, ...] = ()
    left_out: tuple[str, ...] = ()


def find_best(
    heads: Sequence[RunHead], columns: Sequence[Column], directions: Mapping[str, Direction]
) -> list[BestRun]:
    """The best run by each metric whose direction is known, in the order of the columns; NaN is never best."""
    found: list[BestRun] = []
    for column in columns:
        if column.kind != "metric" or column.name not in directions:
            continue
        valued = [
            (head.metrics[column.name].last, head)
            for head in heads
            if head.status is Status.FINISHED and column.name in head.metrics
        ]
        valued = [(value, head) for value, head in valued if not math.isnan(value)]
        if not valued:
            continue
        direction = directions[column.name]
        extreme = (max if direction == "maximize" else min)(value for value, _ in valued)
        ties = [head for value, head in valued if value == extreme]
        head = max(ties, key=lambda one: (one.started_at, one.id))
        found.append(BestRun(column, direction, head, extreme, len(valued)))
    return found

"""The curves of many runs, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gitexp.errors import BrokenRecord
from gitexp.model.curves import CurveBuilder
from gitexp.model.joined_series import join_series
from gitexp.model.run_curves import CurvesRead, RunCurve
from gitexp.store.series_reading import read_series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.joined_series import PointSource
    from gitexp.model.metrics import Point
    from gitexp.store.runs import RunStore


def read_curves(
    store: RunStore, heads: Sequence[RunHead], metrics: Sequence[str], *, x: Literal["step", "time"] = "step"
) -> tuple[CurvesRead, list[ExpError]]:
    """The curves of some metrics of runs, and why a series could not be read: that run has none then.

    A run that stands for a chain has the joined series.
    """
    curves: list[RunCurve] = []
    missing: list[tuple[RunHead, str]] = []
    broken: list[ExpError] = []
    wanted = dict.fromkeys(metrics)
    for head in heads:
        builders: dict[str, CurveBuilder] = {}
        counts: dict[str, int] = {}
        try:
            for point in _read_joined(store, head):
                place = point.step if x == "step" else point.time
                if point.metric in wanted and (x == "step" or place is not None):
                    builders.setdefault(point.metric, CurveBuilder()).add(point.value, place)
                    counts[point.metric] = counts.get(point.metric, 0) + 1
        except BrokenRecord as error:
            broken.append(error)
            continue
        for metric in wanted:
            if metric in builders:
                curves.append(RunCurve(head, metric, builders[metric].points(), counts[metric]))
            else:
                missing.append((head, metric))
    return CurvesRead(tuple(curves), tuple(missing)), broken


def _read_joined(store: RunStore, head: RunHead) -> Iterator[Point]:
    if len(head.chain) < 2:
        return read_series(store, head)
    return (point for _, point in join_series([_source(store, part) for part in head.chain]))


def _source(store: RunStore, head: RunHead) -> PointSource:
    return lambda: read_series(store, head)

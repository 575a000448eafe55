"""Metrics: points, series and what a summary of one says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Step = int | float
Number = int | float
Direction = Literal["maximize", "minimize"]


Row = tuple[Step | None, float | None, dict[str, Number]]
"""Values of several metrics at one step: the step, the time as a point has it, the values by metric."""


class Point(NamedTuple):
    """One value of one metric. ``time`` is in seconds since the run's start, None when not known."""

    metric: str
    value: Number
    step: Step | None
    time: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a listing says of one series. ``step`` is that of the last value.

    ``min`` and ``max`` pass over NaN and are NaN only where nothing else was logged. ``source`` says where the
    series came from: ``api``, ``output``, or the path of a file.
    """

    last: Number
    min: Number
    max: Number
    first: Number
    step: Step | None
    count: int
    source: str


class SeriesSummary:
    """Summarises a series one point at a time, in constant memory."""

    __slots__ = ("_count", "_first", "_last", "_max", "_min", "_source", "_step")

    def __init__(self, source: str) -> None:
        self._source = source
        self._count = 0
        self._first: Number = math.nan
        self._last: Number = math.nan
        self._min: Number = math.nan
        self._max: Number = math.nan
        self._step: Step | None = None

    def add(self, value: Number, step: Step | None) -> None:
        """Takes the next point of the series, in order of arrival."""
        if self._count == 0:
            self._first = value
        self._count += 1
        self._last = value
        self._step = step
        if value != value:  # NaN
            return
        if self._min != self._min or value < self._min:
            self._min = value
        if self._max != self._max or value > self._max:
            self._max = value

    def summary(self) -> Summary:
        """The summary of the points so far; at least one must have been added."""
        if self._count == 0:
            raise ValueError("an empty series has no summary")
        return Summary(self._last, self._min, self._max, self._first, self._step, self._count, self._source)


def summarize(points: Iterable[Point], source: str) -> dict[str, Summary]:
    """The summary of each metric among points, in order of first appearance."""
    series: dict[str, SeriesSummary] = {}
    for point in points:
        if point.metric not in series:
            series[point.metric] = SeriesSummary(source)
        series[point.metric].add(point.value, point.step)
    return {metric: one.summary() for metric, one in series.items()}

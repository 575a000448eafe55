"""The use of a machine over a run, in a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.metrics import Number, Point, Step


class Usage(NamedTuple):
    """One value's mean over time, its greatest and its last."""

    mean: float
    max: Number
    last: Number


def summarize_usage(points: Iterable[Point]) -> dict[str, Usage]:
    """The use by name, in order of first appearance.

    Each sample counts for the time since the one before, so that the many at the beginning do not outweigh the few
    after; the first of a series counts only where there is no other.
    """
    series: dict[str, _Series] = {}
    before = now = 0.0
    sample: Step | None = None
    for point in points:
        if point.step != sample:
            before, now, sample = now, max(now, point.time or 0.0), point.step
        one = series.get(point.metric)
        if one is None:
            series[point.metric] = _Series(point.value)
        else:
            one.add(point.value, now - before)
    return {name: one.usage() for name, one in series.items()}


class _Series:
    __slots__ = ("_last", "_max", "_seconds", "_sum")

    def __init__(self, value: Number) -> None:
        self._sum = self._seconds = 0.0
        self._max = self._last = value

    def add(self, value: Number, seconds: float) -> None:
        self._sum += value * seconds
        self._seconds += seconds
        self._max = max(self._max, value)
        self._last = value

    def usage(self) -> Usage:
        return Usage(self._sum / self._seconds if self._seconds else float(self._last), self._max, self._last)

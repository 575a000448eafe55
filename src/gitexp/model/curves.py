"""A series thinned out for drawing: a bounded number of points, however many came."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitexp.model.metrics import Number, Step

MOST_POINTS = 1024


class CurveBuilder:
    """Takes a series one point at a time and keeps at most 1,024 of them, evenly spread; the last is always there.

    Points stand over their steps; where any has none, over their numbers in the series.
    """

    __slots__ = ("_count", "_has_steps", "_last", "_points", "_stride")

    def __init__(self) -> None:
        self._points: list[tuple[float, float, float]] = []
        """Step, number in the series, value."""
        self._last: tuple[float, float, float] | None = None
        self._count = 0
        self._stride = 1
        self._has_steps = True

    def add(self, value: Number, step: Step | None) -> None:
        """Takes the next point."""
        self._has_steps = self._has_steps and step is not None
        try:
            place = float(self._count if step is None else step)
            point = (place, float(self._count), float(value))
        except OverflowError:  # an int beyond 1.8e308 has no place on paper
            return
        if not math.isfinite(place):
            return
        self._last = point
        if self._count % self._stride == 0:
            self._points.append(self._last)
            if len(self._points) >= MOST_POINTS:
                self._points = self._points[::2]
                self._stride *= 2
        self._count += 1

    def points(self) -> tuple[tuple[float, float], ...]:
        """The points so far, in order of arrival: where each stands, and its value."""
        points = self._points
        if self._last is not None and points[-1] is not self._last:
            points = [*points, self._last]
        place = 0 if self._has_steps else 1
        return tuple((point[place], point[2]) for point in points)

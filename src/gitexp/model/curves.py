"""A series thinned out for drawing: a bounded number of points, however many came."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.model.metrics import Number, Step

MOST_POINTS = 1024
_MOST_BUCKETS = (MOST_POINTS - 2) // 3


class _Placed(NamedTuple):
    """A point: its step, its number in the series, its value."""

    step: float
    number: float
    value: float


class CurveBuilder:
    """Takes a series one point at a time and keeps at most 1,024 of them: no spike and no gap is lost.

    The series is cut into stretches of equal length, of each of which the least and the greatest value are kept, and
    the first that is not finite; so are the first and the last point of all. Points stand over their steps; where any
    has none, over their numbers in the series.
    """

    __slots__ = ("_buckets", "_count", "_first", "_gap", "_greatest", "_has_steps", "_last", "_least", "_room", "_size")

    def __init__(self) -> None:
        self._buckets: list[tuple[_Placed | None, _Placed | None, _Placed | None]] = []
        """Of each whole stretch the least, the greatest, and the first that is not finite."""
        self._least: _Placed | None = None
        self._greatest: _Placed | None = None
        self._gap: _Placed | None = None
        self._first: _Placed | None = None
        self._last: _Placed | None = None
        self._count = 0
        self._size = 1
        self._room = 1
        """How many points a stretch has, and how many the present one has room for."""
        self._has_steps = True

    def add(self, value: Number, step: Step | None) -> None:
        """Takes the next point."""
        count = self._count
        if step is None:
            self._has_steps = False
        try:
            place = float(count if step is None else step)
            point = _Placed(place, count, float(value))
        except OverflowError:  # an int beyond 1.8e308 has no place on paper
            return
        if not isfinite(place):
            return
        self._count = count + 1
        self._last = point
        if self._first is None:
            self._first = point
        if not isfinite(point.value):
            self._gap = self._gap or point
        elif self._least is None or self._greatest is None:
            self._least = self._greatest = point
        elif point.value < self._least.value:
            self._least = point
        elif point.value > self._greatest.value:
            self._greatest = point
        self._room -= 1
        if not self._room:
            self._end_stretch()

    def points(self) -> tuple[tuple[float, float], ...]:
        """The points so far, in order of arrival: where each stands, and its value."""
        stretches = [*self._buckets, (self._least, self._greatest, self._gap), (self._first, self._last, None)]
        kept = {point.number: point for stretch in stretches for point in stretch if point is not None}
        place = 0 if self._has_steps else 1
        return tuple((float(kept[number][place]), kept[number].value) for number in sorted(kept))

    def _end_stretch(self) -> None:
        self._buckets.append((self._least, self._greatest, self._gap))
        self._least = self._greatest = self._gap = None
        if len(self._buckets) >= _MOST_BUCKETS:
            pairs = zip(self._buckets[::2], self._buckets[1::2], strict=True)
            self._buckets = [_merge(one, other) for one, other in pairs]
            self._size *= 2
        self._room = self._size


def _merge(
    one: tuple[_Placed | None, _Placed | None, _Placed | None],
    other: tuple[_Placed | None, _Placed | None, _Placed | None],
) -> tuple[_Placed | None, _Placed | None, _Placed | None]:
    """Two stretches that follow each other, as one."""
    least, greatest = one[0], one[1]
    if least is None or (other[0] is not None and other[0].value < least.value):
        least = other[0]
    if greatest is None or (other[1] is not None and other[1].value > greatest.value):
        greatest = other[1]
    return least, greatest, one[2] or other[2]

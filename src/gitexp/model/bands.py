"""The mean of several curves, and how far they lie apart."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING

from gitexp.model.plots import Band
from gitexp.model.statistics import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.going import Points

MOST_PLACES = 1024


def make_band(label: str, group: int, curves: Sequence[Points]) -> Band | None:
    """Mean and standard deviation of curves, at every place that any of them has; None where none has a finite value.

    Between two points of a curve its value is interpolated, before its first and behind its last it has none: there
    the mean is that of fewer curves, as ``counts`` says. A point that is not finite interrupts its curve.
    """
    known = [one for one in map(_Interpolated, curves) if one.places]
    places = sorted({place for one in known for place in one.places})
    if len(places) > MOST_PLACES:
        last = len(places) - 1
        places = [places[round(number * last / (MOST_PLACES - 1))] for number in range(MOST_PLACES)]
    rows: list[tuple[float, float, float, float, int]] = []
    for place in places:
        values = [value for value in (one.value_at(place) for one in known) if value is not None]
        if values:
            count, mean, deviation = describe(values)
            rows.append((place, mean, mean - deviation, mean + deviation, count))
    if not rows:
        return None
    at, means, low, high, counts = zip(*rows, strict=True)
    return Band(label, group, at, means, low, high, len(curves), counts)


class _Interpolated:
    """A curve with a value everywhere between its first and last point; of several points at a place the last counts.

    ``places`` are those with a finite value.
    """

    __slots__ = ("_all", "_values", "places")

    def __init__(self, points: Points) -> None:
        self._values = dict(points)
        self._all = sorted(self._values)
        self.places = [place for place in self._all if math.isfinite(self._values[place])]

    def value_at(self, place: float) -> float | None:
        known = self._values.get(place)
        if known is not None:
            return known if math.isfinite(known) else None
        after = bisect_right(self._all, place)
        if not 0 < after < len(self._all):
            return None
        left, right = self._all[after - 1], self._all[after]
        one, other = self._values[left], self._values[right]
        if not (math.isfinite(one) and math.isfinite(other)):
            return None
        part = (place - left) / (right - left)
        return one * (1 - part) + other * part

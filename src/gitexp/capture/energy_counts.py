"""Counters of energy, taken as joules since the first look: what is doubtful about one makes it unknown for good."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_WATTS = 1000.0
"""No processor and no memory of one draws more. What would have to be more is another counter, or started anew."""
_SHORTEST = 1.0
_DIGITS = 3


class JouleCount:
    """One counter. ``wraps_at`` is the joules at which it begins again at 0, None for one that never does."""

    __slots__ = ("_at", "_before", "_joules", "_wraps_at")

    def __init__(self, wraps_at: float | None = None) -> None:
        self._wraps_at = wraps_at
        self._before: float | None = None
        self._at = 0.0
        self._joules = 0.0

    def take(self, now: float, reading: float | None) -> float | None:
        """Joules since the first reading; None before there was one.

        NaN from then on, once it could not be read, went backwards, or may have wrapped more than once in between.
        """
        if self._before is None:
            self._before, self._at = reading, now
            return None if reading is None else 0.0
        self._joules += math.nan if reading is None else self._difference(now, reading)
        self._before, self._at = self._before if reading is None else reading, now
        return self._joules

    def _difference(self, now: float, reading: float) -> float:
        assert self._before is not None
        difference = reading - self._before
        if self._wraps_at is None:
            return difference if difference >= 0 else math.nan
        most = _MOST_WATTS * max(now - self._at, _SHORTEST)
        if most > self._wraps_at:
            return math.nan
        if difference < 0:
            difference += self._wraps_at
        return difference if 0 <= difference <= most else math.nan


def add_counts(joules: Sequence[float | None]) -> float | None:
    """The sum of counters; None where there is none, or one of them was never read."""
    known = [one for one in joules if one is not None]
    return round(sum(known), _DIGITS) if known and len(known) == len(joules) else None

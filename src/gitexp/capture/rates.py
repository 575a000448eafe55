"""Counters that only ever grow, as rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


SHORTEST_SECONDS = 0.1
"""Over less than ten ticks of the system's clock a rate is chance."""


class Rates:
    """Holds each counter against its value of the time before."""

    __slots__ = ("_before",)

    def __init__(self) -> None:
        self._before: dict[str, tuple[float, float]] = {}

    def take(self, now: float, counters: Mapping[str, float | None]) -> dict[str, float]:
        """What each counter grew by in a second; ``now`` is in seconds.

        There is no rate of a counter seen for the first time or too short a time ago, of one that is not known, and of
        one that went back: a device was taken away, and its counts with it.
        """
        rates = {}
        for name, count in counters.items():
            if count is None:
                continue
            then, before = self._before.setdefault(name, (now, count))
            if now - then < SHORTEST_SECONDS:
                continue
            self._before[name] = (now, count)
            if count >= before:
                rates[name] = (count - before) / (now - then)
        return rates

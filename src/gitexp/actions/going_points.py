"""Every point of a run that is going."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gitexp.model.metrics import Point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.actions.going_journal import GoingJournal
    from gitexp.model.run import Run
    from gitexp.store.journal_records import Record
    from gitexp.store.runs import RunStore


class PointHearer:
    """The points of a run that is going, as they stand in its journal by now."""

    def __init__(self) -> None:
        self.points: list[Point] = []

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)

    def hear_record(self, record: Record) -> None:
        """A record with values of metrics."""
        if len(record) > 3 and isinstance(record[3], dict):
            step = record[2] if isinstance(record[2], (int, float)) and math.isfinite(record[2]) else None
            self.points += [
                Point(str(metric), value, step, record[1])
                for metric, value in record[3].items()
                if isinstance(value, (int, float))
            ]

    def hear_point(self, point: Point) -> None:
        """A value that was printed."""
        self.points.append(point)

    def forget_points(self) -> None:
        """What was printed counts no more."""
        self.points.clear()

    def hear_output(self, text: bytes) -> None:
        """Output is not looked at."""

    def hear_dropped(self, count: int) -> None:
        """Nor what is missing of it."""


def hear_points(store: RunStore, run: Run, found: GoingJournal) -> PointHearer:
    """The points that a run's script logged or printed so far, secrets hidden. Raises OSError where it just ended."""
    from gitexp.actions.going_look import GoingLook

    hearer = PointHearer()
    look = GoingLook(store.repository, run, found, hearer=hearer)
    try:
        look.take()
    finally:
        look.close()
    names = look.redactor.redact_names(dict.fromkeys(point.metric for point in hearer.points))
    if names:
        hearer.points = [point._replace(metric=names.get(point.metric, point.metric)) for point in hearer.points]
    return hearer

"""The series in a record, as curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.curves import CurveBuilder
from gitexp.store.series_reading import read_series

if TYPE_CHECKING:
    from gitexp.model.going import Points
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


def read_curves(store: RunStore, head: RunHead) -> dict[str, Points]:
    """The series of a run by metric, thinned out. Raises BrokenRecord."""
    curves: dict[str, CurveBuilder] = {}
    for point in read_series(store, head):
        curves.setdefault(point.metric, CurveBuilder()).add(point.value, point.step)
    return {metric: curve.points() for metric, curve in curves.items()}

"""The series in a record, as curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord
from gitexp.format.series import LONG_NAME, WIDE_NAME, parse_series
from gitexp.model.curves import CurveBuilder
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from gitexp.model.going import Points
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


def read_curves(store: RunStore, head: RunHead) -> dict[str, Points]:
    """The series of a run by metric, thinned out. Raises BrokenRecord."""
    curves: dict[str, CurveBuilder] = {}
    for name in (WIDE_NAME, LONG_NAME):
        data = store.read_part(head, RECORD + name.encode())
        if data is None:
            continue
        try:
            for point in parse_series(name, data.decode("utf-8", "replace").splitlines()):
                curves.setdefault(point.metric, CurveBuilder()).add(point.value, point.step)
        except ValueError as error:
            raise BrokenRecord(head.id, str(error)) from error
        break
    return {metric: curve.points() for metric, curve in curves.items()}

"""The series of a stored run, read point by point."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord
from gitexp.format.series import LONG_NAME, WIDE_NAME, parse_series
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Point
    from gitexp.store.runs import RunStore

MOST_OF_A_SERIES = 100_000_000
"""Bytes that are read of one. What we write ourselves has at most a quarter of that."""


def read_series(store: RunStore, head: RunHead) -> Iterator[Point]:
    """The points in the order of the file; none where the run has none. Raises BrokenRecord, also on the way."""
    for name in (WIDE_NAME, LONG_NAME):
        data = store.read_part(head, RECORD + name.encode(), MOST_OF_A_SERIES)
        if data is None:
            continue
        try:
            yield from parse_series(name, io.TextIOWrapper(io.BytesIO(data), "utf-8", "replace", newline=""))
        except (ValueError, IndexError, csv.Error) as error:
            raise BrokenRecord(head.id, f"its series cannot be read: {error}") from error
        return

"""What a stored run used of its machine."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from gitexp.model.usage import Usage, summarize_usage
from gitexp.store.layout import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Point
    from gitexp.store.runs import RunStore

_MOST = 1e300


def read_usage(store: RunStore, head: RunHead) -> dict[str, Usage] | str:
    """The use by name, empty for a run of which nothing was sampled; or a sentence that says why it is not known."""
    data = store.read_part(head, SYSTEM)
    if data is None:
        return {}
    try:
        return summarize_usage(_read_points(data))
    except ValueError as error:
        return f"what it used of the machine cannot be read: {error}"


def _read_points(data: bytes) -> Iterator[Point]:
    """The points that are numbers: a file from elsewhere may hold anything."""
    from gitexp.format.series import parse_series

    lines = io.TextIOWrapper(io.BytesIO(data), "utf-8", "replace", newline="")
    for point in parse_series("system.csv", lines):
        if -_MOST < point.value < _MOST and point.time is not None and 0 <= point.time < _MOST:
            yield point

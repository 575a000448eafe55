"""A series in the height of one line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitexp.model.going import Points

WIDTH = 16
_LEVELS = "▁▂▃▄▅▆▇█"
_PLAIN_LEVELS = "_.-~=+*#"
_GAP = " "


def draw_spark(points: Points, width: int = WIDTH, *, glyphs: bool = True) -> str:
    """The curve in ``width`` cells, each as high as the mean of its values, between the least and the greatest of them.

    Cells without a point stay as high as the one before; those whose points are all not finite are empty. A series
    that never moves is a line in the middle; one of few points is no wider than they are.
    """
    levels = _LEVELS if glyphs else _PLAIN_LEVELS
    cells = _spread(points, min(width, len(points)))
    finite = [cell for cell in cells if cell is not None]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    span = high - low
    if not math.isfinite(span):  # the difference of two finite numbers need not be one
        return draw_spark(tuple((place, value / 4) for place, value in points), width, glyphs=glyphs)
    text = ""
    for cell in cells:
        if cell is None:
            text += _GAP
        else:
            share = (cell - low) / span if span else 0.5
            text += levels[min(int(share * len(levels)), len(levels) - 1)]
    return text


def _spread(points: Points, width: int) -> list[float | None]:
    """The mean of the finite values by cell; a cell that no point falls in is as the one before."""
    if not points:
        return []
    first = min(place for place, _ in points)
    last = max(place for place, _ in points)
    sums: dict[int, list[float]] = {}
    for place, value in points:
        share = (place - first) / (last - first) if last > first else 0.0
        sums.setdefault(min(int(share * width), width - 1), []).append(value)
    cells: list[float | None] = []
    for number in range(width):
        if number not in sums:
            cells.append(cells[-1] if cells else None)
            continue
        finite = [value for value in sums[number] if math.isfinite(value)]
        cells.append(math.fsum(value / len(finite) for value in finite) if finite else None)
    return cells

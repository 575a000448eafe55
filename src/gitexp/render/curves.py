"""Curves on a terminal, drawn in braille: two by four dots to a cell.

By hand and not by plotext: that takes half a second to import, keeps its figure in global state, and colours where a
screen may have none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.render.canvas import Canvas
from gitexp.render.numbers import format_number
from gitexp.render.page import Line, Span
from gitexp.render.text import pad, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.going import Points

_LOWEST = 2


class Curve(NamedTuple):
    """One series, and the number by which its colour is chosen."""

    points: Points
    number: int = 0


def draw_curves(curves: Sequence[Curve], width: int, height: int, *, glyphs: bool = True) -> list[Line]:
    """A plot of ``height`` lines, each at most ``width`` cells: the curves, the extremes beside them, the steps below.

    Points that are not finite are gaps. A series that never moves is a line in the middle.
    """
    finite = [
        (Curve(tuple(point for point in curve.points if math.isfinite(point[1])), curve.number)) for curve in curves
    ]
    values = [value for curve in finite for _, value in curve.points]
    if not values:
        return [(Span("no finite value yet", "muted"),)] + [()] * (height - 1)
    low, high = min(values), max(values)
    places = [place for curve in finite for place, _ in curve.points]
    left, right = min(places), max(places)
    labels = [format_number(high), format_number(low)] if low != high else ["", format_number(high)]
    margin = max(map(width_of, labels))
    rows = max(height - 1, _LOWEST)
    canvas = Canvas(max(width - margin - 2, 1), rows)
    for curve in finite:
        canvas.draw(curve, (left, right), (low, high))
    lines: list[Line] = []
    axis = "┤│" if glyphs else "||"
    middle = rows // 2 if low == high else rows - 1
    for row in range(rows):
        label = labels[0] if row == 0 else labels[1] if row == middle else ""
        mark = axis[0] if label else axis[1]
        lines.append((Span(f"{pad(label, margin, right=True)} {mark}", "muted"), *canvas.row(row, glyphs=glyphs)))
    first, last = format_number(_whole(left)), format_number(_whole(right))
    gap = max(canvas.width - len(first) - len(last), 1)
    below = first + " " * gap + last if left != right else first
    lines.append((Span(" " * (margin + 2) + below[: canvas.width], "muted"),))
    return lines


def draw_sparkline(values: Sequence[float], width: int, *, whole: float = 0.0, glyphs: bool = True) -> str:
    """The newest values as a row of small bars, from nothing up to the greatest, or to ``whole`` where that is more."""
    bars = "▁▂▃▄▅▆▇█" if glyphs else "_.-=+*#@"
    shown = [value if math.isfinite(value) and value > 0 else 0.0 for value in values[-width:]]
    top = max([whole, *shown]) or 1.0
    return "".join(bars[min(int(value / top * (len(bars) - 1) + 0.5), len(bars) - 1)] for value in shown)


def draw_bar(fraction: float, width: int, *, glyphs: bool = True) -> tuple[str, str]:
    """A progress bar in two parts: what is done, and the rest."""
    done = min(int(fraction * width), width)
    return ("━" * done, "─" * (width - done)) if glyphs else ("#" * done, "-" * (width - done))


def _whole(place: float) -> float:
    return int(place) if place.is_integer() and abs(place) < 1e15 else place

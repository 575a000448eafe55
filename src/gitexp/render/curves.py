"""Curves on a terminal, drawn in braille: two by four dots to a cell.

By hand and not by plotext: that takes half a second to import, keeps its figure in global state, and colours where a
screen may have none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.render.numbers import format_number
from gitexp.render.page import Line, Span
from gitexp.render.text import pad, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.going import Points

SERIES_STYLES = ("series1", "series2", "series3", "series4", "series5", "series6")
MARKS = "·+x*o#"
"""What series are drawn with where the letters of braille cannot be shown."""
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BRAILLE = 0x2800
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
    canvas = _Canvas(max(width - margin - 2, 1), rows)
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


class _Canvas:
    """Cells with dots set in them, each with the number of the series that set the last."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self._height = height
        self._dots: dict[tuple[int, int], int] = {}
        self._series: dict[tuple[int, int], int] = {}

    def draw(self, curve: Curve, span: tuple[float, float], extent: tuple[float, float]) -> None:
        wide, tall = self.width * 2 - 1, self._height * 4 - 1
        before: tuple[int, int] | None = None
        for place, value in curve.points:
            x = round(_part(place, *span) * wide)
            y = round((1 - _part(value, *extent)) * tall)
            for dot in _join(before, (x, y)):
                self._set(*dot, curve.number)
            before = (x, y)

    def row(self, row: int, *, glyphs: bool) -> list[Span]:
        """One row as spans, neighbours of one series together."""
        spans: list[Span] = []
        text, number = "", -1
        for column in range(self.width):
            dots = self._dots.get((column, row), 0)
            own = self._series.get((column, row), number)
            letter = " " if not dots else chr(_BRAILLE + dots) if glyphs else MARKS[own % len(MARKS)]
            if own != number and text:
                spans.append(Span(text, _style(number)))
                text = ""
            text, number = text + letter, own
        return [*spans, Span(text.rstrip(), _style(number))]

    def _set(self, x: int, y: int, number: int) -> None:
        cell = (x // 2, y // 4)
        self._dots[cell] = self._dots.get(cell, 0) | _DOTS[x % 2][y % 4]
        self._series[cell] = number


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


def _style(number: int) -> str:
    return SERIES_STYLES[number % len(SERIES_STYLES)] if number >= 0 else ""


def _part(value: float, low: float, high: float) -> float:
    """Where a value lies between two others, from 0 to 1. Halved first: the distance of two floats may be none."""
    extent = high / 2 - low / 2
    return (value / 2 - low / 2) / extent if extent else 0.5


def _join(before: tuple[int, int] | None, at: tuple[int, int]) -> list[tuple[int, int]]:
    """The dots of a straight line, its beginning aside."""
    if before is None:
        return [at]
    steps = max(abs(at[0] - before[0]), abs(at[1] - before[1]), 1)
    return [
        (
            before[0] + round((at[0] - before[0]) * step / steps),
            before[1] + round((at[1] - before[1]) * step / steps),
        )
        for step in range(1, steps + 1)
    ]


def _whole(place: float) -> float:
    return int(place) if place.is_integer() and abs(place) < 1e15 else place

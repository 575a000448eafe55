"""Curves of a metric on a terminal: a colour or a letter for each run, and a legend that says where each ended."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.render.canvas import OTHER, SERIES_STYLES, letter_of, style_of
from gitexp.render.frame import draw_frame, make_frame
from gitexp.render.numbers import format_number
from gitexp.render.page import Heading, Line, Span, Text
from gitexp.render.scales import find_scale
from gitexp.render.text import pad, shorten, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.going import Points
    from gitexp.model.plots import CurvesPlot
    from gitexp.render.page import Block, Look
    from gitexp.render.scales import Scale

MOST_COLOURS = len(SERIES_STYLES)
_MOST_LETTERS = 52
_MOST_IN_LEGEND = 12
_WIDEST_NAME = 40
_DOTTED = 4


class _Line(NamedTuple):
    """One line of the plot: what it is called, its points, those of its band's edges, and how it ends."""

    label: str
    points: Points
    edges: tuple[Points, ...]
    end: str


def build_curves(plot: CurvesPlot, look: Look, width: int, height: int) -> list[Block]:
    """The plot of one metric. With more runs than there are colours the first ones have one, the others stand back."""
    lines = _band_lines(plot) if plot.bands else _curve_lines(plot)
    shown = [point for line in lines for points in (line.points, *line.edges) for point in points]
    y = find_scale((value for _, value in shown), log=plot.log)
    x = find_scale(place for place, value in shown if math.isfinite(value) and (value > 0 or not plot.log))
    heading = Heading(plot.metric, ", ".join(filter(None, ["log" if plot.log else "", plot.smoothing])))
    if x is None or y is None:
        why = "no finite value above 0" if plot.log else "no finite value"
        return [heading, Text(((Span(why, "muted"),),))]
    letters = not look.colour and len(lines) > 1
    most = _MOST_LETTERS if letters else MOST_COLOURS
    numbers = [place if place < most else OTHER for place in range(len(lines))]
    frame = make_frame(x, y, width, height)
    for line, number in reversed(list(zip(lines, numbers, strict=True))):
        for edge in line.edges:
            for piece in _split(edge, x, y):
                frame.canvas.draw_line(piece, OTHER if letters else number, every=_DOTTED)
        for piece in _split(line.points, x, y):
            frame.canvas.draw_line(piece, number)
    drawn = draw_frame(frame, look, letters=letters)
    axis = "seconds since the start" if plot.x == "time" else "step"
    drawn.append((Span(f"{' ' * (frame.margin + 2)}{axis}".rstrip(), "muted"),))
    return [heading, Text((*drawn, *_legend(lines, numbers, look, width, letters=letters)))]


def _curve_lines(plot: CurvesPlot) -> list[_Line]:
    return [_Line(curve.run.name, curve.smooth, (), format_number(_tidy(curve.points[-1][1]))) for curve in plot.curves]


def _band_lines(plot: CurvesPlot) -> list[_Line]:
    lines = []
    for band in plot.bands:
        edges = tuple(tuple(zip(band.places, side, strict=True)) for side in (band.low, band.high))
        low, high = band.low[-1], band.high[-1]
        deviation = f" ±{format_number((high - low) / 2)}" if high > low else ""
        end = f"{format_number(_tidy(band.mean[-1]))}{deviation}  n = {band.size}"
        lines.append(_Line(band.label, tuple(zip(band.places, band.mean, strict=True)), edges, end))
    return lines


def _split(points: Points, x: Scale, y: Scale) -> Iterable[list[tuple[float, float]]]:
    """A curve in pieces: it is interrupted where it is not finite, and where it has no place on a log axis."""
    piece: list[tuple[float, float]] = []
    for place, value in points:
        if math.isfinite(value) and (value > 0 or not y.log):
            piece.append((x.part(place), y.part(value)))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _legend(lines: list[_Line], numbers: list[int], look: Look, width: int, *, letters: bool) -> list[Line]:
    most = _MOST_IN_LEGEND if look.is_screen else len(lines)
    shown = [pair for pair in zip(lines, numbers, strict=True) if pair[1] != OTHER][:most]
    widest = min(max(width_of(Span(line.label).text) for line, _ in shown), _WIDEST_NAME, max(width - 24, 8))
    legend: list[Line] = []
    for line, number in shown:
        sign = f"{letter_of(number)}  " if letters else "━━ " if look.glyphs else "-- "
        name = pad(shorten(Span(line.label).text, widest), widest)
        legend.append((Span(f"  {sign}", style_of(number)), Span(name), Span(f"  {line.end}", "muted")))
    if len(lines) > len(shown):
        sign = "letter" if letters else "colour"
        what = f", without a {sign}" if len(shown) == sum(number != OTHER for number in numbers) else ""
        legend.append((Span(f"  and {len(lines) - len(shown)} more{what}", "muted"),))
    return legend


def _tidy(value: float) -> float:
    return int(value) if math.isfinite(value) and value.is_integer() and abs(value) < 1e15 else value

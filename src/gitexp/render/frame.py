"""A drawing with its axes: what is drawn on the canvas stands between marks and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.render.canvas import Canvas
from gitexp.render.page import Span
from gitexp.render.scales import Scale, Tick
from gitexp.render.text import pad, shorten, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.render.page import Line, Look

_NARROWEST = 10
_LOWEST = 3
_WIDEST_TICK = 12
_ROWS_PER_TICK = 3


class Frame(NamedTuple):
    """A canvas, what its sides show, and the marks beside it."""

    canvas: Canvas
    x: Scale
    y: Scale
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    margin: int


def make_frame(x: Scale, y: Scale, width: int, height: int, categories: Sequence[str] = ()) -> Frame:
    """A frame of so many cells; ``categories`` stand below in place of numbers, those at 0, 1, 2 …"""
    rows = max(height - 2, _LOWEST)
    y_ticks = y.ticks(max(rows // _ROWS_PER_TICK, 2))
    margin = max(width_of(tick.text) for tick in y_ticks)
    canvas = Canvas(max(width - margin - 2, _NARROWEST), rows)
    if categories:
        room = max(canvas.width // len(categories) - 1, 1)
        x_ticks = [Tick(x.part(place), shorten(text, room)) for place, text in enumerate(categories)]
    else:
        x_ticks = x.ticks(max(canvas.width // _WIDEST_TICK, 2))
    return Frame(canvas, x, y, tuple(x_ticks), tuple(y_ticks), margin)


def draw_frame(frame: Frame, look: Look, *, letters: bool = False) -> list[Line]:
    """The lines of a frame and of what is on its canvas."""
    canvas = frame.canvas
    at_rows = {round((1 - tick.part) * (canvas.height - 1)): tick.text for tick in frame.y_ticks}
    marks = "┤│└┬─" if look.glyphs else "||++-"
    lines: list[Line] = []
    for row in range(canvas.height):
        label = at_rows.get(row, "")
        edge = f"{pad(label, frame.margin, right=True)} {marks[0] if label else marks[1]}"
        lines.append((Span(edge, "muted"), *canvas.row(row, glyphs=look.glyphs, letters=letters)))
    placed = _place_ticks(frame.x_ticks, canvas.width)
    below = [marks[4]] * canvas.width
    texts = [" "] * canvas.width
    for column, begin, text in placed:
        below[column] = marks[3]
        texts[begin : begin + width_of(text)] = [text] + [""] * (width_of(text) - 1)
    lead = " " * (frame.margin + 1)
    lines.append((Span(f"{lead}{marks[2]}{''.join(below)}", "muted"),))
    lines.append((Span(f"{lead} {''.join(texts)}".rstrip(), "muted"),))
    return lines


def _place_ticks(ticks: Sequence[Tick], width: int) -> list[tuple[int, int, str]]:
    """Where each mark stands, where its text begins, and the text; one that would touch another is left out."""
    placed: list[tuple[int, int, str]] = []
    free = 0
    for tick in ticks:
        column = round(tick.part * (width - 1))
        size = width_of(tick.text)
        begin = min(max(column - size // 2, 0), width - size)
        if begin < free:
            continue
        placed.append((column, begin, tick.text))
        free = begin + size + 1
    return placed

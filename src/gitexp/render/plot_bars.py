"""Bars on a terminal: a value for each run or group, and how much each param tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.numbers import align_points, format_number
from gitexp.render.page import Heading, Line, Span, Text
from gitexp.render.text import pad, shorten, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.plots import BarsPlot, ImportancePlot
    from gitexp.render.page import Block, Look

_MOST_BARS = 40
_WIDEST_LABEL = 32
_NARROWEST = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def build_bars(plot: BarsPlot, look: Look, width: int) -> list[Block]:
    """A bar for each value, from zero; the ends of an interval stand behind it in numbers."""
    most = _MOST_BARS if look.is_screen else len(plot.bars)
    bars = plot.bars[:most]
    values = align_points([format_number(bar.value) for bar in bars])
    texts = []
    for bar, value in zip(bars, values, strict=True):
        interval = ""
        if bar.low is not None and bar.high is not None:
            interval = f"  {format_number(bar.low)} to {format_number(bar.high)}"
        texts.append(f"{value}{interval}" + (f"  n = {bar.runs}" if bar.run is None else ""))
    lines = _draw([bar.label for bar in bars], [bar.value for bar in bars], texts, look, width)
    if len(plot.bars) > most:
        lines.append((Span(f"and {len(plot.bars) - most} more (--json has all)", "muted"),))
    return [Heading(plot.title), Text(tuple(lines))]


def build_importance(plot: ImportancePlot, look: Look, width: int) -> list[Block]:
    """A bar for each param, and above all else whether to believe it."""
    blocks: list[Block] = [Heading(f"importance for {plot.metric}", _describe(plot))]
    if plot.warning is not None:
        blocks.append(Text(((Span(f"{'⚠ ' if look.glyphs else '! '}{plot.warning}", "warning"),),)))
    values = align_points([format_number(round(row.importance, 4)) for row in plot.rows])
    texts = [f"{value} ±{format_number(round(row.deviation, 4))}" for value, row in zip(values, plot.rows, strict=True)]
    lines = _draw([row.param for row in plot.rows], [row.importance for row in plot.rows], texts, look, width)
    return [*blocks, Text((*lines, (Span(plot.method, "muted"),)))]


def _describe(plot: ImportancePlot) -> str:
    r2 = "" if plot.r2 is None else f", R² of held-out runs {plot.r2:.2f}"
    return f"{plot.runs} runs{r2}"


def _draw(labels: Sequence[str], values: Sequence[float], texts: Sequence[str], look: Look, width: int) -> list[Line]:
    safe = [Span(label).text for label in labels]
    widest = min(max(map(width_of, safe)), _WIDEST_LABEL)
    room = max(width - widest - max(map(width_of, texts)) - 4, _NARROWEST)
    low, high = min(0.0, *values), max(0.0, *values)
    lines: list[Line] = []
    for label, value, text in zip(safe, values, texts, strict=True):
        before, bar = _bar(value, low, high, room, glyphs=look.glyphs)
        name = pad(shorten(label, widest), widest)
        fill = " " * (room - len(before) - len(bar))
        lines.append((Span(f"{name}  {before}"), Span(bar, "series1"), Span(f"{fill}  {text}")))
    return lines


def _bar(value: float, low: float, high: float, room: int, *, glyphs: bool) -> tuple[str, str]:
    """What stands before a bar, and the bar: to the right of zero, or for what is negative to its left."""
    scale = max(high / 2 - low / 2, 5e-324)
    zero = round(-low / 2 / scale * room)
    size = abs(value) / 2 / scale * room
    whole = min(int(size), room)
    if value < 0:
        whole = min(max(whole, 1), zero) if zero else 0
        return " " * (zero - whole), ("█" if glyphs else "#") * whole
    whole = min(whole, room - zero)
    rest = round((size - whole) * 8) if whole < room - zero else 0
    if not glyphs:
        return " " * zero, "#" * whole
    return " " * zero, "█" * whole + (_EIGHTHS[min(rest, 8)] if rest > 0 else "")

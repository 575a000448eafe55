"""One picture of runs that are watched, in the size that there is: a header, curves, and what was printed last."""

from __future__ import annotations

import fnmatch
import shlex
from typing import TYPE_CHECKING

from gitexp.render.canvas import MARKS, SERIES_STYLES
from gitexp.render.curves import Curve, draw_curves
from gitexp.render.going_parts import machine_line, progress_line, progress_text
from gitexp.render.numbers import format_number
from gitexp.render.page import Line, Span, line, line_width, text_of
from gitexp.render.status import show_status
from gitexp.render.text import neutralise, pad, shorten
from gitexp.render.times import format_duration, format_heard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.going import RunView
    from gitexp.render.page import Look

PLAIN_WIDTH = 80
_NARROWEST_PLOT = 36
_LOWEST_PLOT = 6
_HIGHEST_PLOT = 18
_PLAIN_PLOT = 9
_FEWEST_LINES = 3
_PLAIN_LINES = 10
_GUTTER = 3


def build_frame(
    views: Sequence[RunView], look: Look, height: int | None = None, wanted: Sequence[str] = (), footer: str = ""
) -> list[Line]:
    """The picture, no line wider than the look, and no more lines than ``height``; None is a page without end.

    ``wanted`` are globs of the metrics to draw; all where there are none.
    """
    width = look.width or PLAIN_WIDTH
    top = _single_header(views[0], look, width) if len(views) == 1 else _header(views, look, width)
    metrics = choose_metrics(views, wanted)
    if wanted and not metrics:
        top.append(line(Span(f"no metric here fits {' or '.join(wanted)}", "warning")))
    talker = next((view for view in views if view.is_going), views[0])
    foot: list[Line] = [line(Span(footer, "muted"))] if footer else []
    if height is None:
        plots = _plots(views, metrics, look, width, len(metrics) * (_PLAIN_PLOT + 1)) if metrics else []
        return _fit([*top, *_part(plots), *_output(talker, views, width, _PLAIN_LINES)], width)
    room = height - len(top) - len(foot)
    lines_wanted = room if not metrics else max(_FEWEST_LINES + 2, room // 3)
    plots = _part(_plots(views, metrics, look, width, room - lines_wanted - 1)) if metrics else []
    output = _output(talker, views, width, room - len(plots) - 2)
    body = _fit([*top, *plots, *output], width)[: max(height - len(foot), 1)]
    return [*body, *([()] * (height - len(foot) - len(body))), *_fit(foot, width)]


def choose_metrics(views: Sequence[RunView], wanted: Sequence[str] = ()) -> list[str]:
    """The metrics that any of the runs has and a glob names, in order of first appearance."""
    names = dict.fromkeys(name for view in views for name in view.curves)
    return [name for name in names if not wanted or any(fnmatch.fnmatchcase(name, glob) for glob in wanted)]


def _single_header(view: RunView, look: Look, width: int) -> list[Line]:
    run = view.run
    took = f"  {'for' if view.is_going else 'in'} {format_duration(view.elapsed(look.now))}"
    lines: list[Line] = [
        line(
            Span(run.name, "title"),
            "  ",
            show_status(run.status, look),
            Span(took, "muted"),
            Span(f"  {run.experiment}", "muted"),
        ),
        line(Span("$ ", "muted"), Span(shlex.join(run.command), "command")),
    ]
    lines += [one for one in (progress_line(view, look, width), machine_line(view, look, width)) if one is not None]
    if view.is_going and view.heard_at is not None:
        lines.append(line(Span(format_heard(view.heard_at, run.host, look.now, look.zone), "muted")))
    if view.missing is not None:
        lines.append(line(Span(view.missing, "warning")))
    return lines


def _header(views: Sequence[RunView], look: Look, width: int) -> list[Line]:
    names = min(max(len(neutralise(view.run.name)) for view in views), max(width - 50, 15))
    lines: list[Line] = []
    for number, view in enumerate(views):
        status = show_status(view.run.status, look)
        left = [
            _mark(number, look),
            Span(pad(shorten(neutralise(view.run.name), names), names), "title"),
            Span("  "),
            type(status)(pad(status.text, 13), status.style),
            Span(f"{format_duration(view.elapsed(look.now)):>8}  ", "muted"),
        ]
        text = progress_text(view, look.now, width - line_width(tuple(left))) or view.missing or ""
        if not text and view.is_going and view.heard_at is not None:
            text = format_heard(view.heard_at, view.run.host, look.now, look.zone)
        lines.append((*left, Span(text)))
    for number, view in enumerate(views):
        machine = machine_line(view, look, width - 3) if view.is_going else None
        if machine is not None:
            lines.append((_mark(number, look), *machine))
            break
    return lines


def _mark(number: int, look: Look) -> Span:
    """What tells a run's curves from the others'."""
    sign = "━━ " if look.glyphs else f"{MARKS[number % len(MARKS)]}  "
    return Span(sign, SERIES_STYLES[number % len(SERIES_STYLES)])


def _plots(views: Sequence[RunView], metrics: Sequence[str], look: Look, width: int, room: int) -> list[Line]:
    """The plots in rows and columns, and one line for the metrics for which there is no room."""
    columns = min(len(metrics), max(width // _NARROWEST_PLOT, 1))
    rows = -(-len(metrics) // columns)
    if look.width is None:
        columns, rows, tall = 1, len(metrics), _PLAIN_PLOT
    else:
        rows = min(rows, room // _LOWEST_PLOT)
        tall = min(room // rows, _HIGHEST_PLOT) if rows else 0
    shown, rest = metrics[: rows * columns], metrics[rows * columns :]
    if rest and rows and tall * rows + 1 > room and look.width is not None:
        tall -= 1
    columns = min(columns, max(len(shown), 1))
    wide = (width - _GUTTER * (columns - 1)) // columns
    lines: list[Line] = []
    for first in range(0, len(shown), columns):
        blocks = [_plot(views, metric, look, wide, tall) for metric in shown[first : first + columns]]
        lines += [_beside(parts, wide) for parts in zip(*blocks, strict=True)]
    if rest:
        pairs = "  ".join(f"{metric} {_last(views, metric)}" for metric in rest)
        lines.append(line(Span(f"also: {pairs}" if shown else pairs, "muted" if shown else "")))
    return lines


def _plot(views: Sequence[RunView], metric: str, look: Look, width: int, height: int) -> list[Line]:
    curves = [Curve(view.curves[metric], number) for number, view in enumerate(views) if metric in view.curves]
    if len(views) == 1:
        summary = views[0].run.metrics.get(metric)
        step = "" if summary is None or summary.step is None else f"  step {format_number(summary.step)}"
        values = [Span(f"  {_last(views, metric)}"), Span(step, "muted")]
    else:
        values = [
            Span(f"  {format_number(view.run.metrics[metric].last)}", _mark(number, look).style)
            for number, view in enumerate(views)
            if metric in view.run.metrics
        ]
    # The name is cut first: what it is worth is what one looks for.
    room = max(width - line_width(tuple(values)), 8)
    title = (Span(shorten(neutralise(metric), room), "title"), *values)
    return [_cut(title, width), *draw_curves(curves, width, height - 1, glyphs=look.glyphs)]


def _last(views: Sequence[RunView], metric: str) -> str:
    return "  ".join(format_number(view.run.metrics[metric].last) for view in views if metric in view.run.metrics)


def _output(view: RunView, views: Sequence[RunView], width: int, room: int) -> list[Line]:
    if room < 1 or not view.lines:
        return []
    whose = f"output of {view.run.name}" if len(views) > 1 else "output"
    return [(), line(Span(whose, "label")), *(line(shorten(neutralise(one), width)) for one in view.lines[-room:])]


def _part(lines: list[Line]) -> list[Line]:
    return [(), *lines] if lines else []


def _beside(parts: Sequence[Line], width: int) -> Line:
    joined: list[Span] = []
    for place, spans in enumerate(parts):
        joined += spans
        if place + 1 < len(parts):
            joined.append(Span(" " * (width - line_width(spans) + _GUTTER)))
    return tuple(joined)


def _fit(lines: list[Line], width: int) -> list[Line]:
    return [_cut(spans, width) for spans in lines]


def _cut(spans: Line, width: int) -> Line:
    """The line in at most ``width`` cells."""
    if line_width(spans) <= width:
        return spans
    kept: list[Span] = []
    room = width
    for span in spans:
        taken = line_width((span,))
        if taken > room or (taken == room and len(text_of(spans)) > width):
            kept.append(Span(shorten(span.text, room), span.style))
            break
        kept.append(span)
        room -= taken
    return tuple(kept)

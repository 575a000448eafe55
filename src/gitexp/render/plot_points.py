"""Runs as points on a terminal: one value against another, and the Pareto front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.canvas import OTHER, SERIES_STYLES, style_of
from gitexp.render.frame import draw_frame, make_frame
from gitexp.render.numbers import align_points, format_number
from gitexp.render.page import Gap, Grid, GridColumn, Heading, Line, Span, Text
from gitexp.render.scales import Scale, find_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.plots import ParetoPlot, ParetoPoint, ScatterPlot
    from gitexp.render.page import Block, Look

_SIGNS = "●▲■◆○△"
_PLAIN_SIGNS = "ox+*#@"
_MOST_ROWS = 20
_WIDEST_NAME = 28
_EDGE = 0.5


def build_scatter(plot: ScatterPlot, look: Look, width: int, height: int) -> list[Block]:
    """Runs by two values, each group with a sign and a colour of its own."""
    numbers = [point.run.group if plot.groups else 0 for point in plot.points]
    places = [(point.x, point.y) for point in plot.points]
    x = Scale(-_EDGE, len(plot.categories) - _EDGE) if plot.categories else None
    logs = ("log x" if plot.log_x else "", "log y" if plot.log_y else "")
    heading = Heading(f"{plot.y_title} by {plot.x_title}", ", ".join(filter(None, [_count(plot.points), *logs])))
    scales = (x or find_scale((one for one, _ in places), log=plot.log_x), _scale_y(places, log=plot.log_y))
    drawn = _draw_points(places, numbers, scales, look, (width, height), plot.categories)
    drawn.append((Span(f"{'':{_margin(drawn)}}{plot.x_title}", "muted"),))
    drawn += [
        (Span(f"  {_sign(number, look)} ", style_of(_style(number))), Span(label))
        for number, label in enumerate(plot.groups)
        if number in numbers
    ]
    return [heading, Text(tuple(drawn))]


def build_pareto(plot: ParetoPlot, look: Look, width: int, height: int) -> list[Block]:
    """The runs by their first two objectives, the front marked, and below who is on it and who dominates whom."""
    first, second = plot.objectives[0], plot.objectives[1]
    points = sorted(plot.points, key=lambda point: point.dominated_by is None)
    numbers = [0 if point.dominated_by is None else 1 for point in points]
    places = [(point.values[0], point.values[1]) for point in points]
    across = find_scale(one for one, _ in places)
    drawn = _draw_points(places, numbers, (across, _scale_y(places)), look, (width, height), (), marks_front=True)
    drawn.append((Span(f"{'':{_margin(drawn)}}{first.title}", "muted"),))
    what = " and ".join(f"{'least' if one.direction == 'minimize' else 'most'} {one.title}" for one in plot.objectives)
    aside = f"on the front: {len(plot.front)} of {len(plot.points)} runs, which no other one beats in everything"
    blocks: list[Block] = [
        Heading(f"Pareto front: {what}"),
        Text(((Span(f"{_front_sign(look)} {aside}", "muted"),), (Span(second.title, "muted"),), *drawn)),
        Gap(),
    ]
    front = sorted(plot.front, key=lambda point: point.values)
    dominated = sorted((one for one in plot.points if one.dominated_by is not None), key=lambda point: point.values)
    ordered = [*front, *dominated]
    most = max(_MOST_ROWS, len(front)) if look.is_screen else len(ordered)
    blocks.append(_pareto_grid(plot, ordered[:most], look))
    if len(ordered) > most:
        blocks.append(Text(((Span(f"and {len(ordered) - most} more that are dominated (--json has all)", "muted"),),)))
    return blocks


def _pareto_grid(plot: ParetoPlot, shown: Sequence[ParetoPoint], look: Look) -> Grid:
    texts = [
        align_points([format_number(point.values[place]) for point in shown]) for place in range(len(plot.objectives))
    ]
    rows: list[tuple[Line, ...]] = []
    for number, point in enumerate(shown):
        values = tuple((Span(column[number]),) for column in texts)
        is_front = point.dominated_by is None
        name = (Span(f"{_front_sign(look)} " if is_front else "  ", "best"), Span(point.run.name, "name"))
        other: Line = (
            (Span("on the front", "best"),) if point.dominated_by is None else (Span(point.dominated_by.name),)
        )
        rows.append((name, *values, other))
    columns = (
        GridColumn("  run", widest=_WIDEST_NAME + 2),
        *(GridColumn(one.title, "right") for one in plot.objectives),
        GridColumn("dominated by", widest=_WIDEST_NAME),
    )
    return Grid(columns, tuple(rows))


def _draw_points(
    places: Sequence[tuple[float, float]],
    numbers: Sequence[int],
    scales: tuple[Scale | None, Scale | None],
    look: Look,
    size: tuple[int, int],
    categories: Sequence[str],
    *,
    marks_front: bool = False,
) -> list[Line]:
    x, y = scales
    if x is None or y is None:
        return [(Span("no finite value", "muted"),)]
    frame = make_frame(x, y, *size, categories)
    for (across, up), number in zip(places, numbers, strict=True):
        if marks_front:
            sign = (_front_sign(look), "·" if look.glyphs else ".")[number]
            frame.canvas.put(x.part(across), y.part(up), sign, OTHER if number else 3)
        else:
            frame.canvas.put(x.part(across), y.part(up), _sign(number, look), _style(number))
    return draw_frame(frame, look)


def _scale_y(places: Sequence[tuple[float, float]], *, log: bool = False) -> Scale | None:
    return find_scale((value for _, value in places), log=log)


def _sign(number: int, look: Look) -> str:
    signs = _SIGNS if look.glyphs else _PLAIN_SIGNS
    return signs[number % len(signs)]


def _style(number: int) -> int:
    return number % len(SERIES_STYLES)


def _front_sign(look: Look) -> str:
    return "●" if look.glyphs else "o"


def _margin(drawn: Sequence[Line]) -> int:
    return len(drawn[0][0].text) if drawn else 0


def _count(points: Sequence[object]) -> str:
    return f"{len(points)} {'run' if len(points) == 1 else 'runs'}"

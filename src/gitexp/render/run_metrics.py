"""The metrics of a run's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.values import format_value
from gitexp.render.numbers import align_points, format_number
from gitexp.render.page import Grid, GridColumn, Line, Span, Text, line, line_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.metrics import Summary
    from gitexp.model.run import SeriesNote
    from gitexp.render.page import Block, Look

INDENT = 2
WIDEST_NAME = 40
WIDEST_SOURCE = 40
_GUTTER = 2
_FIRST_TO_GO = ("first", "min", "max", "points", "from", "step")


def metric_blocks(metrics: Mapping[str, Summary], look: Look) -> list[Block]:
    """A table of summaries; where the screen is too narrow, its columns but the last value go one by one."""
    if not metrics:
        return []
    columns = _columns(metrics, look)
    dropped: list[str] = []
    if look.width is not None:
        names = max(map(line_width, columns[""][1]))
        room = look.width - INDENT - min(names, WIDEST_NAME)
        for title in _FIRST_TO_GO:
            if sum(_width(*column) + _GUTTER for key, column in columns.items() if key) <= room:
                break
            if title in columns:
                del columns[title]
                dropped.append(title)
    grid = Grid(
        tuple(column for column, _ in columns.values()),
        tuple(zip(*(cells for _, cells in columns.values()), strict=True)),
        INDENT,
    )
    if not dropped:
        return [grid]
    return [grid, Text((line(Span(f"no room for: {', '.join(dropped)}  (--json has all)", "muted")),), INDENT)]


def series_blocks(series: SeriesNote | None, *, is_going: bool = False) -> list[Block]:
    """What there is to be said of a series that is too large for Git, or for the mirror of a run that is going."""
    if series is None:
        return []
    where = "the others could not be kept"
    if series.whole is not None:
        where = f"all are in the artifact {series.whole}"
    elif is_going:
        where = "the others come with its end"
    text = f"{series.file} has {series.kept:,} of {series.points:,} points, the extremes among them; {where}"
    return [Text((line(Span(text, "muted")),), INDENT)]


def _columns(metrics: Mapping[str, Summary], look: Look) -> dict[str, tuple[GridColumn, list[Line]]]:
    full = not look.is_screen
    summaries = list(metrics.values())
    columns: dict[str, tuple[GridColumn, list[Line]]] = {
        "": (GridColumn("", "left", WIDEST_NAME), [line(name) for name in metrics])
    }
    for title, style in (("last", "name"), ("min", ""), ("max", ""), ("first", "muted")):
        values = [getattr(summary, title) for summary in summaries]
        texts = [format_value(value) for value in values] if full else align_points([*map(format_number, values)])
        columns[title] = GridColumn(title, "right"), [line(Span(text, style)) for text in texts]
    steps = ["" if one.step is None else format_value(one.step) for one in summaries]
    columns["step"] = GridColumn("step", "right"), [line(text) for text in steps]
    columns["points"] = GridColumn("points", "right"), [line(str(one.count)) for one in summaries]
    columns["from"] = (
        GridColumn("from", "left", WIDEST_SOURCE),
        [line(Span(summary.source, "muted")) for summary in summaries],
    )
    return columns


def _width(column: GridColumn, cells: list[Line]) -> int:
    width = max(len(column.title), *map(line_width, cells))
    return width if column.widest is None else min(width, column.widest)

"""What is better read than drawn on a terminal: runs by their params, confusion matrices, logged tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.numbers import align_points, format_cell, format_number
from gitexp.render.page import Grid, GridColumn, Heading, Line, Span, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.plots import MatrixPlot, ParallelAxis, ParallelPlot, TablePlot
    from gitexp.model.values import Value
    from gitexp.render.page import Block, Look

_MOST_ROWS = 40
_MOST_CLASSES = 12
_MOST_MISTAKES = 20
_WIDEST_NAME = 24
_WIDEST_CELL = 40
_GUTTER = 2
_SHADES = " ░▒▓█"
_PLAIN_SHADES = " .-+#"


def build_parallel(plot: ParallelPlot, look: Look, width: int) -> list[Block]:
    """A row for each run, the best first, with its values on all axes: lines over axes need a larger picture."""
    most = _MOST_ROWS if look.is_screen else len(plot.runs)
    names = [run.name for run in plot.runs[:most]]
    columns = [(GridColumn("run", widest=_WIDEST_NAME), [Span(name, "name") for name in names])]
    for axis in plot.axes:
        style = "best" if axis.key == plot.coloured_by else ""
        spans = [Span(text, style) for text in _axis_texts(axis, most)]
        columns.append((GridColumn(axis.title, "left" if axis.categories else "right", _WIDEST_CELL), spans))
    kept = _fit(columns, width if look.is_screen else None)
    blocks: list[Block] = [Heading("params and results", f"{len(plot.runs)} runs; -o FILE.html draws parallel axes")]
    blocks.append(_grid(kept))
    beyond = [column.title for column, _ in columns if all(column is not other for other, _ in kept)]
    if beyond:
        blocks.append(Text(((Span(f"too narrow for {', '.join(beyond)}", "muted"),),)))
    if len(plot.runs) > most:
        blocks.append(Text(((Span(f"and {len(plot.runs) - most} more (--json has all)", "muted"),),)))
    return blocks


def build_matrix(plot: MatrixPlot, look: Look) -> list[Block]:
    """True classes down, predicted ones across, shaded by their share of the row; of many classes the mistakes."""
    total = sum(map(sum, plot.counts))
    right = sum(row[place] for place, row in enumerate(plot.counts))
    accuracy = f"accuracy {format_number(right / total)} of {format_number(_tidy(total))}" if total else "empty"
    blocks: list[Block] = [Heading(f"{plot.title} of {plot.run.name}", accuracy)]
    if len(plot.labels) > _MOST_CLASSES:
        return [*blocks, *_mistakes(plot)]
    shades = _SHADES if look.glyphs else _PLAIN_SHADES
    rows: list[tuple[Line, ...]] = []
    for place, (label, counts) in enumerate(zip(plot.labels, plot.counts, strict=True)):
        whole = sum(counts)
        cells = [_heat(count, whole, shades, is_right=place == other) for other, count in enumerate(counts)]
        recall = format_number(round(counts[place] / whole, 3)) if whole else "–" if look.glyphs else "-"
        rows.append(((Span(label, "label"),), *cells, (Span(recall, "muted"),)))
    columns = [GridColumn("true \\ predicted", widest=_WIDEST_NAME)]
    columns += [GridColumn(label, "right", _WIDEST_NAME) for label in plot.labels]
    return [*blocks, Grid((*columns, GridColumn("recall", "right")), tuple(rows))]


def build_table(plot: TablePlot, look: Look, width: int) -> list[Block]:
    """The rows of a table, as many columns as there is room for."""
    most = _MOST_ROWS if look.is_screen else len(plot.rows)
    rows = plot.rows[:most]
    columns = [_column(title, [row[place] for row in rows], look) for place, title in enumerate(plot.columns)]
    kept = _fit(columns, width if look.is_screen else None)
    size = f"{len(plot.rows)} rows, {len(plot.columns)} columns"
    blocks: list[Block] = [Heading(f"{plot.title} of {plot.run.name}", size), _grid(kept)]
    hidden = [f"{len(plot.rows) - most} more rows"] if len(plot.rows) > most else []
    if len(kept) < len(columns):
        hidden.append(f"{len(columns) - len(kept)} more columns")
    if hidden:
        blocks.append(Text(((Span(f"and {' and '.join(hidden)} (--json has all)", "muted"),),)))
    return blocks


def _column(title: str, values: Sequence[Value], look: Look) -> tuple[GridColumn, list[Span]]:
    numeric = all(
        value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)) for value in values
    )
    texts = ["" if value is None else format_cell(value, full=not look.is_screen) for value in values]
    if numeric:
        texts = align_points(texts)
    return GridColumn(title, "right" if numeric else "left", _WIDEST_CELL), [Span(text) for text in texts]


def _mistakes(plot: MatrixPlot) -> list[Block]:
    pairs = [
        (count, one, other)
        for place, (one, counts) in enumerate(zip(plot.labels, plot.counts, strict=True))
        for column, (other, count) in enumerate(zip(plot.labels, counts, strict=True))
        if place != column and count
    ]
    pairs.sort(key=lambda pair: -pair[0])
    shown = pairs[:_MOST_MISTAKES]
    rows = [((Span(format_number(_tidy(count))),), (Span(one),), (Span(other),)) for count, one, other in shown]
    columns = (GridColumn("count", "right"), GridColumn("true"), GridColumn("predicted"))
    words = f"{len(plot.labels)} classes: the most frequent mistakes" if rows else "no mistakes"
    said: list[Block] = [Text(((Span(words, "muted"),),))]
    return [*said, Grid(columns, tuple(rows))] if rows else said


def _heat(count: float, whole: float, shades: str, *, is_right: bool) -> Line:
    share = count / whole if whole else 0.0
    shade = shades[min(int(share * (len(shades) - 1) + 0.999), len(shades) - 1)] if count else shades[0]
    style = "good" if is_right else "bad" if count else "muted"
    return (Span(f"{format_number(_tidy(count))} ", style), Span(shade, style))


def _axis_texts(axis: ParallelAxis, most: int) -> list[str]:
    if axis.categories:
        return [axis.categories[int(place)] if place is not None else "–" for place in axis.places[:most]]
    return align_points([format_number(_tidy(place)) if place is not None else "–" for place in axis.places[:most]])


def _fit(columns: list[tuple[GridColumn, list[Span]]], width: int | None) -> list[tuple[GridColumn, list[Span]]]:
    """Those for which there is room: the first and the last, which say what it is and what came of it, go first."""
    if width is None or not columns:
        return columns
    sizes = [
        min(max([len(column.title), *(len(span.text) for span in spans)]), column.widest or _WIDEST_CELL) + _GUTTER
        for column, spans in columns
    ]
    order = [0, len(columns) - 1, *range(1, len(columns) - 1)]
    kept: set[int] = set()
    for place in dict.fromkeys(order):
        if sum(sizes[one] for one in kept) + sizes[place] <= width + _GUTTER or not kept:
            kept.add(place)
    return [columns[place] for place in sorted(kept)]


def _grid(columns: list[tuple[GridColumn, list[Span]]]) -> Grid:
    rows = zip(*([(span,) for span in spans] for _, spans in columns), strict=True)
    return Grid(tuple(column for column, _ in columns), tuple(rows))


def _tidy(value: float) -> float:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value

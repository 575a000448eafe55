"""The table of ``exp ls``: fitted to a screen, in full in a pipe, as Markdown and as CSV."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitexp.model.run import Status
from gitexp.model.values import equal_values, format_value
from gitexp.render.numbers import align_points, format_cell
from gitexp.render.page import Line, Page, Span, line, line_width
from gitexp.render.sparks import draw_spark
from gitexp.render.status import show_status
from gitexp.render.table_fitting import WIDEST_TEXT, ShownColumn, build_table
from gitexp.render.text import neutralise, shorten, width_of
from gitexp.render.times import FRESH_SECONDS, format_age, format_duration, format_iso

if TYPE_CHECKING:
    from gitexp.model.columns import Cell, Column
    from gitexp.model.head import RunHead
    from gitexp.model.listing import RunTable
    from gitexp.model.run_curves import CurvesRead
    from gitexp.render.page import Look

NARROWEST_TITLE = 14
_MOST_SHORTENED = 500
"""Of more columns than that a screen has room for few, and each would be held against all others."""
_CURVES = 60.0
"""They were asked for, and tell more than any column that was not."""
_SCREEN_TITLES = {"started": "when", "seconds": "time", "user": "by"}


def build_listing(table: RunTable, look: Look, curves: CurvesRead | None = None) -> Page:
    """The table and, beneath it, what is the same in all rows and which columns the screen had no room for.

    Curves stand in columns of their own.
    """
    notes: list[Line] = []
    if table.constant:
        pairs = [f"{column.title}={_constant_text(cell, look)}" for column, cell in table.constant]
        notes.append(line(Span("the same in all: ", "muted"), "  ".join(pairs)))
    shown = [*_show_columns(table, look), *_show_curves(table, curves, look)]
    return build_table(shown, len(table.heads), look, notes)


def format_markdown(table: RunTable, look: Look, curves: CurvesRead | None = None) -> str:
    """The table for a Markdown page, every digit in it; what would be markup there is escaped."""
    from tabulate import tabulate

    shown = [*_show_columns(table, look), *_show_curves(table, curves, look)]
    rows = [
        [escape_markdown("".join(span.text for span in one.cells[place]).strip()) for one in shown]
        for place in range(len(table.heads))
    ]
    text = tabulate(
        rows,
        headers=[escape_markdown(one.title) for one in shown],
        tablefmt="pipe",
        disable_numparse=True,
        colalign=["right" if one.align else "left" for one in shown] if rows else None,
    )
    pairs = [f"{column.title}={format_value(cell.value)}" for column, cell in table.constant]
    return f"{text}\n" + (f"\nThe same in all: {escape_markdown(neutralise('  '.join(pairs)))}\n" if pairs else "")


def format_csv(table: RunTable) -> str:
    """The table as CSV (RFC 4180, but LF): keys of columns as header, every digit, an absent value empty."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([neutralise(column.key) for column in table.columns])
    for head, cells in zip(table.heads, table.cells, strict=True):
        writer.writerow(
            [neutralise(full_text(column, cell, head)) for column, cell in zip(table.columns, cells, strict=True)]
        )
    return buffer.getvalue()


def _show_columns(table: RunTable, look: Look) -> list[ShownColumn]:
    titles = Counter(column.title for column in table.columns)
    return [_show_column(table, place, look, titles) for place in range(len(table.columns))]


def _show_column(table: RunTable, place: int, look: Look, titles: Counter[str]) -> ShownColumn:
    column = table.columns[place]
    cells = [row[place] for row in table.cells]
    texts = [
        (screen_text if look.is_screen else full_text)(column, cell, head, look)
        for cell, head in zip(cells, table.heads, strict=True)
    ]
    is_number = column.key == "seconds" or _is_numeric(cells)
    if is_number and column.kind != "field" and look.is_screen:
        texts = align_points(texts)
    lines: list[Line] = []
    best = table.best.get(column.key)
    for cell, text, head in zip(cells, texts, table.heads, strict=True):
        if not cell.present and not text.strip():
            lines.append(_absent(look))
        elif column.key == "status":
            lines.append(line(show_status(head.status, look), Span(_heard_text(head, look), "muted")))
        elif column.key == "id" and look.is_screen:
            lines.append(line(Span(head.id[: table.id_length], "id")))
        else:
            style = "best" if best is not None and equal_values(cell.value, best.value) else _style(column)
            lines.append(line(Span(text, style)))
    widest = max((line_width(spans) for spans in lines), default=0)
    title = neutralise(_title(titles, column, look, widest))
    name = _SCREEN_TITLES.get(column.key, column.title)
    return ShownColumn(name, title, column.weight, is_number, lines, max(widest, width_of(title)))


def _show_curves(table: RunTable, curves: CurvesRead | None, look: Look) -> list[ShownColumn]:
    drawn = {(one.head.ref, one.metric): one for one in curves.curves} if curves is not None else {}
    shown: list[ShownColumn] = []
    for place, metric in enumerate(dict.fromkeys(metric for _, metric in drawn)):
        found = [drawn.get((head.ref, metric)) for head in table.heads]
        texts = ["" if one is None else draw_spark(one.points, glyphs=look.glyphs) for one in found]
        cells = [line(Span(text, "series1")) if text else _absent(look) for text in texts]
        title = neutralise(f"{metric} over time")
        width = max(width_of(title), *map(line_width, cells))
        shown.append(ShownColumn(title, title, _CURVES - place / 1000, False, cells, width))
    return shown


def _absent(look: Look) -> Line:
    return line(Span("–" if look.glyphs and look.is_screen else "-", "muted"))


def _title(titles: Counter[str], column: Column, look: Look, width: int) -> str:
    if look.is_screen and column.key in _SCREEN_TITLES:
        return _SCREEN_TITLES[column.key]
    if titles[column.title] > 1:
        return column.key
    room = max(width, NARROWEST_TITLE)
    if look.is_screen and width_of(column.title) > room:
        tail = column.title[1 - room :]  # the end of a dotted key is what tells it from others
        if len(titles) <= _MOST_SHORTENED and sum(title.endswith(tail) for title in titles) == 1:
            return ("…" if look.glyphs else "~") + tail
    return column.title


def screen_text(column: Column, cell: Cell, head: RunHead, look: Look) -> str:
    """A cell as a screen shows it, times as ages and numbers in a few digits; '' where there is nothing."""
    if column.key == "started":
        return format_age(head.started_at, look.now, look.zone)
    if column.key == "ended" and cell.time is not None:
        return format_age(cell.time, look.now, look.zone)
    if column.key == "seconds":
        seconds = head.seconds
        if seconds is None and head.status is Status.RUNNING:
            seconds = max((look.now - head.started_at).total_seconds(), 0)
            seconds += sum(one.seconds or 0 for one in head.chain[:-1])
        return "" if seconds is None else format_duration(seconds)
    if not cell.present:
        return ""
    if column.key == "parts":
        return f"{'×' if look.glyphs else 'x'}{cell.value}"
    return shorten(neutralise(format_cell(cell.value, full=False)), WIDEST_TEXT)


def _heard_text(head: RunHead, look: Look) -> str:
    """How old the news of a run is that goes elsewhere, where it is not of just now."""
    if head.heard_at is None or not look.is_screen or (look.now - head.heard_at).total_seconds() < FRESH_SECONDS:
        return ""
    return f" (heard {format_age(head.heard_at, look.now, look.zone)})"


def full_text(column: Column, cell: Cell, head: RunHead, look: Look | None = None) -> str:
    """A cell with all that is in it; '' where there is nothing."""
    if not cell.present:
        return ""
    return format_iso(cell.time) if cell.time is not None else format_cell(cell.value, full=True)


def _constant_text(cell: Cell, look: Look) -> str:
    text = format_cell(cell.value, full=not look.is_screen)
    return shorten(text, 2 * WIDEST_TEXT) if look.is_screen else text


def _is_numeric(cells: list[Cell]) -> bool:
    values = [cell.value for cell in cells if cell.present and cell.value is not None]
    return bool(values) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def _style(column: Column) -> str:
    return {"name": "name", "id": "id", "started": "muted", "seconds": "muted", "user": "muted"}.get(column.key, "")


def escape_markdown(text: str) -> str:
    """A text that Markdown shows as it is."""
    for letter, escaped in (
        ("\\", "\\\\"),
        ("&", "&amp;"),
        ("<", "&lt;"),
        ("|", "\\|"),
        ("`", "\\`"),
        ("*", "\\*"),
        ("[", "\\["),
    ):
        text = text.replace(letter, escaped)
    return text

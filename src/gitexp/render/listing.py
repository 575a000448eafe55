"""The table of ``exp ls``: fitted to a screen, in full in a pipe, as Markdown and as CSV."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Status
from gitexp.model.values import equal_values, format_value
from gitexp.render.numbers import align_points, format_cell
from gitexp.render.page import Gap, Grid, GridColumn, Line, Page, Span, Text, line, line_width
from gitexp.render.status import show_status
from gitexp.render.text import neutralise, shorten, width_of
from gitexp.render.times import FRESH_SECONDS, format_age, format_duration, format_iso

if TYPE_CHECKING:
    from gitexp.model.columns import Cell, Column
    from gitexp.model.head import RunHead
    from gitexp.model.listing import RunTable
    from gitexp.render.page import Look

WIDEST_TEXT = 28
NARROWEST_TITLE = 14
_MOST_SHORTENED = 500
"""Of more columns than that a screen has room for few, and each would be held against all others."""
_GUTTER = 2
_KEPT = 95.0
_NAMED = 6
_SCREEN_TITLES = {"started": "when", "seconds": "time", "user": "by"}


class _Shown(NamedTuple):
    column: Column
    title: str
    align: bool
    cells: list[Line]
    width: int


def build_listing(table: RunTable, look: Look) -> Page:
    """The table and, beneath it, what is the same in all rows and which columns the screen had no room for."""
    shown = _show_columns(table, look)
    dropped: list[Column] = []
    if look.width is not None:
        shown, dropped = _fit(shown, look.width)
    grid = Grid(
        tuple(GridColumn(one.title, "right" if one.align else "left", _widest(one, look)) for one in shown),
        tuple(tuple(one.cells[place] for one in shown) for place in range(len(table.heads))),
    )
    page: Page = [grid]
    notes: list[Line] = []
    if table.constant:
        pairs = [f"{column.title}={_constant_text(cell, look)}" for column, cell in table.constant]
        notes.append(line(Span("the same in all: ", "muted"), "  ".join(pairs)))
    if dropped:
        keys = ", ".join(_SCREEN_TITLES.get(column.key, column.title) for column in dropped[:_NAMED])
        more = f" and {len(dropped) - _NAMED} more" if len(dropped) > _NAMED else ""
        notes.append(line(Span(f"no room for: {keys}{more}  (--columns chooses, --csv has all)", "muted")))
    if notes:
        page += [Gap(), Text(tuple(notes))]
    return page


def format_markdown(table: RunTable, look: Look) -> str:
    """The table for a Markdown page, every digit in it; what would be markup there is escaped."""
    from tabulate import tabulate

    shown = _show_columns(table, look)
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


def _show_columns(table: RunTable, look: Look) -> list[_Shown]:
    titles = Counter(column.title for column in table.columns)
    return [_show_column(table, place, look, titles) for place in range(len(table.columns))]


def _show_column(table: RunTable, place: int, look: Look, titles: Counter[str]) -> _Shown:
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
            lines.append(line(Span("–" if look.glyphs and look.is_screen else "-", "muted")))
        elif column.key == "status":
            lines.append(line(show_status(head.status, look), Span(_heard_text(head, look), "muted")))
        elif column.key == "id" and look.is_screen:
            lines.append(line(Span(head.id[: table.id_length], "id")))
        else:
            style = "best" if best is not None and equal_values(cell.value, best.value) else _style(column)
            lines.append(line(Span(text, style)))
    widest = max((line_width(spans) for spans in lines), default=0)
    title = neutralise(_title(titles, column, look, widest))
    return _Shown(column, title, is_number, lines, max(widest, width_of(title)))


def _fit(shown: list[_Shown], width: int) -> tuple[list[_Shown], list[Column]]:
    """Takes the columns that tell most as long as they fit; id, name and status always stay."""
    taken: list[_Shown] = []
    room = width + _GUTTER
    for one in sorted(shown, key=lambda one: -one.column.weight):
        if one.column.weight >= _KEPT or one.width + _GUTTER <= room:
            taken.append(one)
            room -= one.width + _GUTTER
    kept = [one for one in shown if any(one is other for other in taken)]
    return kept, [one.column for one in shown if not any(one is other for other in taken)]


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


def _widest(shown: _Shown, look: Look) -> int | None:
    return None if shown.align or not look.is_screen else WIDEST_TEXT


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

"""The matrix of ``exp compare``: in as many blocks as a screen needs, whole in a pipe, as Markdown and as CSV."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitexp.model.columns import ABSENT, Cell, Column, cell_of, field_column
from gitexp.model.comparison import ROW_PARTS, Change
from gitexp.model.listing import RunTable
from gitexp.render.comparison_cells import full_texts, show_change, show_row, show_rows
from gitexp.render.listing import escape_markdown, format_csv
from gitexp.render.numbers import align_points
from gitexp.render.page import Fields, Gap, Grid, GridColumn, Heading, Line, Page, Span, Text, line
from gitexp.render.status import show_status
from gitexp.render.text import neutralise, shorten, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.model.comparison import Row, RunMatrix
    from gitexp.model.head import RunHead
    from gitexp.render.comparison_cells import ShownRow
    from gitexp.render.page import Look

WIDEST_HEAD = 24
INDENT = 2
_GUTTER = 2
_NARROWEST_KEYS = 20
_NARROWEST_CELL = 8
_MOST_SAME = 12
_MARK = "*"


def build_comparison(matrix: RunMatrix, look: Look, *, everything: bool = False, asked: bool = False) -> Page:
    """The rows that differ, in blocks of columns that fit; beneath them what is the same in all, unless ``everything``.

    The keys stand at the beginning of each block. Rows that were ``asked`` for stand in their own order, not in parts.
    """
    rows = [row for row in matrix.rows if everything or asked or not row.is_same]
    if asked:
        rows = [row._replace(part="run") for row in rows]
    page: Page = []
    for columns, keys, lines in _cut_blocks(matrix, rows, look):
        if page:
            page.append(Gap())
        page.append(Grid(columns, _join(keys, lines), header=False))
    notes = [] if everything or asked else _name_same(matrix, look)
    if notes:
        page += [Gap(), Heading("The same in all"), Fields(tuple(notes), INDENT)]
    if any(row.best for row in rows):
        page += [Gap(), Text((line(Span(f"{_MARK} the best of its row", "muted")),))]
    return page


def format_markdown(matrix: RunMatrix, *, everything: bool = False) -> str:
    """The matrix for a Markdown page, every digit in it, the best of a row in bold."""
    from tabulate import tabulate

    heads = name_heads(matrix)
    lines = []
    for row in matrix.rows:
        if everything or not row.is_same:
            texts = [escape_markdown(text) or "–" for text in full_texts(row, matrix.heads)]
            shown = [
                (f"**{text}**" if place in row.best else text) + show_change(row, place, full=True)
                for place, text in enumerate(texts)
            ]
            lines.append([escape_markdown(neutralise(row.column.key)), *shown])
    text = tabulate(
        lines,
        headers=["", *map(escape_markdown, heads)],
        tablefmt="pipe",
        disable_numparse=True,
        colalign=["left", *("right" for _ in heads)] if lines else None,
    )
    same = [] if everything else [row for row in matrix.rows if row.is_same]
    pairs = [f"{row.column.key}={full_texts(row, matrix.heads[:1])[0]}" for row in same]
    return f"{text}\n" + (f"\nThe same in all: {escape_markdown('  '.join(map(neutralise, pairs)))}\n" if pairs else "")


def format_comparison_csv(matrix: RunMatrix) -> str:
    """The matrix turned round, as ``exp ls --csv``: a row for each run, a column for each key."""
    asked = {row.column.key for row in matrix.rows}
    keys = [field_column(key) for key in ("id", "name") if key not in asked]
    columns = (*keys, *(column for row in matrix.rows for column in _csv_columns(row)))
    cells = tuple(
        (
            *(cell_of(column, head) for column in keys),
            *(cell for row in matrix.rows for cell in _csv_cells(row, place)),
        )
        for place, head in enumerate(matrix.heads)
    )
    return format_csv(RunTable(columns, matrix.heads, cells, (), len(cells), {}, matrix.id_length))


def _csv_columns(row: Row) -> list[Column]:
    own = row.column
    parts = Change._fields if row.changes else ()
    return [own, *(Column(f"{own.key}.{part}", "detail", own.name) for part in parts)]


def _csv_cells(row: Row, place: int) -> list[Cell]:
    change = row.changes[place] if row.changes else None
    values: tuple[float | None, ...] = (None, None) if change is None else change
    parts = [Cell(value, present=True) if value is not None else ABSENT for value in values]
    return [row.cells[place], *(parts if row.changes else [])]


def name_heads(matrix: RunMatrix, *, is_screen: bool = False) -> list[str]:
    """What stands above each run: its name, or its id where the name is that of another one too."""
    names = [neutralise(head.name) for head in matrix.heads]
    if is_screen:
        names = [shorten(name, WIDEST_HEAD) for name in names]
    counts = Counter(names)
    length = matrix.id_length if is_screen else None
    return [name if counts[name] == 1 else head.id[:length] for name, head in zip(names, matrix.heads, strict=True)]


def _cut_blocks(
    matrix: RunMatrix, rows: Sequence[Row], look: Look
) -> Iterable[tuple[tuple[GridColumn, ...], list[Line], list[list[Line]]]]:
    """Blocks of columns: each with the cells of the keys, and those of every run in it."""
    shown = show_rows(rows, matrix.heads, look)
    parts = {one.row.part for one in shown} - {"run"}
    key_width = max((*(width_of(one.key) + INDENT for one in shown), *map(len, parts)), default=0)
    if look.width is not None:
        key_width = min(key_width, max(look.width // 2, _NARROWEST_KEYS))
    keys = _list_keys(shown, key_width, look)
    heads = name_heads(matrix, is_screen=look.is_screen)
    most = None if look.width is None else max(look.width - key_width - _GUTTER, _NARROWEST_CELL)
    runs = [_show_run(place, heads[place], matrix, shown, look, most) for place in range(len(heads))]
    for block in _fill(runs, most):
        columns = (GridColumn("", "left", key_width), *(GridColumn("", "right") for _ in block))
        yield columns, keys, block


def _fill(runs: list[tuple[list[Line], int]], room: int | None) -> Iterable[list[list[Line]]]:
    block: list[list[Line]] = []
    taken = 0
    for lines, width in runs:
        if block and room is not None and taken + width > room:
            yield block
            block, taken = [], 0
        block.append(lines)
        taken += width + _GUTTER
    if block:
        yield block


def _join(keys: list[Line], runs: list[list[Line]]) -> tuple[tuple[Line, ...], ...]:
    return tuple((key, *(lines[place] for lines in runs)) for place, key in enumerate(keys))


def _list_keys(shown: list[ShownRow], width: int, look: Look) -> list[Line]:
    """The first column: a line for the heads, then each part's name above its keys."""
    lines = [line("")]
    for part in ROW_PARTS:
        own = [one for one in shown if one.row.part == part]
        if own and part != "run":
            lines.append(line(Span(part.capitalize(), "heading")))
        indent = "" if part == "run" else " " * INDENT
        lines += [line(Span(indent + _cut_key(one.key, width - len(indent), look), "label")) for one in own]
    return lines


def _cut_key(key: str, width: int, look: Look) -> str:
    """The end of a dotted key is what tells it from others."""
    if look.width is None or width_of(key) <= width:
        return key
    while width_of(key) >= width:
        key = key[1:]
    return ("…" if look.glyphs else "~") + key


def _show_run(
    place: int, head: str, matrix: RunMatrix, shown: list[ShownRow], look: Look, most: int | None
) -> tuple[list[Line], int]:
    """The column of one run, line by line as ``_list_keys`` has them, and its width."""
    is_name = head == neutralise(matrix.heads[place].name) or head.endswith("…")
    lines = [line(Span(head, "name" if is_name else "id"))]
    changes = {one.row.column.key: show_change(one.row, place, full=not look.is_screen) for one in shown}
    room = max(map(len, changes.values()), default=0)
    most = None if most is None else max(most - room, _NARROWEST_CELL)
    for part in ROW_PARTS:
        own = [one for one in shown if one.row.part == part]
        if own and part != "run":
            lines.append(line(""))
        numbers = [one.texts[place] for one in own if one.row.column.kind in ("param", "metric")]
        aligned = iter(align_points(numbers) if look.is_screen else numbers)
        for one in own:
            text = next(aligned) if one.row.column.kind in ("param", "metric") else one.texts[place]
            cell = _show_cell(one.row, place, text, matrix.heads[place], look, most)
            lines.append((*cell, Span(changes[one.row.column.key].ljust(room), "muted")) if room else cell)
    return lines, max(sum(width_of(span.text) for span in spans) for spans in lines)


def _show_cell(row: Row, place: int, text: str, head: RunHead, look: Look, most: int | None) -> Line:
    if not text.strip():
        return line(Span("–" if look.glyphs and look.is_screen else "-", "muted"))
    if row.column.key == "status":
        return line(show_status(head.status, look))
    if most is not None:
        text = shorten(text, most - 1)
    if place in row.best:
        return line(Span(_MARK + text, "best"))
    return line(Span(text, "muted" if row.column.key in ("started", "seconds") else ""))


def _name_same(matrix: RunMatrix, look: Look) -> list[tuple[str, tuple[Line, ...]]]:
    notes: list[tuple[str, tuple[Line, ...]]] = []
    for part in ROW_PARTS:
        pairs = [_pair(row, matrix, look) for row in matrix.rows_of(part) if row.is_same]
        if look.is_screen and len(pairs) > _MOST_SAME:
            pairs[_MOST_SAME:] = [f"and {len(pairs) - _MOST_SAME} more (--all)"]
        if pairs:
            notes.append((part, (line("  ".join(pairs)),)))
    return notes


def _pair(row: Row, matrix: RunMatrix, look: Look) -> str:
    shown = show_row(row._replace(cells=row.cells[:1]), matrix.heads[:1], look)
    return f"{shown.key}={shown.texts[0]}"

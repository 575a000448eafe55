"""A page as plain text: for pipes and files. No line is wrapped or cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.page import Fields, Gap, Grid, Heading, Line, Text, line_width
from gitexp.render.text import width_of
from gitexp.render.theme import paint

if TYPE_CHECKING:
    from gitexp.render.page import Block, Page

GUTTER = "  "


def format_plain(page: Page, *, colour: bool = False) -> str:
    """The page as text that ends in a line end, or '' for an empty page.

    Done here in a few lines and not by tabulate: its import alone takes 35 ms, a third of what ``exp ls`` may.
    """
    lines = [text for block in page for text in _format_block(block, colour)]
    return "".join(f"{text.rstrip()}\n" for text in lines)


def format_line(spans: Line, *, colour: bool = False) -> str:
    """One line."""
    return "".join(paint(span.text, span.style) if colour else span.text for span in spans)


def _format_block(block: Block, colour: bool) -> list[str]:
    match block:
        case Gap():
            return [""]
        case Heading(text, aside):
            shown = paint(text, "heading") if colour else text
            return [f"{shown}{GUTTER}{paint(aside, 'muted') if colour else aside}" if aside else shown]
        case Text(lines, indent):
            return [" " * indent + format_line(spans, colour=colour) for spans in lines]
        case Fields(rows, indent):
            return _format_fields(rows, indent, colour)
        case Grid():
            return _format_grid(block, colour)


def _format_fields(rows: tuple[tuple[str, tuple[Line, ...]], ...], indent: int, colour: bool) -> list[str]:
    longest = max((width_of(label) for label, _ in rows), default=0)
    texts: list[str] = []
    for label, values in rows:
        for place, spans in enumerate(values):
            head = label if place == 0 else ""
            shown = paint(head, "label") if colour else head
            fill = " " * (longest - width_of(head))
            texts.append(" " * indent + shown + fill + GUTTER + format_line(spans, colour=colour))
    return texts


def _format_grid(grid: Grid, colour: bool) -> list[str]:
    rows = list(grid.rows)
    widths = [
        max([width_of(column.title) if grid.header else 0, *(line_width(row[place]) for row in rows)])
        for place, column in enumerate(grid.columns)
    ]
    texts: list[str] = []
    if grid.header:
        titles = [
            _place(
                paint(column.title, "label") if colour else column.title, width_of(column.title), width, column.align
            )
            for column, width in zip(grid.columns, widths, strict=True)
        ]
        texts.append(" " * grid.indent + GUTTER.join(titles))
    for row in rows:
        cells = [
            _place(format_line(spans, colour=colour), line_width(spans), width, column.align)
            for spans, column, width in zip(row, grid.columns, widths, strict=True)
        ]
        texts.append(" " * grid.indent + GUTTER.join(cells))
    return texts


def _place(text: str, taken: int, width: int, align: str) -> str:
    fill = " " * (width - taken)
    return fill + text if align == "right" else text + fill

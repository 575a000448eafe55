"""A page on a terminal, by rich: fitted to the width, wrapped where it may be, coloured where that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from gitexp.render.page import Fields, Gap, Grid, Heading, Line, Span, Text, line_width
from gitexp.render.text import pad, width_of
from gitexp.render.theme import STYLES

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text as RichText

    from gitexp.render.page import Block, Look, Page

_GUTTER = 2
_NARROWEST = 4


def write_page(page: Page, look: Look, file: TextIO) -> None:
    """Writes a page: to a screen through rich, else as plain text."""
    if not look.is_screen:
        from gitexp.render.plain import format_plain

        file.write(format_plain(page, colour=look.colour))
        return
    console = make_console(look, file)
    for part in build_parts(page, console.width):
        console.print(part)


def build_parts(page: Page, width: int) -> list[RenderableType]:
    """The blocks of a page as rich has them, for a screen of this width."""
    return [_build(block, width) for block in page]


def make_console(look: Look, file: TextIO, *, is_terminal: bool | None = None) -> Console:
    """A console that decides nothing by itself: colour and width are those of the look.

    ``is_terminal`` where the screen is to be moved about in, coloured or not.
    """
    from rich.console import Console

    return Console(
        file=file,
        width=look.width,
        color_system="standard" if look.colour else None,
        force_terminal=look.colour if is_terminal is None else is_terminal,
        no_color=not look.colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False if look.colour else None,
    )


def _build(block: Block, width: int) -> RenderableType:
    match block:
        case Gap():
            return ""
        case Heading(text, aside):
            from rich.text import Text as RichText

            shown = RichText(text, style=STYLES["heading"])
            return shown.append(f"  {aside}", style=STYLES["muted"]) if aside else shown
        case Text(lines, indent):
            from rich.padding import Padding
            from rich.text import Text as RichText

            return Padding(RichText("\n").join(rich_line(spans) for spans in lines), (0, 0, 0, indent), expand=False)
        case Fields(rows, indent):
            return _build_fields(rows, indent)
        case Grid():
            return _build_grid(block, width)


def _build_fields(rows: tuple[tuple[str, tuple[Line, ...]], ...], indent: int) -> RenderableType:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text as RichText

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style=STYLES["label"], no_wrap=True)
    table.add_column(overflow="fold")
    for label, values in rows:
        table.add_row(RichText(label), RichText("\n").join(rich_line(spans) for spans in values))
    return Padding(table, (0, 0, 0, indent), expand=False)


def _build_grid(grid: Grid, room: int) -> RenderableType:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text as RichText

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=grid.header, header_style=STYLES["label"])
    rows = [list(row) for row in grid.rows]
    widths = _fit_columns(grid, room)
    for place, column in enumerate(grid.columns):
        title, width = column.title, widths[place]
        if column.align == "right":
            # Set to the right here: rich would first strip the spaces that put the points under each other.
            title = pad(title, width, right=True)
            for row in rows:
                row[place] = (Span(" " * (width - line_width(row[place]))), *row[place])
        table.add_column(RichText(title), no_wrap=True, overflow="ellipsis", width=width)
    for cells in rows:
        table.add_row(*map(rich_line, cells))
    return Padding(table, (0, 0, 0, grid.indent), expand=False)


def _fit_columns(grid: Grid, room: int) -> list[int]:
    """The width of each column. Where there is no room for all, texts are cut, the longest first; numbers never are.

    (rich would cut every column alike.)
    """
    widths: list[int] = []
    for place, column in enumerate(grid.columns):
        width = max([width_of(column.title) if grid.header else 0, *(line_width(row[place]) for row in grid.rows)])
        widths.append(width if column.widest is None or column.align == "right" else min(width, column.widest))
    texts = [place for place, column in enumerate(grid.columns) if column.align == "left"]
    excess = sum(widths) + _GUTTER * (len(widths) - 1) + grid.indent - room
    while excess > 0 and texts:
        longest = max(texts, key=widths.__getitem__)
        if widths[longest] <= _NARROWEST:
            break
        widths[longest] -= 1
        excess -= 1
    return widths


def rich_line(spans: Line) -> RichText:
    """A line of a page as rich has it."""
    from rich.text import Text as RichText

    text = RichText()
    for span in spans:
        text.append(span.text, style=STYLES.get(span.style, ""))
    return text

"""What is to be shown, before it is known where: a page of headings, fields and grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.render.text import neutralise, width_of

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

# Named tuples and classes by hand, not dataclasses: making a dataclass takes 0.5 ms, and every listing waits for it.


class Look(NamedTuple):
    """Where it is shown. ``width`` is None in a pipe or file: no limit, every digit, times in full."""

    width: int | None
    colour: bool
    glyphs: bool
    now: datetime
    zone: tzinfo | None = None

    @property
    def is_screen(self) -> bool:
        """Whether people look at it as it comes."""
        return self.width is not None


class Span:
    """A piece of text in one style. Its text is safe for a terminal, whatever it was made of."""

    __slots__ = ("style", "text")

    def __init__(self, text: str, style: str = "") -> None:
        self.text = neutralise(text)
        self.style = style


Line: TypeAlias = tuple[Span, ...]
Align: TypeAlias = Literal["left", "right"]


class Heading:
    """The title of a part, and what is said beside it; safe for a terminal."""

    __slots__ = ("aside", "text")
    __match_args__ = ("text", "aside")

    def __init__(self, text: str, aside: str = "") -> None:
        self.text = neutralise(text)
        self.aside = neutralise(aside)


class Text(NamedTuple):
    """Lines as they stand, set in by ``indent``."""

    lines: tuple[Line, ...]
    indent: int = 0


class Fields(NamedTuple):
    """Labels of ours and what they are for; a value may have several lines."""

    rows: tuple[tuple[str, tuple[Line, ...]], ...]
    indent: int = 0


class GridColumn:
    """A column of a grid, its title safe for a terminal. ``widest``: where a screen shortens longer text."""

    __slots__ = ("align", "title", "widest")

    def __init__(self, title: str, align: Align = "left", widest: int | None = None) -> None:
        self.title = neutralise(title)
        self.align = align
        self.widest = widest


class Grid(NamedTuple):
    """A table without lines. ``header`` False leaves the titles out."""

    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[Line, ...], ...]
    indent: int = 0
    header: bool = True


class Gap(NamedTuple):
    """An empty line."""


Block: TypeAlias = Heading | Text | Fields | Grid | Gap
Page: TypeAlias = list[Block]


def line(*parts: str | Span) -> Line:
    """A line of texts and spans."""
    return tuple(Span(part) if isinstance(part, str) else part for part in parts)


def text_of(spans: Line) -> str:
    """A line without its styles."""
    return "".join(span.text for span in spans)


def line_width(spans: Line) -> int:
    """The cells that a line takes."""
    return sum(width_of(span.text) for span in spans)


def join_lines(parts: list[Line], separator: str) -> Line:
    """Lines one after the other with a muted separator between them."""
    joined: list[Span] = []
    for part in parts:
        if joined:
            joined.append(Span(separator, "muted"))
        joined += part
    return tuple(joined)

"""What is to be shown, before it is known where: a page of headings, fields and grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from gitexp.render.text import neutralise, width_of

if TYPE_CHECKING:
    from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Look:
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


def _make_safe(value: object, *names: str) -> None:
    for name in names:
        text = getattr(value, name)
        if not text.isprintable():
            object.__setattr__(value, name, neutralise(text))


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style. Its text is safe for a terminal, whatever it was made of."""

    text: str
    style: str = ""

    def __post_init__(self) -> None:
        _make_safe(self, "text")


Line: TypeAlias = tuple[Span, ...]
Align: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part, and what is said beside it."""

    text: str
    aside: str = ""

    def __post_init__(self) -> None:
        _make_safe(self, "text", "aside")


@dataclass(frozen=True, slots=True)
class Text:
    """Lines as they stand, set in by ``indent``."""

    lines: tuple[Line, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels of ours and what they are for; a value may have several lines."""

    rows: tuple[tuple[str, tuple[Line, ...]], ...]
    indent: int = 0


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of a grid. ``widest``: where a screen shortens longer text."""

    title: str
    align: Align = "left"
    widest: int | None = None

    def __post_init__(self) -> None:
        _make_safe(self, "title")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table without lines. ``header`` False leaves the titles out."""

    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[Line, ...], ...]
    indent: int = 0
    header: bool = True


@dataclass(frozen=True, slots=True)
class Gap:
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

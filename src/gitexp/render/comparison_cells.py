"""The cells of a matrix of runs, as texts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.details import is_hash
from gitexp.render.listing import full_text, screen_text
from gitexp.render.numbers import format_bytes, format_delta
from gitexp.render.table_fitting import WIDEST_TEXT
from gitexp.render.text import neutralise, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.comparison import Row
    from gitexp.model.head import RunHead
    from gitexp.render.page import Look

_SHORT_HASH = 10


class ShownRow(NamedTuple):
    """A row ready for the grid: its key, and the texts of its cells, '' where there is nothing."""

    row: Row
    key: str
    texts: list[str]


def show_rows(rows: Sequence[Row], heads: Sequence[RunHead], look: Look) -> list[ShownRow]:
    """The rows as texts; a key that stands for two of them in one part is written in full."""
    shown = [show_row(row, heads, look) for row in rows]
    counts = Counter((one.row.part, one.key) for one in shown)
    return [
        one if counts[one.row.part, one.key] == 1 else one._replace(key=neutralise(one.row.column.key)) for one in shown
    ]


def show_row(row: Row, heads: Sequence[RunHead], look: Look) -> ShownRow:
    """One row as texts: short ones for a screen, else all that there is."""
    key = row.column.title if row.column.kind != "detail" else row.column.key.removeprefix(f"{row.part}.")
    texts = _screen_texts(row, heads, look) if look.is_screen else full_texts(row, heads)
    return ShownRow(row, neutralise(key), texts)


def full_texts(row: Row, heads: Sequence[RunHead]) -> list[str]:
    """The cells of a row with every digit; '' where there is nothing."""
    cells = zip(row.cells, heads, strict=False)
    return [neutralise(full_text(row.column, cell, head)) or ('""' if cell.present else "") for cell, head in cells]


def _screen_texts(row: Row, heads: Sequence[RunHead], look: Look) -> list[str]:
    key = row.column.key
    if key == "command":
        return _cut_commands([head.command for head in heads], look)
    texts: list[str] = []
    for cell, head in zip(row.cells, heads, strict=False):
        text = screen_text(row.column, cell, head, look)
        if isinstance(cell.value, str) and is_hash(key) and len(cell.value) > 2 * _SHORT_HASH:
            text = cell.value[:_SHORT_HASH]
        elif isinstance(cell.value, int) and key == "environment.memory_bytes":
            text = format_bytes(cell.value)
        texts.append(text or ('""' if cell.present else ""))
    return texts


def _cut_commands(commands: list[str], look: Look) -> list[str]:
    """Commands without the words that all of them begin with, but for the flag of which the value differs."""
    words = [command.split(" ") for command in commands]
    same = 0
    if len(commands) > 1:
        while all(len(one) > same for one in words) and len({one[same] for one in words}) == 1:
            same += 1
        if same and words[0][same - 1].startswith("-"):  # what differs is the value of this flag
            same -= 1
    before = ("…" if look.glyphs else "~") if same else ""
    rests = (" ".join([before, *one[same:]] if before else one) for one in words)
    return [shorten(neutralise(rest), WIDEST_TEXT) for rest in rests]


def show_change(row: Row, place: int, *, full: bool) -> str:
    """How far a cell is from the baseline's, behind its text: `` +0.012 (+1.3 %)``; '' where there is none."""
    change = row.changes[place] if row.changes else None
    if change is None:
        return ""
    if change.difference == 0:
        return " ="
    percent = "" if change.percent is None else f" ({change.percent:+.3g} %)"
    return f" {format_delta(change.difference, full=full)}{percent}"

"""Tags of runs: one a line, and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.ordering import natural_key
from gitexp.render.numbers import format_cell
from gitexp.render.page import Grid, GridColumn, Span, line
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.values import Scalar
    from gitexp.render.page import Line, Look, Page

_WIDEST = 28


def format_tag_lines(tags: dict[str, Scalar]) -> str:
    """``team=fraud`` and so on, each on a line of its own; one that is true stands as its key."""
    return "".join(f"{neutralise(_format(key, tags[key]))}\n" for key in sorted(tags, key=natural_key))


def build_tag_table(runs: Sequence[tuple[RunHead, dict[str, Scalar]]], look: Look) -> Page:
    """A row for each run, a column for each tag."""
    keys = sorted({key for _, tags in runs for key in tags}, key=natural_key)
    missing = "–" if look.glyphs and look.is_screen else "-"

    def show(tags: dict[str, Scalar], key: str) -> Line:
        if key not in tags:
            return line(Span(missing, "muted"))
        return line(format_cell(tags[key], full=not look.is_screen))

    rows = tuple(
        (line(Span(head.id, "id")), line(Span(head.name, "name")), *(show(tags, key) for key in keys))
        for head, tags in runs
    )
    columns = (GridColumn("id"), GridColumn("name"), *(GridColumn(key, "left", _WIDEST) for key in keys))
    return [Grid(columns, rows)]


def _format(key: str, value: Scalar) -> str:
    return key if value is True else f"{key}={format_cell(value, full=True)}"

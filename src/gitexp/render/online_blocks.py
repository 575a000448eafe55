"""What came of a run's model in use, beside what was measured offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.online import find_online, offline_value
from gitexp.model.values import format_value
from gitexp.render.numbers import align_points, format_cell
from gitexp.render.page import Grid, GridColumn, Span, Text, line
from gitexp.render.text import shorten
from gitexp.render.times import format_age, format_iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.run import Run
    from gitexp.model.values import Scalar
    from gitexp.render.page import Block, Look

INDENT = 2
_MOST = 5
_MOST_VALUES = 30
_WIDEST = 40


def online_blocks(run: Run, look: Look) -> list[Block]:
    """Each result with its time and its author, the newest first; a screen has the last five."""
    found = find_online(run.annotations)
    shown = found[-_MOST:] if look.is_screen else found
    blocks: list[Block] = []
    for one in reversed(shown):
        when = format_age(one.at, look.now, look.zone) if look.is_screen else format_iso(one.at)
        by = one.by.name or one.by.email
        title = (Span(f"{one.title}  ", "title"),) if one.title else ()
        blocks.append(Text((line(*title, Span(f"{when}, {by}", "muted")),), INDENT))
        names = list(one.values)[: _MOST_VALUES if look.is_screen else None]
        offline = [offline_value(run, name) for name in names]
        columns = [[format_cell(one.values[name], full=not look.is_screen) for name in names]]
        columns.append(["" if value is None else format_cell(value, full=not look.is_screen) for value in offline])
        texts = [align_points(column) if look.is_screen else column for column in columns]
        rows = tuple(
            (line(name), line(Span(online, "name")), line(Span(off, "muted")))
            for name, online, off in zip(names, *texts, strict=True)
        )
        heads = (
            GridColumn("", "left", _WIDEST),
            GridColumn("online", "right", _WIDEST),
            GridColumn("offline", "right"),
        )
        kept = 3 if any(value is not None for value in offline) else 2
        blocks.append(Grid(heads[:kept], tuple(row[:kept] for row in rows), INDENT))
        if len(names) < len(one.values):
            blocks.append(Text((line(Span(f"{len(one.values) - len(names)} more  (--json)", "muted")),), INDENT))
    if len(shown) < len(found):
        more = f"{len(found) - len(shown)} results before these  (--json)"
        blocks.append(Text((line(Span(more, "muted")),), INDENT))
    return blocks


def describe_result(values: Mapping[str, Scalar], most: int = 4) -> str:
    """A result on one line, for lists of what was said."""
    pairs = [f"{name}={shorten(format_value(value), _WIDEST)}" for name, value in list(values.items())[:most]]
    return "  ".join(pairs) + (f"  and {len(values) - most} more" if len(values) > most else "")

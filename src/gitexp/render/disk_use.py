"""The room that runs take, as a table, and all of it in sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.numbers import format_bytes
from gitexp.render.page import Fields, Gap, Grid, GridColumn, Span, line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.room import Share
    from gitexp.render.page import Line, Page

_TITLES = ("own", "shared", "in Git", "not here")


def build_shares(shares: Sequence[Share], by: str, names: Mapping[str, str]) -> Page:
    """A row for each run, path or experiment. A column of nothing is left out but the first."""
    if not shares:
        return []
    values = [(one.own, one.shared, one.git, one.elsewhere) for one in shares]
    shown = [place for place in range(len(_TITLES)) if place == 0 or any(row[place] for row in values)]
    counts = by != "run"
    columns = (
        GridColumn(by, widest=40),
        *([GridColumn("runs", "right")] if counts else []),
        *(GridColumn(_TITLES[place], "right") for place in shown),
    )
    rows = tuple(
        (
            line(Span(names.get(one.key, one.key), "name")),
            *([line(str(len(one.runs)))] if counts else []),
            *(_size(row[place]) for place in shown),
        )
        for one, row in zip(shares, values, strict=True)
    )
    return [Grid(columns, rows)]


def build_totals(rows: Sequence[tuple[str, int, str]]) -> Page:
    """What there is in all: what it is, its bytes, and a word about it."""
    shown = tuple((what, (_total(size, word),)) for what, size, word in rows)
    return [Gap(), Fields(shown)]


def _total(size: int, word: str) -> Line:
    return line(format_bytes(size), *([Span(f"  {word}", "muted")] if word else []))


def _size(size: int) -> Line:
    return line(Span(format_bytes(size), "" if size else "muted")) if size else line(Span("-", "muted"))

"""What a remote has, on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.refs import FOLDS, REMOVED
from gitexp.render.page import Gap, Grid, GridColumn, Heading, Span, Text, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.render.page import Line, Page

_COLUMNS = ("there", "not here", "changed there", "newer here", "only here", "live")

Row = tuple[str, tuple[int, ...]]
"""An experiment, and its numbers in the order of the columns."""


def build_remote_page(name: str, why: str, rows: Sequence[Row], refs: Sequence[str]) -> Page:
    """The experiments with how many runs each has where. ``refs`` are all refs that are there."""
    page: Page = [Heading(name, why)]
    if rows:
        shown = [place for place in range(len(_COLUMNS)) if place < 2 or any(numbers[place] for _, numbers in rows)]
        columns = (GridColumn("experiment"), *(GridColumn(_COLUMNS[place], "right") for place in shown))
        grid = tuple(_row(experiment, [numbers[place] for place in shown]) for experiment, numbers in rows)
        page += [Gap(), Grid(columns, grid)]
    else:
        page.append(Text((line(Span("no runs there, and none here", "muted")),)))
    folds, removed = (sum(ref.startswith(prefix) for ref in refs) for prefix in (FOLDS, REMOVED))
    named = ((folds, "fold", "folds"), (removed, "list of erased runs", "lists of erased runs"))
    extra = [f"{number} {one if number == 1 else many}" for number, one, many in named if number]
    if extra:
        page += [Gap(), Text((line(Span(f"and {', '.join(extra)}", "muted")),))]
    return page


def describe_data_place(where: str | None, why: str) -> Page:
    """The lines that say where data goes, and what says so; None: it stays here."""
    to = (Span("data goes to ", "muted"), Span(where)) if where is not None else (Span("data stays here", "muted"),)
    return [Gap(), Text((line(*to, Span(f"  {why}", "muted")),))]


def _row(experiment: str, numbers: Sequence[int]) -> tuple[Line, ...]:
    return (line(Span(experiment, "name")), *(line(Span(str(number), "" if number else "muted")) for number in numbers))

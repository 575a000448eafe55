"""Columns of a table that may be wider than the screen: those that tell most stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.render.page import Gap, Grid, GridColumn, Line, Page, Span, Text, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.render.page import Look

WIDEST_TEXT = 28
KEPT = 95.0
"""The weight from which a column stays, however narrow the screen."""
_GUTTER = 2
_NAMED = 6


class ShownColumn(NamedTuple):
    """A column as it stands there. ``name`` is what it is called where there is no room for it."""

    name: str
    title: str
    weight: float
    align: bool
    """To the right, as numbers are."""
    cells: list[Line]
    width: int


def build_table(shown: Sequence[ShownColumn], count: int, look: Look, notes: Sequence[Line] = ()) -> Page:
    """A table of ``count`` rows, the notes beneath it, and which columns the screen had no room for."""
    kept, dropped = _fit(shown, look.width)
    grid = Grid(
        tuple(GridColumn(one.title, "right" if one.align else "left", _widest(one, look)) for one in kept),
        tuple(tuple(one.cells[place] for one in kept) for place in range(count)),
    )
    page: Page = [grid]
    lines = list(notes)
    if dropped:
        names = ", ".join(one.name for one in dropped[:_NAMED])
        more = f" and {len(dropped) - _NAMED} more" if len(dropped) > _NAMED else ""
        lines.append(line(Span(f"no room for: {names}{more}  (--columns chooses, --csv has all)", "muted")))
    if lines:
        page += [Gap(), Text(tuple(lines))]
    return page


def _fit(shown: Sequence[ShownColumn], width: int | None) -> tuple[list[ShownColumn], list[ShownColumn]]:
    """Takes the columns that tell most as long as they fit; those of the greatest weight always stay."""
    if width is None:
        return list(shown), []
    taken: set[int] = set()
    room = width + _GUTTER
    for place in sorted(range(len(shown)), key=lambda place: -shown[place].weight):
        one = shown[place]
        if one.weight >= KEPT or one.width + _GUTTER <= room:
            taken.add(place)
            room -= one.width + _GUTTER
    kept = [one for place, one in enumerate(shown) if place in taken]
    return kept, [one for place, one in enumerate(shown) if place not in taken]


def _widest(shown: ShownColumn, look: Look) -> int | None:
    return None if shown.align or not look.is_screen else WIDEST_TEXT

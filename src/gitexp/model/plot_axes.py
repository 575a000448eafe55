"""Values of runs as places on an axis: numbers as they are, texts as categories."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import UsageError
from gitexp.model.comparison import cell_of_candidate, detail_columns
from gitexp.model.free_columns import find_columns
from gitexp.model.ordering import natural_key
from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.columns import Cell, Column
    from gitexp.model.comparison import Candidate

_SPREAD = 100.0
_LEANING = 0.25
_NAMED = 3
_HOUR = 3600.0


class PlotAxis(NamedTuple):
    """What runs have in a column, in their order. ``categories`` are what whole numbers from 0 stand for.

    A run has None without a value; ``odd`` are the places of those whose value is no finite number.
    """

    column: Column
    title: str
    places: tuple[float | None, ...]
    categories: tuple[str, ...] = ()
    log: bool = False
    odd: tuple[int, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether two runs differ."""
        return len(set(self.places) - {None}) > 1

    @property
    def is_empty(self) -> bool:
        """Whether no run has a value."""
        return all(place is None for place in self.places)


def find_column(key: str, candidates: Sequence[Candidate], *, what: str) -> Column:
    """The one column that a key names. Raises UsageError for a key that no run has, and for a glob."""
    heads = [candidate.head for candidate in candidates]
    found = find_columns(key, heads, what=what, more=detail_columns(candidates))
    if not found:
        raise UsageError(f"{what} {key}: no run here has it", hint="exp ls --columns '*'")
    if len(found) > 1:
        raise UsageError(f"{what} {key}: {len(found)} columns, where one is asked for", hint="exp ls --columns '*'")
    return found[0]


def read_axis(candidates: Sequence[Candidate], column: Column) -> PlotAxis:
    """The values of a column as places. Where any of them is a text, or all are true or false, they are categories.

    A list is a text too, and so is null beside texts. A log axis is chosen where numbers are spread that way.
    """
    cells = [cell_of_candidate(column, candidate) for candidate in candidates]
    if any(cell.time is not None for cell in cells):
        return _read_times(column, cells)
    values = [cell.value for cell in cells if cell.present and cell.value is not None]
    if values and (not all(isinstance(one, (int, float)) for one in values) or all(map(_is_flag, values))):
        return _read_texts(column, cells)
    numbers = [_number_of(cell) for cell in cells]
    places = tuple(one if one is not None and math.isfinite(one) else None for one in numbers)
    odd = tuple(place for place, one in enumerate(numbers) if one is not None and not math.isfinite(one))
    return PlotAxis(column, column.title, places, log=is_log_spread(places), odd=odd)


def is_log_spread(places: Sequence[float | None]) -> bool:
    """Whether numbers are better told apart by their ratios.

    So where all are above zero, the greatest is 100 times the least or more, and half of the distinct ones lie in the
    lowest quarter between the two.
    """
    numbers = sorted({place for place in places if place is not None})
    if len(numbers) < 2 or numbers[0] <= 0 or numbers[-1] / _SPREAD < numbers[0]:
        return False
    middle = numbers[(len(numbers) - 1) // 2]
    return middle - numbers[0] <= _LEANING * (numbers[-1] - numbers[0])


def describe_left_out(candidates: Sequence[Candidate], axes: Sequence[PlotAxis]) -> tuple[str, ...]:
    """Which runs are not drawn for want of a place on one of the axes, in a sentence for each axis and reason."""
    said: list[str] = []
    for axis in axes:
        odd = set(axis.odd)
        missing = [place for place, one in enumerate(axis.places) if one is None and place not in odd]
        if missing:
            said.append(f"{_name(candidates, missing)} {'has' if len(missing) == 1 else 'have'} no {axis.title}")
        if axis.odd:
            said.append(f"{axis.title} of {_name(candidates, axis.odd)} is not finite")
    return tuple(said)


def _name(candidates: Sequence[Candidate], places: Sequence[int]) -> str:
    return name_some([candidates[place].head.name for place in places])


def name_some(names: Sequence[str]) -> str:
    """A few of the names, and how many there are besides."""
    shown = list(names[:_NAMED])
    if len(names) > _NAMED:
        return f"{', '.join(shown)} and {len(names) - _NAMED} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _number_of(cell: Cell) -> float | None:
    if not cell.present or not isinstance(cell.value, (int, float)):
        return None
    try:
        return float(cell.value)
    except OverflowError:  # an int beyond 1.8e308
        return math.inf


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _read_texts(column: Column, cells: Sequence[Cell]) -> PlotAxis:
    texts = [format_value(cell.value) if cell.present else None for cell in cells]
    numbers = {
        format_value(cell.value): number
        for cell in cells
        if (number := _number_of(cell)) is not None and not _is_flag(cell.value)
    }
    present = {text for text in texts if text is not None}
    ordered = sorted(present & {text for text, one in numbers.items() if math.isfinite(one)}, key=numbers.__getitem__)
    categories = (*ordered, *sorted(present - set(ordered), key=natural_key))
    place_of = {text: float(place) for place, text in enumerate(categories)}
    places = tuple(None if text is None else place_of[text] for text in texts)
    return PlotAxis(column, column.title, places, categories)


def _read_times(column: Column, cells: Sequence[Cell]) -> PlotAxis:
    times = [None if cell.time is None else cell.time.timestamp() for cell in cells]
    first = min(time for time in times if time is not None)
    places = tuple(None if time is None else (time - first) / _HOUR for time in times)
    return PlotAxis(column, f"{column.title} (hours since the first)", places)

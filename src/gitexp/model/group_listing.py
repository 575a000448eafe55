"""Groups of runs in a listing: a row for each, in an order that was asked for."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import UsageError
from gitexp.model.ordering import sort_present_first
from gitexp.model.values import equal_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.columns import Cell, Column
    from gitexp.model.group_comparison import ComparedMetric, GroupComparison
    from gitexp.model.head import RunHead
    from gitexp.model.values import Value

_OWN = ("n", "seconds", "cost")


class GroupTable(NamedTuple):
    """Groups in rows. ``columns`` are the places of the columns that tell them apart, ``constant`` of the others.

    ``total`` counts the groups before the listing was cut to its length, ``valueless`` those that were left out for
    having no value in the metric that the best come first by.
    """

    comparison: GroupComparison
    columns: tuple[int, ...]
    constant: tuple[int, ...]
    total: int
    valueless: int = 0


def make_group_table(
    comparison: GroupComparison, *, sort: str | None = None, only_valued: bool = False, limit: int = 0
) -> GroupTable:
    """Orders groups by a column or by the mean of a metric, ``-`` before it for the greatest first, and cuts them.

    A metric's ``.sd`` is one too, and so are ``n``, ``seconds`` and ``cost``. Raises UsageError for any other.
    """
    places = list(range(len(comparison.groups)))
    valueless = 0
    if sort is not None and places:
        key, reverse = (sort[1:], True) if sort.startswith("-") else (sort, False)
        values = _find_values(key, comparison)
        if only_valued:
            places = [place for place in places if values[place] is not None]
            valueless = len(values) - len(places)
        places = sort_present_first(places, values.__getitem__, reverse=reverse)
    total = len(places)
    ordered = order_groups(comparison, places[: limit or None])
    telling = [
        place
        for place in range(len(comparison.columns))
        if not _is_same([group.cells[place] for group in comparison.groups])
    ]
    others = [place for place in range(len(comparison.columns)) if place not in telling]
    return GroupTable(ordered, tuple(telling), tuple(others), total, valueless)


def order_groups(comparison: GroupComparison, places: Sequence[int]) -> GroupComparison:
    """The same comparison with these groups alone, in this order. It has no baseline."""
    return comparison._replace(
        groups=tuple(comparison.groups[place] for place in places),
        metrics=tuple(
            row._replace(
                values=tuple(row.values[place] for place in places),
                differences=tuple(row.differences[place] for place in places),
                best=frozenset(new for new, place in enumerate(places) if place in row.best),
            )
            for row in comparison.metrics
        ),
    )


def find_best_runs(comparison: GroupComparison) -> dict[str, list[RunHead | None]]:
    """By the key of each metric whose direction is known, the best finished run of each group."""
    return {
        row.column.key: [_find_best(row, group.finished, place) for place, group in enumerate(comparison.groups)]
        for row in comparison.metrics
        if row.direction is not None
    }


def best_value(row: ComparedMetric, place: int) -> float | None:
    """The best single value of a group; None where no direction is known, or there is none."""
    values = row.values[place]
    return None if row.direction is None else values.maximum if row.direction == "maximize" else values.minimum


def _find_best(row: ComparedMetric, heads: Sequence[RunHead], place: int) -> RunHead | None:
    wanted = best_value(row, place)
    for head in heads:
        summary = head.metrics.get(row.column.name)
        if wanted is not None and summary is not None and getattr(summary, row.column.aggregate) == wanted:
            return head
    return None


def _find_values(key: str, comparison: GroupComparison) -> list[Value]:
    if key in _OWN:
        return [
            len(group.heads)
            if key == "n"
            else group.seconds
            if key == "seconds"
            else group.costs[0][1]
            if len(group.costs) == 1
            else None  # amounts in different currencies are never added
            for group in comparison.groups
        ]
    for place, column in enumerate(comparison.columns):
        if key in (column.key, column.name):
            return [group.cells[place].value for group in comparison.groups]
    metric, _, statistic = key.rpartition(".")
    for row in comparison.metrics:
        if key in _names_of(row.column):
            return [values.mean for values in row.values]
        if statistic == "sd" and metric in _names_of(row.column):
            return [values.sd for values in row.values]
    known = [*_OWN, *(column.name for column in comparison.columns), *(row.column.title for row in comparison.metrics)]
    near = difflib.get_close_matches(key, known, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else "one of " + ", ".join(known[:12])
    raise UsageError(f"{key}: groups have no such column", hint=hint)


def _names_of(column: Column) -> tuple[str, str]:
    return column.key, column.title


def _is_same(cells: Sequence[Cell]) -> bool:
    return all(cell.present == cells[0].present and equal_values(cell.value, cells[0].value) for cell in cells)

"""Which columns of a table tell most, where the screen has no room for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.columns import cell_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.columns import Column
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Direction

_DIRECTED = 40.0
_HIDDEN = -1000.0
"""Below any number of other columns: what stands in place of a secret tells nothing."""


def weigh_columns(
    columns: Sequence[Column], rows: Sequence[RunHead], directions: Mapping[str, Direction], *, asked: bool
) -> list[Column]:
    """How much each column tells: metrics and params take turns, so that neither crowds out the other.

    Of each kind those tell most that most runs have. Metrics whose direction the project names tell more than all of
    them, and what shows no value less. Columns that were ``asked`` for count in the order in which they were.
    """
    if asked:
        return [column.with_weight(90.0 - place) for place, column in enumerate(columns)]
    weights: dict[str, float] = {}
    for kind, first in (("metric", 30.0), ("param", 29.5), ("tag", 20.0)):
        own = [column for column in columns if column.kind == kind]
        if len(own) > 1:
            own.sort(key=lambda column: -_count_present(column, rows))
        weights |= {column.key: first - place for place, column in enumerate(own)}
    directed = [column for column in columns if column.kind == "metric" and column.name in directions]
    weights |= {column.key: _DIRECTED - place / 1000 for place, column in enumerate(directed)}
    weights |= {column.key: _HIDDEN for column in columns if column.kind != "field" and _is_hidden(column, rows)}
    return [column.with_weight(weights.get(column.key, column.weight)) for column in columns]


def _count_present(column: Column, rows: Sequence[RunHead]) -> int:
    values = (cell_of(column, head).value for head in rows)
    return sum(value is not None and value == value for value in values)  # NaN is not equal to itself


def _is_hidden(column: Column, rows: Sequence[RunHead]) -> bool:
    cells = [cell_of(column, head) for head in rows]
    return all(cell.value == "[redacted]" for cell in cells if cell.present)

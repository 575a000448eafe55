"""Runs with the best first, by one column of the index: the messages of all the others need not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.focused_runs import know_names_at
from gitexp.model.best_first import choose_best_order
from gitexp.model.columns import cell_of
from gitexp.model.free_columns import choose_columns, make_columns
from gitexp.model.listing import sort_heads
from gitexp.model.ordering import sort_present_first
from gitexp.store.index_columns import find_places, focus_heads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Direction
    from gitexp.store.runs import RunStore

_PARTS = {"param": "params", "metric": "metrics", "tag": "tags"}


class BestRuns(NamedTuple):
    """The runs that have a value to go by, in order; how many have none; and the column, ``-`` before it for the
    greatest first: None without a run.
    """

    heads: tuple[RunHead, ...]
    valueless: int
    by: str | None


def order_best(
    store: RunStore, heads: Sequence[RunHead], by: str | None, directions: Mapping[str, Direction]
) -> BestRuns:
    """The runs in the order that ``find_best_order`` says; of equal ones the newest first. Raises as that does.

    NaN is no value to go by.
    """
    places = find_places(store.repository, heads)
    known = know_names_at(places, heads)
    free = make_columns(known.params, known.metrics, known.tags)
    sort = choose_best_order(by, free, directions, is_empty=not heads)
    if sort is None:
        return BestRuns(tuple(heads), 0, None)
    (column, *_) = choose_columns(sort.removeprefix("-"), free, what="--by", is_empty=not heads)
    newest = sort_heads(heads, "-started")
    looks: Mapping[str, RunHead] = {}
    if column.kind in _PARTS and places is not None:
        focused = focus_heads(places, heads, {_PARTS[column.kind]: [column.name]})
        looks = {head.ref: look for head, look in zip(heads, focused or heads, strict=True)}
    values = {head.ref: cell_of(column, looks.get(head.ref, head)).sortable for head in newest}
    valued = [head for head in newest if (value := values[head.ref]) is not None and value == value]
    ordered = sort_present_first(valued, lambda head: values[head.ref], reverse=sort.startswith("-"))
    return BestRuns(tuple(ordered), len(heads) - len(valued), sort)

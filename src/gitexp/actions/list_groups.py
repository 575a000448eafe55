"""The listing of groups of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.compare_groups import compare_groups
from gitexp.actions.list_runs import choose_listed
from gitexp.model.best_first import find_best_order
from gitexp.model.group_listing import make_group_table
from gitexp.model.listing import ListingRequest
from gitexp.model.spec import AGGREGATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.list_runs import ListingChoice
    from gitexp.errors import ExpError
    from gitexp.model.group_listing import GroupTable
    from gitexp.model.head import RunHead
    from gitexp.model.refs import Experiment
    from gitexp.store.runs import RunStore


class GroupListing(NamedTuple):
    """A table of groups. ``experiment`` is None where it is of all, ``runs`` counts the runs in all groups."""

    table: GroupTable
    experiment: Experiment | None
    runs: int
    broken: tuple[ExpError, ...]
    by: str | None = None
    """The column by whose mean the best come first, ``-`` before it for the greatest."""


def list_groups(store: RunStore, request: ListingRequest, choice: ListingChoice, by: Sequence[str]) -> GroupListing:
    """The runs of the present experiment, or of all, in groups: a row for each group.

    The request's columns choose metrics here, its limit counts groups. Raises as ``list_project`` and
    ``group_runs`` do, and UsageError for a column to sort by that groups do not have.
    """
    whole = ListingRequest(columns=request.columns)
    chosen, _ = choose_listed(store, whole, choice._replace(by=None))
    sort = request.sort
    metrics = list(request.columns)
    if choice.by is not None:
        sort = find_best_order(choice.by or None, chosen.heads, store.settings.directions)
    key = _find_aggregate(sort, chosen.heads)
    if key is not None:
        metrics = [*(metrics or ["metrics.*"]), key]
    comparison, unread = compare_groups(store, chosen, by, metrics=metrics)
    table = make_group_table(comparison, sort=sort, only_valued=choice.by is not None, limit=request.limit or 0)
    broken = {error.message: error for error in (*chosen.broken, *unread)}
    return GroupListing(table, chosen.experiment, len(chosen.heads), tuple(broken.values()), by=sort)


def _find_aggregate(sort: str | None, heads: Sequence[RunHead]) -> str | None:
    """The key of the metric to sort by, where it is one that is not among the columns unless it is asked for."""
    metric, _, aggregate = (sort or "").removeprefix("-").removeprefix("metrics.").rpartition(".")
    is_one = aggregate in AGGREGATES and any(metric in head.metrics for head in heads)
    return f"metrics.{metric}.{aggregate}" if is_one else None

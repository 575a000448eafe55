"""Runs that a filter is true of. The language is loaded where there is a filter: every listing imports this."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


class FilteredRuns(NamedTuple):
    """The runs that a filter is true of, in their order.

    ``broken`` are the errors that kept a run from being judged; ``undecided`` counts the runs that lack what the filter
    asks for, so that it is neither true nor false of them.
    """

    heads: list[RunHead]
    broken: list[ExpError]
    undecided: int = 0


def filter_runs(store: RunStore, heads: Sequence[RunHead], where: str) -> FilteredRuns:
    """The runs that the filter is true of.

    Raises InvalidFilter, with the place in its text.
    """
    from gitexp.actions.judged_runs import judge_runs
    from gitexp.model.filter_times import Clock

    return judge_runs(store, heads, where, Clock(datetime.now(UTC)))

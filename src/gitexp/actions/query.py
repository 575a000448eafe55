"""SQL over the runs of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.store.index_query import query_runs

if TYPE_CHECKING:
    from gitexp.errors import ExpError
    from gitexp.model.query import QueryAnswer
    from gitexp.store.runs import RunStore


def query(store: RunStore, sql: str, *, most: int, seconds: float) -> tuple[QueryAnswer, tuple[ExpError, ...]]:
    """The answer to one SELECT on the views, and why runs could not be read: they are not in it.

    At most so many rows come, and it takes at most so many seconds. Raises InvalidQuery, QueryTooLong.
    """
    return query_runs(store.repository, sql, most=most, seconds=seconds)

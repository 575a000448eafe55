"""Runs that a filter is true of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


def filter_runs(store: RunStore, heads: Sequence[RunHead], where: str) -> tuple[list[RunHead], list[ExpError]]:
    """The runs that the filter is true of, in their order, and those errors that kept a run from being judged.

    Raises InvalidFilter, with the place in its text.
    """
    raise UsageError(f"--where {where!r}: there is no filter language yet for {len(heads)} runs of {store.project}")

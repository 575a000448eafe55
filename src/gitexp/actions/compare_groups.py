"""Groups of runs compared: what their metrics come to over seeds, and whether a difference is more than noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.group_comparison import GroupComparison, Procedure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.choose_runs import ChosenRuns
    from gitexp.errors import ExpError
    from gitexp.store.runs import RunStore


def compare_groups(
    store: RunStore,
    chosen: ChosenRuns,
    by: Sequence[str],
    *,
    baseline: str | None = None,
    metrics: Sequence[str] = (),
    procedure: Procedure | None = None,
) -> tuple[GroupComparison, list[ExpError]]:
    """Groups the runs, as ``group_runs`` does, and holds each group against the baseline; and what could not be read.

    ``baseline`` names a run, whose group it is then, or a group by its label; None compares with no other group.
    ``metrics`` are keys or globs of columns with numbers; without any, every metric that a finished run has.
    Raises UsageError for a key no run has and a baseline that is not among the groups.
    """
    raise NotImplementedError

"""Groups of runs compared: what their metrics come to over seeds, and whether a difference is more than noise."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from gitexp.actions.grouped_runs import read_candidates
from gitexp.actions.named_run import find_run
from gitexp.errors import ExpError, UsageError
from gitexp.model.grouped_metrics import measure_groups
from gitexp.model.grouping import group_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from gitexp.actions.choose_runs import ChosenRuns
    from gitexp.model.group_comparison import GroupComparison, Procedure
    from gitexp.model.grouping import Grouping
    from gitexp.store.runs import RunStore

RESAMPLING_SEED = 20261123
"""Fixed, so that the same runs give the same intervals wherever they are compared."""


def compare_groups(
    store: RunStore,
    chosen: ChosenRuns,
    by: Sequence[str],
    *,
    baseline: str | None = None,
    metrics: Sequence[str] = (),
    procedure: Procedure | None = None,
    most: int = 0,
) -> tuple[GroupComparison, list[ExpError]]:
    """Groups the runs, as ``group_runs`` does, and holds each group against the baseline; and what could not be read.

    ``baseline`` names a group by its label, or a run, whose group it is then; None compares with no other group.
    ``metrics`` are keys or globs of columns with numbers; without any, every metric that a finished run has, or the
    first ``most`` of them.
    Raises UsageError for a key no run has and a baseline that is not among the groups.
    """
    candidates, broken = read_candidates(store, chosen.heads)
    grouping = group_runs(candidates, by)
    place = _find_baseline(store, chosen, grouping, baseline) if baseline is not None and grouping.groups else None
    found = measure_groups(
        grouping,
        store.settings.directions,
        make_generator,
        baseline=place,
        metrics=metrics,
        procedure=procedure,
        most=most,
    )
    return found, broken


def _find_baseline(store: RunStore, chosen: ChosenRuns, grouping: Grouping, baseline: str) -> int:
    labels = [group.label for group in grouping.groups]
    if baseline in labels:
        return labels.index(baseline)
    try:
        wanted = find_run(store, baseline, chosen.experiment, chosen.known)
    except ExpError as error:
        near = difflib.get_close_matches(baseline, labels, n=1, cutoff=0.3) or labels[:1]
        raise UsageError(f"--baseline {baseline}: no group here is called so, and no run", hint=_quote(near)) from error
    for place, group in enumerate(grouping.groups):
        if any(wanted.id in (head.id, *(part.id for part in head.chain)) for head in group.heads):
            return place
    raise UsageError(f"--baseline {baseline}: run {wanted.id} is not among the runs that are compared")


def _quote(labels: Sequence[str]) -> str | None:
    return f"--baseline '{labels[0]}'" if labels else None


def make_generator() -> np.random.Generator:
    """A generator for resampling: the same runs give the same intervals."""
    import numpy as np

    return np.random.default_rng(RESAMPLING_SEED)

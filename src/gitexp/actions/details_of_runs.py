"""The details of many runs: what their manifests alone say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord
from gitexp.model.cost import join_costs
from gitexp.model.details import find_details
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.run import Cost, Run
    from gitexp.model.values import Value
    from gitexp.store.runs import RunStore


def read_details(store: RunStore, heads: Sequence[RunHead]) -> tuple[dict[str, dict[str, Value]], list[ExpError]]:
    """The details by ref, and why a manifest could not be read: that run has none.

    Of a run that stands for a chain the cost is that of all parts, not known where it is not known of each.
    """
    found: dict[str, dict[str, Value]] = {}
    earlier = {part.ref: part for head in heads for part in head.chain[:-1]}
    costs: dict[str, Cost | None] = {}
    broken: list[ExpError] = []
    for part, run in store.load_many(list(earlier.values())) if earlier else ():
        if isinstance(run, BrokenRecord):
            broken.append(run)
        else:
            costs[part.ref] = run.cost
    for head, run in store.load_many(heads):
        if isinstance(run, BrokenRecord):
            broken.append(run)
        else:
            looked_at = _look_at(store, head, run)
            cost = join_costs([*(costs.get(part.ref) for part in head.chain[:-1]), looked_at.cost])
            found[head.ref] = find_details(replace(looked_at, cost=cost))
    return found, broken


def _look_at(store: RunStore, head: RunHead, run: Run) -> Run:
    """The run with what was found out since it began, where it is going here."""
    if head.status is not Status.RUNNING:
        return run
    from gitexp.actions.show import view_going

    view = view_going(store, head)
    return run if view is None else view.run

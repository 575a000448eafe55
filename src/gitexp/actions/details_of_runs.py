"""The details of many runs: what their manifests alone say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord
from gitexp.model.details import find_details
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.model.values import Value
    from gitexp.store.runs import RunStore


def read_details(store: RunStore, heads: Sequence[RunHead]) -> tuple[dict[str, dict[str, Value]], list[ExpError]]:
    """The details by ref, and why a manifest could not be read: that run has none."""
    found: dict[str, dict[str, Value]] = {}
    broken: list[ExpError] = []
    for head, run in store.load_many(heads):
        if isinstance(run, BrokenRecord):
            broken.append(run)
        else:
            found[head.ref] = find_details(_look_at(store, head, run))
    return found, broken


def _look_at(store: RunStore, head: RunHead, run: Run) -> Run:
    """The run with what was found out since it began, where it is going here."""
    if head.status is not Status.RUNNING:
        return run
    from gitexp.actions.show import view_going

    view = view_going(store, head)
    return run if view is None else view.run

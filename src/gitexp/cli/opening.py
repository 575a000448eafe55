"""The store that a reading command opens, once what died in it is told and completed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.recovery import recover_runs
from gitexp.cli.terminal import warn
from gitexp.store.runs import open_store

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore


def open_recovered() -> RunStore:
    """The store of the repository around the current folder, runs whose recording died completed first."""
    store = open_store()
    for sentence in recover_runs(store.repository):
        warn(sentence)
    return store

"""A run that is being recorded: its journal, and its live commit where one could be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.store.journal import Journal, open_journal, open_spare_journal
from gitexp.store.writing import StoredRun, store_live

if TYPE_CHECKING:
    from gitexp.actions.preparation import Preparation


class Session(NamedTuple):
    """What exists of a run while it goes; either part may be missing where nothing could be written."""

    journal: Journal | None
    live: StoredRun | None


def begin_session(prepared: Preparation) -> Session:
    """Opens the journal and writes the live commit: a gc then spares the snapshot, and a crash leaves a trace."""
    attempts, repository, run = prepared.attempts, prepared.working_copy.repository, prepared.run
    with prepared.writer as writer:
        journal = attempts.make("nothing can be kept in the repository", lambda: open_journal(repository, run.id), None)
        if journal is None:
            spare = attempts.make("nor in the temporary folder", lambda: open_spare_journal(run.id), None)
            return Session(spare, None)
        snapshot = prepared.snapshot
        if snapshot is None:
            return Session(journal, None)
        live = attempts.make(
            "the start was not recorded", lambda: store_live(repository, writer, run, snapshot.tree), None
        )
        return Session(journal, live)

"""A run that is being recorded: its journal, and its live commit where one could be written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.attempts import Attempts
from gitexp.store.journal import Journal, JournalStart, open_journal, open_spare_journal, read_boot, write_file
from gitexp.store.writing import StoredRun, store_live

if TYPE_CHECKING:
    from gitexp.actions.preparation import Preparation
    from gitexp.model.run import Run


class Session(NamedTuple):
    """What exists of a run while it goes; either part may be missing where nothing could be written."""

    journal: Journal | None
    live: StoredRun | None


def begin_session(prepared: Preparation) -> Session:
    """Opens the journal and writes the live commit: a gc then spares the snapshot, and a crash leaves a trace."""
    attempts, repository, run = prepared.attempts, prepared.working_copy.repository, prepared.run
    with prepared.writer as writer:
        start = _describe_start(prepared)
        journal = attempts.make(
            "nothing can be kept in the repository", lambda: open_journal(repository, run.id, start), None
        )
        told = attempts
        if journal is None:
            journal = attempts.make("nor in the temporary folder", lambda: open_spare_journal(run.id, start), None)
            told = Attempts()  # whatever keeps the start from being recorded too was said
        snapshot, live = prepared.snapshot, None
        if snapshot is not None:
            live = told.make(
                "the start was not recorded", lambda: store_live(repository, writer, run, snapshot.tree), None
            )
        if live is None and journal is not None:
            noted = journal
            attempts.make("nor was it noted", lambda: _note_start(noted, run), None)
        return Session(journal, live)


def _describe_start(prepared: Preparation) -> JournalStart:
    return JournalStart(
        host=prepared.run.host,
        boot=read_boot(),
        extract=prepared.request.extract and prepared.settings.metrics_from_output,
        traces=prepared.redactor.leave_traces(os.urandom(16)),
    )


def _note_start(journal: Journal, run: Run) -> None:
    from gitexp.format.manifest import format_manifest

    write_file(journal.manifest, format_manifest(run))

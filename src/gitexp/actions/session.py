"""A run that is being recorded: its journal, and its live commit where one could be written."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.attempts import Attempts
from gitexp.store.journal import Journal, JournalStart, open_journal, open_spare_journal, write_file
from gitexp.store.journal_request import JournalRequest, write_request
from gitexp.store.machine import read_boot
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
        start = describe_start(prepared, time.monotonic())
        journal = attempts.make(
            "nothing can be kept in the repository", lambda: open_journal(repository, run.id, start), None
        )
        told = attempts
        if journal is None:
            journal = attempts.make("nor in the temporary folder", lambda: open_spare_journal(run.id, start), None)
            told = Attempts()  # whatever keeps the start from being recorded too was said
        if journal is not None:
            opened = journal
            attempts.make("what was asked for was not noted", lambda: _note_request(opened, prepared), None)
        snapshot, live = prepared.snapshot, None
        if snapshot is not None:
            live = told.make(
                "the start was not recorded", lambda: store_live(repository, writer, run, snapshot.tree), None
            )
        if live is None and journal is not None:
            noted = journal
            attempts.make("nor was it noted", lambda: _note_start(noted, run), None)
        return Session(journal, live)


def describe_start(prepared: Preparation, monotonic: float) -> JournalStart:
    """What the journal says at its beginning; ``monotonic`` is now, by the clock that no one sets."""
    run = prepared.run
    return JournalStart(
        host=run.host,
        boot=read_boot(),
        extract=prepared.request.extract and prepared.settings.metrics_from_output,
        traces=prepared.redactor.leave_traces(os.urandom(16)),
        name=run.name,
        wall=run.started_at.timestamp(),
        monotonic=monotonic - max(0.0, time.time() - run.started_at.timestamp()),
        repository=prepared.working_copy.repository.common_dir,
    )


def _note_request(journal: Journal, prepared: Preparation) -> None:
    places, request = prepared.places, prepared.request
    hide = prepared.redactor.redact_text
    noted = JournalRequest(
        here=places.here,
        project=places.project,
        top=places.top,
        artifacts=tuple(hide(one)[0] for one in request.artifacts),
        data=tuple(hide(one)[0] for one in request.data),
        tree=prepared.begun.tree,
        ranks={source.name: int(source.rank) for source in prepared.sources},
        began_ns=prepared.before.began_ns,
        before=dict(prepared.before.states),
    )
    write_request(journal, noted)


def _note_start(journal: Journal, run: Run) -> None:
    from gitexp.format.manifest import format_manifest

    write_file(journal.manifest, format_manifest(run))

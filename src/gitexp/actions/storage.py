"""Where the record of an ended run goes: into the repository, or beside it when that cannot be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.attempts import Attempts
from gitexp.actions.protection import protect_snapshot
from gitexp.git.objects import ObjectWriter
from gitexp.store.writing import StoredRun, store_ended

if TYPE_CHECKING:
    from gitexp.actions.preparation import Preparation
    from gitexp.actions.session import Session
    from gitexp.model.run import Run
    from gitexp.store.writing import Files


def store_run(prepared: Preparation, session: Session, run: Run, files: Files) -> StoredRun | None:
    """Writes the run's commit and ref; None, and a warning, where the repository could not be written."""
    snapshot, working_copy = prepared.snapshot, prepared.working_copy
    if snapshot is None:
        return None
    tree = snapshot.tree

    def write() -> StoredRun:
        if session.live is None:  # no ref has held the snapshot while the command ran
            protect_snapshot(prepared, session)
        with ObjectWriter(working_copy.repository, working_copy.config) as writer:
            return store_ended(
                working_copy.repository,
                writer,
                run,
                files,
                tree,
                live=session.live,
                sign=working_copy.config.signs_commits,
            )

    return prepared.attempts.make("the run was not stored", write, None)


def keep_outside(session: Session, run: Run, files: Files, attempts: Attempts) -> str | None:
    """Writes the record beside the repository that could not be written, for a later command to store it.

    Returns its folder: in the run's journal, in the temporary folder where that cannot be written either, else None.
    """
    from gitexp.format.manifest import format_manifest
    from gitexp.store.journal import spare_folder
    from gitexp.store.record_folder import write_record

    manifest = format_manifest(run)
    kept = None
    journal = session.journal
    tried = Attempts()  # a place that could not be had is no loss once another could
    if journal is not None:
        kept = tried.make("the record was not kept", lambda: write_record(journal.folder, manifest, files), None)
    if kept is None:
        kept = tried.make(
            "nor in the temporary folder", lambda: write_record(spare_folder(run.id), manifest, files), None
        )
    if kept is None:
        attempts.extend(tried.warnings)
    return kept

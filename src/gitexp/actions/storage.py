"""Where the record of an ended run goes: into the repository, or beside it when that cannot be written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.git.objects import ObjectWriter
from gitexp.store.layout import MANIFEST, RECORD
from gitexp.store.writing import StoredRun, store_ended

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
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
    """Writes the record into the journal's folder, for a repository that could not be written; returns the folder."""
    if session.journal is None:
        return None
    folder = os.path.join(session.journal.folder, "record")

    def write() -> str:
        from gitexp.format.manifest import format_manifest

        for path, data in {MANIFEST: format_manifest(run), **files}.items():
            target = os.path.join(folder, os.fsdecode(path.removeprefix(RECORD)))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                file.write(data)
        return folder

    return attempts.make("the record was not kept", write, None)

"""What a gc took from a run that has just begun: looked for, and put back."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from gitexp.errors import GitFailed, GitMissing

if TYPE_CHECKING:
    from gitexp.actions.preparation import Preparation
    from gitexp.actions.session import Session


def protect_snapshot(prepared: Preparation, session: Session) -> None:
    """Holds the snapshot and the live commit against the repository, and writes again what is gone.

    Until a ref is set on them ``git gc --prune=now`` may take any of their objects, and most were written by Git
    itself. The files are read again for that: one that the command has changed since cannot be put back, and that is
    a warning.
    """
    snapshot = prepared.snapshot
    if snapshot is None:
        return
    from gitexp.git.collection import await_collection, is_collecting

    if is_collecting(prepared.working_copy.repository):
        await_collection(prepared.working_copy.repository)
    if _is_whole(prepared, session):
        return
    from gitexp.git.objects import ObjectWriter
    from gitexp.git.snapshot import take_snapshot
    from gitexp.store.writing import write_live

    working_copy = prepared.working_copy
    with (
        ObjectWriter(working_copy.repository, working_copy.config) as writer,
        tempfile.TemporaryDirectory(prefix="gitexp-") as folder,
    ):
        take_snapshot(working_copy, prepared.settings.snapshot, prepared.refusal.explain, folder, writer)
        if session.live is not None:
            write_live(writer, prepared.run, snapshot.tree)
    if not _is_whole(prepared, session):
        prepared.attempts.warn("a concurrent git gc took parts of the snapshot, and they could not be put back")


def _is_whole(prepared: Preparation, session: Session) -> bool:
    from gitexp.git.reading import find_missing

    assert prepared.snapshot is not None
    tip = session.live.commit if session.live is not None else prepared.snapshot.commit
    head = prepared.snapshot.head
    try:
        return not find_missing(prepared.working_copy.repository, tip, *([head] if head is not None else []))
    except GitMissing:
        raise
    except GitFailed:  # a missing commit or tree ends Git's walk
        return False

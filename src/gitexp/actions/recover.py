"""Recordings that died, completed: a run whose exp was killed is in the listing all the same."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.journal_run import (
    end_run,
    find_beginning,
    find_refs,
    is_provisional,
    parse_kept,
    store_recovered,
)
from gitexp.actions.session import Session
from gitexp.errors import BrokenRecord, GitFailed, RefMoved
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import find_missing, read_path
from gitexp.git.refs import RefChange, update_refs
from gitexp.model.run import Status
from gitexp.store.journal import newest_write
from gitexp.store.journal_notes import read_end
from gitexp.store.layout import MANIFEST
from gitexp.store.previous import keep_previous
from gitexp.store.record_folder import read_record, remove_spare
from gitexp.store.said_end import read_said_end, read_stopped_end
from gitexp.store.writing import StoredRun, write_ended

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId
    from gitexp.store.journal import Journal, JournalStart
    from gitexp.store.writing import Files

_NOTED = "noted"
_LOST = "was lost: its recording ended without warning; what was written is kept"
_COMPLETED = "ended while nobody recorded it: it is completed from its journal"


class Completed(NamedTuple):
    """What is to be said of a journal, if anything, and whether it may go. ``stored`` where its run was stored now."""

    sentence: str | None
    is_done: bool
    stored: StoredRun | None = None


def complete_journal(
    repository: Repository, journal: Journal, start: JournalStart, attempts: Attempts, until: float | None = None
) -> Completed:
    """Stores the run of a journal that nobody holds any more.

    A record that was kept because the repository could not be written is stored as it is. Of a run that was going
    all is kept that can be read, and its status is ``lost`` unless somebody saw how it ended. Files that were changed
    after ``until``, in seconds since 1970, are those of another run. Nothing is signed: nobody asked for it, and
    nobody should have to type a passphrase for a listing. Raises what keeps the run from being stored; the journal
    then stays.
    """
    completed = _complete(repository, journal, start, attempts, until)
    if not completed.is_done:
        return completed
    from gitexp.actions.waiting_annotations import store_waiting

    what = f"what was said of run {journal.run_id} while it went is not stored yet"
    said = attempts.make(what, lambda: store_waiting(repository, journal, sign=False), None)
    attempts.extend(said or ())
    return completed if said is not None else completed._replace(is_done=False)


def _complete(
    repository: Repository, journal: Journal, start: JournalStart, attempts: Attempts, until: float | None
) -> Completed:
    run_id = journal.run_id
    ended, live = find_refs(repository, run_id)
    kept = read_record(journal.folder)
    if ended is not None and not _is_provisional(repository, ended, run_id):
        return _finish_storing(repository, ended, live, kept, run_id)
    if kept is not None:
        found, what = parse_kept(kept, run_id), "could not be stored when it ended; now it is"
    else:
        known = find_beginning(repository, journal, live, run_id)
        if known is None:
            return _leave_nameless(journal)
        last = newest_write(journal)
        note = read_end(journal) or read_said_end(journal, start) or read_stopped_end(journal, last - start.wall, last)
        found = end_run(repository, Session(journal, live), start, known, note, until)
        what = _LOST if found.run.status is Status.LOST else _COMPLETED
    try:
        stored = store_recovered(repository, found, live)
    except RefMoved:  # another process was there first
        return Completed(None, is_done=False)
    if kept is not None:
        remove_spare(journal.folder)
    if found.run.status is Status.FINISHED:
        experiment = found.run.experiment
        attempts.make("the run before the next", lambda: keep_previous(repository, experiment, stored.ref), None)
    return Completed(f"run {found.run.name} {what}", is_done=True, stored=stored)


def _is_provisional(repository: Repository, ended: StoredRun, run_id: RunId) -> bool:
    """Whether the run was only called lost by another host, whatever was said of it since."""
    from gitexp.format.manifest_reading import parse_manifest

    manifest = read_path(repository, ended.commit, MANIFEST)
    return manifest is not None and is_provisional(parse_manifest(manifest, run_id))


def _finish_storing(
    repository: Repository,
    ended: StoredRun,
    live: StoredRun | None,
    kept: tuple[bytes, Files] | None,
    run_id: RunId,
) -> Completed:
    """The run is stored, and only the journal was not removed: after a look whether all of it is there."""
    if _is_whole(repository, ended.commit):
        manifest = read_path(repository, ended.commit, MANIFEST)
        if manifest is None or (kept is not None and manifest != kept[0]):
            raise BrokenRecord(ended.ref, "it is the ref of something else")
        if live is not None:
            update_refs(repository, [RefChange(live.ref, None, live.commit)], reason="exp: the run has ended")
        return Completed(None, is_done=True)
    if kept is not None:
        found = parse_kept(kept, run_id)
        with ObjectWriter(repository) as writer:
            write_ended(writer, found.run, found.files, writer.read_commit(found.run.code.snapshot).tree)
        if _is_whole(repository, ended.commit):
            return Completed(None, is_done=True)
    raise BrokenRecord(ended.ref, "objects of it are missing", hint="git fsck")


def _is_whole(repository: Repository, commit: str) -> bool:
    try:
        return not find_missing(repository, commit, f"{commit}^@")
    except GitFailed:
        return False


def _leave_nameless(journal: Journal) -> Completed:
    """Nothing says what ran: the command had not started, or neither repository nor journal could be written then."""
    noted = os.path.join(journal.folder, _NOTED)
    if not any(os.path.isdir(one) and os.listdir(one) for one in (journal.output, journal.log, journal.artifacts)):
        return Completed(None, is_done=True)
    if os.path.exists(noted):
        return Completed(None, is_done=False)
    with open(noted, "xb"):
        sentence = f"a run whose start could not be recorded left what it wrote and said in {journal.folder}"
        return Completed(sentence, is_done=False)

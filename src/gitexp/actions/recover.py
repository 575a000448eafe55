"""Recordings that died, completed: a run whose exp was killed is in the listing all the same."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.session import Session
from gitexp.errors import BrokenRecord, GitFailed, RefMoved
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import find_missing, read_path
from gitexp.git.refs import RefChange, list_refs, update_refs
from gitexp.model.ids import RunId
from gitexp.model.refs import LIVE, RUNS, run_ref
from gitexp.model.run import Run, Status
from gitexp.store.journal import newest_write
from gitexp.store.journal_notes import read_end
from gitexp.store.layout import MANIFEST
from gitexp.store.previous import keep_previous
from gitexp.store.record_folder import read_record, remove_spare
from gitexp.store.writing import StoredRun, store_ended, write_ended

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
    from gitexp.actions.known import Known
    from gitexp.capture.ending import Ending
    from gitexp.git.repository import Repository
    from gitexp.store.journal import Journal, JournalStart
    from gitexp.store.journal_notes import EndNote
    from gitexp.store.writing import Files

_NOTED = "noted"
_SLACK = 2.0
"""Seconds after the command's end in which a file that it wrote may still get its time."""
_LOST = "was lost: its recording ended without warning; what was written is kept"
_COMPLETED = "ended while nobody recorded it: it is completed from its journal"


class Completed(NamedTuple):
    """What is to be said of a journal, if anything, and whether it may go."""

    sentence: str | None
    is_done: bool


class _Ended(NamedTuple):
    run: Run
    files: Files


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
    run_id = RunId(os.path.basename(journal.folder))
    refs = dict(list_refs(repository, f"{RUNS}*/{run_id}", f"{LIVE}*/{run_id}"))
    ended = next((StoredRun(*ref) for ref in refs.items() if ref[0].startswith(RUNS)), None)
    live = next((StoredRun(*ref) for ref in refs.items() if ref[0].startswith(LIVE)), None)
    kept = read_record(journal.folder)
    if ended is not None:
        return _finish_storing(repository, ended, live, kept, run_id)
    if kept is not None:
        found, what = _parse_kept(kept, run_id), "could not be stored when it ended; now it is"
    else:
        known = _find_beginning(repository, journal, live, run_id)
        if known is None:
            return _leave_nameless(journal)
        found = _end_run(repository, Session(journal, live), start, known, until)
        what = _LOST if found.run.status is Status.LOST else _COMPLETED
    try:
        _store(repository, found, live)
    except RefMoved:  # another process was there first
        return Completed(None, is_done=False)
    if kept is not None:
        remove_spare(journal.folder)
    if found.run.status is Status.FINISHED:
        ref = run_ref(found.run.experiment, run_id)
        attempts.make("the run before the next", lambda: keep_previous(repository, found.run.experiment, ref), None)
    return Completed(f"run {found.run.name} {what}", is_done=True)


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
        found = _parse_kept(kept, run_id)
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


def _parse_kept(kept: tuple[bytes, Files], run_id: RunId) -> _Ended:
    from gitexp.format.manifest_reading import parse_manifest

    return _Ended(parse_manifest(kept[0], run_id), kept[1])


def _find_beginning(repository: Repository, journal: Journal, live: StoredRun | None, run_id: RunId) -> Known | None:
    """The run as it was known last: as what was found out says, else as it began."""
    from gitexp.actions.known import Known, find_known
    from gitexp.format.manifest_reading import parse_manifest

    known = find_known(journal, run_id)
    if known is not None:
        return known
    if live is not None:
        data = read_path(repository, live.commit, MANIFEST)
        if data is None:
            raise BrokenRecord(live.ref, "it has no .exp/run.yaml", hint="git fsck")
        return Known(parse_manifest(data, run_id), {})
    try:
        with open(journal.manifest, "rb") as file:
            return Known(parse_manifest(file.read(), run_id), {})
    except FileNotFoundError:
        return None


def _leave_nameless(journal: Journal) -> Completed:
    """Nothing says what ran: the command had not started, or neither repository nor journal could be written then."""
    noted = os.path.join(journal.folder, _NOTED)
    if not os.listdir(journal.output):
        return Completed(None, is_done=True)
    if os.path.exists(noted):
        return Completed(None, is_done=False)
    with open(noted, "xb"):
        sentence = f"a run whose start could not be recorded left its output in {journal.output}"
        return Completed(sentence, is_done=False)


def _end_run(
    repository: Repository, session: Session, start: JournalStart, known: Known, until: float | None
) -> _Ended:
    """The run as it ended, as far as somebody saw it: by the same steps as if its recording had not died."""
    from gitexp.actions.completion import Lost, build_run
    from gitexp.actions.reopening import reopen

    journal = session.journal
    assert journal is not None
    note = read_end(journal)
    if note is not None:
        until = min(note.ended + _SLACK, until if until is not None else note.ended + _SLACK)
    reopened = reopen(repository, journal, start, known, until)
    if note is None:
        ending: Ending | Lost = Lost(datetime.fromtimestamp(newest_write(journal), UTC))
    else:
        ending = _describe_ending(note)
    run, files = build_run(reopened.begun, session, ending, reopened.written, reopened.observed)
    return _Ended(run, files)


def _describe_ending(note: EndNote) -> Ending:
    from gitexp.capture.ending import Ending

    return Ending(
        status=note.status,
        exit_code=note.exit_code,
        signal=note.signal,
        not_started="not found" if note.not_started == "not found" else "not executable" if note.not_started else None,
        received=note.received,
        seconds=note.seconds,
        warnings=("exp was killed while it recorded; completed from its journal",),
    )


def _store(repository: Repository, ended: _Ended, live: StoredRun | None) -> None:
    run, files = ended
    with ObjectWriter(repository) as writer:
        tree = _find_tree(writer, run.code.snapshot)
        if tree is None:
            # No ref held the snapshot, and a gc took it; or it could not be written at all.
            base = run.code.commit or ""
            tree = _find_tree(writer, base)
            sentence = "the snapshot of the code is gone: this is the commit that was checked out"
            base = base if tree is not None else ""
            code = run.code._replace(snapshot=base)
            run = replace(run, code=code, fingerprint=None, warnings=(*run.warnings, sentence))
        store_ended(repository, writer, run, files, tree, live=live, sign=False)


def _find_tree(writer: ObjectWriter, commit: str) -> str | None:
    if not commit:
        return None
    try:
        tree = writer.read_commit(commit).tree
        writer.read_tree(tree)
    except GitFailed:
        return None
    return tree

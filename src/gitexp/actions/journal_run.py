"""The run of a journal whose recorder died: made of all that the journal says, and stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, GitFailed
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import read_path
from gitexp.git.refs import list_refs
from gitexp.model.refs import LIVE, RUNS
from gitexp.model.run import Status
from gitexp.store.journal import newest_write
from gitexp.store.layout import MANIFEST
from gitexp.store.mirrors import find_first_live
from gitexp.store.writing import StoredRun, store_ended

if TYPE_CHECKING:
    from gitexp.actions.known import Known
    from gitexp.actions.session import Session
    from gitexp.capture.ending import Ending
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId
    from gitexp.model.run import Run
    from gitexp.store.journal import Journal, JournalStart
    from gitexp.store.journal_notes import EndNote
    from gitexp.store.writing import Files

_SLACK = 2.0
"""Seconds after the command's end in which a file that it wrote may still get its time."""


PROVISIONAL = "provisional: "
"""How the warning begins in the record of a run that was called lost by who could only read its journal."""


class RunRefs(NamedTuple):
    """The refs of one run that are there."""

    ended: StoredRun | None
    live: StoredRun | None


class EndedRun(NamedTuple):
    """A run and the files of its record."""

    run: Run
    files: Files


def is_provisional(run: Run) -> bool:
    """Whether the run's own end may still take the place of this record."""
    return run.status is Status.LOST and any(one.startswith(PROVISIONAL) for one in run.warnings)


def find_refs(repository: Repository, run_id: RunId) -> RunRefs:
    """The refs of a run, whatever its experiment."""
    refs = [StoredRun(*ref) for ref in list_refs(repository, f"{RUNS}*/{run_id}", f"{LIVE}*/{run_id}")]
    ended = next((ref for ref in refs if ref.ref.startswith(RUNS)), None)
    return RunRefs(ended, next((ref for ref in refs if ref.ref.startswith(LIVE)), None))


def parse_kept(kept: tuple[bytes, Files], run_id: RunId) -> EndedRun:
    """A record that was kept beside the repository. Raises BrokenRecord."""
    from gitexp.format.manifest_reading import parse_manifest

    return EndedRun(parse_manifest(kept[0], run_id), kept[1])


def find_beginning(repository: Repository, journal: Journal, live: StoredRun | None, run_id: RunId) -> Known | None:
    """The run as it was known last: as what was found out says, else as it began."""
    from gitexp.actions.known import Known, find_known
    from gitexp.format.manifest_reading import parse_manifest

    known = find_known(journal, run_id)
    if known is not None:
        return known
    if live is not None:
        # A mirror has what the script said already, and the journal would say it once more.
        data = read_path(repository, find_first_live(repository, live.commit), MANIFEST)
        if data is None:
            raise BrokenRecord(live.ref, "it has no .exp/run.yaml", hint="git fsck")
        return Known(parse_manifest(data, run_id), {})
    try:
        with open(journal.manifest, "rb") as file:
            return Known(parse_manifest(file.read(), run_id), {})
    except FileNotFoundError:
        return None


def end_run(
    repository: Repository,
    session: Session,
    start: JournalStart,
    known: Known,
    note: EndNote | None,
    until: float | None,
) -> EndedRun:
    """The run as it ended, as far as somebody saw it: by the same steps as if its recording had not died.

    ``note`` is what was seen of its end. Files changed after ``until`` are not its own. Raises ConfigError, OSError.
    """
    from gitexp.actions.completion import Lost, build_run
    from gitexp.actions.reopening import reopen

    journal = session.journal
    assert journal is not None
    if note is not None:
        until = min(note.ended + _SLACK, until if until is not None else note.ended + _SLACK)
    reopened = reopen(repository, journal, start, known, until)
    if note is None:
        ending: Ending | Lost = Lost(datetime.fromtimestamp(newest_write(journal), UTC))
    else:
        ending = _describe_ending(note)
    run, files = build_run(reopened.begun, session, ending, reopened.written, reopened.observed)
    return EndedRun(run, files)


def _describe_ending(note: EndNote) -> Ending:
    from gitexp.capture.ending import Ending

    told = (note.preempted,) if note.preempted is not None else ()
    return Ending(
        status=note.status,
        exit_code=note.exit_code,
        signal=note.signal,
        not_started="not found" if note.not_started == "not found" else "not executable" if note.not_started else None,
        received=note.received,
        seconds=note.seconds,
        preempted=note.preempted,
        warnings=(*told, "exp was killed while it recorded; completed from its journal"),
    )


def store_recovered(
    repository: Repository, ended: EndedRun, live: StoredRun | None, *, supersedes: bool = True
) -> StoredRun:
    """Stores a run, on the commit that was checked out where its snapshot is gone. Raises as ``store_ended`` does."""
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
        return store_ended(repository, writer, run, files, tree, live=live, sign=False, supersedes=supersedes)


def _find_tree(writer: ObjectWriter, commit: str) -> str | None:
    if not commit:
        return None
    try:
        tree = writer.read_commit(commit).tree
        writer.read_tree(tree)
    except GitFailed:
        return None
    return tree

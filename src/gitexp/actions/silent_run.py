"""Runs of other hosts that share the file system: called lost where nothing was heard of them for ten minutes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.journal_run import (
    PROVISIONAL,
    EndedRun,
    end_run,
    find_beginning,
    find_refs,
    parse_kept,
    store_recovered,
)
from gitexp.actions.session import Session
from gitexp.errors import RefMoved
from gitexp.store.journal import Journal
from gitexp.store.journals import has_script
from gitexp.store.record_folder import read_record
from gitexp.store.silence import LONGEST_SILENCE, is_called_lost, measure_silence, note_loss

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.store.journal import JournalStart


def declare_lost(repository: Repository, folder: str, start: JournalStart) -> str | None:
    """Stores a run of another host as lost where nothing was heard of it for ten minutes, and returns a sentence.

    That is provisional: the journal and the live ref stay, and the run's own end takes the place of what is stored
    here. A record that was kept because the repository could not be written is stored as it is. None where the run is
    heard of, and where this was done already. Raises what keeps it from being stored.
    """
    if is_called_lost(folder) or has_script(folder):
        return None
    journal = Journal(folder, -1)
    silence = measure_silence(journal)
    if silence is None or silence < LONGEST_SILENCE:
        return None
    run_id = journal.run_id
    ended, live = find_refs(repository, run_id)
    if ended is not None:
        note_loss(journal)
        return None
    kept = read_record(folder)
    if kept is not None:
        found = parse_kept(kept, run_id)
        what = "could not be stored when it ended; now it is"
    else:
        known = find_beginning(repository, journal, live, run_id)
        if known is None:
            return None
        found = end_run(repository, Session(journal, live), start, known, None, None)
        minutes = f"{silence / 60:,.0f} minutes"
        sentence = f"{PROVISIONAL}nothing was heard from {start.host} for {minutes}; its own end takes this one's place"
        found = EndedRun(replace(found.run, warnings=(*found.run.warnings, sentence)), found.files)
        what = f"is called lost: nothing was heard from {start.host} for {minutes}"
    try:
        store_recovered(repository, found, None, supersedes=False)
    except RefMoved:  # another reader was there first, or its own host
        return None
    note_loss(journal)
    return f"run {found.run.name} {what}"

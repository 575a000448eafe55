"""The look for recordings that died: at the beginning of what reads runs, and at the end of what records one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.store.journal import read_start
from gitexp.store.journals import claim_journal, is_held, list_journals
from gitexp.store.silence import read_foreign_start

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.store.journal import Journal, JournalStart
    from gitexp.store.writing import StoredRun

State = Literal["completed", "failed", "silent", "going"]


class Recovered(NamedTuple):
    """What came of one journal: ``completed`` now, ``failed`` to be, ``silent`` and of another host, or ``going``.

    ``sentences`` are what is to be said of it, if anything.
    """

    folder: str
    state: State
    sentences: tuple[str, ...] = ()
    stored: StoredRun | None = None


def recover_runs(repository: Repository, until: float | None = None) -> tuple[str, ...]:
    """Completes every run whose recording died, and returns a sentence for each that anything is to be said of.

    Files changed after ``until``, in seconds since 1970, are those of a run that has just been recorded. Never raises:
    what keeps a run from being stored is such a sentence too, and its journal stays.
    """
    return tuple(
        sentence for folder in list_journals(repository) for sentence in recover(repository, folder, until).sentences
    )


def recover(repository: Repository, folder: str, until: float | None = None) -> Recovered:
    """Completes the run of a journal where nobody records it any more. Never raises."""
    claimed = claim_journal(folder)
    if claimed is not None:
        return _complete(repository, *claimed, until)
    start = read_foreign_start(folder)
    if start is not None:
        return _judge_silence(repository, folder, start)
    # Looked at in this order: who stores a run removes the start before the lock goes.
    is_dead = not is_held(folder) and read_start(folder) is not None
    return Recovered(folder, "failed" if is_dead else "going")


def _complete(repository: Repository, journal: Journal, start: JournalStart, until: float | None) -> Recovered:
    # Imported only now: this look precedes every listing, and nearly always there is nothing to be found.
    from gitexp.actions.attempts import Attempts
    from gitexp.actions.recover import Completed, complete_journal

    attempts = Attempts()
    completed = attempts.make(
        f"the run of {journal.folder} is not stored yet",
        lambda: complete_journal(repository, journal, start, attempts, until),
        Completed(None, is_done=False),
    )
    if completed.is_done:
        journal.remove()
    else:
        journal.release()
    sentences = (*([completed.sentence] if completed.sentence is not None else []), *attempts.warnings)
    return Recovered(journal.folder, "completed" if completed.is_done else "failed", sentences, completed.stored)


def _judge_silence(repository: Repository, folder: str, start: JournalStart) -> Recovered:
    from gitexp.actions.attempts import Attempts
    from gitexp.actions.silent_run import declare_lost

    attempts = Attempts()
    sentence = attempts.make(
        f"whether the run of {folder} still goes on {start.host} is not known",
        lambda: declare_lost(repository, folder, start),
        None,
    )
    return Recovered(folder, "silent", (*([sentence] if sentence is not None else []), *attempts.warnings))

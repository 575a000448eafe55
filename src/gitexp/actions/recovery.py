"""The look for recordings that died: at the beginning of what reads runs, and at the end of what records one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.store.journals import claim_journal, list_journals

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.store.journal import Journal, JournalStart


def recover_runs(repository: Repository, until: float | None = None) -> tuple[str, ...]:
    """Completes every run whose recording died, and returns a sentence for each that anything is to be said of.

    Files changed after ``until``, in seconds since 1970, are those of a run that has just been recorded. Never raises:
    what keeps a run from being stored is such a sentence too, and its journal stays.
    """
    sentences: list[str] = []
    for folder in list_journals(repository):
        claimed = claim_journal(folder)
        if claimed is not None:
            sentences += _complete(repository, *claimed, until)
    return tuple(sentences)


def _complete(repository: Repository, journal: Journal, start: JournalStart, until: float | None) -> list[str]:
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
    return [*([completed.sentence] if completed.sentence is not None else []), *attempts.warnings]

"""The journal of a run that is going, looked into by others than its recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Status
from gitexp.store.journal import Journal, local_folder, read_start

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.run import RunHead
    from gitexp.store.journal import JournalStart

_NO_LOCK = -1
NOT_HERE = "another machine or user records it: what it does is known here when it ends"


class GoingJournal(NamedTuple):
    """A journal that somebody else has locked, and what it says of its beginning."""

    journal: Journal
    start: JournalStart


def find_journal(repository: Repository, head: RunHead) -> GoingJournal | None:
    """The journal of a run that is going; None where it has ended, or another machine or user records it."""
    if head.status is not Status.RUNNING:
        return None
    folder = local_folder(repository, "live", head.id)
    start = read_start(folder)
    return None if start is None else GoingJournal(Journal(folder, _NO_LOCK), start)

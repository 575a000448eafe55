"""Whether a run that is looked at has ended meanwhile."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gitexp.actions.recovery import recover_runs
from gitexp.git.reading import read_commits
from gitexp.model.refs import live_ref, run_ref
from gitexp.model.run import Status
from gitexp.store.head_reading import read_heads
from gitexp.store.journal import START, local_folder

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_SECONDS = 1.0
"""Between looks that are not free: for a recorder that died, and for the end of a run that is recorded elsewhere."""


class EndWatch:
    """Sees the end of one run. A run whose recorder died is completed; ``sentences`` are what is to be said of that."""

    __slots__ = ("_head", "_looked", "_mark", "_store", "_was_here", "sentences")

    def __init__(self, store: RunStore, head: RunHead) -> None:
        self._store = store
        self._head = head
        self._mark = os.path.join(local_folder(store.repository, "live", head.id), START)
        self._looked = time.monotonic()
        self._was_here = False
        self.sentences: list[str] = []

    def check(self) -> RunHead | None:
        """The run as it ended; None while it goes. Costs one look for a file, and more once a second."""
        if self._head.status is not Status.RUNNING:
            return self._head
        if os.path.exists(self._mark):
            self._was_here = True
            if not self._is_due():
                return None
            self.sentences += recover_runs(self._store.repository)
            if os.path.exists(self._mark):
                return None
        elif not self._was_here and not self._is_due():
            return None
        self._was_here = False
        refs = [run_ref(self._head.home, self._head.id), live_ref(self._head.home, self._head.id)]
        heads = read_heads(read_commits(self._store.repository, refs)).runs
        head = next((one for one in heads if one.id == self._head.id), None)
        if head is None or head.status is Status.RUNNING:
            return None
        self._head = head
        return head

    def _is_due(self) -> bool:
        due = time.monotonic() - self._looked >= _SECONDS
        if due:
            self._looked = time.monotonic()
        return due

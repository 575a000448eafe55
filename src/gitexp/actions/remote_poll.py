"""The remote asked every few seconds for news of runs that go elsewhere."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gitexp.actions.mirror_push import describe_failure
from gitexp.actions.patience import Patience
from gitexp.actions.pull_live import pull_live, take_ended
from gitexp.errors import ExpError, RefMoved
from gitexp.git.remote import Talk, list_remote_refs
from gitexp.git.remotes import choose_remote
from gitexp.model.refs import live_ref, run_ref
from gitexp.store.heard import read_heard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.git.remotes import Remote
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

PAUSE = 3.0
"""Seconds between two questions; more where they fail."""
_LONGEST_PAUSE = 60.0
_SECONDS = 30.0
"""For one question."""
_QUIET = Talk()


class RemotePoll:
    """Brings the mirrors of some runs, and their ends. ``count`` grows with each answer.

    ``trouble`` is why there is none, in one line; ``missing`` are the ids of those of which the remote knows nothing.
    """

    def __init__(self, store: RunStore, heads: Sequence[RunHead]) -> None:
        """Raises NoRemote."""
        self._store = store
        self._runs: dict[Remote, list[RunHead]] = {}
        for head in heads:
            remote = choose_remote(store.repository, read_heard(store.repository, head.id))
            self._runs.setdefault(remote, []).append(head)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.count = 0
        self.trouble: str | None = None
        self.missing: frozenset[str] = frozenset()

    def start(self) -> None:
        """Asks from now on, in a thread: a network may be slow, and a screen is not to wait for it."""
        self._thread = threading.Thread(target=self._go_on, name="gitexp-poll", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Asks once. What goes wrong is ``trouble``."""
        trouble: list[str] = []
        missing: set[str] = set()
        for remote, heads in self._runs.items():
            with Patience(_SECONDS, self._stop) as patience:
                try:
                    missing |= self._ask(remote, heads, trouble)
                except (ExpError, OSError) as error:
                    why = f"no answer within {_SECONDS:g} s" if patience.is_over else describe_failure(error)
                    trouble.append(f"{remote.name} cannot be asked: {why}")
        self.trouble = trouble[0] if trouble else None
        self.missing = frozenset(missing)
        self.count += 1

    def close(self) -> None:
        """Ends the questions."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _go_on(self) -> None:
        pause = PAUSE
        while not self._stop.is_set():
            self.ask()
            pause = PAUSE if self.trouble is None else min(pause * 2, _LONGEST_PAUSE)
            self._stop.wait(pause)

    def _ask(self, remote: Remote, heads: Sequence[RunHead], trouble: list[str]) -> set[str]:
        names: dict[str, RunHead] = {}
        for head in heads:
            names |= dict.fromkeys((run_ref(head.home, head.id), live_ref(head.home, head.id)), head)
        found = list_remote_refs(self._store.repository, remote.name, *names, talk=_QUIET)
        listed = {name: tip for name, tip in found if name in names}
        pulled = pull_live(self._store, remote, listed.items(), _QUIET)
        trouble += [error.message for _, error in pulled.broken]
        for head in heads:
            ended = run_ref(head.home, head.id)
            if ended in listed:
                try:
                    take_ended(self._store, remote, (ended, listed[ended]), _QUIET)
                except RefMoved:  # it is here already
                    continue
        return {str(head.id) for head in heads} - {str(names[name].id) for name in listed}

"""The way of a run's commits to its remote while it goes and when it has ended: bounded in time, through the gate."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from gitexp.actions.mirror_gate import inspect_mirror, note_push
from gitexp.actions.patience import Patience
from gitexp.errors import ExpError, GitFailed, HistoryUnasked, Refused, RemoteFailed
from gitexp.git.remote import PushUpdate, find_known, list_remote_refs, push_refs

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.git.remotes import Remote
    from gitexp.model.inspection import Inspection
    from gitexp.store.runs import RunStore
    from gitexp.store.writing import StoredRun

T = TypeVar("T")
LIST_SECONDS = 60.0
PUSH_SECONDS = 120.0
_FOREVER = 1e9
_LONGEST = 500
_ADVICE = (
    "fatal: Could not read from remote",
    "Please make sure you have the correct",
    "and the repository exists",
    "hint:",
)
"""What Git adds to what went wrong."""


class Stopped(Exception):
    """The run has ended, and what was on its way was given up."""


class MirrorPush:
    """Pushes to one remote; knows what it has, so that each object is looked through once."""

    __slots__ = ("_is_noted", "_known", "_mine", "_remote", "_stop", "_store", "_with_history")

    def __init__(self, store: RunStore, remote: Remote, *, with_history: bool | None, stop: threading.Event) -> None:
        self._store = store
        self._remote = remote
        self._with_history = with_history
        self._stop = stop
        self._known: set[str] | None = None
        self._mine: set[str] = set()
        self._is_noted = False

    @property
    def remote(self) -> str:
        """The remote's name, else its URL, without credentials."""
        return self._remote.name if self._remote.name != self._remote.url else self._remote.url

    def check(self, commit: str) -> Inspection:
        """Looks whether a commit may leave. Raises Refused, RemoteFailed, Stopped."""
        known = self._known
        if known is None:
            places = self._remote.places
            known = set(self._within(LIST_SECONDS, lambda: find_known(self._store.repository, places)))
        inspection = self._within(_FOREVER, lambda: self._inspect(commit, known))
        self._known = known | {commit}
        return inspection

    def push(self, live: StoredRun) -> None:
        """Moves the remote's live ref forward. Raises Refused, RemoteFailed, Stopped."""
        inspection = self.check(live.commit)
        self._mine.add(live.commit)
        updates = [PushUpdate(live.ref, live.commit)]
        (result,) = self._within(PUSH_SECONDS, lambda: push_refs(self._store.repository, self._remote.name, updates))
        if result.state == "refused":
            raise RemoteFailed(self.remote, 1, f"refused: {result.why}")
        if inspection.excused or not self._is_noted:  # a line for each of a day's mirrors would bury the others
            note_push(self._store, self._remote, inspection)
            self._is_noted = True

    def push_ended(self, ended: StoredRun, live_ref: str, first: str, seconds: float) -> str | None:
        """Pushes a run that has ended and removes its live ref there. Returns what is left to be said.

        Raises Refused, RemoteFailed.
        """
        self._stop = threading.Event()  # what was given up for the end's sake is over; this is the end
        return self._within(seconds, lambda: self._push_ended(ended, live_ref, first))

    def _push_ended(self, ended: StoredRun, live_ref: str, first: str) -> str | None:
        repository, remote = self._store.repository, self._remote
        wanted = [ended.ref, live_ref] if self._known is not None else []
        listed = list_remote_refs(repository, remote.listed, *wanted)
        known = (self._known or set()) | {object_id for _, object_id in listed}
        if remote.also:
            known = (self._known or set()) | find_known(repository, remote.places, *wanted)
        inspection = self._inspect(ended.commit, known)
        updates = [PushUpdate(ended.ref, ended.commit)]
        there = dict(listed).get(live_ref)
        if there is not None and there in self._mine | {first}:
            updates.append(PushUpdate(live_ref, None, there))
        results = {result.ref: result for result in push_refs(repository, remote.name, updates)}
        if results[ended.ref].state == "refused":
            raise RemoteFailed(self.remote, 1, f"refused: {results[ended.ref].why}")
        note_push(self._store, self._remote, inspection)
        left = results.get(live_ref)
        if left is not None and left.state == "refused":
            return f"{live_ref} stays on {self.remote}: {left.why}"
        return None

    def _inspect(self, commit: str, known: set[str]) -> Inspection:
        return inspect_mirror(self._store, self._remote, commit, known, with_history=self._with_history)

    def _within(self, seconds: float, step: Callable[[], T]) -> T:
        with Patience(seconds, self._stop) as patience:
            try:
                return step()
            except Refused:
                raise
            except (GitFailed, RemoteFailed) as error:
                if not patience.is_over:
                    raise
                if self._stop.is_set():
                    raise Stopped from error
                raise RemoteFailed(self.remote, 1, f"no answer within {seconds:g} s") from error


def describe_failure(error: Exception) -> str:
    """Why something could not be done, in one line."""
    if isinstance(error, RemoteFailed):
        lines = [line.strip() for line in str(error.fields["stderr"]).splitlines() if line.strip()]
        told = [line.removeprefix("fatal: ") for line in lines if not line.startswith(_ADVICE)]
        return "; ".join((told or lines or [error.message])[:2])[:_LONGEST]
    if isinstance(error, HistoryUnasked):
        return f"{error.message} (hint: git push, or exp run --live --with-history)"
    if isinstance(error, ExpError):
        return error.message
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return str(error)

"""The process that mirrors a run beside its recorder: see ``actions.sharing``, which starts it and talks with it."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from gitexp.actions.going_journal import GoingJournal, find_journal
from gitexp.actions.journal_run import find_refs
from gitexp.actions.mirror_push import MirrorPush, describe_failure
from gitexp.actions.mirroring import Mirroring
from gitexp.errors import ExpError
from gitexp.git.config import read_config
from gitexp.git.reading import read_commits
from gitexp.git.remotes import Remote, push_location
from gitexp.model.ids import RunId
from gitexp.store.head_reading import read_heads
from gitexp.store.journal import JOURNAL_VARIABLE, local_folder
from gitexp.store.journals import is_recorded
from gitexp.store.runs import open_store
from gitexp.store.writing import StoredRun

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_LONG = 3600.0
_LOOK_SECONDS = 1.0
"""Between looks whether the run is still recorded, where its recorder was killed and another process goes on."""
_EPILOGUE_SECONDS = 60.0
"""For the last push where nobody waits for it."""
STOP, PUSH = "stop", "push"


def main() -> None:
    """Mirrors the run that is named on standard input until its recorder, or whoever takes its place, has ended."""
    os.environ.pop(JOURNAL_VARIABLE, None)
    asked = json.loads(sys.stdin.buffer.readline())
    inbox = _Inbox()
    store = open_store(asked["folder"])
    remote = push_location(store.repository, Remote(asked["remote"], asked["url"], ""), read_config(store.repository))
    push = MirrorPush(store, remote, with_history=asked["with_history"], stop=inbox.stop)
    opened = _find(store, asked["ref"])
    if opened is None:  # it has ended already
        _Session(store, inbox, None, push, asked["id"]).serve()
        return
    mirroring = Mirroring(store, *opened, push, asked["interval"], inbox.stop)
    try:
        _Session(store, inbox, mirroring, push, asked["id"]).serve()
    finally:
        mirroring.close()


def _find(store: RunStore, ref: str) -> tuple[RunHead, GoingJournal] | None:
    for head in read_heads(read_commits(store.repository, [ref])).runs:
        found = find_journal(store.repository, head)
        return None if found is None else (head, found)
    return None


class _Inbox:
    """What the recorder says, heard while something else is done. ``stop`` is set as soon as the run has ended."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._words: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, name="gitexp-inbox", daemon=True).start()

    def take(self, seconds: float) -> dict[str, Any] | None:
        """The next word within that time; one without ``word`` says that the recorder is gone."""
        try:
            return self._words.get(timeout=seconds)
        except queue.Empty:
            return None

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            word = json.loads(line)
            if word["word"] == STOP:
                self.stop.set()
            self._words.put(word)
        self._words.put({"word": None})


class _Session:
    def __init__(
        self, store: RunStore, inbox: _Inbox, mirroring: Mirroring | None, push: MirrorPush, run_id: str
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._mirroring = mirroring
        self._push = push
        self._run_id = RunId(run_id)
        self._first = mirroring.live.commit if mirroring is not None else ""
        self._live_ref = mirroring.live.ref if mirroring is not None else ""
        self._is_told = False

    def serve(self) -> None:
        """Mirrors and answers, to the end."""
        while True:
            word = self._inbox.take(self._pause())
            if word is None:
                self._attempt()
            elif word["word"] == STOP:
                _say({"to": STOP, "warnings": self._mirroring.describe() if self._mirroring is not None else []})
            elif word["word"] == PUSH:
                live_ref = word["live"]
                _say(
                    {"to": PUSH, **self._push_ended(StoredRun(word["ref"], word["commit"]), live_ref, word["seconds"])}
                )
                return
            else:
                self._go_on_alone()
                return

    def _pause(self) -> float:
        if self._mirroring is None or self._mirroring.is_over or self._inbox.stop.is_set():
            return _LONG
        return self._mirroring.pause

    def _attempt(self) -> None:
        mirroring = self._mirroring
        if mirroring is None or mirroring.is_over or self._inbox.stop.is_set():
            return
        mirroring.attempt()
        if mirroring.is_refused and not self._is_told:  # nothing else can be mended while the run goes
            self._is_told = True
            for sentence in mirroring.describe():
                _say({"said": sentence})

    def _go_on_alone(self) -> None:
        """The recorder was killed: as long as its keeper records, mirrors are made; then the run is pushed."""
        journal = local_folder(self._store.repository, "live", self._run_id)
        while is_recorded(journal):
            if self._pause() <= 0:
                self._attempt()
            time.sleep(min(_LOOK_SECONDS, self._pause() or _LOOK_SECONDS))
        ended = find_refs(self._store.repository, self._run_id).ended
        if ended is not None and self._live_ref:
            self._push_ended(ended, self._live_ref, _EPILOGUE_SECONDS)

    def _push_ended(self, ended: StoredRun, live_ref: str, seconds: float) -> dict[str, Any]:
        try:
            left = self._push.push_ended(ended, live_ref, self._first, seconds)
        except (ExpError, OSError) as error:
            return {"pushed": False, "why": describe_failure(error)}
        return {"pushed": True, "why": left}


def _say(answer: dict[str, Any]) -> None:
    try:
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()
    except OSError:  # nobody is there any more who would tell it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

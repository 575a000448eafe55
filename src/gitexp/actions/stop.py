"""The end of a run that somebody wants to end: it is asked, then made to, and recorded in any case."""

from __future__ import annotations

import contextlib
import getpass
import os
import shlex
import signal
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.going_journal import GoingJournal, find_journal, find_unstored_end
from gitexp.actions.named_run import find_run
from gitexp.actions.recovery import recover
from gitexp.capture.ending import signal_name
from gitexp.capture.processes import (
    began_before,
    holds_file,
    list_descendants,
    read_owner,
    read_parent,
)
from gitexp.errors import NotFound, Refused
from gitexp.model.run import Status
from gitexp.store.journal import Journal, read_start
from gitexp.store.journal_notes import ProcessNote, StopNote, read_end, read_processes, write_stop
from gitexp.store.journal_records import list_logs
from gitexp.store.journals import is_held, list_journals
from gitexp.store.machine import host_name, is_here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_PAUSE = 0.05
_MOST_NAMED = 8
_START_SECONDS = 5.0
"""How long a run may take from its journal to its command."""
SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)


class StopRequest(NamedTuple):
    """How to stop: ``signal`` first, and after ``grace_seconds`` an end that no program can put off."""

    signal: int
    grace_seconds: float
    at_once: bool = False
    patience: float = 60.0
    """Seconds to wait for what nobody can put off: an end that was insisted on, and then for the run to be stored."""


class StoppedRun(NamedTuple):
    """A run that was stopped; the status of ``head`` is ``running`` where its end is not stored yet."""

    head: RunHead
    insisted: bool
    """Whether it did not end by itself."""
    has_ended: bool = True


class _Going(NamedTuple):
    """A run that is going; ``asked`` is who gets the signal: exp or its keeper, which passes it on, or the script."""

    head: RunHead
    journal: Journal
    asked: int
    processes: ProcessNote


def stop_runs(store: RunStore, texts: Sequence[str], experiment: str | None, request: StopRequest) -> list[StoppedRun]:
    """Stops the runs that are named, or the one that is going, and waits until they are stored.

    Raises what ``find_run`` raises, and Refused, before any of them is signalled.
    """
    going = [_find_going(store, head) for head in _find_heads(store, texts, experiment)]
    for one in going:
        if not request.at_once and sys.platform != "win32":  # where the only signal is an end at once
            _note(one, request.signal)
            _send(one, one.asked, request.signal)
            _wake(one)
    deadline = time.monotonic() + (0.0 if request.at_once else request.grace_seconds)
    insisted = [_await_end(one, deadline, request.patience) for one in going]
    deadline = time.monotonic() + request.patience
    stopped = []
    for one, was_killed in zip(going, insisted, strict=True):
        has_ended = _has_ended(one)
        while has_ended and is_held(one.journal.folder) and time.monotonic() < deadline:
            _wake(one)
            time.sleep(_PAUSE)
        recover(store.repository, one.journal.folder)  # where nobody was left to store it
        stopped.append(StoppedRun(_find_again(store, one.head), was_killed, has_ended))
    return stopped


def _find_heads(store: RunStore, texts: Sequence[str], experiment: str | None) -> list[RunHead]:
    if texts:
        return list(dict.fromkeys(find_run(store, text, experiment) for text in texts))
    heads = store.heads()
    here = {os.path.basename(folder) for folder in list_journals(store.repository)}
    going = [head for head in heads.runs if head.status is Status.RUNNING and head.id in here]
    ended = [head for head in going if (one := find_journal(store.repository, head)) and find_unstored_end(one)]
    going = [head for head in going if head not in ended] or ended[:1]
    if not going:
        raise NotFound("no run is going here", hint="exp ls --all")
    if len(going) > 1:
        named = ", ".join(f"{head.id} ({head.name})" for head in going[:_MOST_NAMED])
        more = f" and {len(going) - _MOST_NAMED} more" if len(going) > _MOST_NAMED else ""
        raise Refused(f"{len(going)} runs are going: {named}{more}; name one", hint="exp stop <id>")
    return going


def _find_going(store: RunStore, head: RunHead) -> _Going:
    if head.status is not Status.RUNNING:
        raise Refused(f"run {head.name} is not running: it is {head.status.value}", hint=f"exp show {head.id}")
    folder = next((one for one in list_journals(store.repository) if os.path.basename(one) == head.id), None)
    start = read_start(folder) if folder is not None else None
    if start is None and head.heard_at is not None:
        host = store.load(head).host
        raise Refused(f"run {head.name} runs on {host}", hint=f"ssh {shlex.quote(host)}, and there: exp stop {head.id}")
    if folder is None or start is None:
        raise Refused(
            f"run {head.name} is recorded on another machine or by another user",
            hint=f"exp show {head.id}  (says where)",
        )
    if not is_here(start.host, start.boot):
        raise Refused(f"run {head.name} runs on {start.host}", hint=f"ssh {start.host}, and there: exp stop {head.id}")
    journal = Journal(folder, -1)
    if find_unstored_end(GoingJournal(journal, start)) is not None:
        raise Refused(f"run {head.name} has ended and is not stored yet", hint=f"exp recover {head.id}")
    note = _await_processes(journal, head)
    for pid in _find_recorders(_Going(head, journal, note.recorder, note)):
        return _Going(head, journal, note.command if _began_itself(journal, note) else pid, note)
    if any(holds_file(note.command, path) for path in list_logs(journal)):  # its recorder was killed
        return _Going(head, journal, note.command, note)
    owner = read_owner(note.recorder)
    if owner is not None and owner != os.getuid():
        raise Refused(f"run {head.name} belongs to another user", hint=f"ask them to: exp stop {head.id}")
    raise Refused(f"nothing is known of the process that records run {head.name}", hint="exp recover")


def _began_itself(journal: Journal, note: ProcessNote) -> bool:
    """Whether the script began its run itself: its recorder is then no parent of it, and passes nothing on."""
    if note.keeper is not None or read_parent(note.command) == note.recorder:
        return False
    return began_before(note.command, os.stat(journal.child).st_mtime)


def _await_processes(journal: Journal, head: RunHead) -> ProcessNote:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        note = read_processes(journal)
        if note is not None:
            return note
        if time.monotonic() > deadline:
            raise Refused(f"run {head.name} has not started its command yet", hint=f"exp stop {head.id}  (again)")
        time.sleep(_PAUSE)


def _note(going: _Going, number: int) -> None:
    """Leaves word of who stops the run: nobody else may see what ends it."""
    try:
        who = f"{getpass.getuser()}@{host_name()}"
    except (OSError, KeyError, ImportError):  # a user whom the system does not know
        who = host_name()
    with contextlib.suppress(OSError):  # nothing can be written there, which is told when the run is to be stored
        write_stop(going.journal, StopNote(signal_name(number), who))


def _send(going: _Going, pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:  # it has just ended
        return
    except PermissionError:
        raise Refused(
            f"run {going.head.name} belongs to another user", hint=f"ask them to: exp stop {going.head.id}"
        ) from None


def _wake(going: _Going) -> None:
    """Lets all of a run go on that was stopped, by Ctrl-Z it may be: what is stopped gets no signal but the last."""
    if sys.platform == "win32":
        return
    for pid in (*_find_recorders(going), *_find_tree(going)):
        try:
            os.kill(pid, signal.SIGCONT)
        except OSError:  # it has just ended, or became another user's: then it was told all that we may tell it
            continue


def _await_end(going: _Going, deadline: float, patience: float) -> bool:
    """Waits for the command's end and brings it about when the time is over; whether that was needed.

    Returns also where even that helped nothing for so long as is to be waited.
    """
    insisted = False
    while not _has_ended(going) and time.monotonic() < deadline + patience:
        if time.monotonic() >= deadline:
            if not insisted:
                _note(going, SIGKILL)
            insisted = True
            for pid in reversed(_find_tree(going)):
                _send(going, pid, SIGKILL)
            _wake(going)
        time.sleep(_PAUSE)
    return insisted


def _has_ended(going: _Going) -> bool:
    return not is_held(going.journal.folder) or read_end(going.journal) is not None


def _find_recorders(going: _Going) -> list[int]:
    """Who records the run: its recorder and its keeper, those that live."""
    lock = os.path.join(going.journal.folder, "lock")
    note = going.processes
    return [pid for pid in (note.recorder, note.keeper) if pid is not None and holds_file(pid, lock)]


def _find_tree(going: _Going) -> list[int]:
    """The command and all that came from it, what it left to its keeper included; nothing that only has its number."""
    note = going.processes
    lock = os.path.join(going.journal.folder, "lock")
    if note.keeper is not None and holds_file(note.keeper, lock):
        return list_descendants(note.keeper)[1:]
    if note.keeper is None and _began_itself(going.journal, note):
        spared = set(list_descendants(note.recorder))
        return [pid for pid in list_descendants(note.command) if pid not in spared]
    return list_descendants(note.command) if read_parent(note.command) == note.recorder else []


def _find_again(store: RunStore, head: RunHead) -> RunHead:
    return next((one for one in store.heads().runs if one.id == head.id), head)

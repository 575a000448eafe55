"""The observer: the command between its streams, its signals and its end."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from gitexp.capture.attending import attend, name_signals
from gitexp.capture.child import start_child
from gitexp.capture.drainer import leave_drainers
from gitexp.capture.ending import Ending, end_after, end_unknown, end_unstarted
from gitexp.capture.keeper import Task, fork_keeper
from gitexp.capture.kept_child import KeeperLost, KeptChild
from gitexp.capture.own_child import OwnChild
from gitexp.capture.signals import SignalWatch
from gitexp.capture.streams import Stream, Streams, open_streams

assert sys.platform != "win32"  # see windows.py

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence

    from gitexp.capture.keeping import Keeping
    from gitexp.capture.spool import Spool


def observe_command(
    command: Sequence[str],
    *,
    directory: str,
    variables: Mapping[str, str],
    spool: Spool | None,
    capture: bool,
    on_start: Callable[[int], None] | None,
    keeping: Keeping,
) -> Ending:
    """Runs a command as ``run_command`` says."""
    streams = open_streams() if capture else Streams([], [])
    warnings: list[str] = []
    received: list[str] = []

    def start() -> subprocess.Popen[bytes]:
        stdout, stderr = streams.child_end(1), streams.child_end(2)
        return start_child(command, directory=directory, variables=variables, stdout=stdout, stderr=stderr)

    try:
        with SignalWatch() as watch:
            began = time.monotonic()
            try:
                child = _start(Task(start, streams, spool, keeping), watch, warnings)
            except OSError as error:
                return end_unstarted(error)
            watch.listen()
            tell = child.close_stream if isinstance(child, KeptChild) else lambda number: None
            streams.start(spool.append if spool is not None else None, tell)
            try:
                if on_start is not None:
                    on_start(child.pid)
            finally:
                attend(child, watch, streams, keeping, received)
                seconds = time.monotonic() - began
                left = streams.finish()
                received += name_signals(watch.close())
        for number in range(len(streams)):
            tell(number)
        warnings += [*streams.warnings, *_leave(left)]
    finally:
        streams.close()
        if spool is not None:
            spool.close()
    if isinstance(child, KeptChild):
        warnings += child.warnings
    if spool is not None and spool.trouble is not None:
        warnings.append(spool.trouble)
    end = end_unknown if child.returncode is None else partial(end_after, child.returncode)
    if not (isinstance(child, KeptChild) and child.is_kept):
        _note(lambda: keeping.note_end(end(seconds=seconds, received=tuple(received), warnings=())), warnings)
    from gitexp.capture.preemption import ask_scheduler

    return ask_scheduler(end(seconds=seconds, received=tuple(received), warnings=tuple(warnings)), os.environ)


def _start(task: Task, watch: SignalWatch, warnings: list[str]) -> KeptChild | OwnChild:
    """Starts the command below a keeper, or here where there can be none. Raises the OSError of the command."""
    keeping = task.keeping
    try:
        kept = fork_keeper(task, watch)
    except OSError as error:
        warnings.append(f"no keeper could be started: {error.strerror}; if exp is killed, so is the command's output")
    else:
        keeping.dismiss = kept.dismiss
        try:
            kept.await_start()
        except KeeperLost:
            warnings.append("the keeper was killed before it had started the command")
        else:
            return kept
    process = task.start()
    _note(lambda: keeping.note_processes(os.getpid(), None, process.pid), warnings)
    return OwnChild(process.pid, process)


def _note(write: Callable[[], None], warnings: list[str]) -> None:
    try:
        write()
    except OSError as error:
        warnings.append(f"the run's journal could not be written: {error.strerror}")


def _leave(left: list[Stream]) -> list[str]:
    try:
        leave_drainers(left)
    except OSError as error:
        return [f"background processes of the command lost their output: {error.strerror}"]
    return []

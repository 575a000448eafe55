"""The keeper: a small process between exp and the command, whose parent it is. When exp is killed it goes on alone.

exp, keeper and command share the process group, the session and the terminal. While exp lives the keeper copies
nothing: it waits, says how the command ended, passes on the signals that exp got alone, and shows that the run lives.
It holds what the command's life hangs on: the read ends of its output, the targets of that, and the run's lock.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.attending import attend, name_signals
from gitexp.capture.drainer import close_all_but, leave_drainers
from gitexp.capture.ending import end_after, end_unstarted
from gitexp.capture.keeping import BEAT_SECONDS
from gitexp.capture.kept_child import KeptChild
from gitexp.capture.link import open_link
from gitexp.capture.own_child import OwnChild
from gitexp.capture.prctl import adopt_orphans, rename_process
from gitexp.capture.processes import list_children
from gitexp.capture.signals import Arrival, SignalWatch
from gitexp.capture.witness import Witness

assert sys.platform != "win32"  # there is no fork

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from gitexp.capture.ending import Ending
    from gitexp.capture.keeping import Keeping
    from gitexp.capture.link import Link
    from gitexp.capture.spool import Spool
    from gitexp.capture.streams import Streams

TITLE = "keeper"
"""What ``ps`` calls it. Not like exp: ``killall exp`` is to reach exp alone, which then passes it on."""


class Task(NamedTuple):
    """What a keeper is to keep. ``start`` starts the command and raises OSError."""

    start: Callable[[], subprocess.Popen[bytes]]
    streams: Streams
    spool: Spool | None
    keeping: Keeping


def fork_keeper(task: Task, watch: SignalWatch) -> KeptChild:
    """Leaves a keeper that starts the command. To be called before any thread runs. Raises OSError where none can be.

    It never returns in the keeper; nothing that exp holds is flushed or finished there.
    """
    link, keepers_link = open_link()
    # Should the keeper be killed, the command becomes a child of exp.
    is_adopting = adopt_orphans(wanted=True)
    recorder = os.getpid()
    children = frozenset(list_children(recorder)) if is_adopting else None
    try:
        pid = watch.fork()
    except OSError:
        link.close()
        keepers_link.close()
        raise
    if pid == 0:
        try:
            link.close()
            _Keeper(task, watch, keepers_link, recorder).keep()
        except BaseException as error:  # noqa: BLE001  whatever it is, the command and exp go on
            keepers_link.send("warning", f"the keeper ended: {type(error).__name__}: {error} (a fault of gitexp)")
        finally:
            os._exit(0)
    keepers_link.close()
    return KeptChild(pid, link, children)


class _Keeper:
    def __init__(self, task: Task, watch: SignalWatch, link: Link, recorder: int) -> None:
        self._task = task
        self._watch = watch
        self._link = link
        self._recorder = recorder
        self._child: OwnChild | None = None
        self._ending: Ending | None = None
        self._began = time.monotonic()
        self._received: list[str] = []
        self._witness = Witness()
        self._is_witness = True

    def keep(self) -> None:
        """Starts the command, waits for exp's end, and does then what exp would have done."""
        gc.freeze()  # of what exp had made nothing is finished here: its files are closed under its hands
        self._start()
        while self._link.is_open:
            self._wait()
        self._take_over()

    def _start(self) -> None:
        self._watch.take()  # what came before the command did not reach it
        try:
            process = self._task.start()
        except OSError as error:
            self._link.send("failed", error.errno or 0, error.strerror or error)
            self._settle()
            self._task.keeping.note_end(end_unstarted(error))
            return
        self._link.send("started", process.pid)
        # Here and not in exp: what the command leaves behind would stay a zombie as long as exp is busy otherwise.
        adopt_orphans(wanted=True)
        self._child = OwnChild(process.pid, process, on_end=self._note_end, reaps_all=True)
        self._settle()
        self._note(lambda: self._task.keeping.note_processes(self._recorder, os.getpid(), process.pid))

    def _settle(self) -> None:
        """Lets go of what it does not need, and takes a name of its own."""
        streams, keeping = self._task.streams, self._task.keeping
        streams.leave_child_ends()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        kept = {0, 1, 2, keeping.lock, *self._link.descriptors, *self._watch.descriptors, *streams.descriptors}
        close_all_but(kept - {-1})
        if not rename_process(TITLE):
            # Whoever signals exp by its name reaches this process too: what both saw the command may not have got.
            self._witness, self._is_witness = Witness(grace=0.0), False
        self._watch.listen()

    def _note(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            self._link.send("warning", f"the run's journal could not be written: {error.strerror}")

    def _wait(self) -> None:
        patience = self._witness.wait_seconds(time.monotonic())
        for arrival in self._watch.wait(self._link.incoming, BEAT_SECONDS if patience is None else patience):
            if self._is_witness:
                self._witness.see(arrival)
        for word, number, *rest in self._link.receive():
            if word == "close":
                self._task.streams.close_source(int(number))
            elif word == "signal":
                self._hear_of(signal.Signals(int(number)), *rest[0].split())
        self._pass_on(self._witness.settle(time.monotonic()))
        if self._child is not None:
            self._child.has_ended()
        self._task.keeping.beat()

    def _hear_of(self, number: signal.Signals, by_kernel: str, sender: str, at: str) -> None:
        """What exp received: of what it got alone nothing is to be seen here."""
        arrival = Arrival(number, by_kernel == "1", int(sender) if int(sender) >= 0 else None, float(at))
        self._received += name_signals([arrival])
        if not arrival.reached_group:  # else the command has it, and so has this process
            self._witness.ask(arrival, time.monotonic())

    def _pass_on(self, signals: list[signal.Signals]) -> None:
        for number in signals:
            if self._child is not None:
                self._child.send(number)

    def _note_end(self, returncode: int) -> None:
        seconds = time.monotonic() - self._began
        self._link.send("ended", returncode)
        self._task.streams.close_child_ends()
        ending = end_after(returncode, seconds=seconds, received=tuple(self._received), warnings=())
        self._ending = ending
        self._note(lambda: self._task.keeping.note_end(ending))

    def _note_preemption(self) -> None:
        """What exp would have asked at the end, it was killed before or after."""
        if self._ending is not None:
            from gitexp.capture.preemption import ask_scheduler

            ending = ask_scheduler(self._ending, os.environ)
            if ending.preempted is not None:
                self._note(lambda: self._task.keeping.note_end(ending))

    def _take_over(self) -> None:
        """exp was killed: nobody reads what the command writes, and nobody will store the run."""
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # the shell has taken the terminal back
        streams, spool, child = self._task.streams, self._task.spool, self._child
        self._pass_on(self._witness.end(time.monotonic()))
        if spool is not None:
            spool.catch_up()
        streams.start(spool.append if spool is not None else None)
        if child is not None:
            attend(child, self._watch, streams, self._task.keeping, self._received)
        left = streams.finish()
        try:
            self._note_preemption()
            leave_drainers(left)
        finally:
            self._task.keeping.complete()

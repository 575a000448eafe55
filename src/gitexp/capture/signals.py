"""The signals that reach exp while a command runs, and whether the command got them too.

A signal that the kernel sent (Ctrl-C, Ctrl-\\) went to the whole process group, command included; one that a process
sent with kill(2) may be for exp alone: see witness.py. Which of the two it was only sigwaitinfo(2) tells, in a thread
of its own, with the signals blocked in every other. Where there is none (macOS), and for a signal that comes before the
thread listens or hits a thread started earlier, INT and QUIT count as the terminal's while exp is in the foreground.
"""

from __future__ import annotations

import collections
import contextlib
import math
import os
import select
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from gitexp.capture.terminal import is_foreground

assert sys.platform != "win32"  # imported only where there are signals of this kind

if TYPE_CHECKING:
    from types import FrameType, TracebackType

PASSED_ON = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2})
RESIZED = frozenset({signal.SIGWINCH, signal.SIGCONT})
"""After these the terminal may have another size: it can change while a job is stopped."""


class Arrival(NamedTuple):
    """A signal that came. ``reached_group``: the command has it already, for the kernel sent it."""

    signal: signal.Signals
    reached_group: bool
    sender: int | None
    """The process that sent it, where that is known."""
    at: float
    """When it was noted, by the monotonic clock."""


class SignalWatch:
    """While it is open no signal of PASSED_ON ends this process: it is noted, and ``wait`` tells of it.

    To be opened in the main thread. A signal that was ignored before (nohup) stays ignored, here and in the command.
    """

    def __init__(self) -> None:
        self._previous: dict[signal.Signals, Any] = {}
        self._previous_wakeup = -1
        self._notes, self._notes_in = -1, -1
        self._waited: frozenset[signal.Signals] = frozenset()
        self._mask: set[signal.Signals | int] | None = None
        self._listener: threading.Thread | None = None
        self._arrived: collections.deque[Arrival] = collections.deque()
        self._closing = False

    def __enter__(self) -> Self:
        self._previous_wakeup = self._open_notes()
        for number in PASSED_ON | RESIZED:
            previous = signal.getsignal(number)
            if previous is not None and previous != signal.SIG_IGN:
                self._previous[number] = signal.signal(number, _leave_to_wakeup)
        self._waited = frozenset(self._previous)
        # With SIGCHLD ignored the exit status of a child is lost; some callers leave it so.
        self._previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _leave_to_wakeup)
        return self

    def fork(self) -> int:
        """Forks a process whose watch is its own from the first moment: what reaches one is not noted by the other."""
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, self._previous)
        try:
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                os.close(self._notes)
                os.close(self._notes_in)
                self._open_notes()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return pid

    def _open_notes(self) -> int:
        self._notes, self._notes_in = os.pipe()
        os.set_blocking(self._notes, False)
        os.set_blocking(self._notes_in, False)
        return signal.set_wakeup_fd(self._notes_in, warn_on_full_buffer=False)

    @property
    def descriptors(self) -> tuple[int, int]:
        """The open files."""
        return self._notes, self._notes_in

    def listen(self) -> None:
        """Tells from now on where signals come from. After the command's start: it would inherit the blocked mask.

        Threads started afterwards inherit it, as they must; so do their child processes, for HUP, INT, QUIT, TERM,
        USR1 and USR2, not for SIGCHLD, on which shells rely.
        """
        if sys.platform == "linux" and self._waited:
            self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, self._waited)
            self._listener = threading.Thread(target=self._listen, name="gitexp-signals", daemon=True)
            self._listener.start()

    def _listen(self) -> None:
        if sys.platform == "linux":
            while True:
                info = signal.sigwaitinfo(self._waited)
                if self._closing and info.si_pid == os.getpid():  # our own: see close()
                    return
                number, by_kernel = signal.Signals(info.si_signo), info.si_code > 0
                # A terminal that goes away is told to the leader of its session alone: a shell, or what it became.
                to_all = by_kernel and (number != signal.SIGHUP or os.getsid(0) != os.getpid())
                sender = None if by_kernel else info.si_pid
                self._arrived.append(Arrival(number, to_all, sender, time.monotonic()))
                with contextlib.suppress(BlockingIOError):  # full of notes: it will be read all the same
                    os.write(self._notes_in, b"\0")

    def wait(self, other: int = -1, seconds: float | None = None) -> list[Arrival]:
        """Waits until a signal comes, the end of a child among them, and returns what came, oldest first.

        Or until ``other`` can be read, or so many seconds have passed.
        """
        poller = select.poll()
        poller.register(self._notes, select.POLLIN)
        if other >= 0:
            poller.register(other, select.POLLIN)
        poller.poll(None if seconds is None else math.ceil(seconds * 1000))
        return self.take()

    def take(self) -> list[Arrival]:
        """What came since the last time, oldest first."""
        try:
            noted = os.read(self._notes, 65536)
        except BlockingIOError:
            noted = b""
        arrivals = [self._arrived.popleft() for _ in range(len(self._arrived))]
        now = time.monotonic()
        arrivals.extend(
            Arrival(number, number in (signal.SIGINT, signal.SIGQUIT) and is_foreground(), None, now)
            for number in (signal.Signals(byte) for byte in noted if byte in self._previous)
        )
        return arrivals

    def close(self) -> list[Arrival]:
        """Gives the signals back to whoever had them and returns what came since the last ``wait``."""
        if self._listener is not None and self._listener.ident is not None:
            self._closing = True
            signal.pthread_kill(self._listener.ident, next(iter(self._waited)))
            self._listener.join()
            self._listener = None
        if self._mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            self._mask = None
        arrivals = self.take() if self._notes >= 0 else []
        for number, previous in self._previous.items():
            signal.signal(number, previous)
        self._previous.clear()
        if self._notes >= 0:
            signal.set_wakeup_fd(self._previous_wakeup)
            os.close(self._notes)
            os.close(self._notes_in)
            self._notes = self._notes_in = -1
        return arrivals

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _leave_to_wakeup(number: int, frame: FrameType | None) -> None:
    """Does nothing: the wakeup descriptor has the signal's number before this runs."""

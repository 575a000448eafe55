"""A limit on how long the programs that this process calls may take: Git and ssh may wait for a network for ever."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Self

from gitexp.capture.prctl import adopt_orphans
from gitexp.capture.processes import began_before, list_descendants

if TYPE_CHECKING:
    from types import TracebackType

_GRACE = 1.0
"""Seconds for Git to remove its lock files."""
_PAUSE = 0.1
_YOUNG = 2.0
"""Seconds: what another thread of this process calls is of this machine, and done before."""


class Patience:
    """While it is open, the descendants of this process are ended after ``seconds``, or when ``stop`` is set.

    For a process of our own that calls Git alone; those that have just been started are spared, but by ``stop``.
    ``is_over`` says whether any had to be ended.
    """

    def __init__(self, seconds: float, stop: threading.Event | None = None) -> None:
        self._seconds = seconds
        self._stop = stop if stop is not None else threading.Event()
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._wait, name="gitexp-patience", daemon=True)
        self.is_over = False

    def __enter__(self) -> Self:
        # ssh, whose git has been ended before it, would else be nobody's, and never found.
        adopt_orphans(wanted=True)
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._watch.join()

    def _wait(self) -> None:
        left = self._seconds
        while left > 0 and not self._stop.is_set():
            if self._done.wait(min(_PAUSE, left)):
                return
            left -= _PAUSE
        self.is_over = True
        self._send(signal.SIGTERM)
        if self._done.wait(_GRACE):
            return
        while not self._done.wait(_PAUSE):
            self._send(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _send(self, number: int) -> None:
        for pid in list_descendants(os.getpid())[1:]:
            if self._stop.is_set() or began_before(pid, time.time() - _YOUNG):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)

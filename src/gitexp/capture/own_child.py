"""A command that is a child of this process: started here, or adopted when the process that had started it died."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

assert sys.platform != "win32"  # see windows.py

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from gitexp.capture.signals import Arrival


class OwnChild:
    """A child, until its end is known; ``returncode`` then, negative after a signal, None where nobody could know it.

    ``on_end`` gets the status while the kernel still has it: should this process die on the way, the next parent learns
    it too. With ``reaps_all`` whatever else is or becomes a child of this process is waited for as well.
    """

    def __init__(
        self,
        pid: int,
        process: subprocess.Popen[bytes] | None = None,
        *,
        on_end: Callable[[int], None] = lambda returncode: None,
        reaps_all: bool = False,
    ) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.descriptor = -1
        """What can be read when there is news; here it is SIGCHLD that tells."""
        self.wait_seconds: float | None = None
        """After how long to ask ``has_ended`` again although nothing came."""
        self._process = process
        self._ended = False
        self._on_end = on_end
        self._reaps_all = reaps_all

    def has_ended(self) -> bool:
        """Whether the command has ended, without waiting."""
        if not self._ended:
            if self._reaps_all and sys.platform == "linux":
                self._reap_all()
            else:
                self._reap()
        return self._ended

    def pass_on(self, arrival: Arrival) -> None:
        """Hands on a signal that the command has not got."""
        if not arrival.reached_group:
            self.send(arrival.signal)

    def send(self, number: int) -> None:
        """Sends a signal; nothing after the end: the number may be another process's by then."""
        if self._ended:
            return
        try:
            os.kill(self.pid, number)
        except (PermissionError, ProcessLookupError):  # it became another user's (sudo), whom we may not signal
            return

    def _reap(self) -> None:
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            self._look_from_outside()
            return
        if pid:
            self._end(os.waitstatus_to_exitcode(status))

    def _reap_all(self) -> None:
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None:
                return
            if found.si_pid == self.pid:
                self._end(found.si_status if found.si_code == os.CLD_EXITED else -found.si_status)
            os.waitpid(found.si_pid, 0)

    def _look_from_outside(self) -> None:
        """Where orphans are not adopted the command became somebody else's child, and its status went there."""
        self.wait_seconds = 0.1
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            self._ended = True
        except PermissionError:
            return

    def _end(self, returncode: int) -> None:
        self._ended = True
        self.returncode = returncode
        if self._process is not None:
            self._process.returncode = returncode  # else it would wait for the process too
        self._on_end(returncode)

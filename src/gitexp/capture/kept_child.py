"""A command whose parent is the keeper: what exp learns of it, and what becomes of it when the keeper dies."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from typing import TYPE_CHECKING

from gitexp.capture.own_child import OwnChild
from gitexp.capture.prctl import adopt_orphans
from gitexp.capture.processes import list_children

assert sys.platform != "win32"  # there is no fork

if TYPE_CHECKING:
    from gitexp.capture.link import Link
    from gitexp.capture.signals import Arrival


class KeeperLost(Exception):
    """The keeper died before it had started the command."""


class KeptChild:
    """The command, seen over the link to its keeper. ``returncode`` and the rest are those of ``OwnChild``."""

    def __init__(self, keeper: int, link: Link, children: frozenset[int] | None) -> None:
        self.keeper = keeper
        self.pid = 0
        self.warnings: list[str] = []
        self._link = link
        self._children = children
        """What had been a child of ours before the keeper was; None where orphans do not become one."""
        self._returncode: int | None = None
        self._own: OwnChild | None = None
        self._is_reaped = False

    def await_start(self) -> None:
        """Waits for the command's start. Raises the OSError of a command that did not start, and KeeperLost."""
        poller = select.poll()
        poller.register(self._link.incoming, select.POLLIN)
        while not self.pid:
            poller.poll()
            for word, *rest in self._link.receive():
                if word == "started":
                    self.pid = int(rest[0])
                elif word == "failed":
                    raise OSError(int(rest[0]), rest[1])
                else:
                    self._hear(word, rest)
            if not self.pid and not self._link.is_open:
                self._reap_keeper()
                self.pid = self._find_orphan()

    def _find_orphan(self) -> int:
        if self._children is not None:
            for pid in list_children(os.getpid()):
                if pid not in self._children and pid != self.keeper:
                    return pid
        raise KeeperLost(*self.warnings)

    @property
    def is_kept(self) -> bool:
        """Whether the keeper saw the command to its end."""
        return self._own is None

    @property
    def returncode(self) -> int | None:
        """The exit status, negative after a signal; None where nobody could know it."""
        return self._own.returncode if self._own is not None else self._returncode

    @property
    def descriptor(self) -> int:
        """What can be read when there is news; -1 where SIGCHLD tells."""
        return self._link.incoming if self._own is None else -1

    @property
    def wait_seconds(self) -> float | None:
        """After how long to ask ``has_ended`` again although nothing came."""
        return None if self._own is None else self._own.wait_seconds

    def has_ended(self) -> bool:
        """Whether the command has ended, without waiting."""
        if self._own is None:
            for word, *rest in self._link.receive():
                self._hear(word, rest)
            if self._returncode is not None:
                return True
            if self._link.is_open:
                return False
            self._reap_keeper()
            self._own = OwnChild(self.pid)
        return self._own.has_ended()

    def _hear(self, word: str, rest: list[str]) -> None:
        if word == "ended":
            self._returncode = int(rest[0])
        elif word == "warning":
            self.warnings.append(" ".join(rest))

    def pass_on(self, arrival: Arrival) -> None:
        """Tells of a signal that came here; the keeper knows whether the command has it."""
        if self._own is not None:
            self._own.pass_on(arrival)
            return
        sender = -1 if arrival.sender is None else arrival.sender
        self._link.send("signal", int(arrival.signal), f"{int(arrival.reached_group)} {sender} {arrival.at}")

    def close_stream(self, number: int) -> None:
        """Has the keeper close its end of a stream too: a writer is told only when the last reader is gone."""
        self._link.send("close", number)

    def dismiss(self) -> None:
        """Ends the keeper: there is nothing left to be done."""
        if not self._is_reaped:
            # Not asked but ended, for one that is stopped would not hear it.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.keeper, signal.SIGKILL)
            self._reap_keeper()
        self._link.close()
        adopt_orphans(wanted=False)

    def _reap_keeper(self) -> None:
        self._is_reaped = True
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.keeper, 0)

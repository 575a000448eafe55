"""The copying of one stream from the command to where it was going, and what the end of either side means."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import stat
import sys
import termios
import time
from typing import TYPE_CHECKING

from gitexp.capture.hand import Hand

assert sys.platform != "win32"  # poll(2) knows only sockets there

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET_SECONDS = 0.1
_PATIENCE_SECONDS = 1.0
_GONE = (errno.EPIPE, errno.EIO)


class TargetLost(Exception):
    """The real target takes no more. ``why`` is None where that is how pipes and terminals end."""

    def __init__(self, error: OSError | None = None) -> None:
        super().__init__(str(error))
        self.why = None if error is None or error.errno in _GONE else error.strerror


def copy_stream(
    source: int, target: int, *, record: Callable[[bytes], None] | None, end: int | None, hand: Hand | None = None
) -> bool:
    """Copies until no writer is left; False then. True when writers are left 0.1 s of quiet after the command's end.

    ``end`` becomes hung-up (a pipe whose write end is closed) when the command has ended. What was in the pipe by then
    is copied in any case; a background process that never pauses is left to its drainer after a second. Raises
    TargetLost when the target takes no more, at once where poll(2) tells before the next byte is written:
    `tail -f | head -1` ends as it does without us. What a process that was killed left in ``hand`` comes first.
    """
    hand = Hand() if hand is None else hand
    _pass_on(hand, target, record)
    poller = select.poll()
    poller.register(source, select.POLLIN)
    if _ends_for_good(target, source):
        poller.register(target, 0)
    if end is not None:
        poller.register(end, 0)
    ending: _EndingCopy | None = None
    while True:
        events = dict(poller.poll(None if ending is None else QUIET_SECONDS * 1000))
        if not events:
            return True
        if end is not None and end in events:
            poller.unregister(end)
            ending = _EndingCopy(source)
            end = None
        if events.get(source):
            if not _take(hand, source):
                return False
            copied = _pass_on(hand, target, record)
            if ending is not None and ending.is_over(copied):
                return True
        elif target in events:
            if events[target] & select.POLLNVAL:  # macOS cannot poll a terminal
                poller.unregister(target)
            else:
                raise TargetLost


class _EndingCopy:
    """How much is still to be copied after the command's end, however noisy its background processes are."""

    def __init__(self, source: int) -> None:
        self._due = int.from_bytes(fcntl.ioctl(source, termios.FIONREAD, bytes(4)), sys.byteorder)
        self._until = time.monotonic() + _PATIENCE_SECONDS

    def is_over(self, copied: int) -> bool:
        self._due -= copied
        return self._due <= 0 and time.monotonic() > self._until


def _ends_for_good(target: int, source: int) -> bool:
    """Whether a hang-up of the target is final: not for a FIFO with a name, which another reader may open."""
    status = os.fstat(target)
    if stat.S_ISFIFO(status.st_mode):
        return status.st_dev == os.fstat(source).st_dev  # ours has no name, and its file system is that of such pipes
    return stat.S_ISSOCK(status.st_mode) or os.isatty(target)


def _take(hand: Hand, source: int) -> bool:
    try:
        return hand.take(source)
    except OSError as error:
        if error.errno == errno.EIO:  # how Linux says that the last slave of a pseudo-terminal was closed
            return False
        raise


def _pass_on(hand: Hand, target: int, record: Callable[[bytes], None] | None) -> int:
    try:
        return hand.pass_on(lambda rest: _write(target, rest), record)
    except OSError as error:
        raise TargetLost(error) from error


def _write(target: int, rest: memoryview) -> int:
    """Writes some of it. A target that somebody made non-blocking (ssh, node) is waited for, as a pager is."""
    while True:
        try:
            return os.write(target, rest)
        except BlockingIOError:
            poller = select.poll()
            poller.register(target, select.POLLOUT)
            poller.poll()

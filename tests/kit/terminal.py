"""A real terminal for tests: a command on a pseudo-terminal that is its stdin, stdout, stderr and controlling one."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, NoReturn, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType, TracebackType

PATIENCE = 60.0
"""Seconds until a test that waits for something is taken to wait in vain."""
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)

TELL_SIZES = """
import os, signal, sys
signal.signal(signal.SIGWINCH, lambda *_: None)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
print("rea" + "dy", flush=True)
size = ()
while size != (int(sys.argv[1]), int(sys.argv[2])):
    signal.sigwait({signal.SIGWINCH})
    size = tuple(os.get_terminal_size(1))
    print("size %d x %d" % size, flush=True)
"""
"""Tells the terminal's size whenever it hears of a change, until it is the one among its arguments."""


class Terminal:
    """A command as session leader on a terminal; ``screen`` is all that came, as the terminal got it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        rows: int = 24,
        columns: int = 80,
    ) -> None:
        self._master, slave = os.openpty()
        self.name = os.ttyname(slave)
        self.screen = b""
        self._seen = 0
        self.resize(rows, columns)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
        os.close(slave)

    def resize(self, rows: int, columns: int) -> None:
        """Gives the terminal another size; the kernel tells the foreground group."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, keys: bytes) -> None:
        """Types."""
        os.write(self._master, keys)

    def expect(self, pattern: bytes) -> re.Match[bytes]:
        """Reads until a regular expression is found behind the last one's match."""
        deadline = time.monotonic() + PATIENCE
        while True:
            match = re.compile(pattern).search(self.screen, self._seen)
            if match:
                self._seen = match.end()
                return match
            assert self._read(deadline), f"{pattern!r} did not come before the end; the screen: {self.screen!r}"

    def wait(self) -> int:
        """Reads to the end and returns the command's exit status, negative after a signal."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self.process.wait(PATIENCE)

    def hang_up(self) -> None:
        """Takes the terminal away, as a window that is closed does."""
        os.close(self._master)
        self._master = -1

    def _read(self, deadline: float) -> bool:
        poller = select.poll()
        poller.register(self._master, select.POLLIN)
        assert poller.poll(max(0.0, deadline - time.monotonic()) * 1000), (
            f"nothing more came; the screen: {self.screen!r}"
        )
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # EIO: the last user of the terminal is gone
            return False
        self.screen += chunk
        return bool(chunk)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._master >= 0:
            self.hang_up()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)


@contextlib.contextmanager
def limit_time() -> Iterator[None]:
    """Ends what it surrounds with TimeoutError, be it blocked in a system call."""

    def give_up(number: int, frame: FrameType | None) -> NoReturn:
        raise TimeoutError(f"still waiting after {PATIENCE} s")

    previous = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(int(PATIENCE))
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def open_gate(fifo: str | os.PathLike[str]) -> None:
    """Lets a process go on that waits to open a FIFO for reading, and leaves it nothing to read."""
    os.close(os.open(fifo, os.O_WRONLY))


def open_when_read(fifo: str | os.PathLike[str]) -> int:
    """Waits until a process has a FIFO open for reading, and opens it for writing: that process waits on."""
    opened: list[int] = []

    def is_read() -> bool:
        try:
            opened.append(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        return bool(opened)

    wait_until(is_read)
    return opened[0]


def wait_until(condition: Callable[[], bool]) -> None:
    """Asks again and again, for what has no event to wait for."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        os.sched_yield()

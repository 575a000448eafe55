"""The observer where there is neither a pseudo-terminal nor a fork: pipes, and a thread for each.

What that costs is in docs/explanation/limits.md: the command sees a pipe instead of a console, and background processes
lose their output when the command has ended. Nothing here needs Windows, so that it is tested everywhere.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from typing import IO, TYPE_CHECKING, Any

from gitexp.capture.ending import Ending, end_after, end_unstarted
from gitexp.capture.keeping import BEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

    from gitexp.capture.keeping import Keeping
    from gitexp.capture.spool import Spool

_CHUNK = 1 << 16
_QUIET = 0.1
_CONTROL_C_EXIT = 0xC000013A
"""STATUS_CONTROL_C_EXIT of ntstatus.h: how a console program ends by Ctrl-C."""


def run_on_windows(
    command: Sequence[str],
    *,
    directory: str,
    variables: Mapping[str, str],
    spool: Spool | None,
    capture: bool,
    on_start: Callable[[int], None] | None,
    keeping: Keeping,
) -> Ending:
    """Runs a command as ``run_command`` says, as far as it can be done without Unix."""
    received: list[str] = []
    handlers = _note_interrupts(received)
    copies: list[_Copy] = []
    try:
        began = time.monotonic()
        try:
            child = _start(command, directory, variables, capture=capture)
        except OSError as error:
            return end_unstarted(error)
        lock = threading.Lock()
        for pipe, target in ((child.stdout, 1), (child.stderr, 2)):
            if pipe is not None:
                copies.append(_Copy(pipe, target, spool, lock))
        try:
            keeping.note_processes(os.getpid(), None, child.pid)
            if on_start is not None:
                on_start(child.pid)
        finally:
            _await(child, keeping)
            seconds = time.monotonic() - began
            for copy in copies:
                copy.finish()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if spool is not None:
            spool.close()
    warnings = [copy.trouble for copy in copies if copy.trouble is not None]
    if spool is not None and spool.trouble is not None:
        warnings.append(spool.trouble)
    if child.returncode == _CONTROL_C_EXIT and "SIGINT" not in received:
        received.append("SIGINT")
    return end_after(child.returncode, seconds=seconds, received=tuple(received), warnings=tuple(warnings))


def _await(child: subprocess.Popen[bytes], keeping: Keeping) -> None:
    while True:
        try:
            child.wait(BEAT_SECONDS)
        except subprocess.TimeoutExpired:
            keeping.beat()
        else:
            return


def _start(
    command: Sequence[str], directory: str, variables: Mapping[str, str], *, capture: bool
) -> subprocess.Popen[bytes]:
    # CreateProcess looks for a program beside exp and in its folder first; a shell does not.
    program = shutil.which(command[0], path=variables.get("PATH"))
    if program is None and not os.path.dirname(command[0]):
        raise FileNotFoundError(2, "no such program on PATH", command[0])
    stdout = subprocess.PIPE if capture else None
    stderr = subprocess.STDOUT if capture and _share_target() else stdout
    return subprocess.Popen(
        [program or command[0], *command[1:]], cwd=directory, env=dict(variables), stdout=stdout, stderr=stderr
    )


def _share_target() -> bool:
    """Whether standard output and standard error end in one place, where the order of their lines tells."""
    if os.isatty(1) and os.isatty(2):
        return True
    one, other = os.fstat(1), os.fstat(2)
    return one.st_ino != 0 and (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def _note_interrupts(received: list[str]) -> dict[int, Any]:
    """Ctrl-C and Ctrl-Break reach every process of the console; ours notes them and goes on."""

    def note(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number).name)

    numbers = [signal.SIGINT, getattr(signal, "SIGBREAK", None)]
    return {number: signal.signal(number, note) for number in numbers if number is not None}


class _Copy:
    """A thread that copies what the command writes to where it would have gone, and to the spool."""

    def __init__(self, pipe: IO[bytes], target: int, spool: Spool | None, lock: threading.Lock) -> None:
        self.trouble: str | None = None
        self._pipe = pipe
        self._target = target
        self._spool = spool
        self._lock = lock
        self._last = time.monotonic()
        self._busy = False
        self._thread = threading.Thread(target=self._run, name=f"gitexp-copy-{target}", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Waits for the end of the pipe, or for a tenth of a second of quiet where background processes hold it."""
        while self._thread.is_alive():
            self._thread.join(_QUIET)
            # A reader that is slow, such as a pager, is waited for: quiet is when nothing comes from the command.
            if not self._busy and time.monotonic() - self._last >= _QUIET:
                return

    def _run(self) -> None:
        while True:
            try:
                chunk = os.read(self._pipe.fileno(), _CHUNK)
            except OSError as error:
                self.trouble = f"the output of the command could not be read: {error.strerror or error}"
                return
            if not chunk:
                self._pipe.close()
                return
            self._busy = True
            if self._spool is not None:
                with self._lock:
                    self._spool.append(chunk)
            if not self._write(chunk):
                self._pipe.close()  # whoever reads has gone: the command is to learn it, as it would without us
                self._busy = False
                return
            self._last = time.monotonic()
            self._busy = False

    def _write(self, chunk: bytes) -> bool:
        rest = memoryview(chunk)
        while rest:
            try:
                rest = rest[os.write(self._target, rest) :]
            except OSError:
                return False
        return True

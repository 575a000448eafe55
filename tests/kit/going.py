"""A run that is really going, whose script does what a test tells it line by line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Self

from kit.exp import PATIENCE, refs
from kit.terminal import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from kit.git import GitFolder

SCRIPT = """
import json, os, sys, time
from gitexp.format import frames
journal = os.environ["GITEXP_RUN"]
start = json.load(open(os.path.join(journal, "start")))

def write(name, *record):
    path = os.path.join(journal, name)
    frame = frames.format_frame(record)
    if not os.path.exists(path):
        head = (frames.HEADER, frames.VERSION, start["host"], start["boot"], os.getpid(), None, time.time(),
                time.monotonic())
        frame = frames.format_frame(head) + frame
    with open(path, "ab", buffering=0) as file:
        file.write(frame)

def log(step, **values):
    write("log/0", frames.METRICS, time.monotonic(), step, values)

def say(kind, value):
    write("log/0", kind, time.monotonic(), value)

def sample(**values):
    named = {key.replace("__", "."): one for key, one in values.items()}
    write("system", frames.METRICS, time.monotonic(), None, named)

for number, line in enumerate(sys.stdin, 1):
    exec(line)
    sys.stdout.flush()
    with open(sys.argv[1] + ".new", "w") as done:
        done.write(str(number))
    os.replace(sys.argv[1] + ".new", sys.argv[1])
"""


class Going:
    """``exp run`` of a script that executes each line it is told; ``id`` is the run's."""

    def __init__(self, folder: GitFolder, *options: str, env: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        before = set(refs(folder, "refs/exp/live"))
        self._done = os.fspath(folder.path.parent / f"done-{len(before)}-{len(refs(folder))}")
        self._told = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gitexp", "run", *options, "--", sys.executable, "-c", SCRIPT, self._done],
            cwd=folder.path,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        self.tell("pass")
        (ref,) = set(refs(folder, "refs/exp/live")) - before
        self.id = ref.rpartition("/")[2]

    @property
    def journal(self) -> str:
        """The folder of its journal."""
        return os.path.join(os.fspath(self._folder.path), ".git", "exp", "live", self.id)

    def tell(self, *lines: str) -> None:
        """Lets the script do these lines, and waits until it has."""
        assert self.process.stdin is not None
        for line in lines:
            self._told += 1
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
            wait_until(lambda: self._count() == self._told)

    def print(self, text: str) -> None:
        """Lets the script print a text as it is, and waits until that was recorded."""
        before = self._recorded()
        self.tell(f"sys.stdout.write({text!r})")
        wait_until(lambda: self._recorded() >= before + len(text.encode()))

    def end(self) -> int:
        """Lets the script end, and waits for its recording; returns the exit status."""
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def kill(self) -> None:
        """Kills whoever records the run, and then the script."""
        for pid in (self._keeper(), self.process.pid):
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
        self.process.communicate(timeout=PATIENCE)

    def _keeper(self) -> int | None:
        with (
            contextlib.suppress(FileNotFoundError),
            open(os.path.join(self.journal, "child"), encoding="ascii") as file,
        ):
            keeper: int | None = json.loads(file.read())["keeper"]
            return keeper
        return None

    def _count(self) -> int:
        assert self.process.poll() is None, "the script has ended"
        with contextlib.suppress(FileNotFoundError), open(self._done, encoding="ascii") as file:
            return int(file.read())
        return 0

    def _recorded(self) -> int:
        place = os.path.join(self.journal, "output")
        return sum(os.path.getsize(os.path.join(place, name)) for name in os.listdir(place))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.end()

"""Commands run through the observer, in a process of its own: see ``observed.py``."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from dataclasses import dataclass
from typing import IO, Any

from gitexp.capture.spool import SpooledOutput, read_spool
from kit.terminal import PATIENCE, wait_until

SCRIPT = pathlib.Path(__file__).with_name("observed.py")


@dataclass(frozen=True)
class Observation:
    """Where one observed command leaves what the observer says of it."""

    folder: pathlib.Path

    def command(self, *command: str, options: tuple[str, ...] = ()) -> list[str]:
        """The argument vector that runs a command under the observer."""
        spool = self.folder / "spool"
        spool.mkdir(exist_ok=True)
        report, started = self.folder / "report.json", self.folder / "started"
        places = ["--spool", str(spool), "--report", str(report), "--started", str(started)]
        return [sys.executable, str(SCRIPT), *places, *options, "--", *command]

    def python(self, code: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
        """The argument vector that runs Python code under the observer."""
        return self.command(sys.executable, "-S", "-E", "-c", code, *arguments, options=options)

    def run(
        self, *command: str, options: tuple[str, ...] = (), stdin: bytes = b"", **more: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs a command under the observer with its streams captured."""
        return subprocess.run(
            self.command(*command, options=options),
            input=stdin,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            **more,
        )

    @property
    def ending(self) -> dict[str, Any]:
        """The ending, as a mapping."""
        ending: dict[str, Any] = json.loads((self.folder / "report.json").read_text("utf-8"))
        return ending

    @property
    def spooled(self) -> SpooledOutput:
        """What was recorded."""
        return read_spool(str(self.folder / "spool"))

    @property
    def processes(self) -> tuple[int, int]:
        """The ids of the observer and of the command, once it has started."""
        wait_until((self.folder / "started").exists)
        observer, command = (self.folder / "started").read_text("utf-8").split()
        return int(observer), int(command)


def stream(pipe: IO[bytes] | None) -> IO[bytes]:
    """A stream that was asked for as a pipe."""
    assert pipe is not None
    return pipe

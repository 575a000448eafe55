"""A run's journal as a script finds it, and what scripts wrote into it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitexp.format.frames import HEADER, METRICS, WARNING, FrameReader
from kit.terminal import PATIENCE

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

ID, NAME = "k3v9x2mabc", "amber-fox-k3v9"


@dataclass(frozen=True)
class ScriptJournal:
    """A journal in ``folder``, and scripts that are part of its run."""

    folder: pathlib.Path
    torn: bool = False
    """Whether files may end in half a record."""

    @classmethod
    def create(cls, place: pathlib.Path, *, torn: bool = False) -> ScriptJournal:
        """Makes one in a place of its own."""
        folder = place / ID
        for part in ("log", "artifacts", "output"):
            (folder / part).mkdir(parents=True)
        (folder / "start").write_text(json.dumps({"name": NAME}))
        return cls(folder, torn)

    def command(self, code: str, *arguments: str) -> list[str]:
        """The argument vector of a script; its working folder is wherever it is started."""
        script = self.folder.parent / "script.py"
        script.write_text(code, "utf-8")
        return [sys.executable, str(script), *arguments]

    def environment(self, variables: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a script's environment says."""
        return {**os.environ, "GITEXP_RUN": str(self.folder), **(variables or {})}

    def run(self, code: str, *arguments: str, env: Mapping[str, str] | None = None, **more: Any) -> str:
        """Runs a script to its end, which is a good one, and returns its standard error."""
        done = subprocess.run(
            self.command(code, *arguments),
            env=self.environment(env),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            **more,
        )
        told = done.stderr.decode("utf-8", "replace")
        assert done.returncode == 0, told
        return told

    @property
    def files(self) -> list[list[tuple[Any, ...]]]:
        """The records of each process, its header first."""
        found = []
        for path in sorted((self.folder / "log").iterdir()):
            reader = FrameReader()
            found.append(list(reader.feed(path.read_bytes())))
            assert self.torn or (reader.damaged, reader.torn) == (0, 0)
            assert found[-1][0][0] == HEADER
        return found

    def records(self, kind: str) -> list[tuple[Any, ...]]:
        """All records of a kind, without kind and time."""
        return [record[2:] for file in self.files for record in file if record[0] == kind]

    @property
    def metrics(self) -> list[tuple[Any, ...]]:
        """Step and numbers of each call of ``log``."""
        return self.records(METRICS)

    @property
    def warnings(self) -> list[str]:
        """What the user was told."""
        return [text for (text,) in self.records(WARNING)]

    @property
    def artifacts(self) -> dict[str, bytes]:
        """What was kept, by path."""
        place = self.folder / "artifacts"
        return {
            path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
        }

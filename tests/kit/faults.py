"""Faults at a chosen moment: a ``git`` first on PATH that does something before or after one of its calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.exp import PATIENCE, Ran

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from kit.git import GitFolder

_WRAPPER = """\
#!/bin/sh
# $FAULT_AT: a pattern of the arguments; $FAULT_NTH: which of the calls that match it.
git={git}; folder={folder}; export git folder
case " $* " in
$FAULT_AT)
    echo >> "$folder/calls"
    if [ "$(wc -l < "$folder/calls")" -eq "$FAULT_NTH" ]; then
        cat > "$folder/stdin"
        refs=$(tr '\\0' '\\n' < "$folder/stdin" | sed -n 's/^[a-z]* \\(refs.*\\)/\\1/p'); export refs
        touch "$folder/reached"
        eval "$FAULT_BEFORE"
        "$git" "$@" < "$folder/stdin"
        status=$?
        eval "$FAULT_AFTER"
        exit $status
    fi ;;
esac
exec "$git" "$@"
"""
KILL = 'kill -9 $(cat /proc/$PPID/task/*/children | tr " " "\\n" | grep -vx $$) $PPID; exit 1'
"""Ends the process that called git, and its keeper before it."""
KILL_CALLER = "kill -9 $PPID; exit 1"
"""Ends the process that called git, and leaves its keeper alone."""
NEVER = "*nothing*"


@dataclass(frozen=True)
class FaultyGit:
    """A wrapper in ``folder``. In its snippets ``$git`` is the real Git, ``$refs`` the refs that are written."""

    folder: pathlib.Path

    @classmethod
    def create(cls, folder: pathlib.Path) -> FaultyGit:
        """Writes the wrapper."""
        real = shutil.which("git")
        assert real is not None
        (folder / "bin").mkdir(parents=True)
        wrapper = folder / "bin" / "git"
        wrapper.write_text(_WRAPPER.format(git=real, folder=folder))
        wrapper.chmod(0o755)
        return cls(folder)

    @property
    def reached(self) -> bool:
        """Whether the moment came."""
        return (self.folder / "reached").exists()

    def environment(self, at: str, *, nth: int = 1, before: str = ":", after: str = ":") -> dict[str, str]:
        """What to set for a process whose Git is to fail; counts from here."""
        for name in ("calls", "reached"):
            (self.folder / name).unlink(missing_ok=True)
        return {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "FAULT_AT": at, "FAULT_NTH": str(nth), "FAULT_BEFORE": before, "FAULT_AFTER": after,
        }  # fmt: skip

    def exp(self, repository: GitFolder, *arguments: str, at: str, nth: int = 1, before: str = ":", after: str = ":",
            env: Mapping[str, str] | None = None) -> Ran:  # fmt: skip
        """Calls ``exp`` with the fault, which must come."""
        faulty = {**os.environ, **self.environment(at, nth=nth, before=before, after=after), **(env or {})}
        done = subprocess.run(
            [sys.executable, "-m", "gitexp", *arguments],
            cwd=repository.path, input=b"", capture_output=True, check=False, timeout=PATIENCE, env=faulty,
        )  # fmt: skip
        assert self.reached, done.stderr.decode()
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

"""``exp`` and ``git``, called from a step: never through a shell, never with the token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from workflow import StepFailed, unread

if TYPE_CHECKING:
    from collections.abc import Mapping

_OURS = ("INPUT_", "EXP_ACTION_")
"""What the action gives to its own script, the token among it, is nobody else's."""


class Answer(NamedTuple):
    """What ``exp --json`` answered."""

    status: int
    data: Any
    errors: tuple[str, ...]


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of the job without what the action was given; ``exp`` is on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    kept["PATH"] = os.pathsep.join(filter(None, [kept.get("PATH"), os.path.dirname(sys.executable)]))
    return {**kept, **(more or {})}


class Project:
    """The folder of the project, and the programs as they run there."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def ask(self, *arguments: str) -> Answer:
        """Calls ``exp`` with ``--json``; what it says besides goes to the log. Raises StepFailed for no answer.

        ``-I``: nothing that lies in the working tree, which may be anybody's, is imported.
        """
        command = [sys.executable, "-I", "-m", "gitexp", *arguments, "--json"]
        done = self._run(command)
        show(f"exp {' '.join(arguments)}", done.stderr)
        try:
            envelope = json.loads(done.stdout)
            errors = tuple(_tell(error) for error in envelope["errors"])
            return Answer(done.returncode, envelope["data"], errors)
        except (ValueError, KeyError, TypeError) as error:
            raise StepFailed(f"exp {arguments[0]} ended with status {done.returncode} and no answer") from error

    def write(self, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The exit status of ``exp``, and what it prints; what it says besides goes to the log."""
        done = self._run([sys.executable, "-I", "-m", "gitexp", *arguments], env)
        show(f"exp {' '.join(arguments)}", done.stderr)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def git(self, *arguments: str) -> str | None:
        """What ``git`` prints, None where it fails; what it says then goes to the log."""
        done = self._run(["git", *arguments])
        if done.returncode:
            show(f"git {' '.join(arguments)}", done.stderr)
            return None
        return done.stdout.decode("utf-8", "replace").strip()

    def _run(self, command: list[str], env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=clean_environment({"GIT_TERMINAL_PROMPT": "0", **(env or {})}),
        )


def show(title: str, said: bytes) -> None:
    """Puts into the log what a program said, if it said anything."""
    text = said.decode("utf-8", "replace").strip()
    if text:
        with unread(title):
            sys.stdout.write(text)


def _tell(error: Mapping[str, Any]) -> str:
    hint = f"\nhint: {error['hint']}" if error["hint"] else ""
    return f"{error['message']}{hint}"

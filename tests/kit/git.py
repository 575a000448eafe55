"""Real Git repositories for tests."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping


@dataclass(frozen=True)
class GitFolder:
    """A folder with a Git repository."""

    path: pathlib.Path

    @classmethod
    def create(cls, path: pathlib.Path, *options: str) -> GitFolder:
        """``git init`` with options."""
        path.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "--quiet", *options, str(path)], check=True, capture_output=True)
        return cls(path)

    def gen(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files, making folders as needed."""
        for name, content in files.items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def git(self, *arguments: str | bytes, check: bool = True, stdin: bytes | None = None) -> str:
        """Runs Git here and returns its output without the last line end."""
        result = self.run("git", *arguments, stdin=stdin)
        if check and result.returncode:
            raise AssertionError(f"git {arguments} gave {result.returncode}: {result.stderr.decode(errors='replace')}")
        return result.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def run(
        self, *command: str | bytes, stdin: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs a command here with its streams captured."""
        return subprocess.run(
            command,
            cwd=self.path,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            check=False,
            env={**os.environ, **(env or {})},
            timeout=120,
        )

    def commit(self, message: str = "change") -> str:
        """Commits everything and returns the commit id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def state(self) -> dict[str, str]:
        """What recording must never touch: HEAD, branches, index, stash and status."""
        index = self.path / ".git" / "index"
        return {
            "head": self.git("rev-parse", "--verify", "--quiet", "HEAD", check=False),
            "symbolic": self.git("symbolic-ref", "--quiet", "HEAD", check=False),
            "branches": self.git("for-each-ref", "refs/heads", "refs/tags", "refs/stash", "refs/remotes"),
            "staged": self.git("ls-files", "--stage", "--debug", check=False) if index.exists() else "",
            "status": self.git("--no-optional-locks", "status", "--porcelain=v2", "--untracked-files=all", check=False),
        }

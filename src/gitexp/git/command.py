"""The one place that starts the git binary.

Every command speaks English (``LC_ALL=C``), asks nothing, leaves the user's index alone and sees objects as they are
(no replace refs): what gitexp reads from Git then depends on the repository alone.
"""

from __future__ import annotations

import os
import subprocess
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol

from gitexp.errors import GitFailed, GitMissing, NotARepository

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EMPTY_VARIABLE = "GITEXP_EMPTY_VALUE"
NO_HOOKS = ("core.hooksPath", os.devnull)
NO_FSMONITOR = ("core.fsmonitor", "false")

ANOTHER_REPOSITORY: Mapping[str, str | None] = dict.fromkeys(
    ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")
)
"""The environment for a repository that is not the one we were opened in: it is where the folder says it is."""

_FIXED = {
    "LC_ALL": "C",
    "LANGUAGE": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # Paths that start with ':' or hold a star are what they are, and our own ':/' is the top.
    "GIT_LITERAL_PATHSPECS": "0",
    "GIT_GLOB_PATHSPECS": "0",
    "GIT_NOGLOB_PATHSPECS": "0",
    "GIT_ICASE_PATHSPECS": "0",
    EMPTY_VARIABLE: "",
}

Settings = tuple[tuple[str, str], ...]
"""Configuration for one command: (key, value) pairs, stronger than any file."""


class HasGitPlace(Protocol):
    """What a command needs to know of a repository: where to run, and with which variables."""

    @property
    def folder(self) -> str: ...

    @property
    def environment(self) -> tuple[tuple[str, str], ...]: ...


class Output(NamedTuple):
    """What a finished command gave."""

    status: int
    out: bytes
    err: bytes

    @property
    def words(self) -> str:
        """What Git said on its error stream."""
        return self.err.decode("utf-8", "replace").strip()


class RunningGit:
    """A git process that was started and not yet waited for; several can run side by side."""

    __slots__ = ("_command", "_input", "process")

    def __init__(self, command: str, process: subprocess.Popen[bytes], stdin: bytes | None) -> None:
        self._command = command
        self._input = stdin
        self.process = process

    def collect(self) -> Output:
        """Waits for the end and returns status, output and Git's own words."""
        out, err = self.process.communicate(self._input)
        return Output(self.process.returncode, out, err)

    def finish(self) -> bytes:
        """Waits for the end and returns the output. Raises GitFailed unless the status is 0."""
        output = self.collect()
        if output.status:
            raise GitFailed(self._command, output.status, output.words)
        return output.out

    def stop(self) -> None:
        """Ends the process if it still runs; for a caller that gives up before the end."""
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()


def start_git(
    place: str | HasGitPlace,
    *arguments: str | bytes,
    stdin: bytes | None = None,
    environment: Mapping[str, str | None] | None = None,
    settings: Iterable[tuple[str, str]] = (),
) -> RunningGit:
    """Starts git in a folder or repository and returns at once. Raises GitMissing, NotARepository (no such folder)."""
    process = open_git(place, *arguments, piped_input=stdin is not None, environment=environment, settings=settings)
    return RunningGit(f"git {_word(arguments[0])}", process, stdin)


def run_git(
    place: str | HasGitPlace,
    *arguments: str | bytes,
    stdin: bytes | None = None,
    environment: Mapping[str, str | None] | None = None,
    settings: Iterable[tuple[str, str]] = (),
    check: bool = True,
) -> bytes:
    """Runs git to its end and returns its output. Raises GitFailed with Git's words when ``check`` and it failed."""
    running = start_git(place, *arguments, stdin=stdin, environment=environment, settings=settings)
    return running.finish() if check else running.collect().out


def open_git(
    place: str | HasGitPlace,
    *arguments: str | bytes,
    piped_input: bool,
    environment: Mapping[str, str | None] | None = None,
    settings: Iterable[tuple[str, str]] = (),
    complaints: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Opens a git process with pipes, for those who speak with it piece by piece.

    A variable of the ``environment`` that is None is not set for the process, whatever it is for us. ``complaints`` is
    a file for what Git says, for those who do not listen to it all the while.
    """
    folder = place if isinstance(place, str) else place.folder
    surroundings = {**os.environ, **_FIXED}
    if not isinstance(place, str):
        surroundings.update(place.environment)
    for name, value in (environment or {}).items():
        if value is None:
            surroundings.pop(name, None)
        else:
            surroundings[name] = value
    command = [_program(), *_setting_arguments(settings), *arguments]
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=surroundings,
            stdin=subprocess.PIPE if piped_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints if complaints is not None else subprocess.PIPE,
        )
    except NotADirectoryError:
        raise NotARepository(folder, "not a folder") from None
    except FileNotFoundError:
        if not os.path.isdir(folder):
            raise NotARepository(folder, "no such folder") from None
        raise GitMissing from None


def _program() -> str:
    # Windows looks for a program in the current folder first: a repository could bring its own git.exe.
    if os.name != "nt":
        return "git"
    import shutil

    os.environ.setdefault("NoDefaultCurrentDirectoryInExePath", "1")
    return shutil.which("git") or "git"


def _setting_arguments(settings: Iterable[tuple[str, str]]) -> list[str]:
    arguments = []
    for key, value in settings:
        if "=" not in key:
            arguments += ["-c", f"{key}={value}"]
        elif not value:
            # `-c` ends the key at the first '=', and a subsection may hold one; --config-env looks for the last.
            arguments.append(f"--config-env={key}={EMPTY_VARIABLE}")
        else:
            raise ValueError(f"no way to set {key!r}")
    return arguments


def _word(argument: str | bytes) -> str:
    return argument if isinstance(argument, str) else os.fsdecode(argument)

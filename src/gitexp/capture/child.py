"""The start of the user's command: found as a shell finds it, with everything of the caller's that a child inherits."""

from __future__ import annotations

import errno
import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SHELL = "/bin/sh"
_HEAD = 256


def start_child(
    command: Sequence[str],
    *,
    directory: str,
    variables: Mapping[str, str],
    stdout: int | None = None,
    stderr: int | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a command in a folder; a stream that is None is the caller's own, closed if that is closed.

    Raises OSError as ``execve`` does, FileNotFoundError too when PATH has no such program. Session, process group,
    terminal, stdin, signal mask and inherited ignores stay the caller's, and so do descriptors above 2: a make job
    server and ``<(…)`` come that way. SIGPIPE and SIGXFSZ, which Python ignores in itself, are the child's default
    again; whether they had been ignored before Python started cannot be found out.
    """
    path = find_executable(command[0], directory=directory, variables=variables)
    try:
        return _start(path, command, directory, variables, stdout, stderr)
    except OSError as error:
        if error.errno != errno.ENOEXEC or not _is_text(os.path.join(directory, path)):
            raise
        # A script without '#!' runs in any shell and through execvp(3); the kernel alone refuses it.
        return _start(_SHELL, [_SHELL, path, *command[1:]], directory, variables, stdout, stderr)


def _start(
    path: str,
    command: Sequence[str],
    directory: str,
    variables: Mapping[str, str],
    stdout: int | None,
    stderr: int | None,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, executable=path, cwd=directory, env=variables, stdout=stdout, stderr=stderr, close_fds=False
    )


def find_executable(name: str, *, directory: str, variables: Mapping[str, str]) -> str:
    """The path to execute for a command's first word, relative to ``directory`` where the word or PATH is.

    Raises FileNotFoundError when PATH has no such file, PermissionError when it has only files that may not be run.
    A word with a slash is returned as it is: whether it can be run is the kernel's to say.
    """
    if "/" in name:
        return name
    refused: str | None = None
    for folder in variables.get("PATH", os.defpath).split(os.pathsep) if name else ():
        path = os.path.join(folder or ".", name)
        there = os.path.join(directory, path)
        if not os.path.isfile(there):
            continue
        if os.access(there, os.X_OK):
            return path
        refused = refused or path
    if refused is not None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), refused)
    raise FileNotFoundError(errno.ENOENT, "not found on PATH", name)


def _is_text(path: str) -> bool:
    """Whether a shell would take the file for a script: no NUL in its first line, as bash has it."""
    with open(path, "rb") as file:
        return b"\0" not in file.read(_HEAD).partition(b"\n")[0]

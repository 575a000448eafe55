"""A text written in the user's editor, as a commit's message is."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import Refused, StorageFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.git.repository import Repository

_SCISSORS = "# ------------------------ >8 ------------------------"
"""As Git has it: so a text may have lines that begin with '#', as headings do."""


class Draft(NamedTuple):
    """A text that was written, and the file that holds it until it is stored."""

    text: str
    path: str

    def remove(self) -> None:
        """Removes the file."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


def write_draft(repository: Repository, name: str, about: Sequence[str], hint: str) -> Draft:
    """Opens the editor on an empty text with ``about`` beneath it, and waits for its end.

    Raises UsageError without a terminal or an editor, Refused where the editor fails or leaves no text.
    """
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("no text, and no terminal to write one on", hint=hint)
    from gitexp.git.editor import editor_command

    command = editor_command(repository)
    if command is None:
        raise UsageError("no text, and Git knows no editor", hint=hint)
    path = os.path.join(repository.common_dir, "exp", f"{name}-{os.getpid()}")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write("\n".join(["", "", _SCISSORS, *(f"# {line}".rstrip() for line in about), ""]))
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error
    status = _edit(command, path)
    if status:
        raise Refused(f"the editor ended with status {status}: nothing is written", hint=hint, draft=path)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
            text = stream.read()
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error
    draft = Draft(text.partition(_SCISSORS)[0], path)
    if not draft.text.strip():
        draft.remove()
        raise Refused("aborted: the text is empty", hint=hint)
    return draft


def _edit(command: str, path: str) -> int:
    sys.stdout.flush()
    if os.name == "posix":
        # As Git does: the command is a line of shell, which gets the path as its argument.
        process = subprocess.Popen(["sh", "-c", f'{command} "$@"', command, path])
    else:
        process = subprocess.Popen(f'{command} "{path}"', shell=True)  # noqa: S602
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # Ctrl-C is for the editor
            continue

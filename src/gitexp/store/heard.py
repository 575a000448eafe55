"""From which remote a run that goes elsewhere was heard of: a file for each, ``exp/heard/<id>``."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_LONGEST = 1000


def note_heard(repository: Repository, run_id: str, remote: str) -> None:
    """Notes the name of the remote. Raises OSError."""
    path = _path(repository, run_id)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    unfinished = f"{path}.{os.getpid()}"
    with open(unfinished, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f"{remote}\n")
    os.replace(unfinished, path)


def read_heard(repository: Repository, run_id: str) -> str | None:
    """The remote's name; None where nothing says it."""
    try:
        with open(_path(repository, run_id), encoding="utf-8", errors="surrogateescape") as file:
            return file.read(_LONGEST).strip() or None
    except OSError:
        return None


def forget_heard(repository: Repository, run_id: str) -> None:
    """Removes the note: the run has ended."""
    with contextlib.suppress(OSError):
        os.unlink(_path(repository, run_id))


def _path(repository: Repository, run_id: str) -> str:
    return os.path.join(local_folder(repository, "heard"), run_id)

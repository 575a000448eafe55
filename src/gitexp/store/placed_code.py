"""Which code ``exp checkout --here`` put into a working tree last: what is still so is nobody's own edit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.errors import StorageFailed
from gitexp.git.refs import resolve

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_NAME = "exp-placed"


def read_placed(repository: Repository) -> str | None:
    """The commit whose files were put here last, where it is still there."""
    try:
        with open(os.path.join(repository.git_dir, _NAME), encoding="ascii", errors="replace") as file:
            text = file.read(100).strip()
    except FileNotFoundError:
        return None
    return resolve(repository, text, peel="commit") if len(text) == repository.id_length else None


def write_placed(repository: Repository, commit: str) -> None:
    """Notes a commit whose files are about to be put here. Raises StorageFailed."""
    path = os.path.join(repository.git_dir, _NAME)
    try:
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(f"{commit}\n")
        os.replace(path + ".new", path)
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error

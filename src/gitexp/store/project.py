"""Where a command stands: the repository, the project inside it and the project's settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import ConfigError
from gitexp.model.settings import SETTINGS_FILE, Settings

if TYPE_CHECKING:
    from gitexp.git.repository import Repository


class Project(NamedTuple):
    """A folder with its settings. ``folder`` is relative to the repository, ``.`` at the root and in a bare one."""

    folder: str
    settings: Settings

    def path(self, repository: Repository) -> str:
        """The folder as an absolute path; the git folder's where the repository is bare."""
        return os.path.normpath(os.path.join(repository.top or repository.git_dir, self.folder))


def find_project(repository: Repository) -> Project:
    """The nearest folder at or above the current one with an ``.exp.yaml``, else the repository's root.

    Raises ConfigError for a file that cannot be read or says what cannot be meant.
    """
    if repository.top is None:
        return Project(".", Settings())
    here = repository.prefix.rstrip("/")
    while True:
        file = os.path.join(repository.top, here, SETTINGS_FILE)
        if os.path.lexists(file):
            return Project(here or ".", load_settings(file))
        if not here:
            return Project(".", Settings())
        here = os.path.dirname(here)


def load_settings(file: str) -> Settings:
    """Reads one ``.exp.yaml``. Raises ConfigError."""
    from gitexp.format.settings import parse_settings

    shown = os.path.relpath(file)
    try:
        with open(file, "rb") as stream:
            data = stream.read(1_000_001)
    except OSError as error:
        raise ConfigError(shown, 1, "file", error.strerror or str(error)) from error
    return parse_settings(data, shown)

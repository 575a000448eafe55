"""``exp init``: writes ``.exp.yaml`` where there is none."""

from __future__ import annotations

import os
from dataclasses import dataclass

from gitexp.errors import Refused, StorageFailed
from gitexp.git.repository import open_repository
from gitexp.model.settings import SETTINGS_FILE


@dataclass(frozen=True, slots=True)
class Initialised:
    """What was written. ``file`` is relative to the current folder."""

    file: str
    project: str


def initialise(folder: str | None, project: str | None) -> Initialised:
    """Writes the file into a folder, else into the repository's root; ``project`` defaults to the folder's name.

    Raises NotARepository, Refused (a bare repository, a file that is there) and StorageFailed.
    """
    from gitexp.format.settings_template import format_settings

    repository = open_repository(folder or ".")
    if repository.top is None:
        raise Refused(f"{repository.git_dir} has no working tree", hint="run exp init in a working tree")
    target = os.path.abspath(folder) if folder is not None else repository.top
    name = project or os.path.basename(target) or "project"
    file = os.path.join(target, SETTINGS_FILE)
    shown = os.path.relpath(file)
    try:
        with open(file, "x", encoding="utf-8") as stream:
            stream.write(format_settings(name))
    except FileExistsError:
        raise Refused(f"{shown} is there already", hint=f"edit {shown}; exp run --dry-run -- true  checks it") from None
    except OSError as error:
        raise StorageFailed(shown, error.strerror or str(error)) from error
    return Initialised(shown, name)

"""Journals outside their repository, which could not be written: in the folder for temporary files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from gitexp.model.ids import is_id
from gitexp.store.journal import SPARE, is_own, read_start

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_VARIABLES = ("TMPDIR", "TEMP", "TMP")
_FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108  looked into, never written


def list_spare_journals(repository: Repository) -> list[str]:
    """The folders of this repository's journals that lie elsewhere. Costs one listing of a folder or two."""
    return [folder for folder in _list_spare_folders() if _is_of(folder, repository)]


def is_own_folder(path: str) -> bool:
    """Whether nobody else can have put it there: anybody may write into the temporary folder."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and is_own(found)


def _list_spare_folders() -> list[str]:
    # Not tempfile's choice: that module is slow to import, and the run may have begun under another TMPDIR.
    places = [os.environ.get(name, "") for name in _VARIABLES] + list(_FOLDERS)
    found = []
    for place in dict.fromkeys(os.path.abspath(place) for place in places if place):
        try:
            with os.scandir(place) as entries:
                found += [one.path for one in entries if one.name.startswith(SPARE) and is_id(one.name[len(SPARE) :])]
        except OSError:  # no such folder, or it is not ours to read
            continue
    return sorted(folder for folder in found if is_own_folder(folder))


def _is_of(folder: str, repository: Repository) -> bool:
    start = read_start(folder)
    return start is not None and start.repository == repository.common_dir

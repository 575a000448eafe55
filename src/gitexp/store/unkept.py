"""What a run's journal holds and the run could not: put aside before the journal goes, in ``exp/unkept/<id>/``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.store.journal import Journal


def put_aside(repository: Repository, journal: Journal, path: str) -> str | None:
    """Links a file of the journal, or each file below a folder of it, into the place of what was not kept.

    Links take no room, so this succeeds on a full disk. Returns the folder; None where it cannot be done, as where the
    journal lies on another file system: the journal then is all there is.
    """
    place = local_folder(repository, "unkept", os.path.basename(journal.folder))
    files = [path]
    if os.path.isdir(path):
        files = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    try:
        for file in files:
            target = os.path.join(place, os.path.relpath(file, journal.folder))
            os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
            if not os.path.lexists(target):
                os.link(file, target)
    except OSError:
        return None
    return place

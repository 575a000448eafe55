"""What a run's journal holds and the run could not: put aside before the journal goes, in ``exp/unkept/<id>/``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.store.journal import SPARE, local_folder

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.store.journal import Journal


def put_aside(repository: Repository, journal: Journal, path: str) -> str | None:
    """Links a file of the journal, or each file below a folder of it, into the place of what was not kept.

    Links take no room, so this succeeds on a full disk. Returns the folder; None where it cannot be done, as where the
    journal lies on another file system: the journal then is all there is.
    """
    name = os.path.basename(journal.folder)
    files = [path]
    if os.path.isdir(path):
        files = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    # Beside the journal a link can be made wherever the journal itself could.
    beside = os.path.join(os.path.dirname(journal.folder), f"gitexp-unkept-{name.removeprefix(SPARE)}")
    for place in (local_folder(repository, "unkept", name), beside):
        try:
            for file in files:
                target = os.path.join(place, os.path.relpath(file, journal.folder))
                os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
                if not os.path.lexists(target):
                    os.link(file, target)
        except OSError:
            continue
        return place
    return None

"""What was asked of a recording, and which files were there before it: noted for whoever may have to complete it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.store.journal import write_file

if TYPE_CHECKING:
    from gitexp.store.journal import Journal

_NAME = "request"


class JournalRequest(NamedTuple):
    """The folders are absolute. ``began_ns`` and ``before`` are the look at the metrics files before the start."""

    here: str
    project: str
    top: str
    artifacts: tuple[str, ...]
    """What the user named, beside what the settings say."""
    data: tuple[str, ...]
    tree: str | None
    """The snapshot's tree, None where the code is not wholly known."""
    ranks: dict[str, int]
    """Whose word counts among the sources of params, by their names."""
    began_ns: int
    before: dict[str, tuple[int, int, int]]
    """Of each metrics file by absolute path: time of change in ns, size, inode."""


def write_request(journal: Journal, request: JournalRequest) -> None:
    """Notes what was asked for. Raises OSError."""
    write_file(os.path.join(journal.folder, _NAME), json.dumps(request._asdict()).encode())


def read_request(journal: Journal) -> JournalRequest | None:
    """What was asked for; None where nothing readable says so."""
    try:
        with open(os.path.join(journal.folder, _NAME), "rb") as file:
            found = json.loads(file.read())
        return JournalRequest(
            here=str(found["here"]),
            project=str(found["project"]),
            top=str(found["top"]),
            artifacts=tuple(map(str, found["artifacts"])),
            data=tuple(map(str, found["data"])),
            tree=None if found["tree"] is None else str(found["tree"]),
            ranks={str(name): int(rank) for name, rank in found["ranks"].items()},
            began_ns=int(found["began_ns"]),
            before={
                str(path): (int(modified), int(size), int(inode))
                for path, (modified, size, inode) in found["before"].items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not written, or torn: nothing is known
        return None

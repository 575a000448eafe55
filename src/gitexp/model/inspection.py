"""What was found in what a push would send."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.model.paths import TreePath

_SHORT = 7


class Find(NamedTuple):
    """Something that looks like a secret: where it stands and what it is, never its text.

    ``commit`` is the oldest that brought it, None for what no commit holds. ``path`` is None in a message. ``line``
    counts from 1, None where the whole file is meant. ``is_own``: the user's own commits hold it, which no purge
    touches. ``runs`` are the outgoing runs that hold it or hang off a commit that does.
    """

    commit: str | None
    path: TreePath | None
    line: int | None
    kind: str
    fingerprint: str
    runs: tuple[str, ...] = ()
    is_own: bool = False

    @property
    def place(self) -> str:
        """``<short commit> path:line kind``."""
        words = [self.commit[:_SHORT]] if self.commit is not None else []
        path = self.path if self.path is not None else "message"
        words += [path if self.line is None else f"{path}:{self.line}", self.kind]
        return " ".join(words)


class Excused(NamedTuple):
    """A find that may leave, and what says so."""

    find: Find
    why: str


class UnpushedCommit(NamedTuple):
    """A commit of the user's own that is not on the remote yet."""

    commit: str
    subject: str


class Inspection(NamedTuple):
    """What a push would make public. ``bytes`` is the size of all objects as they are, before they are packed."""

    finds: tuple[Find, ...]
    excused: tuple[Excused, ...]
    unpushed: tuple[UnpushedCommit, ...]
    """Newest first."""
    commits: int
    objects: int
    bytes: int
    with_history: bool = False
    """Whether the project's settings let the unpushed commits go."""


def make_fingerprint(object_id: str, line: int | None, kind: str) -> str:
    """What names a find in an exception: of the whole object and the place in it, so that it tells nothing of the text.

    A hash of a short secret alone could be guessed back.
    """
    return hashlib.sha256(f"{object_id}\n{line or 0}\n{kind}".encode()).hexdigest()[:16]

"""Files of the working tree replaced by those of another tree; HEAD, branch and index stay as they are."""

from __future__ import annotations

import os
import stat
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import StorageFailed
from gitexp.git.command import run_git
from gitexp.git.config import filters_off
from gitexp.git.trees import SUBMODULE
from gitexp.git.worktree import CHECKOUT_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Self

    from gitexp.git.repository import Repository

_ATTRIBUTES = b".gitattributes"


class TreeChange(NamedTuple):
    """A path that two trees do not have in common. A mode of 0: not there."""

    path: bytes
    old_mode: int
    new_mode: int

    @property
    def is_submodule(self) -> bool:
        """Whether either of the two has a submodule there."""
        return SUBMODULE in (self.old_mode, self.new_mode)


class Obstacle(NamedTuple):
    """A path that cannot be replaced without losing something, and what."""

    path: bytes
    why: str


def list_changes(repository: Repository, before: str, after: str) -> list[TreeChange]:
    """The paths that differ from one commit or tree to another, renames as a path that goes and one that comes."""
    options = ("-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none")
    words = run_git(repository, "diff-tree", *options, before, after).split(b"\0")[:-1]
    changes = []
    for head, path in zip(words[0::2], words[1::2], strict=True):
        old, new, *_ = head[1:].split()
        changes.append(TreeChange(path, int(old, 8), int(new, 8)))
    return changes


def find_obstacles(repository: Repository, changes: Sequence[TreeChange], since_ns: int) -> list[Obstacle]:
    """What of the working tree no tree holds and would be lost: ``before`` of the changes is how it stood.

    What was changed after ``since_ns`` (nanoseconds since 1970), when that look began, counts among it.
    """
    goes = {change.path for change in changes if change.new_mode == 0 and not change.is_submodule}
    folded = {path.lower() for path in goes}  # where letters of either case are one name
    found = []
    for change in changes:
        why = _explain_obstacle(repository, change, goes, folded, since_ns)
        if why is not None:
            found.append(Obstacle(change.path, why))
    return found


def _explain_obstacle(
    repository: Repository, change: TreeChange, goes: Collection[bytes], folded: Collection[bytes], since_ns: int
) -> str | None:
    if change.old_mode == SUBMODULE:
        return "a submodule lies there" if change.new_mode not in (0, SUBMODULE) else None
    if change.new_mode == SUBMODULE and change.old_mode == 0:
        return None
    parts = change.path.split(b"/")
    for depth in range(1, len(parts)):
        above = b"/".join(parts[:depth])
        found = _look(repository, above)
        if found is not None and not stat.S_ISDIR(found.st_mode):
            if above in goes and change.new_mode != 0:
                return None
            return f"{os.fsdecode(above)} lies there, and no snapshot holds it"
    found = _look(repository, change.path)
    if found is None:
        return None
    if stat.S_ISDIR(found.st_mode):
        more = next((path for path in _walk(repository, change.path) if path not in goes), None)
        return None if more is None else f"{os.fsdecode(more)} lies there, and no snapshot holds it"
    if change.old_mode == 0:
        return None if change.path.lower() in folded else "it lies there, and no snapshot holds it"
    return "it was changed at this moment" if found.st_ctime_ns > since_ns else None


def _look(repository: Repository, path: bytes) -> os.stat_result | None:
    try:
        return os.lstat(repository.path_of(path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def _walk(repository: Repository, folder: bytes) -> Iterator[bytes]:
    top = os.fsencode(repository.folder)
    for place, folders, names in os.walk(repository.path_of(folder)):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in (*names, *links):
            yield os.path.relpath(os.path.join(place, name), top).replace(os.fsencode(os.sep), b"/")


class TreeReplacement:
    """The work of replacing: a scratch index with the new tree. Use it in a ``with`` statement."""

    __slots__ = ("_changes", "_environment", "_folder", "_repository")

    def __init__(self, repository: Repository, tree: str, changes: Sequence[TreeChange]) -> None:
        self._repository = repository
        self._changes = [change for change in changes if change.new_mode != SUBMODULE or change.old_mode != SUBMODULE]
        self._folder = tempfile.TemporaryDirectory(prefix="gitexp-")
        self._environment = {"GIT_INDEX_FILE": os.path.join(self._folder.name, "index")}
        run_git(repository, "read-tree", tree, environment=self._environment, settings=CHECKOUT_SETTINGS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    @property
    def writes(self) -> list[bytes]:
        """The paths that are written."""
        return [change.path for change in self._changes if change.new_mode not in (0, SUBMODULE)]

    @property
    def removes(self) -> list[bytes]:
        """The paths that are removed."""
        gone = (change for change in self._changes if change.new_mode in (0, SUBMODULE))
        return [change.path for change in gone if change.old_mode not in (0, SUBMODULE)]

    def find_filtered(self, configured: Collection[str]) -> dict[bytes, str]:
        """The paths to be written that go through one of the configured filters, and which, as the new tree says."""
        asked = b"".join(path + b"\0" for path in self.writes)
        return self._ask_filters(asked, configured, "--cached")

    def find_cleaned(self, configured: Collection[str]) -> dict[bytes, str]:
        """The paths that go or give way and went through one of the configured filters, as the working tree says.

        What a filter took out of a file, as the outputs of a notebook, is in no snapshot.
        """
        old = (change for change in self._changes if change.old_mode not in (0, SUBMODULE))
        there = (change.path for change in old if os.path.isfile(self._repository.path_of(change.path)))
        return self._ask_filters(b"".join(path + b"\0" for path in there), configured)

    def _ask_filters(self, asked: bytes, configured: Collection[str], *options: str) -> dict[bytes, str]:
        if not asked or not configured:
            return {}
        question = ("check-attr", *options, "--stdin", "-z", "filter")
        words = run_git(self._repository, *question, stdin=asked, environment=self._environment).split(b"\0")[:-1]
        found = {path: os.fsdecode(name) for path, name in zip(words[0::3], words[2::3], strict=True)}
        return {path: name for path, name in found.items() if name in configured}

    def apply(self, filters: Sequence[str]) -> None:
        """Removes what goes, then writes what comes; hooks, fsmonitor and the named filters are off.

        Raises StorageFailed and GitFailed; what was done by then is done.
        """
        for path in self.removes:
            self._remove(path)
        # What files say of line ends and filters counts for those that come after them.
        first = [path for path in self.writes if path.rpartition(b"/")[2] == _ATTRIBUTES]
        rest = [path for path in self.writes if path.rpartition(b"/")[2] != _ATTRIBUTES]
        for paths in (first, rest):
            if paths:
                run_git(
                    self._repository, "checkout-index", "--force", "-z", "--stdin",
                    stdin=b"".join(path + b"\0" for path in paths), environment=self._environment,
                    settings=(*CHECKOUT_SETTINGS, *filters_off(filters)),
                )  # fmt: skip

    def _remove(self, path: bytes) -> None:
        place = self._repository.path_of(path)
        try:
            if os.path.lexists(place):
                os.remove(place)
        except OSError as error:
            raise StorageFailed(os.fsdecode(place), error.strerror or str(error)) from error
        top = os.fsencode(self._repository.folder)
        above = os.path.dirname(place)
        # The folder that somebody stands in stays, empty as it may be.
        while above != top and above != os.getcwdb():
            try:
                os.rmdir(above)
            except OSError:  # not empty
                return
            above = os.path.dirname(above)

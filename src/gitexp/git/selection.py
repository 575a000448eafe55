"""What of a working tree goes into a snapshot, and why the rest does not."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.globs import Globs
from gitexp.git.trees import SUBMODULE

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.git.filters import FilterNames
    from gitexp.git.repository import Repository
    from gitexp.git.status import StatusEntry
    from gitexp.model.settings import SnapshotRules

RECORD = b".exp"
WHY_NOT_THE_RECORD = "the name of the record in a run's tree"
HEAD_BYTES = 8000
"""How much of a file is looked at. Git too calls a file binary when a NUL stands in so much of it."""
LARGEST = 100_000_000
"""No object is larger, whatever the rules: hosts refuse it, and Git takes 24 s a GB to store it."""
_LONGEST_ATTRIBUTES_LINE = 2048


class Omission(NamedTuple):
    """A path that is not in the snapshot, and why."""

    path: bytes
    why: str
    size: int | None = None


class Selection(NamedTuple):
    """``take``: paths to bring to their present state, deleted ones first; ``drop``: index entries that must go."""

    take: tuple[bytes, ...]
    drop: tuple[bytes, ...]
    left_out: tuple[Omission, ...]
    new: frozenset[bytes]
    """Those of ``take`` that no commit holds yet."""


class Found(NamedTuple):
    """A file as it lies on the disk, or why it cannot be taken."""

    why: str | None
    size: int | None
    head: bytes
    gone: bool = False


class Selector:
    """Holds one path after another against the rules, and the untracked ones together at the end.

    Whatever is left out is not in the snapshot's tree either: an old version of a file, silently in the place of
    the one that ran, would be worse than none.
    """

    __slots__ = (
        "_changed", "_deleted", "_drop", "_exclude", "_filters", "_include", "_left_out",
        "_new", "_refuse", "_repository", "_rules", "_untracked",
    )  # fmt: skip

    def __init__(
        self,
        repository: Repository,
        rules: SnapshotRules,
        refuse: Callable[[bytes, bytes], str | None],
        filters: FilterNames,
    ) -> None:
        self._repository = repository
        self._filters = filters
        self._rules = rules
        self._refuse = refuse
        self._include = Globs(rules.include)
        self._exclude = Globs(rules.exclude)
        self._deleted: list[bytes] = []
        self._changed: list[bytes] = []
        self._untracked: list[tuple[int, bytes]] = []
        self._new: set[bytes] = set()
        self._drop: list[bytes] = []
        self._left_out: dict[bytes, Omission] = {}

    def add(self, entry: StatusEntry) -> None:
        """Looks at one path that differs from HEAD."""
        if is_record(entry.path):
            # Its entries are dropped all together, for those that did not change are not in any status.
            self.leave(entry.path.partition(b"/")[0], WHY_NOT_THE_RECORD)
        elif entry.kind == "untracked" or (entry.is_new and entry.staged == "."):  # the latter: git add -N
            self._add_untracked(entry)
        elif entry.is_submodule or entry.mode_worktree == SUBMODULE:
            self._add_submodule(entry)
        elif entry.kind == "changed" and (entry.unstaged == "D" or entry.staged == "D"):
            if entry.unstaged == "D":
                self._deleted.append(entry.path)
        else:
            self._add_tracked(entry)

    def leave(self, path: bytes, why: str, size: int | None = None) -> None:
        """Leaves a path out."""
        self._left_out.setdefault(path, Omission(path, why, size))

    def finish(self) -> Selection:
        """Takes of the untracked files what the limits leave room for: the smallest ones first."""
        room = self._rules.max_total_bytes
        taken: list[bytes] = []
        for size, path in sorted(self._untracked):
            forced = self._include.match(path)
            if size > room and not forced:
                self.leave(path, f"beyond {_amount(self._rules.max_total_bytes)} of untracked files in all", size)
                continue
            found = look_at(self._repository, path)
            why = found.why or self._refuse(path, found.head) or self._why_not_stored(path, found)
            if why is None and not forced and self._rules.scope != "all" and b"\0" in found.head:
                why = "untracked and binary"
            if found.gone:
                continue
            if why is not None:
                self.leave(path, why, found.size)
                continue
            taken.append(path)
            room -= 0 if forced else size
        self._new.update(taken)
        return Selection(
            take=(*self._deleted, *self._changed, *sorted(taken)),
            drop=tuple(self._drop),
            left_out=tuple(self._left_out[path] for path in sorted(self._left_out)),
            new=frozenset(self._new),
        )

    def _add_submodule(self, entry: StatusEntry) -> None:
        # Only another commit there is a change that a tree can hold. A submodule that is merely not checked out has
        # an empty folder, which update-index would take for its deletion.
        if entry.kind == "unmerged" or entry.submodule[1:2] == "C" or entry.unstaged in "DT":
            self._changed.append(entry.path)

    def _add_tracked(self, entry: StatusEntry) -> None:
        found = look_at(self._repository, entry.path)
        if found.gone:
            # What is staged and not on the disk lies outside a sparse checkout: it is not deleted.
            if entry.kind == "unmerged" or entry.unstaged != ".":
                self._deleted.append(entry.path)
            return
        why = found.why
        if why is None and self._exclude.match(entry.path):
            why = "excluded by the project's settings"
        if why is None and entry.is_new:
            why = self._refuse(entry.path, found.head)
        if why is None:
            why = self._why_not_stored(entry.path, found)
        if why is not None:
            self._drop.append(entry.path)
            self.leave(entry.path, why, found.size)
        elif entry.kind == "unmerged" or entry.unstaged != ".":
            self._changed.append(entry.path)
            if entry.is_new:
                self._new.add(entry.path)

    def _add_untracked(self, entry: StatusEntry) -> None:
        path, rules = entry.path, self._rules
        try:
            size = os.lstat(self._repository.path_of(path)).st_size
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self.leave(path, _cannot_be_read(error))
            return
        forced = self._include.match(path)
        if self._exclude.match(path):
            self.leave(path, "excluded by the project's settings", size)
        elif rules.scope == "tracked" and not forced and entry.kind == "untracked":
            self.leave(path, "not tracked by Git", size)
        elif size > rules.max_file_bytes and not forced:
            self.leave(path, f"untracked and larger than {_amount(rules.max_file_bytes)}", size)
        else:
            self._untracked.append((size, path))

    def _why_not_stored(self, path: bytes, found: Found) -> str | None:
        """Why Git, or those who take a push, would not have the file."""
        size, name = found.size or 0, path.rpartition(b"/")[2].lower()
        if size > min(self._rules.max_file_bytes, LARGEST) and (size > LARGEST or self._filters.broken):
            filter_name = self._filters.of(path)
            if filter_name in self._filters.broken:
                return f"larger than {_amount(self._rules.max_file_bytes)}, and its filter {filter_name} cannot be run"
            if size > LARGEST and filter_name is None:
                return f"larger than {_amount(LARGEST)}"
        if name == b".gitattributes" and _has_long_line(self._repository.path_of(path)):
            return f"a line of more than {_LONGEST_ATTRIBUTES_LINE} bytes, for which hosts refuse a .gitattributes"
        return None


def is_record(path: bytes) -> bool:
    """Whether the path would lie where a run's tree has its record; on some file systems case does not matter."""
    return path[:4].lower() == RECORD and path[4:5] in (b"", b"/")


def look_at(repository: Repository, path: bytes) -> Found:
    """Opens a file for a moment: whether it can be read, how large it is and how it begins."""
    absolute = repository.path_of(path)
    try:
        found = os.lstat(absolute)
        if stat.S_ISLNK(found.st_mode):
            return Found(None, found.st_size, os.readlink(absolute))
        if not stat.S_ISREG(found.st_mode):
            return Found(_kind(found.st_mode), None, b"")
        # It may have become a pipe since: opening must not wait for a writer.
        descriptor = os.open(absolute, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return Found(None, None, b"", gone=True)
    except OSError as error:
        return Found(_cannot_be_read(error), None, b"")
    try:
        return Found(None, found.st_size, os.read(descriptor, HEAD_BYTES))
    except OSError as error:
        return Found(_cannot_be_read(error), found.st_size, b"")
    finally:
        os.close(descriptor)


def _has_long_line(path: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return any(len(line) > _LONGEST_ATTRIBUTES_LINE for line in file)
    except FileNotFoundError:
        return False


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder in the place of a file"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _cannot_be_read(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"


def _amount(size: int) -> str:
    for unit, name in ((1_000_000, "MB"), (1000, "kB")):
        if size >= unit and size % (unit // 10) == 0:
            return f"{size / unit:g} {name}"
    return f"{size} bytes"

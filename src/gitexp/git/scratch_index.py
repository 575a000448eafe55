"""A copy of the index to try things on; the user's own is only read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import GitFailed, StorageFailed
from gitexp.git.command import NO_FSMONITOR, NO_HOOKS, RunningGit, start_git
from gitexp.git.config import filters_off
from gitexp.git.working_copy import find_broken_filters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.git.command import Output
    from gitexp.git.repository import Repository
    from gitexp.git.working_copy import WorkingCopy

_SETTINGS = (
    NO_HOOKS,  # post-index-change is for the user's own index
    NO_FSMONITOR,  # what its last answer called unchanged is taken as unchanged, whatever stands on the disk
    ("core.splitIndex", "false"),  # else a shared index of ours would be written into the Git folder
    ("core.safecrlf", "false"),  # `true` refuses files whose line ends do not come back as they were
    # What `git fsck` and with it a remote would refuse is not taken in the first place.
    ("core.protectHFS", "true"),
    ("core.protectNTFS", "true"),
    ("index.skipHash", "true"),
    # Objects of a commit are on the disk before a ref names it; Git's default syncs none. Git before 2.36 does not know
    # the setting, and does not sync.
    ("core.fsync", "loose-object"),
)
# One sync for a batch: 5 files took 10 ms without any sync, 16 with one each and 30 with a batch; 1,000 files 0.3, 0.9
# and 0.5 s.
_BATCH = (("core.fsyncMethod", "batch"),)
_MANY = 200
_UPDATE = (
    "update-index", "--add", "--remove", "--replace", "--ignore-skip-worktree-entries", "--verbose", "-z", "--stdin"
)  # fmt: skip
_STORAGE_FAULT = re.compile(
    rb"No space left on device|[Dd]isk quota exceeded|Read-only file system"
    rb"|insufficient permission for adding an object|unable to (?:create temporary file|write (?:loose object )?file)"
)


class Failure(NamedTuple):
    """A path that Git would not take, and its words."""

    path: bytes
    why: str


class ScratchIndex:
    """A private copy of a repository's index. Every command runs without hooks and leaves the user's index alone."""

    __slots__ = ("_config", "_environment", "_many", "_off", "_repository", "path")

    def __init__(self, working_copy: WorkingCopy, folder: str, broken_filters: Iterable[str] = ()) -> None:
        self._repository = repository = working_copy.repository
        self._config = working_copy.config
        self._off = list(broken_filters)
        self._many = False
        self.path = os.path.join(folder, "index")
        self._environment = {"GIT_INDEX_FILE": os.path.abspath(self.path)}
        _copy_with_times(repository.index_file, self.path)

    @property
    def broken_filters(self) -> tuple[str, ...]:
        """The filters that Git could not run, without which files were taken as they are."""
        return tuple(self._off)

    def start(self, *arguments: str, stdin: bytes | None = None) -> RunningGit:
        """Starts git on this index."""
        settings = (*_SETTINGS, *filters_off(self._off), *(_BATCH if self._many else ()))
        return start_git(self._repository, *arguments, stdin=stdin, environment=self._environment, settings=settings)

    def update(self, paths: Sequence[bytes]) -> list[Failure]:
        """Brings paths to their state on the disk; those that Git refuses come back, and the others are in.

        Raises StorageFailed when objects cannot be written.
        """
        self._many = self._many or len(paths) > _MANY
        failures: list[Failure] = []
        todo = list(paths)
        while todo:
            output = self.start(*_UPDATE, stdin=_join(todo)).collect()
            ignored = [path for path in todo if b"Ignoring path " + path + b"\n" in output.err]
            if output.status == 0:
                failures += [Failure(path, "a name that Git does not take") for path in ignored]
                break
            if self._switch_filter_off(output):
                continue
            where = _failed_at(output, todo, ignored)
            failures.append(Failure(todo[where], _last_words(output)))
            # Nothing of this attempt is in the index: the ones before are given again, and no path more than twice.
            failures += self.update(todo[:where])
            todo = todo[where + 1 :]
        return failures

    def drop(self, paths: Sequence[bytes]) -> None:
        """Takes entries out of the index, whatever is on the disk."""
        if paths:
            self.start("update-index", "-z", "--force-remove", "--stdin", stdin=_join(paths)).finish()

    def heed(self, paths: Sequence[bytes]) -> None:
        """Takes back that Git was told not to look at paths."""
        for option in ("--no-assume-unchanged", "--no-skip-worktree"):  # one at a time: together only the first counts
            self.start("update-index", "-z", option, "--stdin", stdin=_join(paths)).finish()

    def write_tree(self) -> str:
        """Writes the trees of the index and returns the root's id."""
        output = self.start("write-tree").collect()
        if output.status:
            _raise_storage_fault(output, self._repository)
            raise GitFailed("git write-tree", output.status, output.words)
        return output.out.decode("ascii").strip()

    def list_entries(self, *pathspecs: str) -> list[tuple[int, str, bytes]]:
        """The entries as (mode, id, path)."""
        listing = self.start("ls-files", "--stage", "-z", "--", *pathspecs).finish()
        return parse_stage(listing)

    def _switch_filter_off(self, output: Output) -> bool:
        names = [name for name in find_broken_filters(output, self._config) if name not in self._off]
        if not names:
            _raise_storage_fault(output, self._repository)
            return False
        self._off += names
        return True


def _copy_with_times(source: str, target: str) -> None:
    """Copies an index under its own times: Git takes a newer one to have seen edits that left a file's size alone."""
    with open(target, "wb") as made:
        try:
            with open(source, "rb") as file:
                made.write(file.read())
                # Those of the file that was read: another may lie under its name by now.
                times = os.fstat(file.fileno())
        except FileNotFoundError:
            os.unlink(target)
            return
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def parse_stage(listing: bytes) -> list[tuple[int, str, bytes]]:
    """Reads what ``git ls-files --stage -z`` prints, as (mode, id, path)."""
    entries = []
    for line in listing.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, object_id, _ = head.decode("ascii").split()
        entries.append((int(mode, 8), object_id, path))
    return entries


def _join(paths: Iterable[bytes]) -> bytes:
    return b"".join(path + b"\0" for path in paths)


def _failed_at(output: Output, paths: Sequence[bytes], ignored: Sequence[bytes]) -> int:
    """The place of the path at which git gave up: the first one that it did not report as done."""
    cursor, done = 0, -1
    for place, path in enumerate(paths):
        line = b"add '" + path + b"'\n"
        if output.out.startswith(line, cursor):
            cursor, done = cursor + len(line), place
    waiting = [place for place in range(done + 1, len(paths)) if paths[place] not in ignored]
    named = [place for place in waiting if b"Unable to process path " + paths[place] + b"\n" in output.err]
    if not waiting:
        raise GitFailed("git update-index", output.status, output.words)  # all done, and the index cannot be written
    return (named or waiting)[0]


def _last_words(output: Output) -> str:
    lines = [line.removeprefix("error: ").removeprefix("fatal: ") for line in output.words.splitlines()]
    lines = [line for line in lines if not line.startswith(("Ignoring path", "Unable to process path", "warning:"))]
    return f"Git cannot take it: {lines[-1]}" if lines else "Git cannot take it"


def _raise_storage_fault(output: Output, repository: Repository) -> None:
    if _STORAGE_FAULT.search(output.err):
        raise StorageFailed(repository.objects_dir, output.words.splitlines()[0].removeprefix("error: "))

"""A working tree opened for recording: repository, status and configuration at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import GitFailed, NotARepository
from gitexp.git.command import start_git
from gitexp.git.config import LIST_CONFIG, filters_off, parse_config
from gitexp.git.repository import absolute_folder, read_answers, start_questions
from gitexp.git.status import LIST_STATUS, STATUS_SETTINGS, parse_status

if TYPE_CHECKING:
    from gitexp.git.command import Output
    from gitexp.git.config import GitConfig
    from gitexp.git.repository import Repository
    from gitexp.git.status import Status

# Every entry of the index with a letter: 'H' for an ordinary one, 'M' in a conflict; small where it is assumed to be
# unchanged, 'S' where Git is told not to look. Status passes over both, however they were edited.
_LIST_FLAGS = ("ls-files", "-v", "-z", "--full-name", ":/")
_FLAGGED = re.compile(rb"(?:\A|(?<=\0))([a-zS]) ([^\0]*)\0")
_RECORD = re.compile(rb"(?:\A|\0). \.exp[/\0]", re.IGNORECASE)
_BROKEN_FILTER = re.compile(rb"(?:clean|smudge|process) filter '([^'\n]*)' failed")
_UNREADABLE = re.compile(rb"warning: could not open directory '(.*)/': (.*)")


class FlaggedPath(NamedTuple):
    """A path of the index that status does not look at."""

    path: bytes
    skipped: bool
    """Outside a sparse checkout, or told to be: where it is not on the disk it is not deleted either."""


class WorkingCopy(NamedTuple):
    """A repository with a working tree, as it stood a moment ago.

    ``broken_filters`` are those that Git could not run (git-lfs that is not installed): status was then taken
    without any. ``unreadable`` are folders that Git could not look into, with its reason.
    """

    repository: Repository
    status: Status
    config: GitConfig
    flagged: tuple[FlaggedPath, ...] = ()
    tracks_record: bool = False
    broken_filters: tuple[str, ...] = ()
    unreadable: tuple[tuple[bytes, str], ...] = ()

    @property
    def top(self) -> str:
        """The top of the working tree."""
        return self.repository.folder


class Opening:
    """A working copy that git processes are looking at; import what you need meanwhile, then finish."""

    __slots__ = ("_config", "_flags", "_folder", "_place", "_status")

    def __init__(self, folder: str) -> None:
        self._folder = absolute_folder(folder)
        self._place = start_questions(self._folder)
        # The slowest one first: they all run side by side.
        self._status = start_git(self._folder, *LIST_STATUS, settings=STATUS_SETTINGS)
        self._flags = start_git(self._folder, *_LIST_FLAGS)
        self._config = start_git(self._folder, *LIST_CONFIG)

    def finish(self) -> WorkingCopy:
        """Waits for all of them. Raises NotARepository, also where there is no working tree, and GitFailed."""
        try:
            repository = read_answers(self._folder, self._place.collect())
            if repository.top is None:
                raise NotARepository(
                    self._folder, "there is no working tree here to record", hint="run exp in a working tree"
                )
            config = parse_config(self._config.finish())
            status, broken = self._collect_status(repository, config)
            flags = self._flags.finish()
        finally:
            for running in (self._config, self._status, self._flags):
                running.stop()
        return WorkingCopy(
            repository=repository,
            status=parse_status(status.out),
            config=config,
            flagged=_find_flagged(flags),
            tracks_record=b" .exp" in flags.lower() and _RECORD.search(flags) is not None,
            broken_filters=broken,
            unreadable=tuple(
                (found[1], found[2].decode("utf-8", "replace")) for found in _UNREADABLE.finditer(status.err)
            ),
        )

    def _collect_status(self, repository: Repository, config: GitConfig) -> tuple[Output, tuple[str, ...]]:
        output = self._status.collect()
        broken: list[str] = []
        while output.status:
            names = [name for name in find_broken_filters(output, config) if name not in broken]
            if not names:
                raise GitFailed("git status", output.status, output.words)
            broken += names
            settings = (*STATUS_SETTINGS, *filters_off(broken))
            output = start_git(repository, *LIST_STATUS, settings=settings).collect()
        return output, tuple(broken)


def start_opening(folder: str = ".") -> Opening:
    """Starts the git processes that look at a working tree, and returns at once."""
    return Opening(folder)


def open_working_copy(folder: str = ".") -> WorkingCopy:
    """The working tree that a folder lies in: all of it, whatever part of it the folder is."""
    return start_opening(folder).finish()


def _find_flagged(listing: bytes) -> tuple[FlaggedPath, ...]:
    ordinary = listing.count(b"\0H ") + listing.startswith(b"H ")
    if ordinary == listing.count(b"\0"):  # as nearly always; to search 100,000 paths one by one takes 35 ms
        return ()
    return tuple(FlaggedPath(path, letter in b"Ss") for letter, path in _FLAGGED.findall(listing))


def find_broken_filters(output: Output, config: GitConfig) -> tuple[str, ...]:
    """The configured filters that may have made a command fail, by what Git said."""
    found = _BROKEN_FILTER.search(output.err)
    name = found[1].decode("utf-8", "surrogateescape") if found else None
    if name in config.filters():
        return (name,) if name else ()
    if b"the remote end hung up unexpectedly" in output.err:
        # All that Git says when a filter's process ends, or was never found.
        return tuple(name for name in config.filters() if config.get(f"filter.{name}.process"))
    return ()

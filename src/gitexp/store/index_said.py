"""Params, metrics and tags of heads that the index gave: read from their commits when they are asked for, many at once.

The index has not their messages: to write these took as long as to read them, and twice the room of all the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import BrokenObject
from gitexp.format.message_reading import find_values, parse_values
from gitexp.git.commits import parse_commit
from gitexp.git.reading import read_commits_of
from gitexp.model.said import Said, SaidValues

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead

_AT_FIRST = 32
_AT_ONCE = 4_096
_UNREADABLE = SaidValues({}, {}, {}, frozenset(("params", "metrics", "tags")))
"""What is said of a run whose commit was damaged since it was indexed: the manifest is asked, and that is told."""


class SaidReader:
    """Reads what the messages of some runs say: that of the run that is asked for, and those of the runs after it."""

    __slots__ = ("_at_once", "_commits", "_found", "_repository")

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._commits: list[str] = []
        self._found: dict[int, bytes | None] = {}
        self._at_once = _AT_FIRST

    def make_said(self, commit: str, more: str | None) -> Said:
        """The values of one more run; ``more`` has the parts of which the manifest has more, where that is known."""
        place = len(self._commits)
        self._commits.append(commit)
        return Said(_Place(self, place), None if more is None else frozenset(more.split()))

    def read(self, place: int) -> SaidValues:
        """What the message of one run says."""
        if place not in self._found:
            self._read_some(place)
        text = _find_text(self._found.pop(place))
        return _UNREADABLE if text is None else parse_values(text)

    def _read_some(self, place: int) -> None:
        if len(self._found) >= _AT_ONCE:
            self._found.clear()
        end = min(place + self._at_once, len(self._commits))
        self._at_once = min(2 * self._at_once, _AT_ONCE)
        self.read_ahead(range(place, end))

    def read_ahead(self, places: Sequence[int]) -> None:
        """Reads the messages of some runs at once."""
        refs = [(self._commits[place], self._commits[place]) for place in places]
        for place, found in zip(places, read_commits_of(self._repository, refs), strict=True):
            # Taken apart when it is asked for: a filter may have left one in a hundred.
            self._found[place] = found.data


class _Place:
    """Where a run stands among those of a reader."""

    __slots__ = ("number", "reader")

    def __init__(self, reader: SaidReader, number: int) -> None:
        self.reader = reader
        self.number = number

    def __call__(self) -> SaidValues:
        return self.reader.read(self.number)


def read_together(heads: Iterable[RunHead]) -> None:
    """Reads at once what the messages of some runs say, of which many more were given, and in another order."""
    readers: dict[int, tuple[SaidReader, list[int]]] = {}
    for head in heads:
        source = head.said.source
        if isinstance(source, _Place):
            readers.setdefault(id(source.reader), (source.reader, []))[1].append(source.number)
    for reader, places in readers.values():
        reader.read_ahead(places)


def read_texts(repository: Repository, commits: list[str]) -> list[str | None]:
    """The lines of values of the commits' messages; None of one that is missing or damaged."""
    return [_find_text(found.data) for found in read_commits_of(repository, [(commit, commit) for commit in commits])]


def _find_text(data: bytes | None) -> str | None:
    if data is None:
        return None
    try:
        return find_values(parse_commit(data).message)
    except BrokenObject:
        return None

"""Params, metrics and tags of heads from the index: read when they are asked for, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.format.message_reading import find_values, parse_values
from gitexp.git.commits import parse_commit
from gitexp.git.reading import read_objects
from gitexp.model.said import Said, SaidValues
from gitexp.store.index import IndexDamagedError, IndexUnusableError, open_index

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_AT_FIRST = 32
_AT_ONCE = 4_096
_UNREADABLE = SaidValues({}, {}, {}, frozenset(("params", "metrics", "tags")))


class SaidReader:
    """Reads what the messages of some runs say: that of the run that is asked for, and those of the runs after it.

    The index is closed meanwhile, and may have changed: what it does not have any more is read from Git.
    """

    __slots__ = ("_at_once", "_commits", "_numbers", "_repository", "_texts")

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._commits: list[str] = []
        self._numbers: list[int] = []
        self._texts: dict[int, str] = {}
        self._at_once = _AT_FIRST

    def make_said(self, number: int, commit: str, more: str | None) -> Said:
        """The values of the next run, by its number in the index."""
        place = len(self._commits)
        self._commits.append(commit)
        self._numbers.append(number)
        return Said(lambda: self._read(place), None if more is None else frozenset(more.split()))

    def _read(self, place: int) -> SaidValues:
        if place not in self._texts:
            self._read_texts(place)
        return parse_values(self._texts.pop(place)) if place in self._texts else self._ask_git(self._commits[place])

    def _read_texts(self, place: int) -> None:
        places = range(place, min(place + self._at_once, len(self._commits)))
        self._at_once = min(2 * self._at_once, _AT_ONCE)
        question = 'SELECT text, "commit" FROM said JOIN stored_runs USING (number) WHERE number = ?'
        try:
            with open_index(self._repository) as connection:
                connection.execute("BEGIN")
                for one in places:
                    row = connection.execute(question, (self._numbers[one],)).fetchone()
                    if row is not None and row[1] == self._commits[one]:
                        self._texts[one] = row[0]
        except (IndexUnusableError, IndexDamagedError):
            return  # the next listing throws it away

    def _ask_git(self, commit: str) -> SaidValues:
        for found in read_objects(self._repository, [commit]):
            if found.type == "commit" and found.data is not None:
                return parse_values(find_values(parse_commit(found.data).message))
        return _UNREADABLE

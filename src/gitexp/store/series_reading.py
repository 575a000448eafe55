"""The series of stored runs: of one point by point, of many through one pipe."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, GitFailed, GitMissing
from gitexp.format.series import LONG_NAME, WIDE_NAME, parse_series
from gitexp.git.reading import read_objects
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from gitexp.git.reading import FoundObject
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Point
    from gitexp.store.runs import RunStore

_NAMES = (WIDE_NAME, LONG_NAME)
_PATHS = tuple(RECORD.decode() + name for name in _NAMES)
MOST_OF_A_SERIES = 100_000_000
"""Bytes that are read of one. What we write ourselves has at most a quarter of that."""


def read_series(store: RunStore, head: RunHead) -> Iterator[Point]:
    """The points in the order of the file; none where the run has none. Raises BrokenRecord, also on the way."""
    found = read_series_file(store, head)
    if found is not None:
        yield from parse_series_file(head, found)


class SeriesFile(NamedTuple):
    """The file of a series, not yet looked at."""

    name: str
    data: bytes


def read_series_file(store: RunStore, head: RunHead) -> SeriesFile | None:
    """The file with the series of a run; None where there is none. Raises BrokenRecord."""
    for name in _NAMES:
        data = store.read_part(head, RECORD + name.encode(), MOST_OF_A_SERIES)
        if data is not None:
            return SeriesFile(name, data)
    return None


def parse_series_file(head: RunHead, found: SeriesFile, only: Collection[str] | None = None) -> Iterator[Point]:
    """The points in the order of the file, of some metrics ``only``. Raises BrokenRecord, also on the way."""
    lines = io.TextIOWrapper(io.BytesIO(found.data), "utf-8", "replace", newline="")
    try:
        yield from parse_series(found.name, lines, only)
    except (ValueError, IndexError, csv.Error) as error:
        raise BrokenRecord(head.id, f"its series cannot be read: {error}") from error


def read_series_files(
    store: RunStore, heads: Sequence[RunHead]
) -> Iterator[tuple[RunHead, SeriesFile | BrokenRecord | None]]:
    """The file of each run in their order, one at a time in memory; in place of one that cannot be read, why."""
    waiting = list(heads)
    while waiting:
        done = 0
        try:
            names = (f"{head.commit}:{name}" for head in waiting for name in (*_PATHS, RECORD.decode().rstrip("/")))
            answers = read_objects(store.repository, names, MOST_OF_A_SERIES)
            for head in waiting:
                found = [next(answers) for _ in (*_PATHS, RECORD)]
                files = zip(_NAMES, found[:-1], strict=True)
                known = next((SeriesFile(name, one.data) for name, one in files if one.data is not None), None)
                done += 1
                if known is not None and _is_blob(found[_NAMES.index(known.name)]):
                    yield head, known
                elif found[-1].data is not None and not any(_entry(name) in found[-1].data for name in _NAMES):
                    yield head, None
                else:  # damaged, or in a fold that alone is here: whoever reads it by itself finds out
                    yield head, _read_alone(store, head)
            next(answers, None)  # at the end it says whether git went well
        except GitMissing:
            raise
        except GitFailed:
            if done == len(waiting):
                raise
            # Git dies at an object that is damaged: the run of this one alone is told, and the next one goes on.
            yield waiting[done], _read_alone(store, waiting[done])
            done += 1
        waiting = waiting[done:]


def _read_alone(store: RunStore, head: RunHead) -> SeriesFile | BrokenRecord | None:
    try:
        return read_series_file(store, head)
    except BrokenRecord as error:
        return error


def _is_blob(found: FoundObject) -> bool:
    return found.type == "blob"


def _entry(name: str) -> bytes:
    """What a tree that has a file of this name has in it."""
    return b" " + name.encode() + b"\0"

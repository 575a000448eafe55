"""Every point that a run logged, be it the whole of a series of which Git has a part, or of a chain."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.get import GetRequest, stream_file
from gitexp.actions.going_journal import find_journal
from gitexp.actions.going_points import hear_points
from gitexp.actions.placing_files import Manners
from gitexp.errors import BrokenRecord, ExpError
from gitexp.format.series import WIDE_NAME, parse_series
from gitexp.model.joined_series import join_series
from gitexp.store.series_reading import read_series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitexp.model.head import RunHead
    from gitexp.model.joined_series import PointSource
    from gitexp.model.metrics import Point
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore


class PointReading(NamedTuple):
    """How points are read: ``load`` gives a manifest, ``tell`` hears what is said of a series that is not whole."""

    store: RunStore
    load: Callable[[RunHead], Run]
    tell: Callable[[str], None]

    def read(self, head: RunHead) -> Iterator[Point]:
        """The points of a run in their order, of a chain joined.

        A series whose whole cannot be had comes as Git has it. Raises BrokenRecord, also on the way.
        """
        if len(head.chain) < 2:
            return iter(self._find_source(head)())
        return (point for _, point in join_series([self._find_source(part) for part in head.chain]))

    def _find_source(self, head: RunHead) -> PointSource:
        store = self.store
        found = find_journal(store.repository, head)
        if found is not None:
            points = hear_points(store, store.load(head), found).points
            return points.__iter__
        note = self.load(head).series
        if note is None:
            return lambda: read_series(store, head)
        part = f"{note.kept} of {note.points} points"
        if note.whole is None:
            self.tell(f"{head.name} ({head.id}): {part}: the whole series was not kept")
            return lambda: read_series(store, head)
        try:
            self._open_whole(head, note.whole)  # checks every byte before the first is given
        except ExpError as error:
            hint = f"; {error.hint}" if error.hint else ""
            self.tell(f"{head.name} ({head.id}): {part}: {error.message}{hint}")
            return lambda: read_series(store, head)
        whole = note.whole
        return lambda: _parse(head, self._open_whole(head, whole))

    def _open_whole(self, head: RunHead, path: str) -> Iterator[bytes]:
        return stream_file(self.store, GetRequest(head.id, (path,)), Manners())


def _parse(head: RunHead, chunks: Iterable[bytes]) -> Iterator[Point]:
    try:
        yield from parse_series(*_name(_split_lines(chunks)))
    except (ValueError, IndexError, csv.Error) as error:
        raise BrokenRecord(head.id, f"its whole series cannot be read: {error}") from error


def _name(lines: Iterator[str]) -> tuple[str, Iterator[str]]:
    """The lines with the name of the form that the first of them shows."""
    from itertools import chain

    from gitexp.format.series import LONG_NAME

    first = next(lines, "")
    is_long = first.rstrip("\r\n") == "step,time,metric,value"
    return LONG_NAME if is_long else WIDE_NAME, chain([first] if first else [], lines)


def _split_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace") + "\n"
    if rest:
        yield rest.decode("utf-8", "replace")

"""``.exp/system.csv``: the samples of a run's journal as a part of its record."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.format.frames import METRICS
from gitexp.model.metrics import Point
from gitexp.store.journal import read_start
from gitexp.store.journal_records import read_log
from gitexp.store.layout import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.actions.attempts import Attempts
    from gitexp.store.journal import Journal, JournalStart
    from gitexp.store.writing import Files

_TIME_DIGITS = 3


def gather_system(journal: Journal | None, attempts: Attempts) -> Files:
    """The file of the samples, if there are any: a row a sample, a column a value."""
    start = read_start(journal.folder) if journal is not None else None
    if journal is None or start is None or not os.path.exists(journal.system):
        return {}
    data = attempts.make("the use of the machine was not recorded", lambda: _format_samples(journal, start), b"")
    return {SYSTEM: data} if data else {}


def _format_samples(journal: Journal, start: JournalStart) -> bytes:
    from gitexp.format.series import format_wide

    return b"".join(format_wide(lambda: read_samples(journal, start)))


def read_samples(journal: Journal, start: JournalStart) -> Iterator[Point]:
    """The samples of a journal, the ones of a run that is going included. Raises OSError."""
    for kind, time, *rest in read_log(journal.system, start):
        if kind == METRICS:
            number, values = rest
            for name, value in values.items():
                yield Point(name, value, number, round(time, _TIME_DIGITS))

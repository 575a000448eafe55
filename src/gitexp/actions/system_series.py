"""``.exp/system.csv``: the samples of a run's journal as a part of its record."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.format.frames import METRICS
from gitexp.model.energy import is_energy, sum_energy
from gitexp.model.metrics import Point
from gitexp.store.journal import read_start
from gitexp.store.journal_records import read_log
from gitexp.store.layout import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.actions.attempts import Attempts
    from gitexp.model.energy import Energy
    from gitexp.model.run import Run
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


def add_energy(run: Run, journal: Journal | None, attempts: Attempts) -> Run:
    """The run with the energy that its samples tell of in its cost, where they do."""
    cost = run.cost
    if cost is None or journal is None:
        return run
    energy = attempts.make("the energy was not recorded", lambda: _find_energy(journal, cost.seconds), None)
    return run if energy is None else replace(run, cost=cost._replace(energy_kwh=energy.kwh, energy_of=energy.of))


def _find_energy(journal: Journal, seconds: float) -> Energy | None:
    start = read_start(journal.folder)
    if start is None or not os.path.exists(journal.system):
        return None
    records = read_log(journal.system, start)
    return sum_energy(((time, rest[1]) for kind, time, *rest in records if kind == METRICS), seconds)


def _format_samples(journal: Journal, start: JournalStart) -> bytes:
    from gitexp.format.series import format_wide

    return b"".join(format_wide(lambda: read_samples(journal, start)))


def read_samples(journal: Journal, start: JournalStart) -> Iterator[Point]:
    """The samples of a journal, the ones of a run that is going included. Raises OSError."""
    for kind, time, *rest in read_log(journal.system, start):
        if kind == METRICS:
            number, values = rest
            for name, value in values.items():
                if is_energy(name):
                    continue
                yield Point(name, value, number, round(time, _TIME_DIGITS))

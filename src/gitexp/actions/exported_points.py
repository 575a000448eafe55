"""The points of many runs on their way out, one run in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.points_of_runs import PointReading
from gitexp.errors import BrokenRecord, ExpError
from gitexp.format.sheet_text import RunPoint
from gitexp.model.run import Status
from gitexp.model.sheet import to_float
from gitexp.model.texts import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_AT_ONCE = 100
_LEAST, _GREATEST = -(2**63), 2**63 - 1


class FractionalStep(Exception):
    """A step that is no int of 64 bits came where all were so far."""


class ExportedPoints:
    """Gives the points of the runs in their order, and knows then what came of it.

    ``metrics`` are those that are wanted, None for all. With ``whole_steps`` FractionalStep is raised at a step that is
    not a whole number.
    """

    def __init__(
        self,
        store: RunStore,
        heads: Sequence[RunHead],
        metrics: frozenset[str] | None,
        count: Callable[[int, int], None],
    ) -> None:
        self._store = store
        self._heads = heads
        self._metrics = metrics
        self._count = count
        self.begin()

    def begin(self) -> None:
        """Forgets what came so far."""
        self.rows = self.rounded = 0
        self.without: list[RunHead] = []
        """Runs that have none of the points."""
        self.broken: list[ExpError] = []
        self.partial: dict[str, None] = {}
        """What is said of series that are not whole."""

    def read(self, *, whole_steps: bool) -> Iterator[RunPoint]:
        """The points. A run whose series is broken on the way has those before it, and is told."""
        done = 0
        for start in range(0, len(self._heads), _AT_ONCE):
            block = self._heads[start : start + _AT_ONCE]
            reading = PointReading(
                self._store, self._make_loader(block), lambda text: self.partial.update({text: None})
            )
            for head in block:
                before = self.rows
                try:
                    yield from self._read_run(reading, head, whole_steps)
                    if self.rows == before:
                        self.without.append(head)
                except BrokenRecord as error:
                    self.broken.append(error)
                done += 1
                self._count(done, len(self._heads))

    def _read_run(self, reading: PointReading, head: RunHead, whole_steps: bool) -> Iterator[RunPoint]:
        names: dict[str, str] = {}
        for metric, value, step, time in reading.read(head):
            if self._metrics is not None and metric not in self._metrics:
                continue
            if whole_steps and step is not None and not (type(step) is int and _LEAST <= step <= _GREATEST):
                raise FractionalStep
            if type(value) is int and to_float(value) != value:
                self.rounded += 1
            if metric not in names:
                names[metric] = replace_surrogates(metric)
            self.rows += 1
            yield RunPoint(head.id, names[metric], step, time, value)

    def _make_loader(self, block: Sequence[RunHead]) -> Callable[[RunHead], Run]:
        parts = {part.ref: part for head in block for part in (head.chain or (head,))}
        ended = [part for part in parts.values() if part.status is not Status.RUNNING]
        known = {head.ref: run for head, run in self._store.load_many(ended)}

        def load(head: RunHead) -> Run:
            found = known.get(head.ref)
            if isinstance(found, BrokenRecord):
                raise found
            return self._store.load(head) if found is None else found

        return load

"""A run that is going, looked into: metrics, output and use of the machine, read on from where the last look ended."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from gitexp.actions.going_journal import GoingJournal, find_unstored_end
from gitexp.actions.going_output import find_redactor
from gitexp.actions.metrics_found import OUTPUT_SOURCE
from gitexp.actions.said_so_far import SaidSoFar
from gitexp.capture.output_lines import read_states
from gitexp.capture.output_metrics import OutputMetrics
from gitexp.capture.progress import fold_progress
from gitexp.capture.redaction_flow import FlowingRedactor
from gitexp.capture.spool_following import Dropped, SpoolFollower
from gitexp.format.frames import METRICS
from gitexp.model.annotations import apply_annotations
from gitexp.model.energy import is_energy
from gitexp.model.going import RunView
from gitexp.model.progress import find_progress
from gitexp.store.journal_annotations import read_waiting
from gitexp.store.journal_following import FrameFollower
from gitexp.store.journal_notes import read_processes
from gitexp.store.journal_records import list_logs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitexp.capture.redaction import Redactor
    from gitexp.git.repository import Repository
    from gitexp.model.metrics import Point
    from gitexp.model.run import Run
    from gitexp.store.journal_records import Record

_TAIL = 32_768
_MOST_LINES = 200
_SAMPLES = 240


class Hearer(Protocol):
    """Who wants more than the newest of it: all values and all output as they come, secrets hidden but in names."""

    def hear_record(self, record: Record) -> None:
        """A record with values of metrics."""

    def hear_point(self, point: Point) -> None:
        """A value that was printed."""

    def forget_points(self) -> None:
        """What was printed counts no more."""

    def hear_output(self, text: bytes) -> None:
        """The next whole lines, or the next state of one that is redrawn."""

    def hear_dropped(self, count: int) -> None:
        """So many bytes of output were gone before they could be read."""


class GoingLook:
    """Looks into one journal; each look costs what came since the one before.

    Metrics are those of the API; where it said none and the recording wants it, those that were printed.
    """

    def __init__(
        self,
        repository: Repository,
        run: Run,
        found: GoingJournal,
        *,
        draws: bool = False,
        hearer: Hearer | None = None,
    ) -> None:
        """Raises ConfigError where the project's settings cannot be read."""
        self._run = run
        self._hearer = hearer
        self._journal, self._start = found
        settings, self._redactor = find_redactor(repository, run, found.start, found.journal)
        self._said = SaidSoFar(draws=draws)
        self._logs: dict[str, FrameFollower] = {}
        self._system = FrameFollower(self._journal.system, found.start)
        self._samples: dict[str, deque[float]] = {}
        self._spool = SpoolFollower(self._journal.output, settings.output_bytes)
        self._flow = FlowingRedactor(self._redactor)
        self._printed = OutputMetrics(run.params, settings.directions) if found.start.extract else None
        self._unread = b""
        """Printed, but no whole line yet."""
        self._tail = b""

    def take(self) -> RunView:
        """What is known now. Raises OSError."""
        self._read_logs()
        self._said.teach(self._redactor)
        self._read_output()
        self._read_system()
        run = apply_annotations(self._said.tell(self._run, self._redactor), read_waiting(self._journal))
        curves = self._said.hide_names(self._said.curves(), self._redactor)
        lines = find_lines(self._tail)
        last = {metric: summary.last for metric, summary in run.metrics.items()}
        processes = read_processes(self._journal)
        end = find_unstored_end(GoingJournal(self._journal, self._start))
        if end is not None:
            run = replace(
                run,
                status=end.status,
                exit_code=end.exit_code,
                signal=end.signal,
                ended_at=run.started_at + timedelta(seconds=end.seconds),
            )
            return RunView(run, curves, lines, missing=f"not stored yet: exp recover {run.id}")
        return RunView(
            run,
            curves=curves,
            lines=lines,
            processes={} if processes is None else {key: pid for key, pid in processes._asdict().items() if pid},
            system={name: tuple(values) for name, values in self._samples.items()},
            progress=find_progress(lines, run.params, last, self._said.last_step),
        )

    @property
    def redactor(self) -> Redactor:
        """What hides the run's secrets, as far as they are known by now."""
        return self._redactor

    def close(self) -> None:
        """Closes what is open."""
        self._spool.close()

    def _read_logs(self) -> None:
        for path in list_logs(self._journal):
            if path not in self._logs:
                self._logs[path] = FrameFollower(path, self._start)
        if len(self._logs) == 1:  # streamed: the log of a day has millions of records
            (only,) = self._logs.values()
            self._said.take(self._drop_printed(only.read()))
            return
        records = [record for log in self._logs.values() for record in log.read()]
        records.sort(key=lambda record: record[1])
        self._said.take(self._drop_printed(iter(records)))

    def _drop_printed(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records; the first with metrics takes the place of all that was read from the output."""
        for record in records:
            if self._printed is not None and record[0] == METRICS:
                self._printed = None
                self._said.forget_points()
                if self._hearer is not None:
                    self._hearer.forget_points()
            if self._hearer is not None and record[0] == METRICS:
                self._hearer.hear_record(record)
            yield record

    def _read_output(self) -> None:
        for piece in self._spool.read():
            if isinstance(piece, Dropped):
                count = piece.bytes_left_out + self._flow.skip()
                self._unread = b""
                if self._hearer is not None:
                    self._hearer.hear_dropped(count)
                continue
            text = self._flow.feed(piece)
            self._tail = (self._tail + text)[-_TAIL:]
            if self._hearer is not None:
                self._hearer.hear_output(text)
            if self._printed is not None:
                whole, _, self._unread = (self._unread + text).rpartition(b"\n")
                self._said.take_points(self._pass_points(self._printed.read(whole)), OUTPUT_SOURCE)

    def _pass_points(self, points: Iterable[Point]) -> Iterator[Point]:
        for point in points:
            if self._hearer is not None:
                self._hearer.hear_point(point)
            yield point

    def _read_system(self) -> None:
        for record in self._system.read():
            match record:
                case (kind, _, _, dict(values), *_) if kind == METRICS:
                    for name in itertools.filterfalse(is_energy, values):
                        self._samples.setdefault(name, deque(maxlen=_SAMPLES)).append(values[name])


def find_lines(output: bytes) -> tuple[str, ...]:
    """The last lines of an output as a terminal shows them, empty ones at the end aside."""
    lines = read_states(fold_progress(output[-_TAIL:]))
    if len(output) >= _TAIL:
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines.pop()
    return tuple(line.expandtabs().rstrip() for line in lines[-_MOST_LINES:])

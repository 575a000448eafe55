"""The series of a run that is going, for its mirrors: all of it while it is short, a part of it when it has grown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.metric_summaries import rename
from gitexp.format.series import format_rows, name_series
from gitexp.model.run import SeriesNote
from gitexp.model.sampling import Sample
from gitexp.model.series_measure import SeriesMeasure
from gitexp.model.texts import replace_surrogates
from gitexp.model.whole_numbers import bound
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from gitexp.capture.redaction import Redactor
    from gitexp.model.metrics import Number, Point, Row, Step
    from gitexp.store.journal_records import Record
    from gitexp.store.writing import Files

MOST_VALUES = 5000
"""In a mirror: each is pushed, and kept by the other side until it is collected."""
_TIME_DIGITS = 6


class FormattedSeries(NamedTuple):
    """The file of a series, none where there are no values; ``note`` where it has a part of them."""

    files: Files
    note: SeriesNote | None


class SeriesSoFar:
    """Takes values as they come; what it holds is bounded. A part keeps what stands out, as a stored series does."""

    __slots__ = ("_counts", "_rows", "_taken")

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._counts: dict[str, int] = {}
        """How many values of each metric are held."""
        self._taken = 0

    def take_record(self, record: Record) -> None:
        """Takes a record of the API. What is no number is passed over."""
        if len(record) > 3 and isinstance(record[3], dict):
            numbers = {metric: value for metric, value in record[3].items() if isinstance(value, (int, float))}
            self._take(record[2], round(record[1], _TIME_DIGITS), numbers)

    def take_point(self, point: Point) -> None:
        """Takes a value that was printed."""
        self._take(point.step, point.time, {point.metric: point.value})

    def forget(self) -> None:
        """Drops all of it."""
        self._rows, self._counts, self._taken = [], {}, 0

    def format(self, redactor: Redactor) -> FormattedSeries:
        """The file as it is now, secrets in the names of metrics hidden."""
        if not self._rows:
            return FormattedSeries({}, None)
        names = redactor.redact_names(dict.fromkeys(self._counts))
        rows = [(step, time, rename(values, names)) for step, time, values in self._rows]
        measure = SeriesMeasure()
        measure.take(rows)
        shape = measure.shape()
        file = name_series(shape)
        note = None if shape.values == self._taken else SeriesNote(file, self._taken, shape.values, None)
        return FormattedSeries({RECORD + file.encode(): b"".join(format_rows(file, rows, shape))}, note)

    def _take(self, step: Step | None, time: float | None, values: dict[str, Number]) -> None:
        if not values:
            return
        step = bound(step) if step is not None and type(step) is not float else step
        values = {
            replace_surrogates(metric): value if type(value) is float else bound(value)
            for metric, value in values.items()
        }
        last = self._rows[-1] if self._rows else None
        is_same = last is not None and last[0] == step and (step is not None or last[1] == time)
        if last is not None and is_same and last[2].keys().isdisjoint(values):
            last[2].update(values)
        else:
            self._rows.append((step, time, values))
        for metric in values:
            self._counts[metric] = self._counts.get(metric, 0) + 1
        self._taken += len(values)
        if sum(self._counts.values()) > MOST_VALUES:
            self._thin_out()

    def _thin_out(self) -> None:
        sample = Sample(self._counts, MOST_VALUES // 2)
        for _ in sample.watch(self._rows):
            pass
        self._rows = sample.rows()
        self._counts = dict.fromkeys(self._counts, 0)
        for _, _, values in self._rows:
            for metric in values:
                self._counts[metric] += 1

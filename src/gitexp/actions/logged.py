"""What a run's script said through the API, read from its journal: the small things, and the series to be streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.actions.texts_kept import SaidOfFiles
from gitexp.format.frames import FILE, LOST, METRICS, NOTE, PARAMS, SUMMARY, TAGS, TEXT, WARNING
from gitexp.format.series import merge_rows
from gitexp.model.params import flatten
from gitexp.model.series_measure import SeriesMeasure
from gitexp.model.texts import replace_surrogates
from gitexp.model.values import equal_values, is_scalar
from gitexp.model.whole_numbers import MOST_BITS, bound, tame
from gitexp.store.journal_records import Damage, list_logs, merge_logs, read_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitexp.model.metrics import Number, Row
    from gitexp.model.values import Params, Scalar, Value
    from gitexp.store.journal import Journal, JournalStart
    from gitexp.store.journal_records import Record

_TIME_DIGITS = 6
_MOST_CHARACTERS = 4_000_000
"""Of all params, all tags and all notes each: a manifest that is much larger is refused by its readers."""
_MOST_WARNINGS = 100
_are_floats = frozenset({float}).issuperset
_are_texts = frozenset({str}).issuperset
_are_numbers = frozenset({int, float}).issuperset


class Logged(NamedTuple):
    """All that was said. ``rows`` gives the series, again each time it is called; ``measure`` has seen them."""

    params: Params
    tags: dict[str, Scalar]
    notes: tuple[str, ...]
    stated: dict[str, Number]
    """What summaries are to say, by metric."""
    warnings: tuple[str, ...]
    measure: SeriesMeasure
    rows: Callable[[], Iterable[Row]]
    files: SaidOfFiles
    """What was said of the files that were kept."""


def read_logged(journal: Journal, start: JournalStart) -> Logged | None:
    """Reads the journal once; None where the script said nothing. Raises OSError."""
    import os

    # What a process in the background still writes comes too late: a second reading must give the same.
    sizes = {path: os.stat(path).st_size for path in list_logs(journal)}
    if not sizes:
        return None
    reading = _Reading()
    damage = Damage()
    measure = SeriesMeasure()
    measure.take(merge_rows(reading.rows(_read(sizes, start, damage))))
    return Logged(
        reading.params.bounded(),
        reading.tags.bounded(),
        tuple(reading.notes),
        reading.stated,
        tuple(reading.describe(damage)),
        measure,
        lambda: merge_rows(_read_again(reading, _read(sizes, start, Damage()))),
        reading.files,
    )


def _read_again(reading: _Reading, records: Iterator[Record]) -> Iterator[Row]:
    """The rows that ``reading`` gave, once more."""
    if not reading.is_plain:
        yield from _Reading().rows(records)
        return
    for record in records:
        if record[0] == METRICS:
            yield record[2], round(record[1], _TIME_DIGITS), record[3]


def _read(sizes: dict[str, int], start: JournalStart, damage: Damage) -> Iterator[Record]:
    return merge_logs([read_log(path, start, damage, size) for path, size in sizes.items()])


class _Said:
    """Values by name, of which the last counts."""

    __slots__ = ("_values", "changed", "left_out")

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        self.changed: dict[str, None] = {}
        self.left_out = 0

    def take(self, values: Params) -> None:
        for key, value in values.items():
            if key in self._values and not equal_values(self._values[key], value):
                self.changed[key] = None
            self._values[key] = value

    def bounded(self) -> dict[str, Any]:
        """The values, as many as a manifest can hold."""
        kept: dict[str, Any] = {}
        room = _MOST_CHARACTERS
        for key, value in self._values.items():
            size = len(key) + len(str(value))
            if size <= room:
                kept[key] = value
                room -= size
        self.left_out = len(self._values) - len(kept)
        return kept


class _Reading:
    """Takes records: gives the rows of metrics, and remembers all else."""

    __slots__ = (
        "_damaged", "_huge", "_lost", "_notes_left", "_room", "_warnings",
        "files", "is_plain", "notes", "params", "stated", "tags",
    )  # fmt: skip

    def __init__(self) -> None:
        self.is_plain = True
        """Whether all records of metrics are rows as they stand."""
        self.params = _Said()
        self.tags = _Said()
        self.notes: list[str] = []
        self.files = SaidOfFiles()
        self.stated: dict[str, Number] = {}
        self._warnings: dict[str, None] = {}
        self._lost: dict[str, int] = {}
        self._room = _MOST_CHARACTERS
        self._notes_left = 0
        self._damaged = 0
        self._huge = 0

    def rows(self, records: Iterable[Record]) -> Iterator[Row]:
        """The rows in the order of the records. One that is not of its kind's form counts as damaged."""
        for record in records:
            kind = record[0]
            if kind != METRICS:
                try:
                    self._hear(kind, *record[2:])
                except (TypeError, ValueError, AttributeError, RecursionError):
                    self._damaged += 1
                continue
            if len(record) != 4 or type(record[3]) is not dict:
                self._damaged += 1
                self.is_plain = False
                continue
            _, time, step, values = record
            if not (_are_floats(map(type, values.values())) and _are_texts(map(type, values))):
                given, values = values, self._clean(values)
                self.is_plain = self.is_plain and values == given and _are_numbers(map(type, given.values()))
            if type(step) is not float and not _is_small(step):
                step, self.is_plain = self._number(step), False
            if values:
                yield step, round(time, _TIME_DIGITS), values
            else:
                self.is_plain = False

    def describe(self, damage: Damage) -> Iterator[str]:
        """What was not as it should be, a sentence each."""
        warnings = list(self._warnings)
        yield from warnings[:_MOST_WARNINGS]
        if len(warnings) > _MOST_WARNINGS:
            yield f"{_count(len(warnings) - _MOST_WARNINGS, 'more warning')} of the script"
        for why, count in self._lost.items():
            yield f"{_count(count, 'record')} could not be written: {why}"
        if places := damage.places + self._damaged:
            yield f"{_count(places, 'record')} of the API {'was' if places == 1 else 'were'} damaged"
        if damage.foreign:
            yield f"{_count(damage.foreign, 'file')} of the API's log not read: of another user"
        if self._huge:
            yield f"{_count(self._huge, 'number')} of the API had more than {MOST_BITS:,} bits, recorded as infinite"
        for key in self.params.changed:
            yield f"param {key} was changed by the script: the last value is recorded"
        for said, what in ((self.params, "param"), (self.tags, "tag")):
            if said.left_out:
                yield f"{_count(said.left_out, what)} of the API left out: all together are too large"
        if self._notes_left:
            yield f"{_count(self._notes_left, 'note')} left out: all together are too large"

    def _hear(self, kind: str, *said: Any) -> None:
        first = said[0]
        if kind == PARAMS:
            self.params.take(flatten(tame(dict(first))))
        elif kind == TAGS:
            self.tags.take({str(key): one if is_scalar(one) else str(one) for key, one in tame(dict(first)).items()})
        elif kind == NOTE:
            if len(first) <= self._room:
                self._room -= len(first)
                self.notes.append(str(first))
            else:
                self._notes_left += 1
        elif kind == SUMMARY:
            self.stated |= {replace_surrogates(key): value for key, value in self._clean(dict(first)).items()}
        elif kind == WARNING:
            if len(self._warnings) <= _MOST_WARNINGS * 10:
                self._warnings[replace_surrogates(first)] = None
        elif kind in {TEXT, FILE}:
            self.files.hear(kind, *said)
        elif kind == LOST:
            why = replace_surrogates(said[1])
            self._lost[why] = self._lost.get(why, 0) + first

    def _clean(self, values: dict[Any, Any]) -> dict[str, Number]:
        cleaned = {str(key): self._number(value) for key, value in values.items()}
        found = {key: value for key, value in cleaned.items() if value is not None}
        self._damaged += len(found) != len(values)
        return found

    def _number(self, value: Any) -> Number | None:
        if type(value) is float:
            return value
        if not isinstance(value, int):
            return None
        if value.bit_length() > MOST_BITS:
            self._huge += 1
            return bound(value)
        return int(value)


def _is_small(step: object) -> bool:
    return step is None or (type(step) is int and step.bit_length() <= MOST_BITS)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"

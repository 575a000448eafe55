"""The series of a run as its record keeps it: whole, or a part where Git is not to have all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.format.series import format_rows, name_series
from gitexp.model.run import SeriesNote
from gitexp.model.sampling import Sample
from gitexp.model.series_measure import SeriesMeasure
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitexp.actions.attempts import Attempts
    from gitexp.data.hashing import FileHash
    from gitexp.model.metrics import Row
    from gitexp.store.writing import Files

MOST_BYTES = 25_000_000
"""Of a series in Git."""
MOST_POINTS = 200_000
"""Of the part of a larger one."""
_LIKELY_LARGE = 1_000_000


class KeptSeries(NamedTuple):
    """The file for Git; for a part of a series what there is to be said of it, and the whole in the cache."""

    files: Files
    note: SeriesNote | None = None
    whole: FileHash | None = None


def keep_series(
    rows: Callable[[], Iterable[Row]],
    measure: SeriesMeasure,
    metrics: list[str],
    cache: str,
    attempts: Attempts,
) -> KeptSeries:
    """Writes the rows, of which ``measure`` has seen all; they are called for twice at most, and never held at once.

    ``metrics`` are those of which a part is kept where all is too large.
    """
    shape = measure.shape()
    name = name_series(shape)
    # To look at the rows while they pass spares reading all of them once more.
    sample = _sample(metrics, measure) if shape.values >= _LIKELY_LARGE else None
    passing = rows() if sample is None else sample.watch(rows())
    parts: list[bytes] = []
    size = 0
    chunks = iter(format_rows(name, passing, shape))
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            break
    else:
        return KeptSeries({RECORD + name.encode(): b"".join(parts)})
    whole = attempts.make(
        "the whole series of metrics was not kept", lambda: _keep_whole(cache, _chain(parts, chunks)), None
    )
    if sample is None or whole is None:
        sample = _sample(metrics, measure)
        for _ in sample.watch(rows()):
            pass
    part = sample.rows()
    small = SeriesMeasure()
    small.take(part)
    shown = small.shape()
    file = name_series(shown)
    note = SeriesNote(file, shape.values, shown.values, None)
    return KeptSeries({RECORD + file.encode(): b"".join(format_rows(file, part, shown))}, note, whole)


def _keep_whole(cache: str, chunks: Iterable[bytes]) -> FileHash:
    from gitexp.data.cache import Cache

    return Cache(cache).store_chunks(chunks)


def _sample(metrics: list[str], measure: SeriesMeasure) -> Sample:
    return Sample({metric: measure.count(metric) for metric in metrics}, MOST_POINTS)


def _chain(parts: list[bytes], rest: Iterable[bytes]) -> Iterable[bytes]:
    while parts:
        yield parts.pop(0)
    yield from rest


def whole_name(note: SeriesNote, taken: Iterable[str]) -> str:
    """Under which path the whole series is an artifact: one that no other has."""
    used = set(taken)
    stem, suffix = "metrics.full", ".csv"
    path, number = stem + suffix, 1
    while path in used or f"{path}.dvc" in used:
        number += 1
        path = f"{stem}-{number}{suffix}"
    return path

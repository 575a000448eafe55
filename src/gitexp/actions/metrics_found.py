"""The metrics of a run: what its script said through the API, what is in files it wrote, and what it printed."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.metric_summaries import MOST_SUMMARIES, bound_summaries, rename, state_summaries
from gitexp.model.metrics import Point, Summary, summarize
from gitexp.model.texts import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from gitexp.actions.attempts import Attempts
    from gitexp.actions.logged import Logged
    from gitexp.actions.params_found import Places
    from gitexp.data.hashing import FileHash
    from gitexp.model.metrics import Number, Row
    from gitexp.model.run import SeriesNote
    from gitexp.model.values import Params
    from gitexp.store.writing import Files

API_SOURCE = "api"
OUTPUT_SOURCE = "output"
_FEWER_DIGITS = 1e-3
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")


class MetricsSource(NamedTuple):
    """Where points come from; ``points`` gives the same points each time it is called."""

    name: str
    points: Callable[[], Iterable[Point]]


class FoundMetrics(NamedTuple):
    """The summary of each series, and the file that holds them all or, with a note, the largest part that Git is to."""

    summaries: dict[str, Summary]
    files: Files
    note: SeriesNote | None = None
    whole: FileHash | None = None
    redacted: tuple[str, ...] = ()
    """The metrics whose names held secrets, as they are called now."""


def find_metrics(
    paths: Iterable[str],
    output: bytes | None,
    params: Params,
    known: Collection[str],
    places: Places,
    attempts: Attempts,
    logged: Logged | None = None,
    cache: str = "",
    hide: Callable[[Collection[str]], dict[str, str]] = lambda _: {},
) -> FoundMetrics:
    """Reads the metrics files that a run wrote and, unless None, its output; ``known`` are metrics of the settings.

    What the script said itself (``logged``) comes first; another value in a file stays beside it.
    Of a metric that several files have, tables come before single values; another file's series of the name stays as
    ``<file>:<metric>`` where it ends in another value. What the output says of a file's metric is passed over: it is
    the same in fewer digits. Only where the file has a single value does the printed series lead up to it. ``hide``
    gives other names to metrics whose own hold secrets.
    """
    sources = list(_file_sources(sorted(paths, key=_rank), places, attempts))
    if output is not None:
        sources.append(_output_source(output, params, known))
    plan = _Plan(logged)
    for source in sources:
        plan.add(source, summarize(source.points(), source.name))
    stated = logged.stated if logged is not None else {}
    if not plan.summaries:
        names = hide(stated)
        summaries = bound_summaries(rename(state_summaries({}, stated), names), len(stated), attempts)
        return FoundMetrics(summaries, {}, redacted=tuple(names.values()))
    from gitexp.actions.series_kept import keep_series
    from gitexp.format.series import group_points
    from gitexp.model.series_measure import SeriesMeasure

    measure = logged.measure if logged is not None else SeriesMeasure()
    measure.take(group_points(plan.points(sources)))
    total = len(measure) + sum(metric not in measure for metric in stated)
    names = hide(dict.fromkeys((*measure, *stated)))
    measure.rename(names)

    def rows() -> Iterator[Row]:
        return ((step, time, rename(values, names)) for step, time, values in own()) if names else own()

    def own() -> Iterator[Row]:
        if logged is not None:
            yield from logged.rows()
        yield from group_points(plan.points(sources))

    kept = keep_series(rows, measure, list(islice(measure, MOST_SUMMARIES)), cache, attempts)
    names.update({replace_surrogates(name): shown for name, shown in names.items()})
    summaries = bound_summaries(rename(state_summaries(plan.summaries, stated), names), total, attempts)
    return FoundMetrics(summaries, kept.files, kept.note, kept.whole, tuple(dict.fromkeys(names.values())))


class _Plan:
    """Which source's points count under which name."""

    def __init__(self, logged: Logged | None) -> None:
        self.summaries: dict[str, Summary] = {}
        self._said: Collection[str] = ()
        if logged is not None:
            measure = self._said = logged.measure
            for metric in islice(measure, MOST_SUMMARIES):
                self.summaries[replace_surrogates(metric)] = measure.summary(metric, API_SOURCE)
        self._names: dict[tuple[str, str], str] = {}
        self._last: dict[str, Point] = {}
        """Single values of files that end a printed series, by metric."""

    def add(self, source: MetricsSource, summaries: dict[str, Summary]) -> None:
        for metric, summary in summaries.items():
            name = replace_surrogates(metric)
            known = self.summaries.get(name)
            if name in self._said:
                if source.name == OUTPUT_SOURCE or known is None or _is_same_value(known.last, summary.last):
                    continue
                name = f"{source.name}:{metric}"
            elif known is not None and source.name == OUTPUT_SOURCE:
                if known.count > 1 or known.step is not None or summary.count < 2:
                    continue
                self._last[metric] = Point(metric, known.last, summary.step, None)
                del self._names[known.source, metric]
                summary = _join(summary, known)
            elif known is not None:
                if repr(known.last) == repr(summary.last):
                    continue
                name = f"{source.name}:{metric}"
            self.summaries[name] = summary
            self._names[source.name, metric] = name

    def points(self, sources: Iterable[MetricsSource]) -> Iterator[Point]:
        for source in sources:
            for point in source.points():
                name = self._names.get((source.name, point.metric))
                if name is not None:
                    yield point if name == point.metric else point._replace(metric=name)
        yield from self._last.values()


def _is_same_value(said: Number, found: Number) -> bool:
    """Whether a file has what the script said, perhaps in fewer digits."""
    return repr(said) == repr(found) or math.isclose(said, found, rel_tol=_FEWER_DIGITS)


def _join(printed: Summary, single: Summary) -> Summary:
    """A printed series with a file's value as its last point, at the step of the last one printed."""
    lows = [value for value in (printed.min, single.last) if value == value]
    return replace(
        printed,
        last=single.last,
        min=min(lows, default=printed.min),
        max=max([value for value in (printed.max, single.last) if value == value], default=printed.max),
        count=printed.count + 1,
        source=f"{printed.source}, {single.source}",
    )


def _rank(path: str) -> bool:
    return not path.endswith(_TABLES)


def _output_source(output: bytes, params: Params, known: Collection[str]) -> MetricsSource:
    from gitexp.capture.output_metrics import parse_output_metrics

    found = list(parse_output_metrics(output, params, known))
    return MetricsSource(OUTPUT_SOURCE, lambda: found)


def _file_sources(paths: Iterable[str], places: Places, attempts: Attempts) -> Iterator[MetricsSource]:
    from gitexp.capture.found_files import find_dvclive_root

    folders: dict[str, list[str]] = {}
    for path in paths:
        root = find_dvclive_root(path)
        if root is not None:
            folders.setdefault(root, []).append(path)
            continue
        yield _file_source(path, places, attempts)
    for root, files in folders.items():
        yield _dvclive_source(root, files, places, attempts)


def _file_source(path: str, places: Places, attempts: Attempts) -> MetricsSource:
    from gitexp.format.metrics_file import parse_metrics_file

    shown = places.shown(path)

    def points() -> Iterator[Point]:
        ignored: dict[str, str] = {}
        with open(path, "rb") as lines:
            yield from parse_metrics_file(shown, lines, ignored)
        _tell(shown, ignored, attempts)

    return MetricsSource(shown, points)


def _dvclive_source(root: str, paths: list[str], places: Places, attempts: Attempts) -> MetricsSource:
    from gitexp.format.metrics_file import parse_dvclive

    shown = places.shown(root)

    def points() -> Iterator[Point]:
        ignored: dict[str, str] = {}
        contents = {os.path.relpath(path, root).replace(os.sep, "/"): _lines(path) for path in paths}
        yield from parse_dvclive(contents, ignored)
        _tell(shown, ignored, attempts)

    return MetricsSource(shown, points)


def _lines(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        yield from file


def _tell(shown: str, ignored: dict[str, str], attempts: Attempts) -> None:
    for what, why in ignored.items():
        attempts.warn(f"metrics of {shown}: {what}: {why}" if what != shown else f"metrics of {shown}: {why}")

"""The metrics of a run that used no API: from the files it wrote and from what it printed."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.metrics import Point, summarize
from gitexp.model.texts import replace_surrogates
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from gitexp.actions.attempts import Attempts
    from gitexp.actions.params_found import Places
    from gitexp.model.metrics import Summary
    from gitexp.model.values import Params
    from gitexp.store.writing import Files

OUTPUT_SOURCE = "output"
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")


class MetricsSource(NamedTuple):
    """Where points come from; ``points`` gives the same points each time it is called."""

    name: str
    points: Callable[[], Iterable[Point]]


class FoundMetrics(NamedTuple):
    """The summary of each series and the file that holds them all."""

    summaries: dict[str, Summary]
    files: Files


def find_metrics(
    paths: Iterable[str],
    output: bytes | None,
    params: Params,
    known: Collection[str],
    places: Places,
    attempts: Attempts,
) -> FoundMetrics:
    """Reads the metrics files that a run wrote and, unless None, its output; ``known`` are metrics of the settings.

    Of a metric that several files have, tables come before single values; another file's series of the name stays as
    ``<file>:<metric>`` where it ends in another value. What the output says of a file's metric is passed over: it is
    the same in fewer digits. Only where the file has a single value does the printed series lead up to it.
    """
    sources = list(_file_sources(sorted(paths, key=_rank), places, attempts))
    if output is not None:
        sources.append(_output_source(output, params, known))
    plan = _Plan()
    for source in sources:
        plan.add(source, summarize(source.points(), source.name))
    if not plan.summaries:
        return FoundMetrics({}, {})
    from gitexp.format.series import format_series

    file, chunks = format_series(lambda: plan.points(sources))
    return FoundMetrics(plan.summaries, {RECORD + file.encode(): b"".join(chunks)})


class _Plan:
    """Which source's points count under which name."""

    def __init__(self) -> None:
        self.summaries: dict[str, Summary] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._last: dict[str, Point] = {}
        """Single values of files that end a printed series, by metric."""

    def add(self, source: MetricsSource, summaries: dict[str, Summary]) -> None:
        for metric, summary in summaries.items():
            name = replace_surrogates(metric)
            known = self.summaries.get(name)
            if known is not None and source.name == OUTPUT_SOURCE:
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

"""The curves of many runs, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gitexp.actions.going_journal import find_journal
from gitexp.actions.going_points import hear_points
from gitexp.errors import BrokenRecord
from gitexp.model.curves import CurveBuilder
from gitexp.model.joined_series import join_series
from gitexp.model.run_curves import CurvesRead, RunCurve
from gitexp.store.series_reading import parse_series_file, read_series_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.joined_series import PointSource
    from gitexp.model.metrics import Point
    from gitexp.store.runs import RunStore
    from gitexp.store.series_reading import SeriesFile

Places = Literal["step", "time"]


def read_curves(
    store: RunStore, heads: Sequence[RunHead], metrics: Sequence[str], *, x: Places = "step"
) -> tuple[CurvesRead, list[ExpError]]:
    """The curves of some metrics of runs, and why a series could not be read: that run has none then.

    A run that stands for a chain has the joined series, one that is going here its points so far. All files come
    through one pipe, one at a time in memory. With ``x="time"`` points stand over seconds since the start of the run,
    of a chain over the seconds that its runs took; one whose time is not known is left out.
    """
    curves: list[RunCurve] = []
    missing: list[tuple[RunHead, str]] = []
    broken: list[ExpError] = []
    wanted = dict.fromkeys(metrics)
    for head, sources in _find_sources(store, heads, wanted):
        try:
            if isinstance(sources, BrokenRecord):
                raise sources
            builders, counts = _build(_join(sources), wanted, x)
        except BrokenRecord as error:
            broken.append(error)
            continue
        for metric in wanted:
            if metric in builders:
                curves.append(RunCurve(head, metric, builders[metric].points(), counts[metric]))
            else:
                missing.append((head, metric))
    return CurvesRead(tuple(curves), tuple(missing)), broken


def _build(
    points: Iterable[Point], wanted: Collection[str], x: Places
) -> tuple[dict[str, CurveBuilder], dict[str, int]]:
    builders: dict[str, CurveBuilder] = {}
    counts: dict[str, int] = {}
    for metric, value, step, time in points:
        if metric not in wanted or (x == "time" and time is None):
            continue
        if metric not in builders:
            builders[metric] = CurveBuilder()
            counts[metric] = 0
        builders[metric].add(value, step if x == "step" else time)
        counts[metric] += 1
    return builders, counts


def _join(sources: Sequence[PointSource]) -> Iterable[Point]:
    return sources[0]() if len(sources) == 1 else (point for _, point in join_series(sources))


def _find_sources(
    store: RunStore, heads: Sequence[RunHead], wanted: Collection[str]
) -> Iterator[tuple[RunHead, list[PointSource] | BrokenRecord]]:
    """For each run where the points of it and of its chain come from, or why they cannot be had."""
    parts = [(head, head.chain if len(head.chain) > 1 else (head,)) for head in heads]
    going = {
        part.ref: found
        for _, chain in parts
        for part in chain
        if (found := find_journal(store.repository, part)) is not None
    }
    files = read_series_files(store, [part for _, chain in parts for part in chain if part.ref not in going])
    for head, chain in parts:
        sources: list[PointSource] = []
        failed: BrokenRecord | None = None
        offset = 0.0
        for part in chain:
            found = going.get(part.ref)
            try:
                if found is not None:
                    sources.append(_shift(hear_points(store, store.load(part), found).__iter__, offset))
                else:
                    _, file = next(files)
                    if isinstance(file, BrokenRecord):
                        raise file
                    if file is not None:
                        sources.append(_shift(_source(part, file, wanted), offset))
            except BrokenRecord as error:
                failed = failed or error
            except OSError as error:  # it has just ended, and its journal went while it was read
                failed = failed or BrokenRecord(part.id, f"it has just ended: {error}", hint="the same command again")
            offset += part.seconds or 0.0
        yield head, failed if failed is not None else sources or [_nothing]


def _source(head: RunHead, file: SeriesFile, wanted: Collection[str]) -> PointSource:
    return lambda: parse_series_file(head, file, wanted)


def _shift(source: PointSource, offset: float) -> PointSource:
    """The points of a part of a chain, behind the time that the parts before it took."""
    if not offset:
        return source
    return lambda: (point if point.time is None else point._replace(time=point.time + offset) for point in source())


def _nothing() -> Iterable[Point]:
    return ()

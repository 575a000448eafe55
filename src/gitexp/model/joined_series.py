"""The series of a chain as one: where steps overlap the later run wins, and nothing else is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitexp.model.metrics import Point, Step

    PointSource = Callable[[], Iterable[Point]]


def join_series(parts: Sequence[PointSource]) -> Iterator[tuple[int, Point]]:
    """The points of all parts, the oldest part first, each with the number of its part.

    A point is passed over where a later part has a value of the same metric at the same step, and only there: a run
    that was resumed from a checkpoint says again what came after it. Points without a step are all kept. Each source
    but the first is read twice, and has to give the same both times; what is held are the steps, not the points.
    """
    latest: dict[str, dict[Step, int]] = {}
    for number, part in enumerate(parts[1:], 1):
        for point in part():
            if point.step is not None:
                latest.setdefault(point.metric, {})[point.step] = number
    nothing: dict[Step, int] = {}
    for number, part in enumerate(parts):
        for point in part():
            if point.step is None or latest.get(point.metric, nothing).get(point.step, number) <= number:
                yield number, point

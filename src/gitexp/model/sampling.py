"""A series too large to be kept beside the code, made smaller without losing what stands out in it."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitexp.model.metrics import Number, Row, Step

_Kept = tuple[int, "Step | None", "float | None", str, "Number"]
_MOST_OF_BUCKET = 5


class Sample:
    """Of each metric a part of its values, in their order: of every stretch the first, least, greatest and last.

    Of a stretch with NaN the first NaN stays too. A metric with few values keeps all; ``most`` is the number of values
    that are kept of all metrics together, at least five of each. Metrics that are not counted are passed over.
    """

    __slots__ = ("_kept", "_rows", "_stretches")

    def __init__(self, counts: Mapping[str, int], most: int) -> None:
        quota = max(_MOST_OF_BUCKET, share_out(list(counts.values()), most))
        self._stretches = {
            metric: _Stretch(metric, count, count if count <= quota else quota // _MOST_OF_BUCKET)
            for metric, count in counts.items()
        }
        self._kept: list[_Kept] = []
        self._rows = 0

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Passes rows on unchanged and takes of them what is to be kept."""
        stretches, kept = self._stretches, self._kept
        for row in rows:
            self._rows += 1
            step, time, values = row
            for metric, value in values.items():
                one = stretches.get(metric)
                if one is None:
                    continue
                here = (self._rows, step, time, metric, value)
                if one.left == 0:
                    one.close(kept)
                one.left -= 1
                if one.first is None:
                    one.first = here
                one.last = here
                if value != value:
                    one.nan = one.nan or here
                elif one.least is None or one.greatest is None:
                    one.least = one.greatest = here
                elif value < one.least[4]:
                    one.least = here
                elif value > one.greatest[4]:
                    one.greatest = here
            yield row

    def rows(self) -> list[Row]:
        """What was kept, once all rows were seen."""
        for one in self._stretches.values():
            one.close(self._kept)
        self._kept.sort(key=lambda point: point[0])
        rows: list[Row] = []
        last = 0
        for number, step, time, metric, value in self._kept:
            if number != last:
                rows.append((step, time, {}))
                last = number
            rows[-1][2][metric] = value
        return rows


class _Stretch:
    """A metric, and what stands out of the stretch of its values that is passing."""

    __slots__ = ("_count", "_metric", "_number", "_of", "first", "greatest", "last", "least", "left", "nan")

    def __init__(self, metric: str, count: int, of: int) -> None:
        self._metric = metric
        self._count = count
        self._of = of
        self._number = 0
        self.left = 0
        self._clear()
        self._begin()

    def close(self, kept: list[_Kept]) -> None:
        """Keeps what stands out of this stretch, and begins the next."""
        found = (self.first, self.least, self.greatest, self.nan, self.last)
        kept += {point[0]: point for point in found if point is not None}.values()
        self._clear()
        self._begin()

    def _clear(self) -> None:
        self.first: _Kept | None = None
        self.least: _Kept | None = None
        self.greatest: _Kept | None = None
        self.nan: _Kept | None = None
        self.last: _Kept | None = None

    def _begin(self) -> None:
        number = self._number
        self._number += 1
        self.left = (number + 1) * self._count // self._of - number * self._count // self._of


def share_out(counts: list[int], most: int) -> int:
    """The largest quota by which no more than ``most`` are taken in all, each count giving at most its quota."""
    quotas = range(max(counts, default=0) + 1)
    return bisect.bisect_right(quotas, most, key=lambda quota: sum(min(quota, count) for count in counts)) - 1

"""A series too large to be kept beside the code, made smaller without losing what stands out in it."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from gitexp.model.row_blocks import cut_blocks, has_nan, split_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitexp.model.metrics import Number, Row, Step

    _Kept = tuple[int, Step | None, float | None, Number]

_PLAIN = 4
"""How many values of a stretch are kept, where none is NaN."""


class Sample:
    """Of each metric a part of its values, in their order: of every stretch the first, least, greatest and last.

    Of a stretch with NaN the first NaN stays too. A metric with few values keeps all. ``most`` is about how many values
    are kept of all metrics together, at least four of each. Metrics that are not counted are passed over.
    """

    __slots__ = ("_rows", "_stretches")

    def __init__(self, counts: Mapping[str, int], most: int) -> None:
        quota = max(_PLAIN, share_out(list(counts.values()), most))
        self._stretches = {
            metric: _Stretch(count, count if count <= quota else quota // _PLAIN) for metric, count in counts.items()
        }
        self._rows = 0

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Passes rows on unchanged and takes of them what is to be kept."""
        for block in cut_blocks(rows):
            numbers = {id(row): number for number, row in enumerate(block, self._rows)}
            self._rows += len(block)
            for metric, (values, owners) in split_block(block).items():
                stretch = self._stretches.get(metric)
                if stretch is not None:
                    stretch.take(values, owners, numbers)
            yield from block

    def rows(self) -> list[Row]:
        """What was kept, once all rows were seen."""
        found: dict[int, Row] = {}
        for metric, stretch in self._stretches.items():
            for number, step, time, value in stretch.kept:
                found.setdefault(number, (step, time, {}))[2][metric] = value
        return [found[number] for number in sorted(found)]


class _Stretch:
    """A metric: what was kept of it, and what stands out of the stretch of its values that is passing."""

    __slots__ = ("_count", "_left", "_number", "_of", "_open", "kept")

    def __init__(self, count: int, of: int) -> None:
        self._count = count
        self._of = of
        self._number = 0
        self._left = 0
        self._open: list[_Kept] = []
        self.kept: list[_Kept] = []

    def take(self, values: Sequence[Number], owners: Sequence[Row], numbers: dict[int, int]) -> None:
        """Takes the next values, with the rows they stand in and the numbers of these."""
        start = 0
        while start < len(values):
            if not self._left:
                self._begin()
            stop = min(len(values), start + self._left)
            for place in find_extremes(values[start:stop]):
                row = owners[start + place]
                self._open.append((numbers[id(row)], row[0], row[1], values[start + place]))
            self._left -= stop - start
            start = stop
            if not self._left:
                # Once more: a stretch may have come in several pieces.
                self.kept += [self._open[place] for place in find_extremes([point[3] for point in self._open])]
                self._open = []

    def _begin(self) -> None:
        number = self._number
        self._number += 1
        self._left = (number + 1) * self._count // self._of - number * self._count // self._of


def find_extremes(values: Sequence[Number]) -> list[int]:
    """Where the first, least, greatest and last of some values are, and the first NaN; each place once, in order."""
    last = len(values) - 1
    if last < 1:
        return list(range(last + 1))
    places = {0, last}
    numbers = values
    if has_nan(values):
        places.add(next(place for place, value in enumerate(values) if value != value))
        numbers = [value for value in values if value == value]
    if numbers:
        places |= {values.index(min(numbers)), values.index(max(numbers))}
    return sorted(places)


def share_out(counts: list[int], most: int) -> int:
    """The largest quota by which no more than ``most`` are taken in all, each count giving at most its quota."""
    quotas = range(max(counts, default=0) + 1)
    return bisect.bisect_right(quotas, most, key=lambda quota: sum(min(quota, count) for count in counts)) - 1

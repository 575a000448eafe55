"""Many runs, for Python: gone through, cut, filtered, and as frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from gitexp.actions.filtered_runs import filter_runs
from gitexp.actions.points_of_runs import PointReading
from gitexp.actions.sheet_of_runs import read_sheet
from gitexp.errors import BrokenRecord, PartNotFound
from gitexp.integrations.frames import to_pandas, to_polars
from gitexp.integrations.run_source import tell, tell_broken
from gitexp.integrations.run_view import RunView
from gitexp.integrations.series import Series, SeriesTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas
    import polars

    from gitexp.integrations.run_source import RunSource
    from gitexp.model.head import RunHead
    from gitexp.model.sheet import Sheet

_TOLD = 10


class RunSet:
    """Runs in an order, as they were when they were asked for. Any part of it is such a set too.

    ``experiment`` is the one whose runs they are; None where they were named, or are those of all.
    """

    __slots__ = ("_heads", "_source", "experiment")

    def __init__(self, source: RunSource, heads: Sequence[RunHead], experiment: str | None = None) -> None:
        self._source = source
        self._heads = tuple(heads)
        self.experiment = experiment

    def __len__(self) -> int:
        return len(self._heads)

    def __iter__(self) -> Iterator[RunView]:
        return (RunView(self._source, head) for head in self._heads)

    @overload
    def __getitem__(self, place: int) -> RunView: ...
    @overload
    def __getitem__(self, place: slice) -> RunSet: ...
    def __getitem__(self, place: int | slice) -> RunView | RunSet:
        if isinstance(place, slice):
            return self._with(self._heads[place])
        return RunView(self._source, self._heads[place])

    @property
    def ids(self) -> list[str]:
        """The ids of the runs."""
        return [head.id for head in self._heads]

    def where(self, filter: str) -> RunSet:
        """Those of the runs that a filter is true of. Raises InvalidFilter."""
        found = filter_runs(self._source.store, self._heads, filter)
        tell_broken(found.broken)
        return self._with(found.heads)

    def to_pandas(self, columns: Sequence[str] = (), *, everything: bool = False) -> pandas.DataFrame:
        """A row for each run: fields, params, last values of metrics and tags, under the keys of ``exp ls --columns``.

        ``columns`` are keys or globs: ``["name", "params.*", "metrics.loss.min", "seed"]``. ``everything`` adds the
        smallest and largest values, the steps, and what the manifests say: seed, host, code, data, environment.
        """
        return to_pandas(self._make_sheet(columns, everything).columns)

    def to_polars(self, columns: Sequence[str] = (), *, everything: bool = False) -> polars.DataFrame:
        """The same as a frame of polars, in which columns of mixed types are text."""
        return to_polars(self._make_sheet(columns, everything).columns)

    def to_dicts(self, columns: Sequence[str] = (), *, everything: bool = False) -> list[dict[str, Any]]:
        """The same as a dict for each run: a key is there where the run has it, None where that is null."""
        return self._make_sheet(columns, everything).rows()

    def series(self, metric: str) -> SeriesTable:
        """Every point of a metric of every run. Raises PartNotFound where none of the runs has it."""
        table = SeriesTable(metric)
        reading = PointReading(self._source.store, self._source.load, tell)
        broken = []
        for head in self._heads:
            found = Series(metric)
            try:
                for point in reading.read(head):
                    if point.metric == metric:
                        found.add(point)
            except BrokenRecord as error:
                broken.append(error)
                continue
            if found:
                table.series[head.id] = found
            else:
                table.missing.append(head.id)
        tell_broken(broken)
        if self._heads and not table.series and not any(metric in head.metrics for head in self._heads):
            known = dict.fromkeys(key for head in self._heads for key in head.metrics)
            hint = f"one of {', '.join(list(known)[:_TOLD])}" if known else None
            raise PartNotFound("of these", f"metric {metric!r}", hint=hint)
        return table

    def _make_sheet(self, columns: Sequence[str], everything: bool) -> Sheet:
        keys = (columns,) if isinstance(columns, str) else tuple(columns)
        sheet, unread = read_sheet(self._source.store, self._heads, keys, everything=everything)
        tell_broken(unread)
        return sheet

    def _with(self, heads: Sequence[RunHead]) -> RunSet:
        return RunSet(self._source, heads, self.experiment)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunSet) and list(other) == list(self)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        from gitexp.render.notebook import format_runs

        return format_runs(self._heads, self.experiment)

    def _repr_html_(self) -> str:
        from gitexp.render.notebook import format_runs_html

        return format_runs_html(self._heads, self.experiment)

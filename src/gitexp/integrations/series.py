"""Series of metrics, whole: those of one run, and those of many as a long table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.integrations.frames import to_pandas, to_polars
from gitexp.model.sheet import type_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas
    import polars

    from gitexp.model.metrics import Number, Point, Step
    from gitexp.model.sheet import TypedColumn

_SHOWN = 5


class Series:
    """The points of one metric of one run, in the order in which they were logged.

    ``steps`` are as they were logged, None where there was none; ``times`` in seconds since the run's start.
    """

    __slots__ = ("metric", "steps", "times", "values")

    def __init__(self, metric: str) -> None:
        self.metric = metric
        self.steps: list[Step | None] = []
        self.times: list[float | None] = []
        self.values: list[Number] = []

    def add(self, point: Point) -> None:
        """Takes the next point."""
        self.steps.append(point.step)
        self.times.append(point.time)
        self.values.append(point.value)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[tuple[Step | None, Number]]:
        return zip(self.steps, self.values, strict=True)

    def __repr__(self) -> str:
        some = ", ".join(f"{step}: {value}" for step, value in list(self)[:_SHOWN])
        more = ", …" if len(self) > _SHOWN else ""
        return f"<Series {self.metric!r}: {len(self)} points {{{some}{more}}}>"

    def to_pandas(self) -> pandas.DataFrame:
        """A frame with the columns step, time and value. Raises MissingPackage."""
        return to_pandas(self._columns())

    def to_polars(self) -> polars.DataFrame:
        """A frame with the columns step, time and value. Raises MissingPackage."""
        return to_polars(self._columns())

    def _columns(self) -> list[TypedColumn]:
        return _type_columns({"step": self.steps, "time": self.times, "value": self.values})


class SeriesTable:
    """The points of one metric of many runs, one after the other. ``missing`` are the ids of runs without any."""

    __slots__ = ("metric", "missing", "series")

    def __init__(self, metric: str) -> None:
        self.metric = metric
        self.series: dict[str, Series] = {}
        """By the id of the run."""
        self.missing: list[str] = []

    def __len__(self) -> int:
        return sum(map(len, self.series.values()))

    def __repr__(self) -> str:
        without = f", {len(self.missing)} runs have none" if self.missing else ""
        return f"<SeriesTable {self.metric!r}: {len(self)} points of {len(self.series)} runs{without}>"

    def to_pandas(self) -> pandas.DataFrame:
        """A long frame with the columns run, step, time and value; run is the id. Raises MissingPackage."""
        return to_pandas(self._columns())

    def to_polars(self) -> polars.DataFrame:
        """A long frame with the columns run, step, time and value; run is the id. Raises MissingPackage."""
        return to_polars(self._columns())

    def _columns(self) -> list[TypedColumn]:
        joined: dict[str, list[Any]] = {"run": [], "step": [], "time": [], "value": []}
        for run_id, one in self.series.items():
            joined["run"] += [run_id] * len(one)
            joined["step"] += one.steps
            joined["time"] += one.times
            joined["value"] += one.values
        return _type_columns(joined)


def _type_columns(columns: dict[str, list[Any]]) -> list[TypedColumn]:
    return [type_column(key, values, is_number=key != "run") for key, values in columns.items()]

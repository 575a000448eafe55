"""pandas, polars and the csv module read the series that we write as numbers."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import pandas
import polars

from gitexp.format.series import LONG_NAME, WIDE_NAME, format_rows, name_series
from gitexp.model.series_measure import SeriesMeasure

if TYPE_CHECKING:
    from gitexp.model.metrics import Row


WIDE: list[Row] = [
    (0, 0.5, {"loss": 1.0, "epoch": 1, "val, acc": math.nan}),
    (1, 1.5, {"loss": 1e-05, "epoch": 2, "val, acc": math.inf}),
    (1, 2.5, {"loss": 3, "epoch": 3, "val, acc": -math.inf}),
    (2, 3.5, {"epoch": 4}),
]
LONG: list[Row] = [(step, float(step), {f"m{step}": step}) for step in range(8)]


def write(rows: list[Row]) -> tuple[str, bytes]:
    measure = SeriesMeasure()
    measure.take(rows)
    name = name_series(measure.shape())
    return name, b"".join(format_rows(name, rows, measure.shape()))


def test_pandas_reads_numbers() -> None:
    name, data = write(WIDE)
    assert name == WIDE_NAME
    table = pandas.read_csv(io.BytesIO(data))
    assert [str(kind) for kind in table.dtypes] == ["int64", "float64", "float64", "int64", "float64"]
    assert table["loss"].tolist()[:3] == [1.0, 1e-05, 3.0]
    assert table["val, acc"].tolist()[1:3] == [math.inf, -math.inf]


def test_polars_reads_numbers() -> None:
    table = polars.read_csv(io.BytesIO(write(WIDE)[1]))
    assert table.dtypes == [polars.Int64, polars.Float64, polars.Float64, polars.Int64, polars.Float64]
    assert math.isnan(table["val, acc"][0])
    assert table["loss"].to_list() == [1.0, 1e-05, 3.0, None]


def test_the_long_form_is_read_as_numbers() -> None:
    name, data = write(LONG)
    assert name == LONG_NAME
    for table in (pandas.read_csv(io.BytesIO(data)), polars.read_csv(io.BytesIO(data))):
        assert list(table["metric"]) == [f"m{step}" for step in range(8)]
        assert list(table["value"]) == list(range(8))
        assert "int" in str(table["value"].dtype).lower()


def test_csv_reads_every_cell() -> None:
    rows = list(csv.reader(io.StringIO(write(WIDE)[1].decode())))
    assert rows[0] == ["step", "time", "loss", "epoch", "val, acc"]
    assert rows[1] == ["0", "0.5", "1.0", "1", "NaN"]
    assert rows[4] == ["2", "3.5", "", "4", ""]

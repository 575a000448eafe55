"""pandas, polars, DuckDB and pyarrow read what ``exp export`` wrote, number by number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import duckdb
import pandas
import polars
import pytest
from pyarrow import parquet

import gitexp
from gitexp.format.series import format_series
from gitexp.model.metrics import Point
from kit.exp import run_exp
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

BIG = 2**53 + 1
NAME = 'val."acc", ü😀\u202e'
VALUES = [0.1, 5e-324, 1.7976931348623157e308, math.nan, math.inf, -math.inf, 1 / 3]


@pytest.fixture
def stored(folder: GitFolder) -> GitFolder:
    """Runs with hostile names, all kinds of numbers, and 500 metrics."""
    points = [Point(NAME, value, step, step / 3) for step, value in enumerate(VALUES)]
    points += [Point("count", BIG, 7, None)]
    name, chunks = format_series(lambda: points)
    store_run(
        folder,
        plan_run(
            folder,
            "k3v9x2mabc",
            params={"n": 2**63 - 1, "lr": 1 / 3, NAME: NAME, "mixed": 1, "on": True, "none": None, "some": 3},
            metrics={
                NAME: make_summary(math.nan, min=0.1, max=math.inf),
                "half": 0.5,
                "whole": make_summary(3, step=2),
            },
            tags={"empty": "", "quote": 'a "b", c\nd'},
        ),
        {name: b"".join(chunks)},
    )
    store_run(
        folder,
        plan_run(
            folder, "p7qw4t2zcd", minutes=10,
            params={"n": -(2**63), "lr": 2.0, "mixed": "a", "on": False, "huge": 2**64},
            metrics={NAME: -math.inf, "whole": make_summary(4, step=3), **{f"m{at}": at / 7 for at in range(500)}},
        ),
    )  # fmt: skip
    return folder


def export(folder: GitFolder, name: str, *options: str) -> str:
    ran = run_exp(folder, "export", *options, "-o", name)
    assert ran.status == 0, ran.err
    return str(folder.path / name)


def same(found: Any, expected: list[Any]) -> bool:
    return [repr(None if value is pandas.NA else value) for value in found] == [repr(value) for value in expected]


def test_parquet_is_typed(stored: GitFolder) -> None:
    table = parquet.read_table(export(stored, "runs.parquet"))

    types = {field.name: str(field.type) for field in table.schema}
    assert {key: types[key] for key in ("params.n", "params.lr", "params.on", "params.mixed", "params.huge")} == {
        "params.n": "int64", "params.lr": "double", "params.on": "bool", "params.mixed": "string",
        "params.huge": "string",
    }  # fmt: skip
    assert (types["started"], types["metrics.whole"], types["metrics.half"]) == (
        "timestamp[us, tz=UTC]", "int64", "double",
    )  # fmt: skip
    assert (types["metrics.whole.step"], types[f"metrics.{NAME}"]) == ("int64", "double")
    assert (table.schema.metadata[b"gitexp.format"], table.schema.metadata[b"gitexp.rows"]) == (b"1", b"runs")
    second, first = table.to_pylist()
    assert (first["params.n"], second["params.n"]) == (2**63 - 1, -(2**63))
    assert (first["params.lr"], first[f"params.{NAME}"], first["tags.quote"]) == (1 / 3, NAME, 'a "b", c\nd')
    assert (first["params.mixed"], second["params.mixed"], second["params.huge"]) == ("1", "a", str(2**64))
    assert (first["params.none"], first["tags.empty"], second["tags.empty"]) == (None, "", None)
    assert math.isnan(first[f"metrics.{NAME}"])
    assert (first["metrics.half"], second["metrics.half"], second[f"metrics.{NAME}"]) == (0.5, None, -math.inf)
    assert [second[f"metrics.m{at}"] for at in range(500)] == [at / 7 for at in range(500)]


def test_points_in_parquet(stored: GitFolder) -> None:
    path = export(stored, "points.parquet", "--series")

    table = parquet.read_table(path)
    assert [str(kind) for kind in table.schema.types] == ["string", "string", "int64", "double", "double"]
    chunk = parquet.ParquetFile(path).metadata.row_group(0).column(0)
    assert "RLE_DICTIONARY" in chunk.encodings
    assert same(table["value"].to_pylist(), [*VALUES, float(BIG)])
    assert set(table["metric"].to_pylist()) == {NAME, "count"}
    assert same(table["time"].to_pylist()[:2], [0.0, 1 / 3])
    assert same(polars.read_parquet(path)["value"], [*VALUES, float(BIG)])
    frame = pandas.read_parquet(path)
    assert frame[frame.metric == NAME].value.tolist()[:3] == VALUES[:3]
    (nan, summed) = duckdb.sql(
        f"select count(*) filter (isnan(value)), max(step) from '{path}' where metric like 'val%'"
    ).fetchall()[0]
    assert (nan, summed) == (1, 6)


def test_points_in_csv(stored: GitFolder) -> None:
    path = export(stored, "points.csv", "--series")

    expected = [*VALUES, float(BIG)]
    frame = pandas.read_csv(path)
    assert (str(frame.step.dtype), str(frame.value.dtype)) == ("int64", "float64")
    assert same(frame.value.tolist(), expected)
    assert same(polars.read_csv(path)["value"], expected)
    assert same([row[0] for row in duckdb.sql(f"select value from read_csv('{path}')").fetchall()], expected)
    assert frame.metric[0] == polars.read_csv(path)["metric"][0] == NAME


def test_runs_in_csv(stored: GitFolder) -> None:
    path = export(stored, "runs.csv")

    frame = pandas.read_csv(path)
    assert frame["params.n"].tolist() == [-(2**63), 2**63 - 1]
    assert frame["params.lr"].tolist() == [2.0, 1 / 3]
    assert frame["metrics.m499"].tolist()[0] == 499 / 7
    assert frame[f"params.{NAME}"].tolist()[1] == NAME
    assert frame[f"metrics.{NAME}"].tolist()[0] == -math.inf
    table = polars.read_csv(path)
    assert table["tags.quote"].to_list() == [None, 'a "b", c\nd']
    assert table["metrics.whole"].dtype == polars.Int64
    (row,) = duckdb.sql(f"""select "params.lr", "tags.quote" from '{path}' where id = 'k3v9x2mabc'""").fetchall()
    assert row == (1 / 3, 'a "b", c\nd')


def test_json_lines_in_duckdb(stored: GitFolder) -> None:
    path = export(stored, "runs.jsonl")

    rows = duckdb.sql(f"""select id, "params.lr", "params.n" from '{path}' order by id""").fetchall()
    assert rows == [("k3v9x2mabc", 1 / 3, 2**63 - 1), ("p7qw4t2zcd", 2.0, -(2**63))]


def test_frames_of_pandas(stored: GitFolder) -> None:
    frame = gitexp.runs().to_pandas()

    types = {key: str(frame[key].dtype) for key in frame}
    assert (types["params.n"], types["params.on"], types["params.some"], types["started"]) == (
        "int64", "bool", "Int64", "datetime64[us, UTC]",
    )  # fmt: skip
    assert (types["params.lr"], types["metrics.half"], types["metrics.whole"]) == ("float64", "float64", "int64")
    assert frame["params.mixed"].tolist() == ["a", 1]
    assert frame["params.huge"].tolist()[0] == 2**64
    assert same(frame[f"metrics.{NAME}"].tolist(), [-math.inf, math.nan])


def test_nan_is_told_from_what_is_missing(stored: GitFolder) -> None:
    store_run(stored, plan_run(stored, "t2zc5d8hkm", minutes=20))

    runs = gitexp.runs()

    column = runs.to_pandas()[f"metrics.{NAME}"]
    assert str(column.dtype) == "Float64"
    assert column.isna().tolist()[:2] == [True, False]
    assert [value is pandas.NA for value in column] == [True, False, False]
    assert math.isnan(column.array[2])
    table = runs.to_polars()
    assert same(table[f"metrics.{NAME}"], [None, -math.inf, math.nan])
    assert table["params.mixed"].to_list() == [None, "a", "1"]
    assert [f"metrics.{NAME}" in row for row in runs.to_dicts()] == [False, True, True]


def test_frames_have_what_is_asked_for(stored: GitFolder) -> None:
    runs = gitexp.runs()

    assert list(runs.to_polars(["id", "params.l*", "metrics.whole.step", "host"]).rows()) == [
        ("p7qw4t2zcd", 2.0, 3, "gpu-7"), ("k3v9x2mabc", 1 / 3, 2, "gpu-7"),
    ]  # fmt: skip
    assert len(runs[:0].to_pandas()) == len(runs[:0].to_polars()) == 0
    assert "seed" not in runs.to_pandas()
    assert "metrics.whole.min" in runs.to_pandas(everything=True)

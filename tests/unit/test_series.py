"""metrics.csv: points written and read back, wide or long."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.format.series import LONG_NAME, WIDE_NAME, format_series, parse_series
from gitexp.model.metrics import Point, summarize

NUMBERS = st.integers(-(10**12), 10**12) | st.floats()
POINTS = st.lists(
    st.builds(
        Point,
        metric=st.sampled_from(["loss", "acc", "val, loss", 'a"b', "line\nend", "step", "time", "é"]),
        value=NUMBERS,
        step=st.none() | st.integers(-5, 50) | st.floats(0, 5),
        time=st.none() | st.floats(0, 1e6),
    ),
    max_size=40,
)


def write(points: list[Point]) -> tuple[str, str]:
    name, chunks = format_series(lambda: iter(points))
    return name, b"".join(chunks).decode()


def test_calls_of_one_step_share_a_row() -> None:
    points = [
        Point("loss", 1.0, 0, 0.5),
        Point("acc", 0.5, 0, 0.6),
        Point("loss", 0.25, 1, 1.5),
        Point("acc", 1, 1, 1.6),
    ]
    assert write(points) == (WIDE_NAME, "step,time,loss,acc\n0,0.5,1.0,0.5\n1,1.5,0.25,1.0\n")


def test_metrics_that_seldom_meet_are_written_long() -> None:
    points = [Point(f"m{number}", number, number, None) for number in range(6)]
    assert write(points)[0] == LONG_NAME
    assert write(points)[1].startswith("step,time,metric,value\n0,,m0,0\n1,,m1,1\n")


def test_numbers_are_spelt_so_that_pandas_and_polars_read_numbers() -> None:
    points = [Point("x", value, None, None) for value in (math.nan, math.inf, -math.inf, 1e-05, 3)]
    assert write(points)[1] == "step,time,x\n,,NaN\n,,inf\n,,-inf\n,,1e-05\n,,3.0\n"


def test_rows_of_all_metrics_are_spelt_so_too() -> None:
    points = [
        Point(metric, value, step, None) for step in range(2) for metric, value in (("nan", math.nan), ("b", -math.inf))
    ]
    assert write(points)[1] == "step,time,nan,b\n0,,NaN,-inf\n1,,NaN,-inf\n"


def test_nothing_is_dropped_where_steps_repeat_or_go_backwards() -> None:
    points = [Point("x", number, step, None) for number, step in enumerate([0, 1, 1, 0, 7.5])]
    assert write(points)[1] == "step,time,x\n0.0,,0\n1.0,,1\n1.0,,2\n0.0,,3\n7.5,,4\n"


@given(POINTS)
def test_what_is_written_is_read(points: list[Point]) -> None:
    name, text = write(points)
    assert _by_metric(list(parse_series(name, _lines(text)))) == _by_metric(points)


def _by_metric(points: list[Point]) -> dict[str, list[tuple[object, object]]]:
    found: dict[str, list[tuple[object, object]]] = {}
    for point in points:
        found.setdefault(point.metric, []).append(("NaN" if point.value != point.value else point.value, point.step))
    return found


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")[:-1]]


@pytest.mark.parametrize("text", ["", "a,b\n", "step,time,x\n1,2\n", "step,time,x\n1,2,high\n"])
def test_a_file_that_is_not_of_the_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        list(parse_series(WIDE_NAME, _lines(text)))


@given(st.lists(st.floats(allow_nan=False) | st.integers(-5, 5), min_size=1))
def test_a_summary_is_that_of_the_whole_series(values: list[float]) -> None:
    summary = summarize([Point("x", value, step, None) for step, value in enumerate(values)], "api")["x"]
    assert (summary.last, summary.first, summary.count) == (values[-1], values[0], len(values))
    assert (summary.min, summary.max, summary.step) == (min(values), max(values), len(values) - 1)


def test_nan_counts_and_is_neither_least_nor_most() -> None:
    summary = summarize([Point("x", value, None, None) for value in (math.nan, 2, 1, math.nan)], "api")["x"]
    assert math.isnan(summary.last)
    assert (summary.min, summary.max, summary.count) == (1, 2, 4)

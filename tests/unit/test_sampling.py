"""Series made smaller, and measured: what stands out survives, and summaries are those of the whole."""

from __future__ import annotations

import itertools
import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gitexp.format.series import merge_rows
from gitexp.model.metrics import Point, Row, summarize
from gitexp.model.sampling import Sample, share_out
from gitexp.model.series_measure import SeriesMeasure

NUMBERS = st.integers(-(10**400), 10**400) | st.integers(-3, 3) | st.floats() | st.just(math.nan)
STEPS = st.none() | st.integers(-3, 3) | st.floats(0, 3)
ROWS = st.lists(
    st.tuples(STEPS, st.floats(0, 9), st.dictionaries(st.sampled_from("abcd"), NUMBERS, min_size=1)), max_size=60
)


def copy(rows: list[Row]) -> list[Row]:
    return [(step, time, dict(values)) for step, time, values in rows]


def points(rows: list[Row]) -> list[Point]:
    return [Point(metric, value, step, time) for step, time, values in rows for metric, value in values.items()]


def series(rows: list[Row], metric: str) -> list[tuple[object, object, object]]:
    return [(step, time, repr(values[metric])) for step, time, values in rows if metric in values]


def is_part(part: list[object], whole: list[object]) -> bool:
    rest = iter(whole)
    return all(any(one == other for other in rest) for one in part)


@given(ROWS)
def test_a_measure_says_what_a_summary_of_all_points_says(rows: list[Row]) -> None:
    measure = SeriesMeasure()
    for one in rows:  # in pieces, as records come
        measure.take(copy([one]))
    measured = {metric: measure.summary(metric, "api") for metric in measure}
    assert list(measured) == list(summarize(points(rows), "api"))
    assert repr(measured) == repr(summarize(points(rows), "api"))
    at_once = SeriesMeasure()
    at_once.take(copy(rows))
    assert at_once.shape() == measure.shape()


@given(ROWS, st.integers(1, 80))
def test_extremes_and_ends_survive_in_order(rows: list[Row], most: int) -> None:
    counts = Counter(point.metric for point in points(rows))
    sample = Sample(counts, most)
    assert list(map(repr, sample.watch(copy(rows)))) == list(map(repr, rows))
    part = sample.rows()
    for metric in counts:
        kept, whole = series(part, metric), series(rows, metric)
        assert (kept[0], kept[-1]) == (whole[0], whole[-1])
        assert is_part(list(kept), list(whole))
    for metric, summary in summarize(points(rows), "api").items():
        found = summarize(points(part), "api")[metric]
        assert repr((found.min, found.max)) == repr((summary.min, summary.max))
        has_nan = any(one.value != one.value for one in points(rows) if one.metric == metric)
        assert has_nan == any(one.value != one.value for one in points(part) if one.metric == metric)
    assert len(points(part)) <= max(most, 4 * len(counts)) * 5 / 4


def test_of_a_long_series_a_part_is_kept_and_of_a_short_one_all() -> None:
    rows: list[Row] = [(step, None, {"long": math.sin(step / 50)}) for step in range(5000)]
    for step in range(0, 5000, 500):
        rows[step][2]["short"] = step
    sample = Sample({"long": 5000, "short": 10}, 410)
    assert len(list(sample.watch(rows))) == 5000
    part = sample.rows()
    assert len(series(part, "short")) == 10
    assert 200 < len(series(part, "long")) <= 400
    steps = [step for step, _, values in part if step is not None and "long" in values]
    assert max(after - before for before, after in itertools.pairwise(steps)) <= 100


def test_what_is_not_counted_is_not_kept() -> None:
    sample = Sample({"a": 1}, 10)
    assert list(sample.watch([(0, 0.5, {"a": 1, "b": 2})])) == [(0, 0.5, {"a": 1, "b": 2})]
    assert sample.rows() == [(0, 0.5, {"a": 1})]


@given(st.lists(st.integers(1, 50), min_size=1), st.integers(0, 500))
def test_a_quota_is_shared_out_as_far_as_it_goes(counts: list[int], most: int) -> None:
    quota = share_out(counts, most)
    assert sum(min(quota, count) for count in counts) <= most
    assert quota == max(counts) or sum(min(quota + 1, count) for count in counts) > most


@given(ROWS)
def test_rows_are_merged_without_losing_a_value(rows: list[Row]) -> None:
    merged = list(merge_rows(copy(rows)))
    for metric in "abcd":
        kept = [(step, repr(value)) for step, _, value in series(merged, metric)]
        whole = [(step, repr(value)) for step, _, value in series(rows, metric)]
        assert kept == whole


def test_consecutive_rows_of_one_step_share_one_with_the_time_of_the_first() -> None:
    rows: list[Row] = [
        (1, 0.5, {"a": 1}),
        (1, 0.6, {"b": 2}),
        (1, 0.7, {"a": 3, "c": 4}),
        (2, 0.8, {"b": 5}),
        (None, 0.9, {"a": 6}),
        (None, 0.9, {"b": 7}),
        (None, 1.0, {"c": 8}),
    ]
    assert list(merge_rows(rows)) == [
        (1, 0.5, {"a": 1, "b": 2}),
        (1, 0.7, {"a": 3, "c": 4}),
        (2, 0.8, {"b": 5}),
        (None, 0.9, {"a": 6, "b": 7}),
        (None, 1.0, {"c": 8}),
    ]

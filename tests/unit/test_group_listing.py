"""Groups in rows, curves in a line, and the best first."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import DirectionUnknown, UsageError
from gitexp.model.best_first import find_best_order, find_metrics
from gitexp.model.comparison import Candidate
from gitexp.model.group_listing import best_value, find_best_runs, make_group_table
from gitexp.model.grouped_metrics import measure_groups
from gitexp.model.grouping import group_runs
from gitexp.model.listing import ListingRequest, list_runs
from gitexp.model.run import Status
from gitexp.render.sparks import draw_spark
from kit.heads import make_head, make_summary

HEADS = [
    make_head(
        f"k3v9x2mab{number}",
        params={"lr": lr, "seed": number},
        metrics={"auc": make_summary(auc, max=auc + 1), "loss": loss},
        minutes=number,
        seconds=10.0,
        status=status,
    )
    for number, (lr, auc, loss, status) in enumerate(
        [
            (0.1, 1.0, 0.5, Status.FINISHED),
            (0.1, 3.0, 0.7, Status.FINISHED),
            (0.5, 4.0, math.nan, Status.FINISHED),
            (0.5, 9.0, 0.1, Status.FAILED),
            (0.9, 2.0, 0.2, Status.FINISHED),
        ]
    )
]


def no_generator() -> Any:
    raise AssertionError("nothing is resampled here")


def table(**options: Any) -> Any:
    grouping = group_runs([Candidate(head, {}) for head in HEADS], ["lr"])
    return make_group_table(measure_groups(grouping, {"auc": "maximize"}, no_generator), **options)


def labels(found: Any) -> list[str]:
    return [group.label.removeprefix("lr=") for group in found.comparison.groups]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, ["0.1", "0.5", "0.9"]),
        ("-lr", ["0.9", "0.5", "0.1"]),
        ("params.lr", ["0.1", "0.5", "0.9"]),
        ("-auc", ["0.5", "0.1", "0.9"]),
        ("auc.sd", ["0.1", "0.5", "0.9"]),  # one run alone has none
        ("metrics.loss", ["0.9", "0.1", "0.5"]),
        ("-metrics.loss", ["0.1", "0.9", "0.5"]),  # no finite value is last in both
        ("n", ["0.9", "0.1", "0.5"]),
        ("-seconds", ["0.1", "0.5", "0.9"]),
    ],
)
def test_the_order_of_groups(sort: str | None, order: list[str]) -> None:
    found = table(sort=sort)
    assert labels(found) == order
    for row in found.comparison.metrics:
        means = {"auc": {"0.1": 2.0, "0.5": 4.0, "0.9": 2.0}, "loss": {"0.1": 0.6, "0.5": None, "0.9": 0.2}}
        expected = [means[row.column.name][label] for label in order]
        assert [values.mean for values in row.values] == [
            None if mean is None else pytest.approx(mean) for mean in expected
        ]


def test_groups_are_cut_and_those_without_a_value_left_out() -> None:
    found = table(sort="loss", only_valued=True, limit=1)
    assert (labels(found), found.total, found.valueless) == (["0.9"], 2, 1)


def test_the_best_run_of_a_group_is_a_finished_one() -> None:
    found = table(sort="-auc")
    (row,) = [row for row in found.comparison.metrics if row.column.name == "auc"]
    assert [best_value(row, place) for place in range(3)] == [4.0, 3.0, 2.0]
    best = find_best_runs(found.comparison)
    assert [head.id[-1] if head else None for head in best["metrics.auc"]] == ["2", "1", "4"]
    assert "metrics.loss" not in best
    assert row.best == {0}


def test_a_column_that_groups_do_not_have() -> None:
    with pytest.raises(UsageError, match="groups have no such column") as caught:
        table(sort="acu")
    assert caught.value.hint == "did you mean auc?"


@pytest.mark.parametrize(
    ("by", "sort"),
    [
        ("auc", "-metrics.auc"),
        ("metrics.auc", "-metrics.auc"),
        ("+auc", "metrics.auc"),
        ("-loss", "-metrics.loss"),
        ("loss.min", "metrics.loss.min"),
        ("metrics.loss.max", "-metrics.loss.max"),
        ("auc.min", "-metrics.auc.min"),  # what the project says outranks the aggregate
        ("seconds", "seconds"),
        ("-params.lr", "-params.lr"),
        (None, "-metrics.auc"),
    ],
)
def test_which_order_is_the_best_first(by: str | None, sort: str) -> None:
    assert find_best_order(by, HEADS, {"auc": "maximize"}) == sort


def test_no_order_is_guessed() -> None:
    with pytest.raises(DirectionUnknown) as caught:
        find_best_order("loss", HEADS, {"auc": "maximize"})
    assert "--by=+loss" in (caught.value.hint or "")
    with pytest.raises(UsageError, match="by which metric"):
        find_best_order(None, HEADS, {})
    with pytest.raises(UsageError, match="no run here has it"):
        find_best_order("los", HEADS, {})
    assert find_best_order("loss", [], {}) is None


def test_metrics_by_key_and_glob() -> None:
    assert find_metrics(["metrics.*"], HEADS, "--curve") == ["auc", "loss"]
    assert find_metrics(["loss", "loss"], HEADS, "--curve") == ["loss"]
    with pytest.raises(UsageError, match="no metric is called so"):
        find_metrics(["lr"], HEADS, "--curve")


def test_of_many_metrics_those_that_most_runs_have_tell_most() -> None:
    heads = [
        make_head(f"k3v9x2m{number:03}", metrics={"zz": number, **{f"a{number}{key}": 1 for key in range(100)}})
        for number in range(5)
    ]
    columns = list_runs(heads, ListingRequest(), {}).columns
    metrics = [column for column in columns if column.kind == "metric"]
    assert len(metrics) == 501
    assert max(metrics, key=lambda column: column.weight).name == "zz"


@pytest.mark.parametrize(
    ("values", "spark"),
    [
        ([], ""),
        ([math.nan], ""),
        ([1.0], "▅"),
        ([1.0, 1.0], "▅▅"),
        ([0.0, 1.0], "▁█"),
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([0.0, math.nan, 1.0], "▁ █"),
        ([-1.7e308, 1.7e308], "▁█"),
        ([math.inf, 1.0, 2.0], " ▁█"),
    ],
)
def test_curves_in_a_line(values: list[float], spark: str) -> None:
    assert draw_spark(tuple(enumerate(values))) == spark


def test_steps_keep_their_places() -> None:
    assert draw_spark(((0, 0.0), (90, 1.0), (100, 0.0)), 3) == "▁▁█"
    assert draw_spark(((0, 0.0), (1, 1.0)), glyphs=False) == "_#"


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats()), max_size=40))
def test_any_curve_fits(points: list[tuple[float, float]]) -> None:
    assert len(draw_spark(tuple(points))) <= min(16, len(points))

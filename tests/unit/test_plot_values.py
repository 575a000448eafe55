"""What plots show of runs: axes, scatter, bars, parallel axes, smoothing, means."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gitexp.errors import InvalidValue, NothingToPlot, UsageError
from gitexp.model.bands import make_band
from gitexp.model.bars import make_bars
from gitexp.model.comparison import Candidate
from gitexp.model.grouping import group_runs
from gitexp.model.parallel import MOST_AXES, make_parallel
from gitexp.model.plot_axes import is_log_spread
from gitexp.model.scatter import make_scatter
from gitexp.model.smoothing import UNSMOOTHED, Smoothing, parse_smoothing, smooth_points
from kit.heads import make_head

FLOATS = st.floats(-1e6, 1e6)


def candidates(*runs: tuple[dict[str, Any], dict[str, float]]) -> list[Candidate]:
    """Runs with params and metrics."""
    return [
        Candidate(make_head(f"k{place:09d}", params=params, metrics=metrics, minutes=place, name=f"run-{place}"), {})
        for place, (params, metrics) in enumerate(runs)
    ]


@settings(deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=40), st.floats(0.01, 0.99))
def test_an_average_is_that_of_its_formula(values: list[float], weight: float) -> None:
    points = tuple((float(place), value) for place, value in enumerate(values))
    smooth = smooth_points(points, Smoothing("average", weight))
    for count in range(1, len(values) + 1):
        weights = [weight ** (count - number) * (1 - weight) for number in range(1, count + 1)]
        expected = math.fsum(w * v for w, v in zip(weights, values, strict=False)) / (1 - weight**count)
        assert smooth[count - 1][0] == count - 1
        assert smooth[count - 1][1] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_an_average_is_the_one_that_tensorboard_shows() -> None:
    # Its loop, word for word: last = last * w + (1 - w) * y; debias = 1 - w ** n; shown = last / debias.
    values, last, shown = [1.0, 3.0, 2.0, 8.0], 0.0, []
    for count, value in enumerate(values, 1):
        last = last * 0.6 + 0.4 * value
        shown.append(last / (1 - 0.6**count))
    smooth = smooth_points(tuple(enumerate(values)), Smoothing("average", 0.6))
    assert [value for _, value in smooth] == pytest.approx(shown)
    assert smooth[0][1] == pytest.approx(1.0)


@settings(deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=40), st.integers(2, 50))
def test_a_window_is_a_mean(values: list[float], size: int) -> None:
    smooth = smooth_points(tuple(enumerate(values)), Smoothing("window", size))
    for place, value in smooth:
        expected = numpy.mean(values[max(0, int(place) - size + 1) : int(place) + 1])
        assert value == pytest.approx(float(expected), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("smoothing", [Smoothing("average", 0.5), Smoothing("window", 2)])
def test_what_is_not_finite_stays_and_spoils_nothing(smoothing: Smoothing) -> None:
    smooth = smooth_points(((0, 2.0), (1, math.nan), (2, math.inf), (3, 2.0)), smoothing)
    assert [value for _, value in smooth][::3] == pytest.approx([2.0, 2.0])
    assert math.isnan(smooth[1][1])
    assert smooth[2][1] == math.inf


def test_how_smoothing_is_written() -> None:
    assert parse_smoothing("0.9") == Smoothing("average", 0.9)
    assert parse_smoothing("10") == Smoothing("window", 10)
    assert parse_smoothing("0") == UNSMOOTHED
    for text in ("1", "-1", "2.5", "nan", "much", "inf"):
        with pytest.raises(InvalidValue):
            parse_smoothing(text)


def test_a_mean_over_runs_with_other_steps() -> None:
    band = make_band("lr=0.1", 0, [((0, 0.0), (10, 10.0)), ((5, 7.0), (10, 12.0), (20, 20.0))])
    assert band is not None
    assert band.places == (0, 5, 10, 20)
    assert band.mean == (0, 6, 11, 20)  # between its points a run is interpolated, outside of them it has no value
    assert band.counts == (1, 2, 2, 1)
    assert band.high[1] - band.mean[1] == pytest.approx(math.sqrt(2))
    assert band.low[0] == band.mean[0] == band.high[0]
    assert band.size == "1 to 2"


def test_a_mean_passes_over_gaps() -> None:
    band = make_band("a", 0, [((0, 1.0), (1, math.nan), (2, 3.0)), ((0, 3.0), (1, 4.0), (2, 5.0))])
    assert band is not None
    assert (band.mean, band.counts) == ((2, 4, 4), (2, 1, 2))
    assert make_band("a", 0, [((0, math.nan),)]) is None


@settings(deadline=None)
@given(st.lists(st.lists(FLOATS, min_size=3, max_size=3), min_size=2, max_size=8))
def test_a_band_is_mean_and_deviation(rows: list[list[float]]) -> None:
    band = make_band("a", 0, [tuple(enumerate(row)) for row in rows])
    assert band is not None
    assert band.mean == pytest.approx(numpy.mean(rows, axis=0), rel=1e-6, abs=1e-6)
    deviations = [high - mean for high, mean in zip(band.high, band.mean, strict=True)]
    assert deviations == pytest.approx(numpy.std(rows, axis=0, ddof=1), rel=1e-5, abs=1e-5)


def test_a_long_band_is_thinned_out() -> None:
    curves = [tuple((place + offset / 10, 1.0) for place in range(1000)) for offset in range(10)]
    band = make_band("a", 0, curves)
    assert band is not None
    assert len(band.places) <= 1024
    assert (band.places[0], band.places[-1]) == (0, 999.9)


@pytest.mark.parametrize(
    ("numbers", "is_log"),
    [
        ([1e-4, 1e-3, 1e-2], True),
        ([1, 2, 4, 8, 16, 32, 64, 128], True),
        ([1, 2, 3], False),
        ([0.01 * number for number in range(1, 101)], False),
        ([0, 1e-4, 1e-1], False),
        ([-1, 1e-4, 1e4], False),
        ([5], False),
        ([], False),
    ],
)
def test_where_a_log_axis_is_chosen(numbers: list[float], is_log: bool) -> None:
    assert is_log_spread(numbers) is is_log


def test_texts_are_categories_in_natural_order() -> None:
    plot = make_scatter(
        candidates(*(({"opt": opt}, {"loss": 1.0}) for opt in ("run-10", "run-2", "run-2", True, None))), "opt", "loss"
    )
    assert plot.categories == ("null", "run-2", "run-10", "true")
    assert [point.x for point in plot.points] == [2, 1, 1, 3, 0]


def test_numbers_beside_texts_go_by_their_size() -> None:
    plot = make_scatter(
        candidates(*(({"lr": lr}, {"loss": 1.0}) for lr in (0.1, 0.05, 1e-3, "auto", 0.3))), "lr", "loss"
    )
    assert plot.categories == ("0.001", "0.05", "0.1", "0.3", "auto")


def test_what_a_scatter_leaves_out_is_said() -> None:
    runs = candidates(
        ({"lr": 0.1}, {"loss": 1.0}),
        ({"lr": 0.2}, {"loss": math.nan}),
        ({}, {"loss": 1.0}),
        ({"lr": 10**400}, {"loss": 1.0}),
        ({"lr": 0.3}, {}),
    )
    plot = make_scatter(runs, "lr", "loss")
    assert [point.run.name for point in plot.points] == ["run-0"]
    assert plot.left_out == (
        "run-2 has no lr",
        "lr of run-3 is not finite",
        "run-4 has no loss",
        "loss of run-1 is not finite",
    )
    with pytest.raises(NothingToPlot):
        make_scatter(runs[1:2], "lr", "loss")
    with pytest.raises(UsageError, match="no run here has it"):
        make_scatter(runs, "lrr", "loss")
    with pytest.raises(UsageError, match="opt is no number"):
        make_scatter(candidates(({"opt": "adam"}, {"loss": 1.0})), "loss", "opt")


def test_a_time_is_hours_since_the_first() -> None:
    plot = make_scatter(candidates(({}, {"loss": 1.0}), ({}, {"loss": 2.0})), "started", "loss")
    assert plot.x_title == "started (hours since the first)"
    assert [point.x for point in plot.points] == [0, pytest.approx(1 / 60)]


def test_bars_are_the_best_first_and_of_groups_means() -> None:
    runs = candidates(
        ({"lr": 0.1, "seed": 1}, {"auc": 0.5}),
        ({"lr": 0.1, "seed": 2}, {"auc": 0.7}),
        ({"lr": 0.2, "seed": 1}, {"auc": 0.9}),
    )
    assert [bar.label for bar in make_bars(runs, "auc", {"auc": "maximize"}).bars] == ["run-2", "run-1", "run-0"]
    assert [bar.label for bar in make_bars(runs, "auc", {"auc": "minimize"}).bars] == ["run-0", "run-1", "run-2"]
    first, second = make_bars(runs, "auc", {"auc": "maximize"}, grouping=group_runs(runs, ["lr"])).bars
    assert (first.label, first.value, first.low, first.runs) == ("lr=0.2", 0.9, None, 1)
    assert (second.label, second.value, second.runs) == ("lr=0.1", pytest.approx(0.6), 2)
    assert second.high == pytest.approx(0.6 + stats.t.ppf(0.975, 1) * 0.1)


def test_runs_that_share_a_name_have_their_ids() -> None:
    runs = [Candidate(make_head(one, metrics={"auc": 1.0}, name="base"), {}) for one in ("k3v9x2mabc", "k3v9r7t0ww")]
    assert [bar.label for bar in make_bars(runs, "auc", {}).bars] == ["base k3v9x", "base k3v9r"]


def test_parallel_axes_are_what_differs_and_the_best_come_first() -> None:
    runs = candidates(
        ({"lr": 0.1, "opt": "adam", "same": 1}, {"auc": 0.5, "loss": 2.0}),
        ({"lr": 0.001, "opt": "sgd", "same": 1}, {"auc": 0.9, "loss": 1.0}),
        ({"lr": 0.01, "same": 1}, {"loss": math.nan}),
    )
    plot = make_parallel(runs, ("auc",), {"auc": "maximize"})
    assert [(axis.key, axis.kind, axis.log) for axis in plot.axes] == [
        ("params.lr", "param", True),
        ("params.opt", "param", False),
        ("metrics.auc", "metric", False),
    ]
    assert [run.name for run in plot.runs] == ["run-1", "run-0", "run-2"]
    assert plot.axes[1].places == (1, 0, None)
    assert plot.axes[2].places == (0.9, 0.5, None)
    assert plot.coloured_by == "metrics.auc"
    assert plot.left_out == ("same=1 (the same in all)",)
    default = make_parallel(runs, (), {"loss": "minimize"})
    assert [axis.key for axis in default.axes[-1:]] == ["metrics.loss"]
    assert [run.name for run in default.runs] == ["run-1", "run-0", "run-2"]
    assert "1 value of loss is no finite number" in default.left_out


def test_more_axes_and_texts_than_fit_are_named() -> None:
    runs = candidates(
        *(
            ({f"p{number}": place for number in range(40)} | {"out": f"dir{place}"}, {"auc": place})
            for place in range(30)
        )
    )
    plot = make_parallel(runs)
    assert len(plot.axes) == MOST_AXES
    assert plot.axes[-1].key == "metrics.auc"
    assert any("more different texts" in text or "different texts" in text for text in plot.left_out)
    assert any("beyond 24 axes" in text for text in plot.left_out)
    with pytest.raises(NothingToPlot):
        make_parallel(candidates(({"lr": 1}, {})))

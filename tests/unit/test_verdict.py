"""Whether the same came out: values in, a verdict out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import InvalidValue
from gitexp.model.difference import compare_runs
from gitexp.model.metrics import Summary
from gitexp.model.paths import TreePath
from gitexp.model.run import Artifact, Code, DataItem, Environment, LeftOut, Status, Submodule
from gitexp.model.seed_siblings import are_seed_siblings, spread, spreads
from gitexp.model.series_distance import SeriesPoint, find_parting
from gitexp.model.suspects import list_suspects
from gitexp.model.timing import is_timing
from gitexp.model.tolerance import (
    MetricTolerance,
    Tolerance,
    find_tolerance,
    format_tolerance,
    parse_metric_tolerance,
    parse_tolerance,
)
from gitexp.model.verdict import VerdictRules, judge
from kit.runs import make_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.run import Run

    Values = dict[str, Sequence[float]]

NUMBERS = st.one_of(st.integers(-(10**6), 10**6), st.floats())
SERIES = st.lists(NUMBERS, min_size=1, max_size=6)


def trained(values: dict[str, Sequence[float]], **changes: Any) -> Run:
    """A run with such series: its summaries."""
    metrics = {
        key: Summary(one[-1], min(one), max(one), one[0], len(one) - 1, len(one), "api") for key, one in values.items()
    }
    return make_run(metrics=metrics, **changes)


def series(values: dict[str, Sequence[float]]) -> dict[str, list[SeriesPoint]]:
    return {key: [SeriesPoint(step, value) for step, value in enumerate(one)] for key, one in values.items()}


def judged(
    was: dict[str, Sequence[float]], now: dict[str, Sequence[float]], **rules: Any
) -> tuple[str, dict[str, str]]:
    """The outcome, and how each metric held."""
    verdict = judge(trained(was), trained(now), (series(was), series(now)), VerdictRules(**rules))
    return verdict.outcome, {one.key: one.held for one in verdict.metrics}


@given(SERIES, SERIES)
def test_a_run_reproduces_itself(loss: list[float], auc: list[float]) -> None:
    values = {"loss": loss, "val/auc": auc}

    outcome, held = judged(values, values)

    assert outcome == "identical"
    assert held == {"loss": "identical", "val/auc": "identical"}


@given(SERIES, SERIES)
def test_there_and_back_part_at_the_same_step(one: list[float], other: list[float]) -> None:
    there, back = (find_parting(*pair) for pair in _both(one, other))

    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert (there.step, there.points_was, there.points_now) == (back.step, back.points_now, back.points_was)
        assert there.greatest == back.greatest or (math.isnan(there.greatest) and math.isnan(back.greatest))


def _both(one: list[float], other: list[float]) -> list[tuple[list[SeriesPoint], list[SeriesPoint]]]:
    a, b = series({"x": one})["x"], series({"x": other})["x"]
    return [(a, b), (b, a)]


def test_the_last_digits_of_a_sum_may_be_others() -> None:
    assert judged({"loss": [1.0, 0.5]}, {"loss": [1.0, 0.5 + 4e-7]})[0] == "within tolerance"
    assert judged({"loss": [1.0, 0.5]}, {"loss": [1.0, 0.5 + 6e-7]})[0] == "different"


def test_the_last_value_decides_and_where_they_part_is_told() -> None:
    was, now = {"loss": [1.0, 0.7, 0.5, 0.4]}, {"loss": [1.0, 0.8, 0.45, 0.4]}

    verdict = judge(trained(was), trained(now), (series(was), series(now)))

    (metric,) = verdict.metrics
    assert (verdict.outcome, metric.held, metric.difference) == ("within tolerance", "within tolerance", 0)
    assert metric.parting is not None
    assert (metric.parting.step, metric.parting.was, metric.parting.now) == (1, 0.7, 0.8)
    assert metric.parting.greatest == pytest.approx(0.1)


def test_a_series_that_goes_on_longer_parts_where_the_other_ends() -> None:
    parting = find_parting(series({"x": [1, 2]})["x"], series({"x": [1, 2, 3]})["x"])

    assert parting is not None
    assert (parting.step, parting.was, parting.now, parting.points_was, parting.points_now) == (2, None, 3, 2, 3)


def test_of_series_that_are_thinned_out_common_steps_count() -> None:
    was = [SeriesPoint(0, 1.0), SeriesPoint(2, 3.0)]
    now = [SeriesPoint(0, 1.0), SeriesPoint(1, 2.0), SeriesPoint(2, 3.0)]

    assert find_parting(was, now) is not None
    assert find_parting(was, now, is_part=True) is None


def test_nan_is_nan_and_nothing_else_is() -> None:
    assert judged({"loss": [math.nan]}, {"loss": [math.nan]})[0] == "identical"
    assert (
        judged({"loss": [math.nan]}, {"loss": [1.0]}, tolerances=[MetricTolerance("*", Tolerance(1e9))])[0]
        == "different"
    )
    assert judged({"loss": [1.0]}, {"loss": [math.nan]})[0] == "different"
    assert judged({"loss": [math.inf]}, {"loss": [math.inf]})[0] == "identical"
    assert judged({"loss": [math.inf]}, {"loss": [1.0]})[0] == "different"
    assert judged({"loss": [10**400]}, {"loss": [0.5]})[0] == "different"


def test_a_tolerance_is_absolute_or_relative_and_the_name_goes_before_a_glob() -> None:
    said = [parse_metric_tolerance(text) for text in ("val_*=1%", "val_auc=0.5", "0.25")]

    assert find_tolerance("val_auc", said) == Tolerance(0.5)
    assert find_tolerance("val_loss", said) == Tolerance(0.01, relative=True)
    assert find_tolerance("loss", said) == Tolerance(0.25)
    assert judged({"loss": [1.0]}, {"loss": [1.25]}, tolerances=said)[0] == "within tolerance"
    assert judged({"loss": [1.0]}, {"loss": [1.26]}, tolerances=said)[0] == "different"
    assert judged({"val_loss": [-200.0]}, {"val_loss": [-202.0]}, tolerances=said)[0] == "within tolerance"


@pytest.mark.parametrize("text", ["", "x", "-1", "nan", "inf", "1 %%", "loss=", "=1", "loss=-1%"])
def test_what_is_no_tolerance_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_metric_tolerance(text)


@given(st.floats(0, 1e6), st.booleans())
def test_a_tolerance_is_read_as_it_is_written(value: float, relative: bool) -> None:
    read = parse_tolerance(format_tolerance(Tolerance(value, relative)))

    assert read.relative is relative
    assert read.value == pytest.approx(value, rel=1e-9)


def test_what_seeds_move_is_allowed() -> None:
    values = [0.90, 0.92, 0.94]

    assert spread(values) == pytest.approx(0.04)
    assert spread(values[:2]) is None
    assert spread([1.0, math.nan, 2.0]) is None
    assert spread([10**400, 1, 2]) is None
    outcome, held = judged({"auc": [0.9]}, {"auc": [0.93]}, spreads={"auc": 0.04})
    assert (outcome, held) == ("within tolerance", {"auc": "within tolerance"})
    assert judged({"auc": [0.9]}, {"auc": [0.95]}, spreads={"auc": 0.04})[0] == "different"


def test_siblings_differ_by_their_seed_alone() -> None:
    def run(seed: int, *command: str, **params: float) -> Run:
        return make_run(seed=seed, command=command, params={"train.seed": seed, "lr": 0.1, **params})

    one = run(1, "python", "t.py", "--seed", "1", "--depth=1")

    assert are_seed_siblings(one, run(2, "python", "t.py", "--seed", "2", "--depth=1"))
    assert are_seed_siblings(run(1, "t", "seed=1"), run(22, "t", "seed=22"))
    assert not are_seed_siblings(one, run(2, "python", "t.py", "--seed", "2", "--depth=3"))
    assert not are_seed_siblings(one, run(2, "python", "other.py", "--seed", "2", "--depth=1"))
    assert not are_seed_siblings(one, run(2, "python", "t.py", "--seed", "2", "--depth=1", lr=0.2))
    assert not are_seed_siblings(one, replace(one, data=(DataItem(TreePath("d"), "1" * 32, 1),)))


def test_a_metric_that_not_all_siblings_have_has_no_spread() -> None:
    runs = [trained({"auc": [value], "loss": [value]}) for value in (1.0, 2.0)]

    assert spreads([*runs, trained({"auc": [3.0]})]) == {"auc": pytest.approx(2.0)}
    assert spreads([]) == {}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "time",
            "seconds",
            "epoch_time",
            "train/epoch_time",
            "train_runtime",
            "eval_samples_per_second",
            "fps",
            "eta",
        ),
        *(
            "it/s",
            "tokens_per_sec",
            "throughput",
            "step_time_ms",
            "perf.throughput",
            "_timestamp",
            "_runtime",
            "fit_time",
        ),
        *("time/epoch", "Train Time", "images/sec", "total_duration", "latency_ms", "data_time"),
    ],
)
def test_a_time_of_the_program_is_known_by_its_name(name: str) -> None:
    assert is_timing(name) is (name != "time/epoch")


@pytest.mark.parametrize(
    "name",
    ["loss", "travel_time", "time_to_event", "timesteps", "time_step", "mse", "second_moment", "per_class", "ms_ssim"],
)
def test_what_may_be_a_result_is_no_time(name: str) -> None:
    assert not is_timing(name)


def test_times_are_ignored_unless_a_tolerance_names_them() -> None:
    was, now = {"loss": [1.0], "epoch_time": [1.0]}, {"loss": [1.0], "epoch_time": [2.0]}

    assert judged(was, now) == ("identical", {"epoch_time": "ignored", "loss": "identical"})
    assert judged(was, now, tolerances=[parse_metric_tolerance("1e9")])[1]["epoch_time"] == "ignored"
    assert judged(was, now, tolerances=[parse_metric_tolerance("epoch_time=0.5")])[0] == "different"
    assert judged({"x": [1.0]}, {"x": [2.0]}, ignore=["x*"])[1] == {"x": "ignored"}


def test_a_metric_that_is_gone_or_new_is_a_difference() -> None:
    assert judged({"a": [1.0]}, {}) == ("different", {"a": "missing"})
    assert judged({}, {"a": [1.0]}) == ("different", {"a": "new"})


def test_where_series_are_not_known_summaries_speak() -> None:
    was = trained({"loss": [2.0, 1.0]})

    assert judge(was, was, None).outcome == "identical"
    assert judge(was, trained({"loss": [3.0, 1.0]}), None).outcome == "within tolerance"


def artifact(path: str, md5: str | None) -> Artifact:
    return Artifact(TreePath(path), md5, 1, "git" if md5 else "no")


def test_artifacts_may_differ_where_metrics_agree() -> None:
    was = trained({"loss": [1.0]}, artifacts=(artifact("m.pt", "1" * 32), artifact("gone", None)))
    now = replace(was, artifacts=(artifact("m.pt", "2" * 32), artifact("gone", None)))
    without = replace(was, artifacts=())

    verdict = judge(was, now, None)
    assert verdict.outcome == "within tolerance"
    assert [(one.path, one.held) for one in verdict.artifacts] == [("m.pt", "different")]
    assert judge(was, was, None).outcome == "identical"
    assert judge(was, without, None).outcome == "different"
    assert judge(without, was, None).outcome == "within tolerance"
    assert judge(was, now, None, VerdictRules(ignore=("*.pt",))).outcome == "identical"
    # Nothing else speaks for it: another artifact is another result.
    assert judge(replace(was, metrics={}), replace(now, metrics={}), None).outcome == "different"


def test_the_ending_counts() -> None:
    failed = trained({"loss": [1.0]}, status=Status.FAILED, exit_code=1)

    assert judge(failed, failed, None).outcome == "identical"
    assert judge(failed, replace(failed, exit_code=2), None).outcome == "different"
    assert judge(failed, trained({"loss": [1.0]}), None).ends_alike is False
    assert judge(replace(failed, metrics={}), replace(failed, metrics={}), None).compares_nothing


def test_suspects_stand_in_their_order() -> None:
    was = make_run(
        seed=1,
        data=(DataItem(TreePath("d.csv"), "1" * 32, 1), DataItem(TreePath("e.csv"), None, 1, why="it is a FIFO")),
        environment=Environment(python="3.11.7", cpu="A", variables={"OMP_NUM_THREADS": "1"}),
        code=Code("2" * 40, "main", False, "1" * 40, submodules=(Submodule(TreePath("libs/ops"), "3" * 40, True),)),
        redacted=("params.api_key",),
    )
    now = replace(
        was,
        seed=2,
        command=("python3", "train.py"),
        params={"lr": 0.2},
        data=(DataItem(TreePath("d.csv"), "2" * 32, 1), *was.data[1:]),
        environment=Environment(python="3.12.1", cpu="B", variables={"OMP_NUM_THREADS": "2"}),
    )
    difference = compare_runs(was, now, packages_a="a==1\ngone==1\n", packages_b="a==2\n")

    found = list_suspects(difference, ["big.bin"], same_tree=False)

    parts = list(dict.fromkeys(one.part for one in found))
    assert parts == ["code", "command", "data", "params", "seed", "packages", "python", "hardware", "variables"]
    said = {one.what for one in found}
    assert {"not there: big.bin", "submodule libs/ops had changes that no run holds", "1 then, 2 now"} <= said
    assert {"1 changed (a 1 -> 2); 1 gone (gone)", "3.11.7 -> 3.12.1"} <= {one.rpartition("python ")[2] for one in said}
    assert any("e.csv" in one for one in said)


def test_where_nothing_is_to_be_blamed_the_script_is() -> None:
    run = make_run(seed=1, code=replace_code(()))
    difference = compare_runs(run, run, packages_a="torch==2.1\n", packages_b="torch==2.1\n")

    found = list_suspects(difference, same_tree=True, packages="torch==2.1\n")

    assert [one.part for one in found] == ["script", "script"]
    assert "use_deterministic_algorithms" in found[1].what
    unseeded = compare_runs(replace(run, seed=None), replace(run, seed=None), packages_a="", packages_b="")
    assert [one.part for one in list_suspects(unseeded, same_tree=True)] == ["seed"]


def replace_code(left_out: tuple[LeftOut, ...]) -> Code:
    return Code("1" * 40, "main", False, "1" * 40, left_out=left_out)

"""The Pareto front, held against what the definition says word for word."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.errors import NothingToPlot, UsageError
from gitexp.model.comparison import Candidate
from gitexp.model.pareto import find_dominators, make_pareto
from kit.heads import make_head

VALUES = st.one_of(st.integers(0, 4).map(float), st.floats(-1e9, 1e9))


@settings(deadline=None, max_examples=200)
@given(st.data(), st.integers(2, 3))
def test_the_front_is_that_of_the_definition(data: st.DataObject, size: int) -> None:
    rows = data.draw(st.lists(st.tuples(*[VALUES] * size), max_size=30))
    directions = data.draw(st.tuples(*[st.sampled_from(["minimize", "maximize"])] * size))

    def dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
        pairs = [
            (a, b) if direction == "minimize" else (-a, -b)
            for a, b, direction in zip(one, other, directions, strict=True)
        ]
        return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)

    found = find_dominators(rows, directions)
    for place, row in enumerate(rows):
        assert (found[place] is None) is not any(dominates(other, row) for other in rows)
        if found[place] is not None:
            assert dominates(rows[found[place]], row)
            assert found[found[place]] is None  # who dominates is on the front


def runs(*rows: tuple[float, dict[str, float]]) -> list[Candidate]:
    """Runs that took so many seconds and have these metrics."""
    return [
        Candidate(make_head(f"k{place:09d}", seconds=seconds, metrics=metrics, name=f"run-{place}"), {})
        for place, (seconds, metrics) in enumerate(rows)
    ]


def test_time_against_the_metric_whose_direction_is_known() -> None:
    chosen = runs(
        (10, {"auc": 0.5, "loss": 1.0}),
        (20, {"auc": 0.9}),
        (20, {"auc": 0.9}),
        (30, {"auc": 0.7}),
        (5, {"auc": math.nan}),
        (5, {}),
    )
    plot = make_pareto(chosen, (), {"auc": "maximize", "other": "minimize"})
    assert [(one.key, one.direction) for one in plot.objectives] == [
        ("seconds", "minimize"),
        ("metrics.auc", "maximize"),
    ]
    assert [point.run.name for point in plot.front] == ["run-0", "run-1", "run-2"]
    (dominated,) = [point for point in plot.points if point.dominated_by is not None]
    assert (dominated.run.name, dominated.dominated_by and dominated.dominated_by.name) == ("run-3", "run-2")
    assert plot.left_out == ("run-5 has no auc", "auc of run-4 is not finite")


def test_cost_goes_before_time() -> None:
    chosen = [one._replace(details={"cost.amount": 2.5}) for one in runs((10, {"auc": 0.5}))]
    assert make_pareto(chosen, (), {"auc": "maximize"}).objectives[0].key == "cost.amount"


def test_objectives_as_they_are_written() -> None:
    chosen = runs((10, {"auc": 0.5, "loss": 1.0}))
    plot = make_pareto(chosen, ("seconds", "max:auc", "min:loss"), {})
    assert [(one.title, one.direction) for one in plot.objectives] == [
        ("seconds", "minimize"),
        ("auc", "maximize"),
        ("loss", "minimize"),
    ]


@pytest.mark.parametrize(
    ("objectives", "directions", "words"),
    [
        ((), {}, "no metric has a direction"),
        ((), {"auc": "maximize", "loss": "minimize"}, "several have a direction: auc, loss"),
        (("auc", "seconds"), {}, "is more or less of it better"),
        (("max:auc",), {}, "two or three"),
        (("max:auc", "min:auc"), {}, "two or three different ones"),
        (("max:acu", "seconds"), {}, "acu"),
        (("max:name", "seconds"), {}, "no number"),
    ],
)
def test_objectives_that_cannot_be(objectives: tuple[str, ...], directions: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_pareto(runs((10, {"auc": 0.5, "loss": 1.0})), objectives, directions)  # type: ignore[arg-type]


def test_runs_without_a_value_for_all_objectives() -> None:
    with pytest.raises(NothingToPlot):
        make_pareto(runs((10, {"auc": 0.5}), (10, {"loss": 1.0})), ("max:auc", "min:loss"), {})

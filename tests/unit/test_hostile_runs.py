"""The runs that other tests are given: they are as they say, and can be read."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from gitexp.actions.choose_runs import RunChoice, choose_runs
from gitexp.model.refs import Experiment
from gitexp.model.run import Status
from gitexp.model.values import equal_values
from gitexp.store.runs import open_store
from gitexp.store.series_reading import read_series
from kit.hostile_runs import (
    ODD_KEYS,
    ODD_NAMES,
    ODD_VALUES,
    WIDE_METRICS,
    made_id,
    plan_all,
    plan_chain,
    plan_long,
    plan_seeds,
    store_many,
)

if TYPE_CHECKING:
    from gitexp.actions.choose_runs import ChosenRuns
    from kit.git import GitFolder


def choose(folder: GitFolder, *, parts: bool = False) -> ChosenRuns:
    """Every run of the experiment."""
    store = open_store(str(folder.path))
    return choose_runs(store, RunChoice((), experiment=Experiment("default"), parts=parts))


def test_every_one_is_stored_and_read_back_whole(folder: GitFolder) -> None:
    plans = plan_all(folder)
    commits = store_many(folder, plans)
    assert len(commits) == len(plans) > 80
    store = open_store(str(folder.path))
    chosen = choose(folder, parts=True)
    assert not chosen.broken
    assert {head.id for head in chosen.heads} == set(commits)
    heads = {head.id: head for head in chosen.heads}
    runs = {head.id: run for head, run in store.load_many(list(chosen.heads))}
    for made in plans:
        head, run = heads[made.run.id], runs[made.run.id]
        assert not isinstance(run, Exception)
        assert head.name == run.name == made.run.name
        assert head.status is run.status is made.run.status
        assert list(run.params) == list(made.run.params)
        assert all(equal_values(run.params[key], value) for key, value in made.run.params.items())
        assert run.metrics.keys() == made.run.metrics.keys()
        assert run.tags == made.run.tags
        assert run.cost == made.run.cost
        assert [repr(point) for point in read_series(store, head)] == [repr(point) for point in made.points()]
    assert set(ODD_NAMES) <= {head.name for head in chosen.heads}
    assert list(heads[made_id("keys 0")].metrics) == list(ODD_KEYS)
    raw = {head.id: head for head in store.heads().runs}
    assert raw[made_id("wide")].more == {"params", "metrics"}
    assert len(runs[made_id("wide")].metrics) == WIDE_METRICS  # type: ignore[union-attr]
    assert {head.status for head in chosen.heads} == set(Status)


def test_a_chain_is_one_row(folder: GitFolder) -> None:
    store_many(folder, plan_chain(folder))
    (head,) = choose(folder).heads
    assert [part.id for part in head.chain] == [made_id(f"chain {number}") for number in range(3)]
    assert head.seconds == 3 * 3600


def test_no_two_values_are_equal() -> None:
    assert any(isinstance(value, float) and math.isnan(value) for value in ODD_VALUES)
    assert not any(equal_values(one, other) for one, other in pairwise(ODD_VALUES))


def test_two_groups_differ_and_two_do_not(folder: GitFolder) -> None:
    plans = plan_seeds(folder)
    means = [
        sum(float(made.run.metrics["val_auc"].last) for made in plans if made.run.params["lr"] == lr) / 5
        for lr in (0.1, 0.01, 0.011)
    ]
    assert means[1] - means[0] > 0.08
    assert abs(means[2] - means[1]) < 0.01


def test_a_long_series_is_made_when_it_is_stored(folder: GitFolder) -> None:
    store_many(folder, [plan_long(folder, 3000)])
    (head,) = choose(folder).heads
    store = open_store(str(folder.path))
    points = list(read_series(store, head))
    assert len(points) == 3000
    assert max(point.value for point in points) == head.metrics["loss"].max == 1000

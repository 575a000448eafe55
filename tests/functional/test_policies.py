"""Policies held against promotions, in real repositories."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.actions.judge_policy import judge_policy
from gitexp.actions.version_runs import load_version_run
from gitexp.errors import InvalidFilter
from gitexp.model.paths import TreePath
from gitexp.model.policy import Policy
from gitexp.model.policy_verdict import Case
from gitexp.model.refs import Experiment, run_ref
from gitexp.model.registry import Entry, Model, Registry, Version, VersionArtifact
from gitexp.store.runs import open_store
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from gitexp.model.policy_verdict import Judged
    from gitexp.model.run import Run
    from kit.git import GitFolder

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BY = "Ada Lovelace <ada@example.org>"


def add_version(folder: GitFolder, run: Run, number: int, stage: str = "none", **fields: Any) -> Version:
    """A version of a run that is stored first; it came into its stage an hour ago."""
    commit = store_run(folder, run)
    history = (Entry(NOW - timedelta(hours=1), BY, stage=stage),)
    known: dict[str, Any] = {"history": history, "artifact": VersionArtifact(TreePath("model.pt"), "b" * 32)}
    ref = run_ref(Experiment(str(run.experiment)), run.id)
    return Version(number, ref, commit, stage=stage, **{**known, **fields})


def judge(
    folder: GitFolder,
    version: Version,
    policy: Policy,
    *others: Version,
    stage: str = "production",
    more: tuple[str, ...] = (),
    **fields: Any,
) -> dict[str, Judged]:
    """What the policy of a stage says of a version, by requirement."""
    store = open_store(os.fspath(folder.path))
    model = Model("fraud", (*others, version))
    present = next(iter(model.at(stage)), None)
    head, run = load_version_run(store, version)
    registry = Registry({"fraud": model}, policies={stage: policy})
    case = Case(registry, "fraud", version, stage, policy, head, run, present, NOW, (), BY)._replace(**fields)
    return {one.requirement: one for one in judge_policy(store, case, more=more)}


def test_every_filter_is_judged_with_its_values(folder: GitFolder) -> None:
    old = add_version(folder, plan_run(folder, "g111111111", metrics={"auc": 0.94}), 1, "production")
    new = add_version(folder, plan_run(folder, "h222222222", metrics={"auc": 0.9}, params={"lr": 0.1}), 2)
    better, worse = "metrics.auc > production.metrics.auc", "metrics.auc < production.metrics.auc"
    found = judge(folder, new, Policy(require=(better, worse, "not code.dirty")), old, more=("params.lr == 0.2",))
    assert {text: (one.is_met, one.found) for text, one in found.items() if one.kind == "require"} == {
        better: (False, "metrics.auc is 0.9, production.metrics.auc is 0.94 (v1)"),
        worse: (True, "metrics.auc is 0.9, production.metrics.auc is 0.94 (v1)"),
        "not code.dirty": (True, "code.dirty is false"),
        "params.lr == 0.2": (False, "params.lr is 0.1"),
    }
    assert found["a finished run"].is_met


def test_where_nothing_stands_a_filter_holds_and_says_so(folder: GitFolder) -> None:
    new = add_version(folder, plan_run(folder, "h222222222", metrics={"auc": 0.9}), 1)
    (one,) = [
        one
        for one in judge(folder, new, Policy(require=("metrics.auc > production.metrics.auc",))).values()
        if one.kind == "require"
    ]
    assert (one.is_met, one.found) == (True, "nothing in production yet")


def test_a_name_that_no_run_has_is_an_error_with_its_place(folder: GitFolder) -> None:
    new = add_version(folder, plan_run(folder, "h222222222", metrics={"auc": 0.9}), 1)
    with pytest.raises(InvalidFilter) as caught:
        judge(folder, new, Policy(require=("metrics.auc > production.metrics.aux",)))
    assert caught.value.message == (
        "policies.production.require: no run has metrics.aux\n"
        "    metrics.auc > production.metrics.aux\n"
        "                             ^"
    )
    assert caught.value.hint == "did you mean metrics.auc?"

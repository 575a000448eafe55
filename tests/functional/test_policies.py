"""Policies held against runs in real repositories: filters, better over seeds, reproduced."""

from __future__ import annotations

import dataclasses
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.named_run import find_run
from gitexp.errors import InvalidFilter
from gitexp.model.ids import RunId
from gitexp.model.paths import TreePath
from gitexp.model.policy import Better, Policy
from gitexp.model.run import Artifact, Lineage, Status
from gitexp.store.runs import open_store
from kit.cases import add_version, judge, make_version
from kit.exp import refs, run_exp
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.registry import Version
    from kit.git import GitFolder

HOUR = timedelta(hours=1)
BETTER = "better: {metric: auc, p: 0.05}"
CHANCE = """
import random, gitexp
gitexp.log({"loss": random.random()})
"""


@pytest.fixture
def directed(folder: GitFolder) -> GitFolder:
    """A repository whose settings say that more of auc is better."""
    folder.gen({".exp.yaml": "metrics:\n  auc: maximize\n"})
    folder.commit("settings")
    return folder


def train_seeds(folder: GitFolder, letter: str, lr: float, values: Iterable[float], stage: str = "none") -> Version:
    """Runs that differ by their seed alone; the version of the first one."""
    runs = [
        plan_run(
            folder, f"{letter}{seed}aaaaaaaa", minutes=seed, seed=seed, params={"lr": lr, "seed": seed},
            metrics={"auc": value},
        )
        for seed, value in enumerate(values)
    ]  # fmt: skip
    for run in runs[1:]:
        store_run(folder, run)
    return add_version(folder, runs[0], 1 if stage == "production" else 2, stage)


def test_every_filter_is_judged_with_its_values(folder: GitFolder) -> None:
    tagged = plan_run(folder, "g111111111", metrics={"auc": 0.94}, tags={"team": "fraud"})
    old = add_version(folder, tagged, 1, "production")
    new = add_version(folder, plan_run(folder, "h222222222", metrics={"auc": 0.9}, params={"lr": 0.1}), 2)
    better, worse = "metrics.auc > production.metrics.auc", "metrics.auc < production.metrics.auc"
    policy = Policy(require=(better, worse, "not code.dirty", "tags.team is not null or started > '1 day ago'"))

    found = judge(folder, new, policy, old, more=("params.lr == 0.2",))

    assert {text: (one.is_met, one.found) for text, one in found.items()} == {
        "a finished run": (True, "amber-fox-h222 finished"),
        better: (False, "metrics.auc is 0.9, production.metrics.auc is 0.94 (v1)"),
        worse: (True, "metrics.auc is 0.9, production.metrics.auc is 0.94 (v1)"),
        "not code.dirty": (True, "code.dirty is false"),
        "tags.team is not null or started > '1 day ago'": (
            False,
            "tags.team is missing, started is 2026-11-23 09:14:03 UTC",
        ),
        "params.lr == 0.2": (False, "params.lr is 0.1"),
    }


def test_any_stage_may_be_named_and_anything_that_its_run_has(folder: GitFolder) -> None:
    champion = make_summary(0.9, max=0.95)
    old = add_version(folder, plan_run(folder, "g111111111", metrics={"auc": champion}, seed=7), 1, "staging")
    new = add_version(folder, plan_run(folder, "h222222222", metrics={"auc": 0.93}), 2)
    filters = ("metrics.auc > staging.metrics.auc.max", "staging.seed == 7", "auc > staging.auc", "not staging.hidden")

    found = judge(folder, new, Policy(require=filters), old)

    assert [(found[one].is_met, found[one].found) for one in filters] == [
        (False, "metrics.auc is 0.93, staging.metrics.auc.max is 0.95 (v1)"),
        (True, "staging.seed is 7 (v1)"),
        (True, "auc is 0.93, staging.auc is 0.9 (v1)"),
        (True, "staging.hidden is false (v1)"),
    ]


def test_where_nothing_stands_a_filter_holds_and_says_so(folder: GitFolder) -> None:
    new = add_version(folder, plan_run(folder, "h222222222", metrics={"auc": 0.9}), 1)
    text = "metrics.auc > production.metrics.auc"
    found = judge(folder, new, Policy(require=(text,)))[text]
    assert (found.is_met, found.found) == (True, "nothing in production yet")


def test_a_run_in_the_stage_that_is_not_here_is_told_and_holds_nothing(folder: GitFolder) -> None:
    old = make_version(1, "refs/runs/default/g111111111", "a" * 40, "production")
    new = add_version(folder, plan_run(folder, "h222222222", metrics={"auc": 0.9}), 2)
    text = "metrics.auc > production.metrics.auc"
    found = judge(folder, new, Policy(require=(text, "auc < 1")), old)
    assert not found[text].is_met
    assert found[text].found.startswith("the run of v1, in production: ")
    assert "aaaaaaa is not here" in found[text].found
    assert found["auc < 1"].is_met


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "metrics.auc > production.metrics.aux",
            (
                "policies.production.require: no run has metrics.aux\n"
                "    metrics.auc > production.metrics.aux\n"
                "                             ^"
            ),
            "did you mean metrics.auc?",
        ),
        (
            "metrics.acu > 1",
            "policies.production.require: no run has metrics.acu\n    metrics.acu > 1\n    ^",
            "did you mean metrics.auc?",
        ),
    ],
)
def test_a_name_that_no_run_has_is_an_error_with_its_place(
    folder: GitFolder, text: str, message: str, hint: str
) -> None:
    old = add_version(folder, plan_run(folder, "g111111111", metrics={"auc": 0.9}), 1, "production")
    new = add_version(folder, plan_run(folder, "h222222222", metrics={"auc": 0.9}), 2)
    with pytest.raises(InvalidFilter) as caught:
        judge(folder, new, Policy(require=(text,)), old)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    with pytest.raises(InvalidFilter, match="--require: no run has"):
        judge(folder, new, Policy(), old, more=(text,))


def test_better_over_seeds_says_p_and_effect(directed: GitFolder) -> None:
    old = train_seeds(directed, "g", 0.1, (0.80, 0.81, 0.82, 0.81), "production")
    new = train_seeds(directed, "h", 0.2, (0.90, 0.91, 0.92))
    found = judge(directed, new, Policy(better=Better("auc")), old)[BETTER]
    assert found.is_met, found.found
    assert found.found.startswith("auc of v2 against v1: better by 0.1")
    assert "p < 0.001" in found.found or "p = 0.000" in found.found
    assert "n = 3 and 4" in found.found
    assert "Hedges' g = " in found.found


@pytest.mark.parametrize(
    ("values", "better", "why"),
    [
        ((0.805, 0.815, 0.825), Better("auc"), "no difference that 3 and 4 runs could show"),
        ((0.70, 0.71, 0.72), Better("auc"), "worse by 0.1"),
        ((0.90, 0.91, 0.92), Better("auc", effect=50), "the effect is too small"),
        ((0.825, 0.835, 0.845), Better("auc", p=0.001), "no difference"),
    ],
)
def test_what_is_not_significantly_better_is_told(
    directed: GitFolder, values: tuple[float, ...], better: Better, why: str
) -> None:
    old = train_seeds(directed, "g", 0.1, (0.80, 0.81, 0.82, 0.81), "production")
    new = train_seeds(directed, "h", 0.2, values)
    (found,) = (one for one in judge(directed, new, Policy(better=better), old).values() if one.kind == "better")
    assert not found.is_met
    assert why in found.found


def test_too_few_seeds_say_how_many_are_needed(directed: GitFolder) -> None:
    old = train_seeds(directed, "g", 0.1, (0.80, 0.81, 0.82), "production")
    new = train_seeds(directed, "h", 0.2, (0.99,))
    found = judge(directed, new, Policy(better=Better("auc")), old)[BETTER]
    assert (found.is_met, found.found) == (
        False,
        (
            "too few runs with auc that differ by the seed alone: 1 of v2 and 3 of v1, at least 3 of each are needed, "
            "2 more of v2"
        ),
    )


def test_a_seed_counts_once_and_what_is_left_out_is_told(directed: GitFolder) -> None:
    old = train_seeds(directed, "g", 0.1, (0.80, 0.81, 0.82), "production")
    new = train_seeds(directed, "h", 0.2, (0.99, 0.98, 0.97))
    assert judge(directed, new, Policy(better=Better("auc")), old)[BETTER].is_met
    again = plan_run(
        directed, "r1aaaaaaaa", minutes=9, seed=1, params={"lr": 0.2, "seed": 1}, metrics={"auc": 0.98},
        lineage=Lineage(reproduces=RunId("h1aaaaaaaa")),
    )  # fmt: skip
    store_run(directed, again)
    store_run(directed, dataclasses.replace(again, id=RunId("s1aaaaaaaa"), lineage=Lineage()))
    assert run_exp(directed, "rm", "h2aaaaaaaa").status == 0

    found = judge(directed, new, Policy(better=Better("auc")), old)[BETTER]

    assert not found.is_met
    assert "2 of v2 and 3 of v1" in found.found
    assert found.found.endswith("1 more of v2 (left out: 3 that are hidden or repeat a seed)")


def test_a_promotion_between_two_seeds_makes_no_other_code(directed: GitFolder) -> None:
    old = train_seeds(directed, "g", 0.1, (0.80, 0.81, 0.82), "production")
    first = plan_run(directed, "h0aaaaaaaa", seed=0, params={"lr": 0.2, "seed": 0}, metrics={"auc": 0.99})
    new = add_version(directed, first, 2)
    for seed, value, files in ((1, 0.98, {"registry.yaml": "format: 1\n"}), (2, 0.97, {".allowed_signers": "a b c\n"})):
        directed.gen(files)
        directed.commit("promote")
        params = {"lr": 0.2, "seed": seed}
        run = plan_run(directed, f"h{seed}aaaaaaaa", minutes=seed, seed=seed, params=params, metrics={"auc": value})
        store_run(directed, run)
    found = judge(directed, new, Policy(better=Better("auc")), old)[BETTER]
    assert found.is_met, found.found
    assert "n = 3 and 3" in found.found
    directed.gen({"train.py": "print('other')\n"})
    directed.commit("other code")
    params = {"lr": 0.2, "seed": 3}
    store_run(directed, plan_run(directed, "h3aaaaaaaa", minutes=3, seed=3, params=params, metrics={"auc": 0.96}))
    assert "n = 3 and 3" in judge(directed, new, Policy(better=Better("auc")), old)[BETTER].found


def test_what_ran_after_a_promotion_does_not_change_its_verdict(directed: GitFolder) -> None:
    old = train_seeds(directed, "g", 0.1, (0.80, 0.81, 0.82), "production")
    new = train_seeds(directed, "h", 0.2, (0.99, 0.98, 0.97))
    late = plan_run(directed, "m9aaaaaaaa", minutes=600, seed=9, params={"lr": 0.2, "seed": 9}, metrics={"auc": 0.1})
    store_run(directed, late)
    assert not judge(directed, new, Policy(better=Better("auc")), old)[BETTER].is_met
    assert judge(directed, new, Policy(better=Better("auc")), old, now=late.started_at - HOUR)[BETTER].is_met


def test_better_needs_a_direction_a_metric_and_something_to_be_better_than(directed: GitFolder) -> None:
    new = train_seeds(directed, "h", 0.2, (0.9, 0.91, 0.92))
    found = judge(directed, new, Policy(better=Better("auc")))[BETTER]
    assert (found.is_met, found.found) == (True, "nothing in production yet")
    with pytest.raises(InvalidFilter) as caught:
        judge(directed, new, Policy(better=Better("acu")))
    assert caught.value.message == "policies.production.better: no run has metrics.acu\n    metrics.acu\n    ^"
    assert caught.value.hint == "did you mean metrics.auc?"
    (directed.path / ".exp.yaml").unlink()
    found = judge(directed, new, Policy(better=Better("auc")))[BETTER]
    assert not found.is_met
    assert "nothing says whether more or less of auc is better" in found.found


def test_a_run_of_the_same_group_is_not_better_than_itself(directed: GitFolder) -> None:
    new = train_seeds(directed, "h", 0.2, (0.9, 0.91, 0.92))
    commit = directed.git("rev-parse", "refs/runs/default/h1aaaaaaaa")
    other = make_version(1, "refs/runs/default/h1aaaaaaaa", commit, "production")
    found = judge(directed, new, Policy(better=Better("auc")), other)[BETTER]
    assert not found.is_met
    assert found.found == "against v1, in production: the two runs differ by their seed alone"
    same = new._replace(number=1, stage="production")
    found = judge(directed, new, Policy(better=Better("auc")), same)[BETTER]
    assert found.found == "against v1, in production: both are the same run"


def test_a_run_that_nobody_ran_again_is_not_reproduced(folder: GitFolder) -> None:
    run = plan_run(folder, "h222222222", metrics={"auc": 0.9})
    new = add_version(folder, run, 1)
    found = judge(folder, new, Policy(reproduced=True))["reproduced: true"]
    assert (found.is_met, found.found) == (False, "no run reproduces amber-fox-h222: exp reproduce h222222222")

    again = {"lineage": Lineage(reproduces=run.id), "minutes": 5}
    store_run(folder, plan_run(folder, "j333333333", metrics={"auc": 0.8}, **again))
    store_run(folder, plan_run(folder, "m444444444", status=Status.FAILED, exit_code=1, **again))
    found = judge(folder, new, Policy(reproduced=True))["reproduced: true"]
    assert not found.is_met
    assert "amber-fox-j333 ran it again with another result: auc was 0.9, is 0.8" in found.found
    assert "amber-fox-m444 ran it again, and its status is failed" in found.found

    store_run(folder, plan_run(folder, "n555555555", metrics={"auc": 0.9}, **again))
    found = judge(folder, new, Policy(reproduced=True))["reproduced: true"]
    assert (found.is_met, found.found) == (True, "amber-fox-n555 reproduces amber-fox-h222 and is identical to it")


def test_a_reproduction_with_nothing_to_compare_shows_nothing(folder: GitFolder) -> None:
    run = plan_run(folder, "h222222222")
    new = add_version(folder, run, 1)
    store_run(folder, plan_run(folder, "j333333333", lineage=Lineage(reproduces=run.id)))
    found = judge(folder, new, Policy(reproduced=True))["reproduced: true"]
    assert not found.is_met
    assert "neither a metric nor an artifact" in found.found


def test_what_exp_reproduce_says_is_what_the_policy_says(folder: GitFolder) -> None:
    folder.gen({"train.py": "import gitexp\ngitexp.log({'loss': 0.5})\n", "chance.py": CHANCE})
    folder.commit("train")
    for script, is_same in (("train.py", True), ("chance.py", False)):
        before = set(refs(folder))
        assert run_exp(folder, "run", "-q", "--", sys.executable, script).status == 0
        (ref,) = set(refs(folder)) - before
        assert (run_exp(folder, "reproduce", ref).status == 0) is is_same
        head = find_run(open_store(os.fspath(folder.path)), ref)
        found = judge(folder, make_version(1, ref, head.commit), Policy(reproduced=True))["reproduced: true"]
        assert found.is_met is is_same, found.found


def test_all_that_fails_is_told_at_once(directed: GitFolder) -> None:
    old = train_seeds(directed, "g", 0.1, (0.80, 0.81, 0.82), "production")
    weights = Artifact(TreePath("model.pt"), "b" * 32, 12, "no", why="too large")
    run = plan_run(
        directed, "h222222222", status=Status.FAILED, exit_code=3, metrics={"auc": 0.7}, artifacts=(weights,)
    )
    new = add_version(directed, run, 2)
    policy = Policy(require=("auc > production.auc",), better=Better("auc"), reproduced=True, signed=True, approvals=2)
    found = judge(directed, new, policy, old)
    assert {one.requirement: one.found for one in found.values() if not one.is_met}.keys() == {
        "a finished run", "auc > production.auc", BETTER, "reproduced: true", "signed: true", "approvals: 2",
    }  # fmt: skip
    assert found["a finished run"].found == "the status of amber-fox-h222 is failed, exit code 3"

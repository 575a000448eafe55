"""Runs in groups."""

import math

import pytest

from gitexp.errors import UsageError
from gitexp.model.comparison import Candidate
from gitexp.model.grouping import AUTO, group_runs
from kit.heads import make_head


def candidates(*params, details=None, **fields):
    return [
        Candidate(make_head(f"k3v9x2mab{number}", params=one, minutes=number, **fields), details or {})
        for number, one in enumerate(params)
    ]


def labels(grouping):
    return [(group.label, len(group.candidates)) for group in grouping.groups]


def test_auto_is_everything_but_the_seed():
    runs = candidates({"lr": 0.1, "seed": 1}, {"lr": 0.1, "seed": 2}, {"lr": 0.5, "model.seed": 1})
    assert labels(group_runs(runs, [AUTO])) == [("lr=0.1", 2), ("lr=0.5", 1)]


def test_other_code_or_data_is_another_group():
    one, two = candidates({"lr": 0.1}, {"lr": 0.1})
    other = two._replace(head=two.head._replace(snapshot="6" * 40))
    assert labels(group_runs([one, other], [AUTO])) == [("snapshot=5555555", 1), ("snapshot=6666666", 1)]
    other = two._replace(details={"data.train.csv": "ab" * 16})
    assert labels(group_runs([one, other], [AUTO])) == [("data.train.csv=–", 1), ("data.train.csv=abababa", 1)]


def test_values_that_look_alike_are_told_apart():
    runs = candidates({"x": True}, {"x": 1}, {"x": 1.0}, {"x": "1"}, {"x": None}, {}, {"x": math.nan}, {"x": math.nan})
    assert [len(group.candidates) for group in group_runs(runs, ["x"]).groups] == [1, 1, 1, 1, 1, 1, 2]


def test_groups_by_what_is_asked_for():
    runs = candidates({"lr": 0.1, "depth": 2}, {"lr": 0.5, "depth": 2}, {"lr": 0.1, "depth": 3})
    grouping = group_runs(runs, ["lr", "depth"])
    assert [column.key for column in grouping.columns] == ["params.lr", "params.depth"]
    assert labels(group_runs(runs, ["depth"])) == [("depth=2", 2), ("depth=3", 1)]
    with pytest.raises(UsageError, match="--group-by dpeth"):
        group_runs(runs, ["dpeth"])


def test_what_is_the_same_in_all_groups_is_named_where_there_is_one_group():
    (group,) = group_runs(candidates({"lr": 0.1}, {"lr": 0.1}), ["lr"]).groups
    assert group.label == "lr=0.1"
    assert len(group.heads) == 2


def test_places_of_results_and_names_of_runs_split_no_group():
    runs = candidates(
        {"lr": 0.1, "output_dir": "out/1", "log.run_name": "brave-cat", "tag": "lr0.1-seed1", "seed": 1},
        {"lr": 0.1, "output_dir": "out/2", "log.run_name": "calm-dog", "tag": "lr0.1-seed2", "seed": 2},
    )
    grouping = group_runs(runs, [AUTO])
    assert [len(group.candidates) for group in grouping.groups] == [2]
    assert grouping.passed_over == ("params.log.run_name", "params.output_dir", "params.tag")
    assert grouping.splitting == ()


def test_what_only_looks_like_a_seed_splits_groups():
    runs = candidates({"model": "resnet1", "seed": 1}, {"model": "resnet2", "seed": 2}, {"model": "resnet1", "seed": 3})
    grouping = group_runs(runs, [AUTO])
    assert labels(grouping) == [("model=resnet1", 2), ("model=resnet2", 1)]
    assert [column.key for column in grouping.splitting] == ["params.model"]


def test_one_tree_of_code_is_one_code_whatever_commit_has_it():
    one, two = candidates({"lr": 0.1}, {"lr": 0.1})
    other = two._replace(head=two.head._replace(snapshot="6" * 40))
    tree = "a" * 40
    assert labels(group_runs([one._replace(tree=tree), other._replace(tree=tree)], [AUTO]))[0][1] == 2
    assert len(group_runs([one._replace(tree=tree), other._replace(tree="b" * 40)], [AUTO]).groups) == 2

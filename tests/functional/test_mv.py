"""`exp mv`, as it is typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kit.exp import run_exp
from kit.saying import message, said_of

if TYPE_CHECKING:
    from kit.git import GitFolder

K3V9 = "refs/runs/default/k3v9x2mabc"


def listed(folder: GitFolder, *options: str) -> list[str]:
    return run_exp(folder, "ls", "--ids", *options).out.split()


def test_a_moved_run_is_listed_where_it_belongs_and_its_ref_stays(runs: GitFolder) -> None:
    moved = run_exp(runs, "mv", "k3v9", "t2zc", "trees")
    assert (moved.status, moved.out, moved.err) == (0, "", "moved 2 runs to experiment trees\n")
    assert said_of(runs, K3V9) == [{"move": "trees"}]
    assert "Run-Moved: trees" in message(runs, K3V9)
    assert listed(runs, "-e", "trees") == ["t2zc9x1k0f", "k3v9x2mabc"]
    assert listed(runs, "-e", "default") == ["q9ne1w3t6k", "p7qw4n8hde"]
    assert runs.git("for-each-ref", "--format=%(refname)", "refs/runs/trees") == ""
    assert run_exp(runs, "mv", "k3v9", "trees").err == "run amber-fox-k3v9: in experiment trees already\n"


def test_it_is_named_by_its_ref_and_in_its_new_experiment(runs: GitFolder) -> None:
    run_exp(runs, "mv", "t2zc", "trees")
    for words in (["refs/runs/default/t2zc9x1k0f"], ["last", "-e", "trees"], ["max:auc", "-e", "trees"], ["t2zc"]):
        shown = json.loads(run_exp(runs, "show", *words, "--json").out)["data"]
        assert (shown["id"], shown["experiment"], shown["born"]) == ("t2zc9x1k0f", "trees", "default")
    assert json.loads(run_exp(runs, "show", "max:auc", "--json").out)["data"]["id"] == "k3v9x2mabc"
    page = run_exp(runs, "show", "t2zc").out
    assert "experiment trees (born in default)" in page
    assert "moved from default to trees" in page


def test_back_where_it_was_born(runs: GitFolder) -> None:
    run_exp(runs, "mv", "k3v9", "trees")
    run_exp(runs, "mv", "k3v9", "boosted")
    back = run_exp(runs, "mv", "k3v9", "default")
    assert back.err == "moved run amber-fox-k3v9 to experiment default\n"
    assert not any(line.startswith("Run-Moved") for line in message(runs, K3V9))
    assert "moved from trees to boosted" in run_exp(runs, "show", "k3v9").out
    assert "k3v9x2mabc" in listed(runs)


def test_what_is_refused(runs: GitFolder) -> None:
    before = runs.git("for-each-ref")
    wrong = run_exp(runs, "mv", "k3v9", "Big Trees")
    assert (wrong.status, wrong.err.splitlines()[1]) == (2, "hint: exp mv k3v9 big-trees")
    alone = run_exp(runs, "mv", "trees")
    assert (alone.status, alone.err.splitlines()[1]) == (2, "hint: exp mv last trees")
    going = run_exp(runs, "mv", "k3v9", "q9ne", "trees")
    assert going.err == "exp: run amber-fox-q9ne is still going\nhint: exp stop q9ne1w3t6k\n"
    assert run_exp(runs, "mv", "nope", "trees").status == 1
    assert runs.git("for-each-ref") == before


def test_a_word_alone_is_taken_for_the_run(runs: GitFolder) -> None:
    for word in ("k3v9", "last"):
        assert run_exp(runs, "mv", word).err == (
            f"exp: a run and an experiment, both are needed\nhint: exp mv {word} baseline\n"
        )
    assert run_exp(runs, "mv", "-", "trees").err.endswith("hint: exp ls --ids | exp mv - archive\n")

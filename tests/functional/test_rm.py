"""`exp rm`, as it is typed, and what passes over a hidden run."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from kit.exp import run_exp
from kit.saying import message, said_of

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

T2ZC = "refs/runs/default/t2zc9x1k0f"


def listed(folder: GitFolder, *options: str) -> list[str]:
    return run_exp(folder, "ls", "--ids", *options).out.split()


def shown(folder: GitFolder, *words: str) -> str:
    found: str = json.loads(run_exp(folder, "show", *words, "--json").out)["data"]["id"]
    return found


def test_a_hidden_run_is_left_out_and_counted(runs: GitFolder) -> None:
    assert "t2zc9x1k0f" in listed(runs)
    hidden = run_exp(runs, "rm", "t2zc", "h8yb")
    assert (hidden.status, hidden.out) == (0, "")
    assert hidden.err == "hid 2 runs\nto undo: exp rm --undo t2zc9x1k0f h8yb3d6m2g\n"
    assert said_of(runs, T2ZC) == [{"hide": True}]
    assert "Run-Hidden: true" in message(runs, T2ZC)
    assert listed(runs) == ["q9ne1w3t6k", "p7qw4n8hde", "k3v9x2mabc"]
    listing = run_exp(runs, "ls")
    assert "t2zc" not in listing.out
    assert listing.err == "1 hidden: exp ls --hidden\n"
    assert run_exp(runs, "ls", "--all").err == "2 hidden: exp ls --hidden\n"
    assert run_exp(runs, "ls", "-e", "other").err == "1 hidden: exp ls --hidden\n"
    assert json.loads(run_exp(runs, "ls", "--json").out)["data"]["hidden"] == 1


def test_hidden_runs_are_listed_with_a_mark_where_they_are_asked_for(runs: GitFolder) -> None:
    run_exp(runs, "rm", "t2zc")
    lines = [line.split()[:3] for line in run_exp(runs, "ls", "--hidden").out.splitlines()]
    assert lines[0] == ["id", "name", "hidden"]
    assert ["t2zc9x1k0f", "amber-fox-t2zc", "true"] in lines
    assert ["k3v9x2mabc", "amber-fox-k3v9", "-"] in lines
    assert run_exp(runs, "ls", "--hidden").err == ""
    assert len(listed(runs, "--hidden")) == 4


def test_it_is_still_there_by_its_id_and_passed_over_by_other_specs(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    assert shown(runs, "max:auc") == "t2zc9x1k0f"
    run_exp(runs, "rm", "t2zc")
    assert shown(runs, "max:auc") == "k3v9x2mabc"
    assert shown(runs, "last~1") == "p7qw4n8hde"
    assert shown(runs, "t2zc") == shown(runs, "amber-fox-t2zc") == shown(runs, T2ZC) == "t2zc9x1k0f"
    assert "hidden" in run_exp(runs, "show", "t2zc").out.splitlines()[0]
    assert run_exp(runs, "checkout", "t2zc", str(tmp_path / "code")).status == 0
    assert (tmp_path / "code" / "train.py").read_text() == "print('loss=0.25')\n"
    assert run_exp(runs, "logs", "t2zc").status == 0
    compared = json.loads(run_exp(runs, "compare", "--json").out)["data"]["runs"]
    assert [one["id"] for one in compared] == ["q9ne1w3t6k", "p7qw4n8hde", "k3v9x2mabc"]
    watched = json.loads(run_exp(runs, "watch", "--once", "--json").out)["data"]["runs"]
    assert [one["id"] for one in watched] == ["q9ne1w3t6k"]


def test_the_hiding_is_taken_back(runs: GitFolder) -> None:
    run_exp(runs, "rm", "t2zc")
    tip = runs.git("rev-parse", T2ZC)
    assert run_exp(runs, "rm", "t2zc").err == "run amber-fox-t2zc: hidden already\n"
    assert runs.git("rev-parse", T2ZC) == tip
    again = run_exp(runs, "rm", "--undo", "t2zc", "k3v9")
    assert again.err == "shown again: run amber-fox-t2zc\nrun amber-fox-k3v9: not hidden\n"
    assert "t2zc9x1k0f" in listed(runs)
    assert not any(line.startswith("Run-Hidden") for line in message(runs, T2ZC))


def test_a_note_of_why(runs: GitFolder) -> None:
    assert run_exp(runs, "rm", "t2zc", "--why", "the labels were wrong").status == 0
    assert said_of(runs, T2ZC) == [{"hide": True}, {"note": "the labels were wrong"}]
    assert "the labels were wrong" in run_exp(runs, "show", "t2zc").out
    assert run_exp(runs, "rm", "--undo", "t2zc", "--why", "x").status == 2


def test_a_run_that_is_going_is_not_hidden(runs: GitFolder) -> None:
    refused = run_exp(runs, "rm", "k3v9", "last")
    assert refused.err == "exp: run amber-fox-q9ne is still going\nhint: exp stop q9ne1w3t6k\n"
    assert "k3v9x2mabc" in listed(runs)


def test_an_experiment_whose_runs_are_all_hidden_says_so(folder: GitFolder) -> None:
    run_exp(folder, "run", "-q", "-n", "one", "--", sys.executable, "train.py")
    assert run_exp(folder, "rm", "one").status == 0
    none = run_exp(folder, "show")
    assert none.err == "exp: no run 'last': experiment 'default' has no run that is not hidden\nhint: exp ls --hidden\n"
    listing = run_exp(folder, "ls")
    assert (listing.out, listing.err) == ("", "1 hidden: exp ls --hidden\n")
    # The next one is not held against it.
    next_one = run_exp(folder, "run", "--", sys.executable, "train.py")
    assert next_one.status == 0
    assert "one" not in next_one.err.split()


def test_a_run_that_a_registry_names_is_not_hidden(runs: GitFolder) -> None:
    runs.gen({"registry.yaml": f"models:\n  fraud:\n    versions: [{{run: {T2ZC}}}]\n"})
    refused = run_exp(runs, "rm", "t2zc", "h8yb")
    assert refused.status == 1
    assert "run t2zc9x1k0f stands in registry.yaml: to hide it would leave a version of a model" in refused.err
    assert said_of(runs, T2ZC) == []
    assert "t2zc9x1k0f" in listed(runs)
    assert run_exp(runs, "rm", "h8yb").status == 0

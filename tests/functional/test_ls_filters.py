"""`exp ls` with a filter, the best first, and curves."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.ids import RunId
from gitexp.model.run import DataItem, Lineage
from kit.exp import envelope, run_exp
from kit.going import Going
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

HASH = "12ab" + "0" * 28


def ids(folder: GitFolder, *options: str) -> str:
    """The first letters of the runs listed."""
    ran = run_exp(folder, "ls", "--ids", *options)
    assert ran.status == 0, ran.err
    return "".join(line[0] for line in ran.out.splitlines())


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("params.lr < 0.2", "tk"),
        ("lr < 0.2 and auc > 0.6", "t"),
        ("status != 'failed'", "qtk"),
        ("status == 'running' or tags.team == 'fraud'", "qt"),
        ("not tags.team", "qpk"),
        ("auc is null", "qp"),
        ("not auc > 0.6", "k"),  # of those without one it is not known
        ("auc.max > 0.8", "t"),
        ("id in ('k3v9', 'p7qw4n8hde')", "pk"),
        ("name like '%-fox-t%'", "t"),
        ("command like '%--lr%'", "t"),
        ("code.dirty", "t"),
        ("not code.dirty and host == 'gpu-7'", "qpk"),
        ("started > '2000-01-01' and started < 'now'", "qtpk"),
        ("seconds <= '2.5 s'", "t"),
        ("metrics.auc.first == 0.5", "k"),
        ("fingerprint is null", "qtpk"),
    ],
)
def test_which_runs_a_filter_leaves(runs: GitFolder, where: str, found: str) -> None:
    assert ids(runs, "--where", where) == found
    assert ids(runs, "-w", where, "--sort", "started") == found[::-1]


def test_runs_of_which_a_filter_says_nothing_are_counted(runs: GitFolder) -> None:
    ran = run_exp(runs, "ls", "--where", "auc < 0.6")
    assert (ran.out.splitlines()[1][:4], ran.err) == (
        "k3v9",
        "2 runs left out: they lack what the filter asks for\n",
    )
    assert envelope(run_exp(runs, "ls", "--where", "auc < 0.6", "--json").out)["data"]["undecided"] == 2
    assert "left out" not in run_exp(runs, "ls", "--where", "auc < 0.6 or auc is null").err
    assert "left out" not in run_exp(runs, "ls", "--where", "status != 'failed'").err
    one = run_exp(runs, "ls", "--where", "lr > 0 and metrics.auc.first > 0 and status == 'running'").err
    assert "1 run left out: it lacks" in one


def test_a_filter_over_every_experiment_and_what_is_hidden(runs: GitFolder) -> None:
    assert ids(runs, "--all", "--where", "lr >= 0.5") == "qhp"
    assert ids(runs, "--all", "--where", "experiment == 'other'") == "h"
    assert run_exp(runs, "rm", "p7qw").status == 0
    assert ids(runs, "--where", "lr > 1") == ""
    assert ids(runs, "--hidden", "--where", "hidden") == "p"


def test_a_commit_by_its_first_digits(runs: GitFolder) -> None:
    head = runs.git("rev-parse", "HEAD")
    assert ids(runs, "--where", f"code.commit == '{head[:7]}'") == "qtpk"
    commit = runs.git("rev-parse", "refs/runs/default/t2zc9x1k0f")
    assert ids(runs, "--where", f"commit == '{commit[:8].upper()}'") == "t"


def test_data_by_its_path(runs: GitFolder) -> None:
    data = (DataItem("data/train.csv", HASH, 3),)  # type: ignore[arg-type]
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60, data=data))
    assert ids(runs, "--where", "data.data/train.csv == '12ab'") == "z"
    ran = run_exp(runs, "ls", "--where", "data.data/trains.csv == '12ab'")
    assert ran.status == 2
    assert "hint: did you mean data.data/train.csv?" in ran.err


def test_a_mistake_is_pointed_at(runs: GitFolder) -> None:
    ran = run_exp(runs, "ls", "--where", "lr < 1 and acu > 0.6")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "exp: --where: no run has acu\n    lr < 1 and acu > 0.6\n               ^\nhint: did you mean metrics.auc?\n"
    )
    (error,) = envelope(run_exp(runs, "ls", "--json", "--where", "lr =< 1").out)["errors"]
    assert (error["code"], error["hint"]) == ("invalid-filter", "did you mean <=?")


def test_what_only_another_experiment_has_is_no_mistake(runs: GitFolder) -> None:
    store_run(runs, plan_run(runs, "z5jw2b8p4m", experiment="other", params={"depth": 3}))
    ran = run_exp(runs, "ls", "--where", "depth == 3")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == (
        "4 runs left out: they lack what the filter asks for\n"
        "none of the 4 runs in experiment 'default' fits: exp ls lists them\n"
    )
    assert run_exp(runs, "ls", "--where", "dpeth == 3").status == 2


def test_in_an_empty_repository_any_name_will_do(folder: GitFolder) -> None:
    ran = run_exp(folder, "ls", "--where", "metrics.val_auc > 0.9 and code.dirty and started > 'yesterday'")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "no runs in experiment 'default' yet; the first: exp run -- python train.py\n"
    assert run_exp(folder, "ls", "--where", "metrics.val_auc >").status == 2


def test_names_and_values_that_would_do_something_to_a_terminal(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", params={"\x1b[31mred": 1, "<b>": "\u202eabc"}))
    assert ids(folder, "--where", "params.`<b>` like '%abc'") == "k"
    ran = run_exp(folder, "ls", "--where", "params.rde == '\x1b[2J'")
    assert ran.status == 2
    assert "\x1b" not in ran.err


def test_a_manifest_that_cannot_be_read_is_told(runs: GitFolder) -> None:
    commit = runs.git("rev-parse", "refs/runs/default/k3v9x2mabc")
    blob = runs.git("rev-parse", f"{commit}:.exp/run.yaml")
    path = runs.path / ".git" / "objects" / blob[:2] / blob[2:]
    path.unlink()
    assert ids(runs, "--where", "lr == 0.1") == "k"  # its commit says enough
    ran = run_exp(runs, "ls", "--ids", "--where", "host == 'gpu-7' and status == 'finished'")
    assert (ran.status, ran.out) == (0, "t2zc9x1k0f\n")
    assert "run k3v9x2mabc cannot be read" in ran.err


def test_a_run_that_goes_is_judged_by_its_last_values(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", metrics={"loss": 0.5}))
    with Going(folder, "-p", "lr=0.1") as run:
        run.tell("log(1, loss=0.75)", "log(2, loss=0.25)")
        assert run_exp(folder, "ls", "--ids", "--where", "loss < 0.3").out == f"{run.id}\n"
        assert run_exp(folder, "ls", "--ids", "--where", "loss.min is null or loss.first > 0.6").out == f"{run.id}\n"
        assert ids(folder, "--where", "status == 'running' and code.commit is not null") == run.id[0]


def test_the_best_first(runs: GitFolder) -> None:
    ran = run_exp(runs, "ls", "--top", "5", "--columns", "id,auc")
    assert ran.out == "id           auc\nt2zc9x1k0f  0.75\nk3v9x2mabc   0.5\n"
    assert ran.err == "2 runs left out: no value of metrics.auc\n"
    assert ids(runs, "--top", "1", "--by", "auc") == "t"
    assert ids(runs, "--by", "+auc") == "kt"
    assert ids(runs, "--top", "2", "--by=-params.lr") == "pq"
    assert ids(runs, "--by", "auc.max", "--where", "status == 'finished'") == "tk"
    data = envelope(run_exp(runs, "ls", "--top", "1", "--json").out)["data"]
    assert (data["by"], data["without_value"], data["total"], data["shown"]) == ("-metrics.auc", 2, 2, 1)
    ran = run_exp(runs, "ls", "--top", "1", "--by", "loss")
    assert ran.status == 1
    assert "hint: --by=-loss (more is better) or --by=+loss" in ran.err


def test_columns_of_the_manifest(runs: GitFolder) -> None:
    head = runs.git("rev-parse", "HEAD")
    ran = run_exp(runs, "ls", "--columns", "name,code.commit,seed,host", "-n", "1", "--where", "lr == 0.1")
    assert ran.out.splitlines()[1].split() == ["amber-fox-k3v9", head, "1", "gpu-7"]
    assert "code.dirty" in run_exp(runs, "ls", "--columns", "code.*", "--csv").out.splitlines()[0]
    assert run_exp(runs, "ls", "--columns", "code.comm").status == 2


def test_curves(runs: GitFolder) -> None:
    series = b"step,time,loss\n" + b"".join(f"{step},{step},{10 - step}\n".encode() for step in range(11))
    metrics = {"loss": make_summary(0.0, min=0.0, max=10.0)}
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60, metrics=metrics), {"metrics.csv": series})
    ran = run_exp(runs, "ls", "--curve", "loss", "--columns", "id", "--where", "loss is not null")
    assert ran.out.splitlines() == ["id          loss over time", "z5jw2b8p4m  ██▇▆▅▅▄▃▂▁▁", "t2zc9x1k0f  -"]
    assert ran.err == "1 run here without a curve: loss\n"
    data = envelope(run_exp(runs, "ls", "--curve", "loss", "--json").out)["data"]
    assert data["curves"] == [
        {"id": "z5jw2b8p4m", "metric": "loss", "logged": 11, "points": [[step, 10 - step] for step in range(11)]}
    ]
    ran = run_exp(runs, "ls", "--curve", "los")
    assert (ran.status, ran.out) == (2, "")
    assert "did you mean metrics.loss" in ran.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--top", "2", "-n", "3"), "--top and -n"),
        (("--by", "auc", "--sort", "auc"), "--by and --sort"),
        (("--curve", "loss", "--csv"), "--curve and --csv"),
        (("--watch", "--json"), "--watch and --json"),
        (("--watch",), "standard output is no terminal"),
        (("--group-by", "lr", "--ids"), "--group-by and --ids"),
        (("--where", ""), "an empty filter"),
    ],
)
def test_what_does_not_go_together(runs: GitFolder, options: tuple[str, ...], words: str) -> None:
    ran = run_exp(runs, "ls", *options)
    assert ran.status == 2
    assert words in ran.err + ran.out
    assert "hint" in ran.err + ran.out


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("params.l", ["params.lr ==", "params.lr <", "params.lr >"]),
        ("lr < 1 and metrics.", ["lr < 1 and metrics.auc", "lr < 1 and metrics.loss"]),
        ("not code.d", ["not code.dirty ==", "not code.dirty <", "not code.dirty >"]),
    ],
)
def test_names_in_a_filter_are_completed(runs: GitFolder, typed: str, offered: list[str]) -> None:
    env = {"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": f"exp ls --where '{typed}", "COMP_CWORD": "3"}
    result = runs.run(sys.executable, "-m", "gitexp", env=env)
    assert result.stdout.decode().splitlines() == offered


def test_any_command_may_take_what_it_lists(runs: GitFolder) -> None:
    found: list[dict[str, Any]] = json.loads(run_exp(runs, "ls", "--json", "-w", "lr < 0.2").out)["data"]["runs"]
    ran = run_exp(runs, "compare", "--where", "lr < 0.2", "--rows", "lr", "--json")
    assert [run["id"] for run in json.loads(ran.out)["data"]["runs"]] == [run["id"] for run in found]


def test_of_a_chain_the_first_value_is_that_of_its_first_part(folder: GitFolder) -> None:
    first = make_summary(2.0, first=9.0, max=9.0, count=3)
    store_run(folder, plan_run(folder, "k3v9x2mabc", metrics={"loss": first}))
    resumed = {"metrics": {"loss": make_summary(1.0, first=1.5, max=1.5, count=2)}, "minutes": 10}
    store_run(folder, plan_run(folder, "p7qw4n8hde", lineage=Lineage(resumes=RunId("k3v9x2mabc")), **resumed))
    assert ids(folder, "--where", "loss.first == 9 and loss.count == 5 and loss.max == 9 and parts == 2") == "p"
    assert ids(folder, "--parts", "--where", "loss.first == 1.5 and loss.count == 2") == "p"
    assert ids(folder, "--where", "resumes == 'k3v9' and code.commit is not null") == "p"

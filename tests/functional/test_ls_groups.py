"""`exp ls --group-by` and `exp ls --watch`."""

from __future__ import annotations

import csv
import io
import os
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.model.run import Status
from kit.exp import envelope, run_exp
from kit.going import Going
from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run
from kit.terminal import Terminal

if TYPE_CHECKING:
    from kit.git import GitFolder

TABLE = """\
lr        n     time                         auc  best auc
0.5  1 of 2   20.0 s                        0.75      0.75
0.1       3  210.0 s  2.0 ±1.414213562373095 (2)       3.0

the same in all: experiment=default  opt=adam  snapshot=SNAPSHOT
"""


@pytest.fixture
def seeds(folder: GitFolder) -> GitFolder:
    """Two groups: three runs of which one has no metric, and two of which one failed."""
    folder.gen({".exp.yaml": "metrics:\n  auc: maximize\n"})
    folder.commit("settings")
    for place, (run_id, lr, auc) in enumerate(
        [("k3v9x2mabc", 0.1, 1.0), ("p7qw4n8hde", 0.1, 3.0), ("t2zc9x1k0f", 0.1, None), ("h8yb3d6m2g", 0.5, 0.75)]
    ):
        store_run(
            folder,
            plan_run(
                folder,
                run_id,
                minutes=place,
                seconds=70.0 if lr == 0.1 else 10.0,
                params={"lr": lr, "seed": place, "opt": "adam"},
                metrics={} if auc is None else {"auc": auc},
            ),
        )
    failed = {"status": Status.FAILED, "exit_code": 1, "params": {"lr": 0.5, "seed": 9, "opt": "adam"}}
    store_run(folder, plan_run(folder, "q9ne1w3t6k", minutes=9, seconds=10.0, metrics={"auc": 99.0}, **failed))
    return folder


def test_a_row_for_each_group(seeds: GitFolder) -> None:
    ran = run_exp(seeds, "ls", "--group-by", "auto")
    assert ran.status == 0, ran.err
    assert ran.out == TABLE.replace("SNAPSHOT", seeds.git("rev-parse", "HEAD^{tree}"))
    assert "1 of the runs did not finish: they count in time and cost alone" in ran.err
    status, screen = run_on_terminal(seeds, "exp", "ls", "--group-by", "lr", "--top", "1", env={"NO_COLOR": "1"})
    assert status == 0
    assert screen.splitlines()[1].split() == ["0.1", "3", "3m", "30s", "2.0", "±1.4", "(2)", "3.0"]


def test_groups_in_order(seeds: GitFolder) -> None:
    def order(*options: str) -> list[str]:
        data = envelope(run_exp(seeds, "ls", "--group-by", "lr", "--json", *options).out)["data"]
        return [group["label"] for group in data["groups"]]

    assert order() == ["lr=0.5", "lr=0.1"]
    assert order("--by", "auc") == ["lr=0.1", "lr=0.5"]
    assert order("--top", "1", "--by=+auc") == ["lr=0.5"]
    assert order("--sort=-seconds", "-n", "1") == ["lr=0.1"]
    assert order("--where", "auc >= 1", "--sort", "auc.max") == ["lr=0.1", "lr=0.5"]
    assert order("--sort=-auc.max") == order("--sort", "-metrics.auc.max") == ["lr=0.1", "lr=0.5"]
    ran = run_exp(seeds, "ls", "--group-by", "lr", "--sort", "nonsense")
    assert ran.status == 2
    assert "groups have no such column" in ran.err


def test_groups_for_other_programs(seeds: GitFolder) -> None:
    data = envelope(run_exp(seeds, "ls", "--group-by", "lr", "--json").out)["data"]
    assert (data["runs"], data["total"], data["shown"]) == (5, 2, 2)
    assert data["groups"][1]["runs"] == ["t2zc9x1k0f", "p7qw4n8hde", "k3v9x2mabc"]
    assert data["groups"][1]["seconds"] == 210.0
    assert data["metrics"][0]["values"][1]["mean"] == 2.0
    assert data["best_runs"] == {"metrics.auc": ["h8yb3d6m2g", "p7qw4n8hde"]}
    rows = list(csv.DictReader(io.StringIO(run_exp(seeds, "ls", "--group-by", "lr", "--csv").out)))
    assert rows[1]["params.lr"] == "0.1"
    assert (rows[1]["runs"], rows[1]["finished"], rows[1]["metrics.auc.n"]) == ("3", "3", "2")
    assert float(rows[1]["metrics.auc.sd"]) == pytest.approx(2**0.5)
    lines = run_exp(seeds, "ls", "--group-by", "lr", "--md").out.splitlines()
    assert lines[0].split() == ["|", "lr", "|", "n", "|", "time", "|", "auc", "|", "best", "auc", "|"]
    assert "2.0 ±1.4 (2)" in lines[3]


def test_groups_where_there_is_nothing(folder: GitFolder) -> None:
    ran = run_exp(folder, "ls", "--group-by", "auto")
    assert (ran.status, ran.out, ran.err) == (0, "", "no runs to group; exp ls lists what there is\n")
    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    assert run_exp(folder, "ls", "--group-by", "lr").status == 2
    assert run_exp(folder, "ls", "--group-by", "auto").status == 0


def watch(folder: GitFolder, *options: str) -> Terminal:
    """``exp ls --watch`` on a terminal."""
    surroundings = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    command = [sys.executable, "-m", "gitexp", "ls", "--watch", *options]
    return Terminal(command, cwd=folder.path, env={**surroundings, "TERM": "xterm-256color"}, columns=100)


def test_the_listing_follows_runs_and_leaves_the_terminal(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", metrics={"loss": 0.5}))
    with Going(folder) as run:
        run.tell("log(1, loss=0.75)")
        with watch(folder) as screen:
            screen.expect(b"0\\.75")
            screen.expect(b"q ends the watch")
            run.tell("log(2, loss=0.125)")
            screen.expect(b"0\\.125")
            run.end()
            screen.expect(b"(?s)finished.*finished")
            screen.send(b"q")
            assert screen.wait() == 0
            last = screen.screen.rpartition(b"\x1b[?1049l")[2].decode()
    assert "amber-fox-k3v9" in last
    assert last.count("finished") == 2


@pytest.mark.parametrize("options", [("--group-by", "lr"), ("--where", "lr == 0.1")])
def test_a_watch_that_is_interrupted(seeds: GitFolder, options: tuple[str, ...]) -> None:
    with watch(seeds, *options) as screen:
        screen.expect(b"0\\.1")
        screen.expect(b"q ends the watch")
        screen.send(b"\x03")
        assert screen.wait() == 130
        assert b"\x1b[?1049l" in screen.screen
        assert b"Traceback" not in screen.screen


def test_a_watch_refuses_what_a_listing_refuses(seeds: GitFolder) -> None:
    with watch(seeds, "--where", "lr =<") as screen:
        assert screen.wait() == 2
        assert b"\x1b[?1049h" not in screen.screen

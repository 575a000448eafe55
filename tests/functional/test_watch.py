"""`exp watch`, as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kit.exp import PATIENCE, envelope, run_exp
from kit.going import Going
from kit.stored import plan_run, store_run
from kit.terminal import Terminal

if TYPE_CHECKING:
    from kit.git import GitFolder

EXP = [sys.executable, "-m", "gitexp"]
SERIES = b"step,time,auc,loss\n0,0.5,0.5,1.0\n1,1.0,0.75,0.5\n"


def terminal(folder: GitFolder, *arguments: str, columns: int = 80, rows: int = 24) -> Terminal:
    """``exp watch`` on a terminal."""
    surroundings = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    return Terminal(
        [*EXP, "watch", *arguments],
        cwd=folder.path,
        env={**surroundings, "TERM": "xterm-256color"},
        columns=columns,
        rows=rows,
    )


def picture(folder: GitFolder, *arguments: str) -> str:
    """One picture, as a pipe gets it."""
    ran = run_exp(folder, "watch", *arguments)
    assert ran.status == 0, ran.err
    return ran.out


def test_a_run_that_has_ended_is_shown_as_it_was(runs: GitFolder) -> None:
    store_run(
        runs,
        plan_run(runs, "z5jw2b8p4m", minutes=60, metrics={"auc": 0.75, "loss": 0.5}),
        {"metrics.csv": SERIES, "output.log": b"start\n\r10%\r100%\nend\n"},
    )
    assert picture(runs, "z5jw").split("\n") == [
        "amber-fox-z5jw  finished  in 1m 37s  default",
        "$ python train.py",
        "",
        "auc  0.75",
        *picture(runs, "z5jw", "-m", "auc").split("\n")[4:12],
        "loss  0.5",
        *picture(runs, "z5jw", "-m", "l*").split("\n")[4:12],
        "",
        "output",
        "start",
        "100%",
        "end",
        "",
    ]


def test_what_goes_is_seen_and_nothing_secret(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "system: off\n"})  # the samples are those below
    env = {"MY_API_TOKEN": "hunter2-correct-horse"}
    with Going(folder, "-p", "max_steps=10", env=env) as run:
        run.tell("log(1, loss=0.5)", "log(4, loss=0.25, auc=0.75)", "sample(cpu_percent=150.0, memory_bytes=2e9)")
        run.tell("sample(gpu0__utilization_percent=97.0, gpu0__memory_bytes=1e10)")
        run.tell("say(frames.PARAMS, {'depth': 4, 'api_key': 'swordfish-and-chips'})")
        run.print("using hunter2-correct-horse\n")
        shown = picture(folder)
        assert "running  for" in shown
        assert "40%  step 4/10  " in shown
        assert "loss  0.25  step 4" in shown
        assert "auc  0.75  step 4" in shown
        assert "cpu 150%" in shown
        assert "memory 2 GB" in shown
        assert "gpu0 97% 10 GB" in shown
        assert "using [redacted]" in shown
        data = envelope(run_exp(folder, "watch", "--once", "--json").out)["data"]
        (view,) = data["runs"]
        assert view["progress"] == {"fraction": 0.4, "done": 4, "total": 10, "unit": "step"}
        assert view["metrics"]["loss"]["count"] == 2
        assert view["params"] == {"max_steps": 10, "depth": 4, "api_key": "[redacted]"}
        assert view["system"]["cpu_percent"] == 150.0
        assert "hunter2" not in json.dumps(data)
        assert "swordfish" not in json.dumps(data)


def test_the_screen_follows_to_the_end(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.print("step 0 loss=0.5\n")
        with terminal(folder, "-i", "0.1") as screen:
            screen.expect(b"loss.*0\\.5")
            screen.expect(b"q ends the watch")
            run.print("step 1 loss=0.125\n")
            screen.expect(b"0\\.125")
            screen.resize(20, 60)
            screen.expect(b"loss")
            run.end()
            assert screen.wait() == 0
            last = screen.screen.rpartition(b"\x1b[?1049l")[2].decode()
    assert "✓ finished  in " in last
    assert "loss  0.125  step 1" in last
    assert max(map(len, last.splitlines())) <= 60


@pytest.mark.parametrize(("key", "status"), [(b"q", 0), (b"\x03", 130)])
def test_quitting_leaves_the_run_alone(folder: GitFolder, key: bytes, status: int) -> None:
    with Going(folder) as run:
        with terminal(folder) as screen:
            screen.expect(b"q ends the watch")
            screen.send(key)
            assert screen.wait() == status
            assert b"\x1b[?1049l" in screen.screen
            assert b"Traceback" not in screen.screen
        run.tell("log(0, loss=0.5)")
        assert run.end() == 0


def test_several_runs_share_a_picture(folder: GitFolder) -> None:
    with Going(folder, "-n", "one") as one, Going(folder, "-n", "two") as two:
        one.tell("log(0, loss=0.5)")
        two.tell("log(0, loss=0.75)")
        shown = picture(folder)
        assert shown.split("\n")[0].split()[1:3] == ["two", "running"]
        assert shown.split("\n")[1].split()[1:3] == ["one", "running"]
        assert "loss  0.75  0.5\n" in shown
        assert picture(folder, one.id, one.id).startswith("one  running")
        two.end()
        assert picture(folder).startswith("one  running")
        assert picture(folder, one.id, two.id).split("\n")[1].split()[1:3] == ["two", "finished"]


def test_json_lines_until_the_end(folder: GitFolder) -> None:
    with Going(folder) as run:
        command = [*EXP, "watch", "--json", "-i", "0.1"]
        with subprocess.Popen(command, cwd=folder.path, stdout=subprocess.PIPE, encoding="utf-8") as watching:
            assert watching.stdout is not None
            first: dict[str, Any] = json.loads(watching.stdout.readline())
            run.end()
            *_, last = watching.stdout.read().splitlines()
            assert watching.wait(PATIENCE) == 0
    assert first["runs"][0]["status"] == "running"
    assert json.loads(last)["runs"][0]["status"] == "finished"


def test_a_recording_that_dies_is_seen_to_its_end(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.tell("log(0, loss=0.5)")
        with terminal(folder, "-i", "0.1") as screen:
            screen.expect(b"loss")
            run.kill()
            assert screen.wait() == 0
        assert "lost" in run_exp(folder, "ls").out


def test_wrong_usage(runs: GitFolder) -> None:
    ran = run_exp(runs, "watch", "-i", "0")
    assert ran.status == 2
    assert "hint: exp watch -i 0.5" in ran.err
    assert run_exp(runs, "watch", "nonsense").status == 1


def test_a_run_that_is_recorded_elsewhere(runs: GitFolder) -> None:
    shown = picture(runs)
    assert shown.startswith("amber-fox-q9ne  running  for ")
    assert "another machine or user records it" in shown

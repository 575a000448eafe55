"""`exp ls`, as it is typed."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from kit.exp import run_exp
from kit.going import Going
from kit.runs import STARTED
from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

TABLE = """\
id          name            status    started               seconds    lr   auc  loss  tags
q9ne1w3t6k  amber-fox-q9ne  running   2026-11-23T09:44:03Z        -   0.5     -     -  -
t2zc9x1k0f  amber-fox-t2zc  finished  2026-11-23T09:34:03Z      2.5  0.01  0.75  0.25  team=fraud
p7qw4n8hde  amber-fox-p7qw  failed    2026-11-23T09:24:03Z     97.0    30     -     -  -
k3v9x2mabc  amber-fox-k3v9  finished  2026-11-23T09:14:03Z     97.0   0.1   0.5     -  -

the same in all: seed=1
"""


def listed(folder: GitFolder, *options: str) -> list[str]:
    """The ids that a listing prints."""
    return _run(folder, "--ids", *options).stdout.decode().splitlines()


def _run(folder: GitFolder, *options: str) -> Any:
    return folder.run("exp", "ls", *options)


def test_the_table_in_a_pipe(runs: GitFolder) -> None:
    result = _run(runs)
    assert result.stdout.decode() == TABLE
    assert result.stderr == b""
    assert result.returncode == 0


def test_the_table_on_a_terminal(runs: GitFolder) -> None:
    status, text = run_on_terminal(runs, "exp", "ls", columns=100)
    assert status == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "\x1b[33mq9ne\x1b[0m" in text
    assert "● running" in plain
    assert "✓ finished" in plain
    assert "the same in all: seed=1" in plain
    assert max(map(len, plain.splitlines())) <= 100


@pytest.mark.parametrize(("options", "colour"), [((), False), (("--color", "always"), True)])
def test_no_colour_where_none_is_wanted(runs: GitFolder, options: tuple[str, ...], colour: bool) -> None:
    status, text = run_on_terminal(runs, "exp", "ls", *options, env={"NO_COLOR": "1"})
    assert status == 0
    assert "q9ne" in text
    assert ("\x1b[" in text) is colour


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ((), "qtpk"),
        (("--all",), "qthpk"),
        (("-e", "other"), "h"),
        (("-n", "2"), "qt"),
        (("-n", "0", "--sort", "started"), "kptq"),
        (("--sort", "-metrics.auc"), "tkqp"),
        (("--sort", "lr"), "tkqp"),
        (("--sort=-params.lr", "-n", "1"), "p"),
    ],
)
def test_which_and_in_which_order(runs: GitFolder, options: tuple[str, ...], ids: str) -> None:
    assert "".join(one[0] for one in listed(runs, *options)) == ids


def test_from_a_subfolder_a_linked_worktree_and_a_bare_clone(runs: GitFolder) -> None:
    (runs.path / "deep" / "er").mkdir(parents=True)
    assert runs.run("exp", "-C", "deep/er", "ls").stdout.decode() == TABLE
    runs.git("worktree", "add", "--quiet", "../linked")
    assert runs.run("exp", "-C", "../linked", "ls").stdout.decode() == TABLE
    runs.git("clone", "--quiet", "--mirror", ".", "../bare.git")
    assert runs.run("exp", "-C", "../bare.git", "ls").stdout.decode() == TABLE


def test_columns_that_are_chosen(runs: GitFolder) -> None:
    assert _run(runs, "--columns", "name,metrics.auc.max,lr", "-n", "2").stdout.decode() == (
        "name            auc.max    lr\namber-fox-q9ne        -   0.5\namber-fox-t2zc    0.875  0.01\n"
    )


def test_json(runs: GitFolder) -> None:
    envelope = json.loads(_run(runs, "--json", "-n", "2").stdout)
    assert (envelope["format"], envelope["errors"]) == (1, [])
    data = envelope["data"]
    assert (data["experiment"], data["total"], data["shown"]) == ("default", 4, 2)
    going, ended = data["runs"]
    assert (going["status"], going["ended_at"], going["seconds"]) == ("running", None, None)
    assert ended["params"] == {"lr": 0.01, "seed": 1}
    assert ended["metrics"]["auc"] == {"last": 0.75, "min": 0.75, "max": 0.875, "step": None}
    assert ended["ref"] == "refs/runs/default/t2zc9x1k0f"
    assert ended["commit"] == runs.git("rev-parse", ended["ref"])
    assert json.loads(_run(runs, "--json", "--all").stdout)["data"]["experiment"] is None


def test_csv_has_every_column(runs: GitFolder) -> None:
    rows = list(csv.DictReader(io.StringIO(_run(runs, "--csv").stdout.decode())))
    assert [row["id"] for row in rows] == ["q9ne1w3t6k", "t2zc9x1k0f", "p7qw4n8hde", "k3v9x2mabc"]
    assert rows[1]["params.seed"] == "1"
    assert rows[1]["metrics.auc"] == "0.75"
    assert rows[1]["tags.team"] == "fraud"
    assert rows[1]["experiment"] == "default"


def test_markdown(runs: GitFolder) -> None:
    lines = _run(runs, "--md", "-n", "1").stdout.decode().splitlines()
    assert lines[0].startswith("| id ")
    assert lines[2].startswith("| q9ne1w3t6k | amber-fox-q9ne ")


def test_the_rest_is_told_where_nobody_asked_for_that_many(runs: GitFolder) -> None:
    for number in range(18):
        store_run(runs, plan_run(runs, f"g{number:02}e1w3t6k", minutes=number - 60))
    result = _run(runs)
    assert result.stderr.decode() == "20 of 22 runs; exp ls -n 0 lists all\n"
    assert len(result.stdout.splitlines()) == 1 + 20
    for options in (("-n", "1"), ("--ids",), ("--csv",), ("--md",), ("--json",)):
        asked = _run(runs, *options)
        assert asked.stdout
        assert asked.stderr == b""


def test_broken_runs_are_one_line_and_the_others_are_listed(broken: GitFolder) -> None:
    result = _run(broken)
    assert result.stdout.decode() == TABLE
    (line,) = result.stderr.decode().splitlines()
    assert line.startswith("exp: 2 runs cannot be read; exp ls went on. The first: run refs/runs/default/m4ra7v5s9j")
    assert result.returncode == 0
    envelope = json.loads(_run(broken, "--json").stdout)
    assert [error["code"] for error in envelope["errors"]] == ["broken-record", "newer-format"]
    assert len(envelope["data"]["runs"]) == 4
    broken.git("update-ref", "-d", "refs/runs/default/v6sx0c7r1n")
    assert _run(broken, "--ids").stderr.decode().startswith("exp: run refs/runs/default/m4ra7v5s9j cannot be read: ")


def test_without_runs(folder: GitFolder) -> None:
    result = _run(folder)
    assert (result.returncode, result.stdout) == (0, b"")
    assert result.stderr.decode() == ("no runs in experiment 'default' yet; the first: exp run -- python train.py\n")


def test_an_empty_experiment_points_to_the_others(runs: GitFolder) -> None:
    assert _run(runs, "-e", "third").stderr.decode() == "no runs in experiment 'third'; 5 in others: exp ls --all\n"


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--json", "--csv"), 2, "--json and --csv: one form at a time"),
        (("--all", "-e", "other"), 2, "one of them"),
        (("--sort", "metrics.acu"), 2, "did you mean metrics.auc"),
        (("--columns", "nonsense"), 2, "no run here has it"),
        (("-e", "Not Good"), 2, "--experiment not-good"),
        (("-n", "-1"), 2, "-n"),
    ],
)
def test_wrong_usage(runs: GitFolder, options: tuple[str, ...], status: int, words: str) -> None:
    result = _run(runs, *options)
    assert result.returncode == status
    assert words in result.stderr.decode() + result.stdout.decode()
    assert b"hint" in result.stderr + result.stdout


def test_more_params_than_the_message_holds(folder: GitFolder) -> None:
    many = {f"p{key:03}": key for key in range(80)}
    store_run(folder, plan_run(folder, "k3v9x2mabc", params=many, metrics={f"m{key:03}": key for key in range(80)}))
    store_run(folder, plan_run(folder, "p7qw4n8hde", minutes=1, params={**many, "p079": 5}))
    assert _run(folder, "--columns", "p079", "-n", "0").stdout.decode() == "p079\n   5\n  79\n"
    assert listed(folder, "--sort", "-p079", "-n", "1") == ["k3v9x2mabc"]
    assert folder.run("exp", "show", "max:m079", "--json").returncode == 0


def test_a_reader_that_has_seen_enough(runs: GitFolder) -> None:
    script = (
        "import subprocess, sys\n"
        "process = subprocess.Popen(['exp', 'ls', '--csv'], stdout=subprocess.PIPE)\n"
        "process.stdout.close()\n"
        "sys.exit(process.wait())\n"
    )
    result = runs.run("python", "-c", script)
    assert (result.returncode, result.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_disk_is_said(runs: GitFolder) -> None:
    result = runs.run("sh", "-c", "exp ls > /dev/full")
    assert result.returncode == 1
    assert result.stderr.decode() == "exp: standard output: No space left on device\n"


def test_what_goes_first_where_the_screen_is_narrow(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "metrics:\n  val_auc: maximize\n"})
    folder.commit("settings")
    names = ("accuracy", "f1_score", "precision", "recall_at_k", "train_loss", "val_auc")
    hours_ago = (datetime.now(UTC) - STARTED).total_seconds() / 60 - 200  # the column is as wide as its text
    for place, run_id in enumerate(("k3v9x2mabc", "p7qw4n8hde", "t2zc9x1k0f")):
        metrics = {name: place + 0.5 + number for number, name in enumerate(names)}
        params = {"api_key": "[redacted]"} if place else {}
        store_run(folder, plan_run(folder, run_id, minutes=hours_ago + place, metrics=metrics, params=params))
    no_colour = {"NO_COLOR": "1"}
    wide = run_on_terminal(folder, "exp", "ls", columns=120, env=no_colour)[1].splitlines()
    assert "accuracy  f1_score  precision  recall_at_k  train_loss  val_auc" in wide[0]
    assert wide[-1] == "no room for: api_key  (--columns chooses, --csv has all)"
    narrow = run_on_terminal(folder, "exp", "ls", columns=80, env=no_colour)[1].splitlines()
    assert narrow[0].split() == ["id", "name", "status", "when", "time", "accuracy", "f1_score", "val_auc"]
    assert narrow[1].split()[-1] == "7.5"


def test_a_run_that_goes_has_its_last_values(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", metrics={"loss": 0.5}))
    with Going(folder, "-p", "lr=0.1") as run:
        run.tell("log(1, loss=0.75, auc=0.5)", "log(2, loss=0.25)", "say(frames.TAGS, {'team': 'fraud'})")
        run.tell(
            "say(frames.PARAMS, {'depth': 4, 'api_key': 'swordfish-and-chips'})", "say(frames.SUMMARY, {'auc': 0.9})"
        )
        going, _ = json.loads(_run(folder, "--json").stdout)["data"]["runs"]
        assert (going["id"], going["status"]) == (run.id, "running")
        assert {key: (one["last"], one["step"]) for key, one in going["metrics"].items()} == {
            "loss": (0.25, 2),
            "auc": (0.9, 1),
        }
        assert going["params"] == {"lr": 0.1, "depth": 4, "api_key": "[redacted]"}
        assert going["tags"] == {"team": "fraud"}
        assert listed(folder, "--sort", "loss") == [run.id, "k3v9x2mabc"]
        assert listed(folder, "--sort=-loss") == ["k3v9x2mabc", run.id]
        assert _run(folder, "--columns", "loss,depth", "-n", "1").stdout.decode() == "loss  depth\n0.25      4\n"


def test_of_a_run_without_the_api_what_it_printed_last(folder: GitFolder) -> None:
    with Going(folder, "-p", "lr=0.1") as run:
        run.print("step 1 loss=0.75 lr=0.1\nstep 2 loss=0.25\n")
        (going,) = json.loads(_run(folder, "--json").stdout)["data"]["runs"]
        assert {key: (one["last"], one["step"]) for key, one in going["metrics"].items()} == {"loss": (0.25, 2)}
    with Going(folder, "--no-extract") as run:
        run.print("step 1 loss=0.75\n")
        assert json.loads(_run(folder, "--json").stdout)["data"]["runs"][0]["metrics"] == {}


def test_a_recording_that_died_is_completed_before_it_is_listed(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.tell("log(1, loss=0.75)")
        assert listed(folder) == [run.id]
        run.kill()
        assert " lost " in run_exp(folder, "ls").out


def test_of_a_long_journal_the_end_alone_is_read(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.tell("for step in range(9000): log(step, loss=step / 2)")
        (going,) = json.loads(_run(folder, "--json").stdout)["data"]["runs"]
        assert going["metrics"]["loss"] == {"last": 4499.5, "min": "NaN", "max": "NaN", "step": 8999}


def test_a_metric_of_long_ago_is_looked_for(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.tell("log(0, auc=0.5)", "for step in range(9000): log(step, loss=step / 2)")
        (going,) = json.loads(_run(folder, "--json").stdout)["data"]["runs"]
        assert (going["metrics"]["auc"]["last"], going["metrics"]["loss"]["last"]) == (0.5, 4499.5)


def test_what_goes_in_another_experiment_is_hinted_at(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    with Going(folder, "-e", "other"):
        told = run_exp(folder, "ls").err
        assert told == "1 going in other experiments: exp ls --all\n"
        assert run_exp(folder, "ls", "--csv").err == ""
    assert run_exp(folder, "ls").err == ""

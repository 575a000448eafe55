"""`exp compare --group-by` and `--baseline`, as they are typed."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from gitexp.model.run import Status
from kit.exp import run_exp
from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

AUC = {0.1: (0.90, 0.91, 0.92, 0.905, 0.915), 0.5: (0.93, 0.94, 0.95, 0.935, 0.945), 0.9: (0.90, 0.93)}

SCREEN = """\
Groups  by experiment, lr, snapshot
  group              runs  finished    time
  lr=0.1 (baseline)     5         5  8m 05s
  lr=0.9                3         2  4m 51s
  lr=0.5                5         5  8m 05s

auc  more is better
  group              n    mean     sd         95 % CI    min    max
  lr=0.1 (baseline)  5   0.910  0.008  0.900 to 0.920  0.900  0.920
  lr=0.5             5  *0.940  0.008  0.930 to 0.950  0.930  0.950
  lr=0.9             2   0.92   0.02     0.72 to 1.11  0.90   0.93

  lr=0.5  better by 0.030 (95 % CI 0.018 to 0.042, p < 0.001, n = 5 and 5)
  lr=0.9  not tested, n is too small (at least 3 runs of each): 0.005 (n = 2 and
          5)

The same in every run
  epochs=3

* the best mean
only finished runs count; not 1 failed: amber-fox-kz9x
"""

MARKDOWN = """\
| auc | n | mean | sd | 95 % CI | against the baseline |
| lr=0.1 | 5 | 0.910 | 0.008 | 0.900 to 0.920 | baseline |
| lr=0.5 | 5 | **0.940** | 0.008 | 0.930 to 0.950 | \
better by 0.030 (95 % CI 0.018 to 0.042, p &lt; 0.001, n = 5 and 5) |
| lr=0.9 | 2 | 0.92 | 0.02 | 0.72 to 1.11 | \
not tested, n is too small (at least 3 runs of each): 0.005 (n = 2 and 5) |
"""

CHANGES = """\
        amber-fox-ka0x         amber-fox-kb0x
lr                 0.1   0.5
auc                0.9  *0.93 +0.03 (+3.33 %)
epochs             3     3    =
"""


@pytest.fixture
def project(folder: GitFolder) -> GitFolder:
    """Five runs of each of two rates, two and a failed one of a third."""
    folder.gen({".exp.yaml": "metrics: {auc: maximize}\n"})
    for group, (lr, values) in zip("abz", AUC.items(), strict=True):
        for seed, auc in enumerate(values):
            store(folder, f"k{group}{seed}x2mabcd", lr, seed, {"auc": auc, "epochs": 3}, minutes=seed)
    store(folder, "kz9x2mabcd", 0.9, 9, {}, minutes=4, status=Status.FAILED, exit_code=1)
    return folder


def store(folder: GitFolder, run_id: str, lr: float, seed: int, metrics: dict[str, float], **fields: object) -> None:
    params = {"lr": lr, "seed": seed, "out": f"out/{run_id}"}
    store_run(folder, plan_run(folder, run_id, params=params, metrics=metrics, seed=seed, **fields))


def test_groups_on_a_screen_of_80_columns(project: GitFolder) -> None:
    words = ("exp", "--color", "never", "compare", "--group-by", "auto", "--baseline", "lr=0.1")
    status, output = run_on_terminal(project, *words, columns=80)
    assert status == 0
    assert [line.rstrip() for line in output.splitlines()[: SCREEN.count("\n")]] == SCREEN.splitlines()


def test_json_has_every_number_and_run(project: GitFolder) -> None:
    done = run_exp(project, "compare", "--group-by", "lr", "--baseline", "ka0x", "--metric", "auc", "--json")
    data = json.loads(done.out)["data"]
    assert data["by"] == ["params.lr"]
    groups = {group["label"]: group for group in data["groups"]}
    assert groups["lr=0.9"]["not_finished"] == [{"id": "kz9x2mabcd", "status": "failed"}]
    place = [group["label"] for group in data["groups"]].index("lr=0.5")
    assert data["groups"][data["baseline"]]["label"] == "lr=0.1"
    (row,) = data["metrics"]
    assert row["values"][place]["n"] == 5
    assert row["differences"][place]["verdict"] == "better"
    assert row["differences"][place]["difference"] == pytest.approx(0.03)
    assert row["differences"][data["baseline"]] is None


def test_csv_and_markdown(project: GitFolder) -> None:
    words = ("compare", "--group-by", "lr", "--baseline", "lr=0.1", "--metric", "auc")
    rows = list(csv.DictReader(io.StringIO(run_exp(project, *words, "--csv").out)))
    by_group = {row["group"]: row for row in rows}
    assert by_group["lr=0.5"]["verdict"] == "better"
    assert by_group["lr=0.1"]["baseline"] == "true"
    assert float(by_group["lr=0.5"]["p"]) < 0.001
    lines = run_exp(project, *words, "--md").out.splitlines()
    assert lines[1].startswith("|:---")
    assert [" ".join(line.split()) for line in (lines[0], *lines[2:])] == MARKDOWN.splitlines()


def test_a_baseline_run_shows_what_each_gained(project: GitFolder) -> None:
    words = ("--color", "never", "compare", "kb0x", "--baseline", "ka0x", "--rows", "lr,auc,epochs")
    status, output = run_on_terminal(project, "exp", *words, columns=80)
    assert status == 0
    assert [line.rstrip() for line in output.splitlines()[:4]] == CHANGES.splitlines(), output
    data = json.loads(run_exp(project, *words[2:], "--json").out)["data"]
    assert data["baseline"] == "ka0x2mabcd"
    (auc,) = [row for row in data["rows"] if row["key"] == "metrics.auc"]
    assert auc["changes"]["kb0x2mabcd"]["percent"] == pytest.approx(10 / 3)
    (_, row) = csv.DictReader(io.StringIO(run_exp(project, *words[2:], "--csv").out))
    assert float(row["metrics.auc.difference"]) == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--group-by", "lr", "--baseline", "lr=0.2"], "--baseline lr=0.2: no group here is called so, and no run"),
        (["--group-by", "rl"], "--group-by rl: no run here has it"),
        (["--group-by", "lr", "--test", "t"], "one of welch, mann-whitney, paired-t, wilcoxon"),
        (["--group-by", "lr", "--ci", "z"], "one of t, bootstrap"),
        (["--group-by", "lr", "--metric", "acu"], "did you mean metrics.auc?"),
        (["--group-by", "lr", "--rows", "auc"], "--rows is for single runs"),
        (["--test", "welch"], "--test is for groups of runs"),
        (["--group-by", ","], "--group-by"),
    ],
)
def test_what_cannot_be(project: GitFolder, words: list[str], said: str) -> None:
    done = run_exp(project, "compare", *words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_every_test_and_interval_runs(project: GitFolder) -> None:
    for test in ("welch", "mann-whitney", "paired-t", "wilcoxon"):
        for interval in ("t", "bootstrap"):
            words = ("--group-by", "lr", "--baseline", "lr=0.1", "--test", test, "--ci", interval)
            done = run_exp(project, "compare", *words, "--json")
            assert json.loads(done.out)["data"]["procedure"]["test"] == test


def test_without_runs_and_in_a_subfolder(folder: GitFolder) -> None:
    folder.gen({"a/b.txt": "b"})
    done = run_exp(folder, "compare", "--group-by", "auto", where="a")
    assert (done.out, done.err) == ("", "no runs to compare; exp ls --all lists those of every experiment\n")

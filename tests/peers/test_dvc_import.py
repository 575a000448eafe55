"""Experiments of DVC's become runs: once, whole, and without a change to what DVC has."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

from kit.exp import envelope, manifest, part, refs, run_exp
from kit.git import GitFolder
from kit.pipelines import dvc

if TYPE_CHECKING:
    import pathlib


def by_name(folder: GitFolder) -> dict[str, str]:
    return {manifest(folder, ref)["name"]: ref for ref in refs(folder)}


def test_experiments_become_runs(experiments: GitFolder) -> None:
    theirs = experiments.git("for-each-ref", "refs/exps")
    before = experiments.state()
    done = run_exp(experiments, "import", "dvc")
    assert done.status == 0, done.err
    assert "2 dvc experiments imported" in done.err
    runs = by_name(experiments)
    assert sorted(runs) == ["high", "low"]
    run = manifest(experiments, runs["high"])
    assert run["status"] == "finished"
    assert run["command"] == ["dvc", "exp", "run"]
    assert run["params"] == {"prepare.rows": 60, "train.lr": 0.5, "train.fail": False, "other": 5}
    assert run["metrics"]["auc"]["last"] == 0.5
    assert run["metrics"]["auc"]["source"] == "scores.json"
    assert run["tags"] == {"imported": "dvc"}
    assert run["user"] == {"name": "Ada Lovelace", "email": "ada@example.org"}
    assert [(one["path"], one["bytes"]) for one in run["data"]] == [("data/raw.txt", 290)]
    assert {one["path"]: one["kept"] for one in run["artifacts"]} == {
        "work/prepared": "dvc",
        "model.bin": "dvc",
        "scores.json": "git",
        "roc.csv": "git",
    }
    assert "warnings" not in run
    assert "auc" in part(experiments, runs["high"], "metrics.csv")
    head = experiments.git("rev-parse", "HEAD")
    assert run["code"]["commit"] == head
    assert experiments.git("rev-parse", f"{runs['high']}^") == run["code"]["snapshot"]
    assert experiments.git("rev-parse", f"{runs['high']}^^") == head
    tip = experiments.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/high")
    assert experiments.git("diff", "--stat", tip, f"{runs['high']}^") == ""
    assert experiments.git("fsck", "--strict", "--no-dangling") == ""
    assert experiments.git("for-each-ref", "refs/exps") == theirs
    assert experiments.state() == before


def test_what_was_imported_is_not_imported_again_here_or_in_another_clone(
    experiments: GitFolder, tmp_path: pathlib.Path
) -> None:
    other = GitFolder(shutil.copytree(experiments.path, tmp_path / "other", symlinks=True))
    first = envelope(run_exp(experiments, "import", "dvc", "--json").out)["data"]["runs"]
    assert [one["outcome"] for one in first] == ["imported", "imported"]
    listed = experiments.git("for-each-ref", "refs/runs")
    again = run_exp(experiments, "import", "dvc", "-e", "elsewhere")
    assert again.status == 0
    assert "0 dvc experiments imported, 2 here already" in again.err
    assert experiments.git("for-each-ref", "refs/runs") == listed
    assert run_exp(other, "import", "dvc").status == 0
    assert other.git("for-each-ref", "refs/runs") == listed


def test_a_choice_of_experiments_into_an_experiment_of_ours(experiments: GitFolder) -> None:
    trial = run_exp(experiments, "import", "dvc", "--dry-run", "low")
    assert trial.out.split()[1::2] == ["low"]
    assert refs(experiments) == []
    assert run_exp(experiments, "import", "dvc", "low", "-e", "tuning").status == 0
    assert [ref.split("/")[2] for ref in refs(experiments)] == ["tuning"]
    began = run_exp(experiments, "import", "dvc", "HEAD", "--json")
    outcomes = {one["name"]: one["outcome"] for one in envelope(began.out)["data"]["runs"]}
    assert outcomes == {"low": "there", "high": "imported"}
    unknown = run_exp(experiments, "import", "dvc", "nosuch")
    assert unknown.status == 1
    assert "nosuch is no experiment of DVC's" in unknown.err
    assert "hint: there are: high, low" in unknown.err


def test_an_imported_run_is_listed_shown_compared_and_checked_out(
    experiments: GitFolder, tmp_path: pathlib.Path
) -> None:
    assert run_exp(experiments, "import", "dvc").status == 0
    listing = run_exp(experiments, "ls").out
    assert "high" in listing
    assert "imported=dvc" in listing
    shown = run_exp(experiments, "show", "high").out
    assert "$ dvc exp run" in shown
    assert "by Ada Lovelace <ada@example.org>\n" in shown
    model = run_exp(experiments, "show", "high", "--part", "model.bin")
    assert model.out == "0.5" * 500_000
    difference = json.loads(run_exp(experiments, "diff", "low", "high", "--json").out)
    assert "train.lr" in json.dumps(difference)
    made = run_exp(experiments, "checkout", "high", str(tmp_path / "code"))
    assert made.status == 0, made.err
    assert "lr: 0.5" in (tmp_path / "code" / "params.yaml").read_text()


def test_outputs_survive_dvc_and_what_it_lost_is_said(experiments: GitFolder) -> None:
    assert run_exp(experiments, "import", "dvc", "low").status == 0
    dvc(experiments, "gc", "--workspace", "--force", "--quiet")
    md5 = hashlib.md5(b"0.2" * 500_000, usedforsecurity=False).hexdigest()
    theirs = experiments.path / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    assert not theirs.exists()
    ours = experiments.path / ".git" / "exp" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    assert ours.read_bytes() == b"0.2" * 500_000
    shutil.rmtree(experiments.path / ".dvc" / "cache")
    late = run_exp(experiments, "import", "dvc")
    assert late.status == 0
    assert "high: the bytes of 1 of 4 artifacts are not here" in late.err
    model = next(one for one in manifest(experiments, by_name(experiments)["high"])["artifacts"] if one["bytes"] > 1000)
    assert model["kept"] == "dvc"
    assert model["md5"] == hashlib.md5(b"0.5" * 500_000, usedforsecurity=False).hexdigest()


def test_an_erased_run_is_not_brought_back(experiments: GitFolder) -> None:
    assert run_exp(experiments, "import", "dvc", "low").status == 0
    purged = run_exp(experiments, "purge", "low", "--yes")
    assert purged.status == 0, purged.err
    again = run_exp(experiments, "import", "dvc")
    assert "1 dvc experiment imported, 1 erased for good" in again.err
    assert list(by_name(experiments)) == ["high"]


def test_one_that_cannot_be_read_holds_up_no_other(experiments: GitFolder) -> None:
    gone = "ab" * 20
    tip = experiments.git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/low")
    experiments.git("update-ref", f"refs/exps/{gone[:2]}/{gone[2:]}/astray", tip)
    experiments.git("update-ref", "-d", experiments.git("for-each-ref", "--format=%(refname)", "refs/exps/*/*/low"))
    done = run_exp(experiments, "import", "dvc")
    assert done.status == 1
    assert f"its commit {gone} is missing" in done.err
    assert "1 dvc experiment imported, 1 not" in done.err
    assert list(by_name(experiments)) == ["high"]

"""``exp import``, from refs that are made by hand: what DVC itself makes is imported among the tests with peers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kit.exp import envelope, manifest, refs, run_exp

if TYPE_CHECKING:
    from kit.git import GitFolder

LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - {path: /etc/passwd, hash: md5, md5: 0123456789abcdef0123456789abcdef, size: 5}
    - {path: raw, hash: md5, md5: 0123456789abcdef0123456789abcdef.dir, size: 5, nfiles: 2}
    params:
      params.yaml: {api_key: sk-1234567890abcdefghij1234567890}
    outs:
    - {path: ../../stolen, hash: md5, md5: 0123456789abcdef0123456789abcdef, size: 5}
    - {path: model.bin, hash: md5, md5: 0123456789abcdef0123456789abcdef, size: 5}
"""
PIPELINE = "stages:\n  train:\n    cmd: python train.py\n    outs: [../../stolen, model.bin]\n"


def keep_experiment(folder: GitFolder, base: str, name: str) -> str:
    """What is in the working tree as an experiment of DVC's; the branch stays where it was."""
    commit = folder.commit("dvc: commit experiment")
    folder.git("update-ref", f"refs/exps/{base[:2]}/{base[2:]}/{name}", commit)
    folder.git("reset", "--hard", "--quiet", base)
    return commit


def test_experiments_that_dvclive_saved_without_a_pipeline(folder: GitFolder) -> None:
    folder.gen({"live/dvc.yaml": "params:\n- ../params.yaml\nmetrics:\n- metrics.json\n", "params.yaml": "lr: 0.1\n"})
    base = folder.commit("baseline")
    folder.gen({"live/metrics.json": '{"loss": 0.25}', "params.yaml": "lr: 0.7\n", ".exp/run.yaml": "not ours\n"})
    folder.commit("dvc: commit experiment")
    folder.git("update-ref", f"refs/exps/{base[:2]}/{base[2:]}/saved one", "HEAD", check=False)
    folder.git("update-ref", f"refs/exps/{base[:2]}/{base[2:]}/saved", "HEAD")
    folder.git("update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
    folder.git("update-ref", "refs/exps/stash", "HEAD")
    done = run_exp(folder, "import", "dvc")
    assert done.status == 0, done.err
    (ref,) = refs(folder)
    run = manifest(folder, ref)
    assert run["params"] == {"lr": 0.7}
    assert run["metrics"]["loss"]["last"] == 0.25
    assert run["command"] == ["dvc", "exp", "save"]
    assert folder.git("ls-tree", "-r", "--name-only", f"{ref}^", ".exp") == ""


def test_nothing_to_import(folder: GitFolder) -> None:
    done = run_exp(folder, "import", "dvc")
    assert done.status == 0
    assert "DVC has no experiments here" in done.err
    assert not os.path.exists(folder.path / ".dvc")


def test_only_what_there_is_an_importer_for(folder: GitFolder) -> None:
    done = run_exp(folder, "import", "elsewhere", "--json")
    assert done.status == 2
    assert envelope(done.out)["errors"][0]["code"] == "usage"


def test_paths_and_values_that_no_run_may_have(folder: GitFolder) -> None:
    base = folder.git("rev-parse", "HEAD")
    folder.gen({"dvc.yaml": PIPELINE, "dvc.lock": LOCK})
    keep_experiment(folder, base, "hostile")
    done = run_exp(folder, "import", "dvc")
    assert done.status == 0, done.err
    (ref,) = refs(folder)
    run = manifest(folder, ref)
    assert [one["path"] for one in run["artifacts"]] == ["model.bin"]
    assert [one["path"] for one in run["data"]] == ["raw"]
    assert "/etc/passwd is not recorded" in done.err
    assert "../../stolen is not recorded" in done.err
    assert "params.api_key" in run["redacted"]
    assert "sk-1234567890abcdefghij" not in folder.git("show", f"{ref}:.exp/run.yaml")


def test_a_pipeline_that_is_damaged_costs_no_run(folder: GitFolder) -> None:
    base = folder.git("rev-parse", "HEAD")
    folder.gen({"dvc.yaml": "stages: [", "params.yaml": "lr: 0.5\n"})
    keep_experiment(folder, base, "damaged")
    done = run_exp(folder, "import", "dvc")
    assert done.status == 0
    assert "damaged: the pipeline was not read" in done.err
    (ref,) = refs(folder)
    assert manifest(folder, ref)["params"] == {"lr": 0.5}


def test_in_a_bare_repository(folder: GitFolder) -> None:
    base = folder.git("rev-parse", "HEAD")
    folder.gen({"params.yaml": "lr: 0.5\n"})
    keep_experiment(folder, base, "one")
    folder.git("clone", "--quiet", "--mirror", ".", "../bare.git")
    done = run_exp(folder, "-C", "../bare.git", "import", "dvc", "--json")
    assert done.status == 0, done.err
    (made,) = envelope(done.out)["data"]["runs"]
    assert made["outcome"] == "imported"


def test_hundreds_of_experiments_take_a_few_processes(folder: GitFolder) -> None:
    base = folder.git("rev-parse", "HEAD")
    tree = folder.git("rev-parse", "HEAD^{tree}")
    lines = []
    for number in range(45):
        commit = folder.git("commit-tree", tree, "-p", base, "-m", f"experiment {number}")
        lines.append(f"create refs/exps/{base[:2]}/{base[2:]}/number-{number} {commit}\n")
    folder.git("update-ref", "--stdin", stdin="".join(lines).encode())
    done = run_exp(folder, "import", "dvc", env={"GIT_TRACE": str(folder.path / ".git" / "trace")})
    assert done.status == 0, done.err
    assert len(refs(folder)) == 45
    started = (folder.path / ".git" / "trace").read_text().count("trace: built-in: git")
    assert 0 < started < 45

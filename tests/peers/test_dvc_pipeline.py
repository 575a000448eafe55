"""A run of ``dvc repro`` has what the pipeline read and wrote, under DVC's own hashes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from kit.exp import manifest, part, refs, run_exp
from kit.pipelines import dvc

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder


def reproduce(folder: GitFolder, *command: str, status: int = 0, where: str = ".") -> dict[str, Any]:
    """The manifest of a run of DVC's."""
    before = set(refs(folder))
    done = run_exp(folder, "run", "--", *(command or ("dvc", "repro")), where=where)
    assert done.status == status, done.out + done.err
    (ref,) = set(refs(folder)) - before
    return {**manifest(folder, ref), "said": done.err}


def md5_of(folder: GitFolder, name: str) -> str:
    return hashlib.md5((folder.path / name).read_bytes(), usedforsecurity=False).hexdigest()


def by_path(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["path"]: item for item in items}


def cached(folder: GitFolder, md5: str) -> pathlib.Path:
    return folder.path / ".git" / "exp" / "cache" / "files" / "md5" / md5[:2] / md5[2:]


def set_param(folder: GitFolder, old: str, new: str) -> None:
    text = (folder.path / "params.yaml").read_text()
    assert old in text
    folder.gen({"params.yaml": text.replace(old, new)})


def test_a_run_of_dvc_repro_has_data_artifacts_params_and_metrics(project: GitFolder) -> None:
    set_param(project, "lr: 0.1", "lr: 0.2")
    run = reproduce(project)
    assert run["status"] == "finished"
    assert run["data"] == [{"path": "data/raw.txt", "md5": md5_of(project, "data/raw.txt"), "bytes": 290, "files": 1}]
    assert f"md5: {run['data'][0]['md5']}" in part(project, run["ref"], "data/data/raw.txt.dvc")
    artifacts = by_path(run["artifacts"])
    assert {path: one["kept"] for path, one in artifacts.items()} == {
        "work/prepared": "dvc",
        "model.bin": "dvc",
        "scores.json": "git",
        "roc.csv": "git",
    }
    assert artifacts["model.bin"]["md5"] == md5_of(project, "model.bin")
    assert artifacts["work/prepared"]["md5"].endswith(".dir")
    assert artifacts["work/prepared"]["files"] == 2
    assert part(project, run["ref"], "artifacts/model.bin.dvc").startswith("outs:\n- md5: ")
    assert run["params"] == {
        "prepare.rows": 60,
        "train.lr": 0.2,
        "train.fail": False,
        "other": 5,
    }
    assert {name: (one["last"], one["source"]) for name, one in run["metrics"].items()} == {
        "auc": (0.8, "scores.json"),
        "loss.val": (0.2, "scores.json"),
    }
    assert "warnings" not in run


def test_what_dvc_has_hashed_is_not_read_again(project: GitFolder) -> None:
    md5 = md5_of(project, "model.bin")
    theirs = project.path / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    theirs.chmod(0o644)
    theirs.write_bytes(b"z" * theirs.stat().st_size)  # nobody who reads it would take it for what it is called
    theirs.chmod(0o444)
    run = reproduce(project)
    assert by_path(run["artifacts"])["model.bin"]["md5"] == md5
    assert cached(project, md5).read_bytes() == theirs.read_bytes()


def test_a_pipeline_that_is_up_to_date_is_recorded_whole(project: GitFolder) -> None:
    run = reproduce(project)
    assert {one["path"] for one in run["artifacts"]} == {"work/prepared", "model.bin", "scores.json", "roc.csv"}
    assert run["metrics"]["auc"]["last"] == 0.9
    assert [one["path"] for one in run["data"]] == ["data/raw.txt"]


def test_a_makefile_that_calls_dvc_is_seen_by_what_dvc_says(project: GitFolder) -> None:
    project.gen({"all.sh": "dvc repro\n", "sub/quiet.sh": "cd .. && dvc repro --quiet\n"})
    run = reproduce(project, "sh", "all.sh")
    assert run["metrics"]["auc"]["last"] == 0.9
    set_param(project, "lr: 0.1", "lr: 0.3")
    quiet = reproduce(project, "sh", "quiet.sh", where="sub")
    assert quiet["params"]["train.lr"] == 0.3
    assert quiet["metrics"]["auc"]["last"] == 0.7


def test_a_run_beside_a_pipeline_has_nothing_of_it(project: GitFolder) -> None:
    run = reproduce(project, "python", "-c", "print('dvc repro was yesterday')")
    assert run["command"][0] == "python"
    assert "artifacts" not in run
    assert "metrics" not in run


def test_what_a_failed_run_did_not_come_to_is_not_its_own(project: GitFolder) -> None:
    set_param(project, "rows: 60", "rows: 70")
    set_param(project, "fail: false", "fail: true")
    run = reproduce(project, status=255)
    assert run["status"] == "failed"
    assert [(one["path"], one["files"]) for one in run["artifacts"]] == [("work/prepared", 2)]
    assert run["params"]["prepare.rows"] == 70
    assert run["params"]["train.fail"] is True
    assert "metrics" not in run
    assert "stage train is not part of this run" in run["said"]
    assert "stage evaluate is not part of this run" in run["said"]


def test_a_part_of_a_pipeline_has_no_model_of_an_earlier_one(project: GitFolder) -> None:
    set_param(project, "rows: 60", "rows: 50")
    run = reproduce(project, "dvc", "repro", "prepare")
    assert [one["path"] for one in run["artifacts"]] == ["work/prepared"]
    assert "stage train is not part of this run" in run["said"]


def test_stages_of_a_foreach_in_another_folder(project: GitFolder) -> None:
    project.gen(
        {
            "deep/dvc.yaml": "vars:\n- conf.yaml\n- rounds: 3\nstages:\n  fit:\n    foreach: ${names}\n    do:\n"
            "      cmd: echo '{\"score\":1}' > ${item}.json && echo ${item} > ${item}.txt\n"
            '      outs: ["${item}.txt"]\n      metrics:\n      - "${item}.json": {cache: false}\n'
            "      params:\n      - conf.yaml: [depth]\n",
            "deep/conf.yaml": "names: [red, blue]\ndepth: 4\n",
        }
    )
    run = reproduce(project, "python", "-m", "dvc", "repro", where="deep")
    assert {one["path"]: one["kept"] for one in run["artifacts"]} == {
        "deep/red.txt": "dvc",
        "deep/blue.txt": "dvc",
        "deep/red.json": "git",
        "deep/blue.json": "git",
    }
    assert run["params"]["depth"] == 4
    assert run["params"]["rounds"] == 3
    assert run["param_sources"]["depth"] == "deep/conf.yaml"
    assert run["metrics"]["score"]["last"] == 1


def test_outputs_survive_the_gc_of_dvc(project: GitFolder) -> None:
    first = by_path(reproduce(project)["artifacts"])
    set_param(project, "lr: 0.1", "lr: 0.4")
    set_param(project, "rows: 60", "rows: 40")
    second = by_path(reproduce(project)["artifacts"])
    assert first["model.bin"]["md5"] != second["model.bin"]["md5"]
    theirs = project.path / ".dvc" / "cache" / "files" / "md5"
    gone = first["model.bin"]["md5"]
    assert (theirs / gone[:2] / gone[2:]).exists()
    dvc(project, "gc", "-w", "-f", "--quiet")
    assert not (theirs / gone[:2] / gone[2:]).exists()
    assert hashlib.md5(cached(project, gone).read_bytes(), usedforsecurity=False).hexdigest() == gone
    for name in ("work/prepared", "model.bin"):
        assert cached(project, first[name]["md5"]).exists()
    shown = run_exp(project, "show", refs(project)[0], "--part", "model.bin")
    assert shown.status == 0


def test_outputs_that_are_not_committed_to_dvc_are_taken_from_the_working_tree(project: GitFolder) -> None:
    set_param(project, "lr: 0.1", "lr: 0.5")
    run = reproduce(project, "dvc", "repro", "--no-commit")
    model = by_path(run["artifacts"])["model.bin"]
    assert model["md5"] == md5_of(project, "model.bin")
    assert model["kept"] == "dvc"
    assert cached(project, model["md5"]).exists()


def test_params_that_dvc_set_are_those_that_ran(project: GitFolder) -> None:
    project.commit("locked")
    run = reproduce(project, "dvc", "exp", "run", "-S", "train.lr=0.6")
    assert run["params"]["train.lr"] == 0.6
    assert run["metrics"]["auc"]["last"] == 0.4
    assert by_path(run["artifacts"])["model.bin"]["md5"] == md5_of(project, "model.bin")


def test_a_pipeline_that_cannot_be_read_costs_a_warning(project: GitFolder) -> None:
    run = reproduce(project, "sh", "-c", "dvc repro && printf 'stages: [' > dvc.yaml")
    assert run["status"] == "finished"
    assert "the pipeline was not read" in run["said"]

"""`exp get`, as it is typed."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, run_exp
from kit.folds import store_of
from kit.git import GitFolder
from kit.large import (
    DATA,
    FOLDER,
    PLOT,
    WEIGHTS,
    artifact,
    cache_of,
    damage,
    item,
    keep_bytes,
    keep_folder,
    lose,
    plan_large,
    store_large,
)
from kit.registered import plan_trained, store_registry, weights_of
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

MODEL = hashlib.md5(WEIGHTS).hexdigest()


@pytest.fixture
def large(folder: GitFolder) -> GitFolder:
    """A repository with one run that has data and artifacts."""
    store_large(folder)
    return folder


def read_all(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


ARTIFACTS = {
    "out/model.pt": WEIGHTS,
    "out/plot.svg": PLOT,
    **{f"ckpt/{name}": content for name, content in FOLDER.items()},
}


def test_all_artifacts_come_where_the_run_had_them(large: GitFolder, tmp_path: pathlib.Path) -> None:
    state = large.state()
    got = run_exp(large, "get", "last", "-o", str(tmp_path / "srv"))

    assert (got.status, got.out.splitlines()) == (
        0,
        [f"{tmp_path}/srv/out/model.pt", f"{tmp_path}/srv/out/plot.svg", f"{tmp_path}/srv/ckpt"],
    )
    assert read_all(tmp_path / "srv") == ARTIFACTS
    assert got.err == "exp: gone.txt was not kept: it is not there\namber-fox-k3v9: 3 brought, 1.3 MB\n"
    assert large.state() == state


def test_what_is_there_already_counts_as_got(large: GitFolder) -> None:
    first = run_exp(large, "get", "last")
    written = os.stat(large.path / "out" / "model.pt").st_mtime_ns
    again = run_exp(large, "get", "last")

    assert first.out == "out/model.pt\nout/plot.svg\nckpt\n"
    assert (again.status, again.out) == (0, first.out)
    assert again.err.endswith("amber-fox-k3v9: 3 there already\n")
    assert os.stat(large.path / "out" / "model.pt").st_mtime_ns == written


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["out/model.pt"], {"out/model.pt": WEIGHTS}),
        (["./out/"], {"out/model.pt": WEIGHTS, "out/plot.svg": PLOT}),
        (["out/*.svg"], {"out/plot.svg": PLOT}),
        (["**/*.svg"], {"out/plot.svg": PLOT}),
        (["ckpt/0.pt"], {"ckpt/0.pt": b"zero"}),
        (["ckpt/deep"], {"ckpt/deep/1.pt": b"one"}),
        (["ckpt/*.pt"], {"ckpt/0.pt": b"zero"}),
        (["**/1.pt"], {"ckpt/deep/1.pt": b"one"}),
        (["data/train/a.csv"], {"data/train/a.csv": b"a\n"}),
        (["data"], {"data/train/a.csv": b"a\n", "data/train/b.csv": b"b\n"}),
        (["--data"], {f"data/train/{name}": content for name, content in DATA.items()}),
        (["*"], ARTIFACTS),
        (["out/plot.svg", "out/*"], {"out/model.pt": WEIGHTS, "out/plot.svg": PLOT}),
    ],
)
def test_paths_mean_files_folders_and_what_is_in_them(
    large: GitFolder, tmp_path: pathlib.Path, asked: list[str], expected: dict[str, bytes]
) -> None:
    got = run_exp(large, "get", "k3v9", *asked, "-o", "../srv", "-q")

    assert (got.status, got.err.replace("exp: gone.txt was not kept: it is not there\n", "")) == (0, "")
    assert read_all(tmp_path / "srv") == expected
    assert all((large.path / line).exists() for line in got.out.splitlines())


def test_paths_are_seen_from_where_they_are_typed(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    path = "services/fraud/model.pt"
    kept = (artifact(path, keep_bytes(folder, WEIGHTS), len(WEIGHTS)),)
    store_large(folder, artifacts=kept, directory="services/fraud", project="services/fraud")
    (folder.path / "services" / "fraud").mkdir(parents=True)

    inside = run_exp(folder, "-C", "services/fraud", "get", "last", "model.pt")
    assert (inside.status, inside.out) == (0, f"{path}\n")
    assert (folder.path / path).read_bytes() == WEIGHTS
    # Who deploys it need not know where in the repository the run ran.
    for asked in ("model.pt", path):
        got = run_exp(folder, "get", "last", asked, "-o", f"../{len(asked)}")
        assert got.status == 0, got.err
    assert (tmp_path / "8" / "model.pt").read_bytes() == WEIGHTS
    assert (tmp_path / str(len(path)) / path).read_bytes() == WEIGHTS


def test_one_file_goes_to_standard_output(large: GitFolder) -> None:
    for path, content in (("out/model.pt", WEIGHTS), ("out/plot.svg", PLOT), ("ckpt/deep/1.pt", b"one")):
        got = large.run("exp", "get", "last", path, "-o", "-")
        assert (got.returncode, got.stdout, got.stderr) == (0, content, b"")
    for path in ("ckpt", "out"):
        got = large.run("exp", "get", "last", path, "-o", "-")
        assert (got.returncode, got.stdout) == (2, b"")
        assert got.stderr.startswith(b"exp: -o - writes one file, and ")
    damage(large, MODEL)
    got = large.run("exp", "get", "last", "out/model.pt", "-o", "-")
    assert (got.returncode, got.stdout) == (1, b"")


def test_a_file_that_differs_stays_unless_it_is_to_give_way(large: GitFolder) -> None:
    large.gen({"out/model.pt": "mine", "ckpt/0.pt": "mine too", "ckpt/more": "more"})

    got = run_exp(large, "get", "last")
    assert got.status == 1
    assert got.out == "out/plot.svg\n"
    assert "out/model.pt is there, and is not out/model.pt of run amber-fox-k3v9\n" in got.err
    assert "ckpt is there, and in it differs from run amber-fox-k3v9: 0.pt\n" in got.err
    assert "hint: --force replaces it; -o DIR puts it elsewhere\n" in got.err
    assert "exp: ckpt has what the run did not have: more\n" in got.err
    assert (large.path / "out" / "model.pt").read_text() == "mine"
    assert (large.path / "ckpt" / "0.pt").read_text() == "mine too"
    assert (large.path / "ckpt" / "deep" / "1.pt").read_bytes() == b"one"

    forced = run_exp(large, "get", "last", "--force")
    assert (forced.status, forced.out) == (0, "out/model.pt\nout/plot.svg\nckpt\n")
    assert read_all(large.path / "out") == {"model.pt": WEIGHTS, "plot.svg": PLOT}
    assert read_all(large.path / "ckpt") == {**FOLDER, "more": b"more"}


def test_folders_and_files_do_not_give_way_to_each_other(large: GitFolder) -> None:
    large.gen({"out/model.pt/mine": "mine", "ckpt": "a file"})

    got = run_exp(large, "get", "last", "--force")

    assert (got.status, got.out) == (1, "out/plot.svg\n")
    assert "out/model.pt is a folder, and out/model.pt of run amber-fox-k3v9 is a file\n" in got.err
    assert "ckpt is no folder, and ckpt of run amber-fox-k3v9 is one\n" in got.err
    assert (large.path / "ckpt").read_text() == "a file"


def test_links_that_lead_out_are_not_followed(large: GitFolder, tmp_path: pathlib.Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (large.path / "out").symlink_to(outside)
    (large.path / "ckpt").mkdir()
    (large.path / "ckpt" / "deep").symlink_to(outside / "deep")

    got = run_exp(large, "get", "last", "--force")

    assert got.status == 1
    assert got.err.count("lies behind a link that leads out of .") == 3
    assert read_all(outside) == {}
    # A file that is a link is itself replaced, not what it leads to.
    (outside / "mine").write_text("mine")
    (large.path / "out").unlink()
    large.gen({"out/x": ""})
    (large.path / "out" / "model.pt").symlink_to(outside / "mine")
    assert run_exp(large, "get", "last", "out/model.pt").status == 1
    assert run_exp(large, "get", "last", "out/model.pt", "--force").status == 0
    assert (outside / "mine").read_text() == "mine"
    assert (large.path / "out" / "model.pt").read_bytes() == WEIGHTS


def test_what_is_missing_holds_up_no_other(large: GitFolder) -> None:
    lose(large, MODEL)

    got = run_exp(large, "get", "last")

    assert (got.status, got.out) == (1, "out/plot.svg\nckpt\n")
    assert f"exp: out/model.pt ({MODEL}): its bytes are not here, and no data remote is chosen\n" in got.err
    assert "hint: exp remote set --data URL, or for everybody storage: {remote: URL} in .exp.yaml\n" in got.err


def test_a_file_in_a_folder_of_which_nothing_is_here(large: GitFolder) -> None:
    listing = keep_folder(large, FOLDER)
    lose(large, listing)

    got = run_exp(large, "get", "last", "ckpt/0.pt", "out/plot.svg")

    assert (got.status, got.out) == (1, "out/plot.svg\n")
    assert got.err.startswith(f"exp: ckpt ({listing}): its bytes are not here, and no data remote")
    assert "\nhint: exp remote set --data URL, or" in got.err


def test_what_is_damaged_holds_up_no_other(large: GitFolder) -> None:
    damage(large, MODEL)
    damage(large, keep_folder(large, FOLDER))

    got = run_exp(large, "get", "last")

    assert (got.status, got.out) == (1, "out/plot.svg\n")
    assert got.err.count(" is not ") == 3  # two damaged, and gone.txt is not there
    assert sorted(os.listdir(large.path)) == [".git", "README.md", "out", "train.py"]
    assert os.listdir(large.path / "out") == ["plot.svg"]


def test_a_path_that_means_nothing_is_answered_with_what_is_near(large: GitFolder) -> None:
    got = run_exp(large, "get", "last", "out/modl.pt", "ckpt/0.pt")
    assert (got.status, got.out) == (1, "ckpt/0.pt\n")
    assert got.err.startswith(
        "exp: run amber-fox-k3v9 has no data or artifact out/modl.pt\nhint: it has: out/model.pt, "
    )
    code = run_exp(large, "get", "last", "train.py")
    assert "it is part of its code\nhint: exp checkout k3v9x2mabc" in code.err
    unkept = run_exp(large, "get", "last", "gone.txt")
    assert (unkept.status, unkept.err) == (
        1,
        "exp: run amber-fox-k3v9 has no gone.txt: it was not kept: it is not there\n",
    )
    for outside in ("../x", "/etc/passwd"):
        assert run_exp(large, "get", "last", outside).status == 1


def test_a_run_without_artifacts(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", data=(item("data", keep_folder(folder, DATA), 4),)))
    got = run_exp(folder, "get", "last")
    assert (got.status, got.err) == (
        1,
        "exp: run amber-fox-k3v9 has no artifacts\nhint: exp get k3v9x2mabc --data  (it has data)\n",
    )
    bare = store_run(folder, plan_run(folder, "t2zc9x1k0f", minutes=5))
    assert bare
    assert run_exp(folder, "get", "last", "--data").err.startswith("exp: run amber-fox-t2zc has no data\n")
    assert run_exp(folder, "get", "nothing").status == 1


def test_json_has_each_file_and_each_error(large: GitFolder) -> None:
    lose(large, MODEL)
    got = run_exp(large, "get", "last", "--json", "-o", "../srv")

    assert got.status == 1
    said = envelope(got.out)
    assert [(one["path"], one["state"]) for one in said["data"]["files"]] == [
        ("out/model.pt", "missing"),
        ("out/plot.svg", "placed"),
        ("ckpt", "placed"),
    ]
    assert said["data"]["files"][1]["target"] == str(large.path.parent / "srv" / "out" / "plot.svg")
    assert said["data"]["not_kept"] == [{"path": "gone.txt", "kind": "artifact", "why": "it is not there"}]
    assert [error["code"] for error in said["errors"]] == ["object-missing"]


@pytest.mark.parametrize("options", [["--bare"], ["--depth", "1"], ["--bare", "--depth", "1"]])
def test_a_clone_with_the_cache_is_enough(large: GitFolder, tmp_path: pathlib.Path, options: list[str]) -> None:
    url = f"file://{large.path}"
    subprocess.run(["git", "clone", "--quiet", *options, url, tmp_path / "clone"], check=True)
    clone = GitFolder(tmp_path / "clone")
    depth = [one for one in options if one != "--bare"]
    clone.git("fetch", "--quiet", "--no-prune", "--no-tags", *depth, "origin", "refs/runs/*:refs/runs/*")
    shutil.copytree(cache_of(large).root, cache_of(clone).root, dirs_exist_ok=True)

    got = run_exp(clone, "get", "last", "out/model.pt", "out/plot.svg", "-o", str(tmp_path / "srv"))

    assert (got.status, got.out.splitlines()) == (
        0,
        [f"{tmp_path}/srv/out/{name}" for name in ("model.pt", "plot.svg")],
    )
    assert read_all(tmp_path / "srv") == {"out/model.pt": WEIGHTS, "out/plot.svg": PLOT}


def test_runs_in_a_fold_have_their_files(large: GitFolder, tmp_path: pathlib.Path) -> None:
    assert run_exp(large, "fold", "k3v9").status == 0
    assert store_of(large).heads().runs[0].fold is not None

    assert run_exp(large, "get", "k3v9", "-o", "../srv").status == 0
    assert read_all(tmp_path / "srv") == ARTIFACTS


def test_links_instead_of_copies(large: GitFolder) -> None:
    got = run_exp(large, "get", "last", "--link")

    assert got.status == 0
    assert os.path.samefile(large.path / "out" / "model.pt", cache_of(large).path_of(MODEL))
    assert not os.access(large.path / "out" / "model.pt", os.W_OK) or os.geteuid() == 0


def test_where_nothing_can_be_written(large: GitFolder) -> None:
    got = run_exp(large, "get", "last", "-o", "/proc/nowhere")
    assert got.status == 1
    assert got.err.startswith("exp: /proc/nowhere")
    assert "Traceback" not in got.err
    assert run_exp(large, "get", "last", "-o", "train.py").status == 2


def test_data_from_elsewhere_comes_under_its_name(folder: GitFolder) -> None:
    lay = item("big.csv", keep_bytes(folder, b"1\n"), 2, why="it lies outside the repository, at ~/big.csv")
    store_run(folder, plan_run(folder, "k3v9x2mabc", data=(lay,)))

    got = run_exp(folder, "get", "last", "--data", "-o", "../srv")

    assert (got.status, got.out) == (0, "../srv/big.csv\n")


def test_the_shell_completes_paths(large: GitFolder) -> None:
    env = {"COMP_WORDS": "exp get last ", "COMP_CWORD": "3", "_EXP_COMPLETE": "complete_bash"}
    words = large.run("exp", env=env).stdout.decode().split()
    assert {"out/model.pt", "out/plot.svg", "ckpt", "data/train"} <= set(words)


def test_hostile_listings_write_nothing(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    content = b'[{"md5": "%b", "relpath": "../../evil"}]' % keep_bytes(folder, b"evil").encode()
    md5 = hashlib.md5(content).hexdigest() + ".dir"
    path = cache_of(folder).path_of(md5)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    store_run(folder, plan_large(folder, "k3v9x2mabc", artifacts=(artifact("out", md5, 4),)))

    got = run_exp(folder, "get", "last", "-o", "../srv")

    assert got.status == 1
    assert "the listing of a folder" in got.err
    assert not (tmp_path / "evil").exists()


def test_of_a_version_comes_what_the_registry_deploys(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_registry(folder)
    got = run_exp(folder, "get", "fraud@production", "-o", str(tmp_path / "srv"))

    assert (got.status, got.out) == (0, f"{tmp_path}/srv/out/model.pt\n")
    assert got.err == "fraud:v2 (amber-fox-p7qw): 1 brought, 9 kB\n"
    assert read_all(tmp_path / "srv") == {"out/model.pt": weights_of(2)}
    piped = folder.run("exp", "get", "fraud@champion", "-o", "-")
    assert (piped.returncode, piped.stdout) == (0, weights_of(2))
    (folder.path / "deep").mkdir()
    assert run_exp(folder, "get", "fraud:v1", where="deep").out == "out/model.pt\n"
    assert read_all(folder.path / "deep") == {"out/model.pt": weights_of(1)}
    said = envelope(run_exp(folder, "get", "fraud:v3", "-o", str(tmp_path / "v3"), "--json").out)["data"]
    assert (said["version"], [one["path"] for one in said["files"]]) == ("fraud:v3", ["out/model.pt"])
    assert read_all(tmp_path / "v3") == {"out/model.pt": weights_of(3)}
    data = run_exp(folder, "get", "fraud:v3", "--data", "-o", str(tmp_path / "data"))
    assert data.out == f"{tmp_path}/data/features.csv\n"


def test_a_version_with_other_bytes_than_its_run_is_not_brought(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_registry(folder)
    right, wrong = (hashlib.md5(weights_of(number)).hexdigest() for number in (2, 1))
    text = (folder.path / "registry.yaml").read_text()
    folder.gen({"registry.yaml": text.replace(right, wrong)})

    for output in (str(tmp_path / "srv"), "-"):
        refused = run_exp(folder, "get", "fraud@production", "-o", output)
        assert (refused.status, refused.out) == (1, "")
        assert (
            f"exp: out/model.pt of the run is {right}, and fraud:v2 in the registry is {wrong}: nothing was"
            in refused.err
        )
        assert "\nhint: exp registry check\n" in refused.err
    # Nor is anything else of it: the run and the file do not belong together.
    for asked in ("log.txt", "out"):
        assert run_exp(folder, "get", "fraud@production", asked, "-o", str(tmp_path / "srv")).status == 1
    assert not (tmp_path / "srv").exists()
    # The run by its own name is not what the registry deploys.
    assert run_exp(folder, "get", "p7qw", "-o", str(tmp_path / "srv")).status == 0


def test_a_version_of_which_the_cache_was_changed_is_not_brought(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_registry(folder)
    damage(folder, hashlib.md5(weights_of(2)).hexdigest())
    refused = run_exp(folder, "get", "fraud@production", "-o", str(tmp_path / "srv"))
    assert (refused.status, refused.out) == (1, "")
    assert read_all(tmp_path) == {} or not (tmp_path / "srv" / "out" / "model.pt").exists()


def test_a_version_that_git_has_is_held_against_the_registry(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    """A small file lies in the run's tree; where its manifest has no hash the registry's is the one that counts."""
    content = weights_of(2)
    small = artifact("out/model.pt", None, len(content), "git")
    planned = plan_trained(folder, 2)
    kept = dataclasses.replace(
        planned, artifacts=(artifact("out/model.pt", hashlib.md5(content).hexdigest(), len(content), "git"),)
    )
    store_registry(folder, {2: kept})
    ref = f"refs/runs/default/{kept.id}"
    folder.git("update-ref", "-d", ref)
    commit = store_run(folder, dataclasses.replace(kept, artifacts=(small,)), {"artifacts/out/model.pt": b"other"})
    assert folder.git("rev-parse", ref) == commit

    refused = run_exp(folder, "get", "fraud@production", "-o", str(tmp_path / "srv"))
    assert (refused.status, refused.out) == (1, "")
    assert "is not " + hashlib.md5(content).hexdigest() in refused.err

"""`exp checkout`, as it is typed."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from gitexp.model.paths import TreePath
from gitexp.model.run import Code, LeftOut, Submodule
from kit.exp import envelope, run_exp
from kit.git import GitFolder
from kit.large import FOLDER, PLOT, WEIGHTS, artifact, cache_of, damage, item, keep_bytes, lose, store_large
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib


def test_a_worktree_beside_the_repository(runs: GitFolder) -> None:
    before = runs.state()
    result = runs.run("exp", "checkout", "t2zc")
    made = runs.path.parent / "repo-amber-fox-t2zc"
    assert result.returncode == 0
    assert result.stdout.decode() == f"{made}\n"
    assert (made / "train.py").read_text() == "print('loss=0.25')\n"
    assert not (made / ".exp").exists()
    snapshot = runs.git("rev-parse", "refs/runs/default/t2zc9x1k0f^")
    assert result.stderr.decode() == (
        f"the code of amber-fox-t2zc, at {snapshot[:12]}; it ran: python train.py --lr 0.01\n"
    )
    assert runs.git("-C", str(made), "rev-parse", "HEAD") == snapshot
    assert runs.git("-C", str(made), "status", "--porcelain") == ""
    assert runs.state() == before


def test_a_folder_that_is_named_from_a_subfolder(runs: GitFolder) -> None:
    (runs.path / "deep").mkdir()
    result = runs.run("exp", "-C", "deep", "checkout", "k3v9", "../../there")
    assert result.stdout.decode() == f"{runs.path.parent / 'there'}\n"
    assert (runs.path.parent / "there" / "train.py").read_text() == "print('loss=0.5')\n"


def test_what_is_there_stays(runs: GitFolder) -> None:
    there = runs.path.parent / "there"
    there.mkdir()
    (there / "mine").write_text("keep")
    result = runs.run("exp", "checkout", "k3v9", "../there")
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.decode().endswith("hint: exp checkout k3v9x2mabc ANOTHER-FOLDER\n")
    assert [file.name for file in there.iterdir()] == ["mine"]


def test_what_the_snapshot_lacks_is_said(folder: GitFolder) -> None:
    head = folder.git("rev-parse", "HEAD")
    left_out = tuple(LeftOut(f"f{key}.bin", "larger than 1 MB", 5_000_000) for key in range(7))  # type: ignore[arg-type]
    code = Code(head, "main", dirty=True, snapshot=head, left_out=left_out)
    store_run(folder, plan_run(folder, "k3v9x2mabc", code=code, directory="sub"))
    words = folder.run("exp", "checkout", "last").stderr.decode()
    assert "not in the snapshot: f0.bin, 5 MB (larger than 1 MB)" in words
    assert "and 2 more: exp show k3v9x2mabc" in words
    assert f"in {folder.path.parent / 'repo-amber-fox-k3v9' / 'sub'}" in words
    again = folder.run("exp", "checkout", "last", "../second", "--json")
    data = json.loads(again.stdout)["data"]
    assert data["folder"] == str(folder.path.parent / "second")
    assert len(data["left_out"]) == 7


def test_nothing_is_executed(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    ran = tmp_path / "ran"
    hook = runs.path / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {ran}-hook\n")
    hook.chmod(0o755)
    runs.git("config", "filter.evil.smudge", f"touch {ran}-filter; cat")
    runs.gen({".gitattributes": "*.py filter=evil\n"})
    runs.commit("attributes")
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60))
    assert runs.run("exp", "checkout", "z5jw", "../safe").returncode == 0
    assert (runs.path.parent / "safe" / "train.py").exists()
    assert list(tmp_path.glob("ran*")) == []
    assert runs.run("exp", "checkout", "z5jw", "../filtered", "--with-filters").returncode == 0
    assert list(tmp_path.glob("ran*")) == [tmp_path / "ran-filter"]


def test_a_name_that_is_no_folder_name_gives_way_to_the_id(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", name="../../evil"))
    result = folder.run("exp", "checkout", "last")
    assert result.stdout.decode() == f"{folder.path.parent / 'repo-k3v9x2mabc'}\n"


def test_data_and_artifacts_lie_where_the_run_had_them(folder: GitFolder) -> None:
    store_large(folder)
    before = folder.state()

    done = run_exp(folder, "checkout", "last", "../there")

    there = folder.path.parent / "there"
    assert (done.status, done.out) == (0, f"{there}\n")
    assert "data and artifacts placed: data/train, out/model.pt, out/plot.svg, ckpt\n" in done.err
    assert "not placed: artifact gone.txt: it is not there\n" in done.err
    assert (there / "data" / "train" / "a.csv").read_bytes() == b"a\n"
    assert (there / "out" / "model.pt").read_bytes() == WEIGHTS
    assert (there / "out" / "plot.svg").read_bytes() == PLOT
    assert (there / "ckpt" / "deep" / "1.pt").read_bytes() == FOLDER["deep/1.pt"]
    assert folder.state() == before

    bare = run_exp(folder, "checkout", "last", "../bare", "--no-data")
    assert bare.status == 0
    assert sorted(os.listdir(folder.path.parent / "bare")) == [".git", "README.md", "train.py"]


def test_what_is_missing_is_said_and_is_no_failure(folder: GitFolder) -> None:
    store_large(folder)
    lose(folder, hashlib.md5(WEIGHTS).hexdigest())
    damage(folder, hashlib.md5(b"zero").hexdigest())

    done = run_exp(folder, "checkout", "last", "../there")

    assert done.status == 0
    assert "exp: not placed: out/model.pt: its bytes are not here, and no data remote is chosen\n" in done.err
    assert "hint: exp remote set --data URL, or for everybody storage: {remote: URL} in .exp.yaml\n" in done.err
    assert "exp: ckpt/0.pt: what lies at " in done.err
    assert sorted(os.listdir(folder.path.parent / "there")) == [".git", "README.md", "data", "out", "train.py"]


def test_files_of_the_snapshot_are_not_touched(folder: GitFolder) -> None:
    mine = keep_bytes(folder, b"# another\n")
    store_run(folder, plan_run(folder, "k3v9x2mabc", artifacts=(artifact("README.md", mine, 10),)))

    done = run_exp(folder, "checkout", "last", "../there")

    assert done.status == 0
    assert "exp: already there and not what the run had, left alone: README.md\n" in done.err
    assert (folder.path.parent / "there" / "README.md").read_text() == "# scratch\n"


def test_a_link_that_the_code_brings_leads_nothing_out(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder.path / "data").symlink_to(outside)
    (folder.path / "sub").symlink_to("/")
    folder.commit("links")
    md5 = keep_bytes(folder, b"evil")
    paths = ("data/authorized_keys", f"sub{tmp_path}/outside/other")
    kept = tuple(artifact(path, md5, 4) for path in paths)
    store_run(folder, plan_run(folder, "k3v9x2mabc", artifacts=(*kept, artifact("fine.txt", md5, 4))))

    done = run_exp(folder, "checkout", "last", "../there")

    assert done.status == 0
    assert done.err.count("lies behind a link that leads out of") == 2
    assert (tmp_path / "there" / "fine.txt").read_bytes() == b"evil"
    assert list(outside.iterdir()) == []


def test_data_that_lay_elsewhere_is_named_and_put_nowhere(folder: GitFolder) -> None:
    why = "it lies outside the repository, at ~/big.csv"
    store_run(folder, plan_run(folder, "k3v9x2mabc", data=(item("big.csv", keep_bytes(folder, b"1\n"), 2, why=why),)))

    done = run_exp(folder, "checkout", "last", "../there")

    assert f"not placed: data big.csv: {why}\n" in done.err
    assert not (folder.path.parent / "there" / "big.csv").exists()


def test_what_the_snapshot_left_out_comes_from_the_working_tree(folder: GitFolder) -> None:
    large = b"large" * 1000
    folder.gen({"big.bin": large, "edited.bin": "edited", "id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\n"})
    key = (folder.path / "id_rsa").read_bytes()
    head = folder.git("rev-parse", "HEAD")
    left_out = tuple(
        LeftOut(TreePath(path), "untracked and binary", len(content), hashlib.md5(content).hexdigest())
        for path, content in (("big.bin", large), ("edited.bin", b"before"), ("id_rsa", key), ("gone.bin", b"gone"))
    )
    code = Code(head, "main", dirty=True, snapshot=head, left_out=left_out)
    store_run(folder, plan_run(folder, "k3v9x2mabc", code=code))

    done = run_exp(folder, "checkout", "last", "../there")

    assert "left out of the snapshot, placed from the working tree: big.bin\n" in done.err
    for name in ("edited.bin", "id_rsa", "gone.bin"):
        assert f"not in the snapshot: {name}, " in done.err
    there = folder.path.parent / "there"
    assert sorted(os.listdir(there)) == [".git", "README.md", "big.bin", "train.py"]
    assert (there / "big.bin").read_bytes() == large
    assert (folder.path / "big.bin").read_bytes() == large


def test_links_to_the_cache(folder: GitFolder) -> None:
    store_large(folder)
    assert run_exp(folder, "checkout", "last", "../there", "--link").status == 0
    placed = folder.path.parent / "there" / "out" / "model.pt"
    assert os.path.samefile(placed, cache_of(folder).path_of(hashlib.md5(WEIGHTS).hexdigest()))


def test_submodules_that_are_not_there_are_named_and_not_fetched(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    library = GitFolder.create(tmp_path / "library")
    library.gen({"lib.py": "x = 1\n"})
    at = library.commit("library")
    folder.git("submodule", "--quiet", "add", str(library.path), "libs/it")
    folder.git("update-index", "--add", "--cacheinfo", f"160000,{at},stray")
    folder.git("commit", "--quiet", "-m", "submodules")
    head = folder.git("rev-parse", "HEAD")
    modules = (Submodule(TreePath("libs/it"), at, dirty=False), Submodule(TreePath("stray"), at, dirty=False))
    code = Code(head, "main", dirty=False, snapshot=head, submodules=modules)
    store_run(folder, plan_run(folder, "k3v9x2mabc", code=code))

    done = run_exp(folder, "checkout", "last", "../there")

    there = folder.path.parent / "there"
    update = f"git -C {there} submodule update --init libs/it"
    assert f"exp: submodule libs/it, at {at[:12]} in the run, is not there: {update}\n" in done.err
    assert f"submodule stray, at {at[:12]} in the run, is not there, and .gitmodules does not say" in done.err
    assert os.listdir(there / "libs" / "it") == []
    folder.git(*update.split()[1:])
    assert (there / "libs" / "it" / "lib.py").read_text() == "x = 1\n"
    said = envelope(run_exp(folder, "checkout", "last", "../json", "--json").out)["data"]
    assert [one["submodule"]["path"] for one in said["submodules"]] == ["libs/it", "stray"]


def test_json_says_what_was_placed(folder: GitFolder) -> None:
    store_large(folder)
    lose(folder, hashlib.md5(WEIGHTS).hexdigest())
    data = envelope(run_exp(folder, "checkout", "last", "../there", "--json").out)["data"]
    assert data["files"]["placed"] == ["data/train", "out/plot.svg", "ckpt"]
    assert [one["pointed"]["path"] for one in data["files"]["missing"]] == ["out/model.pt"]

"""`exp checkout`, as it is typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gitexp.model.run import Code, LeftOut
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder


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

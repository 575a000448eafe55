"""What DVC tracks is recorded without being named, held against what lies there, and looked at again at the end."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.format.pointer import format_pointer
from gitexp.model.pointer import Pointer
from kit.exp import manifest, only_run, run_exp

if TYPE_CHECKING:
    from kit.git import GitFolder

PYTHON = sys.executable


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def record(folder: GitFolder, *options: str, code: str = "", where: str = ".") -> dict[str, Any]:
    """Records a run; it is the only one."""
    ran = run_exp(folder, "run", *options, "--", PYTHON, "-c", code, where=where)
    assert ran.status == 0, ran.err
    return only_run(folder)


def data_of(run: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return [(one["path"], one.get("md5"), one.get("why")) for one in run.get("data", [])]


def ignore_and_track(folder: GitFolder, name: str, content: bytes) -> None:
    """What ``dvc add`` leaves behind: the file, ignored, and its pointer."""
    path = folder.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    (path.parent / ".gitignore").write_text(f"/{path.name}\n")
    pointer = Pointer(path.name, md5(content), len(content))
    (path.parent / f"{path.name}.dvc").write_bytes(format_pointer(pointer))


def test_what_dvc_tracks_is_data_whether_git_knows_its_file_yet_or_not(folder: GitFolder) -> None:
    ignore_and_track(folder, "data/train.csv", b"1,2\n")
    folder.commit("track")
    ignore_and_track(folder, "new/test.csv", b"3,4\n")
    run = record(folder)
    assert data_of(run) == [("data/train.csv", md5(b"1,2\n"), None), ("new/test.csv", md5(b"3,4\n"), None)]
    assert "warnings" not in run
    pointer = folder.git("show", f"{run['ref']}:.exp/data/data/train.csv.dvc")
    assert pointer == format_pointer(Pointer("train.csv", md5(b"1,2\n"), 4)).decode().rstrip("\n")


def test_several_outputs_another_folder_and_imports_are_read(folder: GitFolder) -> None:
    (folder.path / "raw").mkdir()
    for name in ("a.bin", "b.bin"):
        (folder.path / "raw" / name).write_bytes(name.encode())
    outs = "".join(
        f"- md5: {md5(name.encode())}\n  size: 5\n  hash: md5\n  path: {name}\n" for name in ("a.bin", "b.bin")
    )
    imported = f"deps:\n- path: x\n  repo:\n    url: https://example.org\n    rev_lock: {'a' * 40}\n"
    folder.gen({".gitignore": "*.bin\n", "dvc/two.dvc": f"wdir: ../raw\n{imported}outs:\n{outs}"})
    assert data_of(record(folder)) == [("raw/a.bin", md5(b"a.bin"), None), ("raw/b.bin", md5(b"b.bin"), None)]


LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: train.py
      md5: {code}
      size: 1
    - path: src
      md5: {code}.dir
      size: 1
      nfiles: 1
    - path: data/raw.bin
      hash: md5
      md5: {raw}
      size: 3
    - path: data/gone.bin
      md5: {code}
      size: 3
    outs:
    - path: data/out.bin
      md5: {code}
      size: 3
  score:
    cmd: python score.py
    deps:
    - path: here.bin
      hash: md5
      md5: {code}
      size: 3
"""


def test_of_dvc_lock_what_is_there_and_no_code_is_data(folder: GitFolder) -> None:
    lock = LOCK.format(code="0" * 31 + "a", raw=md5(b"raw"))
    yaml = "stages:\n  train:\n    cmd: python train.py\n  score:\n    cmd: python score.py\n    wdir: sub\n"
    folder.gen({".gitignore": "*.bin\n", "train.py": "", "src/a.py": "", "dvc.lock": lock, "dvc.yaml": yaml})
    folder.gen({"data/raw.bin": "raw", "data/out.bin": "out", "sub/here.bin": "abc", "here.bin": "not this"})
    folder.commit("pipeline")
    differs = f"it differs from dvc.lock, which says {'0' * 31}a"
    run = record(folder)
    assert data_of(run) == [("data/raw.bin", md5(b"raw"), None), ("sub/here.bin", md5(b"abc"), differs)]


def test_what_a_pipeline_reads_is_not_told_from_before_it_ran(folder: GitFolder) -> None:
    lock = LOCK.format(code="0" * 31 + "a", raw=md5(b"raw"))
    folder.gen({".gitignore": "*.bin\n", "dvc.lock": lock, "data/raw.bin": "raw"})
    ignore_and_track(folder, "more/train.csv", b"1")
    (folder.path / "dvc").write_text("#!/bin/sh\n")
    (folder.path / "dvc").chmod(0o755)
    assert run_exp(folder, "run", "--", "./dvc", "repro").status == 0
    assert data_of(only_run(folder)) == [("more/train.csv", md5(b"1"), None)]


def test_declared_artifacts_and_what_is_named_are_not_recorded_twice(folder: GitFolder) -> None:
    ignore_and_track(folder, "model.pt", b"old weights")
    ignore_and_track(folder, "data/train.csv", b"1,2\n")
    run = record(folder, "-a", "model.pt", "--data", "data/train.csv")
    assert data_of(run) == [("data/train.csv", md5(b"1,2\n"), None)]


@pytest.mark.parametrize("setting", ["data:\n  tracked: false\n", "data: {tracked: false, paths: [b.csv]}\n"])
def test_the_project_may_switch_it_off(folder: GitFolder, setting: str) -> None:
    folder.gen({"b.csv": "b"})
    ignore_and_track(folder, "a.csv", b"a")
    folder.gen({".exp.yaml": setting})
    assert [path for path, *_ in data_of(record(folder))] == ["b.csv"] * setting.count("b.csv")


def test_only_the_project_of_the_run_counts(folder: GitFolder) -> None:
    folder.gen({"one/.exp.yaml": "", "two/.exp.yaml": ""})
    ignore_and_track(folder, "one/a.csv", b"a")
    ignore_and_track(folder, "two/b.csv", b"b")
    folder.commit("projects")
    assert [path for path, *_ in data_of(record(folder, where="one"))] == ["one/a.csv"]


def test_what_differs_is_not_there_or_cannot_be_read_is_said(folder: GitFolder) -> None:
    ignore_and_track(folder, "edited.csv", b"12")
    (folder.path / "edited.csv").write_bytes(b"34")
    folder.gen(
        {
            "far.csv.dvc": format_pointer(Pointer("far.csv", "1" * 31 + "a", 5)).decode(),
            "broken.dvc": "<<<<<<< HEAD\nouts:\n",
            "out.dvc": format_pointer(Pointer("../../x", "1" * 31 + "a", 5)).decode(),
            "own.dvc": format_pointer(Pointer(".git/config", "1" * 31 + "a", 5)).decode(),
        }
    )
    run = record(folder)
    assert data_of(run) == [
        ("edited.csv", md5(b"34"), f"it differs from edited.csv.dvc, which says {md5(b'12')}"),
        ("far.csv", "1" * 31 + "a", "it is not there; the hash is that of far.csv.dvc"),
    ]
    assert len(run["warnings"]) == 4
    assert run["warnings"][2] == ".git/config of own.dvc was not recorded: no run can have such a path"
    assert run["warnings"][0].startswith("what DVC tracks was not read: pointer 'broken.dvc'")
    assert run["warnings"][3].startswith("data edited.csv: it differs from edited.csv.dvc, which says ")
    assert run["warnings"][1] == "../../x of out.dvc was not recorded: it lies outside the repository"


CHANGES = "import os; open('data/train.csv', 'a').write('more'); os.remove('b.csv')"


def test_data_that_changes_during_the_run_is_recorded_and_said(folder: GitFolder) -> None:
    ignore_and_track(folder, "data/train.csv", b"1,2\n")
    folder.gen({"b.csv": "b", "c.csv": "c", ".exp.yaml": "data: [b.csv, c.csv]\n"})
    run = record(folder, code=f"import sys; sys.stdin.read(); {CHANGES}")
    (train,) = (one for one in run["data"] if one["path"] == "data/train.csv")
    assert train["md5"] in (md5(b"1,2\n"), md5(b"1,2\nmore"))
    assert train["why"].endswith("it changed during the run")
    assert [one["path"] for one in run["data"] if "why" not in one] == ["c.csv"]
    assert (
        "data data/train.csv changed during the run: the hash is of what was there meanwhile; what a run writes is "
        "--artifact" in run["warnings"]
    )


def test_what_cannot_be_data_is_told_with_a_reason_and_holds_nothing_up(folder: GitFolder) -> None:
    os.mkfifo(folder.path / "pipe")
    os.mkfifo(folder.path / "weights")
    (folder.path / "link").symlink_to("nowhere")
    (folder.path / "folder").mkdir()
    os.mkfifo(folder.path / "folder" / "pipe")
    outside = folder.path.parent / "outside.csv"
    outside.write_text("x")
    names = ["pipe", "link", "none.csv", "folder", "s3://bucket/x", "../outside.csv"]
    run = record(folder, *(word for name in names for word in ("--data", name)), "-a", "weights")
    fifo = "it is a FIFO: only files and folders can be recorded"
    assert data_of(run) == [
        ("pipe", None, fifo),
        ("link", None, "it is a link to nowhere, which is not there"),
        ("folder", None, f"pipe: {fifo}"),
        ("outside.csv", md5(b"x"), f"it lies outside the repository, at {outside}"),
        ("none.csv", None, "it is not there"),
    ]
    assert run["artifacts"] == [{"path": "weights", "kept": "no", "why": fifo}]
    assert f"data pipe is not known: {fifo}" in run["warnings"]
    assert "s3://bucket/x was not recorded: only files and folders of this machine can be" in run["warnings"]
    assert "fingerprint" not in run


def test_a_second_run_reads_nothing_of_an_unchanged_folder(folder: GitFolder) -> None:
    settled = os.path.dirname(json.__file__)
    (folder.path / "data").symlink_to(settled)
    options = ("--data", "data")
    first = record(folder, *options)
    assert first["data"][0]["bytes"] > 30_000
    import sqlite3

    with sqlite3.connect(folder.path / ".git/exp/cache/hashes.sqlite") as database:
        database.execute("UPDATE folders SET md5 = ?", ("0" * 32 + ".dir",))
    assert run_exp(folder, "run", *options, "--", PYTHON, "-c", "").status == 0
    runs = [manifest(folder, ref) for ref in folder.git("for-each-ref", "--format=%(refname)", "refs/runs").split()]
    assert {run["data"][0]["md5"] for run in runs} == {first["data"][0]["md5"], "0" * 32 + ".dir"}


def test_a_pointer_that_is_no_file_any_more_holds_nothing_up(folder: GitFolder) -> None:
    ignore_and_track(folder, "a.csv", b"1")
    ignore_and_track(folder, "b.csv", b"2")
    folder.commit("track")
    os.remove(folder.path / "b.csv.dvc")
    os.mkfifo(folder.path / "b.csv.dvc")
    run = record(folder)
    assert data_of(run) == [("a.csv", md5(b"1"), None)]

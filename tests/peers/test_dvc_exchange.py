"""DVC reads what we keep, and computes the same hashes."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from gitexp.data.cache import Cache
from gitexp.data.hashing import hash_folder
from gitexp.data.recording import record_artifacts, record_data
from gitexp.data.tracked import Tracked
from gitexp.format.pointer import format_pointer, parse_pointer
from kit.pipelines import dvc, seal_dvc

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder


@pytest.fixture(autouse=True)
def quiet_dvc(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    for name, value in seal_dvc(tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def project(folder: GitFolder) -> GitFolder:
    """A repository in which DVC is set up."""
    dvc(folder, "init", "--quiet")
    folder.commit("dvc")
    return folder


FILES: dict[str, str | bytes] = {
    "model.bin": bytes(range(256)) * 8192,
    "data/train/0.txt": "zero\r\n",
    "data/train/sub/1.txt": "one\n",
    "data/train/sub/naïve name.txt": "two\n",
    "data/train/.hidden": "h",
    "data/empty": "",
}


def test_hashes_and_pointers_are_those_of_dvc_add(project: GitFolder) -> None:
    project.gen({**FILES, "a b: 'c'.txt": "odd", "1e5": "number"})
    (project.path / "data" / "link").symlink_to("empty")
    names = ["model.bin", "data", "a b: 'c'.txt", "1e5"]
    top = str(project.path)
    recorded = record_data(names, top, top, top)
    dvc(project, "add", "--quiet", *names)
    for item, name in zip(recorded.items, names, strict=True):
        written = (project.path / f"{name}.dvc").read_bytes()
        pointer = recorded.pointers[b".exp/data/" + name.encode() + b".dvc"]
        assert parse_pointer(written, name) == pointer
        assert item.md5 == pointer.md5
        if name in ("model.bin", "data", "1e5"):
            assert format_pointer(pointer) == written


def test_a_folder_that_ignores_files_has_the_hash_of_dvc_add(project: GitFolder) -> None:
    project.gen({"data/a.txt": "1", "data/a.log": "2", "data/tmp/b.txt": "3", ".dvcignore": "*.log\n/data/tmp\n"})
    hashed = hash_folder(str(project.path / "data"), str(project.path))
    dvc(project, "add", "--quiet", "data")
    assert hashed.files == 1
    assert hashed.md5 == parse_pointer((project.path / "data.dvc").read_bytes(), "data.dvc").md5


def test_data_that_dvc_tracks_is_not_said_to_differ(project: GitFolder) -> None:
    project.gen(FILES)
    dvc(project, "add", "--quiet", "model.bin", "data")
    top = str(project.path)
    pointers = {name: (project.path / f"{name}.dvc").read_bytes() for name in ("model.bin", "data")}
    tracked = {name.encode(): Tracked(f"{name}.dvc", parse_pointer(text, name)) for name, text in pointers.items()}
    recorded = record_data(["model.bin", "data"], top, top, top, tracked=tracked)
    assert [(one.path, one.files, one.why) for one in recorded.items] == [("model.bin", 1, None), ("data", 5, None)]
    (project.path / "model.bin").unlink()
    (project.path / "model.bin").write_bytes(b"other")
    (changed,) = record_data(["model.bin"], top, top, top, tracked=tracked).items
    assert changed.why is not None
    assert changed.why.startswith("it differs from model.bin.dvc")


def test_dvc_takes_our_cache_for_its_own(project: GitFolder) -> None:
    project.gen(FILES)
    top = str(project.path)
    cache = Cache(f"{top}/.dvc/cache")
    recorded = record_artifacts(["model.bin", "data"], top, top, top, cache=cache, git_bytes=0, git_total_bytes=0)
    for path, pointer in recorded.pointers.items():
        name = path.removeprefix(b".exp/artifacts/")
        (project.path / os.fsdecode(name)).write_bytes(format_pointer(pointer))
    project.gen({".gitignore": "/model.bin\n/data\n"})
    project.commit("pointers")
    assert "No changes" in dvc(project, "data", "status")
    assert "up to date" in dvc(project, "status")
    expected = read_all(project.path / "data")
    (project.path / "model.bin").unlink()
    shutil.rmtree(project.path / "data")
    assert "model.bin" in dvc(project, "data", "status")
    dvc(project, "checkout", "--quiet")
    assert (project.path / "model.bin").read_bytes() == FILES["model.bin"]
    assert read_all(project.path / "data") == expected


@pytest.mark.parametrize("configured", ["in the run", "on the command line"])
def test_dvc_get_reads_an_artifact_of_a_run_from_a_copy_of_the_cache(
    project: GitFolder, tmp_path: pathlib.Path, configured: str
) -> None:
    project.gen(FILES)
    top = str(project.path)
    cache = Cache(f"{top}/.git/exp/cache")
    recorded = record_artifacts(["model.bin", "data"], top, top, top, cache=cache, git_bytes=0, git_total_bytes=0)
    shutil.copytree(f"{top}/.git/exp/cache/files", tmp_path / "storage" / "files")
    dvc(project, "remote", "add", "storage", str(tmp_path / "storage"))
    if configured == "in the run":
        project.git("add", ".dvc/config")
    for path, pointer in recorded.pointers.items():
        blob = project.git("hash-object", "-w", "--stdin", stdin=format_pointer(pointer))
        project.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path.decode()}")
    run = project.git("commit-tree", project.git("write-tree"), "-p", "HEAD", "-m", "run")
    project.git("update-ref", "refs/runs/default/k3v9x2mabc", run)
    project.git("reset", "--quiet")
    project.git("gc", "--quiet")
    where = (
        ["--remote", "storage"]
        if configured == "in the run"
        else ["--config", f"{top}/.dvc/config", "--remote", "storage"]
    )
    source = [top, "--rev", run, *where, "--quiet"]
    dvc(project, "get", *source[:1], ".exp/artifacts/model.bin", "--out", str(tmp_path / "got.bin"), *source[1:])
    assert (tmp_path / "got.bin").read_bytes() == FILES["model.bin"]
    dvc(project, "get", *source[:1], ".exp/artifacts/data", "--out", str(tmp_path / "got"), *source[1:])
    assert read_all(tmp_path / "got") == read_all(project.path / "data")


def read_all(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

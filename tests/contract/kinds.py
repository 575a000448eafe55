"""The kinds of repository that people have, each made by Git itself."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    import pytest

GIT_VERSION = tuple(map(int, re.findall(r"\d+", subprocess.check_output(["git", "version"], text=True))[:2]))

CONTENT: dict[str, str | bytes] = {
    ".gitignore": "*.log\nout/\n",
    "train.py": "print('loss=0.5')\n",
    "notes.txt": "one\n",
    "gone.txt": "to be deleted\n",
    "run.sh": "#!/bin/sh\n",
    "src/model.py": "depth = 4\n",
    "src/deep/layer.py": "width = 8\n",
    "data/labels.csv": "a,b\n" * 50,
}


@dataclass(frozen=True)
class Place:
    """A working tree: ``top`` is its root, ``folder`` where commands are typed."""

    top: pathlib.Path
    folder: GitFolder

    @property
    def index(self) -> pathlib.Path:
        """The index file that Git uses here."""
        return self.folder.path / self.folder.git("rev-parse", "--git-path", "index")


def started(path: pathlib.Path, *options: str) -> GitFolder:
    """A repository with two commits."""
    folder = GitFolder.create(path, *options)
    folder.gen({"first.txt": "first\n"})
    folder.commit("first")
    folder.gen(CONTENT)
    folder.commit("second")
    return folder


def normal(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    return Place(folder.path, folder)


def subfolder(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("config", "status.relativePaths", "true")
    folder.git("config", "status.showUntrackedFiles", "no")
    return Place(folder.path, GitFolder(folder.path / "src" / "deep"))


def linked_worktree(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("worktree", "add", "-q", "-b", "side", str(path / "linked"))
    return Place(path / "linked", GitFolder(path / "linked"))


def packed(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("repack", "-adq")
    folder.git("pack-refs", "--all")
    return Place(folder.path, folder)


def shallow(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    origin = started(path / "origin")
    origin.git("clone", "-q", "--depth", "1", origin.path.as_uri(), str(path / "clone"))
    folder = GitFolder(path / "clone")
    assert folder.git("rev-parse", "--is-shallow-repository") == "true"
    return Place(folder.path, folder)


def sparse_cone(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("sparse-checkout", "set", "--cone", "src")
    assert not (folder.path / "data").exists()
    return Place(folder.path, folder)


def sparse_index(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("sparse-checkout", "set", "--cone", "--sparse-index", "src")
    assert "data/" in folder.git("ls-files", "--sparse").splitlines()
    return Place(folder.path, folder)


def split_index(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("config", "core.splitIndex", "true")
    folder.git("update-index", "--split-index")
    folder.gen({"staged.txt": "in the split part\n"})
    folder.git("add", "staged.txt")
    assert list((folder.path / ".git").glob("sharedindex.*"))
    return Place(folder.path, folder)


def watched_index(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("update-index", "--index-version", "4")
    folder.git("config", "core.untrackedCache", "true")
    folder.git("status")
    return Place(folder.path, folder)


def submodule(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    library = started(path / "library")
    folder = started(path / "repo")
    folder.git("submodule", "--quiet", "add", library.path.as_uri(), "lib")
    folder.git("submodule", "--quiet", "add", library.path.as_uri(), "untouched")
    folder.git("config", "diff.ignoreSubmodules", "all")
    folder.git("config", "submodule.lib.ignore", "all")
    folder.commit("with submodules")
    inside = GitFolder(folder.path / "lib")
    inside.gen({"train.py": "print('newer')\n"})
    inside.commit("newer")
    inside.gen({"train.py": "print('not committed')\n"})
    return Place(folder.path, folder)


def inside_submodule(path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    around = submodule(path, monkeypatch)
    return Place(around.top / "lib", GitFolder(around.top / "lib"))


def sha256(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo", "--object-format=sha256")
    return Place(folder.path, folder)


def reftable(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo", "--ref-format=reftable")
    assert (folder.path / ".git" / "reftable").is_dir()
    return Place(folder.path, folder)


def git_dir_set(path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    (folder.path / ".git").rename(path / "store.git")
    monkeypatch.chdir(folder.path / "src")
    monkeypatch.setenv("GIT_DIR", "../../store.git")
    monkeypatch.setenv("GIT_WORK_TREE", "..")
    return Place(folder.path, GitFolder(folder.path / "src"))


def index_file_set(path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.gen({"staged.txt": "in the other index\n"})
    (path / "other-index").write_bytes((folder.path / ".git" / "index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", str(path / "other-index"))
    folder.git("add", "staged.txt")
    return Place(folder.path, folder)


def unborn(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = GitFolder.create(path / "repo")
    folder.gen(CONTENT)
    folder.git("add", "src")
    return Place(folder.path, folder)


def detached(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("checkout", "-q", "--detach", "HEAD~1")
    folder.gen(CONTENT)
    return Place(folder.path, folder)


def mid_merge(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("checkout", "-q", "-b", "theirs")
    folder.gen({"notes.txt": "theirs\n", "src/model.py": "depth = 5\n", "data/labels.csv": "new\n"})
    folder.commit("theirs")
    folder.git("checkout", "-q", "main")
    folder.gen({"notes.txt": "ours\n", "src/model.py": "depth = 3\n"})
    (folder.path / "data" / "labels.csv").unlink()
    folder.commit("ours")
    assert folder.run("git", "merge", "theirs").returncode == 1
    assert "u UU" in folder.git("status", "--porcelain=v2")
    return Place(folder.path, folder)


def index_locked(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    (folder.path / ".git" / "index.lock").write_bytes(b"")
    return Place(folder.path, folder)


def partial_clone(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    origin = started(path / "origin")
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    origin.git("clone", "-q", "--filter=blob:none", origin.path.as_uri(), str(path / "clone"))
    folder = GitFolder(path / "clone")
    assert folder.git("config", "remote.origin.promisor") == "true"
    return Place(folder.path, folder)


def signing(path: pathlib.Path, _: pytest.MonkeyPatch) -> Place:
    folder = started(path / "repo")
    folder.git("config", "commit.gpgSign", "true")
    folder.git("config", "gpg.program", "/no/such/program")
    folder.git("config", "i18n.commitEncoding", "latin1")
    folder.git("config", "core.hooksPath", "hooks")
    return Place(folder.path, folder)


KINDS: dict[str, Callable[[pathlib.Path, pytest.MonkeyPatch], Place]] = {
    make.__name__: make
    for make in (
        normal, subfolder, linked_worktree, packed, shallow, sparse_cone, sparse_index, split_index, watched_index,
        submodule, inside_submodule, sha256, git_dir_set, index_file_set, unborn, detached, mid_merge, index_locked,
        partial_clone, signing,
    )
}  # fmt: skip
# An older Git cannot make such a repository, and refuses to open one: there the kind does not exist.
if GIT_VERSION >= (2, 45):
    KINDS["reftable"] = reftable

"""Looking at a commit runs nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitexp.errors import GitFailed, Refused
from gitexp.git.difference import diff_commits, pager_command
from gitexp.git.repository import open_repository
from gitexp.git.worktree import add_worktree, remove_worktree
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib


CARELESS = """
[includeIf "gitdir:**/worktrees/**"]
    path = ~/.inside
[filter "evil"]
    smudge = .a/smudge
    clean = .a/smudge
    required = true
[diff "evil"]
    textconv = .a/textconv
    command = .a/differ
[diff]
    external = .a/differ
[core]
    hooksPath = .a/hooks
    fsmonitor = .a/monitor
[submodule]
    recurse = true
"""
CARELESS_INSIDE = """
[filter "odd=name"]
    process = .a/process
    smudge = .a/smudge
    required = true
"""
HOOKS = ("post-checkout", "post-index-change", "reference-transaction", "pre-commit", "post-merge")


@pytest.fixture
def trap(tmp_path: pathlib.Path) -> pathlib.Path:
    """The file that a hostile commit would make."""
    return tmp_path / "ran"


@pytest.fixture
def hostile(folder: GitFolder, trap: pathlib.Path, tmp_path: pathlib.Path, sealed: pathlib.Path) -> str:
    """A commit with programs in all the places that a careless configuration would run them from."""
    script = f"#!/bin/sh\necho $0 >> {trap}\ncat\n"
    library = GitFolder.create(tmp_path / "library")
    library.gen({"a.txt": "1\n"})
    library.commit()
    folder.git("submodule", "--quiet", "add", library.path.as_uri(), "lib")
    # In a folder that is checked out before the files that make it run.
    names = [f".a/{name}" for name in ("smudge", "process", "monitor", "textconv", "differ")]
    names += [f".a/hooks/{hook}" for hook in HOOKS]
    folder.gen(dict.fromkeys(names, script))
    for name in names:
        (folder.path / name).chmod(0o755)
    folder.gen(
        {".gitattributes": "*.txt filter=evil diff=evil\n*.dat filter=odd=name\n", "a.txt": "1\n", "b.dat": "1\n"}
    )
    commit = folder.commit("hostile")
    folder.gen({"a.txt": "2\n"})
    folder.commit("more")
    folder.git("checkout", "-q", "HEAD~2")
    settings = (sealed / ".gitconfig").read_text() + CARELESS
    (sealed / ".gitconfig").write_text(settings)
    (sealed / ".inside").write_text(CARELESS_INSIDE)
    trap.unlink(missing_ok=True)
    return commit


def test_a_hostile_commit_is_checked_out_and_runs_nothing(
    folder: GitFolder, hostile: str, trap: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    made = add_worktree(open_repository(), str(tmp_path / "new" / "tree"), hostile)

    assert not trap.exists()
    new = tmp_path / "new" / "tree"
    assert made == str(new)
    assert (new / "a.txt").read_text() == "1\n"
    assert (new / "b.dat").read_text() == "1\n"
    assert list((new / "lib").iterdir()) == []
    assert (new / ".a" / "hooks" / "post-checkout").stat().st_mode & 0o111

    # The trap works: plain Git walks into it.
    folder.run("git", "worktree", "add", "--detach", str(tmp_path / "careless"), hostile)
    assert trap.exists()


def test_the_difference_of_hostile_commits_runs_nothing(folder: GitFolder, hostile: str, trap: pathlib.Path) -> None:
    folder.run("git", "checkout", "-q", "main")
    trap.unlink(missing_ok=True)

    patch = diff_commits(open_repository(), hostile, "main", colour=False, stat=False)

    assert not trap.exists()
    assert b"-1\n+2\n" in patch
    folder.run("git", "diff", hostile, "main")
    assert trap.exists()


def test_filters_run_when_asked_for(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    folder.gen({".gitattributes": "*.up filter=upper\n", "a.up": "abc\n"})
    commit = folder.commit()
    folder.git("config", "filter.upper.smudge", "tr a-z A-Z")
    add_worktree(open_repository(), str(tmp_path / "plain"), commit)
    add_worktree(open_repository(), str(tmp_path / "filtered"), commit, with_filters=True)
    assert (tmp_path / "plain" / "a.up").read_text() == "abc\n"
    assert (tmp_path / "filtered" / "a.up").read_text() == "ABC\n"


def test_a_folder_with_something_in_it_is_left_alone(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(Refused, match="there already"):
            add_worktree(open_repository(), str(tmp_path / name), "HEAD")
    assert (tmp_path / "full" / "mine").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    add_worktree(open_repository(), str(tmp_path / "empty"), "HEAD")
    assert (tmp_path / "empty" / "train.py").exists()


@pytest.mark.parametrize("was_there", [False, True])
def test_nothing_is_left_half_made(folder: GitFolder, tmp_path: pathlib.Path, was_there: bool) -> None:
    folder.gen({".gitattributes": "*.bad filter=bad\n", "a.bad": "1\n"})
    commit = folder.commit()
    folder.git("config", "filter.bad.smudge", "false")
    folder.git("config", "filter.bad.required", "true")
    if was_there:
        (tmp_path / "new").mkdir()
    with pytest.raises(GitFailed, match="bad"):
        add_worktree(open_repository(), str(tmp_path / "new"), commit, with_filters=True)
    assert (tmp_path / "new").exists() is was_there
    assert len(folder.git("worktree", "list").splitlines()) == 1
    with pytest.raises(GitFailed):
        add_worktree(open_repository(), str(tmp_path / "new"), "no-such-commit")
    assert (tmp_path / "new").exists() is was_there


def test_the_environment_of_a_hook_changes_nothing(
    folder: GitFolder, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folder.state()
    with monkeypatch.context() as context:
        context.setenv("GIT_DIR", ".git")
        context.setenv("GIT_INDEX_FILE", ".git/index")
        context.setenv("GIT_WORK_TREE", ".")
        add_worktree(open_repository(), str(tmp_path / "new"), "HEAD")
    assert folder.state() == before
    new = GitFolder(tmp_path / "new")
    assert (new.git("status", "--porcelain"), new.git("ls-files").split()) == ("", ["README.md", "train.py"])
    remove_worktree(open_repository(), str(new.path))
    assert not new.path.exists()


def test_a_difference_is_one_that_git_applies(folder: GitFolder) -> None:
    folder.git("config", "diff.noprefix", "true")
    folder.git("config", "color.ui", "always")
    folder.gen({"train.py": "print('loss=0.4')\n", "new.bin": b"\0"})
    folder.commit()
    repository = open_repository()
    patch = diff_commits(repository, "HEAD~1", "HEAD", colour=False, stat=False, paths=["train.py"])
    folder.git("checkout", "-q", "HEAD~1")
    folder.git("-c", "diff.noprefix=false", "apply", "-", stdin=patch)
    assert (folder.path / "train.py").read_text() == "print('loss=0.4')\n"
    assert b"\x1b[" in diff_commits(repository, "HEAD", "main", colour=True, stat=False)
    stat = diff_commits(repository, "HEAD", "main", colour=False, stat=True, width=60)
    assert b"2 files changed" in stat
    assert diff_commits(repository, "HEAD", "HEAD", colour=False, stat=False) == b""


def test_the_pager_is_the_users(folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = open_repository()
    monkeypatch.delenv("PAGER", raising=False)
    folder.git("config", "core.pager", "delta --dark")
    assert pager_command(repository) == "delta --dark"
    folder.git("config", "core.pager", "cat")
    assert pager_command(repository) is None
    monkeypatch.setenv("GIT_PAGER", "less -R")
    assert pager_command(repository) == "less -R"

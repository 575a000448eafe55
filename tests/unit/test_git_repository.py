"""Opening a repository, and what is said where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import GitFailed, GitMissing, NotARepository
from gitexp.git.command import run_git
from gitexp.git.config import author_identity, committer_identity, read_config
from gitexp.git.repository import open_repository
from gitexp.git.working_copy import open_working_copy
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib


def test_no_repository(tmp_path: pathlib.Path) -> None:
    for opening in (open_repository, open_working_copy):
        with pytest.raises(NotARepository, match="not inside a Git repository") as caught:
            opening(str(tmp_path))
        assert caught.value.hint is not None
        assert caught.value.hint.startswith("git init")


def test_no_such_folder(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NotARepository, match="no such folder"):
        open_repository(str(tmp_path / "nowhere"))
    (tmp_path / "file").write_text("")
    with pytest.raises(NotARepository, match="not a folder"):
        open_repository(str(tmp_path / "file"))


def test_no_git(folder: GitFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissing):
        open_repository()


def test_a_repository_of_someone_else(folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(NotARepository, match="belongs to another user") as caught:
        open_repository()
    assert caught.value.hint == f"git config --global --add safe.directory {folder.path}"
    subprocess.run(caught.value.hint.split(), check=True)
    assert open_repository().top == str(folder.path)


def test_a_repository_that_git_cannot_read(folder: GitFolder) -> None:
    folder.git("config", "core.repositoryFormatVersion", "99")
    with pytest.raises(NotARepository, match="99"):
        open_repository()


def test_a_broken_configuration(folder: GitFolder) -> None:
    (folder.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(NotARepository, match="bad config line 1"):
        open_repository()


def test_folders_whose_names_are_hard_to_tell(tmp_path: pathlib.Path) -> None:
    for name in ("with space", "line\nend", os.fsdecode(b"caf\xe9"), "[star]*"):
        made = GitFolder.create(tmp_path / name)
        made.gen({"sub/a.txt": "1\n"})
        head = made.commit()
        copy = open_working_copy(str(made.path / "sub"))
        assert copy.repository.top == str(made.path)
        assert copy.repository.git_dir == str(made.path / ".git")
        assert copy.repository.prefix == "sub/"
        assert (copy.status.commit, copy.status.branch, copy.status.entries) == (head, "main", ())


def test_settings_that_hide_changes_hide_nothing(folder: GitFolder) -> None:
    folder.gen({"d/new.txt": "1\n", "train.py": "edited\n"})
    for key, value in (
        ("status.showUntrackedFiles", "no"), ("status.relativePaths", "true"), ("status.renames", "copies"),
        ("status.showStash", "true"), ("status.branch", "false"), ("color.status", "always"),
    ):  # fmt: skip
        folder.git("config", key, value)
    found = open_working_copy(str(folder.path / "d")).status.entries
    assert [entry.path for entry in found] == [b"train.py", b"d/new.txt"]


def test_pathspec_variables_change_nothing(folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    folder.git("update-index", "--assume-unchanged", "train.py")
    assert [flag.path for flag in open_working_copy().flagged] == [b"train.py"]


def test_replaced_objects_are_seen_as_they_are(folder: GitFolder) -> None:
    first = folder.git("rev-parse", "HEAD")
    folder.gen({"train.py": "second\n"})
    second = folder.commit()
    folder.git("replace", second, first)
    assert run_git(open_repository(), "cat-file", "blob", f"{second}:train.py") == b"second\n"


def test_failures_carry_the_words_of_git(folder: GitFolder) -> None:
    with pytest.raises(GitFailed, match=r"git cat-file failed .* no-such-thing") as caught:
        run_git(open_repository(), "cat-file", "-t", "no-such-thing")
    assert caught.value.fields["status"] == 128


def test_who_the_user_is(folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = open_repository()
    assert author_identity(repository) == ("Ada Lovelace", "ada@example.org", False)
    folder.git("config", "author.email", "author@example.org")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Grace Hopper")
    config = read_config(repository)
    assert author_identity(repository, config) == ("Ada Lovelace", "author@example.org", False)
    assert committer_identity(repository, config) == ("Grace Hopper", "ada@example.org", False)


def test_who_the_user_is_when_git_was_never_told(folder: GitFolder, sealed: pathlib.Path) -> None:
    (sealed / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    found = author_identity(open_repository())
    assert found.guessed
    assert found.name
    assert "@" in found.email


def test_importing_the_floor_is_cheap() -> None:
    program = "import sys, gitexp.git.working_copy, gitexp.git.snapshot; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert "gitexp.git.snapshot" in loaded
    assert not {"dulwich", "yaml", "tempfile", "shutil", "hypothesis"} & set(loaded)

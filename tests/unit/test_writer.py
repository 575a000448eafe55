"""Who folds and erases: one name for each clone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.git.repository import open_repository
from gitexp.model.refs import is_writer
from gitexp.store.writer import name_writer, this_writer

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

ASK = """
from gitexp.git.repository import open_repository
from gitexp.store.writer import this_writer
print(this_writer(open_repository()))
"""


def test_a_clone_has_one_name(folder: GitFolder) -> None:
    first = this_writer(open_repository())

    assert first.startswith("ada-")
    assert len(first) == len("ada-") + 4
    assert this_writer(open_repository()) == first


def test_a_linked_worktree_is_the_same_clone(folder: GitFolder) -> None:
    folder.git("worktree", "add", "--quiet", "../linked")

    assert this_writer(open_repository("../linked")) == this_writer(open_repository())


def test_a_copy_is_another_one(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    first = this_writer(open_repository())
    shutil.copytree(folder.path, tmp_path / "copy")

    copied = this_writer(open_repository(str(tmp_path / "copy")))

    assert copied != first
    assert this_writer(open_repository(str(tmp_path / "copy"))) == copied
    assert this_writer(open_repository()) == first


def test_a_file_that_says_nothing_is_made_anew(folder: GitFolder) -> None:
    this_writer(open_repository())
    (folder.path / ".git" / "exp" / "writer").write_text('["torn')

    assert is_writer(this_writer(open_repository()))


def test_processes_at_once_agree(folder: GitFolder) -> None:
    asked = [
        subprocess.Popen([sys.executable, "-c", ASK], cwd=folder.path, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    names = {process.communicate()[0].strip() for process in asked}

    assert names == {this_writer(open_repository())}


@pytest.mark.parametrize(
    ("email", "name", "expected"),
    [
        ("ada@example.org", "Ada Lovelace", "ada-0000"),
        ("Ada.Lovelace+git@example.org", "x", "ada-lovelace-git-0000"),
        ("@example.org", "Ada Lovelace", "ada-lovelace-0000"),
        ("...@x", "渡辺", "writer-0000"),
        ("a" * 39 + ".b@x", "x", "a" * 39 + "-0000"),
        ("-é-@x", "é", "writer-0000"),
    ],
)
def test_a_name_is_made_of_the_address(email: str, name: str, expected: str) -> None:
    assert name_writer(email, name, "0000") == expected
    assert is_writer(expected)

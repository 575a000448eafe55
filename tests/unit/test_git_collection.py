"""A gc that is going on: seen by the file it leaves, waited for, and not for ever."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.git.collection import await_collection, is_collecting
from gitexp.git.repository import open_repository

if TYPE_CHECKING:
    from kit.git import GitFolder


def test_no_file_no_gc(folder: GitFolder) -> None:
    assert not is_collecting(open_repository(str(folder.path)))
    assert await_collection(open_repository(str(folder.path)), patience=0)


@pytest.mark.parametrize("words", ["{ours}", "1 another-host", "nonsense"])
def test_a_process_that_lives_or_cannot_be_known_counts(folder: GitFolder, words: str) -> None:
    folder.gen({".git/gc.pid": words.format(ours=f"{os.getpid()} {platform.node()}")})
    repository = open_repository(str(folder.path))
    assert is_collecting(repository)
    assert not await_collection(repository, patience=0.1)


def test_a_process_that_died_left_its_file(folder: GitFolder) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    folder.gen({".git/gc.pid": f"{gone.pid} {platform.node()}"})
    assert not is_collecting(open_repository(str(folder.path)))

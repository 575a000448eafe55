"""Runs that are there before something goes wrong."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from gitexp.model.run import Status
from kit.faults import FaultyGit
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from kit.git import GitFolder


@pytest.fixture
def stored_runs(folder: GitFolder) -> GitFolder:
    """Four runs of ``default``, one of them going elsewhere, and one of ``other``."""
    store_run(
        folder,
        plan_run(folder, "k3v9x2mabc", params={"lr": 0.1}, metrics={"auc": 0.5}),
        {"output.log": b"one\ntwo\nthree\n" + bytes(range(32, 127)) * 3},
    )
    store_run(folder, plan_run(folder, "p7qw4n8hde", minutes=10, status=Status.FAILED, exit_code=1))
    store_run(folder, plan_run(folder, "h8yb3d6m2g", minutes=15, experiment="other"))
    store_run(folder, plan_run(folder, "t2zc9x1k0f", minutes=20, params={"lr": 0.5}), {"output.log": b"four\n"})
    store_run(folder, plan_run(folder, "q9ne1w3t6k", minutes=30, status=Status.RUNNING))
    return folder


@pytest.fixture
def faulty(tmp_path: pathlib.Path) -> FaultyGit:
    """A Git that can be told to fail."""
    return FaultyGit.create(tmp_path / "faulty")


@pytest.fixture
def edited(folder: GitFolder) -> GitFolder:
    """A repository with something that only a snapshot has."""
    folder.gen({"train.py": "print('loss=0.25')\n", "lib/new.py": "new = 1\n"})
    return folder


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A disk of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here; the limit of file sizes stands for it")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)

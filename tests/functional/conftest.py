"""A repository with runs in it, made without running anything: fixed ids, fixed times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitexp.model.run import Status
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder


@pytest.fixture
def runs(folder: GitFolder) -> GitFolder:
    """Five runs of `default`, the newest last and going, and one of `other`; the third ran an uncommitted edit."""
    folder.gen({".exp.yaml": "metrics:\n  auc: maximize\n"})
    head = folder.commit("settings")
    folder.gen({"train.py": "print('loss=0.25')\n"})
    folder.git("add", "--all")
    edited = folder.git("commit-tree", "-p", head, "-m", "snapshot", folder.git("write-tree"))
    folder.git("reset", "--hard", "--quiet")
    common = {"seed": 1}
    store_run(
        folder,
        plan_run(folder, "k3v9x2mabc", params={"lr": 0.1, **common}, metrics={"auc": 0.5}),
        {"output.log": b"one\ntwo\nthree\n", "environment/packages.txt": b"numpy==1.26.0\n"},
    )
    store_run(
        folder,
        plan_run(folder, "p7qw4n8hde", minutes=10, params={"lr": 30, **common}, status=Status.FAILED, exit_code=1),
    )
    store_run(
        folder,
        plan_run(
            folder,
            "t2zc9x1k0f",
            minutes=20,
            seconds=2.5,
            params={"lr": 0.01, **common},
            metrics={"auc": make_summary(0.75, max=0.875), "loss": 0.25},
            snapshot=edited,
            command=("python", "train.py", "--lr", "0.01"),
            tags={"team": "fraud"},
        ),
        {"output.log": b"\x1b[32mgreen\x1b[0m\x1b[2J\r\nlast", "environment/packages.txt": b"numpy==2.0.0\n"},
    )
    store_run(folder, plan_run(folder, "h8yb3d6m2g", minutes=15, params={"lr": 1, **common}, experiment="other"))
    store_run(folder, plan_run(folder, "q9ne1w3t6k", minutes=30, params={"lr": 0.5, **common}, status=Status.RUNNING))
    return folder


@pytest.fixture
def broken(runs: GitFolder) -> GitFolder:
    """The same with one run that cannot be read and one of a later format."""
    runs.git("update-ref", "refs/runs/default/m4ra7v5s9j", "HEAD")
    message = runs.git("log", "-1", "--format=%B", "refs/runs/default/k3v9x2mabc").replace(
        "Run-Format: 1", "Run-Format: 9"
    )
    newer = runs.git("commit-tree", "-m", message, "HEAD^{tree}")
    runs.git("update-ref", "refs/runs/default/v6sx0c7r1n", newer)
    return runs

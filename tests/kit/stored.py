"""Runs stored in a repository without running anything: fixed ids, fixed times, real commits."""

from __future__ import annotations

import dataclasses
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gitexp.git.objects import ObjectWriter
from gitexp.git.repository import open_repository
from gitexp.model.ids import RunId
from gitexp.model.metrics import Summary
from gitexp.model.refs import Experiment
from gitexp.model.run import Code, Run, Status
from gitexp.store.writing import store_ended, store_live
from kit.runs import STARTED, make_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.git import GitFolder


def store_run(folder: GitFolder, run: Run, files: Mapping[str, bytes] | None = None) -> str:
    """Stores a run at the folder's HEAD, its own snapshot aside, and returns the commit."""
    repository = open_repository(os.fspath(folder.path))
    record = {f".exp/{name}".encode(): data for name, data in (files or {}).items()}
    with ObjectWriter(repository) as writer:
        tree = folder.git("rev-parse", f"{run.code.snapshot}^{{tree}}")
        if run.status is Status.RUNNING:
            return store_live(repository, writer, run, tree).commit
        return store_ended(repository, writer, run, record, tree, live=None, sign=False).commit


def make_summary(last: float, **fields: Any) -> Summary:
    """A summary of one point, unless fields say more."""
    return dataclasses.replace(Summary(last, last, last, last, None, 1, "output"), **fields)


def plan_run(folder: GitFolder, run_id: str, *, minutes: float = 0, seconds: float = 97.0, **fields: Any) -> Run:
    """A run of the folder's HEAD that began ``minutes`` after the first, with metrics given as bare numbers."""
    started = STARTED.replace(microsecond=0) + timedelta(minutes=minutes)
    metrics = fields.pop("metrics", {})
    snapshot = fields.pop("snapshot", None) or folder.git("rev-parse", "HEAD")
    head = folder.git("rev-parse", "HEAD")
    known: dict[str, Any] = {
        "id": RunId(run_id),
        "name": f"amber-fox-{run_id[:4]}",
        "experiment": Experiment("default"),
        "started_at": started,
        "ended_at": started + timedelta(seconds=seconds),
        "command": ("python", "train.py"),
        "host": "gpu-7",
        "params": {},
        "metrics": {
            key: value if isinstance(value, Summary) else make_summary(value) for key, value in metrics.items()
        },
        "code": Code(commit=head, branch="main", dirty=snapshot != head, snapshot=snapshot),
        "tags": {},
        "fingerprint": None,
    }
    if fields.get("status") is Status.RUNNING:
        known |= {"ended_at": None, "exit_code": None}
    return make_run(**{**known, **fields})

"""Runs made up for tests: every field filled, nothing random."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gitexp.model.ids import RunId
from gitexp.model.metrics import Summary
from gitexp.model.paths import TreePath
from gitexp.model.refs import Experiment
from gitexp.model.run import (
    Artifact,
    Code,
    Cost,
    DataItem,
    Environment,
    Gpu,
    LeftOut,
    Lineage,
    Run,
    Status,
    Submodule,
    User,
)

SNAPSHOT = "1" * 40
STARTED = datetime(2026, 11, 23, 9, 14, 3, 123456, tzinfo=UTC)
ENDED = datetime(2026, 11, 23, 9, 15, 40, 123456, tzinfo=UTC)


def make_run(**changes: Any) -> Run:
    """A plain finished run; keyword arguments replace fields."""
    fields: dict[str, Any] = {
        "id": RunId("k3v9x2mabc"),
        "name": "amber-fox-k3v9",
        "experiment": Experiment("default"),
        "project": ".",
        "status": Status.FINISHED,
        "exit_code": 0,
        "signal": None,
        "started_at": STARTED,
        "ended_at": ENDED,
        "command": ("python", "train.py", "--lr", "0.1"),
        "directory": ".",
        "user": User("Ada Lovelace", "ada@example.org"),
        "host": "rechner",
        "params": {"lr": 0.1},
        "metrics": {"val_auc": Summary(0.94, 0.61, 0.94, 0.61, 40, 41, "output")},
        "code": Code(commit="2" * 40, branch="main", dirty=True, snapshot=SNAPSHOT),
        "fingerprint": "sha256:" + "0" * 64,
        "tags": {"team": "fraud"},
        **changes,
    }
    return Run(**fields)


def make_full_run() -> Run:
    """A run in which every field of the specification says something."""
    return make_run(
        project="services/fraud",
        directory="services/fraud",
        params={"lr": 0.1, "layers": [64, 32], "model.depth": 4, "opt": "adam", "amp": True, "clip": None, "x": 1e-05},
        code=Code(
            commit="2" * 40,
            branch="main",
            dirty=True,
            snapshot=SNAPSHOT,
            remote="https://example.org/fraud.git",
            left_out=(LeftOut(TreePath("data/big.bin"), "larger than 1 MB", 5_000_000_000, "9" * 32),),
            submodules=(Submodule(TreePath("libs/ops"), "3" * 40, True),),
        ),
        param_sources={"lr": "flag", "layers": "params.yaml"},
        data=(DataItem(TreePath("data/train.csv"), "a" * 32, 123, 1),),
        artifacts=(Artifact(TreePath("model.pt"), "b" * 32, 5_000_000, "dvc"),),
        environment=Environment(
            python="3.11.7",
            implementation="CPython",
            executable="/opt/venv/bin/python",
            platform="Linux-6.1",
            packages="c" * 64,
            locks=("uv.lock",),
            cpu="Example CPU",
            cores=8,
            memory_bytes=16_000_000_000,
            gpus=(Gpu("Example GPU", 80_000_000_000, "555.1"),),
            cuda="12.4",
            variables={"CUDA_VISIBLE_DEVICES": "0"},
        ),
        seed=42,
        cost=Cost(97.0, 2.5, "EUR", 0.067361),
        lineage=Lineage(resumes=RunId("g000000000"), forked_from=RunId("h111111111"), forked_at_step=400),
        tags={"team": "fraud", "baseline": True},
        note="first try",
        hypothesis="deeper trees help",
        redacted=("command.3", "params.api_key"),
        warnings=("nvidia-smi did not answer",),
    )

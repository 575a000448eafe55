"""A run that Slurm took the machine from, told by a stand-in for Slurm's own program."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import PATIENCE, only_run
from kit.observing import stream

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no Slurm")

COMMAND = [sys.executable, "-m", "gitexp", "run", "--", "sh", "-c", "echo ready; read word"]
PREEMPTED = "echo JobId=$3 JobState=COMPLETING PreemptTime=2999-01-01T00:00:00 SuspendTime=None"


def run_under_slurm(folder: GitFolder, tmp_path: pathlib.Path, answer: str) -> bytes:
    program = tmp_path / "slurm" / "scontrol"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n[ "$1 $2 $4" = "show job -o" ] || exit 1\n{answer}\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        COMMAND, cwd=folder.path, env={**os.environ, "PATH": path, "SLURM_JOB_ID": "123"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert stream(process.stdout).readline() == b"ready\n"
    process.terminate()
    process.wait(PATIENCE)
    return process.communicate(timeout=PATIENCE)[1]


def test_a_job_that_had_to_give_way(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    err = run_under_slurm(folder, tmp_path, PREEMPTED)
    run = only_run(folder)
    assert (run["status"], run["signal"]) == ("preempted", "SIGTERM")
    assert "preempted by Slurm: job 123 has PreemptTime=2999-01-01T00:00:00" in run["warnings"]
    assert b"preempted by Slurm" in err


@pytest.mark.parametrize("answer", ["echo JobId=123 JobState=RUNNING PreemptTime=None", "echo no; exit 1"])
def test_a_signal_alone_is_a_kill(folder: GitFolder, tmp_path: pathlib.Path, answer: str) -> None:
    run_under_slurm(folder, tmp_path, answer)
    run = only_run(folder)
    assert (run["status"], run["signal"]) == ("killed", "SIGTERM")
    assert run.get("warnings", []) == []

"""A distributed run under the real torchrun: one run, and every rank's output told apart."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.spool import read_spool
from kit.exp import PATIENCE, manifest, only_run, part, refs, run_exp
from kit.terminal import wait_until

if TYPE_CHECKING:
    from kit.git import GitFolder

pytest.importorskip("torch")

TORCHRUN = str(pathlib.Path(sys.executable).with_name("torchrun"))
TRAIN = """
import os, signal, sys
import torch
import torch.distributed as dist

dist.init_process_group("gloo")
rank = dist.get_rank()
for step in range(3):
    loss = torch.tensor(float(rank + 1) / (step + 1))
    print(f"step {step} loss {loss.item():.4f}")
    dist.all_reduce(loss)
print(f"rank {rank} complains", file=sys.stderr)
if "--fail" in sys.argv and rank == 1:
    raise ValueError("loss: 7.0")
if "--stay" in sys.argv:
    signal.pause()
if "--die" in sys.argv and rank == 1:
    os._exit(9)
dist.destroy_process_group()
"""


@pytest.fixture
def training(folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    """A repository with a script that all ranks run."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    folder.gen({"ddp.py": TRAIN})
    folder.commit("Train on several ranks")
    return folder


def run_torch(folder: GitFolder, *options: str, processes: int = 2, env: dict[str, str] | None = None) -> int:
    command = (TORCHRUN, "--standalone", f"--nproc-per-node={processes}", "ddp.py", *options)
    return run_exp(folder, "run", "--", *command, env={"OMP_NUM_THREADS": "1", **(env or {})}).status


def test_one_run_with_the_metrics_of_the_first_rank(training: GitFolder) -> None:
    assert run_torch(training) == 0
    run = only_run(training)
    assert run["status"] == "finished"
    assert (run["metrics"]["loss"]["first"], run["metrics"]["loss"]["last"]) == (1.0, 0.3333)
    assert run["metrics"]["loss"]["count"] == 3
    lines = part(training, run["ref"], "output.log").splitlines()
    for rank in range(2):
        own = [line.removeprefix(f"[rank{rank}]: ") for line in lines if line.startswith(f"[rank{rank}]: ")]
        printed = [f"step {step} loss {(rank + 1) / (step + 1):.4f}" for step in range(3)]
        assert [line for line in own if line.startswith("step")] == printed
        assert f"rank {rank} complains" in own
    assert not list((training.path / ".git" / "exp" / "live").iterdir())


@pytest.mark.parametrize("how", ["--fail", "--die"])
def test_a_rank_that_fails(training: GitFolder, how: str) -> None:
    assert run_torch(training, how) == 1
    run = only_run(training)
    assert (run["status"], run["exit_code"]) == ("failed", 1)
    assert run["metrics"]["loss"]["count"] == 3
    output = part(training, run["ref"], "output.log")
    assert "[rank1]: rank 1 complains" in output
    assert "[rank1]: step 2 loss 0.6667" in output  # it had no time to empty a buffer
    assert ("[rank1]: ValueError: loss: 7.0" if how == "--fail" else "exitcode  : 9") in output


def test_lines_come_at_once(training: GitFolder) -> None:
    command = [TORCHRUN, "--standalone", "--nproc-per-node=2", "ddp.py", "--stay"]
    with subprocess.Popen(
        [sys.executable, "-m", "gitexp", "run", "--", *command],
        cwd=training.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip

        def printed() -> bool:
            journals = (training.path / ".git" / "exp" / "live").glob("*")
            output = b"".join(read_spool(str(journal / "output")).data for journal in journals)
            return all(f"[rank{rank}]: rank {rank} complains".encode() in output for rank in range(2)) and all(
                f"[rank{rank}]: step 2 loss".encode() in output for rank in range(2)
            )

        wait_until(printed)
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert only_run(training)["status"] == "killed"


def test_a_single_process_and_one_that_the_user_has_a_word_in_print_as_ever(training: GitFolder) -> None:
    assert run_torch(training, processes=1) == 0
    assert run_torch(training, env={"PET_TEE": "0"}) == 0
    outputs = {manifest(training, ref)["command"][2][-1]: part(training, ref, "output.log") for ref in refs(training)}
    lines = outputs["1"].splitlines()  # two pipes, read as they fill: each keeps its order, and only that
    assert [line for line in lines if line.startswith("step")] == [f"step {n} loss {1 / (n + 1):.4f}" for n in range(3)]
    assert "rank 0 complains" in lines
    assert "[rank" not in outputs["1"]
    assert "rank 1 complains" in outputs["2"]  # two ranks share the pipe: a line of one may end in the other's
    assert "[rank" not in outputs["2"]

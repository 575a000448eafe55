"""When torchrun is told to say which rank printed a line, and when it is left alone."""

from __future__ import annotations

import os

import pytest

from gitexp.capture.launchers import tell_ranks_apart

TOLD = {
    "PET_TEE": "3",
    "PET_LOG_DIR": os.path.join("/journal", "ranks"),
    "TORCHELASTIC_LOG_LINE_PREFIX_TEMPLATE": "[rank${rank}]: ",
    "PYTHONUNBUFFERED": "1",
    "TQDM_MININTERVAL": "10",
}


@pytest.mark.parametrize(
    "command",
    [
        "torchrun --nproc-per-node 2 train.py",
        "/opt/venv/bin/torchrun --nproc_per_node=2 train.py --tee 3",
        "torchrun --nproc 2 train.py",
        "torchrun --nproc-per-node gpu train.py",
        "torchrun --standalone --nproc-per-node=8 -m package.train --log-dir out",
        "torchrun --nnodes 2 --node-rank 1 train.py",
        "torchrun --nnodes=1:4 train.py",
        "python -m torch.distributed.run --nproc-per-node 2 train.py",
        "python3.11 -u -m torch.distributed.launch --use-env --nproc_per_node 2 train.py",
        "python /opt/venv/bin/torchrun --nproc-per-node 2 train.py",
        "nice -n 5 torchrun --nproc-per-node 2 train.py",
        "uv run torchrun --nproc-per-node 2 train.py",
        "env A=1 python -m torch.distributed.run --nproc-per-node 2 train.py",
    ],
)
def test_ranks_are_told_apart(command: str) -> None:
    assert tell_ranks_apart(command.split(), {"PATH": "/bin"}, "/journal") == TOLD


@pytest.mark.parametrize(
    "command",
    [
        "python train.py",
        "python train.py torchrun --nproc-per-node 2",
        "srun torchrun --nproc-per-node 2 train.py",
        "torchrun train.py --nproc-per-node 2",
        "torchrun --standalone --nnodes=1 --nproc-per-node=1 train.py",
        "torchrun --nproc-per-node 2 --tee 1 train.py",
        "torchrun --nproc-per-node 2 -t3 train.py",
        "torchrun --nproc-per-node 2 -r 0:1 train.py",
        "torchrun --nproc-per-node 2 --redirects=3 train.py",
        "torchrun --nproc-per-node 2 --log_dir out train.py",
        "torchrun --nproc-per-node 2 --log-d out train.py",
        "echo torchrun --nproc-per-node 2",
        "",
    ],
)
def test_what_is_another_command_or_the_users_own_choice_is_left_alone(command: str) -> None:
    assert tell_ranks_apart(command.split(), {"PATH": "/bin"}, "/journal") == {}


@pytest.mark.parametrize("name", ["PET_TEE", "PET_REDIRECTS", "PET_LOG_DIR"])
def test_a_variable_of_the_user_leaves_all_to_torchrun(name: str) -> None:
    command = ["torchrun", "--nproc-per-node", "2", "train.py"]
    assert tell_ranks_apart(command, {name: "0"}, "/journal") == {}


def test_what_the_user_set_stays_as_it_is() -> None:
    command = ["torchrun", "--nproc-per-node", "2", "train.py"]
    told = tell_ranks_apart(command, {"PYTHONUNBUFFERED": "", "TQDM_MININTERVAL": "1"}, "/journal")
    assert told == {name: value for name, value in TOLD.items() if name.startswith(("PET_", "TORCH"))}


def test_the_number_of_processes_may_come_from_a_variable() -> None:
    assert tell_ranks_apart(["torchrun", "train.py"], {"PET_NPROC_PER_NODE": "4"}, "/journal") == TOLD
    assert tell_ranks_apart(["torchrun", "train.py"], {"PET_NNODES": "2"}, "/journal") == TOLD
    assert tell_ranks_apart(["torchrun", "train.py"], {}, "/journal") == {}

"""Params from a command's own words."""
# ruff: noqa: E501 - tables of cases

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.capture.flags import named_files, parse_command_params
from gitexp.capture.script_arguments import find_script_arguments

FLAGS = [
    ("--lr 0.1", {"lr": 0.1}), ("--lr=0.1", {"lr": 0.1}), ("--lr=1e-5 --epochs 3", {"lr": 1e-5, "epochs": 3}), ("-v", {"v": True}), ("-b 32", {"b": 32}),
    ("-b32", {"b": 32}), ("-vvv", {"v": 3}), ("-v -v", {"v": 2}), ("-lr 0.1", {"lr": 0.1}), ("-lr=0.1", {"lr": 0.1}), ("--verbose", {"verbose": True}),
    ("lr=0.1", {"lr": 0.1}), ("+trainer.x=1", {"trainer.x": 1}), ("++a=b", {"a": "b"}), ("~key", {"key": None}), ("~key=v", {"key": "v"}),
    ("model/backbone=resnet db@src=mysql", {"model/backbone": "resnet", "db@src": "mysql"}), ("'dims=[1,2]'", {"dims": [1, 2]}),
    ("--no-x", {"x": False}), ("--no-use-amp --lr 1", {"use_amp": False, "lr": 1}), ("--no_cuda", {"cuda": False}), ("--no-x=3", {"no_x": 3}),
    ("--no-repeat-ngram-size 3", {"no_repeat_ngram_size": 3}), ("--no-amp data/", {"amp": False}), ("--nodes 3", {"nodes": 3}),
    ("--tag a --tag b", {"tag": ["a", "b"]}), ("--x 1 2 --x 3", {"x": [[1, 2], 3]}), ("--x --no-x", {"x": [True, False]}), ("lr=1 --lr 2", {"lr": [1, 2]}),
    ("--opt a b c", {"opt": ["a", "b", "c"]}), ("--layers 64 64 32 --lr 1", {"layers": [64, 64, 32], "lr": 1}), ("-p lr 0.1", {"p": ["lr", 0.1]}),
    ("--bias -0.5", {"bias": -0.5}), ("--x -1e-3 --y -.5 --z -inf", {"x": -0.001, "y": -0.5, "z": float("-inf")}), ("--range -1 1", {"range": [-1, 1]}),
    ("--lr 0.1 -- --wd 3 x=1", {"lr": 0.1}), ("--lr -- 3", {"lr": True}), ("data/ out", {}), ("--lr 0.1 data/", {"lr": 0.1}), ("--set lr=0.1", {"set": True, "lr": 0.1}),
    ("--batch-size 32", {"batch_size": 32}), ("--batch_size 32", {"batch_size": 32}), ("--model.depth 4 --trainer.max-epochs=3", {"model.depth": 4, "trainer.max_epochs": 3}),
    ("--cfg '{\"a\": {\"b\": 1}}'", {"cfg.a.b": 1}), ("--name ''", {"name": ""}), ("--name=", {"name": ""}), ("--x=null", {"x": None}), ("--x null", {"x": None}),
    ("--name '\"1\"'", {"name": "1"}), ("--note 'two words'", {"note": "two words"}), ("--note '- a b'", {"note": "- a b"}), ("--url https://x.org/?a=b", {"url": "https://x.org/?a=b"}),
    ("s3://bucket/x=1/part.csv", {}), ("data/year=2020/part.csv", {}), ("-", {}), ("--in -", {"in": "-"}), ("--- x", {}), ("~/data", {}), ("--x=a=b", {"x": "a=b"}),
    ("--use true --debug False", {"use": True, "debug": False}), ("--date 2026-01-05 --id 1234e567", {"date": "2026-01-05", "id": "1234e567"}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "params"), FLAGS)
def test_flags(words: str, params: dict) -> None:
    assert parse_command_params(["python", "train.py", *shlex.split(words)]) == params
    assert json.dumps(parse_command_params(["./train", *shlex.split(words)])) == json.dumps(
        params
    )  # 1 is not 1.0, True is not 1


COMMANDS = [
    "python train.py", "python3.11 -u train.py", "python -m pkg.train", "python -um pkg.train", "python -mpkg.train", "python -X dev -W error -B train.py", "pypy3 train.py", "python -",
    "/opt/venv/bin/python -u -m pkg.train", "C:\\venv\\Scripts\\python.exe train.py", "python -c 'import sys'", "ipython train.py",
    "env A=b C=--x python train.py", "env -u HOME -i A=1 ./train", "nohup python train.py", "time -p python train.py", "nice -n 5 python train.py", "nice python train.py",
    "timeout 10 python train.py", "timeout -k 5 --signal=INT 10m python train.py", "stdbuf -oL python train.py", "taskset -c 0-3 python train.py", "numactl --cpunodebind=0 -m 0 ./train",
    "sudo -E -u bob PATH=/x python train.py", "nohup nice -n 5 timeout 10 python -u train.py",
    "uv run train.py", "uv run python train.py", "uv run --with torch --python 3.12 -- python train.py", "uv run -m pkg.train", "uv -q run --no-sync python -m pkg.train",
    "poetry run python train.py", "pipenv run ./train", "pdm run python train.py", "hatch run test:python train.py", "pixi run -e cuda python train.py",
    "conda run -n x python train.py", "conda run --no-capture-output --name x --cwd /y python -u train.py", "micromamba run -n x python train.py",
    "torchrun --nproc-per-node 2 train.py", "torchrun --standalone --nnodes=1 --nproc_per_node=2 -m pkg.train", "torchrun --nproc_per_node 2 --no-python ./train.sh",
    "python -m torch.distributed.run --nproc-per-node 2 train.py", "python -m torch.distributed.launch --nproc_per_node=2 train.py", "python -m cProfile -o out.prof train.py",
    "accelerate launch --config_file c.yaml --num_processes 2 train.py", "accelerate launch -m pkg.train", "deepspeed --num_gpus 2 train.py", "horovodrun -np 4 -H a:2,b:2 python train.py",
    "mpirun -n 4 python train.py", "mpirun -np 4 --hostfile h -x PATH ./train", "mpirun -n 4 python -m mpi4py.futures", "srun -n 4 -m block --gres=gpu:1 python train.py", "srun bash run.sh",
    "docker run --rm -m 4g -v /a:/b --gpus all image python train.py", "kubectl exec pod -- python train.py", "singularity exec --nv i.sif python train.py", "coverage run -m pkg.train",
    "bash train.sh", "bash -x -o pipefail train.sh", "sh ./train.sh", "Rscript --vanilla train.R", "julia --project=. -t 4 train.jl", "./train.py", "train", "yolo train",
    "nsys profile -o report python train.py", "ray job submit --address a -- python train.py", "poetry run torchrun --nproc-per-node 2 train.py", "conda run -n x accelerate launch train.py",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_only_the_scripts_own_flags_are_params(command: str) -> None:
    argv = [*shlex.split(command, posix="\\" not in command), "--lr", "0.1", "-v", "x=1"]
    assert parse_command_params(argv) == {"lr": 0.1, "v": True, "x": 1}


@pytest.mark.parametrize(
    "command",
    ["bash -c 'python train.py --lr 0.1'", "bash -lc 'x' --lr 0.1", "sh -ec 'python t.py --a 1'", "cmd /c train.bat --lr 1", "powershell -Command --lr 1", "", "python", "python -u",
     "python -m", "env A=b", "nice -n 5", "timeout 10", "uv run", "torchrun", "make train -j4 --jobs 3", "bash", "mpirun -n 4"],
)  # fmt: skip
def test_nothing_is_read_out_of_a_shells_text_or_a_tools_own_options(command: str) -> None:
    assert parse_command_params(shlex.split(command)) == {}


def test_of_make_only_assignments_count() -> None:
    assert parse_command_params(shlex.split("make -C src -j 4 train LR=0.1 DEPTH=3")) == {"LR": 0.1, "DEPTH": 3}


@given(
    st.lists(
        st.text()
        | st.sampled_from(
            ["python", "-m", "--", "env", "uv", "run", "torchrun", "bash", "-c", "--x", "x=1", "-", "nice", "-n"]
        )
    )
)
def test_any_command_can_be_read(argv: list[str]) -> None:
    rest = find_script_arguments(argv)
    assert rest == argv[len(argv) - len(rest) :] or all("=" in word for word in rest)
    assert all(isinstance(key, str) for key in parse_command_params(argv))
    assert set(named_files(argv, lambda path: True)) <= {
        part for word in argv for part in (word, word.partition("=")[2])
    }


def test_config_files_named_in_the_command() -> None:
    present = {"conf/a.yaml", "config.json", "b.toml", "c.yml", "results.json", "data/train.json", "launch.yaml"}
    argv = shlex.split(
        "accelerate launch --config_file launch.yaml train.py --config conf/a.yaml config.json --ds=b.toml model=c.yml "
        "--absent absent.yaml --output results.json --train-file data/train.json --config conf/a.yaml"
    )
    assert named_files(argv, present.__contains__) == ["conf/a.yaml", "config.json", "b.toml", "c.yml"]
    assert named_files(["python", "train.py"], lambda path: True) == []

"""A repository with a DVC pipeline of three stages, and DVC itself, which asks no server and writes nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib

PIPELINE = """\
stages:
  prepare:
    cmd: python src/prepare.py
    deps: [data/raw.txt, src/prepare.py]
    params: [prepare.rows]
    outs: [work/prepared]
  train:
    cmd: python src/train.py
    deps: [work/prepared, src/train.py]
    params: [train.lr, train.fail]
    outs: [model.bin]
  evaluate:
    cmd: python src/evaluate.py
    deps: [model.bin, src/evaluate.py]
    metrics:
    - scores.json: {cache: false}
    plots:
    - roc.csv: {cache: false, x: cost, y: gain}
"""
PARAMS = "prepare:\n  rows: 60\ntrain:\n  lr: 0.1\n  fail: false\nother: 5\n"
SCRIPTS = {
    "src/prepare.py": """\
import os, re
rows = int(re.search("rows: (.*)", open("params.yaml").read())[1])
os.makedirs("work/prepared", exist_ok=True)
lines = open("data/raw.txt").read().split()
open("work/prepared/one.txt", "w").write("\\n".join(lines[:rows]))
open("work/prepared/two.txt", "w").write("\\n".join(lines[rows:]))
""",
    "src/train.py": """\
import re, sys
params = open("params.yaml").read()
if "fail: true" in params:
    sys.exit("no convergence")
lr = re.search("lr: (.*)", params)[1]
open("model.bin", "wb").write(lr.encode() * 500_000)
""",
    "src/evaluate.py": """\
import json
lr = float(open("model.bin", "rb").read(3))
json.dump({"auc": 1 - lr, "loss": {"val": lr}}, open("scores.json", "w"))
open("roc.csv", "w").write(f"cost,gain\\n0,0\\n{lr},1\\n")
""",
}


def seal_dvc(folder: pathlib.Path) -> dict[str, str]:
    """Variables for a DVC that asks no server and writes nothing outside of a folder."""
    names = ("SITE_CACHE_DIR", "GLOBAL_CONFIG_DIR", "SYSTEM_CONFIG_DIR")
    places = {f"DVC_{name}": str(folder / name.lower()) for name in names}
    return {"DVC_NO_ANALYTICS": "1", "DVC_TEST": "true", **places}


def dvc(folder: GitFolder, *arguments: str, env: dict[str, str] | None = None) -> str:
    """Calls DVC and returns what it printed."""
    command = [sys.executable, "-m", "dvc", *arguments]
    result = subprocess.run(
        command,
        cwd=folder.path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **(env or {})},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def make_pipeline(path: pathlib.Path, env: dict[str, str]) -> GitFolder:
    """The repository, with nothing reproduced yet."""
    who = {f"GIT_{one}_{key}": word for one in ("AUTHOR", "COMMITTER") for key, word in WHO.items()}
    os.makedirs(path)
    for command in (["git", "init", "--quiet"], [sys.executable, "-m", "dvc", "init", "--quiet"]):
        subprocess.run(command, cwd=path, check=True, capture_output=True, env={**os.environ, **env}, timeout=120)
    folder = GitFolder(path)
    rows = "".join(f"{number}\n" for number in range(100))
    folder.gen({"dvc.yaml": PIPELINE, "params.yaml": PARAMS, "data/raw.txt": rows, **SCRIPTS})
    folder.gen({"data/.gitignore": "/raw.txt\n"})
    for command in (["git", "add", "--all"], ["git", "commit", "--quiet", "-m", "pipeline"]):
        subprocess.run(command, cwd=path, check=True, capture_output=True, env={**os.environ, **env, **who}, timeout=60)
    return folder


WHO = {"NAME": "Ada Lovelace", "EMAIL": "ada@example.org", "DATE": "2026-01-02T03:04:05+00:00"}

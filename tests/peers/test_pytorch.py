"""A PyTorch training under ``exp run``: byte for byte what it is alone, and recorded."""

from __future__ import annotations

import csv
import io
import pathlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import only_run, part, run_exp

if TYPE_CHECKING:
    from kit.git import GitFolder

pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
SCRIPT = pathlib.Path(__file__).parents[2] / "benchmarks" / "train_torch.py"
SHORTER = SCRIPT.read_text("utf-8").replace("range(40)", "range(3)")


@pytest.mark.parametrize(
    "ending", ["", "raise SystemExit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"]
)
def test_the_same_bytes_and_the_same_status(folder: GitFolder, ending: str) -> None:
    (folder.path / "train.py").write_text(f"{SHORTER}\n{ending}\n")
    line = [sys.executable, "train.py"]
    alone = subprocess.run(line, cwd=folder.path, capture_output=True, check=False, timeout=300)
    assert b"epoch 2 loss=" in alone.stdout

    recorded = subprocess.run(
        [sys.executable, "-m", "gitexp", "run", "--", *line],
        cwd=folder.path,
        capture_output=True,
        check=False,
        timeout=300,
    )

    assert recorded.stdout == alone.stdout
    # A shell says 128 + n of what signal n ended.
    assert recorded.returncode == (alone.returncode if alone.returncode >= 0 else 128 - alone.returncode)
    assert only_run(folder)["metrics"]["loss"]["count"] == 3


def test_what_tensors_say_through_the_api_is_what_the_script_prints(folder: GitFolder) -> None:
    (folder.path / "train.py").write_text(SHORTER)

    done = run_exp(folder, "run", "--", sys.executable, "train.py", "--log")

    assert done.status == 0, done.err
    run = only_run(folder)
    assert run["metrics"]["loss"]["source"] == "api"
    table = csv.DictReader(io.StringIO(part(folder, run["ref"], "metrics.csv")))
    rows = [row for row in table if row["loss"]]  # the printed accuracy has rows of its own
    said = [float(row["loss"]) for row in rows if row["epoch"] == "2"]
    printed = [line for line in done.out.splitlines() if line.startswith("epoch 2 ")]
    assert printed[0].split()[2] == f"loss={said[-1]:.6f}"
    assert len(rows) == 3 * len(said)

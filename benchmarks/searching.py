"""The best 20 of many runs under a filter, asked of gitexp and of what people use instead, in turns, in one session.

``python benchmarks/searching.py [--runs N] [--others PYTHON] [--rounds N]``: each tracker gets the same runs (10
params, 10 metrics of one step) and is asked in a process of its own, as a user would: MLflow by ``search_runs`` on
SQLite, Trackio by its SQL command, DVC by ``exp show``, which has no filter and shows all. OTHERS is an interpreter
that has MLflow, Trackio or DVC; what it lacks is passed over and said. The first time is told apart: caches and indexes
are empty then.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from repositories import make_run, make_runs, seal
from searching_rows import TOP, forget_index

if TYPE_CHECKING:
    from collections.abc import Callable

TRACKIO_SQL = (
    "select c.run_name, json_extract(m.metrics, '$.m2') best from metrics m join configs c on c.run_id = m.run_id"
    " where json_extract(m.metrics, '$.m1') > 0.5 and json_extract(c.config, '$.lr') < 0.05"
    " and json_extract(c.config, '$.status') = 'finished' order by best desc limit 20"
)
MLFLOW_FILL = """
import json, sys, time
from mlflow.entities import Metric, Param, RunStatus
from mlflow.tracking import MlflowClient
client = MlflowClient("sqlite:///mlflow.db")
for line in open(sys.argv[1], encoding="utf-8"):
    one = json.loads(line)
    run = client.create_run("0", run_name=one["name"]).info.run_id
    client.log_batch(
        run,
        metrics=[Metric(key, value, 0, 0) for key, value in one["metrics"].items()],
        params=[Param(key, str(value)) for key, value in one["params"].items()],
    )
    client.set_terminated(run, "FINISHED" if one["status"] == "finished" else "FAILED")
"""
MLFLOW_ASK = """
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
found = mlflow.search_runs(
    ["0"], "metrics.m1 > 0.5 and params.lr != '0.1' and attributes.status = 'FINISHED'",
    order_by=["metrics.m2 DESC"], max_results=20,
)
print(found.to_string())
"""
TRACKIO_FILL = """
import json, sys
from trackio import SQLiteStorage
for line in open(sys.argv[1], encoding="utf-8"):
    one = json.loads(line)
    config = {**one["params"], "status": one["status"]}
    SQLiteStorage.bulk_log("runs", one["name"], [one["metrics"]], [0], config=config, run_id=one["name"])
"""


def make_gitexp(runs: int, folder: str, environment: dict[str, str], others: str) -> tuple[list[str], str]:
    where = make_runs(runs, environment)
    forget_index(where)
    return [sys.executable, "-m", "gitexp", *TOP], where


def make_mlflow(runs: int, folder: str, environment: dict[str, str], others: str) -> tuple[list[str], str]:
    _run([others, "-c", MLFLOW_FILL, write_runs(runs, folder)], folder, environment)
    return [others, "-c", MLFLOW_ASK], folder


def make_trackio(runs: int, folder: str, environment: dict[str, str], others: str) -> tuple[list[str], str]:
    _run([others, "-c", TRACKIO_FILL, write_runs(runs, folder)], folder, environment)
    program = os.path.join(os.path.dirname(others), "trackio")
    return [program, "query", "project", "--project", "runs", "--sql", TRACKIO_SQL], folder


def make_dvc(runs: int, folder: str, environment: dict[str, str], others: str) -> tuple[list[str], str]:
    """Experiments as ``dvc exp run`` leaves them: a ref each, below that of the commit they began with."""
    for line in (["git", "init", "-q"], [others, "-m", "dvc", "init", "-q"]):
        _run(line, folder, environment)
    files = {
        "params.yaml": "lr: 0.1\n",
        "metrics.json": "{}\n",
        "dvc.yaml": "params: [params.yaml]\nmetrics: [metrics.json]\n",
    }
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    for line in (["git", "add", "-A"], ["git", "commit", "-q", "-m", "start"]):
        _run(line, folder, environment)
    head = _run(["git", "rev-parse", "HEAD"], folder, environment).strip()
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, env=environment, stdin=subprocess.PIPE) as git:
        assert git.stdin is not None
        for one in describe_runs(runs):
            params = "".join(f"{key}: {value}\n" for key, value in one["params"].items())
            git.stdin.write(
                f"commit refs/exps/{head[:2]}/{head[2:]}/{one['name']}\ncommitter A <a@example.org> {one['at']} +0000\n"
                f"data <<END\n{one['name']}\nEND\nfrom {head}\n"
                f"M 100644 inline params.yaml\ndata <<END\n{params}END\n"
                f"M 100644 inline metrics.json\ndata <<END\n{json.dumps(one['metrics'])}\nEND\n\n".encode()
            )
    _run(["git", "pack-refs", "--all"], folder, environment)
    sort = ["--sort-by", "metrics.json:m2", "--sort-order", "desc"]
    return [others, "-m", "dvc", "exp", "show", "--csv", *sort], folder


MAKE: dict[str, tuple[str, Callable[[int, str, dict[str, str], str], tuple[list[str], str]]]] = {
    "gitexp": ("gitexp", make_gitexp),
    "mlflow": ("mlflow", make_mlflow),
    "trackio": ("trackio", make_trackio),
    "dvc exp show": ("dvc", make_dvc),
}


def describe_runs(runs: int) -> list[dict[str, object]]:  # values of JSON
    """The runs of ``make_runs`` in plain words."""
    made = (make_run(number, "0" * 40, "0" * 40)[0] for number in range(runs))
    return [
        {
            "name": run.name,
            "status": run.status.value,
            "at": int(run.started_at.timestamp()),
            "params": run.params,
            "metrics": {key: summary.last for key, summary in run.metrics.items()},
        }
        for run in made
    ]


def write_runs(runs: int, folder: str) -> str:
    """A file with a run in each line."""
    path = os.path.join(folder, "runs.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(one)}\n" for one in describe_runs(runs))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--others", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--only", nargs="*", choices=tuple(MAKE), default=tuple(MAKE))
    arguments = parser.parse_args()
    asked: dict[str, tuple[list[str], str]] = {}
    first: dict[str, float] = {}
    taken: dict[str, list[float]] = {}
    missing = []
    with tempfile.TemporaryDirectory(prefix="gitexp-searching-") as scratch:
        environment = seal(os.path.join(scratch, "home")) | {
            "TRACKIO_DIR": os.path.join(scratch, "trackio-data"),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": os.path.join(scratch, "site"),
        }
        for name in arguments.only:
            module, make = MAKE[name]
            python = sys.executable if name == "gitexp" else arguments.others
            if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
                missing.append(name)
                continue
            folder = os.path.join(scratch, module)
            os.makedirs(folder)
            asked[name] = make(arguments.runs, folder, environment, arguments.others)
            first[name] = _time(*asked[name], environment)
        for number in range(arguments.rounds):
            for name in asked if number % 2 == 0 else reversed(asked):
                taken.setdefault(name, []).append(_time(*asked[name], environment))
    ours = [*taken.get("gitexp", [])]
    print(f"| the best 20 of {arguments.runs:,} runs | the first time, s | after that, s | of gitexp |")
    print("| --- | --- | --- | --- |")
    for name, times in taken.items():
        ratio = f"{statistics.median(one / our for one, our in zip(times, ours, strict=True)):.2g} ×" if ours else ""
        print(f"| {name} | {first[name]:.2f} | {statistics.median(times):.2f} | {ratio} |")
    if missing:
        print(f"\nnot installed: {', '.join(missing)}")


def _time(line: list[str], folder: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    _run(line, folder, environment)
    return time.perf_counter() - began


def _run(line: list[str], folder: str, environment: dict[str, str]) -> str:
    done = subprocess.run(line, cwd=folder, env=environment, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{line[:3]} ended with {done.returncode}:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout.decode()


if __name__ == "__main__":
    main()

"""Values logged a second by gitexp and by what people use instead, side by side: ``python benchmarks/loggers.py``.

Each logger gets a process of its own and logs the same numbers, once with one value a call and once with ten; the
loggers take turns, round after round, and the figure is the median of the rounds. Whatever is not installed in the
interpreter is passed over and said. Nothing is sent anywhere: W&B runs offline, MLflow writes to SQLite.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from repositories import seal

if TYPE_CHECKING:
    from collections.abc import Callable

    Log = Callable[[int, dict[str, float]], object]

CALLS = {"csv": 200_000, "gitexp": 200_000, "mlflow": 300, "dvclive": 2_000}
OTHERS = 20_000
NEEDS = {
    "csv": None,
    "gitexp": "gitexp",
    "tensorboard": "torch.utils.tensorboard",
    "tensorboardX": "tensorboardX",
    "wandb": "wandb",
    "mlflow": "mlflow",
    "trackio": "trackio",
    "dvclive": "dvclive",
}
WIDTHS = (1, 10)


def open_csv(width: int) -> tuple[Log, Callable[[], object]]:
    import csv

    file = open("metrics.csv", "w", newline="", encoding="utf-8")  # noqa: SIM115
    writer = csv.writer(file)

    def log(step: int, values: dict[str, float]) -> None:
        writer.writerow((step, *values.values()))
        file.flush()

    return log, file.close


def open_gitexp(width: int) -> tuple[Log, Callable[[], object]]:
    import gitexp

    assert gitexp.current() is not None, "not under exp run"
    return (lambda step, values: gitexp.log(values, step=step)), lambda: None


def open_tensorboard(width: int) -> tuple[Log, Callable[[], object]]:
    from torch.utils.tensorboard import SummaryWriter

    return _summary_writer(SummaryWriter("tb"))


def open_tensorboardx(width: int) -> tuple[Log, Callable[[], object]]:
    from tensorboardX import SummaryWriter

    return _summary_writer(SummaryWriter("tbx"))


def _summary_writer(writer: object) -> tuple[Log, Callable[[], object]]:
    add, close = writer.add_scalar, writer.close  # type: ignore[attr-defined]

    def log(step: int, values: dict[str, float]) -> None:
        for name, value in values.items():
            add(name, value, step)

    return log, close


def open_wandb(width: int) -> tuple[Log, Callable[[], object]]:
    import wandb

    run = wandb.init(mode="offline", project="loggers", dir=".", settings=wandb.Settings(silent=True))
    return (lambda step, values: run.log(values, step=step)), run.finish


def open_mlflow(width: int) -> tuple[Log, Callable[[], object]]:
    import mlflow

    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.start_run()
    return (lambda step, values: mlflow.log_metrics(values, step=step)), mlflow.end_run


def open_trackio(width: int) -> tuple[Log, Callable[[], object]]:
    import trackio

    trackio.init(project=f"loggers-{width}")
    return (lambda step, values: trackio.log(values, step=step)), trackio.finish


def open_dvclive(width: int) -> tuple[Log, Callable[[], object]]:
    from dvclive import Live

    live = Live("dvclive", save_dvc_exp=False, dvcyaml=None)

    def log(step: int, values: dict[str, float]) -> None:
        for name, value in values.items():
            live.log_metric(name, value)
        live.next_step()

    return log, live.end


OPEN = {
    "csv": open_csv,
    "gitexp": open_gitexp,
    "tensorboard": open_tensorboard,
    "tensorboardX": open_tensorboardx,
    "wandb": open_wandb,
    "mlflow": open_mlflow,
    "trackio": open_trackio,
    "dvclive": open_dvclive,
}


def log_numbers(name: str, width: int, out: str) -> None:
    """Logs in this process, and writes how many values a second it took and how long the end did."""
    log, close = OPEN[name](width)
    calls = CALLS.get(name, OTHERS)
    names = [f"metric_{number}" for number in range(width)]
    rows = [dict.fromkeys(names, number * 7919 % 9973 / 9973) for number in range(100)]
    for step in range(min(100, calls)):
        log(step, rows[step % 100])
    began = time.perf_counter()
    for step in range(100, 100 + calls):
        log(step, rows[step % 100])
    took = time.perf_counter() - began
    began = time.perf_counter()
    close()
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"values": calls * width / took, "close": time.perf_counter() - began}, file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--log", nargs=3, metavar=("NAME", "WIDTH", "OUT"), help="log in this process")
    arguments = parser.parse_args()
    if arguments.log:
        log_numbers(arguments.log[0], int(arguments.log[1]), arguments.log[2])
        return
    found = [name for name, module in NEEDS.items() if module is None or _is_installed(module)]
    measured: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="gitexp-loggers-") as scratch:
        environment = seal(os.path.join(scratch, "home"))
        folder = os.path.join(scratch, "repository")
        for line in (["init", "-q", folder], ["-C", folder, "commit", "-q", "--allow-empty", "-m", "start"]):
            subprocess.run(["git", *line], env=environment, check=True)
        for number in range(arguments.rounds):
            for width in WIDTHS:
                for name in found if number % 2 == 0 else reversed(found):
                    measured.setdefault((name, width), []).append(_measure(name, width, scratch, folder, environment))
    csv = {width: statistics.median(measured["csv", width]) for width in WIDTHS}
    print("| logger | one value a call: values/s | of CSV with flush | ten: values/s | of CSV with flush |")
    print("| --- | --- | --- | --- | --- |")
    for name in found:
        cells = []
        for width in WIDTHS:
            value = statistics.median(measured[name, width])
            cells += [f"{value:,.0f}", f"{value / csv[width]:.3g} ×"]
        print(f"| {name} | {' | '.join(cells)} |")
    missing = [name for name in NEEDS if name not in found]
    if missing:
        print(f"\nnot installed: {', '.join(missing)}")


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _measure(name: str, width: int, scratch: str, folder: str, environment: dict[str, str]) -> float:
    out = os.path.join(scratch, "out.json")
    work = [sys.executable, os.path.abspath(__file__), "--log", name, str(width), out]
    if name == "gitexp":
        work = [sys.executable, "-m", "gitexp", "run", "--quiet", "--", *work]
    where = folder if name == "gitexp" else tempfile.mkdtemp(dir=scratch)
    done = subprocess.run(work, cwd=where, env=environment, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.decode(errors='replace')[-2000:]}")
    with open(out, encoding="utf-8") as file:
        value: float = json.load(file)["values"]
    print(f"{name}, {width}: {value:,.0f} values/s", file=sys.stderr, flush=True)
    return value


if __name__ == "__main__":
    main()

"""The rows of the budget about the API: a call of log against a CSV row with flush, and what a training notices."""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

from measure import Command, Result, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from rows import Ground

HERE = os.path.dirname(os.path.abspath(__file__))
LOOP = os.path.join(HERE, "log_loop.py")
ROUNDS = 9


def log_one(ground: Ground) -> Result:
    return _compare(
        ground,
        "log-one",
        "`gitexp.log` of one value, against a CSV row with flush",
        1.0,
        ("gitexp", 1, 200_000),
        ("csv", 1, 200_000),
    )


def log_ten(ground: Ground) -> Result:
    return _compare(
        ground,
        "log-ten",
        "`gitexp.log` of ten values, against a CSV row with flush",
        1 / 1.4,
        ("gitexp", 10, 100_000),
        ("csv", 10, 100_000),
    )


def log_loop(ground: Ground) -> Result:
    return _compare(
        ground,
        "log-loop",
        "a loop with some 1,000 logs a second, against the loop alone",
        1.02,
        ("working-gitexp", 1, 2_000),
        ("working", 1, 2_000),
    )


def train(ground: Ground) -> Row | None:
    if importlib.util.find_spec("torch") is None:
        return None
    folder = ground.files(1000)
    script = os.path.join(HERE, "train_torch.py")
    return Row(
        "train",
        "a small PyTorch training under `exp run`",
        1.1,
        {
            "a": Command([ground.exp, "run", "--quiet", "--", "python", script], folder),
            "b": Command(["python", script], folder),
            "c": Command([ground.exp, "run", "--quiet", "--", "python", script, "--log"], folder),
        },
        note="c is a with a call of log for each of 1,160 batches; no budget says so: what people would notice",
        most=7,
    )


def _compare(
    ground: Ground, name: str, work: str, budget: float, one: tuple[str, int, int], other: tuple[str, int, int]
) -> Result:
    """Times two loops from inside, in turns; both run under ``exp run``, so that the machine does the same."""
    folder = ground.files(20)
    out = os.path.join(ground.scratch, "seconds")
    times: dict[str, list[float]] = {"a": [], "b": []}
    for number in range(ROUNDS + 1):
        pairs = [("a", one), ("b", other)]
        for letter, (mode, width, calls) in pairs if number % 2 else reversed(pairs):
            line = ["python", LOOP, mode, str(width), str(calls), out]
            subprocess.run(
                [ground.exp, "run", "--quiet", "--no-capture", "--", *line],
                cwd=folder,
                env=ground.environment,
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=sys.stderr,
            )
            with open(out, encoding="ascii") as file:
                if number:  # the first round warms up
                    times[letter].append(float(file.read()) / calls)
    ratios = sorted(a / b for a, b in zip(times["a"], times["b"], strict=True))
    return Result(
        name=name,
        work=work,
        budget=round(budget, 3),
        ratio=statistics.median(ratios),
        low=ratios[round(0.1 * (len(ratios) - 1))],
        high=ratios[round(0.9 * (len(ratios) - 1))],
        rounds=ROUNDS,
        formula="a / b",
        unit="µs a call",
        values={letter: round(1e6 * statistics.median(all_of), 3) for letter, all_of in times.items()},
        lines={
            letter: f"log_loop.py {mode} {width} {calls}" for letter, (mode, width, calls) in (("a", one), ("b", other))
        },
        note="",
    )


LOGGING_ROWS: dict[str, Callable[[Ground], Row | Result | None]] = {
    "log-one": log_one,
    "log-ten": log_ten,
    "log-loop": log_loop,
    "train": train,
}

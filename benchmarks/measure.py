"""Times commands against each other: in turns, so that a busy moment of the machine hits all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Prepare = Callable[[], None]


@dataclass(frozen=True)
class Command:
    """What is timed: a command line (a string goes to sh), where it runs, and what is undone before each time."""

    line: list[str] | str
    folder: str
    prepare: Prepare | None = None
    stamp: str | None = None
    """A file into which the command writes the time (seconds since 1970) that counts as its end."""


@dataclass(frozen=True)
class Row:
    """One line of the budget: commands by letter, and how a ratio is made of their times."""

    name: str
    work: str
    budget: float
    commands: dict[str, Command]
    ratio: Callable[[dict[str, float]], float] = field(default=lambda times: times["a"] / times["b"])
    formula: str = "a / b"
    note: str = ""
    most: int | None = None
    """The most repeats that this row is worth, where one takes long."""


@dataclass(frozen=True)
class Result:
    """``values`` are medians by letter, ``ratio`` that of the rounds; 80 % of these lie from ``low`` to ``high``."""

    name: str
    work: str
    budget: float
    ratio: float
    low: float
    high: float
    rounds: int
    formula: str
    unit: str
    values: dict[str, float]
    lines: dict[str, str]
    note: str


def measure(row: Row, repeats: int, environment: dict[str, str]) -> Result:
    """Runs each command once to warm up, then all of them in turn, as often as said. Raises where one fails."""
    rounds = min(repeats, row.most or repeats)
    for command in row.commands.values():
        _time(command, environment)
    times = []
    for number in range(rounds):
        letters = list(row.commands)
        if number % 2:
            letters.reverse()  # whoever comes second finds the caches warmer
        times.append({letter: _time(row.commands[letter], environment) for letter in letters})
    ratios = sorted(row.ratio(one) for one in times)
    return Result(
        name=row.name,
        work=row.work,
        budget=row.budget,
        ratio=statistics.median(ratios),
        low=_percentile(ratios, 0.1),
        high=_percentile(ratios, 0.9),
        rounds=rounds,
        formula=row.formula,
        unit="ms",
        values={letter: round(1000 * statistics.median(one[letter] for one in times), 2) for letter in row.commands},
        lines={
            letter: command.line if isinstance(command.line, str) else " ".join(command.line)
            for letter, command in row.commands.items()
        },
        note=row.note,
    )


def _percentile(ordered: list[float], part: float) -> float:
    return ordered[round(part * (len(ordered) - 1))]


def _time(command: Command, environment: dict[str, str]) -> float:
    if command.prepare is not None:
        command.prepare()
    began = time.time() if command.stamp else time.perf_counter()
    done = subprocess.run(
        command.line if isinstance(command.line, list) else ["sh", "-c", command.line],
        cwd=command.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{command.line} ended with {done.returncode}:\n{done.stderr.decode(errors='replace')}")
    if command.stamp:
        with open(os.path.join(command.folder, command.stamp), encoding="ascii") as file:
            return float(file.read()) - began
    return took

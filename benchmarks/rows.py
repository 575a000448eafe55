"""The rows of the budget that can be measured, each as what it times."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data_rows import DATA_ROWS
from logging_rows import LOGGING_ROWS
from measure import Command, Result, Row
from repositories import make_files, make_interpreter, make_runs
from searching_rows import SEARCHING_ROWS
from sharing_rows import SHARING_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

STORAGE_BUDGET = 4096
STAMP = "import time; open('stamp', 'w').write(repr(time.time()))"


@dataclass
class Ground:
    """Where it is measured; what is slow to make is made when the first row asks for it."""

    scratch: str
    environment: dict[str, str]
    full: bool

    def __post_init__(self) -> None:
        self.programs = make_interpreter(os.path.join(self.scratch, "interpreter"))
        self.python = os.path.join(self.programs, "python")
        self.exp = os.path.join(self.programs, "exp")
        self.environment["PATH"] = self.programs + os.pathsep + self.environment["PATH"]
        self._made: dict[str, str] = {}

    def files(self, files: int, changed: int = 0) -> str:
        """A repository of so many files."""
        name = f"files-{files}-{changed}"
        if name not in self._made:
            self._made[name] = make_files(os.path.join(self.scratch, name), files, self.environment, changed)
        return self._made[name]

    def runs(self, runs: int) -> str:
        """A repository of so many runs."""
        return make_runs(runs, self.environment)

    def bare(self, imports: str) -> Command:
        """An interpreter that starts, imports and ends."""
        return Command([self.python, "-c", f"import {imports}" if imports else "pass"], self.scratch)


def run_whole(ground: Ground) -> Row:
    folder = ground.files(1000)
    return Row(
        "run-whole",
        "`exp run -- true`, 1,000 files, 300 packages, whole process",
        2.2,
        {"a": Command([ground.exp, "run", "--quiet", "--", "true"], folder), "b": ground.bare("typer, dulwich.repo")},
    )


def run_whole_python(ground: Ground) -> Row:
    folder = ground.files(1000)
    return Row(
        "run-whole-python",
        "the same with `python -c pass`, whose 300 packages are listed",
        2.2,
        {
            "a": Command([ground.exp, "run", "--quiet", "--", "python", "-c", "pass"], folder),
            "b": ground.bare("typer, dulwich.repo"),
            "c": ground.bare(""),
        },
        ratio=lambda times: (times["a"] - times["c"]) / times["b"],
        formula="(a - c) / b",
        note="c is what the command itself takes",
    )


def run_start(ground: Ground) -> Row:
    folder = ground.files(1000)
    line = ["python", "-S", "-E", "-c", STAMP]
    return Row(
        "run-start",
        "from `exp run` to the first line of the script",
        1.3,
        {
            "a": Command([ground.exp, "run", "--quiet", "--", *line], folder, stamp="stamp"),
            "b": ground.bare("typer, dulwich.repo"),
            "c": Command([os.path.join(ground.programs, "python"), *line[1:]], folder, stamp="stamp"),
        },
        ratio=lambda times: (times["a"] - times["c"]) / times["b"],
        formula="(a - c) / b",
        note="c is the interpreter's own start until that line",
    )


def run_many_files(ground: Ground) -> Row:
    files = 100_000 if ground.full else 20_000
    folder = ground.files(files, changed=5)
    return Row(
        "run-many-files",
        f"`exp run -- true` in {files:,} files, 5 changed, beyond that in 1,000 files",
        2.0,
        {
            "a": Command([ground.exp, "run", "--quiet", "--", "true"], folder),
            "b": Command(["git", "status"], folder),
            "c": Command([ground.exp, "run", "--quiet", "--", "true"], ground.files(1000)),
        },
        ratio=lambda times: (times["a"] - times["c"]) / times["b"],
        formula="(a - c) / b",
        note="" if ground.full else "100,000 files with --full",
        most=9,
    )


def output(ground: Ground) -> Row:
    folder = ground.files(1000)
    script = os.path.join(ground.scratch, "emit.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write("line = 'x' * 99\nfor number in range(1_000_000):\n    print(line)\n")
    out = os.path.join(ground.scratch, "out")
    return Row(
        "output",
        "100 MB of output through `exp run`",
        1.3,
        {
            "a": Command(f"exec '{ground.exp}' run --quiet -- python '{script}' > '{out}'", folder),
            "b": Command(f"python '{script}' | cat > '{out}'", folder),
        },
        most=7,
    )


def version(ground: Ground) -> Row:
    return Row(
        "version",
        "`exp --version`",
        1.3,
        {"a": Command([ground.exp, "--version"], ground.scratch), "b": ground.bare("typer")},
    )


def ls_help(ground: Ground) -> Row:
    return Row(
        "ls-help",
        "`exp ls --help`",
        3.0,
        {"a": Command([ground.exp, "ls", "--help"], ground.scratch), "b": ground.bare("typer")},
    )


def import_gitexp(ground: Ground) -> Row:
    return Row("import", "`import gitexp`", 1.3, {"a": ground.bare("gitexp"), "b": ground.bare("")})


def storage(ground: Ground) -> Result:
    """Packed bytes of a run with 10 params, 10 metrics and 10 steps, among 50 of one script."""
    runs = 50
    folder = ground.files(10)
    with open(os.path.join(folder, "steps.py"), "w", encoding="utf-8") as file:
        file.write(
            "import random\nfor step in range(10):\n"
            "    print(f'step={step}', *(f'm{n}={random.random():.6f}' for n in range(10)))\n"
        )
    _git(ground, folder, "add", "-A")
    _git(ground, folder, "commit", "-q", "-m", "steps")
    before = _packed(ground, folder)
    for number in range(runs):
        params = [part for place in range(10) for part in ("--param", f"p{place}={number * place / 7:.4f}")]
        subprocess.run(
            [ground.exp, "run", "--quiet", *params, "--", "python", "steps.py"],
            cwd=folder,
            env=ground.environment,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )
    recorded = len(_git(ground, folder, "for-each-ref", "refs/runs").splitlines())
    if recorded != runs:
        raise RuntimeError(f"{recorded} runs recorded of {runs}")
    per_run = (_packed(ground, folder) - before) / runs
    return Result(
        name="storage",
        work="storage of a run: 10 params, 10 metrics, 10 steps",
        budget=1.0,
        ratio=per_run / STORAGE_BUDGET,
        low=per_run / STORAGE_BUDGET,
        high=per_run / STORAGE_BUDGET,
        rounds=1,
        formula="a / b",
        unit="bytes",
        values={"a": round(per_run), "b": STORAGE_BUDGET},
        lines={"a": f"growth of pack and index after `git repack -adf`, by {runs} runs", "b": "4 KiB"},
        note="",
    )


def _git(ground: Ground, folder: str, *line: str) -> str:
    done = subprocess.run(["git", *line], cwd=folder, env=ground.environment, check=True, capture_output=True)
    return done.stdout.decode()


def _packed(ground: Ground, folder: str) -> int:
    _git(ground, folder, "repack", "-adfq")
    packs = os.path.join(folder, ".git", "objects", "pack")
    return sum(
        os.path.getsize(os.path.join(packs, name)) for name in os.listdir(packs) if name.endswith((".pack", ".idx"))
    )


ROWS: dict[str, Callable[[Ground], Row | Result | None]] = {
    "run-whole": run_whole,
    "run-whole-python": run_whole_python,
    "run-start": run_start,
    "run-many-files": run_many_files,
    "output": output,
    "version": version,
    "ls-help": ls_help,
    **SEARCHING_ROWS,
    "import": import_gitexp,
    "storage": storage,
    **LOGGING_ROWS,
    **SHARING_ROWS,
    **DATA_ROWS,
}

"""Measures the budgets: ``python benchmarks/run.py [NAMES] [--repeats N] [--full] [--keep LABEL]``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime

from measure import Result, measure
from repositories import seal
from rows import ROWS, Ground

from gitexp import __version__

RESULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")


def main() -> int:
    arguments = parse_arguments()
    names = arguments.names or list(ROWS)
    results = []
    began = measure_load()
    with tempfile.TemporaryDirectory(prefix="gitexp-benchmark-") as scratch:
        environment = seal(os.path.join(scratch, "home"))
        ground = Ground(scratch, environment, arguments.full)
        for name in names:
            made = ROWS[name](ground)
            if made is None:
                print(
                    f"{name:17} passed over: what it needs is not installed, or it takes --full",
                    file=sys.stderr,
                    flush=True,
                )
                continue
            result = made if isinstance(made, Result) else measure(made, arguments.repeats, environment)
            results.append(result)
            print(format_line(result), file=sys.stderr, flush=True)
    table = format_table(results)
    print(table)
    if arguments.keep:
        os.makedirs(RESULTS, exist_ok=True)
        machine = describe_machine() | {"load": f"{began} to {measure_load()}"}
        document = {"machine": machine, "results": [describe_result(result, scratch) for result in results]}
        with open(os.path.join(RESULTS, f"{arguments.keep}.json"), "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1, ensure_ascii=False)
            file.write("\n")
        with open(os.path.join(RESULTS, f"{arguments.keep}.md"), "w", encoding="utf-8") as file:
            file.write(f"{'; '.join(f'{key} {value}' for key, value in machine.items())}\n\n{table}\n")
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--repeats", type=int, default=15, help="rounds of each row (15)")
    parser.add_argument("--full", action="store_true", help="100,000 files and 100,000 runs: minutes to make")
    parser.add_argument("--keep", metavar="LABEL", help="write benchmarks/results/LABEL.json and .md")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in ROWS:
            parser.error(f"no row {name!r}; there are {', '.join(ROWS)}")
    return arguments


def describe_machine() -> dict[str, str]:
    """What the figures depend on."""
    git = subprocess.run(["git", "--version"], capture_output=True, check=True).stdout.decode().split()[2]
    return {
        "gitexp": __version__,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "python": platform.python_version(),
        "git": git,
        "system": platform.system(),
        "cores": str(os.cpu_count()),
    }


def describe_result(result: Result, scratch: str) -> dict[str, object]:
    """A result's fields, without the folders of this machine."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    lines = {
        letter: line.replace(f"{scratch}{os.sep}", "").replace(f"{here}{os.sep}", "")
        for letter, line in result.lines.items()
    }
    return asdict(result) | {"lines": lines}


def measure_load() -> str:
    """How many processes wanted a core in the last minute: the ratios hold on a busy machine, their spread does not."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def format_line(result: Result) -> str:
    values = ", ".join(f"{letter} {value:g}" for letter, value in result.values.items())
    verdict = "within" if result.ratio <= result.budget else "OVER"
    return (
        f"{result.name:17} {result.ratio:6.2f} ({result.low:.2f} to {result.high:.2f})  {verdict} {result.budget:g}"
        f"   {values} {result.unit}"
    )


def format_table(results: list[Result]) -> str:
    lines = ["| work | budget | ratio | 10 to 90 % | within | medians |", "| --- | --- | --- | --- | --- | --- |"]
    for result in results:
        values = ", ".join(f"{letter} {value:g}" for letter, value in result.values.items())
        lines.append(
            f"| {result.work} | {result.budget:g} | {result.ratio:.2f} = {result.formula} "
            f"| {result.low:.2f} to {result.high:.2f} | {'yes' if result.ratio <= result.budget else '**no**'} "
            f"| {values} {result.unit} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""Runs one command through gitexp's observer and exits as it did: ``python observed.py [options] -- command…``.

A script, so that tests see the observer as a process of its own, with streams, terminal and signals of their choice.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from gitexp.capture.keeping import Keeping
from gitexp.capture.process import run_command
from gitexp.capture.spool import Spool


def main() -> int:
    """Runs the command; ``--report`` gets the ending as JSON, ``--started`` a line with both process ids."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--spool")
    parser.add_argument("--limit", type=int, default=10_000_000)
    parser.add_argument("--no-capture", action="store_true")
    parser.add_argument("--directory", default=".")
    parser.add_argument("--report")
    parser.add_argument("--started")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    def tell_start(pid: int) -> None:
        with open(options.started + ".new", "w", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {pid}\n")
        os.replace(options.started + ".new", options.started)

    keeping = Keeping()
    ending = run_command(
        options.command,
        directory=options.directory,
        variables=os.environ,
        spool=Spool(options.spool, options.limit) if options.spool else None,
        capture=not options.no_capture,
        on_start=tell_start if options.started else None,
        keeping=keeping,
    )
    keeping.dismiss()
    if options.report:
        with open(options.report, "w", encoding="utf-8") as file:
            json.dump(ending._asdict(), file)
    return ending.status


if __name__ == "__main__":
    sys.exit(main())

"""The rows of the budget about listings and searches among many runs."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from measure import Command, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from rows import Ground

READ = "git for-each-ref --format='%(objectname)' refs/runs | git cat-file --batch --buffer > /dev/null"
WHERE = "metrics.m1 > 0.5 and params.lr < 0.05 and status == 'finished'"
TOP = ["ls", "--where", WHERE, "--top", "20", "--by=-metrics.m2"]
BEST = (
    "select r.name, m.last from metrics m join runs r on r.id = m.run"
    " where m.key = 'm2' and r.status = 'finished' order by m.last desc limit 20"
)
EXTRA = "refs/runs/default/zzzzzzzzzz"
FEW = 10_000
"""Of more runs the row takes --full."""


def ls_many(runs: int, budget: float) -> Callable[[Ground], Row | None]:
    """The newest 20, nothing changed since the last listing."""

    def make(ground: Ground) -> Row | None:
        if runs > FEW and not ground.full:
            return None
        return Row(
            "ls-many" if runs == FEW else f"ls-many-{runs}",
            f"`exp ls` of 20 among {runs:,} runs, index warm",
            budget,
            {
                "a": Command([ground.exp, "ls", "-n", "20"], ground.runs(runs)),
                "b": ground.bare("typer, rich.table, sqlite3"),
            },
        )

    return make


def ls_changed(runs: int, budget: float) -> Callable[[Ground], Row | None]:
    """The newest 20 when a ref came or went since the last listing."""

    def make(ground: Ground) -> Row | None:
        if runs > FEW and not ground.full:
            return None
        folder = ground.runs(runs)
        loose = os.path.join(folder, ".git", *EXTRA.split("/"))

        def change() -> None:
            # A run whose id its commit does not bear: it is told, and read again each time, as a new one would be.
            line = ["update-ref", "-d", EXTRA] if os.path.exists(loose) else ["update-ref", EXTRA, "HEAD"]
            subprocess.run(["git", *line], cwd=folder, env=ground.environment, check=True)

        return Row(
            "ls-changed" if runs == FEW else f"ls-changed-{runs}",
            f"`exp ls` of 20 among {runs:,} runs when one ref changed",
            budget,
            {
                "a": Command([ground.exp, "ls", "-n", "20"], folder, prepare=change),
                "b": ground.bare("typer, rich.table, sqlite3"),
            },
        )

    return make


def ls_first(runs: int) -> Callable[[Ground], Row | None]:
    """The first listing: every commit is read."""

    def make(ground: Ground) -> Row | None:
        if runs > FEW and not ground.full:
            return None
        folder = ground.runs(runs)
        return Row(
            "ls-first" if runs == FEW else f"ls-first-{runs}",
            f"first listing of {runs:,} unseen runs",
            10.0,
            {
                "a": Command([ground.exp, "ls", "-n", "20"], folder, prepare=lambda: forget_index(folder)),
                "b": Command(READ, folder),
            },
            most=15 if runs <= FEW else 3,
        )

    return make


def top(runs: int, budget: float, *, first: bool = False) -> Callable[[Ground], Row | None]:
    """The best 20 under a filter."""

    def make(ground: Ground) -> Row | None:
        if runs > FEW and not ground.full:
            return None
        folder = ground.runs(runs)
        forget = (lambda: forget_index(folder)) if first else None
        return Row(
            f"top-first-{runs}" if first else f"top-{runs}",
            f"`exp ls --where … --top 20 --by …` among {runs:,} runs{', without an index' if first else ''}",
            budget,
            {"a": Command([ground.exp, *TOP], folder, prepare=forget), "b": Command(READ, folder)},
            most=15 if runs < FEW else 9 if runs == FEW else 3,
        )

    return make


def query(ground: Ground) -> Row:
    """The best 20 in SQL."""
    folder = ground.runs(FEW)
    return Row(
        "query",
        f"`exp query` of the best 20 of {FEW:,} runs",
        5.0,
        {"a": Command([ground.exp, "query", BEST], folder), "b": Command(READ, folder)},
    )


def forget_index(folder: str) -> None:
    """Removes the index, so that the next listing is the first."""
    path = os.path.join(folder, ".git", "exp", "index.sqlite")
    if os.path.exists(path):
        os.remove(path)


SEARCHING_ROWS: dict[str, Callable[[Ground], Row | None]] = {
    "ls-many": ls_many(FEW, 1.5),
    "ls-many-100000": ls_many(100_000, 2.0),
    "ls-changed": ls_changed(FEW, 1.7),
    "ls-changed-100000": ls_changed(100_000, 2.2),
    "ls-first": ls_first(FEW),
    "ls-first-100000": ls_first(100_000),
    "top-1000": top(1_000, 25.0),
    "top-10000": top(FEW, 10.0),
    "top-100000": top(100_000, 10.0),
    "top-first-1000": top(1_000, 40.0, first=True),
    "top-first-10000": top(FEW, 35.0, first=True),
    "top-first-100000": top(100_000, 35.0, first=True),
    "query": query,
}

"""Runs for folds: several months, fixed ids, and what Git has of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitexp.git.objects import ObjectWriter
from gitexp.git.refs import update_refs
from gitexp.git.repository import open_repository
from gitexp.model.annotations import Statement
from gitexp.model.run import User
from gitexp.store.annotating import annotate
from gitexp.store.project import Project
from gitexp.store.runs import RunStore
from kit.runs import STARTED
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

    from gitexp.model.head import RunHead
    from kit.git import GitFolder

IDS = ("k3v9x2mabc", "p7qw4n8hde", "t2zc9x1k0f", "h8yb3d6m2g", "q9ne1w3t6k")
"""In order of their starts: the first four began in November 2025 and on the last day of it, the fifth in December."""
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
_STARTS = ("2025-11-03T10:00", "2025-11-03T11:00", "2025-11-04T10:00", "2025-11-30T23:59", "2025-12-01T00:01")


def store_old_runs(folder: GitFolder) -> None:
    """Five ended runs of a year ago, the fourth of experiment ``other``."""
    for number, (run_id, start) in enumerate(zip(IDS, _STARTS, strict=True)):
        began = datetime.fromisoformat(f"{start}+00:00")
        minutes = (began - STARTED.replace(microsecond=0)).total_seconds() / 60
        run = plan_run(
            folder, run_id, minutes=minutes, params={"lr": number}, metrics={"loss": number / 8},
            experiment="other" if number == 3 else "default",
        )  # fmt: skip
        store_run(folder, run, {"output.log": f"run {number}\n".encode()})


def store_of(folder: GitFolder | pathlib.Path) -> RunStore:
    """The store of a folder, as no project's settings have it."""
    from gitexp.model.settings import Settings

    return RunStore(open_repository(str(getattr(folder, "path", folder))), Project(".", Settings()))


def say_of(folder: GitFolder, run_id: str, *statements: Statement, by: str = "Ada") -> str:
    """Says something of a run and moves its ref; returns the commit."""
    store = store_of(folder)
    head = head_of(folder, run_id)
    with ObjectWriter(store.repository) as writer:
        user = User(by, "x@example.org")
        said = annotate(writer, head, store.load(head), statements, by=user, now=NOON, sign=False)
        update_refs(store.repository, [said.change])
    return said.commit


def head_of(folder: GitFolder, run_id: str) -> RunHead:
    """A run as a listing has it."""
    return next(head for head in store_of(folder).heads().runs if head.id == run_id)


def note(text: str) -> Statement:
    """A note."""
    return Statement("note", text)

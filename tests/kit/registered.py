"""A registry with a past: a model of three versions, each with a run and bytes, made without running anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gitexp.model.registry import EMPTY, Entry, Version, VersionArtifact
from gitexp.model.registry_changes import add_entry, add_version
from kit.large import artifact, item, keep_bytes
from kit.registries import put_registry
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from gitexp.model.registry import Registry
    from gitexp.model.run import Run
    from kit.git import GitFolder

DAY = datetime(2026, 3, 1, tzinfo=UTC)
ADA = "Ada Lovelace <ada@example.org>"
BOB = "Bob <bob@example.org>"
FEATURES = b"a,b\n1,2\n"
PREPARED = "h8yb3d6m2g"
RUNS = ("k3v9x2mabc", "p7qw4n8hde", "t2zc9x1k0f")
HOSTILE = "<img src=x onerror=alert(1)> \x1b[2J \u202eevil"


def weights_of(number: int) -> bytes:
    """The bytes of a version."""
    return f"weights {number}".encode() * 1000


def on_day(days: float) -> datetime:
    """So many days after the first of March 2026, in UTC."""
    return DAY + timedelta(days=days)


def plan_trained(folder: GitFolder, number: int, **fields: Any) -> Run:
    """The run of a version: it read what another run wrote."""
    content = weights_of(number)
    known = {
        "minutes": 10.0 * number,
        "metrics": {"val_auc": 0.9 + number / 100, "loss": 1 / number},
        "params": {"lr": 0.01 * number},
        "artifacts": (
            artifact("out/model.pt", keep_bytes(folder, content), len(content)),
            artifact("log.txt", None, 1, "no", why="never kept"),
        ),
        "data": (item("features.csv", keep_bytes(folder, FEATURES), len(FEATURES), files=1),),
    }
    return plan_run(folder, RUNS[number - 1], **{**known, **fields})


def store_registry(folder: GitFolder, runs: dict[int, Run] | None = None) -> Registry:
    """Stores the runs and writes the file: v1 was in production until v2 came, the champion; v3 is in staging."""
    written = (artifact("build/features.csv", keep_bytes(folder, FEATURES), len(FEATURES)),)
    store_run(folder, plan_run(folder, PREPARED, name="prepare", artifacts=written, command=("python", "prepare.py")))
    registry = EMPTY
    for number in (1, 2, 3):
        run = (runs or {}).get(number) or plan_trained(folder, number)
        commit = store_run(folder, run)
        made = next(one for one in run.artifacts if one.path == "out/model.pt")
        assert made.md5 is not None
        version = Version(
            number,
            f"refs/runs/default/{run.id}",
            commit,
            VersionArtifact(made.path, made.md5, made.bytes),
            (Entry(on_day(number), ADA, stage="staging", why=f"try {number}"),),
            "staging",
            metrics={key: one.last for key, one in run.metrics.items()},
        )
        registry = add_version(registry, "fraud", version)
    for number, entry in (
        (1, Entry(on_day(1.5), BOB, stage="production", why="the first")),
        (1, Entry(on_day(2.5), BOB, alias="champion")),
        (1, Entry(on_day(4.5), ADA, stage="archived")),
        (2, Entry(on_day(4.5), ADA, stage="production", why="better", forced=("approvals: 2",))),
        (1, Entry(on_day(5), ADA, unalias="champion")),
        (2, Entry(on_day(5), ADA, alias="champion")),
    ):
        registry = add_entry(registry, "fraud", number, entry)
    put_registry(folder, registry)
    return registry

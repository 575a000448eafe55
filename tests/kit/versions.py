"""Models and their versions in a registry.yaml, without a promotion."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gitexp.model.paths import TreePath
from gitexp.model.policy import Policy
from gitexp.model.registry import EMPTY, Entry, Registry, Version, VersionArtifact
from gitexp.model.registry_changes import add_version, next_number
from gitexp.model.run import Artifact
from gitexp.store.registry_file import read_registry, write_registry
from gitexp.store.runs import open_store
from kit.runs import STARTED
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

MODEL_MD5 = "68cc9af49557ea9711dad503a6907437"


def add_run_version(
    folder: GitFolder, run_id: str = "k3v9x2mabc", model: str = "fraud", *, md5: str = MODEL_MD5, **fields: Any
) -> Version:
    """Stores a run that wrote model.pt and puts it into staging as the next version; everything is in the file."""
    known: dict[str, Any] = {"metrics": {"val_auc": 0.94}, "artifacts": (Artifact(TreePath("model.pt"), md5, 9, "no"),)}
    run = plan_run(folder, run_id, **{**known, **fields})
    commit = store_run(folder, run)
    store = open_store(os.fspath(folder.path))
    file = read_registry(store)
    registry = file.registry if file is not None else EMPTY
    entry = Entry(STARTED + timedelta(hours=1), "Ada Lovelace <ada@example.org>", stage="staging")
    version = Version(
        number=next_number(registry, model),
        run=f"refs/runs/default/{run_id}",
        commit=commit,
        artifact=VersionArtifact(TreePath("model.pt"), md5, 9),
        history=(entry,),
        stage="staging",
        metrics={"val_auc": 0.94},
    )
    write_registry(store, file, add_version(registry, model, version))
    return version


def set_policy(folder: GitFolder, stage: str = "production", **fields: Any) -> None:
    """Gives a stage a policy."""
    store = open_store(os.fspath(folder.path))
    file = read_registry(store)
    registry: Registry = file.registry if file is not None else EMPTY
    write_registry(store, file, registry._replace(policies={**registry.policies, stage: Policy(**fields)}))

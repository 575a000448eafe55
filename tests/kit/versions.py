"""Models and their versions in a registry.yaml, without a promotion."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gitexp.model.paths import TreePath
from gitexp.model.policy import Policy
from gitexp.model.registry import Entry, Version, VersionArtifact
from gitexp.model.registry_changes import add_version, next_number
from gitexp.model.run import Artifact
from kit.registries import get_registry, put_registry
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
    registry = get_registry(folder)
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
    put_registry(folder, add_version(registry, model, version))
    return version


def set_policy(folder: GitFolder, stage: str = "production", **fields: Any) -> None:
    """Gives a stage a policy."""
    registry = get_registry(folder)
    put_registry(folder, registry._replace(policies={**registry.policies, stage: Policy(**fields)}))

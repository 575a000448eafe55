"""Runs with models: stored without running anything, their artifacts in the run's tree."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import yaml

from gitexp.model.paths import TreePath
from gitexp.model.run import Artifact
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

SETTINGS = "metrics:\n  auc: maximize\n  loss: minimize\n"


def make_artifact(path: str = "model.pt", content: bytes = b"weights", **fields: Any) -> Artifact:
    """An artifact that the run's tree holds, unless fields say otherwise."""
    known: dict[str, Any] = {"md5": hashlib.md5(content).hexdigest(), "bytes": len(content), "kept": "git"}
    return Artifact(TreePath(path), **{**known, **fields})


def store_model(
    folder: GitFolder, run_id: str, *, auc: float = 0.9, content: bytes | None = None, **fields: Any
) -> str:
    """Stores a finished run with one artifact, ``model.pt``; its bytes are its id unless they are given."""
    data = content if content is not None else run_id.encode()
    known: dict[str, Any] = {
        "metrics": {"auc": auc},
        "artifacts": (make_artifact(content=data),),
        "params": {"lr": 0.1, "seed": 1},
    }
    run = plan_run(folder, run_id, **{**known, **fields})
    return store_run(folder, run, {"artifacts/model.pt": data})


def read_models(folder: GitFolder, path: str = "registry.yaml") -> dict[str, list[dict[str, Any]]]:
    """The versions of each model, as any YAML reader sees them."""
    document = yaml.safe_load((folder.path / path).read_text(encoding="utf-8"))
    return {name: model["versions"] for name, model in document["models"].items()}


def where(folder: GitFolder, model: str = "fraud") -> dict[int, str]:
    """The stage of each version; none where it stands in none."""
    return {one["version"]: one.get("stage", "none") for one in read_models(folder)[model]}


def write_policy(folder: GitFolder, text: str, stage: str = "production") -> None:
    """A registry with a policy and no models, committed."""
    inner = "".join(f"    {line}\n" for line in text.splitlines())
    folder.gen({"registry.yaml": f"format: 1\npolicies:\n  {stage}:\n{inner}models:\n"})
    folder.commit("Ask for more")

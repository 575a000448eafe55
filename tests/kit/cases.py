"""Versions on their way into a stage: runs that are stored, and what a policy says of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gitexp.actions.judge_policy import judge_policy
from gitexp.actions.version_runs import load_version_run
from gitexp.model.paths import TreePath
from gitexp.model.policy_verdict import Case
from gitexp.model.refs import run_ref
from gitexp.model.registry import Entry, Model, Registry, Version, VersionArtifact
from gitexp.store.runs import open_store
from kit.stored import store_run

if TYPE_CHECKING:
    from gitexp.model.policy import Policy
    from gitexp.model.policy_verdict import Judged
    from gitexp.model.run import Run
    from kit.git import GitFolder

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
ADA, BOB = "Ada Lovelace <ada@example.org>", "Bob <bob@example.org>"


def make_version(number: int, ref: str, commit: str, stage: str = "none", **fields: Any) -> Version:
    """A version that came into its stage an hour ago."""
    history = (Entry(NOW - timedelta(hours=1), ADA, stage=stage),)
    known: dict[str, Any] = {"history": history, "artifact": VersionArtifact(TreePath("model.pt"), "b" * 32)}
    return Version(number, ref, commit, stage=stage, **{**known, **fields})


def add_version(folder: GitFolder, run: Run, number: int, stage: str = "none", **fields: Any) -> Version:
    """A version of a run that is stored first."""
    return make_version(number, run_ref(run.experiment, run.id), store_run(folder, run), stage, **fields)


def judge(
    folder: GitFolder,
    version: Version,
    policy: Policy,
    *others: Version,
    more: tuple[str, ...] = (),
    remote: bool = True,
    **fields: Any,
) -> dict[str, Judged]:
    """What the policy of production says of a version, by requirement."""
    store = open_store(os.fspath(folder.path))
    model = Model("fraud", (*others, version))
    head, run = load_version_run(store, version)
    registry = Registry({"fraud": model}, policies={"production": policy})
    present = next(iter(model.at("production")), None)
    case = Case(registry, "fraud", version, "production", policy, head, run, present, NOW, (), ADA)._replace(**fields)
    return {one.requirement: one for one in judge_policy(store, case, more=more, remote=remote)}

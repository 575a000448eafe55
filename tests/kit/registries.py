"""A repository with a registry in it whose versions are real runs, and what forgers do to it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gitexp.actions.check_approvals import signer_of
from gitexp.actions.check_registry import check_registry
from gitexp.format.approval_statement import format_statement
from gitexp.format.signature_text import format_signature, parse_armour
from gitexp.git.signing import sign_message
from gitexp.model.ids import RunId
from gitexp.model.paths import TreePath
from gitexp.model.policy import NO_POLICY, hash_policy
from gitexp.model.refs import Experiment, run_ref
from gitexp.model.registry import EMPTY, Approval, Entry, Model, Registry, Version, VersionArtifact
from gitexp.model.registry_changes import add_approval
from gitexp.store.registry_file import read_registry, write_registry
from gitexp.store.runs import open_store
from kit.models import make_artifact
from kit.storage import md5_of
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from gitexp.model.registry_check import RegistryCheck
    from kit.git import GitFolder
    from kit.signers import Signer

FIRST, SECOND, THIRD = "g111111111", "h222222222", "k333333333"
BY = "Ada Lovelace <ada@example.org>"
BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
REGISTRY = "registry.yaml"
AT = datetime(2026, 11, 27, 9, 14, 3, tzinfo=UTC)
ADA = "Ada <ada@example.org>"


def weights_of(run_id: str) -> bytes:
    """The bytes of the artifact of a run."""
    return f"weights of {run_id}\n".encode() * 100


def store_model_run(folder: GitFolder, run_id: str, auc: float, **fields: Any) -> str:
    """Stores a finished run that wrote ``model.pt``; its commit."""
    data = weights_of(run_id)
    artifact = make_artifact(content=data, kept="dvc", files=1)
    known: dict[str, Any] = {"metrics": {"val_auc": auc}, "artifacts": (artifact,)}
    return store_run(folder, plan_run(folder, run_id, **{**known, **fields}))


def plan_version(number: int, run_id: str, commit: str, auc: float, *stages: str, **fields: Any) -> Version:
    """A version that went through the stages, a day for each."""
    data = weights_of(run_id)
    history = tuple(
        Entry(BEGAN + timedelta(days=place, hours=number), BY, stage=stage, why="it is better")
        for place, stage in enumerate(stages)
    )
    known: dict[str, Any] = {
        "artifact": VersionArtifact(TreePath("model.pt"), md5_of(data), len(data)),
        "history": history,
        "stage": stages[-1],
        "metrics": {"val_auc": auc},
    }
    ref = run_ref(Experiment("default"), RunId(run_id))
    return Version(number, ref, commit, **{**known, **fields})


def give_registry(folder: GitFolder, **fields: Any) -> None:
    """Two versions of ``fraud``, the first in production and the second in staging, committed; and a third run."""
    first = store_model_run(folder, FIRST, 0.9)
    second = store_model_run(folder, SECOND, 0.95, minutes=10)
    store_model_run(folder, THIRD, 0.97, minutes=20)
    versions = (
        plan_version(1, FIRST, first, 0.9, "staging", "production"),
        plan_version(2, SECOND, second, 0.95, "staging"),
    )
    put_registry(folder, Registry({"fraud": Model("fraud", versions)}, **fields))
    folder.commit("registry")


def put_registry(folder: GitFolder, registry: Registry) -> None:
    """Makes the file say it, whatever it said before."""
    store = open_store(os.fspath(folder.path))
    write_registry(store, read_registry(store), registry)


def get_registry(folder: GitFolder) -> Registry:
    """What the file says; nothing where there is none."""
    found = read_registry(open_store(os.fspath(folder.path)))
    return found.registry if found is not None else EMPTY


def approve(
    folder: GitFolder, signer: Signer, number: int, stage: str, at: datetime, *, claim: str | None = None, **fields: Any
) -> Approval:
    """A signed approval that waits in the file, as ``exp approve`` adds one; ``claim``: in somebody else's name."""
    store = open_store(os.fspath(folder.path))
    registry = get_registry(folder)
    version = registry.models["fraud"].version(number)
    assert version is not None
    policy = hash_policy(registry.policies.get(stage, NO_POLICY))
    unsigned = Approval(stage, claim or signer.by, at, policy, "", **fields)
    before = folder.git("config", "--list", "--local")
    signer.use(folder)
    made = parse_armour(
        sign_message(store.repository, format_statement("fraud", version, unsigned), signer_of(unsigned))
    )
    for key in ("user.name", "user.email", "gpg.format", "user.signingKey"):
        if key.casefold() not in before.casefold():
            folder.git("config", "--unset", key)
    assert made is not None
    approval = unsigned._replace(signature=format_signature(made))
    put_registry(folder, add_approval(registry, "fraud", number, approval))
    return approval


def edit(folder: GitFolder, old: str, new: str, *, count: int = 1) -> int:
    """Replaces a text in the file as somebody with an editor would; the line at which it stood first."""
    path = folder.path / REGISTRY
    text = path.read_text()
    assert old in text, text
    path.write_text(text.replace(old, new, count))
    return text[: text.index(old)].count("\n") + 1


def line_of(folder: GitFolder, text: str) -> int:
    """The line of the file in which a text stands first."""
    lines = (folder.path / REGISTRY).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def check(folder: GitFolder, base: str | None = "HEAD", **fields: Any) -> RegistryCheck:
    """What a check says."""
    return check_registry(open_store(os.fspath(folder.path)), base, **{"remote": False, **fields})


def codes(found: RegistryCheck) -> list[str]:
    """The codes of the problems, in the order of their lines."""
    return [one.code for one in found.problems]


def make_version(number: int, stage: str = "staging", why: str | None = None) -> Version:
    """A version as a value, of a run that is nowhere."""
    artifact = VersionArtifact(TreePath("model.pt"), "b" * 32, 12)
    entry = Entry(AT, ADA, stage=stage, why=why)
    return Version(number, "refs/runs/default/k3v9x2mabc", "a" * 40, artifact, (entry,), stage, (), {"val_auc": 0.94})

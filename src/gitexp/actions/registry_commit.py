"""A change of the registry, written and committed: the file alone, on the present branch or on a new one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.promote import carry_out
from gitexp.errors import InvalidValue, Refused
from gitexp.format.registry_writing import rewrite_registry
from gitexp.git.config import read_config
from gitexp.git.file_commit import (
    HEADS,
    commit_file,
    commit_on_new_branch,
    is_as_committed,
    is_branch_name,
    present_branch,
)
from gitexp.git.refs import resolve
from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import EMPTY, NO_STAGE
from gitexp.store.file_lock import hold_lock
from gitexp.store.journal import local_folder
from gitexp.store.registry_file import read_registry_bytes, registry_path, restore_registry

if TYPE_CHECKING:
    from gitexp.actions.promote import Promotion
    from gitexp.store.runs import RunStore


_LOCK = "registry-commit.lock"


class CommitPlace(NamedTuple):
    """Where a commit goes: on a ``branch`` that is not there yet, made of ``base``; None on what is checked out."""

    branch: str | None
    base: str | None


class RegistryCommit(NamedTuple):
    """The commit that was made. ``branch`` is None on a detached HEAD; ``remotes`` are those it could be pushed to."""

    commit: str
    branch: str | None
    is_new_branch: bool
    remotes: tuple[str, ...]


def find_commit_place(store: RunStore, branch: str | None) -> CommitPlace:
    """Whether the registry alone can be committed there, before anything is written.

    Raises Refused where the file has changes that no commit has, which would go along, or the branch is there;
    InvalidValue for what no branch can be called.
    """
    repository = store.repository
    refuse_uncommitted(store)
    if branch is None:
        if repository.top is None:
            why = f"{registry_path(store)} is a file of the working tree, and this repository has none"
            raise Refused(why, hint="--commit --branch NAME")
        return CommitPlace(None, None)
    if not is_branch_name(repository, branch):
        raise InvalidValue("branch", branch, "cannot be called so", hint="promote-fraud-v3")
    if resolve(repository, HEADS + branch) is not None:
        raise Refused(f"there is a branch {branch} already", hint=f"--branch {branch}-2, or git branch -d {branch}")
    base = resolve(repository, "HEAD", peel="commit")
    if base is None:
        raise Refused("there is no commit yet of which a branch could be made", hint="--commit without --branch")
    return CommitPlace(branch, base)


def refuse_uncommitted(store: RunStore) -> None:
    """Raises Refused where the file has changes that no commit has."""
    path = registry_path(store)
    if store.repository.top is not None and not is_as_committed(store.repository, path):
        raise Refused(
            f"{path} has changes that are not committed, and they would go along",
            hint=f"git add {path} && git commit {path}, or git restore {path}",
        )


def commit_promotion(store: RunStore, promotion: Promotion, place: CommitPlace) -> RegistryCommit:
    """Writes a promotion and commits it. On a new branch the working tree stays as it is, the file in it too.

    Raises what ``carry_out`` does, and GitFailed where Git does not commit, a hook does not let it or it cannot be
    signed; nothing is written then.
    """
    promotion.refuse()
    message = write_message(promotion)
    repository = store.repository
    if place.branch is not None and place.base is not None:
        before = promotion.before
        text = rewrite_registry(before.text if before else None, before.registry if before else EMPTY, promotion.after)
        commit = commit_on_new_branch(
            repository, place.branch, place.base, registry_path(store), text.encode(), message
        )
        branch: str | None = place.branch
    else:
        commit = _write_and_commit(store, promotion, message)
        branch = present_branch(repository)
    remotes = tuple(read_config(repository).remotes())
    return RegistryCommit(commit, branch, place.branch is not None, remotes)


def _write_and_commit(store: RunStore, promotion: Promotion, message: str) -> str:
    """Under a lock: of two at once, one would otherwise commit what the other wrote, and both take it back."""
    lock = local_folder(store.repository, _LOCK)
    os.makedirs(os.path.dirname(lock), exist_ok=True)
    with hold_lock(lock):
        refuse_uncommitted(store)
        was = read_registry_bytes(store)
        carry_out(store, promotion)
        return commit_registry(store, message, was)


def commit_registry(store: RunStore, message: str, was: bytes | None) -> str:
    """Commits the file, alone, and gives the commit. Raises GitFailed; the file is then what it ``was``, None: none."""
    written = read_registry_bytes(store)
    try:
        return commit_file(store.repository, registry_path(store), message)
    except BaseException:
        restore_registry(store, written, was)
        raise


def write_message(promotion: Promotion) -> str:
    """The message of the commit: what went where, why, and of which run it is."""
    subject = promotion.subject
    said = []
    own = [entry for number, entry in promotion.entries if number == subject.version.number]
    for entry in own:
        if entry.stage is not None:
            said.append("registered" if entry.stage == NO_STAGE and subject.is_new else f"to {entry.stage}")
        said += [f"alias {entry.alias}"] if entry.alias is not None else []
        said += [f"without alias {entry.unalias}"] if entry.unalias is not None else []
    rollback = ", rolled back" if any(entry.is_rollback for entry in own) else ""
    lines = [f"registry: {subject.name} {', '.join(said)}{rollback}"]
    if subject.stamp.why is not None:
        lines += ["", subject.stamp.why]
    ref = parse_run_ref(subject.version.run)
    if ref is not None:
        lines += ["", f"Run: {ref.id}"]
    return "\n".join(lines) + "\n"

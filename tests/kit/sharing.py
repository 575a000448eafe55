"""Clones that share runs through one bare repository."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitexp.git.objects import ObjectWriter
from gitexp.git.refs import update_refs
from gitexp.model.annotations import Statement
from gitexp.model.run import User
from gitexp.store.annotating import annotate
from gitexp.store.runs import open_store
from kit.exp import Ran, refs, run_exp
from kit.git import GitFolder
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
IDS = ("k3v9x2mabc", "p7qw4n8hde", "t2zc9x1k0f", "h8yb3d6m2g", "q9ne1w3t6k")


@dataclass(frozen=True)
class Team:
    """A bare repository in the middle, and where its clones are made."""

    root: pathlib.Path
    there: GitFolder

    @classmethod
    def create(cls, root: pathlib.Path, *options: str) -> Team:
        """The bare repository with one commit on its branch."""
        there = GitFolder.create(root / "there.git", "--bare", *options)
        first = GitFolder.create(root / "first", *options)
        first.gen({"train.py": "print('loss=0.5')\n"})
        first.commit("base")
        first.git("push", "--quiet", str(there.path), "main")
        return cls(root, there)

    def clone(self, name: str, *options: str, url: str | None = None) -> GitFolder:
        """Another clone, of the name of who works in it."""
        where = url if url is not None else f"file://{self.there.path}"
        self.there.git("clone", "--quiet", *options, where, str(self.root / name))
        folder = GitFolder(self.root / name)
        folder.git("config", "user.name", name)
        folder.git("config", "user.email", f"{name}@example.org")
        return folder


def add_runs(folder: GitFolder, *ids: str, experiment: str = "default") -> list[str]:
    """Runs of the folder's HEAD; returns their commits."""
    return [
        store_run(folder, plan_run(folder, run_id, minutes=minutes, experiment=experiment, params={"lr": minutes}))
        for minutes, run_id in enumerate(ids)
    ]


def say(folder: GitFolder, run_id: str, note: str) -> str:
    """Says something of a run, and returns its new tip."""
    store = open_store(os.fspath(folder.path))
    head = next(head for head in store.heads().runs if head.id == run_id)
    by = User(folder.git("config", "user.name"), folder.git("config", "user.email"))
    with ObjectWriter(store.repository) as writer:
        said = annotate(writer, head, store.load(head), [Statement("note", note)], by=by, now=NOON, sign=False)
        update_refs(store.repository, [said.change])
    return said.commit


def notes(folder: GitFolder, run_id: str) -> list[str]:
    """What was said of a run, in order."""
    store = open_store(os.fspath(folder.path))
    head = next(head for head in store.heads().runs if head.id == run_id)
    return [str(one.value) for one in store.load(head).annotations]


def tips(folder: GitFolder, prefix: str = "refs/runs") -> dict[str, str]:
    """The refs below a prefix and what they hold."""
    listing = folder.git("for-each-ref", "--format=%(refname) %(objectname)", prefix)
    return dict(line.split(" ") for line in listing.splitlines())


def share(folder: GitFolder, *arguments: str, status: int | None = 0) -> Ran:
    """Calls ``exp`` and holds its exit status against the one that is expected; None: either."""
    ran = run_exp(folder, *arguments)
    assert status is None or ran.status == status, ran.err or ran.out
    return ran


__all__ = ["IDS", "Team", "add_runs", "notes", "refs", "say", "share", "tips"]

"""The rows of the budget about sharing: push and pull against plain git on the same refs."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from measure import Command, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from rows import Ground

ALL = "refs/runs/*:refs/runs/*"


def push_many(runs: int) -> Callable[[Ground], Row]:
    """Some runs to a repository that has none of them."""

    def make(ground: Ground) -> Row:
        folder = ground.runs(runs)
        bare = os.path.join(ground.scratch, f"push-{runs}.git")

        def empty() -> None:
            make_bare(ground, bare, folder)

        return Row(
            f"push-{runs}",
            f"`exp push --all` of {runs:,} runs",
            1.3,
            {
                "a": Command([ground.exp, "push", "--all", "--quiet", "--to", bare], folder, prepare=empty),
                "b": Command(["git", "push", "--quiet", bare, ALL], folder, prepare=empty),
            },
            note="what is new is scanned for secrets first; plain git scans nothing",
            most=7 if runs <= 1000 else 3,
        )

    return make


def push_one(runs: int, *, folded: bool = False) -> Callable[[Ground], Row | None]:
    """One more run to a repository that has so many."""

    def make(ground: Ground) -> Row | None:
        if runs > 10_000 and not ground.full:
            return None
        folder = ground.runs(runs)
        name = f"push-one-{runs}" + ("-folded" if folded else "")
        bare = os.path.join(ground.scratch, f"{name}.git")
        if folded:
            folder = fold_copy(ground, folder, os.path.join(ground.scratch, name))
        ref = newest_run(ground, folder)
        make_bare(ground, bare, folder)
        git(ground, folder, "push", "--quiet", bare, ALL, "refs/exp/fold/*:refs/exp/fold/*")
        git(ground, bare, "pack-refs", "--all")

        def forget() -> None:
            git(ground, bare, "update-ref", "-d", ref)

        return Row(
            name,
            f"`exp push` of one run more where {runs:,} are{', folded' if folded else ''}",
            1.3,
            {
                "a": Command([ground.exp, "push", "--quiet", "--to", bare, ref], folder, prepare=forget),
                "b": Command(["git", "push", "--quiet", bare, f"{ref}:{ref}"], folder, prepare=forget),
            },
            most=7,
        )

    return make


def pull_many(runs: int) -> Callable[[Ground], Row]:
    """All runs of a repository into a clone that has none."""

    def make(ground: Ground) -> Row:
        folder = ground.runs(runs)
        bare = os.path.join(ground.scratch, f"pull-{runs}.git")
        make_bare(ground, bare, folder)
        git(ground, folder, "push", "--quiet", bare, ALL)
        git(ground, bare, "pack-refs", "--all")
        reader = os.path.join(ground.scratch, f"reader-{runs}")

        def empty() -> None:
            shutil.rmtree(reader, ignore_errors=True)
            git(ground, ground.scratch, "clone", "--quiet", f"file://{bare}", reader)

        empty()
        return Row(
            f"pull-{runs}",
            f"`exp pull` of {runs:,} runs",
            1.3,
            {
                "a": Command([ground.exp, "pull", "--quiet", "--from", bare], reader, prepare=empty),
                "b": Command(["git", "fetch", "--quiet", "--no-prune", bare, ALL], reader, prepare=empty),
            },
            note="what comes is checked (fsck) and read before a ref is set",
            most=7 if runs <= 1000 else 3,
        )

    return make


def make_bare(ground: Ground, bare: str, folder: str) -> None:
    """An empty bare repository that has the branch of a folder."""
    shutil.rmtree(bare, ignore_errors=True)
    git(ground, ground.scratch, "init", "--quiet", "--bare", bare)
    git(ground, folder, "push", "--quiet", bare, "HEAD:refs/heads/main")


def fold_copy(ground: Ground, folder: str, copy: str) -> str:
    """A copy of a repository in which all runs but the newest are folded."""
    shutil.copytree(folder, copy)
    subprocess.run(
        [ground.exp, "fold", "--all", "--older-than", "0d", "--keep", "1"],
        cwd=copy,
        env=ground.environment,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    return copy


def newest_run(ground: Ground, folder: str) -> str:
    """The ref of the run that ended last."""
    line = ("for-each-ref", "--sort=-committerdate", "--count=1", "--format=%(refname)", "refs/runs")
    return git(ground, folder, *line).strip()


def git(ground: Ground, folder: str, *line: str) -> str:
    """What Git says in a folder. Raises where it fails."""
    done = subprocess.run(["git", *line], cwd=folder, env=ground.environment, check=True, capture_output=True)
    return done.stdout.decode()


SHARING_ROWS: dict[str, Callable[[Ground], Row | None]] = {
    "push-100": push_many(100),
    "push-1000": push_many(1000),
    "push-10000": push_many(10_000),
    "push-one-10000": push_one(10_000),
    "push-one-100000": push_one(100_000),
    "push-one-100000-folded": push_one(100_000, folded=True),
    "pull-100": pull_many(100),
    "pull-1000": pull_many(1000),
    "pull-10000": pull_many(10_000),
}

"""How a repository is kept: what kind it is, how many of its refs and objects are files of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from gitexp.git.config import GitConfig
    from gitexp.git.repository import Repository

_MANY = 100


def describe_kind(repository: Repository, config: GitConfig) -> list[str]:
    """What there is to know of the kind of a repository, in words: ``bare``, ``shallow``, ``reftable``, …"""
    superproject = b""
    if repository.top is not None:
        superproject = run_git(repository, "rev-parse", "--show-superproject-working-tree", check=False)
    bare = run_git(repository, "rev-parse", "--is-bare-repository", check=False).strip() == b"true"
    is_partial = config.get("extensions.partialClone") is not None or any(
        key.startswith("remote.") and key.endswith(".promisor") and config.is_true(key) for key, _ in config.entries
    )
    kinds = {
        "bare": bare,
        "a linked worktree": repository.git_dir != repository.common_dir,
        "a submodule": bool(superproject.strip()),
        "shallow": repository.is_shallow,
        "partial": is_partial,
        "sparse": config.is_true("core.sparseCheckout"),
        "reftable": repository.ref_format == "reftable",
        "sha256": repository.object_format == "sha256",
    }
    return [kind for kind, holds in kinds.items() if holds]


def count_loose_refs(repository: Repository, prefix: str) -> int:
    """How many refs below a prefix are files of their own; 0 where refs are kept otherwise."""
    if repository.ref_format != "files":
        return 0
    place = os.path.join(repository.common_dir, *prefix.strip("/").split("/"))
    return sum(len(names) for _, _, names in os.walk(place))


def pack_refs_if_many(repository: Repository, *prefixes: str) -> bool:
    """Packs all refs where more than a hundred below the prefixes are files of their own. Raises GitFailed."""
    if sum(count_loose_refs(repository, prefix) for prefix in prefixes) <= _MANY:
        return False
    run_git(repository, "pack-refs", "--all")
    return True


def count_loose_objects(repository: Repository) -> int:
    """How many objects are files of their own. Raises GitFailed."""
    listing = run_git(repository, "count-objects").decode("ascii", "replace").split()
    return int(listing[0]) if listing and listing[0].isdigit() else 0


def measure_objects(repository: Repository) -> int:
    """The bytes that all objects take on the disk, packed and loose. Raises GitFailed."""
    listing = run_git(repository, "count-objects", "-v").decode("ascii", "replace")
    found = dict(line.split(": ", 1) for line in listing.splitlines() if ": " in line)
    return 1024 * sum(int(found[key]) for key in ("size", "size-pack") if found.get(key, "").isdigit())

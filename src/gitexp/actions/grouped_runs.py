"""Runs as they are grouped: with what their manifests say, and the tree of their code."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from gitexp.actions.details_of_runs import read_details
from gitexp.git.commits import parse_commit
from gitexp.git.reading import read_objects
from gitexp.git.tree_matching import match_trees
from gitexp.model.comparison import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


def read_candidates(store: RunStore, heads: Sequence[RunHead]) -> tuple[list[Candidate], list[ExpError]]:
    """The runs with all that they can be grouped by, and why a manifest could not be read: that run has no details.

    A run whose snapshot is not here has no tree, and is told from others by the commit of it. Trees that differ by the
    registry and its signers alone are one: a promotion, which changes these files, makes no other code.
    """
    details, broken = read_details(store, heads)
    trees = _read_trees(store, heads)
    return [Candidate(head, details.get(head.ref, {}), trees.get(head.snapshot or "")) for head in heads], broken


def _read_trees(store: RunStore, heads: Sequence[RunHead]) -> dict[str, str]:
    snapshots = list(dict.fromkeys(head.snapshot for head in heads if head.snapshot is not None))
    trees = {
        found.name: parse_commit(found.data).tree
        for found in read_objects(store.repository, snapshots)
        if found.type == "commit" and found.data is not None
    }
    same = match_trees(store.repository, trees.values(), _list_apart(store)) if len(set(trees.values())) > 1 else {}
    return {snapshot: same.get(tree, tree) for snapshot, tree in trees.items()}


def _list_apart(store: RunStore) -> list[bytes]:
    """The files that a promotion changes."""
    from gitexp.actions.signers import ALLOWED_KEYS, ALLOWED_SIGNERS
    from gitexp.store.registry_file import registry_path

    registry = registry_path(store)
    folders = dict.fromkeys((posixpath.dirname(registry), ""))
    signers = [posixpath.join(folder, name) for folder in folders for name in (ALLOWED_SIGNERS, ALLOWED_KEYS)]
    return [os.fsencode(path) for path in (registry, *signers)]

"""Trees that are the same but for some files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gitexp.errors import BrokenObject
from gitexp.git.asking import ObjectAsker
from gitexp.git.trees import FOLDER, format_tree, parse_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.git.repository import Repository
    from gitexp.git.trees import TreeEntry

_MOST_BYTES = 16_000_000
_NOTHING = hashlib.sha256(b"").hexdigest()


def match_trees(repository: Repository, trees: Iterable[str], but_for: Iterable[bytes]) -> dict[str, str]:
    """For each tree the first one that differs from it by no more than the files of some paths: itself where none does.

    A tree that cannot be read is like no other one. Raises GitFailed.
    """
    wanted = list(dict.fromkeys(trees))
    if len(wanted) < 2:
        return {tree: tree for tree in wanted}
    paths = [path.split(b"/") for path in dict.fromkeys(but_for)]
    first: dict[str, str] = {}
    with ObjectAsker(repository) as asker:
        return {tree: first.setdefault(_strip(asker, tree, paths) or tree, tree) for tree in wanted}


def _strip(asker: ObjectAsker, tree: str, paths: list[list[bytes]]) -> str | None:
    """The hash of a tree without some paths, a folder that is empty then left out; None where it cannot be read."""
    data = asker.read(tree, _MOST_BYTES).data
    if data is None:
        return None
    try:
        entries = parse_tree(data, len(tree))
    except BrokenObject:
        return None
    kept: list[TreeEntry] = []
    for entry in entries:
        below = [path[1:] for path in paths if path[0] == entry.name]
        if [] in below:
            continue
        if below and entry.mode == FOLDER:
            inner = _strip(asker, entry.id, below)
            if inner is None:
                return None
            if inner == _NOTHING:
                continue
            kept.append(entry._replace(id=inner))
        else:
            kept.append(entry)
    return hashlib.sha256(format_tree(kept)).hexdigest() if kept else _NOTHING

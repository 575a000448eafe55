"""Which dependencies of a pipeline are code: those that the snapshot has."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gitexp.git.trees import FOLDER, SUBMODULE, parse_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.git.asking import ObjectAsker
    from gitexp.model.pipeline import StageFile

_MOST_BYTES = 4_000_000
_MOST_OF_A_TREE = 16_000_000
_MOST_ENTRIES = 100_000


class CodeHashes:
    """The hashes of the files of a commit or tree that a pipeline depends on."""

    __slots__ = ("_asker", "_folders", "_hashes", "_treeish")

    def __init__(self, asker: ObjectAsker, treeish: str) -> None:
        self._asker = asker
        self._treeish = treeish
        self._hashes: dict[str, str | None] = {}
        self._folders: dict[str, tuple[int, int] | None] = {}

    def read(self, paths: Iterable[str]) -> None:
        """Looks for paths; ``has`` and ``differs`` know of no others."""
        for path in dict.fromkeys(paths) if self._treeish else ():
            if "\n" in path or "://" in path:
                continue
            found = self._asker.read(f"{self._treeish}:{path}", _MOST_BYTES)
            if found.type == "blob":
                data = found.data
                self._hashes[path] = hashlib.md5(data, usedforsecurity=False).hexdigest() if data is not None else None
            elif found.type == "tree" and found.id is not None:
                self._folders[path] = self._measure(found.id)

    def has(self, dep: StageFile) -> bool:
        """Whether the code has a file; of a folder, all of it."""
        return dep.path in self._hashes or (
            dep.path in self._folders and self._folders[dep.path] == (dep.files, dep.bytes)
        )

    def differs(self, dep: StageFile) -> bool:
        """Whether the code has a file of this name with other bytes."""
        md5 = self._hashes.get(dep.path)
        return md5 is not None and dep.md5 is not None and md5 != dep.md5

    def _measure(self, tree: str) -> tuple[int, int] | None:
        """How many files a folder has, and their bytes; None where it has too many to tell."""
        files = size = entries = 0
        waiting = [tree]
        while waiting:
            data = self._asker.read(waiting.pop(), _MOST_OF_A_TREE).data
            for entry in parse_tree(data or b"", len(tree)):
                entries += 1
                if entries > _MOST_ENTRIES:
                    return None
                if entry.mode == FOLDER:
                    waiting.append(entry.id)
                elif entry.mode != SUBMODULE:
                    found = self._asker.read(entry.id, _MOST_BYTES)
                    if found.data is None:
                        return None
                    files, size = files + 1, size + len(found.data)
        return files, size

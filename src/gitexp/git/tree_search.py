"""Files of one name in many trees: what trees have in common is looked through once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.trees import EXECUTABLE, FILE, FOLDER, parse_tree

if TYPE_CHECKING:
    from gitexp.git.asking import ObjectAsker

_MOST_BYTES = 16_000_000
_DEEPEST = 64


class TreeSearch:
    """Finds the paths of all files of a name, or whose names end so; it remembers every folder that it has seen."""

    __slots__ = ("_asker", "_found", "_is_suffix", "_name")

    def __init__(self, asker: ObjectAsker, name: bytes, *, is_suffix: bool = False) -> None:
        self._asker = asker
        self._name = name
        self._is_suffix = is_suffix
        self._found: dict[str, tuple[bytes, ...]] = {}

    def find(self, tree: str, depth: int = 0) -> tuple[bytes, ...]:
        """The paths in a tree, in its order; nothing of a folder that is missing, damaged, or 64 deep."""
        known = self._found.get(tree)
        if known is not None:
            return known
        found: list[bytes] = []
        data = self._asker.read(tree, _MOST_BYTES).data
        for entry in parse_tree(data or b"", len(tree)):
            if entry.mode == FOLDER and depth < _DEEPEST:
                found += [entry.name + b"/" + path for path in self.find(entry.id, depth + 1)]
            elif entry.mode in (FILE, EXECUTABLE) and self._is_meant(entry.name):
                found.append(entry.name)
        self._found[tree] = tuple(found)
        return self._found[tree]

    def _is_meant(self, name: bytes) -> bool:
        return name.endswith(self._name) if self._is_suffix else name == self._name

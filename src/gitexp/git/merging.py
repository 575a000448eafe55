"""Two trees that come from one, merged: three-way, entry by entry, and by union below one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.trees import FOLDER, TreeEntry

if TYPE_CHECKING:
    from gitexp.git.objects import ObjectWriter


class MergeConflict(Exception):
    """Both sides changed a path, and not to the same."""

    def __init__(self, path: bytes) -> None:
        super().__init__(path)
        self.path = path


def merge_trees(writer: ObjectWriter, base: str | None, ours: str, theirs: str, *, union: bytes) -> str:
    """The tree with the changes of both sides since ``base``. In the folder ``union`` whatever either has stays.

    Raises MergeConflict for a path that both changed; nothing is ever chosen for one of them.
    """
    sides = [(FOLDER, tree) if tree is not None else None for tree in (base, ours, theirs)]
    merged = _merge(writer, sides[0], sides[1], sides[2], b"", union.rstrip(b"/") + b"/")
    assert merged is not None
    return merged[1]


def _merge(
    writer: ObjectWriter,
    base: tuple[int, str] | None,
    ours: tuple[int, str] | None,
    theirs: tuple[int, str] | None,
    path: bytes,
    union: bytes,
) -> tuple[int, str] | None:
    inside = (path + b"/").startswith(union)
    if ours == theirs:
        return ours
    if inside and (ours is None or theirs is None):
        return ours or theirs
    if not inside and not _holds(path, union):
        if ours == base:
            return theirs
        if theirs == base:
            return ours
    if ours is None or theirs is None or ours[0] != FOLDER or theirs[0] != FOLDER:
        if _holds(path, union) and base in (ours, theirs):
            return theirs if ours == base else ours
        raise MergeConflict(path)
    entries = [_entries(writer, side) for side in (base, ours, theirs)]
    names = sorted({name for side in entries for name in side})
    merged: list[TreeEntry] = []
    for name in names:
        below = path + b"/" + name if path else name
        one, other, third = (side.get(name) for side in entries)
        found = _merge(writer, one, other, third, below, union)
        if found is not None:
            merged.append(TreeEntry(found[0], name, found[1]))
    return FOLDER, writer.write_tree(merged)


def _holds(path: bytes, union: bytes) -> bool:
    """Whether the folder of the union lies below the path."""
    return not path or union.startswith(path + b"/")


def _entries(writer: ObjectWriter, side: tuple[int, str] | None) -> dict[bytes, tuple[int, str]]:
    if side is None or side[0] != FOLDER:
        return {}
    return {entry.name: (entry.mode, entry.id) for entry in writer.read_tree(side[1])}

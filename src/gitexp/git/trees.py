"""Trees as bytes, and a tree with further files put in."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

FILE = 0o100644
EXECUTABLE = 0o100755
LINK = 0o120000
FOLDER = 0o040000
SUBMODULE = 0o160000


class TreeEntry(NamedTuple):
    """One name in a tree."""

    mode: int
    name: bytes
    id: str


def format_tree(entries: Iterable[TreeEntry | tuple[int, bytes, str]]) -> bytes:
    """The bytes of a tree, in Git's order: by name, a folder as if it ended in a slash."""
    ordered = sorted(entries, key=lambda entry: entry[1] + b"/" if entry[0] == FOLDER else entry[1])
    for entry in ordered:
        if not entry[1] or b"/" in entry[1] or b"\0" in entry[1]:
            raise ValueError(f"not a name in a tree: {entry[1]!r}")
    names = [entry[1] for entry in ordered]
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice in a tree")
    return b"".join(b"%o %s\0%s" % (mode, name, bytes.fromhex(object_id)) for mode, name, object_id in ordered)


def parse_tree(data: bytes, id_length: int) -> tuple[TreeEntry, ...]:
    """Reads a tree's bytes; ``id_length`` is that of the repository, in hexadecimal digits. Raises BrokenObject."""
    raw_length = id_length // 2
    entries = []
    position = 0
    while position < len(data):
        space = data.find(b" ", position)
        end = data.find(b"\0", space)
        if space < 0 or end < 0 or end + 1 + raw_length > len(data):
            raise BrokenObject("a tree that ends too early")
        try:
            mode = int(data[position:space], 8)
        except ValueError:
            raise BrokenObject("a tree with a mode that is no number") from None
        position = end + 1 + raw_length
        entries.append(TreeEntry(mode, data[space + 1 : end], data[end + 1 : position].hex()))
    return tuple(entries)


def empty_tree(object_format: str) -> str:
    """The id of the tree with nothing in it, which Git knows without storing it."""
    return hashlib.new(object_format, b"tree 0\0").hexdigest()


def compose_tree(
    base: Iterable[TreeEntry],
    extra: Mapping[bytes, tuple[int, str]],
    read_tree: Callable[[str], Iterable[TreeEntry]],
    write_tree: Callable[[Iterable[TreeEntry]], str],
) -> str:
    """A tree with further files by path: what lies in the way of one is replaced, all else stays. Returns its id."""
    entries = {entry.name: entry for entry in base}
    folders: dict[bytes, dict[bytes, tuple[int, str]]] = {}
    for path, (mode, object_id) in extra.items():
        first, slash, rest = path.partition(b"/")
        if slash:
            folders.setdefault(first, {})[rest] = (mode, object_id)
        else:
            entries[first] = TreeEntry(mode, first, object_id)
    for name, inside in folders.items():
        there = entries.get(name)
        below = read_tree(there.id) if there is not None and there.mode == FOLDER else ()
        entries[name] = TreeEntry(FOLDER, name, compose_tree(below, inside, read_tree, write_tree))
    return write_tree(entries.values())

"""Under which paths the outgoing files lie: all of them, where Git's own list names the first, cut at a line end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitexp.git.trees import FOLDER, LINK, TreeEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.git.outgoing import Outgoing
    from gitexp.git.repository import Repository

_MOST = 32
"""So many paths of one object are told apart: a tree that holds one folder many times over has no end of them."""


class OutgoingPaths:
    """Learns from one tree after another, a folder before what is in it.

    ``files``: id → paths; ``links`` are those of them that are symlinks. ``names``: each name in a tree, of what is
    known there too, with the id and the path where it was seen first.
    """

    __slots__ = ("_entry", "_first", "_folders", "_read", "_seen", "files", "links", "names")

    def __init__(self, repository: Repository, outgoing: Outgoing) -> None:
        self._entry = re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % (repository.id_length // 2), re.DOTALL)
        self._first = {bytes.fromhex(one.id): one.path for one in outgoing.objects}
        self._folders: dict[str, dict[bytes, None]] = {}
        self._read: dict[str, list[TreeEntry]] = {}
        self._seen: dict[bytes, set[TreeEntry]] = {}
        self.files: dict[str, dict[bytes, None]] = {}
        self.links: set[str] = set()
        self.names: dict[bytes, tuple[str, bytes]] = {}

    def add_tree(self, object_id: str, data: bytes) -> None:
        """Takes the outgoing entries of a tree, under each path that it is known by."""
        first = self._first[bytes.fromhex(object_id)]
        paths = self._folders.setdefault(object_id, {})
        if not first:
            paths[b""] = None
        elif not paths:
            paths[first + b"/"] = None
        found = self._entry.findall(data)
        folder = next(iter(paths))
        for _, name, raw in found:
            if name not in self.names:
                self.names[name] = raw.hex(), folder + name
        entries = [TreeEntry(int(mode, 8), name, raw.hex()) for mode, name, raw in found if raw in self._first]
        self._read[object_id] = entries
        for path in tuple(paths):
            self._enter(path, entries)

    def _enter(self, folder: bytes, entries: Iterable[TreeEntry]) -> None:
        waiting = [(folder, entries)]
        while waiting:
            folder, entries = waiting.pop()
            seen = self._seen.setdefault(folder, set())
            # Thousands of runs have the same few folders.
            fresh = [entry for entry in entries if entry not in seen]
            seen.update(fresh)
            for entry in fresh:
                if entry.mode == LINK:
                    self.links.add(entry.id)
                is_folder = entry.mode == FOLDER
                places = (self._folders if is_folder else self.files).setdefault(entry.id, {})
                path = folder + entry.name + (b"/" if is_folder else b"")
                if path not in places and len(places) < _MOST:
                    places[path] = None
                    if is_folder and entry.id in self._read:
                        waiting.append((path, self._read[entry.id]))

"""Which files of a run the paths mean that somebody typed: whole ones, folders, files in recorded folders, globs."""

from __future__ import annotations

import difflib
import fnmatch
import os
import posixpath
import re
from typing import TYPE_CHECKING

from gitexp.actions.wanted_files import WantedFile
from gitexp.errors import PartNotFound
from gitexp.git.reading import list_tree
from gitexp.model.paths import quote_path, unquote_path
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitexp.actions.wanted_files import RunFiles
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_MAGIC = re.compile(rb"[*?[]")
_NAMED = 6


class FileChoice:
    """Chooses among the files of one run. ``read_listing`` tells the hash of each file of a folder, by its name.

    A path is meant as seen from the current folder, else from the repository, from where the run's command ran, or
    from its project; what is chosen is to lie at its path as seen from there. Artifacts go before data.
    """

    __slots__ = ("_bases", "_files", "_head", "_listings", "_read_listing", "_run", "_store")

    def __init__(
        self,
        store: RunStore,
        head: RunHead,
        run: Run,
        files: RunFiles,
        read_listing: Callable[[WantedFile], dict[str, str]],
    ) -> None:
        self._store = store
        self._head = head
        self._run = run
        self._files = files
        self._read_listing = read_listing
        self._listings: dict[str, dict[str, str]] = {}
        folders = (run.directory, run.project)
        inside = [os.fsencode(folder) + b"/" for folder in folders if folder not in ("", ".")]
        self._bases = list(dict.fromkeys([os.fsencode(store.repository.prefix), b"", *inside]))

    def choose_all(self) -> list[WantedFile]:
        """All of them, as seen from the current folder."""
        return [_seen_from(one, self._bases[0]) for one in self._files.wanted]

    def choose(self, text: str) -> list[WantedFile]:
        """Those that a path means. Raises PartNotFound with the paths that are near, ObjectMissing, ObjectDamaged."""
        for base in self._bases:
            path = _join(base, text)
            if path is None:
                continue
            for kind in ("artifact", "data"):
                found = list(self._find(path, [one for one in self._files.wanted if one.kind == kind]))
                if found:
                    return [_seen_from(one, base) for one in found]
        raise self._explain(text)

    def _find(self, path: bytes, files: Sequence[WantedFile]) -> Iterator[WantedFile]:
        whole = [one for one in files if one.place == path]
        if whole:
            yield whole[0]
            return
        is_glob = _MAGIC.search(path) is not None
        for one in files:
            if not path or one.place.startswith(path + b"/") or (is_glob and _is_meant(path, one.place)):
                yield one
            elif one.is_folder and (path.startswith(one.place + b"/") or (is_glob and _may_reach(path, one.place))):
                yield from self._find_inside(path, one, is_glob=is_glob)

    def _find_inside(self, path: bytes, folder: WantedFile, *, is_glob: bool) -> Iterator[WantedFile]:
        md5 = folder.md5 or ""
        if md5 not in self._listings:
            self._listings[md5] = self._read_listing(folder)
        for inside, one in self._listings[md5].items():
            place = folder.place + b"/" + os.fsencode(inside)
            if place == path or place.startswith(path + b"/") or (is_glob and _is_meant(path, place)):
                yield WantedFile(folder.kind, quote_path(place), place, one)

    def _explain(self, text: str) -> PartNotFound:
        head = self._head
        paths = [path for base in self._bases if (path := _join(base, text)) is not None]
        for one in self._files.unkept:
            if unquote_path(one.path) in paths:
                return PartNotFound(head.name, f"{one.path}: it was not kept: {one.why}")
        if head.status is Status.RUNNING:
            hint = f"exp show {head.id}  (it is going: its artifacts are kept when it ends)"
            return PartNotFound(head.name, f"{text} yet", hint=hint)
        for path in paths:
            if path and list_tree(self._store.repository, head.commit, path):
                hint = f"exp checkout {head.id}, or exp show {head.id} --part {quote_path(path)}"
                return PartNotFound(head.name, f"data or artifact {text}: it is part of its code", hint=hint)
        return PartNotFound(head.name, f"data or artifact {text}", hint=self._name_near(text))

    def _name_near(self, text: str) -> str | None:
        names = [str(one.path) for one in self._files.wanted]
        last = posixpath.basename(text.rstrip("/"))
        near = difflib.get_close_matches(text, names, n=_NAMED, cutoff=0.5)
        near += [name for name in names if last and last in name]
        shown = list(dict.fromkeys([*near, *names]))
        if not shown:
            return f"exp show {self._head.id}  (it has neither data nor artifacts)"
        more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
        return "it has: " + ", ".join(shown[:_NAMED]) + more


def _join(base: bytes, text: str) -> bytes | None:
    """A path relative to the repository; None where it leads out of it."""
    path = posixpath.normpath(os.path.join(base, unquote_path(text).replace(os.fsencode(os.sep), b"/")))
    if path.startswith((b"/", b"../")) or path == b"..":
        return None
    return b"" if path == b"." else path


def _seen_from(one: WantedFile, base: bytes) -> WantedFile:
    return one._replace(place=one.place.removeprefix(base)) if base else one


def _is_meant(pattern: bytes, path: bytes) -> bool:
    """Whether a glob means a path, or a folder above it."""
    parts = path.split(b"/")
    return any(_match(pattern.split(b"/"), parts[:depth]) for depth in range(1, len(parts) + 1))


def _may_reach(pattern: bytes, folder: bytes) -> bool:
    """Whether a glob may mean something in a folder."""
    wanted, parts = pattern.split(b"/"), folder.split(b"/")
    if b"**" in wanted[: len(parts)]:
        return True
    return len(wanted) > len(parts) and _match(wanted[: len(parts)], parts)


def _match(pattern: Sequence[bytes], parts: Sequence[bytes]) -> bool:
    """Whether a glob means a path, part by part; ``**`` stands for any number of folders."""
    if not pattern:
        return not parts
    if pattern[0] == b"**":
        return any(_match(pattern[1:], parts[skip:]) for skip in range(len(parts) + 1))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], pattern[0]) and _match(pattern[1:], parts[1:])

"""Which files and folders are meant where a user names data and artifacts, and under which path they are recorded."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitexp.errors import InvalidValue
from gitexp.model.paths import TreePath, check_tree_path, quote_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_MATCHES = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder that was named. ``path`` is where it lies, ``name`` where it stands in the record.

    ``name`` is relative to the repository; ``outside`` says that it lies elsewhere, and ``name`` is only its last part.
    """

    path: str
    name: bytes
    outside: bool = False

    @property
    def tree_path(self) -> TreePath:
        """The name as a manifest has it."""
        return quote_path(self.name)


@dataclass(frozen=True, slots=True)
class Places:
    """What was found, each once, and in sentences what was not."""

    found: tuple[Place, ...]
    missing: tuple[Place, ...]
    """Paths that were named in full and are not there."""
    warnings: tuple[str, ...] = ()


def find_places(patterns: Iterable[str], here: str, project: str, top: str) -> Places:
    """Finds what patterns mean, from the current folder as it was typed, else from the project's as settings have it.

    A pattern that is the path of something means that; else ``*``, ``?``, ``[`` and ``**`` are those of a glob.
    """
    found: dict[bytes, Place] = {}
    missing: dict[bytes, Place] = {}
    warnings: list[str] = []
    for pattern in patterns:
        if "://" in pattern:
            warnings.append(f"{pattern} was not recorded: only files and folders of this machine can be")
            continue
        matches = _match(pattern, [here, project])
        if not matches and glob.has_magic(pattern):
            warnings.append(f"nothing matches {pattern}")
        elif not matches:
            _take(missing, os.path.join(here, pattern), top, warnings)
        if len(matches) > MAX_MATCHES:
            warnings.append(
                f"{pattern} matches {len(matches)} files: only {MAX_MATCHES} were recorded; name their folder"
            )
        for path in matches[:MAX_MATCHES]:
            _take(found, path, top, warnings)
    return Places(tuple(found.values()), tuple(missing.values()), tuple(warnings))


def _match(pattern: str, bases: Sequence[str]) -> list[str]:
    for base in dict.fromkeys(bases):
        path = os.path.join(base, pattern)
        if os.path.lexists(path):
            return [path]
    for base in dict.fromkeys(bases):
        if glob.has_magic(pattern) and (names := glob.glob(pattern, root_dir=base, recursive=True)):
            return [os.path.join(base, name) for name in sorted(names)]
    return []


def _take(places: dict[bytes, Place], path: str, top: str, warnings: list[str]) -> None:
    path = os.path.normpath(path)
    # The folders above may be reached through links; the last part stays what it is, for a link is the name meant.
    folder = os.path.join(os.path.realpath(os.path.dirname(path)), "")
    above = os.path.join(os.path.realpath(top), "")
    outside = not folder.startswith(above)
    name = os.fsencode(os.path.basename(path) if outside else (folder + os.path.basename(path))[len(above) :])
    name = name.replace(os.fsencode(os.sep), b"/")
    why = _why_not(name)
    if why is not None:
        warnings.append(f"{path} was not recorded: {why}")
        return
    while name in places and os.path.normpath(places[name].path) != path:
        name += b"~"  # outside, where two may have one last part
    places.setdefault(name, Place(path, name, outside))


def is_in_tree(name: bytes) -> bool:
    """Whether a path may stand in the record of a run."""
    return _why_not(name) is None


def _why_not(name: bytes) -> str | None:
    if name.split(b"/")[0] == b".exp":
        return "it lies in the record of a run"
    try:
        check_tree_path(quote_path(name))
    except InvalidValue as error:
        return error.message
    return None

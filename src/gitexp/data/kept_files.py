"""The files that a script kept through the API, as a run records them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.data.artifact_keeper import ArtifactKeeper
from gitexp.data.finding import Place
from gitexp.errors import InvalidValue
from gitexp.model.paths import check_tree_path, quote_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitexp.data.artifact_keeper import RecordedArtifacts
    from gitexp.data.cache import Cache

MOST_FILES = 1_000
"""Of a folder that are artifacts one by one: each is a line of the manifest, and a file of the run's tree."""


def record_kept(
    folder: str,
    cache: Cache,
    *,
    git_bytes: int,
    git_total_bytes: int,
    refuse: Callable[[str, bytes], str | None] | None = None,
) -> RecordedArtifacts:
    """Records each file below a folder under its path there; a folder of more than 1,000 files as one artifact.

    Large files are linked into the cache where that can be done, so that they take no room twice; the folder stays as
    it is, for whoever has to begin anew. ``refuse`` is as in ``record_artifacts``. Raises OSError.
    """
    keeper = ArtifactKeeper(cache, git_bytes, git_total_bytes, ours=True, refuse=refuse)
    for name in sorted(os.listdir(folder)):
        for path, inside, why in _find_artifacts(os.path.join(folder, name), name):
            if why is not None:
                keeper.warn(f"artifact {quote_path(os.fsencode(inside))} {why}")
            else:
                keeper.keep(Place(path, os.fsencode(inside).replace(os.fsencode(os.sep), b"/")), folder)
    return keeper.recorded()


def _find_artifacts(path: str, name: str) -> Iterator[tuple[str, str, str | None]]:
    """Path and name of each artifact in an entry of the folder, and why it is none, where it is none."""
    if os.path.islink(path) or not os.path.isdir(path):
        yield path, name, _why_not(name)
        return
    files: list[tuple[str, str, str | None]] = []
    many = False
    for place, _, names in os.walk(path):
        for one in sorted(names):
            inside = os.path.join(name, os.path.relpath(os.path.join(place, one), path))
            why = _why_not(inside)
            if why is not None:
                yield path, inside, why
            elif not many:
                files.append((os.path.join(place, one), inside, None))
        many = many or len(files) > MOST_FILES
    if many:
        yield path, name, None
    else:
        yield from files


def _why_not(name: str) -> str | None:
    try:
        check_tree_path(quote_path(os.fsencode(name).replace(os.fsencode(os.sep), b"/")))
    except InvalidValue as error:
        return f"is not kept: {error.message}"
    return None

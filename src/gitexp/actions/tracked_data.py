"""What DVC tracks in a project: read from its ``.dvc`` files, and from ``dvc.lock`` as far as it is data."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.pipeline_signs import PIPELINE, is_of_pipeline
from gitexp.actions.refusal import ArtifactPatterns
from gitexp.data.finding import is_in_tree
from gitexp.data.regular_files import open_regular
from gitexp.data.tracked import Tracked
from gitexp.errors import InvalidValue
from gitexp.format.dvc_lock import LOCK_FILE, parse_lock
from gitexp.format.dvc_pipeline import parse_pipeline
from gitexp.format.pointer import parse_dvc_file
from gitexp.git.file_names import name_tree_files, name_working_files
from gitexp.git.reading import list_tree
from gitexp.model.paths import quote_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitexp.actions.begun import Begun
    from gitexp.format.dvc_pipeline import Pipeline
    from gitexp.model.pointer import Pointer

MOST_FILES = 1_000
"""So many ``.dvc`` and ``dvc.lock`` files are read."""
_LARGEST = 16_000_000
_LOCK = LOCK_FILE.encode()


class TrackedData(NamedTuple):
    """What DVC says of paths of the repository; ``unasked`` are those that a run reads without their being named."""

    by_path: dict[bytes, Tracked]
    unasked: tuple[bytes, ...]
    warnings: tuple[str, ...] = ()


def list_dvc_files(begun: Begun) -> list[bytes]:
    """The files of a project in which DVC says what it tracks, relative to the repository. Raises GitFailed.

    The snapshot names them, which is read sooner than the working tree is walked.
    """
    folder = os.path.relpath(begun.places.project, begun.places.top).replace(os.sep, "/")
    below = b"" if folder == "." else os.fsencode(folder)
    repository = begun.repository
    named = (
        name_working_files(repository, below) if begun.tree is None else name_tree_files(repository, begun.tree, below)
    )
    return [path for path in named if path.endswith((b".dvc", b"dvc.lock")) and _is_of_dvc(path.rpartition(b"/")[2])]


def _is_of_dvc(name: bytes) -> bool:
    return name == _LOCK or (name.endswith(b".dvc") and name != b".dvc")


def find_tracked_data(begun: Begun) -> TrackedData:
    """Reads what DVC tracks in the project of a run. A file that cannot be read is a warning. Raises GitFailed."""
    files = list_dvc_files(begun)
    warnings = []
    if len(files) > MOST_FILES:
        warnings.append(
            f"of {len(files):,} .dvc files the first {MOST_FILES:,} were read: --data names what else it needs"
        )
    files = files[:MOST_FILES]
    locks = [file for file in files if file.rpartition(b"/")[2] == _LOCK]
    by_path = dict(_read_all([file for file in files if file not in locks], begun, warnings))
    locked = {path: one for path, one in _read_all(locks, begun, warnings) if path not in by_path}
    artifacts = ArtifactPatterns((*begun.settings.artifacts, *begun.request.artifacts), begun.places)
    unasked = [path for path in by_path if not artifacts.match(path)]
    if not is_of_pipeline(begun.request.command):  # DVC is about to decide anew what its stages read
        unasked += [path for path, one in locked.items() if not artifacts.match(path) and _is_data(path, one, begun)]
    return TrackedData(locked | by_path, tuple(unasked), tuple(warnings))


def _read_all(files: Iterable[bytes], begun: Begun, warnings: list[str]) -> Iterator[tuple[bytes, Tracked]]:
    top = begun.places.top
    for name in files:
        path = os.path.join(top, os.fsdecode(name))
        source = quote_path(name)
        try:
            data = _read(path)
        except FileNotFoundError:  # Git knows it, and the working tree has it no more
            continue
        except OSError as error:
            warnings.append(f"what DVC tracks was not read: {source}: {error.strerror}")
            continue
        folder = posixpath.dirname(os.fsdecode(name))
        try:
            found = list(_parse(data, source, path))
        except InvalidValue as error:
            warnings.append(f"what DVC tracks was not read: {error.message}")
            continue
        for within, pointer in found:
            place = posixpath.normpath(posixpath.join(folder, within, pointer.path.replace(os.sep, "/")))
            if place.startswith(("/", "../")):
                warnings.append(f"{pointer.path} of {source} was not recorded: it lies outside the repository")
            elif is_in_tree(os.fsencode(place)):
                yield os.fsencode(place), Tracked(source, pointer._replace(path=posixpath.basename(place)))
            else:
                warnings.append(f"{pointer.path} of {source} was not recorded: no run can have such a path")


def _read(path: str) -> bytes:
    descriptor, _ = open_regular(path)
    with open(descriptor, "rb") as file:
        return file.read(_LARGEST)


def _parse(data: bytes, source: str, path: str) -> Iterator[tuple[str, Pointer]]:
    """What a file says of files of this machine, each with the folder that its path is relative to."""
    if os.path.basename(path) != LOCK_FILE:
        dvc_file = parse_dvc_file(data, source)
        yield from ((dvc_file.folder, one) for one in dvc_file.outs if "://" not in one.path)
        return
    folder, stages = os.path.dirname(path), parse_lock(data, source)
    pipeline = _read_pipeline(os.path.join(folder, PIPELINE)) if stages else None
    for stage in stages:
        declared = pipeline.find_stage(stage.name) if pipeline is not None else None
        if pipeline is None or (declared is not None and declared.folder is not None):
            within = declared.folder or "." if declared is not None else "."
            yield from ((within, dep) for dep in stage.deps if "://" not in dep.path)


def _read_pipeline(path: str) -> Pipeline | None:
    """The pipeline of which a lock file is: it tells where a stage runs, and so what its paths are relative to."""
    try:
        return parse_pipeline(_read(path), PIPELINE)
    except (OSError, InvalidValue):  # DVC says more of it, and the lock is read as if no stage named a folder
        return None


def _is_data(path: bytes, tracked: Tracked, begun: Begun) -> bool:
    """Whether a dependency of a stage is there and is no code: the snapshot does not hold it, or not all of it."""
    if not os.path.lexists(os.path.join(begun.places.top, os.fsdecode(path))) or begun.tree is None:
        return False
    held = list_tree(begun.repository, begun.tree, path)
    return len(held) < (tracked.pointer.files or 1)

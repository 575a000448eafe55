"""Which params and metrics files are there, and which of them a run wrote."""

from __future__ import annotations

import glob
import itertools
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PARAMS_NAMES = ("params.yaml",)
METRICS_NAMES = ("metrics.json", "metrics.jsonl", "metrics.csv", "metrics.tsv")
DVCLIVE_FOLDER = "dvclive"
HYDRA_FOLDERS = ("outputs", "multirun")
HYDRA_CONFIG = os.path.join(".hydra", "config.yaml")
MOST_FOLDERS = 2000
MOST_MATCHES = 1000
MOST_HYDRA_CONFIGS = 50


class FileState(NamedTuple):
    """What tells that a file was written: its time, size and inode."""

    modified_ns: int
    size: int
    inode: int


def find_params_files(directory: str, project: str, declared: Sequence[str] = ()) -> list[str]:
    """The params files of a run: those declared, then ``params.yaml`` where it runs and in the project's folder.

    Declared paths and globs stand relative to the project; a path without a wildcard is given even when nothing is
    there, so that its absence can be said.
    """
    found = [path for pattern in declared for path in _expand(project, pattern, keep_missing=True)]
    for folder in (directory, project):
        found += [path for name in PARAMS_NAMES if _state(path := os.path.join(folder, name)) is not None]
    return _distinct(found)


def scan_metrics_files(
    directory: str, project: str, declared: Sequence[str] = (), folders: Sequence[str] = ()
) -> dict[str, FileState]:
    """The metrics files that are there now, by path: declared, and by name in ``directory``, project and ``folders``.

    Of a DVCLive folder its ``metrics.json`` and each series count. Called before and after a run; `changed_files`
    says what the run wrote.
    """
    paths = [path for pattern in declared for path in _expand(project, pattern, keep_missing=False)]
    for folder in (directory, project, *folders):
        paths += [os.path.join(folder, name) for name in METRICS_NAMES]
        paths += _dvclive_files(os.path.join(folder, DVCLIVE_FOLDER))
    states = {path: state for path in _distinct(paths) if (state := _state(path)) is not None}
    for path in [path for path, state in states.items() if state.size == 0]:
        del states[path]
    return states


def changed_files(before: Mapping[str, FileState], after: Mapping[str, FileState]) -> list[str]:
    """The paths that are new or were written between two scans, in the later one's order."""
    return [path for path, state in after.items() if before.get(path) != state]


def find_dvclive_root(path: str) -> str | None:
    """The DVCLive folder that a metrics file lies in, None for a file of its own."""
    head, tail = os.path.split(path)
    if tail == "metrics.json" and os.path.basename(head) == DVCLIVE_FOLDER:
        return head
    marker = os.sep + os.path.join(DVCLIVE_FOLDER, "plots", "metrics") + os.sep
    before, found, _ = path.rpartition(marker)
    return os.path.join(before, DVCLIVE_FOLDER) if found else None


def find_hydra_configs(directory: str, since_ns: int, roots: Sequence[str] = ()) -> list[str]:
    """The ``.hydra/config.yaml`` files under where a run ran that were written since a time, sorted.

    Looked for in ``outputs``, ``multirun``, ``roots`` (relative to ``directory``) and ``directory`` itself: at most
    2,000 folders, those changed last first, and at most 50 files.
    """
    found: list[str] = []
    searched = [os.path.join(directory, root) for root in (*HYDRA_FOLDERS, *roots)]
    for folder in itertools.chain((directory,), _walk_newest(_distinct(searched))):
        path = os.path.join(folder, HYDRA_CONFIG)
        state = _state(path)
        if state is not None and state.modified_ns >= since_ns:
            found.append(path)
        if len(found) >= MOST_HYDRA_CONFIGS:
            break
    return sorted(_distinct(found))


def find_hydra_roots(argv: Iterable[str]) -> list[str]:
    """The folders that a command's words tell Hydra to write to: ``hydra.run.dir=…``, ``hydra.sweep.dir=…``."""
    roots = []
    for word in argv:
        key, _, value = word.partition("=")
        if key.lstrip("+") in ("hydra.run.dir", "hydra.sweep.dir") and value and "$" not in value:
            roots.append(value.strip("'\""))
    return roots


def _walk_newest(folders: Sequence[str]) -> Iterator[str]:
    """Folders and what is in them, the one changed last first; links and hidden folders are not entered."""
    pending = [(_modified(folder), folder) for folder in folders]
    left = MOST_FOLDERS
    while pending and left > 0:
        pending.sort()
        folder = pending.pop()[1]
        left -= 1
        yield folder
        try:
            with os.scandir(folder) as entries:
                inner = [entry.path for entry in entries if entry.name[:1] != "." and _is_folder(entry)]
        except OSError:  # gone, or not ours to read: nothing can be found there
            continue
        pending += [(_modified(path), path) for path in inner]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # gone meanwhile
        return False


def _modified(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:  # not there: it then counts as the oldest
        return 0


def _dvclive_files(folder: str) -> list[str]:
    series = glob.iglob(os.path.join(glob.escape(folder), "plots", "metrics", "**", "*.tsv"), recursive=True)
    return [os.path.join(folder, "metrics.json"), *sorted(itertools.islice(series, MOST_MATCHES))]


def _expand(project: str, pattern: str, *, keep_missing: bool) -> list[str]:
    path = os.path.normpath(os.path.join(project, pattern))
    if os.path.isdir(path):
        inner = [os.path.join(path, name) for name in METRICS_NAMES]
        return inner + _dvclive_files(path) if not keep_missing else [path]
    if not glob.has_magic(pattern):
        return [path]
    matches = glob.iglob(pattern, root_dir=project, recursive=True)
    return [os.path.normpath(os.path.join(project, match)) for match in sorted(itertools.islice(matches, MOST_MATCHES))]


def _state(path: str) -> FileState | None:
    """A regular file's state; None for nothing there and for what reading would block on, such as a FIFO."""
    try:
        result = os.stat(path)
    except (OSError, ValueError):  # not there, or a name that no file can have
        return None
    return FileState(result.st_mtime_ns, result.st_size, result.st_ino) if stat.S_ISREG(result.st_mode) else None


def _distinct(paths: Iterable[str]) -> list[str]:
    """Paths without those that name the same file again, in their order."""
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(os.path.realpath(path), path)
    return list(first.values())

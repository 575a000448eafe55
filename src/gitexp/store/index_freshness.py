"""Whether the index still speaks of the refs that there are, and which of them changed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gitexp.git.ref_files import (
    ABSENT,
    PACKED,
    UNSETTLED,
    NotPlainError,
    read_packed,
    scan_loose,
    settle_stamp,
    stamp_path,
)
from gitexp.git.refs import list_refs
from gitexp.model.refs import FOLDS, LIVE, REMOVED, RUNS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from gitexp.git.repository import Repository

ROOTS = tuple(root.rstrip("/") for root in (RUNS, LIVE, FOLDS, REMOVED))
_TABLES = "reftable/tables.list"
_BY_GIT = "git"
"""The path of the only stamp, one that never holds, where refs are such that Git alone can list them."""


def is_fresh(connection: sqlite3.Connection, repository: Repository) -> bool:
    """Whether no ref of a run, a fold or a list of erased runs changed since the index was brought up to date."""
    stamps: list[tuple[str, str]] = connection.execute("SELECT path, stamp FROM stamps").fetchall()
    try:
        # Packed refs come last: a loose ref that is packed meanwhile shows there.
        ordered = sorted(stamps, key=lambda pair: pair[0] == PACKED)
        return bool(stamps) and all(
            stamp != UNSETTLED and stamp_path(repository, path) == stamp for path, stamp in ordered
        )
    except NotPlainError:
        return False


def find_changes(connection: sqlite3.Connection, repository: Repository) -> dict[str, str | None]:
    """The refs that may have changed, with the id that each holds now, None where it is gone.

    Raises GitFailed. What was found is noted in the transaction that the caller has begun.
    """
    stored: dict[str, str] = dict(connection.execute("SELECT path, stamp FROM stamps"))
    if repository.ref_format != "files":
        now = time.time_ns()
        stamp = stamp_path(repository, _TABLES)
        settled = settle_stamp(stamp, now) if stamp != ABSENT else UNSETTLED
        return _note(connection, {}, dict(list_refs(repository, *ROOTS)), {_TABLES: settled})
    try:
        return _find_in_files(connection, repository, stored if _BY_GIT not in stored else {})
    except NotPlainError:
        return _note(connection, {}, dict(list_refs(repository, *ROOTS)), {_BY_GIT: UNSETTLED})


def _find_in_files(
    connection: sqlite3.Connection, repository: Repository, stored: Mapping[str, str]
) -> dict[str, str | None]:
    now = time.time_ns()
    stamps: dict[str, str] = {}
    loose: dict[str, dict[str, str]] = {}
    waiting = list(ROOTS)
    while waiting:  # loose refs before packed ones: what is packed meanwhile is then seen twice, and not never
        folder = waiting.pop()
        stamp = stamp_path(repository, folder)
        stamps[folder] = settle_stamp(stamp, now)
        if stamp == stored.get(folder):
            waiting += [other for other in stored if other.rpartition("/")[0] == folder]
            continue
        found = scan_loose(repository, folder)
        loose[folder] = found.refs
        waiting += found.folders
    loose.update({folder: {} for folder in stored if folder not in stamps and folder != PACKED})
    stamp = stamp_path(repository, PACKED)
    stamps[PACKED] = settle_stamp(stamp, now)
    packed = read_packed(repository, ROOTS) if not stored or stamp != stored.get(PACKED) else None
    return _note(connection, loose, packed, stamps, is_whole=not stored)


def _note(
    connection: sqlite3.Connection,
    loose: Mapping[str, Mapping[str, str]],
    packed: Mapping[str, str] | None,
    stamps: Mapping[str, str],
    *,
    is_whole: bool = True,
) -> dict[str, str | None]:
    """Notes what was found. ``loose`` has the refs of each folder that was read; None: packed refs are as they were."""
    touched: set[str] = set()
    if is_whole:
        touched.update(name for (name,) in connection.execute("SELECT name FROM loose"))
        connection.execute("DELETE FROM loose")
    for folder, refs in loose.items():
        before = dict(connection.execute("SELECT name, id FROM loose WHERE folder = ?", (folder,)))
        changed = {name for name in before.keys() | refs.keys() if before.get(name) != refs.get(name)}
        connection.executemany("DELETE FROM loose WHERE name = ?", ((name,) for name in changed))
        rows = ((name, folder, refs[name]) for name in changed if name in refs)
        connection.executemany("INSERT INTO loose (name, folder, id) VALUES (?, ?, ?)", rows)
        touched |= changed
    if packed is not None:
        before = dict(connection.execute("SELECT name, id FROM packed"))
        gone = [name for name in before if name not in packed]
        new = [(name, found) for name, found in packed.items() if before.get(name) != found]
        connection.executemany("DELETE FROM packed WHERE name = ?", ((name,) for name in gone))
        connection.executemany("INSERT OR REPLACE INTO packed (name, id) VALUES (?, ?)", new)
        touched.update(gone, (name for name, _ in new))
    if dict(connection.execute("SELECT path, stamp FROM stamps")) != stamps:
        connection.execute("DELETE FROM stamps")
        connection.executemany("INSERT INTO stamps (path, stamp) VALUES (?, ?)", stamps.items())
    return _resolve(connection, touched)


def _resolve(connection: sqlite3.Connection, names: set[str]) -> dict[str, str | None]:
    """The ids that refs hold: a loose one goes before a packed one."""
    if len(names) > 1_000:
        held = dict(connection.execute("SELECT name, id FROM packed"))
        held.update(connection.execute("SELECT name, id FROM loose"))
        return {name: held.get(name) for name in names}
    question = "SELECT coalesce((SELECT id FROM loose WHERE name = ?1), (SELECT id FROM packed WHERE name = ?1))"
    return {name: connection.execute(question, (name,)).fetchone()[0] for name in names}


def held_refs(connection: sqlite3.Connection, root: str) -> list[tuple[str, str]]:
    """The refs below a root as (name, id), sorted by name, as they were when the index was brought up to date."""
    beyond = f"{root.rstrip('/')}0"  # '0' comes right after '/'
    held = dict(connection.execute("SELECT name, id FROM packed WHERE name > ? AND name < ?", (root, beyond)))
    held.update(connection.execute("SELECT name, id FROM loose WHERE name > ? AND name < ?", (root, beyond)))
    return sorted(held.items())

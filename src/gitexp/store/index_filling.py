"""The index brought up to date: only what changed is read from Git."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord
from gitexp.git.reading import RefCommit, read_commits_of
from gitexp.model.refs import FOLDS, LIVE, REMOVED, RUNS
from gitexp.model.run import Status
from gitexp.store.head_reading import read_head
from gitexp.store.index_freshness import find_changes, held_refs, is_fresh
from gitexp.store.index_schema import RUN_COLUMNS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OWN, _FOLDED, _LIVE = range(3)
"""Of several refs with a run the one with the least rank is listed."""

_COLUMNS = (*RUN_COLUMNS, "rank", "shown", "going")
_INSERT = f"INSERT INTO stored_runs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608


def bring_up_to_date(
    connection: sqlite3.Connection, repository: Repository, again: Iterable[tuple[str, str]] = ()
) -> None:
    """Reads what changed since the last time, and the commits of the refs that are to be read ``again``.

    Raises sqlite3.Error where another process writes or nothing can be written, GitFailed.
    """
    # A page that is written before the end would need the lock that keeps readers out.
    connection.execute("PRAGMA cache_spill = OFF")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if again or not is_fresh(connection, repository):
            changes: dict[str, str | None] = {**dict(again), **find_changes(connection, repository)}
            _take(connection, repository, changes)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _take(connection: sqlite3.Connection, repository: Repository, changes: Mapping[str, str | None]) -> None:
    own = {name: found for name, found in changes.items() if name.startswith((RUNS, LIVE))}
    touched = _take_own(connection, repository, own)
    if any(name.startswith(FOLDS) for name in changes):
        touched |= _take_folds(connection, repository)
    if any(name.startswith(REMOVED) for name in changes):
        touched |= _take_removed(connection, repository)
    _decide(connection, touched)


def _take_own(connection: sqlite3.Connection, repository: Repository, changes: Mapping[str, str | None]) -> set[str]:
    """Takes over what refs of runs hold, and returns the ids of the runs that this is about."""
    known = _known_commits(connection, changes)
    stale = [name for name, found in changes.items() if name in known and known[name] != found]
    touched = _forget(connection, stale, "fold IS NULL")
    connection.executemany("DELETE FROM broken WHERE ref = ?", ((name,) for name in changes))
    new = sorted((name, found) for name, found in changes.items() if found is not None and known.get(name) != found)
    broken: list[tuple[str, str]] = []
    touched |= _insert(connection, _read_own(repository, new, broken))
    connection.executemany("INSERT INTO broken (ref, id) VALUES (?, ?)", broken)
    return touched


def _known_commits(connection: sqlite3.Connection, names: Mapping[str, str | None]) -> dict[str, str]:
    if len(names) > 1_000:
        return dict(connection.execute('SELECT ref, "commit" FROM stored_runs WHERE fold IS NULL'))
    question = 'SELECT ref, "commit" FROM stored_runs WHERE ref = ? AND fold IS NULL'
    return dict(row for name in names for row in connection.execute(question, (name,)))


def _read_own(
    repository: Repository, refs: Sequence[tuple[str, str]], broken: list[tuple[str, str]]
) -> Iterator[RunHead]:
    for commit in read_commits_of(repository, refs):
        try:
            yield read_head(commit)
        except BrokenRecord:  # not kept: it is read, and told, at each listing until it is mended
            broken.append((commit.ref, commit.id))


def _take_folds(connection: sqlite3.Connection, repository: Repository) -> set[str]:
    from gitexp.store.folds import read_folds

    folds = read_folds(repository, held_refs(connection, FOLDS))
    is_broken = bool(folds.broken)
    found: dict[str, RunHead] = {}
    known = dict(connection.execute("SELECT ref, \"commit\" || ' ' || fold FROM stored_runs WHERE fold IS NOT NULL"))
    kept: set[str] = set()
    for first, *_ in folds.tips.values():
        if known.get(first.ref) == f"{first.commit} {first.fold}":
            kept.add(first.ref)
            continue
        try:
            head = read_head(RefCommit(first.ref, first.commit, first.data))
        except BrokenRecord:
            is_broken = True
        else:
            found[first.ref] = head._replace(fold=first.fold)
    _note_state(connection, "folds", is_broken=is_broken)
    touched = _forget(connection, [ref for ref in known if ref not in kept], "fold IS NOT NULL")
    return touched | _insert(connection, found.values())


def _take_removed(connection: sqlite3.Connection, repository: Repository) -> set[str]:
    from gitexp.store.removed import read_removed_lists

    lists = read_removed_lists(repository, held_refs(connection, REMOVED))
    before = {run_id for (run_id,) in connection.execute("SELECT id FROM removed")}
    connection.execute("DELETE FROM removed")
    connection.executemany("INSERT INTO removed (id) VALUES (?)", ((run_id,) for run_id in lists.ids))
    _note_state(connection, "removed", is_broken=bool(lists.broken))
    return before ^ lists.ids


def _note_state(connection: sqlite3.Connection, what: str, *, is_broken: bool) -> None:
    """Notes that something is broken that is read anew, and told, at each listing; the index is no help then."""
    connection.execute("DELETE FROM state WHERE key = ?", (what,))
    if is_broken:
        connection.execute("INSERT INTO state (key, value) VALUES (?, 'broken')", (what,))


def _forget(connection: sqlite3.Connection, refs: Sequence[str], which: str) -> set[str]:
    """Takes the rows of refs away, those of their own or those of folds, and returns the runs' ids."""
    touched: set[str] = set()
    keys = None
    for ref in refs:
        rows = connection.execute(
            f"SELECT number, id, filled FROM stored_runs WHERE ref = ? AND {which}",  # noqa: S608  our own words
            (ref,),
        ).fetchall()
        for number, run_id, filled in rows:
            touched.add(run_id)
            connection.execute("DELETE FROM stored_runs WHERE number = ?", (number,))
            if filled:
                keys = [key for (key,) in connection.execute("SELECT key FROM stored_keys")] if keys is None else keys
                for table in ("stored_values", "stored_metrics"):
                    statement = f"DELETE FROM {table} WHERE key = ? AND run = ?"  # noqa: S608
                    connection.executemany(statement, ((key, number) for key in keys))
    return touched


def _insert(connection: sqlite3.Connection, heads: Iterable[RunHead]) -> set[str]:
    known = list(heads)
    connection.executemany(_INSERT, map(_row_of, known))
    return {head.id for head in known}


def _row_of(head: RunHead) -> tuple[object, ...]:
    rank = _FOLDED if head.fold is not None else _OWN if head.ref.startswith(RUNS) else _LIVE
    return (
        head.ref,
        head.commit,
        head.snapshot,
        head.id,
        head.name,
        head.experiment,
        head.status.value,
        head.command,
        count_microseconds(head.started_at),
        count_microseconds(head.ended_at),
        head.seconds,
        head.fingerprint,
        storable(head.user.name),
        storable(head.user.email),
        head.born,
        head.hidden,
        head.annotated,
        head.fold,
        None if head.heard_at is None else count_microseconds(head.heard_at),
        head.lineage.resumes,
        head.lineage.reproduces,
        head.lineage.forked_from,
        rank,
        0,
        head.status is Status.RUNNING,
    )


def count_microseconds(time: datetime) -> int:
    """A time as microseconds since 1970, exactly."""
    return (time - EPOCH) // _MICROSECOND


def storable(text: str) -> str | bytes:
    """A text as SQLite takes it: bytes where it holds what is no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
    return text


def _decide(connection: sqlite3.Connection, touched: set[str]) -> None:
    """Notes of each run which of its refs is listed (1), or would be if the run had not been erased (2)."""
    if not touched:
        return
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (id TEXT PRIMARY KEY) WITHOUT ROWID")
    connection.execute("DELETE FROM touched")
    connection.executemany("INSERT INTO touched VALUES (?)", ((run_id,) for run_id in touched))
    connection.execute(
        "UPDATE stored_runs SET shown = CASE WHEN number <>"
        " (SELECT number FROM stored_runs AS other WHERE other.id = stored_runs.id ORDER BY rank, ref DESC LIMIT 1)"
        " THEN 0 WHEN id IN (SELECT id FROM removed) THEN 2 ELSE 1 END WHERE id IN (SELECT id FROM touched)"
    )

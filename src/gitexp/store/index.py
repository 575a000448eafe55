"""The index: what listings need of every run, in one SQLite file that can be thrown away at any time.

It is never required: where it cannot be opened, is locked, or cannot be written, the answer comes from Git.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NoReturn

from gitexp.store.index_schema import APPLICATION, SCHEMA, VERSION
from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gitexp.git.repository import Repository

    T = TypeVar("T")

FILE = "index.sqlite"
_PATIENCE = 0.1
"""Seconds that another process is waited for: Git answers in that time, too."""


class IndexUnusableError(Exception):
    """The index cannot help now; Git is asked instead."""


class IndexDamagedError(Exception):
    """What stands in the index cannot be: it is thrown away."""


def index_path(repository: Repository) -> str:
    """Where the index lies; linked worktrees share it."""
    return local_folder(repository, FILE)


def use_index(repository: Repository, work: Callable[[sqlite3.Connection], T]) -> T | None:
    """What ``work`` makes of the open index; None where the index cannot be used.

    One that is damaged, or not ours, is thrown away, and the work is tried once more on a new one.
    """
    for _ in range(2):
        try:
            with open_index(repository) as connection:
                return work(connection)
        except IndexUnusableError:
            return None
        except IndexDamagedError:
            if not throw_away(repository):
                return None
    return None


@contextlib.contextmanager
def open_index(repository: Repository) -> Iterator[sqlite3.Connection]:
    """The index, made where there is none. Raises IndexUnusableError, IndexDamagedError, also out of the block."""
    try:
        import sqlite3
    except ImportError as error:  # a Python that was built without it
        raise IndexUnusableError from error
    connection: sqlite3.Connection | None = None
    try:
        connection = _connect(index_path(repository))
        yield connection
    except sqlite3.Error as error:
        _judge(error)
    except OSError as error:
        raise IndexUnusableError from error
    finally:
        if connection is not None:
            connection.close()


def make_memory_index() -> sqlite3.Connection:
    """An empty index that lives in this process alone."""
    import sqlite3

    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA)
    return connection


def throw_away(repository: Repository) -> bool:
    """Removes the file and what SQLite keeps beside it; False where that cannot be done."""
    path = index_path(repository)
    for name in (f"{path}-journal", f"{path}-wal", f"{path}-shm", path):
        try:
            os.unlink(name)
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _connect(path: str) -> sqlite3.Connection:
    import sqlite3

    os.makedirs(os.path.dirname(path), exist_ok=True)
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        _check_version(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_version(connection: sqlite3.Connection) -> None:
    version = _read_version(connection)
    if version == (0, 0):
        version = _create(connection)
    if version[0] == APPLICATION and version[1] > VERSION:
        raise IndexUnusableError  # a newer gitexp works here as well: its index is not ours to throw away
    if version != (APPLICATION, VERSION):
        raise IndexDamagedError


def _read_version(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return application, connection.execute("PRAGMA user_version").fetchone()[0]


def _create(connection: sqlite3.Connection) -> tuple[int, int]:
    connection.execute("BEGIN IMMEDIATE")
    version = _read_version(connection)
    if version == (0, 0):  # nobody else was faster
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        version = (APPLICATION, VERSION)
    connection.execute("COMMIT")
    return version


def _judge(error: sqlite3.Error) -> NoReturn:
    """Tells what stands in the way for now from what is wrong with the file."""
    import sqlite3

    passing = (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_PROTOCOL,
    )
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in passing:
        raise IndexUnusableError from error
    raise IndexDamagedError from error

"""The hashes of large files, kept from run to run while a file's size, times and inode are as they were."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time

WORTH_BYTES = 1_000_000
"""Smaller files are hashed sooner than looked up."""

_SETTLED_NS = 2_000_000_000
"""A file changed within the last two seconds may change again under one time stamp."""

_SCHEMA = "CREATE TABLE IF NOT EXISTS hashes (path BLOB PRIMARY KEY, identity TEXT NOT NULL, md5 TEXT NOT NULL)"


class KnownHashes:
    """A small database of hashes. It only saves time: one that is locked, damaged or unwritable knows nothing."""

    __slots__ = ("_database", "_file")

    def __init__(self, folder: str) -> None:
        self._file = os.path.join(folder, "hashes.sqlite")
        self._database: sqlite3.Connection | None = None
        try:
            os.makedirs(folder, exist_ok=True)
            self._database = self._connect()
        except sqlite3.DatabaseError:
            self._replace()
        except OSError:
            self._database = None

    def find(self, path: str, status: os.stat_result) -> str | None:
        """The hash of a file that is still what it was; None when that is not known."""
        if self._database is None or status.st_size < WORTH_BYTES:
            return None
        try:
            row = self._database.execute(
                "SELECT identity, md5 FROM hashes WHERE path = ?", (os.fsencode(os.path.abspath(path)),)
            ).fetchone()
        except sqlite3.Error:
            self.close()
            return None
        return str(row[1]) if row is not None and row[0] == _identify(status) else None

    def keep(self, path: str, status: os.stat_result, md5: str) -> None:
        """Keeps the hash of a file whose status is that of before it was read, and after."""
        unsettled = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < _SETTLED_NS
        if self._database is None or status.st_size < WORTH_BYTES or unsettled:
            return
        row = (os.fsencode(os.path.abspath(path)), _identify(status), md5)
        try:
            with self._database:
                self._database.execute("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?)", row)
        except sqlite3.Error:
            self.close()

    def close(self) -> None:
        """Lets go of the database; nothing is known from then on."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=1)
        try:
            database.execute(_SCHEMA)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _replace(self) -> None:
        with contextlib.suppress(OSError, sqlite3.Error):  # what is kept can all be computed again
            os.remove(self._file)
            self._database = self._connect()


def _identify(status: os.stat_result) -> str:
    """What changes with a file's content; the time of its last change of status as well, which no program can set."""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"

"""The hashes of large files and of folders, kept from run to run while sizes, times and inodes are as they were."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

WORTH_BYTES = 1_000_000
"""Smaller files are hashed sooner than looked up."""

MOST_FILES = 100_000
MOST_FOLDERS = 200
MOST_LISTING_BYTES = 16_000_000
"""A longer listing is not kept, though the hash of its folder is: 200,000 files or so."""

_SETTLED_NS = 2_000_000_000
"""A file changed within the last two seconds may change again under one time stamp."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS hashes (path BLOB PRIMARY KEY, identity TEXT NOT NULL, md5 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS folders (path BLOB PRIMARY KEY, identity TEXT NOT NULL, md5 TEXT NOT NULL,
    bytes INTEGER NOT NULL, files INTEGER NOT NULL, listing BLOB);
"""


_Bytes = bytes  # below 'bytes' is a size


class KnownFolder(NamedTuple):
    """What is known of a folder that is as it was; ``listing`` is None where it was too long to be kept."""

    identity: str
    md5: str
    bytes: int
    files: int
    listing: _Bytes | None


class FolderIdentity:
    """What changes with the files of a folder: made of their names, sizes, times and inodes, in their order."""

    __slots__ = ("_began", "_digest", "_last", "written_ns")

    def __init__(self) -> None:
        self._began = time.time_ns()
        self._digest = hashlib.sha256()
        self._last = 0
        self.written_ns = 0
        """When a file of it was last written to, by the time that a program may set."""

    def add(self, name: str, status: os.stat_result) -> None:
        """Takes in the next file."""
        self._digest.update(os.fsencode(name) + b"\0" + identify(status).encode() + b"\0")
        self.written_ns = max(self.written_ns, status.st_mtime_ns)
        self._last = max(self._last, status.st_mtime_ns, status.st_ctime_ns)

    @property
    def is_settled(self) -> bool:
        """Whether no file of it was changed within two seconds before the first one was looked at."""
        return self._began - self._last >= _SETTLED_NS

    def finish(self) -> str:
        """The identity of all that was taken in."""
        return self._digest.hexdigest()


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
        if status.st_size < WORTH_BYTES:
            return None
        row = self._read("SELECT identity, md5 FROM hashes WHERE path = ?", path)
        return str(row[1]) if row is not None and row[0] == identify(status) else None

    def keep(self, path: str, status: os.stat_result, md5: str) -> None:
        """Keeps the hash of a file whose status is that of before it was read, and after."""
        is_settled = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) >= _SETTLED_NS
        if status.st_size >= WORTH_BYTES and is_settled:
            self._write("hashes", MOST_FILES, (_key(path), identify(status), md5))

    def find_folder(self, path: str) -> KnownFolder | None:
        """What was known of a folder last; it holds while the folder has that identity."""
        row = self._read("SELECT identity, md5, bytes, files, listing FROM folders WHERE path = ?", path)
        if row is None:
            return None
        try:
            listing = zlib.decompress(row[4]) if row[4] is not None else None
        except (zlib.error, TypeError):
            return None
        return KnownFolder(str(row[0]), str(row[1]), int(row[2]), int(row[3]), listing)

    def keep_folder(self, path: str, identity: FolderIdentity, found: KnownFolder) -> None:
        """Keeps the hash of a folder each of whose files was read as it is in the identity."""
        if identity.is_settled:
            short = found.listing is not None and len(found.listing) <= MOST_LISTING_BYTES
            listing = zlib.compress(found.listing, 1) if short and found.listing is not None else None
            self._write("folders", MOST_FOLDERS, (_key(path), *found[:-1], listing))

    def close(self) -> None:
        """Lets go of the database; nothing is known from then on."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _read(self, query: str, path: str) -> Any:
        if self._database is None:
            return None
        try:
            return self._database.execute(query, (_key(path),)).fetchone()
        except sqlite3.Error:
            self.close()
            return None

    def _write(self, table: str, most: int, row: tuple[object, ...]) -> None:
        """Writes a row, and forgets what was written longest ago where there are too many."""
        if self._database is None:
            return
        values = ", ".join("?" * len(row))
        forget = f"DELETE FROM {table} WHERE rowid <= (SELECT max(rowid) FROM {table}) - {most}"  # noqa: S608
        try:
            with self._database:
                self._database.execute(f"INSERT OR REPLACE INTO {table} VALUES ({values})", row)  # noqa: S608
                self._database.execute(forget)
        except sqlite3.Error:
            self.close()

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=1)
        try:
            database.executescript(_SCHEMA)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _replace(self) -> None:
        with contextlib.suppress(OSError, sqlite3.Error):  # what is kept can all be computed again
            os.remove(self._file)
            self._database = self._connect()


def identify(status: os.stat_result) -> str:
    """What changes with a file's content; the time of its last change of status as well, which no program can set."""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _key(path: str) -> bytes:
    return os.fsencode(os.path.abspath(path))

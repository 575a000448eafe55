"""What manifests said, kept in the index by the commits of their runs: to read 10,000 of them takes seconds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gitexp.store.index import IndexDamagedError, use_index

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from gitexp.git.repository import Repository
    from gitexp.model.values import Value

_SPARE = 1_000


def read_kept_details(repository: Repository, commits: Sequence[str], version: int) -> dict[str, dict[str, Value]]:
    """What is kept, by commit; nothing that another ``version`` has kept, and nothing where there is no index."""

    def work(connection: sqlite3.Connection) -> dict[str, dict[str, Value]]:
        question = 'SELECT text FROM stored_details WHERE "commit" = ? AND version = ?'
        found: dict[str, dict[str, Value]] = {}
        connection.execute("BEGIN")
        try:
            for commit in commits:
                for (text,) in connection.execute(question, (commit, version)):
                    found[commit] = json.loads(text)
        except (ValueError, TypeError) as error:
            raise IndexDamagedError from error
        return found

    return (use_index(repository, work) if commits else None) or {}


def keep_details(repository: Repository, details: Mapping[str, Mapping[str, Value]], version: int) -> None:
    """Keeps what was read, where that can be done, and forgets what is of no run any more once there is much of it."""

    def work(connection: sqlite3.Connection) -> None:
        rows = ((commit, version, json.dumps(one)) for commit, one in details.items())
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR REPLACE INTO stored_details VALUES (?, ?, ?)", rows)
        kept, runs = connection.execute(
            "SELECT (SELECT count(*) FROM stored_details), (SELECT count(*) FROM stored_runs)"
        ).fetchone()
        if kept > 2 * runs + _SPARE:
            connection.execute('DELETE FROM stored_details WHERE "commit" NOT IN (SELECT "commit" FROM stored_runs)')
        connection.execute("COMMIT")

    if details:
        use_index(repository, work)

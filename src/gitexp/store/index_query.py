"""SQL over the index, for reading alone: on views that are documented, and never longer than it may take."""

from __future__ import annotations

import time
import urllib.parse
from typing import TYPE_CHECKING

from gitexp.errors import InvalidQuery, QueryTooLong
from gitexp.model.query import VIEWS, QueryAnswer
from gitexp.store.index import index_path, make_memory_index, use_index
from gitexp.store.index_reading import refresh
from gitexp.store.index_values import fill_values
from gitexp.store.query_errors import explain_failure

if TYPE_CHECKING:
    import sqlite3

    from gitexp.errors import ExpError
    from gitexp.git.repository import Repository

MOST_ROWS = 1_000_000
_MOST_BYTES = 16_000_000
"""Of one value: zeroblob(2e9) would take the memory of the machine."""
_STEPS = 20_000
"""Of SQLite's machine between two looks at the clock, and at Ctrl-C: some milliseconds."""

_TIME = (
    "strftime('%Y-%m-%dT%H:%M:%S', {0} / 1000000 - ({0} % 1000000 < 0), 'unixepoch')"
    " || printf('.%06dZ', ({0} % 1000000 + 1000000) % 1000000)"
)
_RUNS = f"""
CREATE TEMP VIEW runs (id, name, experiment, status, started, ended, seconds, command, user, email, hidden,
    commit_id, snapshot, fingerprint, resumes, reproduces, forked_from, ref)
AS SELECT id, name, experiment, status, {_TIME.format("started")},
    CASE WHEN going THEN NULL ELSE {_TIME.format("ended")} END, seconds, command, CAST(user AS TEXT),
    CAST(email AS TEXT), hidden, "commit", snapshot, fingerprint, resumes, reproduces, forked, ref
FROM main.stored_runs WHERE shown = 1
"""  # noqa: S608  our own words, as below
_SHOWN = "JOIN main.stored_keys AS k USING (key) JOIN main.stored_runs AS r ON r.number = v.run AND r.shown = 1"
_METRICS = f"""
CREATE TEMP VIEW metrics (run, key, last, min, max, step)
AS SELECT r.id, k.name, v.last, v.min, v.max, v.step FROM main.stored_metrics AS v {_SHOWN}
"""  # noqa: S608
_VALUES = f"""
CREATE TEMP VIEW {{part}} (run, key, value, type)
AS SELECT r.id, k.name, v.value, v.type FROM main.stored_values AS v {_SHOWN} WHERE k.part = '{{part}}'
"""  # noqa: S608
_VIEW_TEXTS = (_RUNS, _METRICS, _VALUES.format(part="params"), _VALUES.format(part="tags"))
_NAMES = frozenset(view.name for view in VIEWS)
_TABLES = _NAMES | {"json_each", "json_tree"}


def query_runs(
    repository: Repository, sql: str, *, most: int = MOST_ROWS, seconds: float = 60.0
) -> tuple[QueryAnswer, tuple[ExpError, ...]]:
    """The answer to one SELECT, and why runs could not be read: they are not in it.

    Where the index cannot be kept on the disk one is made in memory. Raises InvalidQuery, QueryTooLong,
    KeyboardInterrupt, GitFailed.
    """
    import sqlite3

    def fill(connection: sqlite3.Connection) -> tuple[ExpError, ...]:
        broken = refresh(connection, repository)
        connection.execute("COMMIT")
        fill_values(connection, repository)
        state = {key for (key,) in connection.execute("SELECT key FROM state")}
        return tuple(error for _, error in broken) + (_tell_broken(repository) if state else ())

    broken = use_index(repository, fill)
    if broken is None:
        connection = make_memory_index()
        broken = fill(connection)
    else:
        path = urllib.parse.quote(index_path(repository))
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    try:
        return _ask(connection, sql, most, seconds), broken
    finally:
        connection.close()


def _tell_broken(repository: Repository) -> tuple[ExpError, ...]:
    """Why folds and lists of erased runs cannot be read."""
    from gitexp.git.refs import list_refs
    from gitexp.model.refs import FOLDS, REMOVED
    from gitexp.store.folds import read_folds
    from gitexp.store.removed import read_removed_lists

    folds = read_folds(repository, list_refs(repository, FOLDS))
    return (*folds.broken, *read_removed_lists(repository, list_refs(repository, REMOVED)).broken)


def _ask(connection: sqlite3.Connection, sql: str, most: int, seconds: float) -> QueryAnswer:
    import sqlite3

    for text in _VIEW_TEXTS:
        connection.execute(text)
    incomplete = connection.execute("SELECT count(*) FROM stored_runs WHERE shown = 1 AND more <> ''").fetchone()[0]
    connection.execute("PRAGMA query_only = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.set_authorizer(_authorise)
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        cursor = connection.execute(sql)
        rows = cursor.fetchmany(most + 1)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            if time.monotonic() > until:
                raise QueryTooLong(seconds) from error
            raise KeyboardInterrupt from error  # SQLite swallowed the one that came between its steps
        connection.set_progress_handler(None, 0)
        raise explain_failure(connection, sql, str(error)) from error
    except (sqlite3.Warning, ValueError, OverflowError) as error:
        raise InvalidQuery(sql, None, str(error)) from error
    if cursor.description is None:
        raise InvalidQuery(sql, None, "it asks for nothing", hint='exp query "select * from runs limit 5"')
    columns = tuple(column[0] for column in cursor.description)
    return QueryAnswer(columns, tuple(rows[:most]), len(rows) > most, incomplete)


def _authorise(action: int, first: str | None, second: str | None, database: str | None, view: str | None) -> int:
    """Reads of the views, and within them of the tables; functions; nothing else, of whatever kind."""
    import sqlite3

    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second not in ("load_extension", "fts3_tokenizer"):
        return sqlite3.SQLITE_OK
    # Of a table of which a view takes no column SQLite says so without saying for which view: to count rows is allowed.
    if action == sqlite3.SQLITE_READ and (first in _TABLES or view in _NAMES or not second):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY

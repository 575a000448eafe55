"""Heads of runs from the index."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord
from gitexp.git.reading import read_commits_of
from gitexp.model.head import RunHead
from gitexp.model.refs import LIVE, RUNS, Experiment
from gitexp.model.run import Lineage, Status, User
from gitexp.store.head_reading import Heads, read_head
from gitexp.store.index import IndexDamagedError, IndexUnusableError, use_index
from gitexp.store.index_filling import EPOCH, bring_up_to_date
from gitexp.store.index_freshness import is_fresh
from gitexp.store.index_said import SaidReader
from gitexp.store.index_schema import RUN_COLUMNS
from gitexp.store.index_values import fill_values

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from typing import Any

    from gitexp.git.repository import Repository

SELECT = f"SELECT more, {', '.join(RUN_COLUMNS)} FROM stored_runs"  # noqa: S608
_ALONE = Lineage()
_STATUSES = {status.value: status for status in Status}


def read_indexed(repository: Repository, experiment: str | None = None, *, with_values: bool = False) -> Heads | None:
    """The heads of all runs, or of those born in one experiment, as Git has them; None where the index cannot help.

    ``with_values``: params, metrics and tags are put into the index as well where they are not yet.
    """

    def work(connection: sqlite3.Connection) -> Heads:
        broken = make_ready(connection, repository)
        if with_values:
            connection.execute("COMMIT")
            fill_values(connection, repository)
            connection.execute("BEGIN")
        return _read_all(connection, repository, experiment, broken)

    return use_index(repository, work)


def make_ready(connection: sqlite3.Connection, repository: Repository) -> tuple[tuple[str, BrokenRecord], ...]:
    """Brings the index up to date where it is not, and returns why runs cannot be read, by ref.

    A reading transaction is open then. Raises IndexUnusableError where more is broken than single runs.
    """
    broken = refresh(connection, repository)
    if connection.execute("SELECT count(*) FROM state").fetchone()[0]:
        raise IndexUnusableError
    return broken


def refresh(connection: sqlite3.Connection, repository: Repository) -> tuple[tuple[str, BrokenRecord], ...]:
    """Brings the index up to date as far as it goes, and returns why runs cannot be read, by ref."""
    connection.execute("BEGIN")
    if not is_fresh(connection, repository):
        connection.execute("COMMIT")
        bring_up_to_date(connection, repository)
        connection.execute("BEGIN")
    broken, mended = _look_at_broken(connection, repository)
    if mended:
        connection.execute("COMMIT")
        bring_up_to_date(connection, repository, mended)
        connection.execute("BEGIN")
        broken, mended = _look_at_broken(connection, repository)
    if mended:
        raise IndexUnusableError
    return broken


def _look_at_broken(
    connection: sqlite3.Connection, repository: Repository
) -> tuple[tuple[tuple[str, BrokenRecord], ...], list[tuple[str, str]]]:
    """What was broken when it was read last, read again: why it is still, and what is not any more."""
    refs = connection.execute("SELECT ref, id FROM broken ORDER BY ref").fetchall()
    if not refs:
        return (), []
    broken: list[tuple[str, BrokenRecord]] = []
    mended: list[tuple[str, str]] = []
    for commit in read_commits_of(repository, refs):
        try:
            read_head(commit)
        except BrokenRecord as error:
            broken.append((commit.ref, error))
        else:
            mended.append((commit.ref, commit.id))
    return tuple(broken), mended


def _read_all(
    connection: sqlite3.Connection,
    repository: Repository,
    experiment: str | None,
    broken: Sequence[tuple[str, BrokenRecord]],
) -> Heads:
    if experiment is None:
        rows = connection.execute(f"{SELECT} WHERE shown = 1 ORDER BY started DESC, id DESC").fetchall()
        erased = connection.execute(f"{SELECT} WHERE shown = 2 ORDER BY started DESC, id DESC").fetchall()
    else:
        # Another ref of the same run in another experiment does not count here.
        own = connection.execute(
            f"{SELECT} WHERE coalesce(born, experiment) = ? ORDER BY rank, ref DESC", (experiment,)
        ).fetchall()
        first = {row[4]: row for row in reversed(own)}
        ids = {run_id for (run_id,) in connection.execute("SELECT id FROM removed")}
        ordered = sorted(first.values(), key=lambda row: (row[9], row[4]), reverse=True)
        rows = [row for row in ordered if row[4] not in ids]
        erased = [row for row in ordered if row[4] in ids]
        prefixes = (f"{RUNS}{experiment}/", f"{LIVE}{experiment}/")
        broken = [pair for pair in broken if pair[0].startswith(prefixes)]
    heads = make_heads(repository, [*rows, *erased])
    return Heads(heads[: len(rows)], tuple(error for _, error in broken), heads[len(rows) :])


def make_heads(repository: Repository, rows: Iterable[tuple[Any, ...]]) -> tuple[RunHead, ...]:
    """The heads of rows that SELECT gave. Raises IndexDamagedError where one cannot be that of a run."""
    said = SaidReader(repository)
    users: dict[tuple[object, object], User] = {}
    try:
        return tuple(_make_head(row, said, users) for row in rows)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise IndexDamagedError from error


def _make_head(row: tuple[Any, ...], said: SaidReader, users: dict[tuple[object, object], User]) -> RunHead:
    (
        more,
        ref,
        commit,
        snapshot,
        run_id,
        name,
        experiment,
        status,
        command,
        started,
        ended,
        seconds,
        fingerprint,
        user,
        email,
        born,
        hidden,
        annotated,
        fold,
        heard,
        resumes,
        reproduces,
        forked,
    ) = row
    person = users.get((user, email))
    if person is None:
        person = users[user, email] = User(_text(user), _text(email))
    alone = resumes is None and reproduces is None and forked is None
    return RunHead(
        ref,
        commit,
        snapshot,
        run_id,
        name,
        Experiment(experiment),
        _STATUSES[status],
        command,
        EPOCH + timedelta(microseconds=started),
        EPOCH + timedelta(microseconds=ended),
        seconds,
        fingerprint,
        person,
        said.make_said(commit, more),
        born,
        hidden != 0,
        annotated != 0,
        fold,
        None if heard is None else EPOCH + timedelta(microseconds=heard),
        _ALONE if alone else Lineage(resumes=resumes, reproduces=reproduces, forked_from=forked),
    )


def _text(stored: str | bytes) -> str:
    return stored.decode("utf-8", "surrogateescape") if isinstance(stored, bytes) else stored

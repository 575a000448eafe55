"""Single params, metrics and tags of many runs, read from the index key by key, without a look at their messages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.metrics import Summary
from gitexp.model.run import Status
from gitexp.model.said import Said, SaidValues
from gitexp.store.index import IndexDamagedError, use_index
from gitexp.store.index_values import decode_value, encode_name

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Number

_TABLES = {"params": "stored_values", "tags": "stored_values", "metrics": "stored_metrics"}


class KnownKeys(NamedTuple):
    """The keys that some runs have; of params, with whether any value is true or false."""

    params: dict[str, bool]
    metrics: frozenset[str]
    tags: frozenset[str]


class Places(NamedTuple):
    """Where the values of heads stand in the index: the number of each; None where its values are not there.

    Those that are going, stand for a chain, or have values in their manifest alone, are not.
    """

    repository: Repository
    numbers: tuple[int | None, ...]


def find_places(repository: Repository, heads: Sequence[RunHead]) -> Places | None:
    """Where the heads' values stand; None where the index cannot help."""

    def work(connection: sqlite3.Connection) -> Places:
        rows = connection.execute("SELECT \"commit\", number FROM stored_runs WHERE filled = 1 AND more = ''")
        known: dict[str, int] = dict(rows)
        return Places(
            repository,
            tuple(
                None if head.status is Status.RUNNING or head.chain or head.heard_at else known.get(head.commit)
                for head in heads
            ),
        )

    return use_index(repository, work)


def read_keys(places: Places) -> KnownKeys | None:
    """The keys that the runs at these places have."""
    wanted = {number for number in places.numbers if number is not None}

    def work(connection: sqlite3.Connection) -> KnownKeys:
        found: dict[str, dict[str, bool]] = {"params": {}, "metrics": {}, "tags": {}}
        for key, part, name in connection.execute("SELECT key, part, name FROM stored_keys ORDER BY key").fetchall():
            if _is_among(connection, f"SELECT run FROM {_TABLES[part]} WHERE key = ?", key, wanted):  # noqa: S608
                flags = "SELECT run FROM stored_values WHERE key = ? AND type = 'bool'"
                found[part][name] = part == "params" and _is_among(connection, flags, key, wanted)
        return KnownKeys(found["params"], frozenset(found["metrics"]), frozenset(found["tags"]))

    return use_index(places.repository, work)


def _is_among(connection: sqlite3.Connection, question: str, key: int, wanted: Collection[int]) -> bool:
    cursor = connection.execute(question, (key,))
    try:
        return any(run in wanted for (run,) in cursor)
    finally:
        cursor.close()


def focus_heads(places: Places, heads: Sequence[RunHead], wanted: Mapping[str, Iterable[str]]) -> list[RunHead] | None:
    """The heads with these params, metrics and tags alone, those at no place as they are; None without an index.

    ``wanted`` are keys by part. They are to be looked at, and not to be shown: the order of keys is not kept.
    """

    def work(connection: sqlite3.Connection) -> list[RunHead]:
        columns = {
            (part, name): _read_column(connection, part, name) for part, names in wanted.items() for name in names
        }
        return [
            head if number is None else head._replace(said=_say(number, columns))
            for head, number in zip(heads, places.numbers, strict=True)
        ]

    return use_index(places.repository, work)


def _read_column(connection: sqlite3.Connection, part: str, name: str) -> dict[int, Any]:
    question = "SELECT key FROM stored_keys WHERE part = ? AND name = ?"
    row = connection.execute(question, (part, encode_name(name))).fetchone()
    if row is None:
        return {}
    try:
        if part == "metrics":
            rows = connection.execute("SELECT run, last, min, max, step FROM stored_metrics WHERE key = ?", row)
            return {
                run: Summary(_number(last), _number(least), _number(greatest), math.nan, step, 0, "")
                for run, last, least, greatest, step in rows
            }
        rows = connection.execute("SELECT run, value, type FROM stored_values WHERE key = ?", row)
        return {run: value if kind == "float" else decode_value(value, kind) for run, value, kind in rows}
    except (ValueError, TypeError) as error:
        raise IndexDamagedError from error


def _number(stored: Number | None) -> Number:
    return math.nan if stored is None else stored


def _say(number: int, columns: Mapping[tuple[str, str], Mapping[int, Any]]) -> Said:
    found: dict[str, dict[str, Any]] = {"params": {}, "metrics": {}, "tags": {}}
    for (part, name), column in columns.items():
        if number in column:
            found[part][name] = column[number]
    values = SaidValues(found["params"], found["metrics"], found["tags"])
    return Said(lambda: values, values.more)

"""Params, metrics and tags in the index, key by key: put there when they are first needed."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.format.message_reading import parse_values
from gitexp.store.index_said import read_texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from typing import Any

    from gitexp.git.repository import Repository
    from gitexp.model.metrics import Number
    from gitexp.model.said import SaidValues
    from gitexp.model.values import Value

_AT_ONCE = 4_096
_GREATEST = 2**63
_ROW = "VALUES (?, ?, ?, ?)"


class Stored(NamedTuple):
    """A value as SQLite takes it, and what it was: null, bool, int, float, text, or json for all else."""

    value: int | float | str | None
    type: str


def fill_values(connection: sqlite3.Connection, repository: Repository) -> None:
    """Puts into the index what the messages say of those runs of which it is not known yet.

    What cannot be read now is tried again the next time. Raises sqlite3.Error, GitFailed.
    """
    question = 'SELECT number, "commit" FROM stored_runs WHERE filled = 0'
    if connection.execute(f"{question} LIMIT 1").fetchone() is None:
        return
    connection.execute("PRAGMA cache_spill = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        waiting: list[tuple[int, str]] = connection.execute(question).fetchall()
        keys = _Keys(connection)
        for start in range(0, len(waiting), _AT_ONCE):
            some = waiting[start : start + _AT_ONCE]
            texts = read_texts(repository, [commit for _, commit in some])
            said = {
                number: parse_values(text) for (number, _), text in zip(some, texts, strict=True) if text is not None
            }
            _insert(connection, keys, said)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


class _Keys:
    """The numbers of keys, given when a key is first met."""

    __slots__ = ("_connection", "_known")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        rows = connection.execute("SELECT part, name, key FROM stored_keys")
        self._known: dict[tuple[str, str], int] = {(part, name): key for part, name, key in rows}

    def find(self, part: str, name: str) -> int:
        key = self._known.get((part, name))
        if key is None:
            added = "INSERT INTO stored_keys (part, name) VALUES (?, ?)"
            key = self._connection.execute(added, (part, name)).lastrowid
            assert key is not None
            self._known[part, name] = key
        return key


def _insert(connection: sqlite3.Connection, keys: _Keys, said: Mapping[int, SaidValues]) -> None:
    values: list[tuple[int, int, Any, str]] = []
    metrics: list[tuple[int, int, Any, Any, Any, Any]] = []
    for number, one in said.items():
        for part, pairs in (("params", one.params), ("tags", one.tags)):
            for name, value in pairs.items():
                values.append((keys.find(part, encode_name(name)), number, *encode_value(value)))
        for name, summary in one.metrics.items():
            numbers = (encode_number(summary.last), encode_number(summary.min), encode_number(summary.max))
            step = None if summary.step is None else encode_number(summary.step)
            metrics.append((keys.find("metrics", encode_name(name)), number, *numbers, step))
    # In the order of the tables: SQLite then appends, and does not look for the place of each.
    values.sort(key=lambda row: row[:2])
    metrics.sort(key=lambda row: row[:2])
    connection.executemany(f"INSERT OR REPLACE INTO stored_values {_ROW}", values)
    connection.executemany("INSERT OR REPLACE INTO stored_metrics VALUES (?, ?, ?, ?, ?, ?)", metrics)
    connection.executemany(
        "UPDATE stored_runs SET filled = 1, more = ? WHERE number = ?",
        ((" ".join(sorted(one.more)), number) for number, one in said.items()),
    )


def encode_name(name: str) -> str:
    """A key as SQLite takes it: what is no UTF-8 in it is replaced."""
    return name.encode("utf-8", "replace").decode()


def encode_value(value: Value) -> Stored:
    """A value as SQLite takes it."""
    if value is None:
        return Stored(None, "null")
    if isinstance(value, bool):
        return Stored(int(value), "bool")
    if isinstance(value, int) and -_GREATEST <= value < _GREATEST:
        return Stored(value, "int")
    if isinstance(value, float) and value == value:
        return Stored(value, "float")
    if isinstance(value, str) and value.isprintable():
        return Stored(value, "text")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return Stored(json.dumps(value), "json")
        return Stored(value, "text")
    return Stored(json.dumps(value), "json")


def decode_value(stored: object, kind: str) -> Value:
    """The value that ``encode_value`` was given."""
    if kind == "bool":
        return bool(stored)
    value: Value = json.loads(stored) if kind == "json" else stored  # type: ignore[arg-type,assignment]
    return value


def encode_number(number: Number) -> int | float | None:
    """A number of a metric as SQLite takes it; NaN is null, and an integer of more than 64 bits the nearest float."""
    if isinstance(number, float):
        return None if math.isnan(number) else number
    if -_GREATEST <= number < _GREATEST:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf

"""Why SQLite refused a query, where in its text, and what was perhaps meant."""

from __future__ import annotations

import difflib
import re
import sqlite3
from typing import TYPE_CHECKING

from gitexp.errors import InvalidQuery
from gitexp.model.query import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEAR = re.compile(r'near "(.*)": syntax error', re.DOTALL)
_NAMED = re.compile(r"(no such column|no such table|no such function|ambiguous column name): (.+)", re.DOTALL)
_VIEWS = tuple(view.name for view in VIEWS)
_COLUMNS = tuple(dict.fromkeys(column.name for view in VIEWS for column in view.columns))
_REFUSALS = ("not authorized", "authorization denied", "prohibited", "cannot modify")
_EXAMPLE = 'exp query "select * from runs limit 5"'
_SCHEMA = "exp query --schema  (names all views and columns)"


def explain_failure(connection: sqlite3.Connection, sql: str, words: str) -> InvalidQuery:
    """The error to raise for what SQLite said."""
    if any(word in words for word in _REFUSALS):
        hint = f"one SELECT from {', '.join(_VIEWS)}: exp query --schema"
        return InvalidQuery(sql, None, "it does more than read the views of the runs", hint=hint)
    if "Incorrect number of bindings" in words:
        return InvalidQuery(sql, find_word(sql, "?"), "nothing stands for a '?' here", hint="write the value itself")
    if "one statement at a time" in words:
        return InvalidQuery(sql, None, "more than one statement", hint="one SELECT at a time, without ';' within")
    near = _NEAR.fullmatch(words)
    if near is not None:
        return InvalidQuery(sql, _find_syntax(connection, sql, near[1]), f"near {near[1]!r}: not SQL", hint=_EXAMPLE)
    if words == "incomplete input":
        return InvalidQuery(sql, len(sql.rstrip()), "something is missing at its end", hint=_EXAMPLE)
    named = _NAMED.fullmatch(words)
    if named is None:
        return InvalidQuery(sql, None, words, hint=_SCHEMA)
    what, name = named.groups()
    return InvalidQuery(sql, find_word(sql, name), words, hint=_hint(connection, what, name))


def find_word(sql: str, name: str) -> int | None:
    """Where a name stands in a query, outside of its texts and comments; None where it does not."""
    # What is quoted by ' and what is commented out is passed over, as long as it was.
    shown = re.sub(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", lambda found: " " * len(found[0]), sql, flags=re.DOTALL)
    dotted = r"\s*\.\s*".join(rf'["`\[]?{re.escape(part)}["`\]]?' for part in name.split("."))
    found = re.search(rf"(?<![\w.]){dotted}(?!\w)", shown, re.IGNORECASE)
    return found.start() if found else None


def _find_syntax(connection: sqlite3.Connection, sql: str, token: str) -> int | None:
    """Where the token stands at which the grammar ends: the first at which a query cut after it fails the same way."""
    at = sql.find(token)
    while at >= 0:
        try:
            connection.execute(f"EXPLAIN {sql[: at + len(token)]}")
        except sqlite3.Error as error:
            if _NEAR.fullmatch(str(error)) is not None:
                return at
        at = sql.find(token, at + 1)
    return None


def _hint(connection: sqlite3.Connection, what: str, name: str) -> str:
    bare = name.rpartition(".")[2]
    if what == "no such table":
        return _near(name, _VIEWS) or f"the views are {', '.join(_VIEWS)}: exp query --schema"
    if what == "no such function":
        return "https://sqlite.org/lang_corefunc.html has the functions of SQLite"
    if what == "ambiguous column name":
        return f"runs.{bare}, or the like: two views have it"
    part = _find_part(connection, bare)
    if part is not None:
        value = "last" if part == "metrics" else "value"
        return f"{part} are rows: select run, {value} from {part} where key = '{bare}'"  # noqa: S608  a hint
    return _near(bare, _COLUMNS) or _SCHEMA


def _find_part(connection: sqlite3.Connection, name: str) -> str | None:
    connection.set_authorizer(None)
    row = connection.execute("SELECT part FROM main.stored_keys WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _near(name: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else None

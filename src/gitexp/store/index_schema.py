"""The tables of the index. A new shape of any of them is a new number: the file is then made anew."""

from __future__ import annotations

APPLICATION = 0x67657870
"""``gexp``: a file with another number was not made by us."""
VERSION = 2

RUN_COLUMNS = (
    "ref",
    '"commit"',
    "snapshot",
    "id",
    "name",
    "experiment",
    "status",
    "command",
    "started",
    "ended",
    "seconds",
    "fingerprint",
    "user",
    "email",
    "born",
    "hidden",
    "annotated",
    "fold",
    "heard",
    "resumes",
    "reproduces",
    "forked",
)
"""What a head is made of. Times are microseconds since 1970."""

SCHEMA = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stamps (path TEXT PRIMARY KEY, stamp TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE loose (name TEXT PRIMARY KEY, folder TEXT NOT NULL, id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE packed (name TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE broken (ref TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE removed (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE stored_runs (
    number INTEGER PRIMARY KEY,
    ref TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    snapshot TEXT,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    experiment TEXT NOT NULL,
    status TEXT NOT NULL,
    command TEXT NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    seconds REAL,
    fingerprint TEXT,
    user NOT NULL,
    email NOT NULL,
    born TEXT,
    hidden INTEGER NOT NULL,
    annotated INTEGER NOT NULL,
    fold TEXT,
    heard INTEGER,
    resumes TEXT,
    reproduces TEXT,
    forked TEXT,
    rank INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    going INTEGER NOT NULL,
    filled INTEGER NOT NULL DEFAULT 0,
    more TEXT
);
CREATE INDEX runs_by_id ON stored_runs (id);
CREATE INDEX runs_by_ref ON stored_runs (ref);
CREATE INDEX runs_of_experiment ON stored_runs (experiment, hidden, going, started, id) WHERE shown = 1;
CREATE INDEX runs_of_all ON stored_runs (hidden, going, started, id) WHERE shown = 1;
CREATE INDEX runs_erased ON stored_runs (id) WHERE shown = 2;
CREATE INDEX runs_resuming ON stored_runs (resumes) WHERE resumes IS NOT NULL;
CREATE INDEX runs_unfilled ON stored_runs (number) WHERE filled = 0;
CREATE TABLE stored_keys (key INTEGER PRIMARY KEY, part TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (part, name));
CREATE TABLE stored_values (key INTEGER, run INTEGER, value, type TEXT NOT NULL, PRIMARY KEY (key, run)) WITHOUT ROWID;
CREATE TABLE stored_metrics (key INTEGER, run INTEGER, last, min, max, step, PRIMARY KEY (key, run)) WITHOUT ROWID;
CREATE TABLE stored_details ("commit" TEXT PRIMARY KEY, version INTEGER NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
"""

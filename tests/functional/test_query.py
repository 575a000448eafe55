"""``exp query``: SQL over all runs, for reading alone."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from gitexp.model.query import VIEWS
from gitexp.model.run import Status
from kit.exp import envelope, run_exp
from kit.stored import make_summary, plan_run, store_run
from kit.terminal import wait_until

if TYPE_CHECKING:
    from kit.exp import Ran
    from kit.git import GitFolder


@pytest.fixture
def runs(folder: GitFolder) -> GitFolder:
    store_run(folder, plan_run(folder, "k3v9x2mabc", params={"lr": 0.1, "deep": True, "sizes": [1, 2], "none": None},
              metrics={"loss": make_summary(0.5, min=0.25, step=7)}, tags={"team": "fraud"}))  # fmt: skip
    store_run(folder, plan_run(folder, "p7qw4n8hde", minutes=1, params={"lr": 1, "na.me": "<b>\x1b[31m"},
              metrics={"loss": float("nan"), "auc": float("inf")}, status=Status.FAILED, exit_code=1))  # fmt: skip
    store_run(folder, plan_run(folder, "t2zc9x1k0f", minutes=2, experiment="fraud", status=Status.RUNNING))
    return folder


def rows(ran: Ran) -> list[list[object]]:
    assert ran.status == 0, ran.err
    found: list[list[object]] = envelope(ran.out)["data"]["rows"]
    return found


def dump(folder: GitFolder) -> list[str]:
    """All that the index holds but the times of files, which settle after two seconds."""
    with contextlib.closing(sqlite3.connect(folder.path / ".git" / "exp" / "index.sqlite")) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        return [str(version), *(line for line in connection.iterdump() if "stamps" not in line)]


def ask(folder: GitFolder, sql: str) -> list[list[object]]:
    return rows(run_exp(folder, "query", sql, "--json"))


def test_runs_are_a_view(runs: GitFolder) -> None:
    sql = "select id, experiment, status, started, ended is null, seconds, hidden from runs order by started"
    assert ask(runs, sql) == [
        ["k3v9x2mabc", "default", "finished", "2026-11-23T09:14:03.000000Z", 0, 97.0, 0],
        ["p7qw4n8hde", "default", "failed", "2026-11-23T09:15:03.000000Z", 0, 97.0, 0],
        ["t2zc9x1k0f", "fraud", "running", "2026-11-23T09:16:03.000000Z", 1, None, 0],
    ]


def test_values_are_typed(runs: GitFolder) -> None:
    assert ask(runs, "select key, value, type from params where run = 'k3v9x2mabc' order by key") == [
        ["deep", 1, "bool"],
        ["lr", 0.1, "float"],
        ["none", None, "null"],
        ["sizes", "[1, 2]", "json"],
    ]
    assert ask(runs, "select run, value, type from params where key = 'lr' order by value desc") == [
        ["p7qw4n8hde", 1, "int"],
        ["k3v9x2mabc", 0.1, "float"],
    ]
    assert ask(runs, "select * from metrics order by run, key") == [
        ["k3v9x2mabc", "loss", 0.5, 0.25, 0.5, 7],
        ["p7qw4n8hde", "auc", "Infinity", "Infinity", "Infinity", None],
        ["p7qw4n8hde", "loss", None, None, None, None],
    ]
    assert ask(runs, "select * from tags") == [["k3v9x2mabc", "team", "fraud", "text"]]


def test_what_is_said_of_a_run_later_changes_the_views(runs: GitFolder) -> None:
    assert ask(runs, "select count(*) from tags") == [[1]]
    assert run_exp(runs, "tag", "p7qw", "team=risk", "stage=2").status == 0
    assert run_exp(runs, "rm", "k3v9").status == 0
    assert ask(runs, "select run, key, value from tags order by run, key") == [
        ["k3v9x2mabc", "team", "fraud"],
        ["p7qw4n8hde", "stage", 2],
        ["p7qw4n8hde", "team", "risk"],
    ]
    assert ask(runs, "select id from runs where hidden") == [["k3v9x2mabc"]]


def test_a_table_csv_and_markdown(runs: GitFolder) -> None:
    sql = "select run, key, value from params where run like 'p7%' order by key"
    ran = run_exp(runs, "query", sql)
    assert ran.out == "run         key    value\np7qw4n8hde  lr     1\np7qw4n8hde  na.me  <b>\\e[31m\n"
    ran = run_exp(runs, "query", sql, "--csv")
    assert list(csv.reader(io.StringIO(ran.out)))[1:] == [
        ["p7qw4n8hde", "lr", "1"],
        ["p7qw4n8hde", "na.me", "<b>\\e[31m"],
    ]
    assert run_exp(runs, "query", sql, "--md").out.splitlines()[-1] == "| p7qw4n8hde | na.me | &lt;b>\\\\e\\[31m |"
    assert run_exp(runs, "query", "-", "--csv", stdin=b"select count(*) n from runs;\n").out == "n\n3\n"


def test_no_rows_and_too_many(runs: GitFolder) -> None:
    ran = run_exp(runs, "query", "select * from runs where name = 'nobody'")
    assert (ran.status, ran.out, ran.err) == (0, "", "no rows\n")
    ran = run_exp(runs, "query", "select id from runs order by id", "-n", "2")
    assert ran.out.split() == ["id", "k3v9x2mabc", "p7qw4n8hde"]
    assert ran.err == "there are more than these 2 rows: -n 0 for all\n"
    ran = run_exp(runs, "query", "select id from runs", "-n", "2", "--json")
    assert envelope(ran.out)["data"]["cut"] is True


@pytest.mark.parametrize(
    ("sql", "told", "hint"),
    [
        ("select nme from runs", "no such column: nme\n    select nme from runs\n           ^", "did you mean name?"),
        ("select 'r.los',\n r.los from runs r", "no such column: r.los\n     r.los from runs r\n     ^",
         "did you mean last?"),
        ("select loss from runs", "no such column: loss\n    select loss from runs\n           ^",
         "metrics are rows: select run, last from metrics where key = 'loss'"),
        ("select * from rns", "no such table: rns\n    select * from rns\n                  ^", "did you mean runs?"),
        ("select 1 where (2))", "near ')': not SQL\n    select 1 where (2))\n                      ^", "exp query"),
        ("select * from", "something is missing at its end\n    select * from\n                 ^", "exp query"),
        ("select nope(1)", "no such function: nope\n    select nope(1)\n           ^", "https://sqlite.org"),
    ],
)  # fmt: skip
def test_an_error_says_where_and_what_was_perhaps_meant(runs: GitFolder, sql: str, told: str, hint: str) -> None:
    ran = run_exp(runs, "query", sql)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"exp: query: {told}\nhint: {hint}")


@pytest.mark.parametrize(
    "sql",
    [
        "delete from runs",
        "update stored_runs set name = 'x'",
        "insert into tags values (1, 2, 3, 4)",
        "create table x (a)",
        "create temp table x (a)",
        "drop view runs",
        "attach 'other.sqlite' as other",
        "vacuum into 'copy.sqlite'",
        "pragma user_version = 7",
        "select * from pragma_table_info('runs')",
        "select name from stored_runs",
        "select sql from sqlite_master",
        "select load_extension('x')",
        "begin",
        "with a as (select 1) insert into runs select * from a",
        "select 1; select 2",
        "select ?",
        "select length(zeroblob(2000000000))",
    ],
)
def test_it_only_reads(runs: GitFolder, sql: str) -> None:
    assert ask(runs, "select count(*) from runs") == [[3]]
    before = dump(runs)
    there = sorted(os.listdir(runs.path))
    ran = run_exp(runs, "query", sql, "--json")
    assert ran.status == 2
    assert envelope(ran.out)["errors"][0]["code"] == "invalid-query"
    assert dump(runs) == before
    assert sorted(os.listdir(runs.path)) == there


def test_a_query_without_end_is_stopped(runs: GitFolder) -> None:
    sql = "with recursive a(n) as (select 1 union all select n + 1 from a) select max(n) from a"
    ran = run_exp(runs, "query", sql, "--timeout", "0.2", "--json")
    assert ran.status == 1
    assert envelope(ran.out)["errors"][0]["code"] == "query-too-long"


def test_interrupting_a_query_ends_it(runs: GitFolder) -> None:
    sql = "with recursive a(n) as (select 1 union all select n + 1 from a) select max(n) from a"
    assert ask(runs, "select count(*) from runs") == [[3]]
    with subprocess.Popen(
        [sys.executable, "-m", "gitexp", "query", sql], cwd=runs.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asking:
        process = psutil.Process(asking.pid)
        wait_until(lambda: process.cpu_times().user > 2)  # to come so far takes a fifth of that
        asking.send_signal(signal.SIGINT)
        out, _ = asking.communicate(timeout=50)
    assert (asking.returncode, out) == (130, b"")


def test_without_a_place_for_an_index_one_is_made_in_memory(runs: GitFolder) -> None:
    place = runs.path / ".git" / "exp" / "index.sqlite"
    place.unlink(missing_ok=True)
    place.mkdir(parents=True)
    assert ask(runs, "select count(*) from runs") == [[3]]
    assert ask(runs, "select last from metrics where run = 'k3v9x2mabc'") == [[0.5]]
    assert stat.S_ISDIR(place.stat().st_mode)


def test_a_broken_run_is_told_and_the_others_are_asked(runs: GitFolder) -> None:
    runs.git("update-ref", "refs/runs/default/q9ne1w3t6k", "HEAD")
    ran = run_exp(runs, "query", "select count(*) from runs", "--json")
    assert rows(ran) == [[3]]
    assert [error["code"] for error in envelope(ran.out)["errors"]] == ["broken-record"]
    ran = run_exp(runs, "query", "select count(*) from runs")
    assert "refs/runs/default/q9ne1w3t6k cannot be read" in ran.err
    runs.git("update-ref", "refs/exp/fold/w1/202611", "HEAD")
    assert len(envelope(run_exp(runs, "query", "select 1", "--json").out)["errors"]) == 2


def test_the_schema_is_that_of_the_views(runs: GitFolder) -> None:
    for view in VIEWS:
        ran = run_exp(runs, "query", f"select * from {view.name}", "--json")
        assert tuple(envelope(ran.out)["data"]["columns"]) == tuple(column.name for column in view.columns)
    out = run_exp(runs, "query", "--schema").out
    told = json.loads(run_exp(runs, "query", "--schema", "--json").out)["data"]
    for view in VIEWS:
        assert view.name in told
        assert view.meaning in out
        assert all(column.meaning in out for column in view.columns)


def test_more_params_than_a_message_holds_are_said(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", params={f"p{number:03}": number for number in range(100)}))
    ran = run_exp(folder, "query", "select count(*) n from params")
    assert ran.out.split() == ["n", "64"]
    assert ran.err == "1 run has more params, metrics or tags than a commit's message holds, and the views have\n"


def test_no_repository_and_no_sql(folder: GitFolder) -> None:
    assert run_exp(folder, "query").status == 2
    assert run_exp(folder, "query", "--schema", "select 1").status == 2
    assert run_exp(folder, "query", "select count(*) n from runs", "--csv").out == "n\n0\n"

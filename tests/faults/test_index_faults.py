"""An index that is damaged, foreign, locked, out of room, or used by many at once: the listing is that of Git."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gitexp.store.gathering import gather_heads
from gitexp.store.index_reading import read_indexed
from gitexp.store.index_schema import APPLICATION, VERSION
from gitexp.store.runs import open_store
from kit.exp import PATIENCE, envelope, run_exp
from kit.git import GitFolder
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

IDS = ["h8yb3d6m2g", "k3v9x2mabc", "p7qw4n8hde", "q9ne1w3t6k", "t2zc9x1k0f"]


def index_of(folder: GitFolder) -> pathlib.Path:
    return folder.path / ".git" / "exp" / "index.sqlite"


def list_ids(folder: GitFolder) -> list[str]:
    ran = run_exp(folder, "ls", "--all", "--ids")
    assert (ran.status, ran.err) == (0, "")
    return sorted(ran.out.split())


def is_ours(folder: GitFolder) -> bool:
    with contextlib.closing(sqlite3.connect(index_of(folder))) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        return (application, version) == (APPLICATION, VERSION)


@pytest.fixture
def indexed(stored_runs: GitFolder) -> GitFolder:
    assert list_ids(stored_runs) == IDS
    assert is_ours(stored_runs)
    return stored_runs


def overwrite(place: pathlib.Path) -> None:
    place.write_bytes(b"this is no database" * 1000)


def empty_half(place: pathlib.Path) -> None:
    data = place.read_bytes()
    place.write_bytes(data[: len(data) // 2])


def zero_pages(place: pathlib.Path) -> None:
    data = place.read_bytes()
    place.write_bytes(data[:4096] + bytes(len(data) - 4096))


def make_another(place: pathlib.Path) -> None:
    place.unlink()
    with contextlib.closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
        connection.execute("PRAGMA user_version = 3")


def age(place: pathlib.Path) -> None:
    with contextlib.closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA user_version = 0")


def drop_table(place: pathlib.Path) -> None:
    with contextlib.closing(sqlite3.connect(place)) as connection:
        connection.execute("DROP TABLE stored_runs")


def write_nonsense(place: pathlib.Path) -> None:
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as connection:
        connection.execute("UPDATE stored_runs SET status = 'nonsense', started = 'then'")


@pytest.mark.parametrize("damage", [overwrite, empty_half, zero_pages, make_another, age, drop_table, write_nonsense])
def test_an_index_that_is_damaged_or_not_ours_is_made_anew(
    indexed: GitFolder, damage: Callable[[pathlib.Path], None]
) -> None:
    damage(index_of(indexed))
    assert list_ids(indexed) == IDS
    assert run_exp(indexed, "show", "k3v9").status == 0
    assert is_ours(indexed)
    with contextlib.closing(sqlite3.connect(index_of(indexed))) as connection:
        assert sorted(run_id for (run_id,) in connection.execute("SELECT id FROM stored_runs")) == IDS


def test_the_index_of_a_newer_gitexp_is_left_alone(indexed: GitFolder) -> None:
    with contextlib.closing(sqlite3.connect(index_of(indexed))) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = index_of(indexed).read_bytes()
    assert list_ids(indexed) == IDS
    assert index_of(indexed).read_bytes() == before


def test_a_locked_index_holds_nobody_up(indexed: GitFolder) -> None:
    store_run(indexed, plan_run(indexed, "m4km4km4km", minutes=40))
    with contextlib.closing(sqlite3.connect(index_of(indexed), isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert list_ids(indexed) == sorted([*IDS, "m4km4km4km"])
        assert envelope(run_exp(indexed, "query", "select count(*) from runs", "--json").out)["data"]["rows"] == [[6]]
        ran = run_exp(indexed, "run", "--quiet", "--", "true")
        assert (ran.status, ran.err) == (0, "")
    assert len(list_ids(indexed)) == 7


def test_a_full_disk_leaves_the_listing(small_disk: pathlib.Path) -> None:
    folder = GitFolder.create(small_disk / "repo", "--template=")
    folder.commit()
    for number in range(3):
        store_run(folder, plan_run(folder, IDS[number], minutes=number))
    fill = small_disk / "fill"
    with contextlib.suppress(OSError), fill.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    assert list_ids(folder) == IDS[:3]
    assert list_ids(folder) == IDS[:3]
    fill.unlink()
    assert list_ids(folder) == IDS[:3]
    assert is_ours(folder)


def test_many_listings_and_recordings_at_once(folder: GitFolder) -> None:
    listing = [sys.executable, "-m", "gitexp", "ls", "--all", "--ids", "-n", "0"]
    known: set[str] = set()
    for number in range(4):
        for place in range(4):
            run_id = f"k{number}{place}xxxxxxx"
            store_run(folder, plan_run(folder, run_id, minutes=number))
            known.add(run_id)
        going = [
            subprocess.Popen(listing, cwd=folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
        ]
        run_id = f"m{number}xxxxxxxx"
        store_run(folder, plan_run(folder, run_id, minutes=number))
        for process in going:
            out, err = process.communicate(timeout=PATIENCE)
            assert (process.returncode, err) == (0, b"")
            assert known <= set(out.decode().split()) <= known | {run_id}
        known.add(run_id)
    assert list_ids(folder) == sorted(known)
    repository = open_store(os.fspath(folder.path)).repository
    assert read_indexed(repository) == gather_heads(repository)


def test_a_writer_that_is_killed_leaves_an_index_that_can_be_used(indexed: GitFolder, tmp_path: pathlib.Path) -> None:
    """By the Git that it asks for the commit of a new ref, which it does within its transaction."""
    store_run(indexed, plan_run(indexed, "m4km4km4km", minutes=40))
    (tmp_path / "bin").mkdir()
    deadly = tmp_path / "bin" / "git"
    deadly.write_text(f'#!/bin/sh\ncase "$*" in *cat-file*) kill -9 $PPID;; esac\nexec {shutil.which("git")} "$@"\n')
    deadly.chmod(0o755)
    environment = os.environ | {"PATH": f"{deadly.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "gitexp", "ls", "--ids"],
        cwd=indexed.path, env=environment, capture_output=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (-9, b"")
    assert list_ids(indexed) == sorted([*IDS, "m4km4km4km"])


def test_details_are_read_from_manifests_once(indexed: GitFolder) -> None:
    ask = ("ls", "--where", "host == 'gpu-7'", "--ids")
    first = run_exp(indexed, *ask)
    assert sorted(first.out.split()) == ["k3v9x2mabc", "p7qw4n8hde", "q9ne1w3t6k", "t2zc9x1k0f"]
    blob = indexed.git("rev-parse", "refs/runs/default/k3v9x2mabc:.exp/run.yaml")
    (indexed.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert run_exp(indexed, *ask).out == first.out
    index_of(indexed).unlink()
    again = run_exp(indexed, *ask)
    assert sorted(again.out.split()) == ["p7qw4n8hde", "q9ne1w3t6k", "t2zc9x1k0f"]
    assert "k3v9x2mabc" in again.err


def test_a_ref_that_moves_within_the_same_moment_is_seen(indexed: GitFolder) -> None:
    """Two states of a folder of refs under one time: what is younger than two seconds is not relied upon."""
    folder = indexed.path / ".git" / "refs" / "runs" / "default"
    now = time.time_ns()
    os.utime(folder, ns=(now, now))
    assert list_ids(indexed) == IDS
    (folder / "t2zc9x1k0f").unlink()
    os.utime(folder, ns=(now, now))
    assert list_ids(indexed) == IDS[:-1]

"""Objects stored while others are removed: who was told that its bytes are kept finds them kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gitexp.data.cache import Cache
from gitexp.data.cache_lock import hold_while_removing, hold_while_storing
from gitexp.data.cached_objects import list_objects, remove_objects
from gitexp.errors import StorageFailed
from kit.exp import PATIENCE, run_exp
from kit.kept import give_training, list_cache, make_old, record

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

ROUNDS = 300
REMOVER = """
import os, sys, time
from gitexp.data.cache import Cache
from gitexp.data.cached_objects import list_objects, remove_objects
root, stop = sys.argv[1:]
cache, removed = Cache(root), 0
print("ready", flush=True)
while not os.path.exists(stop):
    removed += len(list(remove_objects(cache, list(list_objects(cache)), time.time() - 3600)))
print(removed)
"""
COLLECTOR = """
import os, subprocess, sys
stop = sys.argv[1]
print("ready", flush=True)
while not os.path.exists(stop):
    subprocess.run([sys.executable, "-m", "gitexp", "gc", "--delete"], capture_output=True)
"""


def start(script: str, *arguments: str, cwd: pathlib.Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], cwd=cwd, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def grow_old(path: str) -> bool:
    """Makes an object a day old; False where it has been removed."""
    try:
        os.utime(path, (time.time() - 86_400,) * 2)
    except FileNotFoundError:
        return False
    return True


def test_a_file_that_is_stored_again_is_there_whatever_is_removed_meanwhile(tmp_path: pathlib.Path) -> None:
    cache = Cache(str(tmp_path / "cache"))
    source = tmp_path / "model.pt"
    source.write_bytes(b"weights" * 1000)
    md5 = cache.store_file(str(source)).md5
    assert md5 is not None
    stop = tmp_path / "stop"
    remover = start(REMOVER, cache.root, str(stop), cwd=tmp_path)
    lost = kept = 0
    try:
        for _ in range(ROUNDS):
            kept += grow_old(cache.path_of(md5))
            assert cache.store_file(str(source)).md5 == md5
            lost += not cache.has(md5)
    finally:
        stop.touch()
        removed, _ = remover.communicate(timeout=PATIENCE)
    assert int(removed) > 0, "nothing was removed, so nothing was tried"
    assert kept > 0
    assert lost == 0


def test_an_object_that_became_new_since_it_was_listed_stays(tmp_path: pathlib.Path) -> None:
    cache = Cache(str(tmp_path / "cache"))
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    for name in "ab":
        cache.store_file(str(tmp_path / name))
    listed = list(list_objects(cache))
    for one in listed:
        assert grow_old(cache.path_of(one.md5))
    kept = cache.store_file(str(tmp_path / "a")).md5

    removed = list(remove_objects(cache, listed, time.time() - 3600))

    assert len(listed) == 2
    assert [one.md5 for one in removed] == [one.md5 for one in listed if one.md5 != kept]
    assert [one.md5 for one in list_objects(cache)] == [kept]


def test_nothing_is_removed_without_the_lock(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitexp.data.cache_lock._PATIENCE", 0.0)
    cache = Cache(str(tmp_path / "cache"))
    (tmp_path / "a").write_bytes(b"a")
    md5 = cache.store_file(str(tmp_path / "a")).md5
    assert md5 is not None
    assert grow_old(cache.path_of(md5))

    with hold_while_storing(cache.root), pytest.raises(StorageFailed):
        list(remove_objects(cache, list(list_objects(cache)), time.time()))
    assert cache.has(md5)
    with hold_while_removing(cache.root):  # who stores goes on: to be kept matters more
        assert cache.store_file(str(tmp_path / "a")).md5 == md5


def test_runs_recorded_while_garbage_is_collected_hold(folder: GitFolder) -> None:
    give_training(folder)
    assert run_exp(folder, "purge", record(folder, "1"), "--yes").status == 0
    make_old(folder)
    assert list_cache(folder)
    stop = folder.path.parent / "stop"
    collector = start(COLLECTOR, str(stop), cwd=folder.path)
    try:
        for _ in range(3):
            run_id = record(folder, "1")
            assert run_exp(folder, "verify").status == 0
            assert run_exp(folder, "purge", run_id, "--yes").status == 0
            make_old(folder)
    finally:
        stop.touch()
        collector.communicate(timeout=PATIENCE)
    run_exp(folder, "gc", "--delete")
    assert list_cache(folder) == set()

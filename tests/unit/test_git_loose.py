from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import StorageFailed
from gitexp.git.loose import write_loose
from gitexp.git.objects import ObjectWriter
from gitexp.git.repository import open_repository

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from kit.git import GitFolder

WRITE = """
import sys
from gitexp.git.objects import ObjectWriter
from gitexp.git.repository import open_repository
with ObjectWriter(open_repository()) as writer:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(300):
        writer.write_blob(b"%d" % number)
"""


def objects(folder: GitFolder) -> pathlib.Path:
    return folder.path / ".git" / "objects"


@pytest.mark.parametrize("kind", ["blob", "commit", "tree"])
def test_git_reads_what_is_written(folder: GitFolder, kind: str) -> None:
    data = {"blob": b"one\n", "tree": b"", "commit": folder.git("cat-file", "commit", "HEAD").encode() + b"\n"}[kind]
    object_id = write_loose(str(objects(folder)), kind, data, "sha1")
    assert object_id == folder.git("hash-object", "-t", kind, "--stdin", stdin=data)
    assert folder.git("cat-file", "-t", object_id) == kind
    assert folder.git("cat-file", kind, object_id).encode() == data.rstrip(b"\n")


def test_one_that_is_there_is_made_young_again_and_not_written(folder: GitFolder) -> None:
    object_id = write_loose(str(objects(folder)), "blob", b"one", "sha1")
    path = objects(folder) / object_id[:2] / object_id[2:]
    os.utime(path, (1, 1))
    before = path.stat().st_ino
    write_loose(str(objects(folder)), "blob", b"one", "sha1")
    assert path.stat().st_ino == before
    assert path.stat().st_mtime > 1


def test_what_a_killed_process_left_holds_nobody_up(folder: GitFolder) -> None:
    object_id = folder.git("hash-object", "--stdin", stdin=b"one")
    (objects(folder) / object_id[:2]).mkdir()
    for left in (f"{object_id[2:]}.lock", "tmp_obj_000000"):
        (objects(folder) / object_id[:2] / left).write_bytes(b"half")
    assert write_loose(str(objects(folder)), "blob", b"one", "sha1") == object_id
    assert folder.git("cat-file", "blob", object_id) == "one"
    folder.git("gc", "--quiet", "--prune=now")
    assert not list(objects(folder).glob("*/tmp_obj_*"))


def test_two_processes_write_the_same_objects_at_once(folder: GitFolder) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", WRITE], cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60) and process.returncode for process in both] == [0, 0]
    folder.git("fsck", "--strict", "--no-dangling")
    assert not list(objects(folder).glob("*/tmp_obj_*"))


@pytest.fixture
def small_files(folder: GitFolder) -> Iterator[GitFolder]:
    """No file may grow above 4 KiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_one_that_cannot_be_written_whole_is_not_there_at_all(small_files: GitFolder) -> None:
    before = sorted(path for path in objects(small_files).rglob("*") if path.is_file())
    assert before
    with ObjectWriter(open_repository()) as writer:
        with pytest.raises(StorageFailed, match="File too large"):
            writer.write_blob(os.urandom(20_000))
        assert not writer.written
    assert sorted(path for path in objects(small_files).rglob("*") if path.is_file()) == before

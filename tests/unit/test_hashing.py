from __future__ import annotations

import hashlib
import os
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from gitexp.data.hashing import FileHash, hash_file, hash_folder, walk_folder
from gitexp.data.known_hashes import KnownHashes

if TYPE_CHECKING:
    import pathlib

    import pytest


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def settle(path: pathlib.Path) -> os.stat_result:
    """A status that says that a file was last changed long ago, as waiting would make it."""
    os.utime(path, ns=(10**18, 10**18))
    found = os.stat(path)
    return os.stat_result(tuple(found)[:10], {"st_mtime_ns": 10**18, "st_ctime_ns": 10**18})


def test_a_file_has_the_md5_of_its_bytes(tmp_path: pathlib.Path) -> None:
    content = os.urandom(3_000_001)
    (tmp_path / "a").write_bytes(content)
    assert hash_file(str(tmp_path / "a")) == FileHash(md5(content), 3_000_001)


def test_what_has_no_bytes_of_its_own_has_a_reason_in_place_of_a_hash(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert hash_file(str(tmp_path / "pipe")).why == "not a regular file"
    assert hash_file(str(tmp_path)).why is not None
    assert hash_file(str(tmp_path / "none")).why == "No such file or directory"
    assert hash_file("/proc/self/mem").md5 is None


def test_a_file_that_is_written_to_meanwhile_has_no_hash(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 3_000_000)
    first_chunk, written = threading.Event(), threading.Event()
    read = os.read

    def read_and_let_write(descriptor: int, count: int) -> bytes:
        chunk = read(descriptor, count)
        if not first_chunk.is_set():
            first_chunk.set()
            assert written.wait(30)
        return chunk

    def write() -> None:
        assert first_chunk.wait(30)
        with open(path, "ab") as file:
            file.write(b"y")
        written.set()

    writer = threading.Thread(target=write)
    writer.start()
    monkeypatch.setattr(os, "read", read_and_let_write)
    assert hash_file(str(path)) == FileHash(None, None, "it changed while it was read")
    writer.join()


def test_a_folder_without_files_has_a_hash(tmp_path: pathlib.Path) -> None:
    hashed = hash_folder(str(tmp_path))
    assert (hashed.md5, hashed.bytes, hashed.files) == (md5(b"[]") + ".dir", 0, 0)


def test_the_listing_of_a_folder_is_sorted_by_name(tmp_path: pathlib.Path) -> None:
    for name, content in {"b/c": b"1", "b.txt": b"22", "a": b"333"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    hashed = hash_folder(str(tmp_path))
    names = [("a", b"333"), ("b.txt", b"22"), ("b/c", b"1")]
    expected = ", ".join(f'{{"md5": "{md5(content)}", "relpath": "{name}"}}' for name, content in names)
    assert hashed.listing == f"[{expected}]".encode()
    assert (hashed.bytes, hashed.files) == (6, 3)
    assert hashed.md5 == md5(hashed.listing) + ".dir"


def test_one_file_without_a_hash_leaves_the_folder_without_one(tmp_path: pathlib.Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "good").write_text("x")
    assert hash_folder(str(tmp_path)).md5 is not None
    os.mkfifo(tmp_path / "sub" / "pipe")
    hashed = hash_folder(str(tmp_path))
    assert (hashed.md5, hashed.why) == (None, "sub/pipe: not a regular file")


def test_what_git_and_dvc_keep_is_passed_over(tmp_path: pathlib.Path) -> None:
    for name in (".git/x", ".dvc/x", "sub/.git", "other/.dvc/x", "other/y", ".hidden", "sub/z"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [name for _, name in walk_folder(str(tmp_path))] == [".hidden", "sub/z"]


def test_a_known_hash_holds_while_the_file_is_as_it_was(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"x" * 1_000_000)
    status = settle(path)
    with closing(KnownHashes(str(tmp_path / "cache"))) as known:
        known.keep(str(path), status, "0" * 32)
    with closing(KnownHashes(str(tmp_path / "cache"))) as known:
        assert known.find(str(path), status) == "0" * 32
        assert known.find(str(path), os.stat(path)) is None  # its status changed since
        assert hash_file(str(path), known).md5 == md5(b"x" * 1_000_000)


def test_the_hash_of_a_file_written_a_moment_ago_is_not_kept(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"x" * 1_000_000)
    with closing(KnownHashes(str(tmp_path / "cache"))) as known:
        known.keep(str(path), settle(path), "1" * 32)
        assert known.find(str(path), settle(path)) == "1" * 32
        path.write_bytes(b"y" * 1_000_000)
        known.keep(str(path), os.stat(path), "0" * 32)
        assert known.find(str(path), os.stat(path)) is None


def test_a_damaged_database_of_hashes_is_made_anew(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"x" * 1_000_000)
    (tmp_path / "hashes.sqlite").write_bytes(b"no database at all, but long enough to be read as one" * 100)
    with closing(KnownHashes(str(tmp_path))) as known:
        known.keep(str(path), settle(path), "1" * 32)
        assert known.find(str(path), settle(path)) == "1" * 32


def test_without_a_place_for_the_database_files_are_hashed_all_the_same(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("x")
    with closing(KnownHashes(str(tmp_path / "file" / "folder"))) as known:
        assert hash_file(str(tmp_path / "file"), known).md5 == md5(b"x")

from __future__ import annotations

import hashlib
import json
import os
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from gitexp.data.hashing import FileHash, hash_file, hash_folder, identify_folder, walk_folder
from gitexp.data.known_hashes import MOST_FOLDERS, FolderIdentity, KnownFolder, KnownHashes

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

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
    assert hash_file(str(tmp_path / "pipe")).why == "it is a FIFO: only files and folders can be recorded"
    assert hash_file(str(tmp_path)).why is not None
    assert hash_file(str(tmp_path / "none")).why == "it is not there"
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
    assert (hashed.md5, hashed.why) == (None, "sub/pipe: it is a FIFO: only files and folders can be recorded")


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


SETTLED = os.path.dirname(json.__file__)
"""A folder that was last changed when Python was installed: no test can make one, for nothing sets that time."""


def count_bytes_read() -> int:
    with open("/proc/self/io", encoding="ascii") as file:
        return int(file.readline().removeprefix("rchar: "))


def test_a_folder_that_is_as_it_was_is_not_read_again(tmp_path: pathlib.Path) -> None:
    with closing(KnownHashes(str(tmp_path))) as known:
        began = count_bytes_read()
        first = hash_folder(SETTLED, known=known)
        first_bytes = count_bytes_read() - began
    assert first.bytes is not None
    assert first_bytes >= first.bytes > 30_000
    with closing(KnownHashes(str(tmp_path))) as known:
        assert hash_folder(SETTLED, known=known) == first
        began = count_bytes_read()
        assert hash_folder(SETTLED, known=known) == first
        assert count_bytes_read() - began < 20_000  # pages of the database


def keep(known: KnownHashes, path: pathlib.Path, md5: str, listing: bytes | None = None) -> None:
    """Keeps a hash that no folder has for one as it is, as if it had lain there for long."""
    known.keep_folder(str(path), FolderIdentity(), KnownFolder(identify_folder(str(path)).finish(), md5, 1, 1, listing))


def test_a_file_that_is_written_added_removed_or_renamed_makes_a_folder_unknown(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    (tmp_path / "folder" / "sub" / "a").write_text("1")
    (tmp_path / "folder" / "b").write_text("2")
    path = str(tmp_path / "folder")
    with closing(KnownHashes(str(tmp_path / "cache"))) as known:

        def is_known_after(change: Callable[[], object]) -> bool:
            keep(known, tmp_path / "folder", "0" * 32 + ".dir")
            assert hash_folder(path, known=known).md5 == "0" * 32 + ".dir"
            change()
            return hash_folder(path, known=known).md5 == "0" * 32 + ".dir"

        changes: list[Callable[[], object]] = [
            lambda: (tmp_path / "folder" / "sub" / "a").write_text("3"),
            lambda: (tmp_path / "folder" / "c").write_text(""),
            lambda: os.remove(tmp_path / "folder" / "c"),
            lambda: os.rename(tmp_path / "folder" / "b", tmp_path / "folder" / "sub" / "b"),
            lambda: os.utime(tmp_path / "folder" / "sub" / "b"),
            lambda: os.symlink("sub/a", tmp_path / "folder" / "link"),
        ]
        assert [is_known_after(change) for change in changes] == [False] * len(changes)
        assert is_known_after((tmp_path / "folder" / "empty").mkdir)  # no file, so nothing to DVC


def test_a_folder_changed_a_moment_ago_is_not_kept(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("1")
    with closing(KnownHashes(str(tmp_path / "cache"))) as known:
        keep(known, tmp_path / "folder", "0" * 32 + ".dir")
        assert known.find_folder(str(tmp_path / "folder")) is not None
        (tmp_path / "folder" / "a").write_text("2")
        true = hash_folder(str(tmp_path / "folder"), known=known)
        kept = known.find_folder(str(tmp_path / "folder"))
        assert kept is not None
        assert (true.md5 == kept.md5, true.files) == (False, 1)


def test_where_the_listing_is_needed_a_folder_known_without_one_is_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("1")
    path = str(tmp_path / "folder")
    with closing(KnownHashes(str(tmp_path / "cache"))) as known:
        keep(known, tmp_path / "folder", "0" * 32 + ".dir")
        assert hash_folder(path, known=known).listing == b""
        assert json.loads(hash_folder(path, known=known, needs_listing=True).listing)[0]["relpath"] == "a"
        keep(known, tmp_path / "folder", "0" * 32 + ".dir", b"[]")
        assert hash_folder(path, known=known, needs_listing=True).listing == b"[]"


def test_of_too_many_folders_those_kept_longest_ago_are_forgotten(tmp_path: pathlib.Path) -> None:
    found = KnownFolder("x", "0" * 32 + ".dir", 1, 1, None)
    with closing(KnownHashes(str(tmp_path))) as known:
        known.keep_folder("/first", FolderIdentity(), found)
        assert known.find_folder("/first") == found
        for number in range(MOST_FOLDERS):
            known.keep_folder(f"/{number}", FolderIdentity(), found)
        assert known.find_folder("/first") is None
        assert known.find_folder("/0") == found


def test_reading_stops_where_it_may_not_go_on(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_bytes(b"x" * 3_000_000)
    asked: list[int] = []

    def may_read(count: int) -> bool:
        asked.append(count)
        return len(asked) < 3

    hashed = hash_folder(str(tmp_path / "folder"), may_read=may_read)
    assert (hashed.md5, hashed.why, asked) == (None, "it was not read to its end", [1 << 20] * 3)


def test_a_link_to_nothing_and_an_unreadable_file_say_what_they_are(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to("nowhere")
    assert hash_file(str(tmp_path / "folder" / "link")).why == "it is a link to nowhere, which is not there"
    assert hash_folder(str(tmp_path / "folder")).why == "link: it is a link to nowhere, which is not there"

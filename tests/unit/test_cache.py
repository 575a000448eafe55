from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.data.cache import Cache
from gitexp.data.hashing import FileHash, hash_folder
from gitexp.errors import NotFound, StorageFailed

if TYPE_CHECKING:
    import pathlib


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def objects(root: pathlib.Path) -> dict[str, bytes]:
    return {
        path.parent.name + path.name: path.read_bytes()
        for path in (root / "files" / "md5").rglob("*")
        if path.is_file()
    }


@pytest.fixture
def cache(tmp_path: pathlib.Path) -> Cache:
    return Cache(str(tmp_path / "cache"))


def test_a_file_is_kept_under_its_hash_and_cannot_be_written_to(cache: Cache, tmp_path: pathlib.Path) -> None:
    content = os.urandom(2_500_000)
    (tmp_path / "model.pt").write_bytes(content)
    assert cache.store_file(str(tmp_path / "model.pt")) == FileHash(md5(content), 2_500_000)
    path = tmp_path / "cache" / "files" / "md5" / md5(content)[:2] / md5(content)[2:]
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o444
    assert (tmp_path / "model.pt").stat().st_ino != path.stat().st_ino
    assert os.listdir(tmp_path / "cache" / "tmp") == []
    assert cache.has(md5(content))
    with cache.open(md5(content)) as file:
        assert file.read() == content


def test_equal_files_are_kept_once(cache: Cache, tmp_path: pathlib.Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("same")
    cache.store_file(str(tmp_path / "a"))
    first = os.stat(cache.path_of(md5(b"same")))
    cache.store_file(str(tmp_path / "b"))
    assert os.stat(cache.path_of(md5(b"same"))).st_ino == first.st_ino
    assert objects(tmp_path / "cache") == {md5(b"same"): b"same"}


def test_an_object_that_was_cut_short_is_replaced(cache: Cache, tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_text("whole")
    path = cache.path_of(md5(b"whole"))
    os.makedirs(os.path.dirname(path))
    with open(path, "wb") as file:
        file.write(b"who")
    cache.store_file(str(tmp_path / "a"))
    assert objects(tmp_path / "cache") == {md5(b"whole"): b"whole"}


def test_a_folder_is_kept_with_all_its_files(cache: Cache, tmp_path: pathlib.Path) -> None:
    for number in range(30):
        (tmp_path / "out" / str(number % 3)).mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / str(number % 3) / str(number)).write_text(str(number // 2))
    stored = cache.store_folder(str(tmp_path / "out"))
    hashed = hash_folder(str(tmp_path / "out"))
    assert stored == hashed._replace(identity=None)
    assert stored.files == 30
    assert stored.md5 is not None
    expected = {md5(str(number).encode()): str(number).encode() for number in range(15)}
    assert objects(tmp_path / "cache") == {**expected, stored.md5: hashed.listing}
    assert os.listdir(tmp_path / "cache" / "tmp") == []


def test_a_folder_with_a_file_that_cannot_be_read_is_not_kept_at_all(cache: Cache, tmp_path: pathlib.Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("x")
    os.mkfifo(tmp_path / "out" / "pipe")
    stored = cache.store_folder(str(tmp_path / "out"))
    assert (stored.md5, stored.why) == (None, "pipe: it is a FIFO: only files and folders can be recorded")
    assert not os.path.exists(tmp_path / "cache" / "files")
    assert os.listdir(tmp_path / "cache" / "tmp") == []


def test_a_missing_file_and_a_missing_object_are_said(cache: Cache, tmp_path: pathlib.Path) -> None:
    assert cache.store_file(str(tmp_path / "none")) == FileHash(None, None, "it is not there")
    assert not cache.has("0" * 32)
    with pytest.raises(NotFound):
        cache.open("0" * 32)


def test_a_cache_that_cannot_be_written_is_an_error(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageFailed, match="Not a directory"):
        Cache(str(tmp_path / "file")).store_file(str(tmp_path / "file"))


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full and limits of the size of files")
def test_a_full_disk_leaves_no_torn_object(tmp_path: pathlib.Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 5_000_000)
    script = (
        "import resource, signal, sys\n"
        "from gitexp.data.cache import Cache\n"
        "from gitexp.errors import StorageFailed\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "try:\n"
        "    Cache(sys.argv[1]).store_file(sys.argv[2])\n"
        "except StorageFailed as error:\n"
        "    print(error.message)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "cache"), str(tmp_path / "large")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == f"{tmp_path / 'cache'}: File too large\n"
    assert os.listdir(tmp_path / "cache" / "tmp") == []
    assert not os.path.exists(tmp_path / "cache" / "files")


def test_what_a_killed_process_left_is_removed_a_day_later(cache: Cache, tmp_path: pathlib.Path) -> None:
    for name, age in (("old", 90_000), ("young", 3_600)):
        folder = tmp_path / "cache" / "tmp" / name
        folder.mkdir(parents=True)
        (folder / "file").write_text("half")
        for path in (folder / "file", folder):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
    (tmp_path / "a").write_text("x")
    cache.store_file(str(tmp_path / "a"))
    assert os.listdir(tmp_path / "cache" / "tmp") == ["young"]

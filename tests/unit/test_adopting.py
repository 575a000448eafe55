"""What DVC's cache has comes into ours without being read."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from gitexp.data.adopting import adopt_objects
from gitexp.data.cache import Cache
from gitexp.data.sharing import share_blocks
from gitexp.errors import StorageFailed

if TYPE_CHECKING:
    import pathlib

ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture
def ours(tmp_path: pathlib.Path) -> Cache:
    return Cache(str(tmp_path / "ours"))


@pytest.fixture
def theirs(tmp_path: pathlib.Path) -> Cache:
    return Cache(str(tmp_path / "theirs"))


def put(cache: Cache, md5: str, content: bytes, mode: int = 0o444) -> str:
    path = cache.path_of(md5)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)
    return path


def put_folder(cache: Cache, **files: str) -> str:
    entries = ", ".join(f'{{"md5": "{md5}", "relpath": "{name}"}}' for name, md5 in files.items())
    listing = f"[{entries}]".encode()
    md5 = hashlib.md5(listing, usedforsecurity=False).hexdigest() + ".dir"
    put(cache, md5, listing)
    return md5


def can_share(tmp_path: pathlib.Path) -> bool:
    with (tmp_path / "a").open("w+b") as source, (tmp_path / "b").open("w+b") as target:
        source.write(b"x" * 4096)
        source.flush()
        return share_blocks(source.fileno(), target.fileno())


def test_an_object_is_taken_by_its_name_and_not_read(ours: Cache, theirs: Cache, tmp_path: pathlib.Path) -> None:
    path = put(theirs, ONE, b"not what the name says")
    assert adopt_objects(ours, [theirs], [(ONE, 22)]) == {ONE}
    assert os.path.samefile(ours.path_of(ONE), path) or can_share(tmp_path)
    os.remove(path)
    with ours.open(ONE) as file:
        assert file.read() == b"not what the name says"


def test_an_object_that_may_be_written_to_is_copied(ours: Cache, theirs: Cache) -> None:
    path = put(theirs, ONE, b"one", 0o644)
    assert adopt_objects(ours, [theirs], [(ONE, None)]) == {ONE}
    assert not os.path.samefile(ours.path_of(ONE), path)
    with open(path, "ab") as file:
        file.write(b" more")
    with ours.open(ONE) as opened:
        assert opened.read() == b"one"


def test_a_folder_comes_whole(ours: Cache, theirs: Cache) -> None:
    folder = put_folder(theirs, a=ONE, b=TWO)
    put(theirs, ONE, b"one")
    put(ours, TWO, b"two")
    assert adopt_objects(ours, [theirs], [(folder, None)]) == {folder}
    assert ours.has(folder)
    assert ours.has(ONE)
    assert adopt_objects(ours, [], [(folder, None), (ONE, 3)]) == {folder, ONE}


def test_what_is_not_whole_is_not_taken(ours: Cache, theirs: Cache) -> None:
    folder = put_folder(theirs, a=ONE, b=TWO)
    put(theirs, ONE, b"one")
    broken = "3" * 32 + ".dir"
    put(theirs, broken, b"[]")
    wanted = [(folder, None), (ONE, 4), (broken, None), (TWO, None)]
    assert adopt_objects(ours, [theirs], wanted) == frozenset()
    assert not ours.has(folder)
    assert not ours.has(ONE)


def test_a_cache_that_cannot_be_written_is_told(ours: Cache, theirs: Cache, tmp_path: pathlib.Path) -> None:
    put(theirs, ONE, b"one")
    (tmp_path / "ours").write_text("in the way")
    with pytest.raises(StorageFailed):
        adopt_objects(ours, [theirs], [(ONE, 3)])

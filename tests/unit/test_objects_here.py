"""Bytes are found by their hash, and put in their place only when they have it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from gitexp.data.cache import Cache
from gitexp.data.folder_listing import parse_listing
from gitexp.data.hashing import hash_folder
from gitexp.data.objects_here import ObjectsHere
from gitexp.data.placing import place_object
from gitexp.errors import ObjectDamaged, ObjectMissing

if TYPE_CHECKING:
    import pathlib

WEIGHTS = bytes(range(256)) * 9000


@pytest.fixture
def source(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with two files and a file beside it."""
    folder = tmp_path / "source"
    (folder / "set" / "inner").mkdir(parents=True)
    (folder / "set" / "a.txt").write_bytes(b"a")
    (folder / "set" / "inner" / "b.txt").write_bytes(b"b")
    (folder / "model.pt").write_bytes(WEIGHTS)
    return folder


def damage(cache: Cache, md5: str, content: bytes) -> None:
    path = cache.path_of(md5)
    os.chmod(path, 0o644)
    with open(path, "wb") as file:
        file.write(content)


def read_all(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_a_file_comes_back_as_it_was(source: pathlib.Path, tmp_path: pathlib.Path) -> None:
    cache = Cache(str(tmp_path / "cache"))
    md5 = cache.store_file(str(source / "model.pt")).md5
    assert md5 is not None
    heard: list[int] = []

    place_object(ObjectsHere(cache), md5, str(tmp_path / "new" / "model.pt"), name="model.pt", advance=heard.append)

    assert (tmp_path / "new" / "model.pt").read_bytes() == WEIGHTS
    assert sum(heard) == len(WEIGHTS)
    assert os.access(tmp_path / "new" / "model.pt", os.W_OK)


def test_a_folder_comes_back_as_it_was(source: pathlib.Path, tmp_path: pathlib.Path) -> None:
    cache = Cache(str(tmp_path / "cache"))
    md5 = cache.store_folder(str(source / "set")).md5
    assert md5 is not None
    objects = ObjectsHere(Cache(str(tmp_path / "empty")), [cache])

    assert objects.find_absent(md5) == ()
    place_object(objects, md5, str(tmp_path / "set"), name="set")

    assert read_all(tmp_path / "set") == {"a.txt": b"a", "inner/b.txt": b"b"}


def test_damaged_bytes_are_put_nowhere(source: pathlib.Path, tmp_path: pathlib.Path) -> None:
    cache = Cache(str(tmp_path / "cache"))
    md5 = cache.store_folder(str(source / "set")).md5
    assert md5 is not None
    damage(cache, hashlib.md5(b"b").hexdigest(), b"x")
    (tmp_path / "there").mkdir()

    with pytest.raises(ObjectDamaged) as raised:
        place_object(ObjectsHere(cache), md5, str(tmp_path / "there" / "set"), name="set")

    assert raised.value.fields["path"] == "set/inner/b.txt"
    assert os.listdir(tmp_path / "there") == []


def test_what_is_not_here_is_named(source: pathlib.Path, tmp_path: pathlib.Path) -> None:
    cache = Cache(str(tmp_path / "cache"))
    md5 = cache.store_folder(str(source / "set")).md5
    assert md5 is not None
    gone = hashlib.md5(b"a").hexdigest()
    os.remove(cache.path_of(gone))
    objects = ObjectsHere(cache)

    assert objects.find_absent(md5) == (gone,)
    with pytest.raises(ObjectMissing) as raised:
        place_object(objects, md5, str(tmp_path / "set"), name="set")
    assert raised.value.fields["path"] == "set/a.txt"
    assert not (tmp_path / "set").exists()


def test_files_of_a_working_tree_stand_in_while_they_have_the_hash(
    source: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    md5 = hash_folder(str(source / "set")).md5
    assert md5 is not None
    objects = ObjectsHere(Cache(str(tmp_path / "cache")))
    assert objects.find_absent(md5) == (md5,)

    assert objects.offer(str(source / "set"), md5)
    place_object(objects, md5, str(tmp_path / "set"), name="set")
    assert read_all(tmp_path / "set") == read_all(source / "set")

    (source / "set" / "a.txt").write_bytes(b"c")
    assert not ObjectsHere(Cache(str(tmp_path / "cache"))).offer(str(source / "set"), md5)


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense",
        b"{}",
        b"[1]",
        b'[{"md5": "0cc175b9c0f1b6a831c399e269772661", "relpath": "../a"}]',
        b'[{"md5": "0cc175b9c0f1b6a831c399e269772661", "relpath": "/a"}]',
        b'[{"md5": "../../a", "relpath": "a"}]',
        b'[{"md5": "0cc175b9c0f1b6a831c399e269772661.dir", "relpath": "a"}]',
        b'[{"md5": "%b", "relpath": "a"}, {"md5": "%b", "relpath": "a"}]' % (b"0" * 32, b"1" * 32),
        b"[" * 100_000,
    ],
)
def test_a_listing_that_cannot_be_is_refused(content: bytes) -> None:
    md5 = hashlib.md5(content).hexdigest() + ".dir"
    with pytest.raises(ObjectDamaged):
        parse_listing(content, md5, "the remote")


def test_a_listing_of_another_hash_is_refused() -> None:
    content = b'[{"md5": "0cc175b9c0f1b6a831c399e269772661", "relpath": "a"}]'
    assert parse_listing(content, hashlib.md5(content).hexdigest() + ".dir", "here") == {
        "a": "0cc175b9c0f1b6a831c399e269772661"
    }
    with pytest.raises(ObjectDamaged):
        parse_listing(content, "0cc175b9c0f1b6a831c399e269772661.dir", "here")

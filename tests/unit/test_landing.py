"""Nothing is written outside of a folder, whatever links lead out of it, and nothing that is there is overwritten."""

from __future__ import annotations

import hashlib
import os
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.data.cache import Cache
from gitexp.data.landing import enter_above, find_landing
from gitexp.data.objects_here import ObjectsHere
from gitexp.data.placing import place_bytes, place_object
from gitexp.errors import ObjectDamaged, Refused, StorageFailed

if TYPE_CHECKING:
    import pathlib

WEIGHTS = b"weights" * 1000


def keep(tmp_path: pathlib.Path) -> tuple[ObjectsHere, str]:
    (tmp_path / "source").write_bytes(WEIGHTS)
    cache = Cache(str(tmp_path / "cache"))
    md5 = cache.store_file(str(tmp_path / "source")).md5
    assert md5 is not None
    return ObjectsHere(cache), md5


def test_folders_are_made_on_the_way(tmp_path: pathlib.Path) -> None:
    with enter_above(str(tmp_path / "new"), ("a", "b", "model.pt"), "a/b/model.pt") as place:
        place_bytes(b"x", place)

    assert (tmp_path / "new" / "a" / "b" / "model.pt").read_bytes() == b"x"


def test_a_link_that_stays_inside_is_followed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "data").symlink_to("store")

    with enter_above(str(tmp_path), ("data", "deep", "a.csv"), "data/deep/a.csv") as place:
        place_bytes(b"x", place)

    assert (tmp_path / "store" / "deep" / "a.csv").read_bytes() == b"x"


@pytest.mark.parametrize("target", ["../outside", "/", "..", "../rootless"])
def test_a_link_that_leads_out_is_not_followed(tmp_path: pathlib.Path, target: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "rootless").mkdir()
    (tmp_path / "root" / "data").symlink_to(target)

    with pytest.raises(Refused, match="leads out of"):
        find_landing(str(tmp_path / "root"), ("data", "a.csv"), "data/a.csv")
    with pytest.raises(Refused), enter_above(str(tmp_path / "root"), ("data", "b", "a.csv"), "data/b/a.csv"):
        pass

    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "out").write_text("mine")

    with pytest.raises(Refused, match="out is no folder") as raised:
        find_landing(str(tmp_path), ("out", "model.pt"), "out/model.pt")

    assert raised.value.hint == f"mv {tmp_path / 'out'} ELSEWHERE"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names a folder by a handle")
def test_a_link_that_comes_there_meanwhile_leads_nowhere(tmp_path: pathlib.Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "data").mkdir(parents=True)
    outside.mkdir()

    with enter_above(str(root), ("data", "a.csv"), "data/a.csv") as place:
        (root / "data").rename(root / "moved")
        (root / "data").symlink_to(outside)
        place_bytes(b"x", place)

    assert (root / "moved" / "a.csv").read_bytes() == b"x"
    assert list(outside.iterdir()) == []


def test_what_came_there_meanwhile_is_not_overwritten(tmp_path: pathlib.Path) -> None:
    objects, md5 = keep(tmp_path)
    target = tmp_path / "there" / "model.pt"
    target.parent.mkdir()
    target.write_text("mine")

    for put in (
        lambda: place_object(objects, md5, str(target), name="model.pt"),
        lambda: place_bytes(b"x", str(target)),
    ):
        with pytest.raises(StorageFailed, match="File exists"):
            put()
    assert target.read_text() == "mine"
    assert os.listdir(target.parent) == ["model.pt"]

    place_object(objects, md5, str(target), name="model.pt", replace=True)
    assert target.read_bytes() == WEIGHTS


def test_a_link_is_read_only_and_shares_its_bytes(tmp_path: pathlib.Path) -> None:
    objects, md5 = keep(tmp_path)
    heard: list[int] = []

    place_object(objects, md5, str(tmp_path / "model.pt"), name="model.pt", link=True, advance=heard.append)

    assert os.path.samefile(tmp_path / "model.pt", objects.cache.path_of(md5))
    assert os.stat(tmp_path / "model.pt").st_mode & 0o222 == 0
    assert sum(heard) == len(WEIGHTS)


def test_only_the_cache_is_linked_to(tmp_path: pathlib.Path) -> None:
    objects = ObjectsHere(Cache(str(tmp_path / "empty")))
    (tmp_path / "mine").write_bytes(WEIGHTS)
    md5 = hashlib.md5(WEIGHTS).hexdigest()
    assert objects.offer(str(tmp_path / "mine"), md5)

    place_object(objects, md5, str(tmp_path / "model.pt"), name="model.pt", link=True)

    assert (tmp_path / "model.pt").read_bytes() == WEIGHTS
    assert not os.path.samefile(tmp_path / "model.pt", tmp_path / "mine")


def test_damaged_bytes_are_not_linked_to(tmp_path: pathlib.Path) -> None:
    objects, md5 = keep(tmp_path)
    os.chmod(objects.cache.path_of(md5), 0o644)
    with open(objects.cache.path_of(md5), "ab") as file:
        file.write(b"!")

    with pytest.raises(ObjectDamaged):
        place_object(objects, md5, str(tmp_path / "model.pt"), name="model.pt", link=True)

    assert not (tmp_path / "model.pt").exists()


def test_a_name_as_long_as_can_be(tmp_path: pathlib.Path) -> None:
    objects, md5 = keep(tmp_path)

    place_object(objects, md5, str(tmp_path / ("m" * 255)), name="m")

    assert (tmp_path / ("m" * 255)).read_bytes() == WEIGHTS

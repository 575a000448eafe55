"""The data and artifacts of a run, put into a folder by whatever brings a run back."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.named_run import find_run
from gitexp.actions.place_files import Placed, place_files
from gitexp.errors import ObjectDamaged, Refused
from kit.folds import store_of
from kit.large import DATA, FOLDER, WEIGHTS, artifact, damage, item, keep_bytes, keep_folder, lose, store_large

if TYPE_CHECKING:
    import pathlib
    from typing import Any

    from kit.git import GitFolder


class Heard:
    """Somebody who is told of the progress."""

    def __init__(self) -> None:
        self.words: list[tuple[Any, ...]] = []
        self.size = 0

    def begin(self, what: str, objects: int, size: int) -> None:
        self.words.append((what, objects, size))

    def advance(self, size: int) -> None:
        self.size += size

    def finish_object(self) -> None:
        self.words.append(("done",))

    def end(self) -> None:
        self.words.append(("end",))


def place(folder: GitFolder, target: pathlib.Path, **options: Any) -> Placed:
    store = store_of(folder)
    head = find_run(store, "last")
    return place_files(store, head, store.load(head), str(target), **options)


def test_all_is_placed_and_told_by_bytes(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_large(folder)
    heard = Heard()

    placed = place(folder, tmp_path / "there", progress=heard)

    assert placed.placed == ("data/train", "out/model.pt", "out/plot.svg", "ckpt")
    assert (placed.there, placed.differing, placed.missing, placed.notes) == ((), (), (), ())
    assert [one.path for one in placed.unkept] == ["gone.txt"]
    sizes = sum(map(len, [*DATA.values(), *FOLDER.values(), WEIGHTS]))
    assert heard.words[-1] == ("end",)
    assert ("placing", 4, sizes + 7) in heard.words  # the plot is in Git, and no bytes of it are copied
    assert heard.words.count(("done",)) == 4
    assert heard.size == sizes
    assert place(folder, tmp_path / "there").there == placed.placed


def test_kinds_and_paths_say_which(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_large(folder)
    assert place(folder, tmp_path / "data", kinds={"data"}).placed == ("data/train",)
    some = place(folder, tmp_path / "some", paths={"ckpt", "gone.txt"})  # type: ignore[arg-type]
    assert some.placed == ("ckpt",)
    assert sorted(os.listdir(tmp_path / "some")) == ["ckpt"]


def test_a_folder_in_part_is_filled_up(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_large(folder)
    there = tmp_path / "there"
    (there / "ckpt").mkdir(parents=True)
    (there / "ckpt" / "0.pt").write_bytes(FOLDER["0.pt"])
    (there / "data" / "train").mkdir(parents=True)
    (there / "data" / "train" / "a.csv").write_text("another")
    (there / "data" / "train" / "extra.csv").write_text("more")

    placed = place(folder, there)

    assert placed.placed == ("out/model.pt", "out/plot.svg", "ckpt")
    assert placed.differing == ("data/train",)
    assert placed.notes == ("data/train has what the run did not have: extra.csv",)
    assert (there / "ckpt" / "deep" / "1.pt").read_bytes() == FOLDER["deep/1.pt"]
    assert (there / "data" / "train" / "a.csv").read_text() == "another"
    assert (there / "data" / "train" / "b.csv").read_bytes() == DATA["b.csv"]


def test_what_is_missing_is_in_the_result(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_large(folder)
    lose(folder, hashlib.md5(WEIGHTS).hexdigest())
    lose(folder, hashlib.md5(FOLDER["0.pt"]).hexdigest())

    placed = place(folder, tmp_path / "there")

    assert [one.pointed.path for one in placed.missing] == ["out/model.pt", "ckpt"]
    assert placed.placed == ("data/train", "out/plot.svg")


def test_all_else_is_in_its_place_before_a_damage_is_raised(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_large(folder)
    damage(folder, hashlib.md5(DATA["a.csv"]).hexdigest())

    with pytest.raises(ObjectDamaged) as raised:
        place(folder, tmp_path / "there")

    assert raised.value.fields["path"] == "data/train/a.csv"
    assert sorted(os.listdir(tmp_path / "there")) == ["ckpt", "data", "out"]
    assert os.listdir(tmp_path / "there" / "data") == []


def test_links_out_are_refused(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    store_large(folder)
    (tmp_path / "there").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "there" / "data").symlink_to(tmp_path / "outside")

    with pytest.raises(Refused, match="leads out of"):
        place(folder, tmp_path / "there")
    assert os.listdir(tmp_path / "outside") == []


def test_data_that_the_run_changed_is_placed_as_it_was_read(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    before, after = keep_bytes(folder, b"before"), keep_bytes(folder, b"after")
    store_large(folder, data=(item("state.bin", before, 6),), artifacts=(artifact("state.bin", after, 5),))

    placed = place(folder, tmp_path / "there")

    assert (placed.placed, placed.differing) == (("state.bin",), ("state.bin",))
    assert (tmp_path / "there" / "state.bin").read_bytes() == b"before"


def test_a_folder_in_a_folder_that_was_data_too(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    inner, outer = keep_folder(folder, DATA), keep_folder(folder, {f"train/{name}": one for name, one in DATA.items()})
    store_large(folder, data=(item("data/train", inner, 4), item("data", outer, 4)), artifacts=())

    placed = place(folder, tmp_path / "there")

    assert (placed.placed, placed.there) == (("data/train",), ("data",))

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.data_recorded import LATE_BYTES, Patience
from gitexp.data.cache import Cache
from gitexp.data.changes import find_changes
from gitexp.data.hashing import hash_folder
from gitexp.data.recording import RecordedData, record_artifacts, record_data
from gitexp.data.tracked import Tracked
from gitexp.model.pointer import Pointer

if TYPE_CHECKING:
    import pathlib

    from gitexp.data.artifact_keeper import RecordedArtifacts


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def top(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo"


def make_files(top: pathlib.Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(content)


def data_of(top: pathlib.Path, *patterns: str, here: str = "") -> RecordedData:
    return record_data(patterns, str(top / here), str(top), str(top))


def artifacts_of(
    top: pathlib.Path, *patterns: str, git_bytes: int = 1000, total: int = 20_000, started: float | None = None
) -> RecordedArtifacts:
    cache = Cache(str(top.parent / "cache"))
    return record_artifacts(
        patterns,
        str(top),
        str(top),
        str(top),
        cache=cache,
        git_bytes=git_bytes,
        git_total_bytes=total,
        started=started,
    )


def test_data_is_hashed_and_pointed_to(top: pathlib.Path) -> None:
    make_files(top, {"data/train.csv": b"a,b\n", "images/1/a.png": b"1", "images/b.png": b"22"})
    recorded = data_of(top, "data/train.csv", "images/")
    folder = hash_folder(str(top / "images"))
    assert [(one.path, one.md5, one.bytes, one.files, one.why) for one in recorded.items] == [
        ("data/train.csv", md5(b"a,b\n"), 4, 1, None),
        ("images", folder.md5, 3, 2, None),
    ]
    assert recorded.pointers == {
        b".exp/data/data/train.csv.dvc": Pointer("train.csv", md5(b"a,b\n"), 4),
        b".exp/data/images.dvc": Pointer("images", folder.md5 or "", 3, 2),
    }
    assert recorded.warnings == ()


def test_patterns_are_read_from_the_current_folder_then_from_the_projects(top: pathlib.Path) -> None:
    make_files(top, {"sub/a.csv": b"1", "b.csv": b"2", "deep/er/c.csv": b"3", "[x].csv": b"4"})
    recorded = data_of(top, "a.csv", "b.csv", "deep/**/*.csv", "[x].csv", "./a.csv", here="sub")
    assert [one.path for one in recorded.items] == ["sub/a.csv", "b.csv", "deep/er/c.csv", "[x].csv"]


def test_data_that_is_not_there_is_listed_without_a_hash(top: pathlib.Path) -> None:
    recorded = data_of(top, "none.csv", "*.nothing", "s3://bucket/x")
    assert [(one.path, one.md5, one.why) for one in recorded.items] == [("none.csv", None, "it is not there")]
    assert recorded.pointers == {}
    assert recorded.warnings == (
        "nothing matches *.nothing",
        "s3://bucket/x was not recorded: only files and folders of this machine can be",
    )


def test_data_outside_the_repository_stands_under_its_last_name(top: pathlib.Path) -> None:
    make_files(top.parent, {"one/x.csv": b"1", "two/x.csv": b"2"})
    recorded = data_of(top, "../one/x.csv", str(top.parent / "two" / "x.csv"))
    assert [(one.path, one.md5) for one in recorded.items] == [("x.csv", md5(b"1")), ("x.csv~", md5(b"2"))]
    assert recorded.items[0].why == f"it lies outside the repository, at {top.parent}/one/x.csv"


def test_a_link_out_of_the_repository_is_named_as_it_stands(top: pathlib.Path) -> None:
    make_files(top.parent, {"disk/a.csv": b"1"})
    (top / "data").symlink_to(top.parent / "disk")
    recorded = data_of(top, "data")
    assert [(one.path, one.files, one.why) for one in recorded.items] == [("data", 1, None)]


def test_what_belongs_to_git_is_not_data(top: pathlib.Path) -> None:
    make_files(top, {".git/config": b"", ".exp/run.yaml": b""})
    recorded = data_of(top, ".git/config", ".exp/run.yaml")
    assert recorded.items == ()
    assert len(recorded.warnings) == 2


def test_a_name_that_is_not_utf_8_is_recorded_without_a_pointer(top: pathlib.Path) -> None:
    with open(os.fsencode(top) + b"/caf\xe9.csv", "wb") as file:
        file.write(b"1")
    recorded = data_of(top, "*.csv")
    assert [(one.path, one.md5) for one in recorded.items] == [('"caf\\351.csv"', md5(b"1"))]
    assert recorded.pointers == {}
    artifacts = artifacts_of(top, "*.csv", git_bytes=0)
    assert [(one.kept, one.why) for one in artifacts.items] == [
        ("no", "its name is not UTF-8, which a pointer cannot say")
    ]


def tracked_data_of(
    top: pathlib.Path, *patterns: str, unasked: tuple[bytes, ...] = (), **said: Pointer
) -> RecordedData:
    tracked = {os.fsencode(name): Tracked(f"{name}.dvc", pointer) for name, pointer in said.items()}
    return record_data(patterns, str(top), str(top), str(top), tracked=tracked, unasked=unasked)


def test_tracked_data_that_is_what_dvc_says_has_nothing_to_be_said_of_it(top: pathlib.Path) -> None:
    make_files(top, {"a": b"12345"})
    recorded = tracked_data_of(top, "a", a=Pointer("a", md5(b"12345"), 5))
    assert [(one.md5, one.bytes, one.why) for one in recorded.items] == [(md5(b"12345"), 5, None)]


def test_tracked_data_that_is_other_than_dvc_says_is_recorded_as_it_is(top: pathlib.Path) -> None:
    make_files(top, {"a": b"12345", "d/x": b"1"})
    os.utime(top / "a", (1, 1))  # as old as it says: the pointer may come from another commit
    false = Pointer("a", "0" * 32, 5)
    recorded = tracked_data_of(top, "a", "d", a=false, d=Pointer("d", "1" * 32 + ".dir", 1, 1))
    assert [(one.md5, one.why) for one in recorded.items] == [
        (md5(b"12345"), f"it differs from a.dvc, which says {'0' * 32}"),
        (hash_folder(str(top / "d")).md5, f"it differs from d.dvc, which says {'1' * 32}.dir"),
    ]
    assert recorded.pointers[b".exp/data/a.dvc"].md5 == md5(b"12345")


def test_tracked_data_that_was_not_pulled_has_the_hash_of_its_pointer(top: pathlib.Path) -> None:
    recorded = tracked_data_of(top, "a", a=Pointer("a", "0" * 32, 5))
    (item,) = recorded.items
    assert (item.md5, item.bytes, item.why) == ("0" * 32, 5, "it is not there; the hash is that of a.dvc")
    assert recorded.pointers == {b".exp/data/a.dvc": Pointer("a", "0" * 32, 5)}


def test_the_hash_that_dvc_2_gave_a_text_is_known_for_what_it_is(top: pathlib.Path) -> None:
    make_files(top, {"a": b"1\r\n2\r\n", "d/x": b"1\r\n", "gone.csv": b""})
    os.remove(top / "gone.csv")
    (top / "unix").mkdir()
    (top / "unix" / "x").write_bytes(b"1\n")
    old = "md5-dos2unix"
    as_before = hash_folder(str(top / "unix")).md5 or ""
    recorded = tracked_data_of(
        top,
        *("a", "d", "gone"),
        a=Pointer("a", md5(b"1\n2\n"), 6, None, old),
        d=Pointer("d", as_before, 3, 1, old),
        gone=Pointer("gone", "0" * 32, 3, None, old),
    )
    assert [(one.path, one.md5, one.why) for one in recorded.items] == [
        ("a", md5(b"1\r\n2\r\n"), None),
        ("d", hash_folder(str(top / "d")).md5, None),
        ("gone", "0" * 32, "it is not there; the hash is that of gone.dvc"),
    ]
    assert recorded.pointers[b".exp/data/gone.dvc"].hash == old
    assert recorded.pointers[b".exp/data/a.dvc"].hash == "md5"


def test_what_nobody_named_is_recorded_once_and_not_within_something_else(top: pathlib.Path) -> None:
    make_files(top, {"a/x": b"1", "a/y/z": b"2", "b": b"3", "c/d": b"4"})
    recorded = tracked_data_of(top, "a", unasked=(b"a/y", b"b", b"a", b"c/d", b"c"))
    assert [one.path for one in recorded.items] == ["a", "b", "c"]
    assert {look.path for look in recorded.looks} == {str(top / name) for name in "abc"}


def test_what_nobody_named_is_not_waited_for(top: pathlib.Path) -> None:
    make_files(top, {"a": b"1", "like": b"22", "unlike": b"333"})
    said = {"like": Pointer("like", "0" * 32, 2), "unlike": Pointer("unlike", "1" * 32, 2)}
    recorded = record_data(
        ["a"],
        *(str(top),) * 3,
        tracked={os.fsencode(name): Tracked("x.dvc", pointer) for name, pointer in said.items()},
        unasked=[b"like", b"unlike"],
        may_read=lambda count: False,
    )
    assert [(one.path, one.md5, one.why) for one in recorded.items] == [
        ("a", md5(b"1"), None),
        ("like", "0" * 32, "the command ended before it was read; the hash is that of x.dvc"),
        ("unlike", None, "it was not read to its end"),
    ]


def test_once_the_command_has_ended_only_so_much_more_is_read() -> None:
    ended = [False]
    patience = Patience(lambda: ended[0])
    assert patience.may_read(10 * LATE_BYTES)
    ended[0] = True
    assert patience.may_read(LATE_BYTES)
    assert not patience.may_read(1)


def test_data_that_changes_after_it_was_hashed_is_found(top: pathlib.Path) -> None:
    make_files(top, {"a": b"1", "b": b"2", "d/x": b"3", "e/y": b"4"})
    looks = data_of(top, "a", "b", "d", "e").looks
    never = 1 << 62
    assert find_changes(looks, str(top), never) == {}
    kept = os.stat(top / "a")
    (top / "a").write_bytes(b"9")
    os.utime(top / "a", ns=(kept.st_atime_ns, kept.st_mtime_ns))  # the time of before does not hide it
    (top / "d" / "new").touch()
    os.remove(top / "b")
    assert find_changes(looks, str(top), never) == {"a": "changed", "b": "was removed", "d": "changed"}


def test_data_written_between_the_start_and_its_hash_is_found(top: pathlib.Path) -> None:
    make_files(top, {"a": b"1", "d/x": b"2", "ahead": b"3", "old": b"4"})
    began_ns = time.time_ns()
    for name, moment in (("a", began_ns + 1), ("d/x", began_ns + 1), ("old", began_ns), ("ahead", began_ns + 10**15)):
        os.utime(top / name, ns=(moment, moment))
    looks = data_of(top, "a", "d", "ahead", "old").looks
    assert find_changes(looks, str(top), began_ns) == {"a": "changed", "d": "changed"}


def test_small_artifacts_go_to_git_and_large_ones_and_folders_to_the_cache(top: pathlib.Path) -> None:
    make_files(top, {"plot.png": b"p" * 1000, "model.pt": b"m" * 1001, "out/a": b"1"})
    recorded = artifacts_of(top, "plot.png", "model.pt", "out")
    folder = hash_folder(str(top / "out"))
    assert [(one.path, one.md5, one.bytes, one.kept, one.files) for one in recorded.items] == [
        ("plot.png", md5(b"p" * 1000), 1000, "git", None),
        ("model.pt", md5(b"m" * 1001), 1001, "dvc", None),
        ("out", folder.md5, 1, "dvc", 1),
    ]
    assert recorded.files == {b".exp/artifacts/plot.png": b"p" * 1000}
    assert recorded.pointers == {
        b".exp/artifacts/model.pt.dvc": Pointer("model.pt", md5(b"m" * 1001), 1001),
        b".exp/artifacts/out.dvc": Pointer("out", folder.md5 or "", 1, 1),
    }
    cache = Cache(str(top.parent / "cache"))
    assert cache.has(md5(b"m" * 1001), 1001)
    assert cache.has(md5(b"1"))
    assert cache.has(folder.md5 or "")


def test_many_small_artifacts_do_not_fill_git(top: pathlib.Path) -> None:
    make_files(top, {f"plots/{number}.png": b"p" * 900 for number in range(5)})
    recorded = artifacts_of(top, "plots/*.png", total=2000)
    assert [one.kept for one in recorded.items] == ["git", "git", "dvc", "dvc", "dvc"]


def test_an_artifact_that_is_not_there_or_cannot_be_kept_says_why(top: pathlib.Path) -> None:
    os.mkfifo(top / "pipe")
    recorded = artifacts_of(top, "none.pt", "pipe", "*.nothing")
    assert [(one.path, one.kept, one.why) for one in recorded.items] == [
        ("none.pt", "no", "it is not there"),
        ("pipe", "no", "it is a FIFO: only files and folders can be recorded"),
    ]
    assert recorded.warnings == ("nothing matches *.nothing",)


def test_a_cache_that_cannot_be_written_loses_no_small_artifact(top: pathlib.Path) -> None:
    make_files(top, {"large": b"x" * 2000, "small": b"x"})
    (top.parent / "cache").write_text("in the way")
    recorded = artifacts_of(top, "large", "small")
    assert [(one.path, one.kept) for one in recorded.items] == [("large", "no"), ("small", "git")]
    assert "Not a directory" in (recorded.items[0].why or "")


def test_an_artifact_of_an_earlier_run_is_kept_and_that_is_said(top: pathlib.Path) -> None:
    make_files(top, {"new": b"1", "old": b"2", "folder/old": b"3"})
    for name in ("old", "folder/old", "folder"):
        os.utime(top / name, (10**9, 10**9))
    recorded = artifacts_of(top, "new", "old", "folder", started=10**9 + 1)
    assert [one.kept for one in recorded.items] == ["git", "git", "dvc"]
    assert recorded.warnings == (
        "artifact old was there before the run and was not written by it",
        "artifact folder was there before the run and was not written by it",
    )


def test_an_artifact_named_like_the_pointer_of_another_loses_neither(top: pathlib.Path) -> None:
    make_files(top, {"model": b"m" * 2000, "model.dvc": b"mine"})
    for order in (("model", "model.dvc"), ("model.dvc", "model")):
        recorded = artifacts_of(top, *order)
        assert {one.path: one.kept for one in recorded.items}.keys() == {"model", "model.dvc"}
        assert len(recorded.files) + len(recorded.pointers) == 2
        assert not recorded.files.keys() & recorded.pointers.keys()

"""Data remotes: how they are named and shown, files put there whole or not at all, transfers that end together."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from gitexp.data.dvc_config import find_dvc_folder, list_dvc_caches, read_dvc_config
from gitexp.data.folder_remote import FolderRemote
from gitexp.data.object_remote import ObjectRemote
from gitexp.data.remote import find_data_place
from gitexp.data.remote_failures import Interrupted, explain_failure
from gitexp.data.workers import Stopping, work_in_parallel
from gitexp.errors import NoStorage, StorageFailed, TransferFailed
from gitexp.model.storage import AskedRemote, DataPlace, hide_secrets, is_place, show_url
from gitexp.store.known_there import KnownThere
from kit.storage import md5_of

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

PLACE = DataPlace("storage", "s3://bucket/x", "core.remote")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://bucket/path", "s3://bucket/path"),
        ("https://ada:pw@host/x?sig=abc", "https://host/x"),
        ("ssh://ada:pw@host/x", "ssh://ada@host/x"),
        ("/mnt/a?b@c", "/mnt/a?b@c"),
    ],
)
def test_a_url_is_shown_without_what_opens_it(url: str, shown: str) -> None:
    assert show_url(url) == shown


def test_words_of_a_library_lose_the_secrets_that_its_settings_have() -> None:
    settings: dict[str, object] = {"secret_access_key": "hunter2", "password": "pw", "port": 22, "user": "adalove"}
    text = "hunter2 refused at https://a:b@host/x?token=1 for adalove with pw"
    assert hide_secrets(text, settings) == "*** refused at https://host/x for adalove with pw"


@pytest.mark.parametrize(
    ("word", "is_one"), [("storage", False), ("s3://b", True), ("../x", True), ("/x", True), ("~", True), (".", True)]
)
def test_a_place_is_no_name(word: str, is_one: bool) -> None:
    assert is_place(word) is is_one


def test_a_file_is_there_whole_or_not_at_all(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)
    remote = FolderRemote(str(tmp_path / "there" / "gitexp"), str(tmp_path / "there"))
    md5 = md5_of(source.read_bytes())
    seen: list[list[str]] = []

    def stop(_size: int) -> None:
        seen.append(os.listdir(tmp_path / "there" / "gitexp" / "tmp"))
        if len(seen) == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        remote.send(str(source), md5, stop, alone=True)
    assert [len(one) for one in seen] == [1, 1]
    assert remote.find([md5]) == []
    assert os.listdir(tmp_path / "there" / "gitexp" / "tmp") == []

    moved: list[int] = []
    remote.send(str(source), md5, moved.append, alone=True)
    assert sum(moved) == 3_000_000
    assert remote.find([md5, "0" * 32]) == [md5]
    assert remote.receive(md5, str(tmp_path / "back"), moved.append, alone=True)
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    assert not remote.receive("0" * 32, str(tmp_path / "none"), moved.append, alone=True)
    assert not (tmp_path / "none").exists()


def test_where_uploads_are_not_whole_a_file_comes_under_another_name_first(tmp_path: pathlib.Path) -> None:
    from dvc_objects.fs import MemoryFileSystem

    files = MemoryFileSystem(global_store=False)
    remote = ObjectRemote(files, "/there/gitexp", "memory://there/gitexp")
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)
    md5 = md5_of(source.read_bytes())

    def stop(_size: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        remote.send(str(source), md5, stop, alone=True)
    assert list(files.find("/there")) == []

    remote.send(str(source), md5, lambda _size: None, alone=True)
    assert list(files.find("/there")) == [f"/there/gitexp/files/md5/{md5[:2]}/{md5[2:]}"]
    assert remote.find([md5, "0" * 32]) == [md5]
    assert remote.receive(md5, str(tmp_path / "back"), lambda _size: None, alone=True)
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    assert not remote.receive("0" * 32, str(tmp_path / "none"), lambda _size: None, alone=True)
    remote.remove(md5)
    assert remote.find([md5]) == []


def test_work_is_done_in_parallel_and_given_as_it_is_done() -> None:
    meeting = threading.Barrier(3, timeout=60)

    def work(number: int) -> int:
        meeting.wait()  # three at once, or nobody goes on
        return number * number

    found = [one.done for one in work_in_parallel(range(6), work, 3, Stopping())]
    assert sorted(one for one in found if one is not None) == [0, 1, 4, 9, 16, 25]


def test_one_that_fails_ends_the_others() -> None:
    stopping = Stopping()

    def work(number: int) -> int:
        if number == 0:
            raise TransferFailed("there", "no")
        return number

    outcomes = []
    for one in work_in_parallel(range(100), work, 1, stopping):
        outcomes.append(one)
        if one.error is not None:
            stopping.stop()
    assert isinstance(outcomes[0].error, TransferFailed)
    assert all(isinstance(one.error, (TransferFailed, Interrupted)) for one in outcomes)


def test_who_leaves_early_leaves_no_thread() -> None:
    before = threading.active_count()
    for one in work_in_parallel(range(100), lambda number: number, 4, Stopping()):
        if one.done == 10:
            break
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Forbidden"), "it refuses: Forbidden"),
        (ConnectionRefusedError(111, "Connection refused"), "it cannot be reached: Connection refused"),
        (ConnectionResetError(104, "Connection reset"), "the connection was lost: Connection reset"),
        (FileNotFoundError("no such bucket"), "it is not there: no such bucket"),
        (OSError(28, "No space left on device"), "it is full: No space left on device"),
        (RuntimeError(), "RuntimeError"),
        (StorageFailed("/there", "Read-only file system"), "Read-only file system: /there"),
    ],
)
def test_what_a_library_raises_is_one_sentence(error: Exception, words: str) -> None:
    told = explain_failure(error, PLACE, {})
    assert isinstance(told, TransferFailed)
    assert told.message == f"s3://bucket/x: {words}"
    assert told.hint


def test_a_full_disk_here_is_no_fault_of_the_remote() -> None:
    told = explain_failure(OSError(28, "No space left on device"), PLACE, {}, "/cache/tmp/x/0")
    assert isinstance(told, StorageFailed)
    assert told.message == "/cache/tmp: No space left on device"


def test_the_dvc_folder_is_the_nearest_one_up_to_the_root(tmp_path: pathlib.Path) -> None:
    top = tmp_path / "repo"
    (top / "a" / "b").mkdir(parents=True)
    (tmp_path / ".dvc").mkdir()
    assert find_dvc_folder(str(top / "a"), str(top)) is None
    (top / ".dvc").mkdir()
    assert find_dvc_folder(str(top / "a" / "b"), str(top)) == str(top / ".dvc")
    (top / "a" / ".dvc").mkdir()
    assert find_dvc_folder(str(top / "a" / "b"), str(top)) == str(top / "a" / ".dvc")
    assert find_dvc_folder(str(top / "a"), None) is None


def test_levels_of_the_configuration_stand_over_each_other(folder: GitFolder, sealed: pathlib.Path) -> None:
    top = str(folder.path)
    assert read_dvc_config(top, top).remotes == ()
    (sealed / ".config" / "dvc").mkdir(parents=True)
    (sealed / ".config" / "dvc" / "config").write_text(
        "[core]\n  remote = outer\n['remote \"outer\"']\n  url = /outer\n"
    )
    outer = read_dvc_config(top, top)
    assert (outer.default_remote, outer.remotes) == ("outer", ("outer",))
    folder.gen({".dvc/config": "[core]\n  remote = Inner\n['remote \"inner\"']\n  url = ../inner\n"})
    folder.gen({".dvc/config.local": "[cache]\n  dir = ../shared\n"})
    place = find_data_place(AskedRemote(None, "core.remote", top), top, top)
    assert place == DataPlace("inner", str(folder.path / "inner"), "core.remote")
    roots = [cache.root for cache in list_dvc_caches(top, top)]
    assert roots == [str(folder.path / "shared"), str(folder.path / ".dvc" / "cache")]
    with pytest.raises(NoStorage, match="no data remote 'x', which --data-remote names; there is outer, inner"):
        find_data_place(AskedRemote("x", "--data-remote", top), top, top)


def test_what_is_there_is_remembered_past_a_torn_line(folder: GitFolder) -> None:
    from gitexp.git.repository import open_repository

    repository = open_repository(str(folder.path))
    memory = KnownThere(repository, "key")
    memory.add(objects=["0" * 32, "1" * 32 + ".dir"], runs=["a" * 40])
    path = folder.path / ".git" / "exp" / "there" / "key"
    path.write_bytes(path.read_bytes() + b"object 22222222")
    KnownThere(repository, "key").add(objects=["3" * 32])

    found = KnownThere(repository, "key")
    assert found.objects == {"0" * 32, "1" * 32 + ".dir", "3" * 32}
    assert found.runs == {"a" * 40}
    found.forget()
    assert KnownThere(repository, "key").objects == set()


def test_the_hint_shows_where_the_place_is_said() -> None:
    absent = FileNotFoundError("no such bucket")
    by_name, by_url = (explain_failure(absent, place, {}) for place in (PLACE, PLACE._replace(name=None)))
    assert isinstance(by_name, TransferFailed)
    assert isinstance(by_url, TransferFailed)
    assert (by_name.hint, by_url.hint) == ("dvc remote list", "exp remote")

"""The record of pushes: one line each, without credentials, and readable after a bad day."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import StorageFailed
from gitexp.git.repository import open_repository
from gitexp.store.push_record import PushedFind, PushEntry, append_push, push_record_path, read_pushes

if TYPE_CHECKING:
    from kit.git import GitFolder

ENTRY = PushEntry(
    datetime(2026, 11, 23, 9, 14, 3, 123456, tzinfo=UTC),
    "Ada Lovelace <ada@example.org>",
    "https://example.org/a.git",
    3,
    4,
    25,
    (PushedFind("0123456789abcdef", "conf/\u00e9.env", None, "environment file", "--allow: conf/*"),),
)


def test_what_is_added_is_read_again(folder: GitFolder) -> None:
    repository = open_repository()
    assert read_pushes(repository) == []
    append_push(repository, ENTRY)
    append_push(repository, ENTRY._replace(runs=0, exceptions=()))
    assert read_pushes(repository) == [ENTRY, ENTRY._replace(runs=0, exceptions=())]
    path = push_record_path(repository)
    assert path == os.path.join(str(folder.path), ".git", "exp", "pushes")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_credentials_are_not_written(folder: GitFolder) -> None:
    repository = open_repository()
    append_push(repository, ENTRY._replace(remote="https://ada:hunter22@example.org/a.git"))
    assert [entry.remote for entry in read_pushes(repository)] == ["https://example.org/a.git"]
    with open(push_record_path(repository), "rb") as file:
        assert b"hunter22" not in file.read()


def test_a_torn_line_costs_no_other(folder: GitFolder) -> None:
    repository = open_repository()
    append_push(repository, ENTRY)
    append_push(repository, ENTRY)
    path = push_record_path(repository)
    os.truncate(path, os.path.getsize(path) - 30)
    assert read_pushes(repository) == [ENTRY]
    append_push(repository, ENTRY._replace(runs=7))
    assert [entry.runs for entry in read_pushes(repository)] == [3, 7]


@pytest.mark.parametrize("line", [b"null\n", b"[]\n", b"{}\n", b"\xff\n", b'{"at": 3}\n', b'{"at": "x", "by": ""}\n'])
def test_a_line_that_is_no_push_is_passed_over(folder: GitFolder, line: bytes) -> None:
    repository = open_repository()
    append_push(repository, ENTRY)
    with open(push_record_path(repository), "ab") as file:
        file.write(line)
    append_push(repository, ENTRY)
    assert read_pushes(repository) == [ENTRY, ENTRY]


def test_a_record_that_cannot_be_written_is_told(folder: GitFolder) -> None:
    repository = open_repository()
    os.makedirs(push_record_path(repository))
    with pytest.raises(StorageFailed):
        append_push(repository, ENTRY)
    with pytest.raises(StorageFailed):
        read_pushes(repository)

"""The lists of erased runs, in a real repository."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import InvalidValue
from gitexp.format.removal import Removal, format_removal, parse_removal
from gitexp.git.objects import ObjectWriter
from gitexp.git.refs import RefChange, list_refs, update_refs
from gitexp.git.repository import open_repository
from gitexp.git.trees import FILE, FOLDER
from gitexp.model.ids import RunId
from gitexp.model.refs import REMOVED, Writer
from gitexp.model.run import User
from gitexp.store.removed import append_removed, read_removals, read_removed, read_removed_lists

if TYPE_CHECKING:
    from kit.git import GitFolder

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ADA = User("Ada Lovelace", "ada@example.org")
ONE, TWO, THREE = RunId("k3v9x2mabc"), RunId("p7qw4n8hde"), RunId("t2zc9x1k0f")


def erase(who: str, *ids: RunId, at: datetime = NOON, why: str | None = None) -> RefChange | None:
    repository = open_repository()
    with ObjectWriter(repository) as writer:
        change = append_removed(repository, writer, Writer(who), ids, Removal(at, ADA, why))
    if change is not None:
        update_refs(repository, [change])
    return change


def test_ids_are_added_and_stay(folder: GitFolder) -> None:
    assert read_removed(open_repository()) == frozenset()

    erase("ada-0000", ONE, why="a password")
    erase("ada-0000", TWO, at=NOON + timedelta(hours=1))
    erase("bob-0000", TWO, THREE)

    assert read_removed(open_repository()) == {ONE, TWO, THREE}
    assert folder.git("log", "--format=%s", "refs/exp/removed/ada-0000") == "1 run erased\n1 run erased"
    assert folder.git("show", f"refs/exp/removed/ada-0000:{ONE}") == (
        "at: 2030-01-01T12:00:00.000000Z\nby: {name: Ada Lovelace, email: ada@example.org}\nwhy: a password"
    )
    folder.git("fsck", "--strict")


def test_what_is_there_already_is_not_said_twice(folder: GitFolder) -> None:
    assert erase("ada-0000", ONE) is not None
    assert erase("ada-0000", ONE) is None


def test_it_is_known_who_erased_and_why(folder: GitFolder) -> None:
    erase("ada-0000", ONE, why="a password")
    repository = open_repository()
    lists = read_removed_lists(repository, list_refs(repository, REMOVED))

    assert read_removals(repository, lists, [ONE]) == {ONE: Removal(NOON, ADA, "a password")}


def test_hostile_lists_are_passed_over_and_told(folder: GitFolder) -> None:
    erase("ada-0000", ONE)
    repository = open_repository()
    with ObjectWriter(repository) as writer:
        blob = writer.write_blob(b"\x1b[2J: [")
        names = (b"..", b"K3V9X2MABC", b"\x1b[31m", b"k3v9x2mabc.lock", b"\xff" * 10)
        tree = writer.write_tree(
            [(FILE, name, blob) for name in names] + [(FOLDER, TWO.encode(), writer.write_tree([]))]
        )
    hostile = folder.git("commit-tree", "-m", "x", tree)
    folder.git("update-ref", "refs/exp/removed/mallory-0000", hostile)
    folder.git("update-ref", "refs/exp/removed/not-a-commit", blob)

    lists = read_removed_lists(repository, list_refs(repository, REMOVED))

    assert lists.ids == {ONE, TWO}
    assert read_removals(repository, lists, [ONE, TWO]) == {ONE: Removal(NOON, ADA)}
    assert [error.fields["run"] for error in lists.broken] == ["refs/exp/removed/not-a-commit"]


@pytest.mark.parametrize("data", [b"", b"at: now\n", b"by: x\n", b"- 1\n", b"at: 2030-01-01T12:00:00Z\nwhy: [1]\n"])
def test_what_says_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidValue):
        parse_removal(data)


def test_what_was_written_is_read() -> None:
    removal = Removal(NOON, User("", "x"), "because: of\n\x1b[2J")
    assert parse_removal(format_removal(removal)) == removal

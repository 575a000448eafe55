"""Objects of bounded size, one after another through one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.asking import ObjectAsker
from gitexp.git.repository import open_repository

if TYPE_CHECKING:
    from kit.git import GitFolder


def test_what_is_small_enough_is_read_and_what_is_not_is_named(folder: GitFolder) -> None:
    folder.gen({"small": "abc", "large": "x" * 3_000_000})
    folder.commit()

    with ObjectAsker(open_repository()) as reader:
        small = reader.read("HEAD:small", 3)
        large = reader.read("HEAD:large", 2_999_999)
        gone = reader.read("HEAD:nothing", 10)
        whole = reader.read("HEAD:large", 3_000_000)

    assert (small.type, small.data) == ("blob", b"abc")
    assert (large.type, large.data, large.id) == ("blob", None, folder.git("rev-parse", "HEAD:large"))
    assert (gone.id, gone.type, gone.data) == (None, None, None)
    assert whole.data == b"x" * 3_000_000


def test_a_damaged_object_does_not_end_it(folder: GitFolder) -> None:
    folder.gen({"one": "one", "other": "other"})
    folder.commit()
    one = folder.git("rev-parse", "HEAD:one")
    file = folder.path / ".git" / "objects" / one[:2] / one[2:]
    file.chmod(0o644)
    file.write_bytes(b"damaged")

    with ObjectAsker(open_repository()) as reader:
        assert reader.read(one, 100).data is None
        assert reader.read("HEAD:other", 100).data == b"other"

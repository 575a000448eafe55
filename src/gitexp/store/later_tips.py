"""What a later tip of a run may be: something said of it. What was recorded stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import RunDiverged
from gitexp.format.message_restating import bare_message
from gitexp.model.paths import quote_path
from gitexp.model.run import Status
from gitexp.store.layout import ANNOTATIONS, RECORD

if TYPE_CHECKING:
    from gitexp.git.objects import ObjectWriter
    from gitexp.model.head import RunHead

_RECORD = RECORD.rstrip(b"/")
_ANNOTATIONS = ANNOTATIONS.removeprefix(RECORD).rstrip(b"/")


def check_later_tip(writer: ObjectWriter, earlier: RunHead, later: RunHead) -> None:
    """Raises RunDiverged where a tip on top of another says anything else of what happened: params, metrics, code.

    A run that was called lost by who only saw its journal may be told again, by who recorded it. A statement may be
    added and none taken away.
    """
    if earlier.snapshot != later.snapshot:
        raise _refuse(earlier, later, "its later tip has another snapshot")
    if earlier.status is Status.LOST and later.status is not Status.LOST:
        return
    before, after = writer.read_commit(earlier.commit), writer.read_commit(later.commit)
    if before.author != after.author or bare_message(before.message) != bare_message(after.message):
        raise _refuse(earlier, later, "its later tip has another message")
    if before.tree == after.tree:
        return
    old, new = _entries(writer, before.tree), _entries(writer, after.tree)
    _compare(earlier, later, old, new, b"", _RECORD)
    old, new = (_entries(writer, side[_RECORD][1] if _RECORD in side else None) for side in (old, new))
    _compare(earlier, later, old, new, RECORD, _ANNOTATIONS)
    said, now = (_entries(writer, side[_ANNOTATIONS][1] if _ANNOTATIONS in side else None) for side in (old, new))
    gone = sorted(name for name in said if now.get(name) != said[name])
    if gone:
        raise _refuse(earlier, later, f"its later tip has not {quote_path(ANNOTATIONS + gone[0])}")


def _compare(
    earlier: RunHead,
    later: RunHead,
    old: dict[bytes, tuple[int, str]],
    new: dict[bytes, tuple[int, str]],
    folder: bytes,
    apart: bytes,
) -> None:
    changed = sorted(name for name in old.keys() | new.keys() if name != apart and old.get(name) != new.get(name))
    if changed:
        raise _refuse(earlier, later, f"its later tip changes {quote_path(folder + changed[0])}")


def _entries(writer: ObjectWriter, tree: str | None) -> dict[bytes, tuple[int, str]]:
    if tree is None:
        return {}
    return {entry.name: (entry.mode, entry.id) for entry in writer.read_tree(tree)}


def _refuse(earlier: RunHead, later: RunHead, why: str) -> RunDiverged:
    return RunDiverged(earlier.id, why, ours=earlier.commit, theirs=later.commit)

"""A fold's message: the whole commit objects of the runs that it holds, so that a listing needs nothing else.

    fold of 2 runs that began in 2026-11

    Fold-Format: 1
    commit 5c1e… refs/runs/default/k3v9x2mabc
     tree …
     parent …
     …

Each line of a commit stands behind one space. Whoever reads it can verify it: the hash of the bytes is the id.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT = 1
MOST_TIPS = 500
MOST_BYTES = 4_000_000
"""Of a message, as we write it."""
MOST_BYTES_READ = 16_000_000
_MOST_TIPS_READ = 10_000
_HEAD = re.compile(rb"fold of \d+ runs? that began in \d{4}-\d\d\n\nFold-Format: (\d{1,9})\n")
_ENTRY = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) ([\x21-\x7e]{1,200})\n ")


class FoldedCommit(NamedTuple):
    """One entry: the ref that the run had, the commit's id, and the commit's own bytes."""

    ref: str
    id: str
    data: bytes


def format_fold_message(month: str, entries: Sequence[FoldedCommit]) -> bytes:
    """The message of a fold of a month, given as ``202611``."""
    runs = "1 run" if len(entries) == 1 else f"{len(entries)} runs"
    head = f"fold of {runs} that began in {month[:4]}-{month[4:]}\n\nFold-Format: {FORMAT}\n".encode("ascii")
    return head + b"".join(_format_entry(entry) for entry in entries)


def entry_length(entry: FoldedCommit) -> int:
    """How many bytes of a message an entry takes."""
    return len(_format_entry(entry))


def _format_entry(entry: FoldedCommit) -> bytes:
    head = f"commit {entry.id} {entry.ref}\n".encode("ascii")
    return head + b" " + entry.data.replace(b"\n", b"\n ") + b"\n"


def parse_fold_message(message: bytes) -> list[FoldedCommit]:
    """Reads a message, every entry verified. Raises BrokenObject; ``newer`` among its fields is a later format."""
    head, *blocks = message.split(b"\ncommit ")
    found = _HEAD.match(head + b"\n")
    if found is None:
        raise BrokenObject("its message is not that of a fold")
    if int(found[1]) != FORMAT:
        raise BrokenObject(f"it has format {int(found[1])}", newer=int(found[1]))
    if len(blocks) > _MOST_TIPS_READ:
        raise BrokenObject(f"it holds {len(blocks)} runs, more than {_MOST_TIPS_READ}")
    if not blocks or not message.endswith(b"\n"):
        raise BrokenObject("its message ends too early")
    blocks[-1] = blocks[-1][:-1]
    return [_parse_entry(block) for block in blocks]


def _parse_entry(block: bytes) -> FoldedCommit:
    found = _ENTRY.match(block)
    if found is None:
        raise BrokenObject(f"no commit and ref: {block[:100]!r}")
    object_id = found[1].decode("ascii")
    data = block[found.end() :].replace(b"\n ", b"\n")
    digest = hashlib.new("sha1" if len(object_id) == 40 else "sha256", usedforsecurity=False)
    digest.update(b"commit %d\0" % len(data))
    digest.update(data)
    if digest.hexdigest() != object_id:
        raise BrokenObject(f"what it says of commit {object_id} is not that commit")
    return FoldedCommit(found[2].decode("ascii"), object_id, data)

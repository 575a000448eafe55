"""Output of several processes at once, as launchers mark it: what the first of them printed, without the marks."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# torchrun's "[rank0]: " and "[default0]:", mpirun's "[1,0]<stdout>:" and, of its version 5, "[job@1,0]<stdout>: ".
_FORMS = rb"\[(?:rank|default)(%b\d{1,6})\]: ?|\[[\w.@-]*,(%b\d{1,6})\]<std(?:out|err|diag)>: ?"
# PyTorch marks a traceback itself, so that a line may have two; the first says where it came from.
_MARK = re.compile(rb"(?:%b)(?:%b)*" % (_FORMS % (b"", b""), _FORMS % (b"?:", b"?:")))
_LINE_MARK = re.compile(rb"^" + _MARK.pattern, re.MULTILINE)
_LABEL = re.compile(rb" {0,5}(\d{1,6}): ?")  # srun --label
_LONGEST_LABEL = 13
_LOOKED_AT = 4096
_SLURM = re.compile(rb"\s*$|srun: |slurmstepd: ")
_COUNTER = re.compile(rb"\b(?:step|epoch|iter|iteration|batch)\b\W{0,3}\d", re.IGNORECASE)


def read_first_rank(data: bytes) -> bytes:
    """The output of the lowest rank that printed, and what bears no mark; the output as it is where nothing does.

    torchrun reads the lines of its processes from files while they are being written: one that it found half written
    it prints in two pieces, each with the mark, and others may stand between. They are put together again.
    """
    ranks = {_rank_of(found) for found in _LINE_MARK.finditer(data)}
    if ranks:
        return b"".join(_read_marked(data, min(ranks)))
    first = _find_first_label(data)
    return data if first is None else b"".join(_read_labelled(data, first))


def _rank_of(mark: re.Match[bytes]) -> int:
    return int(mark[1] or mark[2])


def _read_marked(data: bytes, first: int) -> Iterator[bytes]:
    is_torn = False
    held: list[bytes] = []
    for line in io.BytesIO(data):
        marks = list(_MARK.finditer(line)) if line.startswith(b"[") else []
        if not marks or marks[0].start():
            held.append(line)
        else:
            ends = [*(mark.start() for mark in marks[1:]), len(line)]
            for mark, end in zip(marks, ends, strict=True):
                if _rank_of(mark) == first:
                    piece = line[mark.end() : end]
                    is_torn = not piece.endswith(b"\n")
                    yield piece
        if not is_torn:
            yield from held
            held.clear()
    yield from held


def _find_first_label(data: bytes) -> int | None:
    """The lowest label of an output in which each line bears that of its process; None for any other.

    Numbers before lines may as well count epochs, or batches over and over. Processes that print as they please do not
    keep to such an order for long; where they do, a line of theirs has a counter of its own.
    """
    if not _LABEL.match(data[:_LONGEST_LABEL]):
        return None
    labels: list[int] = []
    for line in io.BytesIO(data):
        found = _LABEL.match(line)
        if found is not None:
            labels.append(int(found[1]))
        elif not _SLURM.match(line):
            return None
    lowest, highest = min(labels), max(labels)
    steps = list(pairwise(labels))
    if all(before <= after for before, after in steps):
        return None
    is_cycle = all(after in (before, before + 1) or (before, after) == (highest, lowest) for before, after in steps)
    is_count = is_cycle and labels[0] == lowest and not _COUNTER.search(data[:_LOOKED_AT])
    return None if is_count else lowest


def _read_labelled(data: bytes, first: int) -> Iterator[bytes]:
    for line in io.BytesIO(data):
        found = _LABEL.match(line)
        if found is None:
            yield line
        elif int(found[1]) == first:
            yield line[found.end() :]

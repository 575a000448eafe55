"""Objects by name: which they are and how large, without reading them; and all of many read, few in memory at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.asking import ObjectAsker
from gitexp.git.command import run_git

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitexp.git.reading import FoundObject
    from gitexp.git.repository import Repository

_AT_ONCE = 50_000
_BATCH = 100
_BATCH_BYTES = 16_000_000


class MeasuredObject(NamedTuple):
    """An object that is here: its id, its type, its bytes when unpacked."""

    id: str
    type: str
    size: int


def measure_named(repository: Repository, names: Iterable[str]) -> Iterator[MeasuredObject | None]:
    """The objects that names stand for, in order; None for one that is missing, or whose head is damaged.

    A name is anything Git resolves (an id, ``<commit>:<path>``) without a line end in it. Raises GitFailed.
    """
    waiting: list[str] = []
    for name in names:
        waiting.append(name)
        if len(waiting) == _AT_ONCE:
            yield from _ask(repository, waiting)
            waiting = []
    yield from _ask(repository, waiting)


def read_each(repository: Repository, ids: Sequence[str], most: int | None = None) -> Iterator[FoundObject]:
    """The objects with these ids, in order; one that is missing or damaged has no id, one over ``most`` no data.

    Raises GitFailed.
    """
    with ObjectAsker(repository) as asker:
        batch: list[str] = []
        size = 0
        for object_id, found in zip(ids, measure_named(repository, ids), strict=True):
            batch.append(object_id)
            size += found.size if found is not None and (most is None or found.size <= most) else 0
            if size > _BATCH_BYTES or len(batch) == _BATCH:
                yield from asker.ask(batch, most)
                batch, size = [], 0
        yield from asker.ask(batch, most)


def _ask(repository: Repository, names: list[str]) -> Iterator[MeasuredObject | None]:
    if not names:
        return
    question = ("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", "--buffer")
    asked = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
    answers = run_git(repository, *question, stdin=asked).split(b"\n")[:-1]
    for answer in answers:
        words = answer.rsplit(b" ", 2)
        is_found = len(words) == 3 and words[2].isdigit() and words[1] in (b"blob", b"tree", b"commit", b"tag")
        yield MeasuredObject(words[0].decode("ascii"), words[1].decode("ascii"), int(words[2])) if is_found else None

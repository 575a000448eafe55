"""Many refs cut into pushes, each of them a pattern where that can be.

Git holds every ref that a push names against every ref that there is, in 140 ns times six: 10,000 named among 10,000
take a minute and a half, as a pattern 0.3 s.
"""

from __future__ import annotations

import bisect
import itertools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitexp.git.remote import PushUpdate

_WORTH = 50_000
"""Refs named times refs there are, from which a pattern is quicker."""
_MOST_LEFT_OUT = 20


class PushBatch(NamedTuple):
    """Refs that go in one push. ``patterns`` match them, those that the other side has anyway, and ``left_out``."""

    updates: tuple[PushUpdate, ...]
    patterns: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def refspecs(self) -> list[str]:
        """What Git is told of refs that stay or move on; those that go are told otherwise."""
        if not self.patterns:
            return [f"{update.new}:{update.ref}" for update in self.updates if update.new is not None]
        return [*(f"{pattern}:{pattern}" for pattern in self.patterns), *(f"^{ref}" for ref in self.left_out)]


def cut_batches(
    updates: Sequence[PushUpdate], ours: Mapping[str, str], theirs: Mapping[str, str], *, most: int, most_named: int
) -> list[PushBatch]:
    """The updates in batches of at most ``most``, or ``most_named`` where each ref is named.

    ``ours`` and ``theirs`` are all refs that there are on both sides.
    """
    same = {
        update.ref: update
        for update in updates
        if update.new is not None and ours.get(update.ref) == update.new and not update.is_rewritten
    }
    named = [update for update in updates if update.ref not in same]
    if len(same) * len(ours) < _WORTH:
        return _cut_plain(updates, most_named)
    all_ours = sorted(ours)
    batches: list[PushBatch] = []
    settled = {ref for ref, value in ours.items() if theirs.get(ref) == value and ref not in same}
    wanted = sorted(same)
    for pattern, refs in _group(_common_start(wanted[0], wanted[-1]), wanted, most):
        inside = _below(pattern, all_ours)
        left_out = [ref for ref in inside if ref not in same and ref not in settled]
        if len(left_out) > _MOST_LEFT_OUT:
            named += [same[ref] for ref in refs]
        else:
            _append(batches, PushBatch(tuple(same[ref] for ref in refs), (pattern,), tuple(left_out)), most)
    return [*batches, *_cut_plain(named, most_named)]


def _common_start(first: str, last: str) -> str:
    """What all words between two begin with, in the order of the alphabet."""
    length = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:length]


def _below(pattern: str, refs: Sequence[str]) -> Sequence[str]:
    """Those of the sorted refs that a pattern matches."""
    start = bisect.bisect_left(refs, pattern.removesuffix("*"))
    return list(itertools.takewhile(lambda ref: ref.startswith(pattern.removesuffix("*")), refs[start:]))


def _append(batches: list[PushBatch], batch: PushBatch, most: int) -> None:
    """Puts a batch behind the others, or into the last one: a push has its cost."""
    last = batches[-1] if batches else None
    if last is not None and len(last.updates) + len(batch.updates) <= most:
        batches[-1] = PushBatch(
            last.updates + batch.updates, last.patterns + batch.patterns, last.left_out + batch.left_out
        )
    else:
        batches.append(batch)


def _cut_plain(updates: Sequence[PushUpdate], most: int) -> list[PushBatch]:
    return [PushBatch(tuple(updates[start : start + most])) for start in range(0, len(updates), most)]


def _group(prefix: str, refs: Sequence[str], most: int) -> Iterator[tuple[str, Sequence[str]]]:
    """The sorted refs by what they begin with, as far as it takes to have at most ``most`` of them together."""
    if len(refs) <= most:
        if refs:
            yield f"{prefix}*", refs
        return
    start = 0
    while start < len(refs):
        longer = refs[start][: len(prefix) + 1]
        end = next((at for at in range(start, len(refs)) if not refs[at].startswith(longer)), len(refs))
        if longer == refs[start]:  # a whole name: no pattern has it alone and all others behind it
            yield refs[start], refs[start : start + 1]
            start += 1
            continue
        yield from _group(longer, refs[start:end], most)
        start = end

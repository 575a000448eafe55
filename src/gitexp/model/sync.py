"""How the tips of a run here and elsewhere stand to each other, and what became of each ref that went or came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.errors import ExpError

Relation = Literal["same", "here", "there", "ahead", "behind", "diverged", "unknown"]
"""Ours against theirs. ``here``, ``there``: only one side has it; ``unknown``: theirs is not here to be looked at."""

Outcome = Literal["new", "moved", "merged", "same", "newer", "refused"]
"""``merged``: both sides had said something of the run. ``newer``: the side that was to get it is ahead."""


class SyncedRef(NamedTuple):
    """What became of one ref. ``commit`` is what it holds now where it was to go, ``why`` the reason of a refusal."""

    ref: str
    outcome: Outcome
    commit: str | None = None
    why: ExpError | None = None


class Histories(NamedTuple):
    """Which tips of a run come directly before which. ``cut``: where a shallow clone knows of nothing before."""

    earlier: Mapping[str, tuple[str, ...]]
    cut: frozenset[str] = frozenset()

    def all_earlier(self, tip: str) -> frozenset[str]:
        """Every tip that the run had before this one, as far as is known."""
        found: set[str] = set()
        waiting = [tip]
        while waiting:
            for one in self.earlier.get(waiting.pop(), ()):
                if one not in found:
                    found.add(one)
                    waiting.append(one)
        return frozenset(found)

    def relate(self, ours: str | None, theirs: str | None) -> Relation:
        """How two tips of one run stand to each other."""
        if ours == theirs:
            return "same"
        if theirs is None:
            return "here"
        if ours is None:
            return "there"
        if theirs in self.all_earlier(ours):
            return "ahead"
        if theirs not in self.earlier:
            return "unknown"
        return "behind" if ours in self.all_earlier(theirs) else "diverged"

    def find_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two tips that is a tip of the run too; None where there is none."""
        common = (self.all_earlier(one) | {one}) & (self.all_earlier(other) | {other})
        best = common.difference(*(self.all_earlier(tip) for tip in common))
        return min(best, default=None)

    def is_cut(self, tip: str) -> bool:
        """Whether more came before the tip than is known here."""
        return not self.cut.isdisjoint(self.all_earlier(tip) | {tip})

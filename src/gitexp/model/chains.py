"""Chains: runs that go on from one another, as their commits say it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.model.said import Said, SaidValues

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Number, Summary

MOST_PARTS = 1_000
"""Of a chain that are looked at, the newest of them: what a remote sent is not to be walked without end."""


class Chains:
    """Which run goes on from which, among all runs.

    A run that is named and not there ends its chain, and runs that name one another in a circle have none.
    """

    __slots__ = ("_by_id", "_next", "_previous")

    def __init__(self, heads: Sequence[RunHead]) -> None:
        resuming = [head for head in heads if head.lineage.resumes is not None]
        self._by_id: dict[RunId, RunHead] = {head.id: head for head in heads} if resuming else {}
        named = {
            head.id: head.lineage.resumes
            for head in resuming
            if head.lineage.resumes is not None and head.lineage.resumes in self._by_id
        }
        circular = _find_circular(named)
        self._previous = {run_id: before for run_id, before in named.items() if run_id not in circular}
        self._next: dict[RunId, list[RunHead]] = {}
        for run_id, before in self._previous.items():
            self._next.setdefault(before, []).append(self._by_id[run_id])

    def earlier(self, head: RunHead) -> tuple[RunHead, ...]:
        """The runs that a run goes on from, the first one first; at most the 1,000 nearest."""
        found: list[RunHead] = []
        at = self._previous.get(head.id)
        while at is not None and len(found) < MOST_PARTS:
            found.append(self._by_id[at])
            at = self._previous.get(at)
        return tuple(reversed(found))

    def later(self, head: RunHead) -> tuple[RunHead, ...]:
        """The runs that go on from a run, and from those, the oldest first; at most 1,000."""
        found: list[RunHead] = []
        waiting = [head.id]
        while waiting and len(found) < MOST_PARTS:
            following = self._next.get(waiting.pop(0), [])
            found += following
            waiting += [one.id for one in following]
        return tuple(sorted(found[:MOST_PARTS], key=lambda one: (one.started_at, one.id)))

    def resumed_by(self, head: RunHead) -> tuple[RunHead, ...]:
        """The runs that resume a run themselves, the oldest first."""
        return tuple(sorted(self._next.get(head.id, []), key=lambda one: (one.started_at, one.id)))

    def find_newest(self, heads: Iterable[RunHead]) -> list[RunHead]:
        """The runs in their order without those that another one of them goes on from, be it over runs between."""
        listed = list(heads)
        passed: set[RunId] = set()
        for head in listed:
            at = self._previous.get(head.id)
            while at is not None and at not in passed:
                passed.add(at)
                at = self._previous.get(at)
        return [head for head in listed if head.id not in passed] if passed else listed


def join_heads(parts: Sequence[RunHead]) -> RunHead:
    """A chain as one head, that of its newest part, the last one given.

    Its seconds are those of all, and so are the extremes of its metrics; each metric's last value and step are those
    of the newest part that has it. Of a run that is going the seconds so far are not known here.
    """
    newest = parts[-1]
    if len(parts) == 1:
        return newest
    seconds = None if newest.seconds is None else round(sum(one.seconds or 0.0 for one in parts), 6)
    return newest._replace(seconds=seconds, said=Said(lambda: _join_values(parts)), chain=tuple(parts))


def join_summaries(parts: Sequence[Mapping[str, Summary]]) -> dict[str, Summary]:
    """The metrics of several parts, the oldest first, as those of one run; those of the newest part come first."""
    joined: dict[str, Summary] = {}
    for metrics in reversed(parts):
        for metric, summary in metrics.items():
            joined[metric] = _join_summary(summary, joined[metric]) if metric in joined else summary
    return joined


def _join_values(parts: Sequence[RunHead]) -> SaidValues:
    newest = parts[-1].said.values
    more = newest.more | {part for one in parts for part in one.more if part == "metrics"}
    return newest._replace(metrics=join_summaries([one.metrics for one in parts]), more=frozenset(more))


def _join_summary(older: Summary, newer: Summary) -> Summary:
    return replace(
        newer,
        min=_join_extreme(older.min, newer.min, newer.last, least=True),
        max=_join_extreme(older.max, newer.max, newer.last, least=False),
        first=older.first,
        count=older.count + newer.count if older.count and newer.count else 0,
    )


def _join_extreme(older: Number, newer: Number, last: Number, *, least: bool) -> Number:
    if newer != newer:  # NaN: there is nothing else, or the extremes of a run that is going are not known
        return older if last != last else math.nan
    if older != older:
        return newer
    return min(older, newer) if least else max(older, newer)


def _find_circular(named: Mapping[RunId, RunId]) -> set[RunId]:
    """The runs that come back to themselves when one goes from each to the run that it names."""
    walk_of: dict[RunId, int] = {}
    circular: set[RunId] = set()
    for number, start in enumerate(named):
        at: RunId | None = start
        while at is not None and at not in walk_of:
            walk_of[at] = number
            at = named.get(at)
        if at is None or walk_of[at] != number:
            continue
        while at not in circular:  # this walk met itself
            circular.add(at)
            at = named[at]
    return circular

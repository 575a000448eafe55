"""Where the objects of the Python API have their runs from, and how it says what went wrong."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord, GitexpWarning
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_AT_ONCE = 250
_NAMED = 10


class RunSource:
    """A store, and the manifests that were read of it.

    Who goes through many runs reads the manifests of those that come next along with the one that was asked for.
    """

    __slots__ = ("_heads", "_last", "_places", "_runs", "store")

    def __init__(self, store: RunStore, heads: Sequence[RunHead]) -> None:
        self.store = store
        self._heads = tuple(heads)
        self._places = {head.ref: place for place, head in enumerate(self._heads)}
        self._runs: dict[str, Run | BrokenRecord] = {}
        self._last: int | None = None

    def load(self, head: RunHead) -> Run:
        """The manifest of a run; of one that is going here with what it said so far. Raises BrokenRecord."""
        if head.status is Status.RUNNING:
            from gitexp.actions.show import load_so_far

            return load_so_far(self.store, head)
        if head.ref not in self._runs:
            self._read(head)
        found = self._runs[head.ref]
        if isinstance(found, BrokenRecord):
            raise found
        return found

    def _read(self, head: RunHead) -> None:
        place = self._places.get(head.ref)
        wanted = [head]
        if place is not None and self._last is not None:  # not the first one: somebody goes through them
            following = self._heads[place + 1 : place + _AT_ONCE]
            wanted += [one for one in following if one.ref not in self._runs and one.status is not Status.RUNNING]
        self._last = place
        for one, run in self.store.load_many(wanted):
            self._runs[one.ref] = run


def tell(sentence: str) -> None:
    """A warning whose place is the line of the user's that called."""
    warnings.warn(sentence, GitexpWarning, stacklevel=_find_depth())


def tell_broken(broken: Iterable[ExpError]) -> None:
    """A warning for each run that could not be read; of many the first ones, and how many more."""
    errors = list(broken)
    for error in errors[:_NAMED]:
        tell(error.message)
    if len(errors) > _NAMED:
        tell(f"and {len(errors) - _NAMED} more runs that cannot be read: exp verify")


def _find_depth() -> int:
    """How far up the stack the caller is who is none of ours, as ``warnings`` counts from ``tell``."""
    import sys

    depth, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "gitexp":
        depth, frame = depth + 1, frame.f_back
    return depth

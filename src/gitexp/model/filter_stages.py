"""Names in a filter that begin with a stage: they are of the run that stands there, ``production.metrics.loss``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.filter_tree import PREFIXES, Name

if TYPE_CHECKING:
    from collections.abc import Collection


class StageName(NamedTuple):
    """A stage, and the name of something that the run which stands there has."""

    stage: str
    name: Name


def split_stage(name: Name, stages: Collection[str]) -> StageName | None:
    """A name that begins with a stage, taken apart; None for any other, and for one with a kind before it.

    The place of what is left is where it begins, so that an error points there.
    """
    stage, _, rest = name.key.partition(".")
    if name.kind is not None or stage not in stages or not (rest or name.suffix):
        return None
    place = name.place + len(stage) + 1
    if not rest:  # a key that is called as a suffix is: production.count
        return StageName(stage, Name(None, name.suffix, "", place))
    first, _, key = rest.partition(".")
    kind = PREFIXES.get(first.lower())
    if kind is None:
        return StageName(stage, Name(None, rest, name.suffix, place))
    if not key:
        return StageName(stage, Name(kind, name.suffix, "", place)) if name.suffix else None
    if kind == "metrics" or not name.suffix:
        return StageName(stage, Name(kind, key, name.suffix, place))
    return StageName(stage, Name(kind, f"{key}.{name.suffix}", "", place))

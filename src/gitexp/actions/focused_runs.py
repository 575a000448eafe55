"""Many runs with only those values that a filter looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.filter_names import KnownNames, know_names
from gitexp.store.index_columns import focus_heads, read_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.model.filter_names import Reading
    from gitexp.model.head import RunHead
    from gitexp.store.index_columns import Places


def know_names_at(places: Places | None, heads: Sequence[RunHead]) -> KnownNames:
    """What ``know_names`` says of the heads; of those that have a place in the index, as the index says it."""
    indexed = None if places is None else read_keys(places)
    if places is None or indexed is None:
        return know_names(heads)
    others = know_names(head for head, number in zip(heads, places.numbers, strict=True) if number is None)
    params = {
        key: indexed.params.get(key, False) or others.params.get(key, False)
        for key in (*indexed.params, *others.params)
    }
    return KnownNames(params, indexed.metrics | others.metrics, indexed.tags | others.tags, len(heads))


def focus_on(places: Places | None, heads: Sequence[RunHead], readings: Iterable[Reading]) -> Sequence[RunHead]:
    """The heads with the values that are read, as far as the index has them; else as they are."""
    wanted: dict[str, list[str]] = {}
    for reading in readings:
        if reading.source == "field" and reading.key == "tags":
            return heads
        if reading.source in ("params", "metrics", "tags"):
            wanted.setdefault(reading.source, []).append(reading.key)
    focused = None if places is None else focus_heads(places, heads, wanted)
    return heads if focused is None else focused

"""What stands for names that hold secrets: params, tags and metrics are told apart by it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping


def find_touched(names: Collection[str], spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The names that spans of the bytes of all touch, which stand there one a line."""
    all_names = list(names)
    ends = list(accumulate(len(name.encode("utf-8", "surrogateescape")) + 1 for name in all_names))
    touched: set[int] = set()
    for start, end in spans:
        touched.update(range(bisect_right(ends, start), min(bisect_left(ends, end) + 1, len(ends))))
    return (all_names[index] for index in sorted(touched))


def make_unlike(names: Iterable[str], shown: Mapping[str, str]) -> dict[str, str]:
    """Of the names those that are to be shown otherwise, with a number behind where that is taken."""
    found: dict[str, str] = {}
    taken = {name for name in names if shown.get(name, name) == name}
    counts: dict[str, int] = {}
    for name, new in shown.items():
        if new == name:
            continue
        while new in taken:
            counts[shown[name]] = counts.get(shown[name], 1) + 1
            new = f"{shown[name]}-{counts[shown[name]]}"
        taken.add(new)
        found[name] = new
    return found

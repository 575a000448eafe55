"""The columns that runs bring along, and the one that a word means."""

from __future__ import annotations

import difflib
import fnmatch
from typing import TYPE_CHECKING

from gitexp.errors import UsageError
from gitexp.model.columns import FIELDS, Column, field_column, metric_column, param_column, tag_column
from gitexp.model.ordering import natural_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.model.head import RunHead


def free_columns(heads: Sequence[RunHead]) -> list[Column]:
    """The columns that the runs bring along: params, metrics and tags, each in natural order."""
    return make_columns(
        {key for head in heads for key in head.params},
        {key for head in heads for key in head.metrics},
        {key for head in heads for key in head.tags},
    )


def make_columns(params: Iterable[str], metrics: Iterable[str], tags: Iterable[str]) -> list[Column]:
    """The columns of params, metrics and tags, each in natural order."""
    return (
        [param_column(key) for key in sorted(params, key=natural_key)]
        + [metric_column(key) for key in sorted(metrics, key=natural_key)]
        + [tag_column(key) for key in sorted(tags, key=natural_key)]
    )


def find_columns(
    key: str, heads: Sequence[RunHead], *, what: str = "--columns", more: Sequence[Column] = ()
) -> list[Column]:
    """The columns that a key names: a field, ``params.lr``, ``metrics.loss.min``, ``tags.team``, a bare key, a glob.

    ``more`` are those that there are beside the fields and what the runs' heads bring along.
    Raises UsageError, with the nearest keys as hint, where there is none. Without runs there is nothing to hold a key
    against, and any is accepted.
    """
    if key in FIELDS:
        return [field_column(key)]
    return choose_columns(key, [*free_columns(heads), *more], what=what, is_empty=not heads)


def choose_columns(key: str, free: Sequence[Column], *, what: str, is_empty: bool) -> list[Column]:
    """What ``find_columns`` finds, among the fields and columns that are known already."""
    if key in FIELDS:
        return [field_column(key)]
    by_key = {column.key: column for column in free}
    if key in by_key:
        return [by_key[key]]
    metric, _, aggregate = key.removeprefix("metrics.").rpartition(".")
    is_own_name = any(column.name == key for column in free)
    if aggregate in ("min", "max", "last", "first") and f"metrics.{metric}" in by_key and not is_own_name:
        return [metric_column(metric, aggregate)]
    if any(letter in key for letter in "*?["):
        return [column for column in free if fnmatch.fnmatchcase(column.key, key)]
    bare = [column for column in free if column.name == key]
    if len(bare) == 1 or is_empty:
        return bare
    known = [*FIELDS, *by_key]
    if bare:
        raise UsageError(
            f"{what} {key}: " + " or ".join(column.key for column in bare) + "?", hint=f"{what} {bare[-1].key}"
        )
    words = {word: column.key for column in free for word in (column.key, column.name)} | {one: one for one in FIELDS}
    found = difflib.get_close_matches(key, words, n=3, cutoff=0.5)
    near = list(dict.fromkeys(words[word] for word in found))
    raise UsageError(
        f"{what} {key}: no run here has it",
        hint=("did you mean " + ", ".join(near) + "?") if near else "one of " + ", ".join(known[:12]),
    )

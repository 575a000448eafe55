"""Runs that somebody erased for good and that are still here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.listing import unique_length

if TYPE_CHECKING:
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore

_MOST_NAMED = 5


def tell_erased(store: RunStore, heads: Heads) -> str | None:
    """Says which runs were erased elsewhere, by whom, and what erases them here too; None where there are none."""
    if not heads.removed:
        return None
    from gitexp.git.refs import list_refs
    from gitexp.model.refs import REMOVED
    from gitexp.store.removed import read_removals, read_removed_lists

    lists = read_removed_lists(store.repository, list_refs(store.repository, REMOVED))
    ids = [head.id for head in heads.removed]
    said = read_removals(store.repository, lists, ids[:_MOST_NAMED])
    names = list(dict.fromkeys(one.by.name or one.by.email for one in said.values()))
    by = f" by {' and '.join(names)}" if names and len(ids) <= _MOST_NAMED else ""
    length = unique_length(ids, {*ids, *(head.id for head in heads.runs)})
    shown = " ".join(one[:length] for one in ids[:_MOST_NAMED]) + (" …" if len(ids) > _MOST_NAMED else "")
    if len(ids) == 1:
        return f"1 run was purged{by}: exp purge {shown} erases it here too"
    return f"{len(ids)} runs were purged{by}: exp purge {shown} erases them here too"

"""Runs that stand for their chains, in a listing and in a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.heads import complete_heads
from gitexp.model.chains import join_heads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.chains import Chains
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


def join_chains(
    store: RunStore, heads: Sequence[RunHead], chains: Chains, *, hidden: bool = False
) -> tuple[list[RunHead], list[ExpError]]:
    """Each run as one with those that it goes on from, hidden ones left out unless they are wanted.

    Why the manifest of one of these could not be read comes along; what its message says of it counts all the same.
    """
    earlier = {head.id: [one for one in chains.earlier(head) if hidden or not one.hidden] for head in heads}
    wanted = {one.id: one for parts in earlier.values() for one in parts}
    completed, unread = complete_heads(store, wanted.values())
    by_id = {one.id: one for one in completed}
    return [join_heads([*(by_id[one.id] for one in earlier[head.id]), head]) for head in heads], unread

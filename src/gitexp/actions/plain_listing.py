"""The listing of the newest runs, without a look at the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.chain_rows import join_chains
from gitexp.actions.going_metrics import complete_going
from gitexp.actions.heads import complete_heads
from gitexp.actions.list_runs import Listing
from gitexp.actions.missing_runs import has_remote
from gitexp.model.chains import Chains
from gitexp.model.listing import list_runs, sort_heads
from gitexp.store.index_listing import read_newest_runs

if TYPE_CHECKING:
    from gitexp.model.listing import ListingRequest
    from gitexp.model.refs import Experiment
    from gitexp.store.runs import RunStore


def list_plain(
    store: RunStore, request: ListingRequest, wanted: Experiment | None, *, hidden: bool, parts: bool
) -> Listing | None:
    """What ``list_project`` says of the newest runs, in their own order; None where all heads have to be looked at.

    The request has a limit, and asks for no order and no columns of its own: these are looked for among all runs.
    """
    found = read_newest_runs(store.repository, wanted, request.limit or 0, hidden=hidden, parts=parts)
    if found is None:
        return None
    rows = sort_heads(found.heads)
    completed, unread = complete_heads(store, rows)
    chains = Chains(found.chained)
    completed, unread_earlier = join_chains(store, complete_going(store, completed), chains, hidden=hidden)
    request = request._replace(
        show_experiment=request.show_experiment or len({head.experiment for head in rows}) > 1,
        show_hidden=request.show_hidden or any(head.hidden for head in rows),
        show_parts=request.show_parts or any(head.chain for head in completed),
    )
    table = list_runs(completed, request, store.settings.directions, found.near)
    return Listing(
        table._replace(total=found.total),
        wanted,
        found.elsewhere,
        (*found.broken, *unread, *unread_earlier),
        found.going_elsewhere,
        hidden=found.hidden,
        may_pull=found.is_empty and has_remote(store),
    )

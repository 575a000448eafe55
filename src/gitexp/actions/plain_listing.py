"""The listing of the newest runs, without a look at the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.chain_rows import join_chains
from gitexp.actions.going_metrics import complete_going
from gitexp.actions.heads import complete_heads, present_experiment
from gitexp.actions.list_runs import Listing
from gitexp.actions.missing_runs import has_remote
from gitexp.model.chains import Chains
from gitexp.model.listing import list_runs, sort_heads
from gitexp.store.index_listing import read_newest_runs

if TYPE_CHECKING:
    from gitexp.actions.list_runs import ListingChoice
    from gitexp.model.listing import ListingRequest
    from gitexp.store.runs import RunStore


def list_plain(store: RunStore, request: ListingRequest, choice: ListingChoice) -> Listing | None:
    """What ``list_project`` says of the newest runs, in their own order; None where all heads have to be looked at.

    The request has a limit, and asks for no order and no columns of its own: these are looked for among all runs.
    """
    wanted = None if choice.everything else present_experiment(store, choice.experiment)
    limit, hidden = request.limit or 0, choice.hidden
    found = read_newest_runs(store.repository, wanted, limit, hidden=hidden, parts=choice.parts)
    if found is None:
        return None
    completed, unread = complete_heads(store, sort_heads(found.heads))
    chains = Chains(found.chained)
    completed, unread_earlier = join_chains(store, complete_going(store, completed), chains, hidden=hidden)
    request = request._replace(
        show_experiment=len({head.experiment for head in completed}) > 1,
        show_hidden=any(head.hidden for head in completed),
        show_parts=any(head.chain for head in completed),
    )
    table = list_runs(completed, request, store.settings.directions, found.near)
    return Listing(
        table._replace(total=found.total),
        wanted,
        found.elsewhere,
        tuple({error.message: error for error in (*found.broken, *unread, *unread_earlier)}.values()),
        found.going_elsewhere,
        hidden=found.hidden,
        may_pull=found.is_empty and has_remote(store),
        here=found.here,
    )

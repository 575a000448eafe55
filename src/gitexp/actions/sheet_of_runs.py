"""Many runs as a sheet, with what their manifests say where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.details_of_runs import read_details
from gitexp.model.comparison import Candidate
from gitexp.model.details import may_be_details
from gitexp.model.sheet import choose_columns, make_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.sheet import Sheet
    from gitexp.store.runs import RunStore


def read_sheet(
    store: RunStore, heads: Sequence[RunHead], keys: Sequence[str] = (), *, everything: bool = False
) -> tuple[Sheet, list[ExpError]]:
    """The sheet, and why a manifest could not be read: of that run the columns have what its commit says.

    ``keys`` and ``everything`` as for ``choose_columns``. Raises UsageError for a key that no run has.
    """
    details, unread = read_details(store, heads) if (everything and not keys) or may_be_details(keys) else ({}, [])
    candidates = [Candidate(head, details.get(head.ref, {})) for head in heads]
    return make_sheet(candidates, choose_columns(candidates, keys, everything=everything)), unread

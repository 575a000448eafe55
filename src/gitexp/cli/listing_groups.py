"""``exp ls --group-by``: a row for each group of runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitexp.actions.list_groups import list_groups
from gitexp.cli.listing import WENT_ON
from gitexp.cli.terminal import find_look, say, warn_of_broken

if TYPE_CHECKING:
    from gitexp.actions.list_groups import GroupListing
    from gitexp.cli.listing import ListingView
    from gitexp.store.runs import RunStore


def write_groups(store: RunStore, view: ListingView) -> None:
    """Prints the groups: data on standard output, talk on standard error."""
    listing = list_groups(store, view.request, view.choice, view.group_by)
    if view.form == "--json":
        _write_json(listing)
        return
    warn_of_broken(listing.broken, WENT_ON)
    from gitexp.render.group_listing import build_groups, format_groups_csv, format_groups_markdown

    look = find_look(view.colour)
    if view.form == "--csv":
        sys.stdout.write(format_groups_csv(listing.table))
    elif view.form == "--md":
        sys.stdout.write(format_groups_markdown(listing.table, look))
    elif listing.table.comparison.groups:
        from gitexp.render.screen import write_page

        write_page(build_groups(listing.table, look), look, sys.stdout)
    sys.stdout.flush()
    for sentence in find_group_notes(listing, view):
        say(sentence)


def find_group_notes(listing: GroupListing, view: ListingView) -> list[str]:
    """What is to be said of runs and groups that are not in the table, and of those that do not count."""
    table = listing.table
    groups = table.comparison.groups
    notes: list[str] = []
    if view.is_cut and len(groups) < table.total:
        notes.append(f"{len(groups)} of {table.total} groups; -n 0 lists all")
    if table.valueless:
        what = "1 group" if table.valueless == 1 else f"{table.valueless} groups"
        notes.append(f"{what} left out: no value of {(listing.by or '').lstrip('-')}")
    if view.form is not None:
        return notes
    if not groups:
        notes.append("no runs to group; exp ls lists what there is")
    others = sum(len(group.others) for group in groups)
    if others:
        notes.append(f"{others} of the runs did not finish: they count in time and cost alone")
    for row in table.comparison.metrics:
        left_out = sum(values.left_out for values in row.values)
        if left_out:
            notes.append(f"{row.column.title}: {left_out} left out of the means, NaN or no finite number")
    notes += table.comparison.notes
    if any(group.heads for group in groups) and len(groups) > 1:
        notes.append("is a difference more than noise? exp compare --group-by says")
    return notes


def _write_json(listing: GroupListing) -> None:
    from gitexp.cli.output import write_envelope
    from gitexp.render.group_listing import best_fields
    from gitexp.render.group_tables import group_fields

    table = listing.table
    fields = {
        "experiment": listing.experiment,
        "runs": listing.runs,
        "total": table.total,
        "shown": len(table.comparison.groups),
        "by_value": listing.by,
        "without_value": table.valueless,
        **group_fields(table.comparison),
        "best_runs": best_fields(table),
    }
    write_envelope(fields, listing.broken)

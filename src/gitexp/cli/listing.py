"""What ``exp ls`` prints, and what it says of what it did not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.list_runs import Listing, ListingChoice, list_project
from gitexp.cli.terminal import find_look, say, warn_of_broken

if TYPE_CHECKING:
    from gitexp.model.listing import ListingRequest
    from gitexp.render.page import Look, Page
    from gitexp.store.runs import RunStore

WENT_ON = "exp ls went on"


class ListingView(NamedTuple):
    """What is to be listed, and in which form. ``is_length_asked``: somebody asked for that many rows."""

    request: ListingRequest
    choice: ListingChoice
    group_by: tuple[str, ...]
    curves: tuple[str, ...]
    form: str | None
    colour: str
    is_length_asked: bool

    @property
    def is_cut(self) -> bool:
        """Whether to say that there are more rows than those."""
        return not self.is_length_asked and self.form is None


def write_listing(store: RunStore, view: ListingView) -> None:
    """Prints the listing: data on standard output, talk on standard error."""
    if view.group_by:
        from gitexp.cli.listing_groups import write_groups

        write_groups(store, view)
        return
    listing = list_project(store, view.request, view.choice, view.curves)
    if view.form == "--json":
        _write_json(listing)
        return
    warn_of_broken(listing.broken, WENT_ON)
    _write(listing, view)
    _tell_what_is_missing(listing, view)


def build_page(listing: Listing, look: Look) -> Page:
    """The listing as a page."""
    from gitexp.render.listing import build_listing

    return build_listing(listing.table, look, listing.curves)


def _write_json(listing: Listing) -> None:
    from gitexp.cli.output import write_envelope
    from gitexp.render.json_form import table_fields, to_plain

    same_as = listing.same_as.id if listing.same_as is not None else None
    fields = {
        "experiment": listing.experiment,
        "hidden": listing.hidden,
        "same_as": same_as,
        "by": listing.by,
        "without_value": listing.valueless,
        "undecided": listing.undecided,
        **table_fields(listing.table),
    }
    if listing.curves is not None:
        fields["curves"] = [
            {"id": one.head.id, "metric": one.metric, "logged": one.logged, "points": to_plain(one.points)}
            for one in listing.curves.curves
        ]
    write_envelope(fields, listing.broken)


def _write(listing: Listing, view: ListingView) -> None:
    table = listing.table
    if view.form == "--ids":
        sys.stdout.writelines(f"{head.id}\n" for head in table.heads)
        return
    from gitexp.render.listing import format_csv, format_markdown

    look = find_look(view.colour)
    if view.form == "--csv":
        sys.stdout.write(format_csv(table))
    elif view.form == "--md":
        sys.stdout.write(format_markdown(table, look, listing.curves))
    elif table.heads:
        from gitexp.render.screen import write_page

        write_page(build_page(listing, look), look, sys.stdout)


def _tell_what_is_missing(listing: Listing, view: ListingView) -> None:
    sys.stdout.flush()
    for sentence in find_notes(listing, view):
        say(sentence)


def _tell_left_out(listing: Listing) -> list[str]:
    notes: list[str] = []
    if listing.undecided:
        they, lack = ("it", "lacks") if listing.undecided == 1 else ("they", "lack")
        notes.append(f"{_count(listing.undecided)} left out: {they} {lack} what the filter asks for")
    if listing.valueless:
        notes.append(f"{_count(listing.valueless)} left out: no value of {(listing.by or '').lstrip('-')}")
    return notes


def find_notes(listing: Listing, view: ListingView) -> list[str]:
    """What is to be said of runs that are not in the table."""
    table, is_plain = listing.table, view.form is None
    notes: list[str] = []
    if listing.same_as is not None and is_plain:
        of = f"{listing.same_as.name} ({listing.same_as.id})"
        notes.append(f"with the inputs of {of}" if table.total > 1 else f"no other run has the inputs of {of}")
    if listing.erased is not None:
        notes.append(listing.erased)
    if view.is_cut and table.left_over:
        notes.append(f"{len(table.heads)} of {table.total} runs; exp ls -n 0 lists all")
    if is_plain:
        notes += _tell_left_out(listing)
    if listing.curves is not None and is_plain:
        without = {head.id for head, _ in listing.curves.missing}
        if without:
            metrics = ", ".join(dict.fromkeys(metric for _, metric in listing.curves.missing))
            notes.append(f"{_count(len(without))} here without a curve: {metrics}")
    if listing.hidden and is_plain:
        notes.append(f"{listing.hidden} hidden: exp ls --hidden")
    if listing.same_as is not None:
        return notes
    if table.heads:
        if listing.going_elsewhere and is_plain:
            notes.append(f"{listing.going_elsewhere} going in other experiments: exp ls --all")
        return notes
    if not listing.hidden or listing.here:
        notes.append(_why_empty(listing))
    return notes


def _why_empty(listing: Listing) -> str:
    where = "" if listing.experiment is None else f" in experiment {listing.experiment!r}"
    if listing.here:
        # A filter, or a column to go by, has left nothing of them.
        what = "not the one run" if listing.here == 1 else f"none of the {listing.here} runs"
        return f"{what}{where} fits: exp ls lists {'it' if listing.here == 1 else 'them'}"
    if listing.elsewhere:
        return f"no runs{where}; {listing.elsewhere} in others: exp ls --all"
    if listing.may_pull:
        return "no runs here yet; those of the remote: exp pull; the first: exp run -- python train.py"
    return f"no runs{where} yet; the first: exp run -- python train.py"


def _count(number: int) -> str:
    return "1 run" if number == 1 else f"{number} runs"

"""``exp remote``: what the remote has, and which one it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.data_remote import ask_data_remote, choose_data_remote, find_chosen_place
from gitexp.actions.remote_choice import OWN, choose_for_runs
from gitexp.actions.remote_listing import list_remote
from gitexp.cli.completion import complete_remote
from gitexp.cli.options import COLOUR_OPTION, JSON_OPTION
from gitexp.cli.progress import Progress
from gitexp.cli.synced import describe_remote
from gitexp.cli.terminal import find_look, say, warn, warn_of_broken
from gitexp.errors import UsageError
from gitexp.git.remotes import CHOSEN
from gitexp.model.storage import CHOSEN_DATA, show_url
from gitexp.render.sent_data import describe_place, place_fields
from gitexp.store.runs import RunStore, open_store

if TYPE_CHECKING:
    from gitexp.actions.data_remote import ChosenData
    from gitexp.actions.remote_choice import ChosenRemote
    from gitexp.actions.remote_listing import RemoteListing

EXAMPLES = """
exp remote ls                          what the remote has, and what is not here yet
exp remote ls backup                   the same of another one
exp remote set origin                  runs go to origin, and come from there
exp remote set --data storage          data and large artifacts go to storage, a remote of DVC's, or a URL
exp remote set git@host:team/runs.git  runs have a repository of their own
"""
_ACTIONS = ("ls", "set")


def _complete_action(incomplete: str) -> list[str]:
    return [word for word in _ACTIONS if word.startswith(incomplete)]


def remote(
    ctx: typer.Context,
    action: Annotated[
        str,
        typer.Argument(
            metavar="ls|set",
            help="ls: what the remote has. set: choose the one that has the runs.",
            autocompletion=_complete_action,
        ),
    ] = "ls",
    which: Annotated[
        str | None,
        typer.Argument(
            metavar="[REMOTE]",
            help="A remote, by name or URL. [default of ls: the chosen one]",
            autocompletion=complete_remote,
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="NAME|URL|none",
            help="With set: where data and large artifacts go; none: they stay here.",
            show_default=False,
        ),
    ] = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """See what the remote has before anything is fetched, or choose which remote has the runs.

    Where none is chosen it is remote.pushDefault, else the only one there is. For a URL a remote of the name runs is
    made, with which a plain git fetch does nothing. The data remote is the one set here, else storage.remote in
    .exp.yaml, else core.remote of DVC.
    """
    if action == "ls":
        with Progress("ls", quiet=as_json) as progress:
            store = open_store()
            listing = list_remote(store, which, talk=progress.talk())
        _show(store, listing, as_json=as_json, colour=ctx.obj.colour)
    elif action == "set":
        if which is None and data is None:
            raise UsageError("exp remote set: which one?", hint="exp remote set origin")
        _set(which, data, as_json=as_json)
    else:
        raise UsageError(f"exp remote {action}: there is ls and set", hint="exp remote --help")


def _set(which: str | None, data: str | None, *, as_json: bool) -> None:
    store = open_store()
    chosen_data = choose_data_remote(store, data) if data is not None else None
    chosen = choose_for_runs(store.repository, which) if which is not None else None
    if as_json:
        from gitexp.cli.output import write_envelope

        fields: dict[str, object] = {}
        if chosen is not None:
            named = {"name": chosen.remote.name, "url": chosen.remote.url}
            fields |= {"remote": named, "before": chosen.before, "is_new": chosen.is_new}
        if chosen_data is not None:
            before = show_url(chosen_data.before) if chosen_data.before is not None else None
            fields |= {"data_remote": place_fields(chosen_data.place), "data_before": before}
        write_envelope(fields)
        return
    if chosen is not None:
        _tell_chosen(chosen)
    if chosen_data is not None:
        _tell_chosen_data(chosen_data)


def _tell_chosen(chosen: ChosenRemote) -> None:
    say(f"runs go to {describe_remote(chosen.remote)}, and come from there")
    if chosen.is_new:
        say(f"to undo: git remote remove {OWN}; git config --unset {CHOSEN}")
    elif chosen.before is not None and chosen.before != chosen.remote.name:
        say(f"to undo: exp remote set {chosen.before}")
    else:
        say(f"to undo: git config --unset {CHOSEN}")


def _tell_chosen_data(chosen: ChosenData) -> None:
    place = chosen.place
    say("data stays here" if place is None else f"data goes to {describe_place(place)}, and comes from there")
    before = chosen.before
    if before is not None and show_url(before) == before:
        say(f"to undo: exp remote set --data {before}")
    else:
        say(f"to undo: git config --unset {CHOSEN_DATA}")


def _show(store: RunStore, listing: RemoteListing, *, as_json: bool, colour: str) -> None:
    asked = ask_data_remote(store)
    place, refused = find_chosen_place(store, asked)
    if as_json:
        from gitexp.cli.output import write_envelope

        remote_fields = {"name": listing.remote.name, "url": listing.remote.url, "why": listing.remote.why}
        write_envelope(
            {
                "remote": remote_fields,
                "data_remote": place_fields(place),
                "experiments": [one._asdict() for one in listing.experiments],
                "refs": [one._asdict() for one in listing.refs],
            },
            [*listing.broken, *([refused] if refused is not None else [])],
        )
        return
    from gitexp.render.remote_page import build_remote_page, describe_data_place
    from gitexp.render.screen import write_page

    warn_of_broken(listing.broken, "exp remote went on")
    if refused is not None:
        warn(refused.message)
    look = find_look(colour)
    rows = [
        (one.experiment, (one.runs, one.not_here, one.changed_there, one.newer_here, one.only_here, one.live))
        for one in listing.experiments
    ]
    there = [one.ref for one in listing.refs if one.there is not None]
    page = build_remote_page(describe_remote(listing.remote), listing.remote.why, rows, there)
    if place is not None:
        page += describe_data_place(describe_place(place), place.why)
    elif asked.is_declined:
        page += describe_data_place(None, asked.why)
    write_page(page, look, sys.stdout)

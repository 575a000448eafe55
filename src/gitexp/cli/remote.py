"""``exp remote``: what the remote has, and which one it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.remote_choice import OWN, choose_for_runs
from gitexp.actions.remote_listing import list_remote
from gitexp.cli.completion import complete_remote
from gitexp.cli.options import COLOUR_OPTION, JSON_OPTION
from gitexp.cli.progress import Progress
from gitexp.cli.synced import describe_remote
from gitexp.cli.terminal import find_look, say, warn_of_broken
from gitexp.errors import UsageError
from gitexp.git.remotes import CHOSEN
from gitexp.store.runs import open_store

if TYPE_CHECKING:
    from gitexp.actions.remote_listing import RemoteListing

EXAMPLES = """
exp remote ls                          what the remote has, and what is not here yet
exp remote ls backup                   the same of another one
exp remote set origin                  runs go to origin, and come from there
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
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """See what the remote has before anything is fetched, or choose which remote has the runs.

    Where none is chosen it is remote.pushDefault, else the only one there is. For a URL a remote of the name runs is
    made, with which a plain git fetch does nothing.
    """
    if action == "ls":
        with Progress("ls", quiet=as_json) as progress:
            listing = list_remote(open_store(), which, talk=progress.talk())
        _show(listing, as_json=as_json, colour=ctx.obj.colour)
    elif action == "set":
        if which is None:
            raise UsageError("exp remote set: which one?", hint="exp remote set origin")
        _set(which, as_json=as_json)
    else:
        raise UsageError(f"exp remote {action}: there is ls and set", hint="exp remote --help")


def _set(which: str, *, as_json: bool) -> None:
    chosen = choose_for_runs(open_store().repository, which)
    if as_json:
        from gitexp.cli.output import write_envelope

        fields = {"name": chosen.remote.name, "url": chosen.remote.url}
        write_envelope({"remote": fields, "before": chosen.before, "is_new": chosen.is_new})
        return
    say(f"runs go to {describe_remote(chosen.remote)}, and come from there")
    if chosen.is_new:
        say(f"to undo: git remote remove {OWN}; git config --unset {CHOSEN}")
    elif chosen.before is not None and chosen.before != chosen.remote.name:
        say(f"to undo: exp remote set {chosen.before}")
    else:
        say(f"to undo: git config --unset {CHOSEN}")


def _show(listing: RemoteListing, *, as_json: bool, colour: str) -> None:
    if as_json:
        from gitexp.cli.output import write_envelope

        remote_fields = {"name": listing.remote.name, "url": listing.remote.url, "why": listing.remote.why}
        experiments = [one._asdict() for one in listing.experiments]
        refs = [one._asdict() for one in listing.refs]
        write_envelope({"remote": remote_fields, "experiments": experiments, "refs": refs}, listing.broken)
        return
    from gitexp.render.remote_page import build_remote_page
    from gitexp.render.screen import write_page

    warn_of_broken(listing.broken, "exp remote went on")
    look = find_look(colour)
    rows = [
        (one.experiment, (one.runs, one.not_here, one.changed_there, one.newer_here, one.only_here, one.live))
        for one in listing.experiments
    ]
    there = [one.ref for one in listing.refs if one.there is not None]
    write_page(build_remote_page(describe_remote(listing.remote), listing.remote.why, rows, there), look, sys.stdout)

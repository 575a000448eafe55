"""``exp ls --watch``: the listing, drawn anew while runs go."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

from gitexp.actions.list_runs import list_project
from gitexp.actions.recovery import recover_runs
from gitexp.cli.keys import Keys
from gitexp.cli.listing import build_page, find_notes, write_listing
from gitexp.cli.terminal import find_look, warn
from gitexp.errors import UsageError
from gitexp.store.runs import open_store

if TYPE_CHECKING:
    from gitexp.cli.listing import ListingView
    from gitexp.render.page import Page
    from gitexp.store.runs import RunStore

_PAUSE = 0.1
_INTERVAL = 2.0
_SHARE = 10
"""Of the time at most so large a part goes into looking: a listing of 100,000 runs is not read twice a second."""
_REST = 7
"""Lines that the titles, the notes and the last line take."""


def watch_listing(store: RunStore, view: ListingView) -> None:
    """Draws the listing every two seconds until q is typed; the last one stays on the screen.

    Raises UsageError where standard output is no terminal, and as ``write_listing`` does.
    """
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        raise UsageError("--watch: standard output is no terminal", hint="exp ls")
    from gitexp.render.watch_screen import WatchScreen

    size = shutil.get_terminal_size()
    page, took = _look(store, view, size.lines)
    sentences: list[str] = []
    with Keys() as keys, WatchScreen(find_look(view.colour), sys.stdout) as screen:
        screen.show_page(page, size.columns, size.lines)
        looked = time.monotonic()
        while keys.wait(_PAUSE) not in ("q", "Q"):
            now = shutil.get_terminal_size()
            if now == size and time.monotonic() - looked < max(_INTERVAL, took * _SHARE):
                continue
            store = open_store()
            sentences += recover_runs(store.repository)
            size = now
            page, took = _look(store, view, size.lines)
            screen.show_page(page, size.columns, size.lines)
            looked = time.monotonic()
    write_listing(store, view)
    for sentence in sentences:
        warn(sentence)


def _look(store: RunStore, view: ListingView, height: int) -> tuple[Page, float]:
    """The page, and how many seconds it took."""
    from gitexp.render.page import Gap, Span, Text, line

    began = time.monotonic()
    room = max(height - _REST, 1)
    limit = min(view.request.limit or room, room)
    view = view._replace(request=view.request._replace(limit=limit))
    look = find_look(view.colour)
    if view.group_by:
        from gitexp.actions.list_groups import list_groups
        from gitexp.cli.listing_groups import find_group_notes
        from gitexp.render.group_listing import build_groups

        groups = list_groups(store, view.request, view.choice, view.group_by)
        page = build_groups(groups.table, look) if groups.table.comparison.groups else []
        notes, broken = find_group_notes(groups, view), groups.broken
    else:
        listing = list_project(store, view.request, view.choice, view.curves)
        page = build_page(listing, look) if listing.table.heads else []
        notes, broken = find_notes(listing, view), listing.broken
    if broken:
        notes = [*notes, f"{len(broken)} cannot be read: {broken[0].message}"]
    footer = "  ".join(["q ends the watch", *notes])
    return [*page, Gap(), Text((line(Span(footer, "muted")),))], time.monotonic() - began

"""Runs watched: what is known of each at one moment, at the cost of what is new since the moment before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.going_journal import NOT_HERE, find_journal
from gitexp.actions.going_look import GoingLook, find_lines
from gitexp.actions.heads import present_experiment
from gitexp.actions.named_run import find_run
from gitexp.actions.run_end import EndWatch
from gitexp.actions.series_seen import read_curves
from gitexp.errors import NoRemote
from gitexp.model.going import RunView
from gitexp.model.run import Status
from gitexp.model.selection import order_newest_first
from gitexp.store.journals import has_journal
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.remote_poll import RemotePoll
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


def choose_watched(store: RunStore, texts: Sequence[str], experiment: str | None) -> list[RunHead]:
    """The runs that specs name; where none is given, all that are going in the present experiment, else its newest."""
    heads = store.heads()
    if texts:
        return list({head.id: head for head in (find_run(store, text, experiment, heads) for text in texts)}.values())
    wanted = present_experiment(store, experiment)
    own = [head for head in heads.runs if head.experiment == wanted and not head.hidden]
    going = order_newest_first([head for head in own if head.status is Status.RUNNING])
    return going or [find_run(store, "last", experiment, heads)]


def open_watches(store: RunStore, heads: Sequence[RunHead], *, once: bool = False) -> list[RunWatch]:
    """Opens runs to be looked at. For those that go elsewhere the remote is asked: now if ``once``, else all the time.

    A remote that cannot be asked is told in what is known of these runs.
    """
    elsewhere = [head for head in heads if head.heard_at is not None and not has_journal(store.repository, head.id)]
    if not elsewhere:
        return [RunWatch(store, head) for head in heads]
    from gitexp.actions.remote_poll import RemotePoll

    try:
        poll = RemotePoll(store, elsewhere)
    except NoRemote as error:
        return [RunWatch(store, head, unasked=error.message if head in elsewhere else None) for head in heads]
    if once:
        poll.ask()
    else:
        poll.start()
    return [RunWatch(store, head, poll if head in elsewhere else None) for head in heads]


class RunWatch:
    """One run, looked at again and again, to its end."""

    __slots__ = ("_count", "_end", "_head", "_look", "_poll", "_store", "_unasked", "_view")

    def __init__(
        self, store: RunStore, head: RunHead, poll: RemotePoll | None = None, *, unasked: str | None = None
    ) -> None:
        """``poll`` brings news of a run that goes elsewhere; ``unasked`` is why nothing does."""
        self._store = store
        self._head = head
        self._poll = poll
        self._unasked = unasked
        self._count = -1
        self._end = EndWatch(store, head)
        found = find_journal(store.repository, head)
        self._look = None if found is None else GoingLook(store.repository, store.load(head), found, draws=True)
        self._view: RunView | None = None

    @property
    def sentences(self) -> list[str]:
        """What is to be said of runs whose recorders died meanwhile."""
        return self._end.sentences

    def look(self) -> RunView:
        """The run as it stands. Raises BrokenRecord where it has ended and its record cannot be read."""
        if self._view is not None and not self._view.is_going:
            return self._view
        ended = self._end.check()
        if ended is not None:
            self._view = view_ended(self._store, ended)
            if self._look is not None:
                self._look.close()
        elif self._look is not None:
            self._view = self._look.take()
        elif self._head.heard_at is not None:
            self._view = self._look_elsewhere()
        else:
            self._view = RunView(self._store.load(self._head), missing=NOT_HERE)
        return self._view

    def _look_elsewhere(self) -> RunView:
        from gitexp.actions.mirrored_run import read_live, view_mirrored

        poll = self._poll
        if poll is None:
            return view_mirrored(self._store, self._head, self._unasked)
        if self._view is not None and poll.count == self._count:
            return self._view
        self._count = poll.count
        self._head = read_live(self._store, self._head) or self._head
        trouble = "it is not on the remote any more" if self._head.id in poll.missing else poll.trouble
        return view_mirrored(self._store, self._head, trouble)

    def close(self) -> None:
        """Closes what is open."""
        if self._look is not None:
            self._look.close()
        if self._poll is not None:
            self._poll.close()


def view_ended(store: RunStore, head: RunHead) -> RunView:
    """A run that has ended, as it was recorded. Raises BrokenRecord."""
    curves = read_curves(store, head)
    run = store.load(head)
    if run.ended_at is None:  # a reader called it lost
        run = replace(run, ended_at=head.ended_at)
    return RunView(run, curves, find_lines(store.read_part(head, OUTPUT) or b""))

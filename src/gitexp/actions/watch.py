"""Runs watched: what is known of each at one moment, at the cost of what is new since the moment before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.going_journal import NOT_HERE, find_journal
from gitexp.actions.going_look import GoingLook, find_lines
from gitexp.actions.heads import present_experiment
from gitexp.actions.named_run import find_run
from gitexp.actions.run_end import EndWatch
from gitexp.format.series import LONG_NAME, WIDE_NAME, parse_series
from gitexp.model.curves import CurveBuilder
from gitexp.model.going import RunView
from gitexp.model.run import Status
from gitexp.model.selection import order_newest_first
from gitexp.store.layout import OUTPUT, RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.going import Points
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


class RunWatch:
    """One run, looked at again and again, to its end."""

    __slots__ = ("_end", "_head", "_look", "_store", "_view")

    def __init__(self, store: RunStore, head: RunHead) -> None:
        self._store = store
        self._head = head
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
            self.close()
        elif self._look is not None:
            self._view = self._look.take()
        else:
            self._view = RunView(self._store.load(self._head), missing=NOT_HERE)
        return self._view

    def close(self) -> None:
        """Closes what is open."""
        if self._look is not None:
            self._look.close()


def view_ended(store: RunStore, head: RunHead) -> RunView:
    """A run that has ended, as it was recorded. Raises BrokenRecord."""
    curves: dict[str, CurveBuilder] = {}
    for name in (WIDE_NAME, LONG_NAME):
        data = store.read_part(head, RECORD + name.encode())
        if data is not None:
            for point in parse_series(name, data.decode("utf-8", "replace").splitlines()):
                curves.setdefault(point.metric, CurveBuilder()).add(point.value, point.step)
            break
    points: dict[str, Points] = {metric: curve.points() for metric, curve in curves.items()}
    run = store.load(head)
    if run.ended_at is None:  # a reader called it lost
        run = replace(run, ended_at=head.ended_at)
    return RunView(run, points, find_lines(store.read_part(head, OUTPUT) or b""))

"""One run, opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitexp.actions.named_run import find_run
from gitexp.errors import PartNotFound
from gitexp.model.listing import unique_length
from gitexp.model.paths import quote_path, unquote_path
from gitexp.model.selection import order_newest_first
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from gitexp.model.run import Run, RunHead
    from gitexp.store.runs import RunStore


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A run with its manifest, the files of its record, and how many characters of its id tell it from all others.

    ``is_newest``: no other run of its experiment began later.
    """

    head: RunHead
    run: Run
    parts: tuple[str, ...]
    id_length: int
    is_newest: bool


def open_run(store: RunStore, text: str, experiment: str | None = None) -> OpenedRun:
    """Opens the run that a spec names."""
    heads = store.heads()
    head = find_run(store, text, experiment, heads)
    run = store.load(head)
    parts = tuple(quote_path(entry.path.removeprefix(RECORD)) for entry in store.parts(head))
    return OpenedRun(
        head=head,
        run=run,
        parts=parts,
        id_length=unique_length([head.id], {one.id for one in heads.runs}),
        is_newest=head is order_newest_first([one for one in heads.runs if one.experiment == head.experiment])[0],
    )


def read_part(store: RunStore, text: str, part: str, experiment: str | None = None) -> bytes:
    """One file of a run's tree: of the record (``metrics.csv``), else of the code. Raises PartNotFound."""
    head = find_run(store, text, experiment)
    path = unquote_path(part).removeprefix(b"./")
    for candidate in (RECORD + path, path):
        data = store.read_part(head, candidate)
        if data is not None:
            return data
    raise PartNotFound(head.name, part, hint=f"git ls-tree -r --name-only {head.commit[:12]}")

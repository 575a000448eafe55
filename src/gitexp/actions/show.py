"""One run, opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitexp.actions.named_run import find_run
from gitexp.actions.usage import read_usage
from gitexp.model.listing import unique_length
from gitexp.model.paths import quote_path
from gitexp.model.selection import order_newest_first
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from gitexp.model.run import Run, RunHead
    from gitexp.model.usage import Usage
    from gitexp.store.runs import RunStore


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A run with its manifest, the files of its record, and how many characters of its id tell it from all others.

    ``is_newest``: no other run of its experiment began later. ``usage`` is what it used of its machine.
    """

    head: RunHead
    run: Run
    parts: tuple[str, ...]
    id_length: int
    is_newest: bool
    usage: dict[str, Usage]


def open_run(store: RunStore, text: str, experiment: str | None = None) -> OpenedRun:
    """Opens the run that a spec names."""
    heads = store.heads()
    head = find_run(store, text, experiment, heads)
    run = store.load(head)
    usage = read_usage(store, head)
    if isinstance(usage, str):
        run, usage = replace(run, warnings=(*run.warnings, usage)), {}
    parts = tuple(quote_path(entry.path.removeprefix(RECORD)) for entry in store.parts(head))
    return OpenedRun(
        head=head,
        run=run,
        parts=parts,
        id_length=unique_length([head.id], {one.id for one in heads.runs}),
        usage=usage,
        is_newest=head is order_newest_first([one for one in heads.runs if one.experiment == head.experiment])[0],
    )

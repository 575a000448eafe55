"""One run, opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitexp.actions.going_journal import find_journal
from gitexp.actions.named_run import find_run
from gitexp.actions.usage import read_usage
from gitexp.actions.versions_of_run import find_versions_of
from gitexp.model.chains import Chains
from gitexp.model.listing import unique_length
from gitexp.model.paths import quote_path
from gitexp.model.selection import order_newest_first
from gitexp.store.layout import RECORD

if TYPE_CHECKING:
    from gitexp.actions.versions_of_run import RegisteredAs
    from gitexp.model.chain_view import ChainView
    from gitexp.model.going import RunView
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.model.usage import Usage
    from gitexp.store.head_reading import Heads
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
    view: RunView | None = None
    """What the run does now, where it is going here; ``run`` has what was said so far."""
    chain: ChainView | None = None
    """The chain that it is a part of, where it was resumed or resumes another."""
    reproduced_by: tuple[RunHead, ...] = ()
    """The runs that reproduce it, the newest first."""
    versions: tuple[RegisteredAs, ...] = ()
    """The versions of models that it stands behind."""


def open_run(store: RunStore, text: str, experiment: str | None = None) -> OpenedRun:
    """Opens the run that a spec names."""
    heads = store.heads()
    head = find_run(store, text, experiment, heads)
    view = view_going(store, head)
    run = store.load(head) if view is None else view.run
    unread = store.annotations(head)[1] if head.annotated else ()
    if unread:
        run = replace(run, warnings=(*run.warnings, *unread))
    versions, unclear = find_versions_of(store, head.id)
    if unclear is not None:
        run = replace(run, warnings=(*run.warnings, unclear))
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
        is_newest=head in order_newest_first([one for one in heads.runs if _stands_beside(one, head)])[:1],
        view=view,
        chain=_view_chain(store, head, run, heads),
        versions=versions,
        reproduced_by=tuple(one for one in heads.runs if one.lineage.reproduces == head.id and not one.hidden),
    )


def _view_chain(store: RunStore, head: RunHead, run: Run, heads: Heads) -> ChainView | None:
    chains = Chains(heads.runs)
    if not chains.earlier(head) and not chains.resumed_by(head):
        return None
    from gitexp.actions.chain_of_run import view_chain

    return view_chain(store, head, run, chains)


def _stands_beside(one: RunHead, head: RunHead) -> bool:
    return one.experiment == head.experiment and not one.hidden


def view_going(store: RunStore, head: RunHead) -> RunView | None:
    """A run with all that it said and did so far; None where it has ended, or somebody records it who tells nothing."""
    found = find_journal(store.repository, head)
    if found is None and head.heard_at is not None:
        from gitexp.actions.mirrored_run import view_mirrored

        return view_mirrored(store, head)
    if found is None:
        return None
    from gitexp.actions.going_look import GoingLook

    look = GoingLook(store.repository, store.load(head), found)
    try:
        return look.take()
    finally:
        look.close()


def load_so_far(store: RunStore, head: RunHead) -> Run:
    """The whole manifest of a run; of one that is going here with what it said so far. Raises BrokenRecord."""
    view = view_going(store, head)
    return store.load(head) if view is None else view.run

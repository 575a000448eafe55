"""What the shell completes: runs and experiments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from gitexp.errors import ExpError
from gitexp.model.run import Status

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore

_MOST = 200


def complete_run(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Words that name a run, with what it is; none where there is no repository: a shell has no place for errors."""
    store = _open(ctx)
    if store is None:
        return []
    heads = store.heads().runs
    words: list[tuple[str, str]] = []
    if not incomplete or "last".startswith(incomplete):
        words.append(("last", "the newest run"))
    for head in heads:
        what = f"{head.status.value}, {head.command[:60]}"
        words.append((head.name, what))
        if incomplete:
            words.append((head.id, f"{head.name}, {what}"))
    if incomplete:
        for metric in dict.fromkeys(metric for head in heads for metric in head.metrics):
            words += [(f"{kind}:{metric}", f"the run with the {kind}imum of {metric}") for kind in ("max", "min")]
    return [
        (word, what) for word, what in words if word.startswith(incomplete) and word.isprintable() and " " not in word
    ][:_MOST]


def complete_going_run(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The runs that are going, by name, or by id where one is begun."""
    store = _open(ctx)
    if store is None:
        return []
    going = [head for head in store.heads().runs if head.status is Status.RUNNING]
    words = [(word, head.command[:60]) for head in going for word in (head.name, head.id)[: 1 + bool(incomplete)]]
    return [(word, what) for word, what in words if word.startswith(incomplete)][:_MOST]


def complete_experiment(ctx: typer.Context, incomplete: str) -> list[str]:
    """The experiments that have runs."""
    store = _open(ctx)
    if store is None:
        return []
    return sorted({head.experiment for head in store.heads().runs if head.experiment.startswith(incomplete)})


def complete_remote(ctx: typer.Context, incomplete: str) -> list[str]:
    """The remotes that Git knows here."""
    from gitexp.git.config import read_config

    store = _open(ctx)
    if store is None:
        return []
    return sorted(name for name in read_config(store.repository).remotes() if name.startswith(incomplete))


def complete_columns(ctx: typer.Context, incomplete: str) -> list[str]:
    """Keys of columns, or the last of several with commas between them."""
    return _complete_keys(ctx, incomplete, ())


def complete_rows(ctx: typer.Context, incomplete: str) -> list[str]:
    """Keys of the rows of a comparison: those of columns, and those of the manifest but for the paths of data."""
    from gitexp.model.details import DETAILS

    return _complete_keys(ctx, incomplete, DETAILS)


def _complete_keys(ctx: typer.Context, incomplete: str, more: tuple[str, ...]) -> list[str]:
    from gitexp.model.columns import FIELDS
    from gitexp.model.listing import free_columns

    store = _open(ctx)
    free = free_columns(store.heads().runs) if store is not None else []
    before, comma, last = incomplete.rpartition(",")
    before += comma
    keys = [*FIELDS, *(column.key for column in free), *more, *(column.name for column in free)]
    fitting = [key for key in keys if key.startswith(last) and key.isprintable() and " " not in key]
    return [before + key for key in dict.fromkeys(fitting)][:_MOST]


def _open(ctx: typer.Context) -> RunStore | None:
    from gitexp.store.runs import open_store

    folder = ctx.find_root().params.get("folder") or "."
    try:
        return open_store(os.path.expanduser(folder))
    except ExpError:
        return None

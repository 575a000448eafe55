"""What the shell completes: runs and experiments."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import typer

from gitexp.errors import ExpError
from gitexp.model.columns import format_tags
from gitexp.model.registry import NO_STAGE
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.filter_tree import Kind
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_MOST = 200


def complete_run(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Words that name a run, with what it is; none where there is no repository: a shell has no place for errors."""
    store = _open(ctx)
    if store is None:
        return []
    versions = [one for one in complete_version(ctx, incomplete) if set(one[0]) & set("@:")] if incomplete else []
    return [*_complete_runs([head for head in store.heads().runs if not head.hidden], incomplete), *versions][:_MOST]


def complete_removable_run(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The runs that can be hidden, or with ``--undo`` those that are."""
    store = _open(ctx)
    heads = store.heads().runs if store is not None else ()
    return _complete_runs([head for head in heads if head.hidden is bool(ctx.params.get("undo"))], incomplete)


def complete_run_or_tag(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Runs; behind the first one also the tags in use."""
    store = _open(ctx)
    if store is None:
        return []
    heads = store.heads().runs
    tags: list[tuple[str, str]] = []
    if ctx.params.get("words"):
        uses = Counter((key, format_tags({key: value})) for head in heads for key, value in head.tags.items())
        only_keys = ctx.params.get("remove")
        named = dict.fromkeys(key if only_keys else text for (key, text), _ in uses.most_common())
        fitting = [word for word in named if word.startswith(incomplete) and word.isprintable() and " " not in word]
        tags = [(word, "a tag in use") for word in fitting]
    return [*_complete_runs([head for head in heads if not head.hidden], incomplete), *tags][:_MOST]


def complete_run_or_experiment(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Runs; behind the first one also the experiments."""
    experiments = complete_experiment(ctx, incomplete) if ctx.params.get("words") else []
    return [*complete_run(ctx, incomplete), *((name, "an experiment") for name in experiments)][:_MOST]


def _complete_runs(heads: Sequence[RunHead], incomplete: str) -> list[tuple[str, str]]:
    words: list[tuple[str, str]] = []
    if any(not head.hidden for head in heads) and "last".startswith(incomplete):
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


def complete_version(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Models, and behind a name of one its versions, stages and aliases, with where each stands."""
    from gitexp.model.registry import name_version
    from gitexp.store.registry_file import read_registry

    store = _open(ctx)
    if store is None:
        return []
    try:
        file = read_registry(store)
    except ExpError:
        return []
    words: list[tuple[str, str]] = []
    for model in file.registry.models.values() if file is not None else ():
        words.append((model.name, f"a model of {len(model.versions)} versions"))
        for version in reversed(model.versions):
            name = name_version(model.name, version.number)
            words += [(f"{model.name}@{word}", name) for word in (version.stage, *version.aliases) if word != NO_STAGE]
            words.append((name, ", ".join((version.stage, *version.aliases))))
    fitting = [(word, what) for word, what in dict(reversed(words)).items() if word.startswith(incomplete)]
    return list(reversed(fitting))[:_MOST]


def complete_going_run(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The runs that are going, by name, or by id where one is begun."""
    store = _open(ctx)
    if store is None:
        return []
    going = [head for head in store.heads().runs if head.status is Status.RUNNING]
    words = [(word, head.command[:60]) for head in going for word in (head.name, head.id)[: 1 + bool(incomplete)]]
    return [(word, what) for word, what in words if word.startswith(incomplete)][:_MOST]


def complete_plotted(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Metrics, and runs."""
    return [*((word, "a metric") for word in complete_metric(ctx, incomplete)), *complete_run(ctx, incomplete)][:_MOST]


def complete_metric(ctx: typer.Context, incomplete: str) -> list[str]:
    """The metrics that any run has."""
    store = _open(ctx)
    metrics = dict.fromkeys(metric for head in (store.heads().runs if store else ()) for metric in head.metrics)
    fitting = [word for word in metrics if word.startswith(incomplete) and word.isprintable() and " " not in word]
    return sorted(fitting)[:_MOST]


def complete_file(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The artifacts and data of the run that was named."""
    from gitexp.actions.named_run import find_run
    from gitexp.actions.wanted_files import list_files
    from gitexp.render.numbers import format_bytes

    store = _open(ctx)
    if store is None:
        return []
    try:
        run = store.load(find_run(store, str(ctx.params.get("run")), ctx.params.get("experiment")))
    except ExpError:
        return []
    kinds = {"data"} if ctx.params.get("data") else {"artifact", "data"}
    files = sorted(list_files(run, kinds).wanted, key=lambda one: one.kind)
    words = [(str(one.path), f"{one.kind}, {format_bytes(one.bytes or 0)}") for one in files]
    return [
        (word, what) for word, what in words if word.startswith(incomplete) and word.isprintable() and " " not in word
    ][:_MOST]


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


def complete_metrics(ctx: typer.Context, incomplete: str) -> list[str]:
    """The metrics that runs have, or the last of several with commas between them, a sign before them kept."""
    store = _open(ctx)
    before, comma, last = incomplete.rpartition(",")
    sign = last[:1] if last[:1] in ("-", "+") else ""
    metrics = dict.fromkeys(metric for head in (store.heads().runs if store else ()) for metric in head.metrics)
    fitting = [key for key in metrics if key.startswith(last[len(sign) :]) and key.isprintable() and " " not in key]
    return [before + comma + sign + key for key in sorted(fitting)][:_MOST]


def complete_filter(ctx: typer.Context, incomplete: str) -> list[str]:
    """The name that a filter is being typed, behind what stands before it."""
    from gitexp.model.columns import FIELDS
    from gitexp.model.details import DETAILS
    from gitexp.model.filter_tree import Name, format_name
    from gitexp.model.free_columns import free_columns

    store = _open(ctx)
    free = free_columns(store.heads().runs) if store is not None else []
    kinds: dict[str, Kind] = {"param": "params", "metric": "metrics", "tag": "tags"}
    keys = [*(format_name(Name(kinds[column.kind], column.name)) for column in free), *FIELDS, *DETAILS]
    start = max(incomplete.rfind(letter) for letter in " (<>=!,") + 1
    before, last = incomplete[:start], incomplete[start:]
    fitting = [key for key in keys if key.startswith(last) and key.isprintable()][:_MOST]
    if len(fitting) == 1:  # of one word alone a shell closes the quote, and the filter goes on
        return [f"{before}{fitting[0]} {sign}" for sign in ("==", "<", ">")]
    return [before + key for key in fitting]


def complete_rows(ctx: typer.Context, incomplete: str) -> list[str]:
    """Keys of the rows of a comparison: those of columns, and those of the manifest but for the paths of data."""
    from gitexp.model.details import DETAILS

    return _complete_keys(ctx, incomplete, DETAILS)


def _complete_keys(ctx: typer.Context, incomplete: str, more: tuple[str, ...]) -> list[str]:
    from gitexp.model.columns import FIELDS
    from gitexp.model.free_columns import free_columns

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

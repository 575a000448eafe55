"""What the shell completes of the registry: models, versions, stages, aliases."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from gitexp.cli.completion import complete_run
from gitexp.errors import ExpError
from gitexp.model.registry import NO_STAGE, STAGES, name_version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.registry import Registry
    from gitexp.store.runs import RunStore

_MOST = 200


def complete_promoted(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Versions, the newest first, models where a stage is rolled back, and runs."""
    registry = _read(ctx)
    words: list[tuple[str, str]] = []
    for model in registry.models.values() if registry is not None else ():
        if ctx.params.get("rollback"):
            words.append((model.name, "a model"))
        for version in reversed(model.versions):
            what = ", ".join(word for word in (version.stage, *version.aliases) if word != NO_STAGE)
            words.append((name_version(model.name, version.number), what or "in no stage"))
    return list(dict([*_fit(words, incomplete), *complete_run(ctx, incomplete)]).items())[:_MOST]


def complete_model(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The models that the registry has."""
    registry = _read(ctx)
    models = registry.models.values() if registry is not None else ()
    return _fit([(model.name, f"{len(model.versions)} versions") for model in models], incomplete)


def complete_stage(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The stages there are, and none."""
    registry = _read(ctx)
    stages = registry.stages if registry is not None else STAGES
    return _fit([*((stage, "a stage") for stage in stages), (NO_STAGE, "out of its stage")], incomplete)


def complete_alias(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The aliases in use, and which version bears each."""
    registry = _read(ctx)
    found = [
        (alias, name_version(model.name, version.number))
        for model, version in (registry.versions() if registry is not None else ())
        for alias in version.aliases
    ]
    return _fit(dict(found).items(), incomplete)


def _fit(words: Iterable[tuple[str, str]], incomplete: str) -> list[tuple[str, str]]:
    return [
        (word, what) for word, what in words if word.startswith(incomplete) and word.isprintable() and " " not in word
    ][:_MOST]


def _read(ctx: typer.Context) -> Registry | None:
    from gitexp.store.registry_file import read_registry

    store = _open(ctx)
    try:
        file = read_registry(store) if store is not None else None
    except ExpError:  # a shell has no place for errors
        return None
    return file.registry if file is not None else None


def _open(ctx: typer.Context) -> RunStore | None:
    from gitexp.store.runs import open_store

    try:
        return open_store(os.path.expanduser(ctx.find_root().params.get("folder") or "."))
    except ExpError:
        return None

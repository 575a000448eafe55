"""A registry with something more said in it. Nothing is ever taken away from a history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.registry import Model, Registry

if TYPE_CHECKING:
    from gitexp.model.registry import Approval, Entry, Version


def add_version(registry: Registry, model: str, version: Version) -> Registry:
    """The registry with a version more, and with the model where there was none; models stay in order of name."""
    known = registry.models.get(model, Model(model))
    return _put(registry, known._replace(versions=(*known.versions, version)))


def next_number(registry: Registry, model: str) -> int:
    """The number of a model's next version: numbers are never used again."""
    known = registry.models.get(model)
    return max((one.number for one in known.versions), default=0) + 1 if known else 1


def add_entry(registry: Registry, model: str, number: int, entry: Entry) -> Registry:
    """The registry with a line more in a version's history, its stage and aliases accordingly.

    Approvals that the entry takes along wait no longer.
    """
    version = _find(registry, model, number)
    aliases = [alias for alias in version.aliases if alias != entry.unalias]
    if entry.alias is not None and entry.alias not in aliases:
        aliases.append(entry.alias)
    changed = version._replace(
        stage=entry.stage if entry.stage is not None else version.stage,
        aliases=tuple(aliases),
        history=(*version.history, entry),
        approvals=tuple(one for one in version.approvals if one not in entry.approvals),
    )
    return _change(registry, model, changed)


def add_approval(registry: Registry, model: str, number: int, approval: Approval) -> Registry:
    """The registry with an approval, or a withdrawal, more that waits for its transition."""
    version = _find(registry, model, number)
    return _change(registry, model, version._replace(approvals=(*version.approvals, approval)))


def _find(registry: Registry, model: str, number: int) -> Version:
    version = registry.models[model].version(number)
    if version is None:
        raise KeyError(f"{model}:v{number}")
    return version


def _change(registry: Registry, model: str, version: Version) -> Registry:
    known = registry.models[model]
    versions = tuple(version if one.number == version.number else one for one in known.versions)
    return _put(registry, known._replace(versions=versions))


def _put(registry: Registry, model: Model) -> Registry:
    models = registry.models | {model.name: model}
    in_order = list(registry.models) == sorted(registry.models)
    return registry._replace(models=dict(sorted(models.items())) if in_order else models)
